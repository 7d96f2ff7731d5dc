"""Readers that look for a hint first: what their patterns take always has it, so the short cut changes no reading."""

import json
import re
from pathlib import Path

import pytest

from bot.understanding import exceptions, matching, order_verbs, requests, sku_rules, teaching, times_of_day
from bot.understanding.lexicon import FILES, entries
from bot.understanding.normalise import normalise

REQUESTS = (requests._WHY, requests._DETAILS, requests._EXPORT, requests._DEFINITION)
TEACHING = (*teaching._FRAMES, teaching._CALL, teaching._FORGET)
VERBS = tuple(verb.said for verb in order_verbs._verbs())
RULES = tuple(pattern for _, pattern in sku_rules._verbs())
EXCEPTIONS = (exceptions._LIST, exceptions._OF_KIND, exceptions._LATER, exceptions._DONE,
              exceptions._NOT_TOLD)
MATCHING = (*matching._FRAMES, matching._SAID_SHOP)
TIMES = (times_of_day._TIME, times_of_day._BARE_HOUR)
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
        "福袋 随机款 就是 JJ-01", "match lucky bag to JJ-01", "抖音小店「福袋」是 JJ-01")


def texts() -> list[str]:
    """Every message of the test sets, every word of the lexicon, and sentences of each reader."""
    sets = Path(__file__).parent.glob("*.jsonl")
    messages = [json.loads(line)["text"] for path in sets for line in path.read_text(encoding="utf-8").splitlines()]
    words = [spelling for name in FILES for _, _, _, spelling in entries(name)]
    return [normalise(text).text for text in (*messages, *words, *SAID)]


@pytest.mark.parametrize(("hint", "patterns", "is_whole"), [
    (requests._HINT, REQUESTS, False), (teaching._HINT, TEACHING, True), (order_verbs._any_verb(), VERBS, False),
    (sku_rules._around("hint"), RULES, False),
    (times_of_day._HINT, TIMES, False), (exceptions._HINT, EXCEPTIONS, True), (matching._HINT, MATCHING, True)],
    ids=["requests", "teaching", "verbs of orders", "rules of a SKU", "times of the day", "exceptions", "matching"])
def test_what_a_pattern_takes_has_the_hint(hint: re.Pattern[str], patterns: tuple[re.Pattern[str], ...], *,
                                           is_whole: bool) -> None:
    taken = [text for text in texts() for pattern in patterns
             if (pattern.fullmatch(text) if is_whole else any(
                 match.group().strip() for match in pattern.finditer(text)))]
    assert len(taken) > 3
    assert [text for text in taken if not hint.search(text)] == []
