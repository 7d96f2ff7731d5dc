"""Purchase orders and suppliers in words."""

from collections.abc import Sequence
from datetime import datetime

from bot.rendering.amounts import count, money
from bot.rendering.messages import say
from bot.rendering.reply import Button, Reply
from domain.purchasing.lists import KnownSupplier, OpenPurchase

MAX_BUTTONS = 3


def render_purchases(found: Sequence[OpenPurchase], number: str, language: str, now: datetime, *,
                     may_move: bool) -> Reply:
    """`number` is the one that was asked for; empty: all of which something is to come. `now` is on the shop's wall."""
    if not found:
        return Reply("refused", say("no.unknown_purchase", language, purchase=number), understood_by="command") \
            if number else Reply("answer", say("purchases.none", language), understood_by="command")
    lines = [] if number else [say("purchases.title", language, n=len(found))]
    lines += [text for order in found for text in _order(order, language, now)]
    waiting = [order for order in found if order.open and may_move]
    if waiting:
        lines.append(say("purchases.how", language, purchase=waiting[0].number))
    arrived = (say("purchases.arrived", language, purchase=one.number) for one in waiting[:MAX_BUTTONS])
    return Reply("answer", "\n".join(lines), understood_by="command",
                 buttons=tuple(Button(text, text) for text in arrived))


def _order(order: OpenPurchase, language: str, now: datetime) -> list[str]:
    """Whose it is and when it comes, below it each line."""
    when = say("purchases.no_day", language)
    if order.is_cancelled:
        when = say("purchases.cancelled", language)
    elif not order.open:
        when = say("purchases.complete", language)
    elif order.expected_on is not None:
        is_late = order.expected_on < now.date()
        when = say(f"purchases.{'late' if is_late else 'expected'}", language, day=f"{order.expected_on:%m-%d}")
    head = say("purchases.line", language, purchase=order.number, warehouse=order.warehouse, when=when,
               supplier=order.supplier or say("purchases.no_supplier", language),
               day=f"{order.ordered_at.astimezone(now.tzinfo):%m-%d}")
    return [head, *("  " + say("purchases.goods", language, sku=sku, ordered=count(ordered), received=count(received))
                    for sku, ordered, received in order.lines)]


def render_suppliers(found: Sequence[KnownSupplier], language: str) -> Reply:
    if not found:
        return Reply("answer", say("suppliers.none", language), understood_by="command")
    lines = [say("suppliers.title", language, n=len(found)), *(_supplier(one, language) for one in found),
             say("suppliers.how", language, supplier=found[0].name)]
    return Reply("answer", "\n".join(lines), understood_by="command")


def _supplier(one: KnownSupplier, language: str) -> str:
    lead = say("suppliers.no_lead", language) if one.lead_days is None else say(
        "suppliers.lead", language, days=one.lead_days)
    line = say("suppliers.line", language, supplier=one.name, lead=lead,
               contact=one.contact or say("suppliers.no_contact", language))
    return line + (say("suppliers.open", language, n=one.open_orders) if one.open_orders else "")


def render_supplier(one: KnownSupplier | None, name: str, language: str, *, with_prices: bool) -> Reply:
    """In full."""
    if one is None:
        return Reply("refused", say("no.unknown_supplier", language, supplier=name), understood_by="command")
    prices = [say("suppliers.price", language, sku=sku, price=money(amount, currency))
              for sku, amount, currency in one.prices] if with_prices else []
    return Reply("answer", "\n".join([_supplier(one, language), *prices]), understood_by="command")
