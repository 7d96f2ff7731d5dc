"""Forms of sentences that are told by cues first: what their patterns take always has one, so no reading is lost."""

import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from bot.understanding.actions import arrivals, order_verbs, sku_rules, suppliers
from bot.understanding.sentences import (
    commands,
    exceptions,
    limiting,
    mapping_words,
    matching,
    quiet,
    requests,
    subscriptions,
    teaching,
)
from bot.understanding.text.cues import Forms
from bot.understanding.text.lexicon import FILES, entries, read_table
from bot.understanding.text.normalise import normalise
from bot.understanding.time import times_of_day

TEACHING = (*teaching._FRAMES, teaching._CALL, teaching._FORGET)
VERBS = tuple(verb.said for verb in order_verbs._verbs())
RULES = tuple(pattern for _, pattern in sku_rules._verbs())
EXCEPTIONS = (exceptions._LIST, exceptions._OF_KIND, exceptions._LATER, exceptions._DONE,
              exceptions._NOT_TOLD)
MATCHING = (*matching._FRAMES, matching._SAID_SHOP)
TIMES = (times_of_day._TIME, times_of_day._BARE_HOUR, times_of_day._WEEKDAY)
LIMITS = (*limiting._LIMITS, *limiting._LIMITS_OF_KNOWN, *limiting._FREES, *limiting._FREES_KNOWN)
SAID = ("记住:小白杯就是马克杯", "学一下 小白杯 是 马克杯", "教你一个词:小白杯指马克杯",
        "告诉你小白杯=马克杯", "忘掉小白杯",
        "取消别名小白杯", "去掉别名 小白杯", "给马克杯起个小名叫小白杯", "以后把马克杯叫做小白杯",
        "为马克杯设一个别名:小白杯",
        "remember that small cup is JJ-01", "JJ-01 is also called the cup", "JJ-01 aka cup", "note small means JJ-01",
        "call JJ-01 the cup", "forget the cup", "每天9点07分发日报", "daily report at 9am", "09:07 发日报",
        "晚上八点半发日报", "22到8点别推送",
        "有哪些异常", "exceptions", "what is wrong", "发货超时的异常", "异常 3 明天再说", "snooze 3",
        "哪些订单没回传", "回传失败", "which orders did not reach the platform",
        "异常 3 处理好了", "resolve 3", "exception 3 is done",
        "忘掉表头对应 3", "forget header mapping 4", "小王只看抖店", "let 小王 see all shops",
        "DB261123-7 到货 8 丢失 2", "db261123-7 10 lost 2", "PO261123-3 到货", "从华东仓调 10 件到华南仓,走物流",
        "by truck", "every monday", "每周五发周报", "免打扰", "向恒源采购 JJ-01 5 件", "order 5 JJ-01 from Hengyuan",
        "福袋 随机款 就是 JJ-01", "match lucky bag to JJ-01", "抖音小店「福袋」是 JJ-01",
        "怎么用", "你能做什么", "我都能问什么", "我是新来的,话该怎么说", "what can you do", "what can i ask",
        "how do i use this", "how does this work", "show me the commands", "确认 7K2", "好的确认", "不做了",
        "never mind", "撤销刚才的操作", "undo that", "自查", "账对得上吗", "check the books", "有哪些别名",
        "list the aliases", "你哪些问题没回答上来", "没答上来的问题", "what couldn't you answer", "哪些商品没对上",
        "没匹配上的链接", "which products are not matched", "表头对应有哪些", "list the header mappings",
        "在途采购单", "哪些采购单在路上", "open purchase orders", "哪些供应商", "who are our suppliers",
        "哪些调拨单", "what transfers are in transit", "试发 日报", "给我看看昨天的日报",
        "show me the daily report", "明天再说 JJ-01", "先暂停推送", "别再推送了", "继续推送", "我们订阅了哪些报告",
        "我的订阅", "what am i subscribed to", "哪些订单可以合单", "能合单的订单", "which orders can be merged",
        "哪些订单要拆单", "which orders need to be split", "查一下订单 TB12345", "look up order TB12345", "绑定 ABCD")


@cache
def texts() -> Sequence[str]:
    """Every message of the test sets, a spread of the lexicon's words, and sentences of each reader."""
    sets = Path(__file__).parent.glob("*.jsonl")
    messages = [json.loads(line)["text"] for path in sets for line in path.read_text(encoding="utf-8").splitlines()]
    words = [spelling for name in FILES for _, _, _, spelling in entries(name)]
    return list(dict.fromkeys(normalise(text).text for text in (*messages, *words[::40], *SAID)))


def taken_by(patterns: tuple[re.Pattern[str], ...], *, is_whole: bool) -> list[str]:
    return [text for text in texts() for pattern in patterns
            if (pattern.fullmatch(text) if is_whole else any(
                match.group().strip() for match in pattern.finditer(text)))]


@pytest.mark.parametrize(("cues", "patterns", "is_whole"), [
    (teaching.CUES, TEACHING, True), (times_of_day.CUES, TIMES, False), (exceptions.CUES, EXCEPTIONS, True),
    (matching.CUES, MATCHING, True), (quiet.CUES, (quiet._HINT,), False), (limiting.CUES, LIMITS, True),
    (mapping_words.CUES, (mapping_words._FORGET,), True), (sku_rules.CUES, RULES, False),
    (suppliers.CUES, (*suppliers._OF_SUPPLIER, suppliers._NUMBER), False),
    (order_verbs.CUES, VERBS, False), (arrivals.TRANSFER_CUES, (arrivals._TRANSFER_NO,), False),
    (arrivals.BY_CARRIER_CUES, (arrivals._BY_CARRIER_ZH, arrivals._BY_CARRIER_EN), False)],
    ids=["teaching", "times of the day", "exceptions", "matching", "quiet", "limiting", "mappings", "rules of a SKU",
         "suppliers", "verbs of orders", "transfers", "carriers"])
def test_what_a_pattern_takes_has_a_cue(cues: str, patterns: tuple[re.Pattern[str], ...], *, is_whole: bool) -> None:
    taken, forms = taken_by(patterns, is_whole=is_whole), Forms((cues, "this"))
    assert len(taken) > 1
    assert [text for text in taken if not forms.of(text)] == []


def test_what_is_wanted_of_an_answer_has_a_cue_of_its_own() -> None:
    for _, (wants, pattern) in requests._WANTED:
        taken = taken_by((pattern,), is_whole=False)
        assert len(taken) > 1
        assert [text for text in taken if (wants, pattern) not in requests._FORMS.of(text)] == []


def test_every_command_has_a_cue_of_its_own() -> None:
    taken = [(text, form) for form in commands._COMMANDS for text in taken_by((form[1],), is_whole=True)]
    assert len({name for _, (name, _) in taken}) > 20
    assert [text for text, form in taken if form not in commands._FORMS.of(text)] == []


def test_every_name_of_a_report_has_a_cue() -> None:
    forms = Forms((subscriptions.CUES, "this"))
    named = [spelling for name in FILES for kind, _, _, spelling in entries(name) if kind == "report"]
    assert [text for text in named if subscriptions._HINT.search(text) and not forms.of(text)] == []


def test_no_cue_is_a_character_that_is_spelled_otherwise() -> None:
    traditional = set("".join(read_table("traditional")["traditional"]))
    forms = (teaching, times_of_day, exceptions, matching, quiet, limiting, mapping_words, sku_rules, suppliers,
             subscriptions, order_verbs)
    assert [one for form in forms for one in form.CUES if one in traditional] == []


@pytest.mark.parametrize(("hint", "patterns"), [
    (order_verbs._any_verb(), VERBS), (sku_rules._around("hint"), RULES)], ids=["verbs of orders", "rules of a SKU"])
def test_what_a_pattern_takes_has_the_hint(hint: re.Pattern[str], patterns: tuple[re.Pattern[str], ...]) -> None:
    taken = taken_by(patterns, is_whole=False)
    assert len(taken) > 3
    assert [text for text in taken if not hint.search(text)] == []
