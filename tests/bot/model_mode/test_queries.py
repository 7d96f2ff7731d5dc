"""What the model calls is completed and checked as a typed message would be: same conventions, same refusals."""

from datetime import date
from typing import Any

import pytest

from bot.model_mode.privacy import Mask
from bot.model_mode.queries import ToolProblem, grain_of, query_of
from bot.understanding.readings import Ask
from domain.metrics.periods import Grain
from domain.people import Role
from tests.bot.model_mode.asking import MONDAY, asking
from tests.bot.understanding.shop import MONDAY as NOW
from tests.bot.understanding.shop import READER


@pytest.mark.parametrize(("text", "arguments"), [
    ("昨天销售额", {"metrics": ["revenue"], "period": {"said": "昨天"}}),
    ("昨天销售额", {"metrics": ["revenue"], "period": {"start": "2026-11-22", "end": "2026-11-23"}}),
    ("销售额", {"metrics": ["revenue"]}),
    ("本月毛利环比", {"metrics": ["gross_profit"], "period": {"start": "2026-11-01", "end": "2026-11-24"},
                 "compare": "previous_period"}),
    ("上周各平台订单数", {"metrics": ["orders"], "by": ["platform"], "period": {"said": "last week"}}),
    ("本月龙井茶叶的销量", {"metrics": ["units"], "period": {"said": "本月"},
                    "where": {"product": ["龙井"]}}),
    ("昨天除了京东的销售额", {"metrics": ["revenue"], "period": {"said": "昨天"},
                     "exclude": {"platform": ["jd"]}}),
    ("杭州仓可用库存低于10件的SKU", {"metrics": ["stock_available"], "by": ["sku"],
                         "where": {"warehouse": ["杭州"]},
                         "having": [{"metric": "stock_available", "op": "<", "value": 10}]}),
    ("上个月销售额超过5万的店铺", {"metrics": ["revenue"], "by": ["shop"], "period": {"said": "上个月"},
                       "having": [{"metric": "revenue", "op": ">", "value": 50000}]}),
    ("上周销量前3的商品", {"metrics": ["units"], "by": ["product"], "period": {"said": "上周"}, "limit": 3,
                   "order": [{"by": "units", "direction": "desc"}]}),
    ("低库存", {"metrics": ["stock_available"], "by": ["sku"], "reorder_point": "at_or_below"}),
])
def test_the_same_question_as_the_rules_read(text: str, arguments: dict[str, Any]) -> None:
    reading = READER.alone(text, NOW)
    assert isinstance(reading, Ask), text
    assert query_of({**arguments, "not_covered": []}, asking(text)) == reading.query


@pytest.mark.parametrize(("arguments", "why"), [
    ({}, "metrics"),
    ({"metrics": []}, "metrics"),
    ({"metrics": ["turnover"]}, "no metric 'turnover'"),
    ({"metrics": ["revenue"], "sql": "drop table orders"}, "sql"),
    ({"metrics": ["revenue"], "by": ["colour"]}, "cannot be split"),
    ({"metrics": ["visitors"], "by": ["sku"]}, "cannot be split"),
    ({"metrics": ["revenue"], "where": {"product": ["羽绒服"]}}, "find_name"),
    ({"metrics": ["revenue"], "where": {"day": ["2026-11-01"]}}, "take no 'day'"),
    ({"metrics": ["revenue"], "where": {"password": ["x"]}}, "take no 'password'"),
    ({"metrics": ["revenue"], "where": {"customer": ["客户 #12"]}}, "no such customer"),
    ({"metrics": ["revenue"], "period": {"said": "the good old days"}}, "no period"),
    ({"metrics": ["revenue"], "period": {"said": "上周和上个月"}}, "no period"),
    ({"metrics": ["revenue"], "period": {"start": "2026-12-01", "end": "2026-12-02"}}, "future"),
    ({"metrics": ["revenue"], "period": {"start": "2026-11-02", "end": "2026-11-02"}}, "after it"),
    ({"metrics": ["revenue"], "period": {"start": "yesterday", "end": "today"}}, "date"),
    ({"metrics": ["stock_available"], "period": {"said": "上个月"}}, "this moment only"),
    ({"metrics": ["revenue", "stock_available"]}, ""),
    ({"metrics": ["revenue"], "having": [{"metric": "revenue", "op": ">", "value": 1}]}, ""),
    ({"metrics": ["revenue"], "by": ["shop"], "having": [{"metric": "revenue", "op": "LIKE", "value": 1}]}, ""),
    ({"metrics": ["revenue"], "by": ["shop"], "limit": 0}, ""),
    ({"metrics": ["revenue"], "by": ["shop"], "limit": 10**9}, ""),
    ({"metrics": ["revenue"], "not_covered": ["羽绒服"]}, "leaves out"),
])
def test_a_call_that_makes_no_question_is_said_to_be_wrong(arguments: dict[str, Any], why: str) -> None:
    with pytest.raises(ToolProblem) as problem:
        query_of(arguments, asking("随便问问"))
    assert why in str(problem.value)


def test_a_metric_the_role_may_not_see_is_no_metric() -> None:
    """Filtered before the call and refused after it: the model may have seen the name in the message itself."""
    for arguments in ({"metrics": ["net_profit"]},
                      {"metrics": ["orders"], "by": ["shop"],
                       "having": [{"metric": "net_profit", "op": ">", "value": 0}]},
                      {"metrics": ["orders"], "by": ["shop"], "order": [{"by": "net_profit", "direction": "desc"}]}):
        with pytest.raises(ToolProblem, match="no metric 'net_profit' for this person"):
            query_of(arguments, asking("net_profit?", Role.WAREHOUSE))


def test_a_label_stands_for_the_text_that_stayed_here() -> None:
    mask = Mask()
    label = mask.hide("staff", "老周")
    query = query_of({"metrics": ["orders_shipped"], "where": {"staff": [label]}},
                     asking("老周昨天发了几单", mask=mask))
    assert query.where == {"staff": ("老周",)}


@pytest.mark.parametrize(("start", "end", "grain"), [
    ("2026-11-22", "2026-11-23", Grain.DAY), ("2026-11-16", "2026-11-23", Grain.WEEK),
    ("2026-11-01", "2026-11-24", Grain.MONTH), ("2026-10-01", "2026-11-01", Grain.MONTH),
    ("2026-10-01", "2026-11-24", Grain.QUARTER), ("2026-01-01", "2026-11-24", Grain.YEAR),
    ("2026-07-01", "2026-10-01", Grain.QUARTER), ("2025-01-01", "2026-01-01", Grain.YEAR),
    ("2026-11-01", "2026-11-12", Grain.SPAN), ("2026-11-17", "2026-11-24", Grain.SPAN),
    ("2026-05-01", "2026-08-01", Grain.SPAN)])
def test_days_are_taken_for_the_calendar_unit_they_are(start: str, end: str, grain: Grain) -> None:
    """环比 of a running month is the same days of the month before, not the 23 days before the first."""
    assert grain_of(date.fromisoformat(start), date.fromisoformat(end), MONDAY) is grain
