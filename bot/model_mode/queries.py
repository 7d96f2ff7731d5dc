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
from bot.turn import Person
from bot.understanding.questions.asks import Setting, Trouble, question
from bot.understanding.questions.draft import Bound, Draft, add_to
from bot.understanding.questions.gate import unexplained
from bot.understanding.readings import Refused, Unclear
from bot.understanding.text.gazetteer import Gazetteer
from bot.understanding.text.normalise import normalise, spelled
from bot.understanding.text.scan import scan
from bot.understanding.time.periods import PeriodReader, Span
from domain.metrics.catalog import DIMENSIONS, METRICS, Unit
from domain.metrics.periods import Grain, add_months
from domain.metrics.query import MAX_BY, MAX_LIMIT, MAX_METRICS, REORDER_POINT, Compare, Direction, MetricQuery
from domain.money import minor_per_unit

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
    person: Person
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
    value: Decimal | Literal["reorder_point"]


class _Order(_Arguments):
    by: str
    direction: Direction


_Filters = dict[str, Annotated[list[str], Field(max_length=_MAX_VALUES)]]


class QueryArguments(_Arguments):
    """`run_query` as the model calls it: a query of the public contract, with money in whole units."""

    metrics: Annotated[list[str], Field(min_length=1, max_length=MAX_METRICS)]
    by: Annotated[list[str], Field(max_length=MAX_BY)] | None = None
    where: _Filters | None = None
    exclude: _Filters | None = None
    period: _Period | None = None
    compare: Compare | None = None
    having: list[_Bound] | None = None
    reorder_point: Literal["at_or_below", "below"] | None = None
    order: Annotated[list[_Order], Field(max_length=1)] | None = None
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
    _require(given, asking.person)
    try:
        return question(_draft(given, asking), asking.setting)
    except Trouble as trouble:
        raise ToolProblem(sentence_of(trouble.reading)) from trouble


def sentence_of(reading: Refused | Unclear) -> str:
    """What a person would be told, in English."""
    key = reading.key if knows(reading.key, "en") else f"talk.{reading.key}"
    return say(key, "en", **reading.facts)


def _require(given: QueryArguments, person: Person) -> None:
    """Once more: a model may call what it was not offered."""
    bounds = [bound.metric for bound in given.having or ()]
    ordered = [order.by for order in given.order or ()]
    for metric in (*given.metrics, *bounds, *ordered):
        if metric not in METRICS or not person.may_ask(metric, METRICS[metric].permission):
            raise ToolProblem(f"there is no metric {metric!r} for this person")


def _draft(given: QueryArguments, asking: Asking) -> Draft:
    order = given.order[0] if given.order else None
    return Draft(
        metrics=list(given.metrics), by=list(given.by or ()), where=_filters(given.where, asking),
        exclude=_filters(given.exclude, asking), span=_span(given.period, asking.setting.today),
        compare=given.compare, bounds=_bounds(given, asking), direction=order.direction if order else None,
        rank_metric=order.by if order else None, limit=given.limit, is_ranked=given.limit is not None,
        feature=REORDER_FEATURES.get(_beside_reorder_point(given)))


def _beside_reorder_point(given: QueryArguments) -> str:
    """Said in a field of its own, or as the contract writes it: a bound at the value reorder_point."""
    ops = {bound.op for bound in given.having or () if bound.value == REORDER_POINT}
    return given.reorder_point or ("" if not ops else "below" if ops == {"<"} else "at_or_below")


def _bounds(given: QueryArguments, asking: Asking) -> list[Bound]:
    said = numbers_in(asking)
    return [Bound(bound.op, whole_units(bound.value, bound.metric, said, asking.setting.currency), None, bound.metric)
            for bound in given.having or () if isinstance(bound.value, Decimal)]


def numbers_in(asking: Asking) -> frozenset[Decimal]:
    """The numbers that stand in the person's message."""
    tokens = scan(normalise(asking.text), asking.gazetteer)
    return frozenset(token.number for token in tokens if token.number is not None)


def whole_units(value: Decimal, metric: str, said: frozenset[Decimal], currency: str) -> Decimal:
    """Money that only makes sense as minor units (the person wrote 5万, the model 5000000) is taken for these."""
    is_money = metric in METRICS and METRICS[metric].unit is Unit.MONEY
    in_units = value / minor_per_unit(currency)
    return in_units if is_money and value not in said and in_units in said else value


def _filters(given: Mapping[str, list[str]] | None, asking: Asking) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for dimension, texts in (given or {}).items():
        for text in texts:
            for value in _named(dimension, text, asking):
                add_to(found, dimension, value)
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
