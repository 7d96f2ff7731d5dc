"""Replies that are not figures: one clear sentence, in the asker's language."""

import pytest

from bot.rendering.talk import render_error, render_help, render_not_allowed, render_refused, render_unclear
from bot.understanding.readings import Refused, Unclear
from domain.errors import NotAllowed, OperatorMustAct, RetryLater, UserCanFix
from domain.metrics.catalog import METRICS
from domain.metrics.query import ImpossibleQuery, MetricQuery, check
from domain.people import Permission, Role, require
from tests.bot.rendering.tables import YESTERDAY


def test_readings_to_choose_from_are_numbered_in_the_text_and_sent_back_as_they_are() -> None:
    reply = render_unclear(Unclear("talk.choices", choices=("昨天商品成本", "昨天推广费")), "zh")
    assert reply.kind == "clarify"
    assert reply.text == "你可以发:\n1. 昨天商品成本\n2. 昨天推广费"
    assert reply.choices == ("昨天商品成本", "昨天推广费")


def test_a_refusal_calls_things_by_their_names() -> None:
    reply = render_refused(Refused("not_by", {"metric": "visitors", "dimension": "sku"}), "zh")
    assert (reply.kind, reply.text) == ("refused", "访客数不能按SKU拆分或筛选。")


def test_what_the_role_may_not_see_is_named() -> None:
    with pytest.raises(NotAllowed) as raised:
        require(Role.WAREHOUSE, Permission.SALES)
    assert render_not_allowed(raised.value, "zh").text == "你的角色(仓库)不能看销售金额。需要的话请找店主开通。"
    english = render_error(raised.value, "en")
    assert (english.kind, english.text) == (
        "refused", "Your role (warehouse) may not see sales amounts. Please ask the owner if you need it.")


def test_an_impossible_question_is_refused_in_words() -> None:
    with pytest.raises(ImpossibleQuery) as raised:
        check(MetricQuery(("visitors",), ("sku",), period=YESTERDAY))
    reply = render_error(raised.value, "en")
    assert (reply.kind, reply.text) == ("refused", "visitors cannot be split or filtered by SKU.")


@pytest.mark.parametrize(("error", "kind", "text"), [
    (UserCanFix("the file is empty"), "refused", "没能办到:the file is empty"),
    (OperatorMustAct("no time zone is called 'Mars'"), "error", "这件事要请维护的人处理:no time zone is called 'Mars'"),
    (RetryLater("busy"), "error", "系统正忙,请过一会儿再问。"),
    (ValueError("secret inner state"), "error", "抱歉,这一问没能答上来,情况已经记下。请换个问法再试,或稍后再试。"),
])
def test_every_failure_is_one_sentence(error: Exception, kind: str, text: str) -> None:
    reply = render_error(error, "zh")
    assert (reply.kind, reply.text) == (kind, text)


def test_help_shows_a_role_what_it_may_ask_and_nothing_else() -> None:
    warehouse, owner = render_help(Role.WAREHOUSE, "zh"), render_help(Role.OWNER, "zh")
    assert "销售额" not in warehouse.text
    assert "哪些货要补" in warehouse.text
    assert "昨天赚了多少" in owner.text
    assert [button.message for button in owner.buttons] == ["今天销售额多少", "昨天一共多少订单", "昨天赚了多少"]
    assert "revenue today" in render_help(Role.OWNER, "en").text


def test_every_kind_of_figure_has_its_line_of_help() -> None:
    help_lines = render_help(Role.OWNER, "zh").text.count("· ")
    assert help_lines == len({metric.permission for metric in METRICS.values()})
