"""Where parcels go, said of orders: 发往上海的订单 are the orders of buyers there, 昨天发往上海多少单 were shipped."""

from collections.abc import Sequence

from bot.understanding.questions.draft import Draft, is_filler
from bot.understanding.text.scan import Token


def use_destinations(tokens: Sequence[Token], _draft: Draft) -> None:
    """Mark the verb used where it only says whose orders: a 的 stands behind the place, or nothing was done with it."""
    for at, token in enumerate(tokens):
        if not token.has("bound_for") or token.used or token.names:
            continue
        behind = at + 1
        while behind < len(tokens) and (_is_place(tokens[behind]) or (
                tokens[behind].has("sep") and _is_place(tokens[min(behind + 1, len(tokens) - 1)]))):
            behind += 1
        is_whose = behind < len(tokens) and (tokens[behind].text.startswith("的") or _is_order(tokens[behind]))
        token.used = behind > at + 1 and (is_whose or not token.has("event"))


def _is_place(token: Token) -> bool:
    return token.has("province") and not is_filler(token)


def _is_order(token: Token) -> bool:
    return token.text in {"订单", "单子", "包裹"}
