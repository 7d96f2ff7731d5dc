"""What one would ask next, as buttons: each a whole question that can be sent as it stands."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain, islice

from bot.rendering import dates
from bot.rendering.labels import dimension_name, value_label
from bot.rendering.messages import say
from bot.rendering.reply import Button
from bot.rendering.scene import between, metrics_named
from domain.metrics.catalog import DIMENSIONS, METRICS
from domain.metrics.measures import Source
from domain.metrics.periods import Period
from domain.metrics.query import Compare, Filter, ImpossibleQuery, MetricQuery, check

MAX_BUTTONS = 3  # what fits below a message on a phone
_TREND_DAYS = 30
_SPLITS = ("platform", "shop", "warehouse")


def follow_ups(query: MetricQuery, language: str, today: date) -> tuple[Button, ...]:
    """At most three next questions of the same figures, so that whoever saw these may see those."""
    candidates = list(_candidates(_plain(query), language, today))
    return tuple(candidates[:MAX_BUTTONS])


def _plain(query: MetricQuery) -> MetricQuery:
    """The same figures of the same part of the shop, without conditions and order, which buttons do not repeat."""
    return replace(query, having=(), order=(), limit=None, metrics=query.metrics[:1])


def _candidates(query: MetricQuery, language: str, today: date) -> Iterator[Button]:
    if Source.STOCK in METRICS[query.metrics[0]].sources and "sku" not in query.by and "sku" not in query.where:
        yield Button(say("follow_up.restock", language), say("follow_up.restock_message", language))
    has_time = any(DIMENSIONS[name].is_time for name in query.by)
    if query.period and not has_time:
        month = Period(today - timedelta(days=_TREND_DAYS), today)
        yield from _asked("trend", replace(query, by=("day",), period=month, compare=None), language, today)
    if not query.by or (has_time and len(query.by) == 1):
        known = METRICS[query.metrics[0]].dimensions
        splits = (_asked("split", replace(query, by=(name,), compare=None), language, today)
                  for name in _SPLITS if name in known)
        yield from islice(chain.from_iterable(splits), 1)
    if query.period and query.compare is None and not query.by:
        yield from _asked("compare", replace(query, compare=Compare.PREVIOUS_PERIOD), language, today)
    if query.period and not {"product", "sku"} & {*query.by, *query.where}:
        yield from _asked("top", replace(query, by=("product",), compare=None), language, today)


def _asked(kind: str, query: MetricQuery, language: str, today: date) -> Iterator[Button]:
    """The question in words, if it makes sense and says something new."""
    if set(query.by) & {*query.where, *query.exclude}:
        return
    try:
        check(query)
    except ImpossibleQuery:
        return
    split = query.by[0] if query.by else ""
    label = say(f"follow_up.{f'by_{split}' if kind == 'split' else kind}", language)
    message = say(f"follow_up.{kind}_message", language, metrics=metrics_named(query, language),
                  dimension=dimension_name(split, language) if split else "",
                  when=_when(query.period, language, today), part=_part(query, language, today))
    yield Button(label, " ".join(message.split()))


def _when(period: Period | None, language: str, today: date) -> str:
    """The period as it is typed: its name, or its dates."""
    if period is None:
        return ""
    said = dates.said(period, today, language)
    if said.name and not said.name.startswith(("第", "Q")):
        return f"in the {said.name}" if said.name.endswith("days") else said.name
    if period.days == 1 or said.dates == dates.month(period.start, today, language):
        return said.dates if language == "zh" else f"{'on' if period.days == 1 else 'in'} {said.dates}"
    joint = "到" if language == "zh" else " to "
    first, last = (dates.day(moment, today, language) for moment in (period.start, period.last))
    return f"{'from ' if language == 'en' else ''}{first}{joint}{last}"


def _part(query: MetricQuery, language: str, today: date) -> str:
    part = _values(query.where, language, today)
    if query.exclude:
        part += " " + say("follow_up.without", language, values=_values(query.exclude, language, today)) + " "
    return f"{part} " if language == "en" and part else part


def _values(names: Filter, language: str, today: date) -> str:
    return between(language).join(
        value_label(name, value, language, today) for name, values in names.items() for value in values)
