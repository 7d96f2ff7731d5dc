"""What is wanted besides the figures: 为什么, 明细, 导出, 口径, of a question or of the answer before."""

from datetime import date

import pytest

from bot.understanding.readings import Ask, Refused, Request, Unclear, Wants
from bot.understanding.sentences.requests import requested
from bot.understanding.text.normalise import normalise
from domain.metrics.query import Compare
from tests.bot.understanding.shop import Chat


def request_of(*messages: str) -> tuple[Ask, Request]:
    chat = Chat()
    reading = [chat.say(text) for text in messages][-1]
    assert isinstance(reading, Ask), reading
    assert reading.request is not None
    return reading, reading.request


@pytest.mark.parametrize(("text", "metric", "claims"), [
    ("昨天毛利为什么降了", "gross_profit", "down"), ("昨天退款为什么多了", "refund_amount", "up"),
    ("为什么昨天退款这么多", "refund_amount", "up"), ("昨天销量下降的原因", "units", "down"),
    ("昨天销售额怎么这么低", "revenue", "down"), ("昨天订单数是什么原因变少的", "orders", "down"),
    ("昨天毛利率为啥变了", "gross_margin", ""), ("昨天毛利為什麼降了", "gross_profit", "down"),
    ("why did gross profit drop yesterday?", "gross_profit", "down"),
    ("why are refunds up so much yesterday", "refund_amount", "up"),
    ("what drove the change in revenue yesterday", "revenue", ""),
    ("what caused the drop in orders yesterday", "orders", "down"),
    ("why is yesterday's revenue so low", "revenue", "down")])
def test_why_is_a_question_with_its_claim_taken_off(text: str, metric: str, claims: str) -> None:
    ask, request = request_of(text)
    assert (request.wants, request.claims) == (Wants.WHY, claims)
    assert ask.query.metrics == (metric,)
    assert ask.query.period is not None
    assert ask.query.period.start == date(2026, 11, 22)


@pytest.mark.parametrize(("text", "wants"), [
    ("为什么", Wants.WHY), ("why?", Wants.WHY), ("为什么降了这么多呢", Wants.WHY), ("原因是什么", Wants.WHY),
    ("明细", Wants.DETAILS), ("看明细", Wants.DETAILS), ("是哪些订单", Wants.DETAILS), ("details", Wants.DETAILS),
    ("which orders?", Wants.DETAILS), ("/details", Wants.DETAILS),
    ("导出", Wants.EXPORT), ("把这个导出成csv", Wants.EXPORT), ("export it to excel", Wants.EXPORT),
    ("口径", Wants.DEFINITION), ("怎么算的", Wants.DEFINITION), ("definition", Wants.DEFINITION)])
def test_alone_it_is_wanted_of_the_answer_before(text: str, wants: Wants) -> None:
    ask, request = request_of("上周京东毛利", text)
    assert request.wants is wants
    assert ask.query.metrics == ("gross_profit",)
    assert ask.query.where == {"platform": ("jd",)}


@pytest.mark.parametrize(("text", "key"), [("为什么", "nothing_before_why"), ("明细", "nothing_before_details"),
                                           ("export", "nothing_before_export"), ("口径", "nothing_before_definition")])
def test_with_nothing_before_it_is_asked_of_what(text: str, key: str) -> None:
    reading = Chat().say(text)
    assert isinstance(reading, Unclear)
    assert reading.key == key


def test_a_short_why_changes_the_question_before() -> None:
    ask, _ = request_of("上周毛利", "京东为什么少了")
    assert ask.query.where == {"platform": ("jd",)}
    ask, request = request_of("上周销售额按平台", "那毛利为什么降了")
    assert (ask.query.metrics, request.wants) == (("gross_profit",), Wants.WHY)


def test_the_comparison_that_was_said_is_kept() -> None:
    ask, _ = request_of("上月销售额同比为什么降了")
    assert ask.query.compare is Compare.PREVIOUS_YEAR


@pytest.mark.parametrize(("text", "metric", "by"), [
    ("导出上月各平台销售额", "revenue", ("platform",)), ("上月各平台销售额导出成Excel", "revenue", ("platform",)),
    ("export revenue by platform last month", "revenue", ("platform",)),
    ("download revenue by platform last month as excel", "revenue", ("platform",))])
def test_a_table_is_exported_at_once(text: str, metric: str, by: tuple[str, ...]) -> None:
    ask, request = request_of(text)
    assert (ask.query.metrics, ask.query.by) == ((metric,), by)
    assert request == Request(Wants.EXPORT)


def test_a_file_of_the_rows_or_of_the_reasons() -> None:
    assert request_of("昨天销售额", "导出明细")[1].of is Wants.DETAILS
    assert request_of("昨天销售额", "明细", "导出")[1] == Request(Wants.EXPORT, Wants.DETAILS)
    assert request_of("昨天销售额", "为什么", "导出csv")[1] == Request(Wants.EXPORT, Wants.WHY, is_csv=True)
    assert request_of("昨天退款明细导出")[1].of is Wants.DETAILS


@pytest.mark.parametrize(("text", "metric"), [
    ("昨天退款明细", "refund_amount"), ("哪些订单超时未发", "orders_overdue"), ("待发货的是哪些订单", "orders_to_ship"),
    ("refund details yesterday", "refund_amount"), ("which orders are overdue", "orders_overdue")])
def test_rows_behind_a_figure(text: str, metric: str) -> None:
    ask, request = request_of(text)
    assert (ask.query.metrics, request.wants) == ((metric,), Wants.DETAILS)


def test_a_follow_up_goes_on_after_a_request_without_it() -> None:
    chat = Chat()
    for text in ("昨天毛利", "为什么", "那前天呢"):
        reading = chat.say(text)
    assert isinstance(reading, Ask)
    assert reading.request is None
    assert reading.query.period is not None
    assert reading.query.period.start == date(2026, 11, 21)


@pytest.mark.parametrize("text", ["为什么天空是蓝的", "为什么下雨", "why is the sky blue", "导出天气", "诗的明细"])
def test_other_reasons_are_not_ours(text: str) -> None:
    assert isinstance(Chat().say(text), Refused | Unclear)


@pytest.mark.parametrize("text", ["昨天销售额多少", "怎么提高销售额", "退款原因", "销售额怎么样",
                                  "确认发货"])
def test_plain_questions_want_nothing_more(text: str) -> None:
    assert requested(normalise(text)) is None
