"""Lists of orders by their numbers, with what can be done about them."""

from collections.abc import Sequence

from bot.rendering.messages import say
from bot.rendering.reply import Button, Reply

MAX_BUTTONS = 3


def render_mergeable(groups: Sequence[Sequence[str]], language: str) -> Reply:
    """Each group with the message that merges it; an empty list is said in words."""
    if not groups:
        return Reply("answer", say("list.none_mergeable", language))
    merges = [say("list.merge", language, orders=" ".join(group)) for group in groups]
    lines = [say("list.mergeable", language, groups=len(groups)), *merges]
    return Reply("answer", "\n".join(lines), buttons=tuple(Button(one, one) for one in merges[:MAX_BUTTONS]))
