"""From demo orders to the drafts an import takes."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.app.demo.lists import BASE_CURRENCY, Item
from bot.app.demo.plan import RAW_STATUS
from bot.app.demo.sales import Sale
from domain.catalog.model import ItemKind
from domain.drafts import LineDraft, OrderDraft, ProductDraft
from domain.orders.model import AfterSale
from domain.orders.rules import derive_status

HASH_BYTES = 6  # a LineDraft's row_hash stays below 2**48


class Clock:
    """Turns the demo's seconds into moments."""

    def __init__(self, start: datetime) -> None:
        self._start = start

    def moment(self, second: int | None) -> datetime | None:
        return None if second is None else self._start + timedelta(seconds=second)

    def at(self, second: int) -> datetime:
        return self._start + timedelta(seconds=second)


def after_sale(sale: Sale) -> AfterSale:
    if sale.claim is None:
        return AfterSale.NONE
    return AfterSale.OPEN if sale.claim.granted is None else AfterSale.DONE


def order_draft(sale: Sale, clock: Clock) -> OrderDraft:
    moment, buyer, parcel = clock.moment, sale.buyer, sale.parcel
    payment, fulfilment, claim = sale.payment, sale.fulfilment, sale.claim
    status = derive_status(payment, fulfilment, after_sale(sale), sale.hold)
    known = (sale.created, sale.paid, sale.closed, sale.shipped, sale.signed, sale.completed,
             claim.asked if claim else None, claim.granted if claim else None)
    return OrderDraft(
        shop=sale.shop, external_id=sale.number, platform=sale.plan.platform, payment=payment, fulfilment=fulfilment,
        after_sale=after_sale(sale), hold=sale.hold, raw_status=RAW_STATUS[status.value], excluded=sale.excluded,
        created_at=clock.at(sale.created), paid_at=moment(sale.paid), ship_by=moment(sale.ship_by),
        shipped_at=moment(sale.shipped), signed_at=moment(sale.signed),
        changed_at=clock.at(max(second for second in known if second is not None)), currency=sale.plan.currency,
        freight_minor=sale.freight_minor, buyer_id=buyer.buyer_id, receiver=buyer.name, phone=buyer.phone,
        province=buyer.province.name if buyer.province else None, city=buyer.city, address=buyer.address,
        carrier=parcel.carrier if parcel else None, waybill_no=parcel.waybill_no if parcel else None,
        warehouse=sale.warehouse if parcel else None, staff=parcel.staff if parcel else None, remark=sale.remark)


def line_drafts(sale: Sale, clock: Clock, first_row: int) -> Iterator[LineDraft]:
    """The order's lines; the first stands in row `first_row` of the history."""
    granted = sale.claim.granted if sale.claim else None
    amounts = sale.claim.amounts if sale.claim else (0,) * len(sale.lines)
    stage = f"{sale.number}|{sale.fulfilment.value}"
    for number, (line, amount) in enumerate(zip(sale.lines, amounts, strict=True), start=1):
        refund = amount if granted is not None else 0
        asked = amount - refund
        code = line.item.code if line.item else ""
        says = f"{stage}|{number}|{code}|{line.quantity}|{line.paid_minor}|{refund}|{asked}"
        yield LineDraft(
            shop=sale.shop, order=sale.number, row_no=first_row + number - 1, line_no=number, external_id=None,
            sku_code=code, title=line.title, kind=ItemKind.GOODS, quantity=line.quantity,
            unit_price_e4=line.price_minor * 100, discount_minor=line.discount_minor, paid_minor=line.paid_minor,
            refund_minor=refund, refunded_at=clock.moment(granted) if refund else None, refund_asked_minor=asked,
            row_hash=int.from_bytes(hashlib.blake2b(says.encode(), digest_size=HASH_BYTES).digest(), "big"))


def product_draft(item: Item) -> ProductDraft:
    return ProductDraft(
        sku_code=item.code, product=item.product, variant=item.variant, aliases=item.aliases, category=item.category,
        kind=ItemKind.GOODS, unit_cost_e4=item.unit_cost_e4, price_minor=item.price_minor, currency=BASE_CURRENCY,
        reorder_point=item.reorder_point, barcode=None, is_active=True)
