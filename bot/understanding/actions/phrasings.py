"""What is done to goods in words that mean other things elsewhere: 华南仓来了60个 is read as 华南仓入库60个.

A way to say it counts only where it leads to the action it is said of, with every other word of the message explained.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from bot.understanding.actions import acts
from bot.understanding.actions.arguments import Message
from bot.understanding.actions.arrivals import Spread
from bot.understanding.questions.draft import is_filler
from bot.understanding.questions.gate import off_topic
from bot.understanding.readings import Act, Unclear
from bot.understanding.text.lexicon import read_table
from bot.understanding.text.normalise import Normalised, normalise
from bot.understanding.text.patterns import pattern_of
from bot.understanding.text.scan import CODED, NAMED, NUMBERED, UNKNOWN, Token, Words

_FOR_BUYERS = re.compile(r"[给送寄发]\s*(?:客户|买家|客人|顾客)|\bto (?:a|the|my|our) (?:customer|buyer|client)\b")
_ENGLISH = re.compile(r"(?<![\w-])[a-z]{2,}(?![\w-])")
_IS_ENGLISH = re.compile(r"^[^\u4e00-\u9fff]*\\b[^\u4e00-\u9fff]*$")
_TIMES = re.compile(r"x\d+")  # x60
_NO_ACTIONS = frozenset({"class", "tidy"})


@dataclass(frozen=True, slots=True)
class _Phrasing:
    said: re.Pattern[str]
    meant: str
    action: str = ""


def phrased(message: Normalised, tokens: Words, spread: Spread) -> Act | Unclear | None:
    """The action, complete or but for what it asks for; None where nothing is said in such a way, or two things are."""
    actions = acts.OF_GOODS if is_of_goods(tokens) else _OF_MONEY if _is_of_money(tokens) else None
    if actions is None or _FOR_BUYERS.search(message.text):
        return None
    is_english = _ENGLISH.search(message.text) is not None
    if not is_english and acts.asks_something(_without_point(tokens)):  # by, up and over ask and order alike
        return None
    found: Act | None = None
    asked: Unclear | None = None
    for action, rest in _readings(message, actions, is_english=is_english):
        said = spread(rest)
        meant = acts.action_of(said.tokens)
        if meant is None or meant not in ({action} if action else actions) or _says_another(said, meant):
            continue
        reading = acts.read_act(meant, said)
        if isinstance(reading, Act):
            if found is not None and found != reading:
                return None
            found = reading
        if isinstance(reading, Unclear) and asked is None and _asks_for_the_rest(reading, said):
            asked = replace(reading, choices=_as_typed(reading.choices, rest, message))
    return found or asked


def _without_point(tokens: Sequence[Token]) -> Sequence[Token]:
    """低于400条就要补货,改一下补货点: where a reorder point is to be set, the bound and what it is for ask nothing."""
    is_set = any(token.has("set_to") for token in tokens) and any(
        token.senses.get("action") == "set_reorder_point" for token in tokens)
    return [token for token in tokens if not (token.has("op") or token.has("postop"))] if is_set else tokens


COUNTED = frozenset({NUMBERED, CODED, UNKNOWN})  # x60 is unknown


def is_of_goods(tokens: Words) -> bool:
    """Whether goods and a number are named: without them nothing is done to goods."""
    if NAMED not in tokens.kinds or tokens.kinds.isdisjoint(COUNTED):
        return False
    has_number = any((token.number is not None or token.is_code or _TIMES.fullmatch(token.text)) and not token.names
                     for token in tokens)
    return has_number and any(name.dimension in {"sku", "product"} for token in tokens for name in token.names)


def _says_another(said: Message, action: str) -> bool:
    """Whether anything else is to be done, or is none of our trade: 发 beside a receipt."""
    verbs = {token.senses["action"] for token in said.tokens if token.has("action") and not (
        token.names or token.has("metric") or is_filler(token))}
    return not verbs <= {action} or (action not in _OF_MONEY and off_topic(said.tokens) is not None)


def _as_typed(choices: Sequence[str], rest: Normalised, message: Normalised) -> tuple[str, ...]:
    """What is offered goes on from the person's own words."""
    said = rest.message.rstrip(" 。.!！")
    return tuple(message.message.rstrip(" 。.!！") + choice[len(said):] for choice in choices)


_OF_MONEY = frozenset({"record_expense"})


def _is_of_money(tokens: Words) -> bool:
    """A number, and neither goods nor orders."""
    return NUMBERED in tokens.kinds and NAMED not in tokens.kinds and CODED not in tokens.kinds


def _asks_for_the_rest(reading: Unclear, said: Message) -> bool:
    """Whether nothing but one argument is missing, of which the answer may be said next."""
    return reading.missing is not None and reading.pending is not None and said.trouble is None


def _readings(message: Normalised, actions: frozenset[str], *, is_english: bool) -> Iterator[tuple[str, Normalised]]:
    """(action, the message in known verbs) for every way to say something that is in it."""
    tidy = message
    tidied, ways = _phrasings(is_english=is_english)
    for phrasing in tidied if "record_expense" not in actions else ():
        while found := phrasing.said.search(tidy.text):
            tidy = _put(tidy, found, phrasing.meant)
    for phrasing in ways:
        if phrasing.action in actions and (found := phrasing.said.search(tidy.text)):
            yield phrasing.action, _put(tidy, found, phrasing.meant)
    if tidy is not message:
        yield "", tidy


def _put(message: Normalised, found: re.Match[str], meant: str) -> Normalised:
    return normalise(message.replaced(found.start(), found.end(), found.expand(meant)))


@cache
def _phrasings(*, is_english: bool) -> tuple[tuple[_Phrasing, ...], tuple[_Phrasing, ...]]:
    """What is tidied first, and the ways to say each action; without those of English where none of it is."""
    table = read_table("phrasings")
    made = {action: tuple(_Phrasing(pattern_of("phrasings", each["said"]), each["meant"], action) for each in listed
                          if is_english or not _IS_ENGLISH.search(each["said"]))
            for action, listed in table.items() if action != "class"}
    return made["tidy"], tuple(one for action, each in made.items() if action not in _NO_ACTIONS for one in each)
