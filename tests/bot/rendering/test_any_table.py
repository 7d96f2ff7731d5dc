"""Whatever can be asked can be said: every metric with every split it has, known or not, compared or not."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import product
from random import Random

import pytest

from bot.rendering.answer import render_answer
from bot.rendering.messages import sentences
from bot.rendering.table import WIDTH, width
from domain.metrics.catalog import DIMENSIONS, METRICS, Metric
from domain.metrics.periods import Grain, previous
from domain.metrics.query import Compare, Direction, Having, MetricQuery, Order
from domain.metrics.result import Cell, Coverage, ResultTable, Row
from tests.bot.rendering.tables import AT, FRESH, LAST_WEEK, THIS_YEAR, table

VALUES: Mapping[str, tuple[Cell, ...]] = {
    "day": tuple((LAST_WEEK.start + timedelta(days=n)).isoformat() for n in range(7)),
    "week": ("2026-11-09", "2026-11-16"),
    "month": ("2025-12", "2026-01"), "hour": tuple(range(24)), "weekday": tuple(range(1, 8)),
    **{name: (*dimension.values, None) for name, dimension in DIMENSIONS.items() if dimension.values},
}
OPEN = ("天猫旗舰店", "【官方正品】轻奢羊绒大衣女2026新款双面呢高端中长款", "{braces}", None)


def figures(metric: Metric, random: Random) -> Cell:
    if random.random() < 0.2:
        return None
    return random.random() if metric.unit in {"rate", "ratio", "days", "hours"} else random.randrange(-10**6, 10**9)


def row(key: tuple[Cell, ...], query: MetricQuery, random: Random) -> Row:
    return (*key, *(figures(METRICS[name], random) for name in query.metrics))


def tables(metric: Metric, random: Random) -> list[ResultTable]:
    period = None if metric.is_of_the_moment else random.choice([LAST_WEEK, THIS_YEAR])
    compare = random.choice([None, *Compare]) if period else None
    splits = [(), *((name,) for name in sorted(metric.dimensions)), tuple(sorted(metric.dimensions))[:2]]
    made = []
    for by in splits:
        query = MetricQuery(
            (metric.id,), by, period=period, compare=compare, limit=random.choice([None, 1, 10]) if by else None,
            order=random.choice([(), (Order(metric.id, Direction.ASC),)]) if by else (),
            having=random.choice([(), (Having(metric.id, "<", 5),)]) if by else (),
            where={"shop": ("京东旗舰店",)} if "shop" in metric.dimensions else {})
        keys = list(product(*(VALUES.get(name, OPEN) for name in by)))[:query.limit]
        rows = [row(key, query, random) for key in keys]
        before = [None if random.random() < 0.3 else row(key, query, random) for key in keys] if compare else None
        made.append(table(query, rows, before=before, before_period=previous(period) if period and compare else None,
                          coverage=Coverage(1, 2, 3, 4, 5, 6, FRESH), total=random.choice([len(rows), len(rows) + 50])))
    return made


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.id)
def test_every_figure_in_every_split_is_said_in_both_languages(metric: Metric) -> None:
    for answered, language in product(tables(metric, Random(metric.id)), ("zh", "en")):
        reply = render_answer(answered, language=language, at=AT)
        assert reply.text
        assert "…}" not in reply.text
        assert "A sentence is missing" not in reply.text
        assert "这里缺一句话" not in reply.text
        assert len(reply.buttons) <= 3
        assert all(button.message == button.message.strip() for button in reply.buttons)
        assert not [line for line in reply.text.splitlines() if line.startswith("  ") and width(line) > WIDTH]


def test_every_source_of_figures_has_its_word_for_nothing() -> None:
    wanted = {f"empty.{source}" for metric in METRICS.values() for source in metric.sources}
    assert wanted <= set(sentences("zh"))


@pytest.mark.parametrize("grain", list(Grain))
def test_every_grain_has_words(grain: Grain) -> None:
    whole = THIS_YEAR if grain is Grain.YEAR else LAST_WEEK
    query = MetricQuery(("revenue",), period=type(whole)(whole.start, whole.end, grain))
    assert "(" in render_answer(table(query, [(5,)]), language="zh", at=AT).text
