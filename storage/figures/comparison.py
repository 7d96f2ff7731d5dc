"""What figures are set beside: the scope of the period before, and which of its rows meets which."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from domain.metrics.catalog import METRICS
from domain.metrics.measures import OF_WHOLE_DAYS
from domain.metrics.periods import Period, previous, previous_year
from domain.metrics.query import Compare, MetricQuery
from domain.metrics.result import Beside
from storage.figures.scope import Scope
from storage.figures.statement import Key
from storage.figures.times import labels

_BEFORE = {Compare.PREVIOUS_PERIOD: previous, Compare.PREVIOUS_YEAR: previous_year}
_Places = Mapping[str | int | None, str | int]
_BY_POSITION = {"day", "week", "month"}  # hours and weekdays have the same names in every period


def compared_with(query: MetricQuery, scope: Scope) -> Scope | None:
    """The same question about the span before, as far as `beside` says."""
    if query.compare is None or scope.period is None:
        return None
    extent = beside(query, scope)
    own = scope.period if extent is None else Period(scope.period.start, scope.seen.end, scope.period.grain)
    before = _BEFORE[query.compare](own)
    if extent is not Beside.SAME_TIME:
        return replace(scope, period=before)
    clock = scope.calendar.local(scope.at).time()
    return replace(scope, period=before, at=scope.calendar.utc(datetime.combine(before.last, clock)))


def beside(query: MetricQuery, scope: Scope) -> Beside | None:
    """A running period meets the same time of the last day before, unless one of its figures knows only whole days."""
    if query.compare is None or scope.period is None or not scope.period.start <= scope.today < scope.period.end:
        return None
    is_by_the_day = any(METRICS[metric].sources & OF_WHOLE_DAYS for metric in query.metrics)
    return Beside.WHOLE_DAY if is_by_the_day else Beside.SAME_TIME


def counterparts(by: Sequence[str], scope: Scope, before: Scope, keys: Sequence[Key]) -> list[Key | None]:
    """For each key, the key of the row before that stands in its place; None where that span is shorter."""
    places = [_places(dimension, scope, before) for dimension in by]
    return [_counterpart(list(zip(key, places, strict=True))) for key in keys]


def _counterpart(parts: Sequence[tuple[str | int | None, _Places | None]]) -> Key | None:
    if any(places is not None and part not in places for part, places in parts):
        return None
    return tuple(part if places is None else places[part] for part, places in parts)


def _places(dimension: str, scope: Scope, before: Scope) -> _Places | None:
    if dimension not in _BY_POSITION or scope.period is None or before.period is None:
        return None
    own = labels(dimension, scope.period, scope.calendar.local(scope.at))
    return dict(zip(own, labels(dimension, before.period, before.calendar.local(before.at)), strict=False))
