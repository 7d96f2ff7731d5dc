"""A statement that was made for one question answers every other of its shape: nothing of the first stays in it."""

from datetime import UTC, date, datetime
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Select
from sqlalchemy.dialects import postgresql, sqlite

from domain.clock import ShopCalendar
from domain.metrics.catalog import METRICS
from domain.metrics.periods import Period
from domain.metrics.query import REORDER_POINT, Having, MetricQuery
from storage.figures.coverage import _left_out, _order_count, _shops_known, coverage_measures
from storage.figures.scope import Scope
from storage.figures.statement import Wanted, statement

ZONE = ZoneInfo("Asia/Shanghai")
FIRST, SECOND = datetime(2026, 11, 2, 9, tzinfo=UTC), datetime(2026, 12, 24, 20, tzinfo=UTC)
OF_THE_MOMENT = [name for name, metric in METRICS.items() if metric.is_of_the_moment]
# one of each source: what is added up of them is written alike
OF_A_PERIOD = list({metric.sources: name for name, metric in METRICS.items()
                    if not metric.is_of_the_moment and len(metric.sources) == 1}.values())
PERIODS = {  # as the first and as the second question have them, each seen from its own moment
    "over": (Period(date(2026, 10, 1), date(2026, 10, 8)), Period(date(2026, 11, 1), date(2026, 12, 1))),
    "running": (Period(date(2026, 11, 1), date(2026, 11, 3)), Period(date(2026, 10, 1), date(2026, 12, 26))),
    "today": (Period(date(2026, 11, 2), date(2026, 11, 3)), Period(date(2026, 12, 25), date(2026, 12, 26)))}
COVERING = (_left_out, _order_count, _shops_known)


def asked(metric: str, ids: tuple[int, ...], at: datetime, period: Period | None = None) -> list[tuple[Scope, Wanted]]:
    """The metric in total, by each of its dimensions, and with each of them kept or left out."""
    named: list[tuple[tuple[str, ...], dict[str, Any], dict[str, Any]]] = [((), {}, {})]
    for name in sorted(METRICS[metric].dimensions):
        together = ((name,), {name: ids}, {name: ids})
        named += [together] if period else [((name,), {}, {}), ((), {name: ids}, {}), ((), {}, {name: ids}), together]
    found = []
    for by, keep, drop in named:
        query = MetricQuery((metric,), by, dict.fromkeys(keep, ("a",)), dict.fromkeys(drop, ("b",)),
                            having=LOW if metric == "stock_available" else ())
        scope = Scope(by, keep, drop, period, at, ShopCalendar(ZONE), {"CNY": 1.0, "USD": 7.1},
                      is_reorder_list=metric == "reorder_quantity")
        found.append((scope, Wanted.of(query, coverage_measures(query))))
    return found


LOW = (Having("stock_available", "<=", REORDER_POINT),)


def said(made: Select[Any], dialect: Any, parameters: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    compiled = made.compile(dialect=dialect)
    given = compiled.construct_params(parameters)
    return str(compiled), {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}


@pytest.mark.parametrize("metric", OF_THE_MOMENT)
def test_all_that_differs_between_questions_of_a_shape_is_taken_by_name(metric: str) -> None:
    first, second = asked(metric, (1, 2), FIRST), asked(metric, (77, 78, 79), SECOND)
    for (before, wanted), (scope, _) in zip(first, second, strict=True):
        assert before.shape == scope.shape
        for dialect in (sqlite.dialect(), postgresql.dialect()):  # type: ignore[no-untyped-call]
            made = said(statement(before, wanted), dialect, scope.parameters)
            assert made == said(statement(scope, wanted), dialect, {})


@pytest.mark.parametrize("when", PERIODS)
@pytest.mark.parametrize("metric", OF_A_PERIOD)
def test_days_are_taken_by_name_too(metric: str, when: str) -> None:
    dialect = sqlite.dialect()
    first, second = PERIODS[when]
    pairs = zip(asked(metric, (1, 2), FIRST, first), asked(metric, (77, 78, 79), SECOND, second), strict=True)
    for (before, wanted), (scope, _) in pairs:
        if "hour" in scope.dimensions:  # offsets of the zone within the period are written out
            assert before.shape != scope.shape
            continue
        assert before.shape == scope.shape
        made = said(statement(before, wanted), dialect, scope.parameters)
        assert made == said(statement(scope, wanted), dialect, {})


def test_what_an_answer_rests_on_is_made_once_for_its_shape_too() -> None:
    dialect = sqlite.dialect()
    parts: list[dict[str, tuple[str | int, ...]]] = [{}, {"shop": (1, 2)}, {"platform": ("jd", "pdd")}]
    for (first, second), shop in product(PERIODS.values(), parts):
        before, scope = (Scope((), shop, {}, period, at, ShopCalendar(ZONE), {})
                         for period, at in ((first, FIRST), (second, SECOND)))
        for make in COVERING:
            assert said(make(before), dialect, scope.parameters) == said(make(scope), dialect, {})
