"""Several goods in one message, each with how many of it."""

from bot.understanding.actions.arguments import Arguments, Message, counts, pieces, sku_of
from bot.understanding.readings import Unclear


def lines(message: Message, found: Arguments) -> None:
    """面膜300盒、口红200支; 20 KF-01 and 30 WJ-R: each name with the number beside it."""
    rows: list[Arguments] = []
    names = [at for at, token in enumerate(message.tokens) if token.names and not token.used]
    numbers = counts(message)
    if not names or not numbers:
        _line_without_pair(message, names)
        return
    is_number_first = numbers[0] < names[0]
    if len(names) != len(numbers):
        message.trouble = message.trouble or Unclear("ask.lines", missing="lines")
        return
    for name_at, number_at in zip(names, numbers, strict=True):
        if (number_at < name_at) is not is_number_first:
            message.trouble = message.trouble or Unclear("ask.lines", missing="lines")
            return
        quantity = pieces(message, number_at)
        code = sku_of(message, message.tokens[name_at])
        message.tokens[name_at].used = True
        if code:
            rows.append({"sku": code, "quantity": quantity})
    if len(rows) == len(names):
        found["lines"] = rows


def lines_if_any(message: Message, found: Arguments) -> None:
    """As `lines`, where anything is named at all."""
    if any(token.names and not token.used for token in message.tokens):
        lines(message, found)


def _line_without_pair(message: Message, names: list[int]) -> None:
    """下采购单枸杞: of one kind of goods it is asked how many."""
    found = [sku_of(message, message.tokens[at]) for at in names]
    for at in names:
        message.tokens[at].used = True
    if len(found) == 1 and found[0]:
        message.asked_of = found[0]
