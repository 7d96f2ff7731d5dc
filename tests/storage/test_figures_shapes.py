"""A statement that was made for one question answers every other of its shape: nothing of the first stays in it."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Select
from sqlalchemy.dialects import postgresql, sqlite

from domain.clock import ShopCalendar
from domain.metrics.catalog import METRICS
from domain.metrics.query import MetricQuery
from storage.figures.coverage import coverage_measures
from storage.figures.scope import Scope
from storage.figures.statement import Wanted, statement

OF_THE_MOMENT = [name for name, metric in METRICS.items() if metric.is_of_the_moment]


def asked(metric: str, ids: tuple[int, ...], at: datetime) -> list[tuple[Scope, Wanted]]:
    """The metric in total, by each of its dimensions, and with each of them kept or left out."""
    calendar = ShopCalendar(ZoneInfo("Asia/Shanghai"))
    named: list[tuple[tuple[str, ...], dict[str, Any], dict[str, Any]]] = [((), {}, {})]
    for name in sorted(METRICS[metric].dimensions):
        named += [((name,), {}, {}), ((), {name: ids}, {}), ((), {}, {name: ids}), ((name,), {name: ids}, {name: ids})]
    found = []
    for by, keep, drop in named:
        query = MetricQuery((metric,), by, dict.fromkeys(keep, ("a",)), dict.fromkeys(drop, ("b",)))
        scope = Scope(by, keep, drop, None, at, calendar, {"CNY": 1.0, "USD": 7.1},
                      is_reorder_list=metric == "reorder_quantity")
        found.append((scope, Wanted(query, coverage_measures(query))))
    return found


def said(made: Select[Any], dialect: Any, parameters: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    compiled = made.compile(dialect=dialect)
    given = compiled.construct_params(parameters)
    return str(compiled), {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}


@pytest.mark.parametrize("metric", OF_THE_MOMENT)
def test_all_that_differs_between_questions_of_a_shape_is_taken_by_name(metric: str) -> None:
    first = asked(metric, (1, 2), datetime(2026, 11, 2, 9, tzinfo=UTC))
    second = asked(metric, (77,), datetime(2026, 12, 24, 20, tzinfo=UTC))
    for (before, wanted), (scope, _) in zip(first, second, strict=True):
        for dialect in (sqlite.dialect(), postgresql.dialect()):  # type: ignore[no-untyped-call]
            made = said(statement(before, wanted), dialect, scope.parameters)
            assert made == said(statement(scope, wanted), dialect, {})
