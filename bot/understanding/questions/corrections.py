"""Somebody corrects themselves: 前天,不对,昨天的利润; 不是上个月,是9月. What is taken back is left out."""

import re
from collections.abc import Sequence
from datetime import date

from bot.understanding.questions.draft import family, is_filler
from bot.understanding.questions.filters import CLOSED
from bot.understanding.text.normalise import Normalised, normalise
from bot.understanding.text.scan import Token, Words
from bot.understanding.time.periods import PeriodReader

_TAKEN_BACK = re.compile(
    r"[,;。.\s](?P<words>(?:不对|说错了?|错了|算了|等等|等一?下|等会儿?|等.{0,3}确认|先[别不].{0,6}|(?:明天|晚点|以后|回头)再.{1,4}"
    r"|不用了|取消吧?|撤[销回]|作废|(?:然后|顺便|顺带|接着|同时)[^\d]+"
    r"|never ?mind|wait|scratch that|hold on|cancel that|forget it))[吧啊了\s.。!]*$")


def taken_back(message: Normalised) -> str:
    """What takes back the whole message at its end, or goes on with something else: 减2盒,算了; 减2盒,然后看下库存."""
    found = _TAKEN_BACK.search(message.text)
    return found["words"] if found else ""


def restated(message: Normalised, tokens: Words) -> Normalised | None:
    """减2盒,不对,3盒 as 减3盒: what is said anew, behind the 不对, takes the place of the last of its kind."""
    if "retract" not in tokens.kinds:
        return None
    at = next((at for at in range(1, len(tokens)) if _retracts(tokens, at)), None)
    if at is None:
        return None
    new = next((to for to in range(at + 1, len(tokens)) if not _is_passed_over(tokens[to])), None)
    kind = _kind(tokens[new]) if new is not None else None
    old = next((to for to in range(at - 1, -1, -1) if kind and _kind(tokens[to]) == kind), None)
    if new is None or old is None:
        return None
    first = next(to for to in range(at, 0, -1) if not _is_passed_over(tokens[to - 1]))
    old_end, new_end = _end(tokens, old), _end(tokens, new)
    parts = ((0, tokens[old].start), (tokens[new].start, new_end), (old_end, max(old_end, tokens[first].start)),
             (new_end, len(message.text)))
    return normalise("".join(message.original(start, end) for start, end in parts))


def _is_passed_over(token: Token) -> bool:
    return any(token.has(kind) for kind in ("sep", "end", "retract", "but", "follow")) or is_filler(token)


def _kind(token: Token) -> str | None:
    """What the token names, as far as actions take it."""
    if token.names:
        return token.names[0].dimension
    if token.number is not None:
        return "number"
    return "code" if token.is_code else "carrier" if token.has("carrier") else None


def _end(tokens: Sequence[Token], at: int) -> int:
    """Where it ends with its unit."""
    behind = tokens[at + 1] if at + 1 < len(tokens) and tokens[at].number is not None else None
    return behind.end if behind and (behind.has("piece_unit") or behind.has("money_unit")) else tokens[at].end


def left_standing(tokens: Words, today: date, *, has_last: bool) -> Words:
    """The tokens without what somebody took back while they wrote, or of the question before."""
    if tokens.kinds.isdisjoint(_TAKING_BACK):
        return tokens
    return Words(_without_taken_back(_without_corrected(tokens, today), has_last=has_last))


_TAKING_BACK = frozenset({"retract", "not_this"})


def _without_taken_back(tokens: list[Token], *, has_last: bool) -> list[Token]:
    """不是上个月,是9月: what stands between 不是 and 是 is taken back.

    Without a question before, only where a comma or 而是 makes it sure: 不是京东的订单是多少 takes nothing back.
    """
    first = next((at for at, token in enumerate(tokens) if "not_this" in token.senses), None)
    if first is None:
        return tokens
    but = next((at for at in range(first + 2, len(tokens)) if tokens[at].has("but") and (
        has_last or tokens[at].text in _SURELY or tokens[at - 1].text == ",")), None)
    return tokens if but is None else [*tokens[:first], *tokens[but:]]


_SURELY = frozenset({"而是", "but"})


def _without_corrected(tokens: list[Token], today: date) -> list[Token]:
    """前天,不对,昨天的利润 without 前天: of each kind that is said anew behind the 不对, what stood before it goes."""
    at = next((at for at in range(1, len(tokens)) if _retracts(tokens, at)), None)
    if at is None:
        return tokens
    before, after = tokens[:at], tokens[at + 1:]
    taken_back = _last_period(before, today) if _last_period(after, today) else set()
    if any(_names_figure(token) for token in after):
        taken_back |= {id(token) for token in before if _names_figure(token)}
    families = [family(dimension) for token in after for dimension in _dimensions(token)]
    taken_back |= {id(token) for token in before
                   if any(dimension in one for dimension in _dimensions(token) for one in families)}
    if not taken_back:
        return tokens
    kept = [token for token in before if id(token) not in taken_back]
    while kept and (kept[-1].has("sep") or kept[-1].has("end") or is_filler(kept[-1])):
        kept.pop()
    while after and any(after[0].has(kind) for kind in ("sep", "end", "retract")):
        after = after[1:]
    return _without_corrected([*kept, *after], today)


def _names_figure(token: Token) -> bool:
    return (token.has("metric") or token.has("count")) and not token.names


def _retracts(tokens: Sequence[Token], at: int) -> bool:
    """Whether the token takes back something said before it, and something else is said behind it."""
    how = tokens[at].senses.get("retract")
    if how is None or tokens[at].names or all(is_filler(token) or token.has("end") for token in tokens[at + 1:]):
        return False
    is_after_pause, is_before_pause = _is_pause(tokens[at - 1], tokens[at]), _is_pause(tokens[at + 1], tokens[at])
    if how == "strong" and tokens[at].text in _NEED_NO_PAUSE:
        return True
    return is_after_pause or is_before_pause if how == "strong" else is_after_pause and is_before_pause


# English sets every word apart; these say it by themselves.
_NEED_NO_PAUSE = frozenset({"no wait", "wait no", "i mean", "i meant", "oops", "scratch that", "make that",
                            "or rather"})


def _is_pause(beside: Token, token: Token) -> bool:
    """A comma, or a blank where none need be."""
    is_apart = max(beside.start, token.start) > min(beside.end, token.end)
    return beside.has("sep") or beside.has("end") or (is_apart and not token.text.isascii())


def takes_back(tokens: Sequence[Token], at: int) -> bool:
    """Whether the token denies something behind it or takes back something before it: then it may not be passed over.

    What opens a message answers the one before.
    """
    if all(is_filler(token) or any(token.has(kind) for kind in _OPENING) for token in tokens[:at]):
        return False
    is_last = all(is_filler(token) or token.has("end") for token in tokens[at + 1:])
    if is_last:
        return tokens[at].senses.get("retract") == "strong"  # 昨天销售额,不对: then what?
    return tokens[at].has("not_this") or _retracts(tokens, at)


_OPENING = ("end", "sep", "follow", "retract")


def _last_period(tokens: list[Token], today: date) -> set[int]:
    """The tokens of the last period in these."""
    spans = PeriodReader(tokens, today).read()
    for token in tokens:
        token.used = False
    return {id(token) for token in tokens[spans[-1].first:spans[-1].after]} if spans else set()


def _dimensions(token: Token) -> set[str]:
    """What the token filters by."""
    named = {name.dimension for name in token.names}
    return named or {kind for kind in CLOSED if token.has(kind) and not token.has("metric")}
