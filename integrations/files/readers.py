"""Which reader each column has, and how long its text may be."""

from collections.abc import Callable, Mapping
from typing import Any

from domain.catalog.model import Platform
from domain.money import RATE_SCALE
from domain.orders.model import Exclusion
from integrations.files import words
from integrations.files.block import Reader
from integrations.files.cells import (
    SHOWN_CHARS,
    Bad,
    amount,
    clean,
    identifier,
    name,
    optional_identifier,
    readable_text,
    scaled,
    unmasked,
    whole_number,
)
from integrations.files.setting import Setting

# Characters that the database keeps of each column. A longer id is refused, a longer text is cut.
ID_CHARS = {"order_no": 64, "line_id": 64, "sku_code": 80, "buyer_id": 120, "waybill_no": 60, "barcode": 40}
TEXT_CHARS = {"title": 250, "variant": 45, "product": 300, "remark": 1_000, "province": 40, "city": 60,
              "carrier": 30, "note": 200, "level": 40, "tags": 200}
NAME_CHARS = {"shop": 80, "warehouse": 60, "staff": 60, "category": 60, "campaign": 120}
_YES = frozenset(("true", "1", "yes", "y", "是", "在售", "上架", "已上架", "on", "active"))
_EXCLUSIONS = {"brushed": Exclusion.BRUSHED, "刷单": Exclusion.BRUSHED, "test": Exclusion.TEST, "测试": Exclusion.TEST,
               "gift": Exclusion.GIFT, "赠品": Exclusion.GIFT}
_NO = frozenset(("false", "0", "no", "n", "否", "停售", "下架", "已下架", "off", "inactive"))


def _id(column: str, read: Reader) -> Reader:
    return _bounded(read, ID_CHARS[column])


def _bounded(read: Reader, longest: int) -> Reader:
    def bounded(cell: str) -> Any:
        found = read(cell)
        too_long = isinstance(found, str) and len(found) > longest
        return Bad("row_too_long", found[:SHOWN_CHARS]) if too_long else found
    return bounded


def _title(cell: str) -> str | Bad:
    """A line that is bookkeeping, such as a bad debt written off, is no sale."""
    found = clean(cell)[:TEXT_CHARS["title"]]
    is_bookkeeping = found.lower() in words.table("services")["accounting"]["titles"]
    return Bad("row_bookkeeping", found[:SHOWN_CHARS]) if is_bookkeeping else found


def _required(read: Reader) -> Reader:
    return _refusing(read, "row_missing", lambda value: value is None or value == "")


def _positive(read: Reader) -> Reader:
    return _refusing(read, "row_negative", lambda value: value is not None and value < 0)


def _not_zero(read: Reader) -> Reader:
    return _refusing(read, "row_quantity_zero", lambda value: value == 0)


def _above_zero(read: Reader) -> Reader:
    return _refusing(read, "row_not_positive", lambda value: value is not None and value <= 0)


def _refusing(read: Reader, reason: str, is_wrong: Callable[[Any], bool]) -> Reader:
    """The reader, but values that are wrong are refused with the reason."""
    def refusing(cell: str) -> Any:
        found = read(cell)
        return Bad(reason, clean(cell)[:SHOWN_CHARS]) if not isinstance(found, Bad) and is_wrong(found) else found
    return refusing


def _cut(longest: int) -> Callable[[str], str]:
    return lambda cell: clean(cell)[:longest]


def _optional_cut(longest: int) -> Callable[[str], str | None]:
    return lambda cell: clean(cell)[:longest].rstrip() or None


def _optional_name(column: str) -> Reader:
    return _bounded(lambda cell: name(cell) or None, NAME_CHARS[column])


def _platform(cell: str) -> Platform | Bad | None:
    found = clean(cell)
    if not found:
        return None
    return words.platform(found) or Bad("row_unknown_platform", found[:SHOWN_CHARS])


def _province(cell: str) -> str | None:
    found = clean(cell)
    return words.province(found) or found[:TEXT_CHARS["province"]] or None


def _carrier(cell: str) -> str | None:
    found = clean(cell)
    return words.carrier(found)[:TEXT_CHARS["carrier"]] if found else None


def _currency(default: str) -> Reader:
    def read(cell: str) -> str | Bad:
        found = clean(cell)
        if not found:
            return default
        return words.currency(found) or Bad("row_unknown_currency", found[:SHOWN_CHARS])
    return read


def _yes_or_no(cell: str) -> bool | Bad:
    found = clean(cell).lower()
    if found in _NO:
        return False
    return True if not found or found in _YES else Bad("row_unknown_word", found[:SHOWN_CHARS])


def _exclusion(cell: str) -> Exclusion | Bad | None:
    """Why the order is no sale; a gift is seen by its prices."""
    found = clean(cell).lower()
    if not found:
        return None
    return _EXCLUSIONS.get(found) or Bad("row_unknown_word", found[:SHOWN_CHARS])


def _magnitude(cell: str) -> Any:
    """A discount: some exports write it with a minus."""
    found = amount(cell)
    return found if found is None or isinstance(found, Bad) else abs(found)


def order_readers(setting: Setting) -> Mapping[str, Reader]:
    moment = setting.moments.moment
    return {
        "platform": _platform, "shop": _bounded(name, NAME_CHARS["shop"]),
        "order_no": _required(_id("order_no", identifier)), "line_no": whole_number,
        "line_id": _id("line_id", optional_identifier), "status": clean, "after_sale": clean,
        "created_at": moment, "paid_at": moment, "shipped_at": moment, "signed_at": moment, "ship_by": moment,
        "changed_at": moment, "refunded_at": moment,
        "buyer_id": _bounded(_account, ID_CHARS["buyer_id"]), "buyer_name": readable_text, "buyer_phone": unmasked,
        "province": _province, "city": _optional_cut(TEXT_CHARS["city"]), "address": readable_text,
        "sku_code": _id("sku_code", identifier), "title": _title, "variant": _cut(TEXT_CHARS["variant"]),
        "quantity": _required(_not_zero(whole_number)), "unit_price": _positive(amount),
        "line_discount": _magnitude, "line_paid": amount, "goods_total": _positive(amount),
        "order_total": _positive(amount), "order_paid": _positive(amount), "freight": _positive(amount),
        "currency": _currency(setting.currency), "refund_amount": _magnitude, "carrier": _carrier,
        "waybill_no": _id("waybill_no", optional_identifier), "warehouse": _optional_name("warehouse"),
        "staff": _optional_name("staff"), "excluded": _exclusion, "remark": _optional_cut(TEXT_CHARS["remark"]),
    }


def _account(cell: str) -> str | Bad | None:
    return optional_identifier(cell) if unmasked(cell) else None


def table_readers(setting: Setting) -> Mapping[str, Reader]:
    """For the tables that are not orders."""
    moments = setting.moments
    return {
        "sku_code": _required(_id("sku_code", identifier)), "product": _required(_cut(TEXT_CHARS["product"])),
        "variant": _cut(120), "aliases": clean, "category": _optional_name("category"),
        "unit_cost": _positive(amount), "price": _positive(amount), "currency": _currency(setting.currency),
        "reorder_point": _positive(whole_number), "barcode": _id("barcode", optional_identifier),
        "is_active": _yes_or_no, "warehouse": _required(_bounded(name, NAME_CHARS["warehouse"])),
        "on_hand": _required(whole_number),  # may be below zero: sold before it was counted in
        "incoming": _positive(whole_number), "counted_at": moments.moment,
        "buyer_id": _required(_bounded(_account, ID_CHARS["buyer_id"])), "platform": _platform,
        "name": readable_text, "phone": unmasked, "province": _province, "level": _optional_cut(TEXT_CHARS["level"]),
        "tags": _optional_cut(TEXT_CHARS["tags"]), "day": _required(moments.day), "amount": _required(amount),
        "shop": _optional_name("shop"), "note": _optional_cut(TEXT_CHARS["note"]),
        "campaign": _bounded(name, NAME_CHARS["campaign"]), "impressions": _positive(whole_number),
        "clicks": _positive(whole_number), "spend": _required(_positive(amount)),
        "attributed_revenue": _positive(amount), "visitors": _required(_positive(whole_number)),
        "page_views": _positive(whole_number), "rate": _required(_above_zero(scaled(RATE_SCALE))),
    }
