"""The same words as a grammar of hassil, the template engine of Home Assistant's voice commands.

Its lists are made from our lexicon and the same names; its sentences are the plainest forms of a question. What it does
not read is counted and left out of the comparison.
"""

from collections.abc import Callable, Iterable
from typing import Any

from bot.understanding.text.lexicon import FILES, entries

_LISTS = {"metric": "metric", "period": "offset", "platform": "platform", "dim": "dim"}
_SENTENCES = (
    "[{period}][{name}|{platform}][各{dim}]{metric}[多少|有多少|走势|环比|同比]",
    "{period}[{name}|{platform}](卖了|赚了)(多少|几件|几单)", "{name}[还](剩|有)(多少|几件)",
    "{period}{metric}最(高|多)的[{dim}]", "{metric} {period} [by {dim}]", "{metric} by {dim} {period}",
)
_SKIPPED = ("的", "了", "呢", "吗", "请", "帮我", "看", "一下")


def reader(names: Iterable[str]) -> Callable[[str], bool] | None:
    """Whether it reads a message; None where hassil is not installed (pip install hassil)."""
    try:
        import hassil
        from hassil.intents import TextSlotList
    except ImportError:
        return None
    spelled: dict[str, list[tuple[str, str]]] = {}
    for file in FILES:
        for kind, value, _, spelling in entries(file):
            spelled.setdefault(kind, []).append((spelling, value))
    lists: dict[str, Any] = {name: TextSlotList.from_tuples(spelled[kind], name=name) for name, kind in _LISTS.items()}
    lists["name"] = TextSlotList.from_strings(list(names), name="name")
    grammar = hassil.Intents.from_dict({"language": "zh", "skip_words": list(_SKIPPED), "intents": {
        "ask": {"data": [{"sentences": list(_SENTENCES)}]}}})
    return lambda message: hassil.recognize(message, grammar, slot_lists=lists) is not None
