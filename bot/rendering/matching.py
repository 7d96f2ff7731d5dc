"""What platforms sell that is matched to no SKU of ours, in words."""

from collections.abc import Sequence

from bot.rendering.messages import say
from bot.rendering.reply import Reply


def render_unmatched(listings: Sequence[tuple[str, str, int, int, tuple[str, ...]]], language: str, *,
                     may_match: bool) -> Reply:
    """Each with the messages that would match it to what it is most like."""
    if not listings:
        return Reply("answer", say("unmatched.none", language), understood_by="command")
    lines = [say("unmatched.title", language)]
    for shop, text, order_lines, orders, near in listings:
        lines.append(say("unmatched.line", language, shop=shop, text=text, lines=order_lines, orders=orders))
        if may_match:
            lines += [say("unmatched.try", language, shop=shop, text=text, sku=sku) for sku in near]
    lines.append(say("unmatched.how" if may_match else "unmatched.who", language))
    return Reply("answer", "\n".join(lines), understood_by="command")
