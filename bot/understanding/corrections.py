"""Somebody corrects themselves: 前天,不对,昨天的利润; 不是上个月,是9月. What is taken back is left out."""

from collections.abc import Sequence
from datetime import date

from bot.understanding.draft import family, is_filler
from bot.understanding.filters import CLOSED
from bot.understanding.periods import PeriodReader
from bot.understanding.scan import Token


def left_standing(tokens: list[Token], today: date, *, has_last: bool) -> list[Token]:
    """The tokens without what somebody took back while they wrote, or of the question before."""
    if not any("retract" in token.senses or "not_this" in token.senses for token in tokens):
        return tokens
    return _without_taken_back(_without_corrected(tokens, today), has_last=has_last)


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
    while after and (after[0].has("sep") or after[0].has("end")):
        after = after[1:]
    return _without_corrected([*kept, *after], today)


def _names_figure(token: Token) -> bool:
    return (token.has("metric") or token.has("count")) and not token.names


def _retracts(tokens: Sequence[Token], at: int) -> bool:
    """Whether the token takes back something said before it, and something else is said behind it."""
    how = tokens[at].senses.get("retract")
    if how is None or tokens[at].names or all(is_filler(token) or token.has("end") for token in tokens[at + 1:]):
        return False
    is_after_pause = tokens[at - 1].has("sep") or tokens[at - 1].has("end")
    is_before_pause = tokens[at + 1].has("sep") or tokens[at + 1].has("end")
    return is_after_pause or is_before_pause if how == "strong" else is_after_pause and is_before_pause


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
