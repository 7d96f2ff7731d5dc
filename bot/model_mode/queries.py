"""The arguments of `run_query` as a typed question: completed and checked by the code that reads questions offline."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.model_mode.names import AS_WRITTEN, values_of
from bot.model_mode.privacy import Mask
from bot.rendering.messages import knows, say
from bot.understanding.asks import Setting, Trouble, question
from bot.understanding.draft import Bound, Draft, add_to
from bot.understanding.gate import unexplained
from bot.understanding.gazetteer import Gazetteer
from bot.understanding.normalise import normalise, spelled
from bot.understanding.periods import PeriodReader, Span
from bot.understanding.readings import Refused, Unclear
from bot.understanding.scan import scan
from domain.metrics.catalog import DIMENSIONS, METRICS
from domain.metrics.periods import Grain, add_months
from domain.metrics.query import MAX_BY, MAX_LIMIT, MAX_METRICS, Compare, Direction, MetricQuery
from domain.people import Role, may

DAY = timedelta(days=1)
_MAX_VALUES = 50  # of one filter
# SKUs beside their own reorder point, and the lists of goods that the rules know for them.
REORDER_FEATURES = {"at_or_below": "low_stock", "below": "below_reorder_point"}


class ToolProblem(Exception):
    """Why a call cannot be carried out: a sentence for the model."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, when, in which shop, in which words."""

    text: str  # what the person typed, with nothing hidden
    role: Role
    setting: Setting
    gazetteer: Gazetteer
    mask: Mask


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Period(_Arguments):
    said: str | None = None
    start: date | None = None
    end: date | None = None


class _Bound(_Arguments):
    metric: str
    op: str
    value: Decimal


class _Order(_Arguments):
    by: str
    direction: Direction


class _Filter(_Arguments):
    dimension: str
    values: Annotated[list[str], Field(min_length=1, max_length=_MAX_VALUES)]


class QueryArguments(_Arguments):
    """`run_query` as the model calls it. Money in whole units, rates as fractions."""

    metrics: Annotated[list[str], Field(min_length=1, max_length=MAX_METRICS)]
    by: Annotated[list[str], Field(max_length=MAX_BY)] | None = None
    where: list[_Filter] | None = None
    exclude: list[_Filter] | None = None
    period: _Period | None = None
    compare: Compare | None = None
    having: list[_Bound] | None = None
    reorder_point: Literal["at_or_below", "below"] | None = None
    order: _Order | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] | None = None
    not_covered: list[str] | None = None


def query_of(arguments: Mapping[str, Any], asking: Asking) -> MetricQuery:
    """The typed question. Raises ToolProblem."""
    try:
        given = QueryArguments.model_validate(arguments)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise ToolProblem(f"{'.'.join(map(str, found['loc']))}: {found['msg']}") from error
    left_out = [words for words in given.not_covered or () if words.strip()]
    if left_out:
        raise ToolProblem(f"a query that leaves out {left_out} does not answer the question; "
                          "find a query that covers it, or say that it cannot be answered")
    _require(given, asking.role)
    try:
        return question(_draft(given, asking), asking.setting)
    except Trouble as trouble:
        raise ToolProblem(sentence_of(trouble.reading)) from trouble


def sentence_of(reading: Refused | Unclear) -> str:
    """What a person would be told, in English."""
    key = reading.key if knows(reading.key, "en") else f"talk.{reading.key}"
    return say(key, "en", **reading.facts)


def _require(given: QueryArguments, role: Role) -> None:
    """Once more: a model may call what it was not offered."""
    bounds = [bound.metric for bound in given.having or ()]
    ordered = [given.order.by] if given.order else []
    for metric in (*given.metrics, *bounds, *ordered):
        if metric not in METRICS or not may(role, METRICS[metric].permission):
            raise ToolProblem(f"there is no metric {metric!r} for this person")


def _draft(given: QueryArguments, asking: Asking) -> Draft:
    ranks_by = given.order.by if given.order else None
    return Draft(
        metrics=list(given.metrics), by=list(given.by or ()), where=_filters(given.where, asking),
        exclude=_filters(given.exclude, asking), span=_span(given.period, asking.setting.today),
        compare=given.compare, bounds=[_bound(bound) for bound in given.having or ()],
        direction=given.order.direction if given.order else None, rank_metric=ranks_by, limit=given.limit,
        is_ranked=given.limit is not None, feature=REORDER_FEATURES.get(given.reorder_point or ""))


def _bound(given: _Bound) -> Bound:
    return Bound(given.op, given.value, None, given.metric)


def _filters(given: list[_Filter] | None, asking: Asking) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in given or ():
        for text in part.values:
            for value in _named(part.dimension, text, asking):
                add_to(found, part.dimension, value)
    return found


def _named(dimension: str, label: str, asking: Asking) -> tuple[str, ...]:
    if dimension not in DIMENSIONS or (DIMENSIONS[dimension].is_time and dimension not in AS_WRITTEN):
        raise ToolProblem(f"where and exclude take no {dimension!r}")
    text = asking.mask.restore(label)
    if dimension == "customer" and spelled(text) not in spelled(asking.text):
        raise ToolProblem("the person named no such customer")
    values = values_of(dimension, text, asking.gazetteer)
    if not values:
        raise ToolProblem(f"no {dimension} is called {label!r}; find_name shows what looks like it")
    if len(values) > 1:
        raise ToolProblem(f"{label!r} is the name of several; the person has to say which")
    return values


def _span(given: _Period | None, today: date) -> Span | None:
    if given is None or (given.said is None and given.start is None):
        return None
    if given.said:
        return _said(given.said, today)
    if given.start is None or given.end is None or given.start >= given.end:
        raise ToolProblem("a period needs a start and, after it, an end")
    if given.start > today:
        raise ToolProblem("the period is in the future; there are no figures yet")
    return Span(0, 0, given.start, given.end, grain_of(given.start, given.end, today))


def _said(words: str, today: date) -> Span:
    """The period as the rules read it."""
    tokens = scan(normalise(words), Gazetteer())
    spans = PeriodReader(tokens, today).read()
    if len(spans) != 1 or spans[0].problem or spans[0].before or unexplained(tokens):
        raise ToolProblem(f"the words {words!r} are no period that is understood here; give start and end")
    return spans[0]


def grain_of(start: date, end: date, today: date) -> Grain:
    """The calendar unit these days are; one that is running ends with today."""
    runs = end == today + DAY
    if end - start == DAY:
        return Grain.DAY
    if start.weekday() == 0 and (end - start == 7 * DAY or (runs and end - start < 7 * DAY)):
        return Grain.WEEK
    for grain, months in ((Grain.MONTH, 1), (Grain.QUARTER, 3), (Grain.YEAR, 12)):
        whole_end = add_months(start, months)
        is_aligned = start.day == 1 and (start.month - 1) % months == 0
        if is_aligned and (end == whole_end or (runs and end < whole_end)):
            return grain
    return Grain.SPAN
