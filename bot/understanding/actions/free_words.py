"""Arguments in the person's own words: what an expense was for, why stock is adjusted. They are found last."""

from collections.abc import Sequence

from bot.understanding.actions.arguments import Arguments, Message
from bot.understanding.questions.draft import is_filler
from bot.understanding.text.scan import Token


def reason(message: Message, found: Arguments) -> None:
    """The person's own words: after 因为, or what is left over in one piece."""
    tokens = message.tokens
    lead = next((at for at, token in enumerate(tokens) if token.has("because")), None)
    if lead is not None:
        left = [token for token in tokens[lead + 1:] if not token.used]
    else:
        left = [token for token in tokens if token.is_unknown or (token.has("reason") and not token.used)]
    if text := own_words(message, left, to_end=True):
        found["reason"] = text


_NO_CATEGORY = frozenset({"支出", "费用", "开销", "开支", "花销", "花费", "钱", "账", "expense", "cost", "expenses"})


_MAY_NAME = ("metric", "off", "topic")


def category(message: Message, found: Arguments) -> None:
    """What the money was for: all that is neither verb nor amount nor day."""
    kinds = ("action", "stop", "glue", "sep", "end", "money_unit", "because", "set_to", "event", "follow", "only")
    left = [token for at, token in enumerate(message.tokens) if not token.used and (
        token.is_unknown or token.names or token.text == "用品" or _ends_word(message.tokens, at)
        or any(token.has(kind) for kind in _MAY_NAME)
        or not (any(token.has(kind) for kind in kinds) or (token.has("piece_unit") and not _is_of(message, at))))]
    own = [token for token in left if token.text not in _NO_CATEGORY]
    for token in left if own else ():
        if token.text in _NO_CATEGORY and not any(token.start == one.end or one.start == token.end for one in own):
            token.used = True  # 付了房租8500,记一下费用
    text = own_words(message, [token for token in left if not token.used])
    if text and text not in _NO_CATEGORY:
        found["category"] = text


def _ends_word(tokens: Sequence[Token], at: int) -> bool:
    """The 值 of 充值: one character of ours at the end of a word that nobody knows."""
    before, token = tokens[at - 1] if at else None, tokens[at]
    return (before is not None and before.is_unknown and before.end == token.start
            and token.has("event") and len(token.text) == 1)


def _is_of(message: Message, at: int) -> bool:
    """The bags of courier bags: a unit right behind what it is of, not behind how many."""
    before = message.tokens[at - 1] if at else None
    return before is not None and before.has("topic") and not before.used


def own_words(message: Message, left: list[Token], *, to_end: bool = False) -> str:
    """The tokens as typed when they stand together; what stands apart is left for the gate to ask about.

    A word that begins with a verb of ours is not cut: 搬家费. To the end belong the particles that follow: 退货回来的.
    """
    if not left:
        return ""
    group = [left[0]]
    for token in left[1:]:
        between = message.text.text[group[-1].end:token.start]
        if any(character not in " 的" for character in between):
            break
        group.append(token)
    if begun := _beginning(message.tokens, group[0]):
        group.insert(0, begun)
    if to_end:
        group += _particles_behind(message.tokens, group[-1])
    for token in group:
        token.used = True
    return message.text.original(group[0].start, group[-1].end).strip(" ,，。.;；:：")


_NO_BEGINNING = frozenset("买给付交花把用为的了是在去到和跟又也记从放")


def _beginning(tokens: Sequence[Token], first: Token) -> Token | None:
    """搬 before 家费: one character of ours, cut off the word that nobody knows."""
    before = next((token for token in tokens if token.end == first.start), None)
    is_cut = (before is not None and (first.is_unknown or before.text == "请" or first.text == "货")
              and not (before.used or before.names)
              and len(before.text) == 1 and "\u4e00" <= before.text <= "\u9fff" and before.number is None)
    return before if is_cut and before is not None and before.text not in _NO_BEGINNING else None


def _particles_behind(tokens: Sequence[Token], last: Token) -> list[Token]:
    found: list[Token] = []
    for token in tokens:
        if token.start != (found[-1] if found else last).end:
            continue
        if token.used or not is_filler(token) or token.has("sep") or token.has("end"):
            break
        found.append(token)
    return found
