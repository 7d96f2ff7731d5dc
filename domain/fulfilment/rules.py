"""Carriers, and from where an order is sent."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.books import Balance, Need, WarehouseFacts

# Short name → other names people and platforms use, in lower case.
CARRIERS: Mapping[str, tuple[str, ...]] = {
    "顺丰": ("顺丰速运", "顺丰快递", "sf", "sf express", "shunfeng"),
    "中通": ("中通快递", "zto", "zto express", "zhongtong"),
    "圆通": ("圆通速递", "圆通快递", "yto", "yto express", "yuantong"),
    "申通": ("申通快递", "sto", "sto express", "shentong"),
    "韵达": ("韵达快递", "韵达速递", "yunda", "yunda express"),
    "极兔": ("极兔速递", "极兔快递", "jtsd", "j&t", "j&t express", "jt"),
    "京东快递": ("京东物流", "京东", "jd", "jd logistics", "jd express"),
    "邮政": ("中国邮政", "ems", "邮政快递", "邮政包裹", "china post", "postb"),
    "德邦": ("德邦快递", "德邦物流", "dbl", "deppon"),
}
_BY_NAME = {text: name for name, others in CARRIERS.items() for text in (name, *others)}
_WAYBILL = re.compile(r"[A-Z0-9][A-Z0-9-]{5,39}")  # the carriers' numbers have 8 to 25 letters and digits


def carrier_named(text: str) -> str | None:
    """The carrier's short Chinese name, or None for one nobody knows."""
    return _BY_NAME.get(text.strip().lower())


def is_waybill(text: str) -> bool:
    """Whether it looks like a waybill number."""
    return _WAYBILL.fullmatch(text.upper()) is not None


@dataclass(frozen=True, slots=True)
class Choice:
    """The warehouse an order is sent from, and the key of the note that says why."""

    warehouse: WarehouseFacts
    why: str


Balances = Mapping[tuple[int, int], Balance]


def released(balance: Balance, quantity: int) -> int:
    """How many reserved pieces a parcel sets free: its own, as far as any are reserved here."""
    return min(balance.reserved, quantity)


def shortage(need: Need, balance: Balance) -> int:
    """Pieces that are not there; reserved ones count as the order's own as far as they go."""
    if need.sku.allows_backorder:
        return 0
    return max(0, need.quantity - balance.available - released(balance, need.quantity))


def short_of(needs: Sequence[Need], warehouse: WarehouseFacts, balances: Balances) -> tuple[tuple[Need, int], ...]:
    """What the warehouse lacks of the needs, with how many pieces."""
    lacks = ((need, shortage(need, balances.get((need.sku.id, warehouse.id), Balance()))) for need in needs)
    return tuple((need, pieces) for need, pieces in lacks if pieces)


def choose_warehouse(needs: Sequence[Need], warehouses: Sequence[WarehouseFacts], balances: Balances) -> Choice | None:
    """The one warehouse that has everything, the first of several; else the first of all. None: there is none."""
    if not warehouses:
        return None
    full = [warehouse for warehouse in warehouses if not short_of(needs, warehouse, balances)]
    if not needs or not full:
        return Choice(warehouses[0], "first_warehouse")
    if len(full) == 1:
        return Choice(full[0], "only_warehouse")
    return Choice(full[0], "first_of_full")
