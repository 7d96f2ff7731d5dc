"""Lists of orders by their numbers, with what can be done about them."""

from collections.abc import Sequence

from bot.rendering.messages import say
from bot.rendering.reply import Button, Reply
from domain.orders.card import DividedOrder, Goods, PlannedParcel

MAX_BUTTONS = 3
MAX_SHOWN = 15  # orders of a kind; more are counted


def render_mergeable(groups: Sequence[Sequence[str]], language: str) -> Reply:
    """Each group with the message that merges it; an empty list is said in words."""
    if not groups:
        return Reply("answer", say("list.none_mergeable", language))
    merges = [say("list.merge", language, orders=" ".join(group)) for group in groups]
    lines = [say("list.mergeable", language, groups=len(groups)), *merges]
    return Reply("answer", "\n".join(lines), buttons=tuple(Button(one, one) for one in merges[:MAX_BUTTONS]))


def render_divided(orders: Sequence[DividedOrder], language: str) -> Reply:
    """Those in several parcels, then those of which part is missing, each with what is where."""
    if not orders:
        return Reply("answer", say("list.none_divided", language))
    several, short = ([order for order in orders if bool(order.parcels) is is_held] for is_held in (True, False))
    lines = []
    if several:
        lines += [say("list.divided", language, orders=len(several)), *(
            say("list.in_parcels", language, order=order.number, shop=order.shop,
                parcels=parcels_said(order.parcels, language)) for order in several[:MAX_SHOWN]), *_more(several)]
    if short:
        lines += [say("list.short", language, orders=len(short)), *(
            say("list.part_missing", language, order=order.number, shop=order.shop,
                here=goods_said(order.here, language), missing=goods_said(order.missing, language))
            for order in short[:MAX_SHOWN]), *_more(short)]
    looked_up = [f"{say('order.look_up', language)} {order.number}" for order in orders[:MAX_BUTTONS]]
    return Reply("answer", "\n".join(lines), buttons=tuple(Button(one, one) for one in looked_up))


def parcels_said(parcels: Sequence[PlannedParcel], language: str) -> str:
    return say("list.between_parcels", language).join(
        f"{parcel.warehouse} {goods_said(parcel.goods, language)}" for parcel in parcels)


def goods_said(goods: Sequence[Goods], language: str) -> str:
    return say("list.between", language).join(f"{one.what}×{one.quantity}" for one in goods)


def _more(orders: Sequence[DividedOrder]) -> list[str]:
    return [f"… +{len(orders) - MAX_SHOWN}"] if len(orders) > MAX_SHOWN else []
