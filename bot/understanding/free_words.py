"""Arguments in the person's own words: what an expense was for, why stock is adjusted. They are found last."""

from bot.understanding.arguments import Arguments, Message
from bot.understanding.scan import Token


def reason(message: Message, found: Arguments) -> None:
    """The person's own words: after 因为, or what is left over in one piece."""
    tokens = message.tokens
    lead = next((at for at, token in enumerate(tokens) if token.has("because")), None)
    if lead is not None:
        left = [token for token in tokens[lead + 1:] if not token.used]
    else:
        left = [token for token in tokens if token.is_unknown or (token.has("reason") and not token.used)]
    if text := own_words(message, left):
        found["reason"] = text


_NO_CATEGORY = frozenset({"支出", "费用", "开销", "开支", "花销", "花费", "钱", "账", "expense", "cost", "expenses"})


def category(message: Message, found: Arguments) -> None:
    """What the money was for: all that is neither verb nor amount nor day."""
    kinds = ("action", "stop", "glue", "sep", "end", "money_unit", "because", "set_to", "piece_unit", "event", "follow",
             "only")
    left = [token for token in message.tokens if not token.used and (
        token.is_unknown or token.names or token.has("metric") or token.has("off") or token.has("topic")
        or not any(token.has(kind) for kind in kinds))]
    text = own_words(message, left)
    if text and text not in _NO_CATEGORY:
        found["category"] = text


def own_words(message: Message, left: list[Token]) -> str:
    """The tokens as typed when they stand together; what stands apart is left for the gate to ask about."""
    if not left:
        return ""
    group = [left[0]]
    for token in left[1:]:
        between = message.text.text[group[-1].end:token.start]
        if any(character not in " 的" for character in between):
            break
        group.append(token)
    for token in group:
        token.used = True
    return message.text.original(group[0].start, group[-1].end).strip(" ,，。.;；:：")
