"""A shop's first orders, written while they are read, are what they would be had they been staged and merged."""

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalog.model import ItemKind
from domain.drafts import FxRateDraft, Kind, ProductDraft
from domain.money import RATE_SCALE
from storage.engine import Database, open_database
from storage.ingest.line_rows import Place
from storage.rollups import check
from tests.storage.drafting import PAID, ingest, line, order, rows
from tests.storage.test_first_fill import shape

LATER = datetime(2026, 11, 22, 4, tzinfo=UTC)
CUP = ProductDraft("S1", "杯子", "", (), None, ItemKind.GOODS, 30_000, None, "CNY", None, None, is_active=True)
OTHER = CUP._replace(sku_code="OTHER", product="别的")
FOUR = [line(row_no=number, quantity=number, paid_minor=1_000 * number, sku_code=f"S{number}", row_hash=number)
        for number in range(1, 5)]
# Each a batch after another, or rows of another kind that came between.
CASES: dict[str, Sequence[tuple[Any, Any]]] = {
    "many lines, a return, a refund, a gift and a line without a code": [
        ([order(buyer_id="b1")], [*FOUR, line(row_no=5, quantity=-1, row_hash=5), line(row_no=6, unit_price_e4=0,
         paid_minor=0, row_hash=6), line(row_no=7, sku_code="", title="盘子", row_hash=7)]),
        ([order(external_id="A2", freight_minor=500, paid_at=LATER)], [line(order="A2", row_no=8, refund_minor=300,
         refunded_at=LATER)]),
        ([order(external_id="C3")], [line(order="C3", row_no=9, quantity=-2)])],
    "rows of one order apart": [
        ([order(), order(external_id="A2")], [*FOUR, line(order="A2", row_no=5)]),
        ([order(external_id="A3"), order()], [line(order="A3", row_no=6), line(row_no=7, row_hash=7)])],
    "an order that goes on": [([order()], FOUR), ([order()], [line(row_no=5, row_hash=5)])],
    "another currency": [([order()], FOUR), ([order(external_id="A2", currency="USD")], [line(order="A2", row_no=5)])],
    "a rate between": [([order()], FOUR), (Kind.FX_RATES, [FxRateDraft(PAID.date(), "USD", 7 * RATE_SCALE)]), (
        [order(external_id="A2", currency="USD")], [line(order="A2", row_no=5)])],
    "a service": [([order()], [*FOUR, line(row_no=5, sku_code="V1", title="补差价", kind=ItemKind.SERVICE)])],
    "a gift that is sold later": [
        ([order()], [line(unit_price_e4=0, paid_minor=0, title="赠品")]),
        ([order(external_id="A2")], [line(order="A2", row_no=2)])],
    "services that came back and were given away before they were sold": [
        ([order()], [line(row_no=1, sku_code="V1", quantity=-1), line(row_no=2, sku_code="V2", unit_price_e4=0,
         paid_minor=0), *FOUR]),
        ([order(external_id="A2")], [line(order="A2", row_no=9, sku_code=code, title="补差价", kind=ItemKind.SERVICE)
                                     for code in ("V1", "V2")])],
    "products between": [([order()], FOUR), (Kind.PRODUCTS, [CUP]), ([order(external_id="A2")], [
        line(order="A2", row_no=5)])],
    "two accounts of one phone": [
        ([order(buyer_id="b1")], FOUR), ([order(external_id="A2", buyer_id="b2", phone="13800138000")], [
            line(order="A2", row_no=5)]),
        ([order(external_id="A3", buyer_id="b1", phone="13800138000")], [line(order="A3", row_no=6)])],
    "lines numbered by the file, one twice": [
        ([order()], [line(row_no=1, line_no=7), line(row_no=2, line_no=7, row_hash=2), line(row_no=3, row_hash=3)])],
    "no lines": [([order()], [])],
}
SAID = ("""SELECT s.name, o.external_id, o.status, o.excluded, o.paid_minor, o.discount_minor, o.paid_base,
  o.content_hash, COUNT(a.buyer_id), MIN(a.buyer_id) FROM orders o JOIN shops s ON s.id = o.shop_id
LEFT JOIN customer_accounts a ON a.customer_id = o.customer_id GROUP BY s.name, o.id, o.external_id, o.status,
  o.excluded, o.paid_minor, o.discount_minor, o.paid_base, o.content_hash""",
"""SELECT o.external_id, l.line_no, k.code, p.name, p.kind, l.title, l.quantity, l.unit_price_e4, l.paid_minor,
  l.paid_base, l.cost_base FROM order_lines l JOIN orders o ON o.id = l.order_id
LEFT JOIN skus k ON k.id = l.sku_id LEFT JOIN products p ON p.id = k.product_id""",
"""SELECT r.external_id, o.external_id, r.amount_base, l.order_line_no, l.quantity, k.code FROM refunds r
LEFT JOIN orders o ON o.id = r.order_id LEFT JOIN refund_lines l ON l.refund_id = r.id
LEFT JOIN skus k ON k.id = l.sku_id""",
"""SELECT d.day, k.code, d.currency, d.sale_lines, d.revenue_base, d.units, d.cost_base, d.lines_without_cost,
  d.refund_base FROM sku_days d LEFT JOIN skus k ON k.id = d.sku_id""",
"SELECT day, orders, revenue_base, units, cost_base, refund_orders, refund_base FROM sales_days")


def brought(database: Database, parts: Sequence[tuple[Any, Any]]) -> list[Any]:
    """What became of the rows, and what the shop says of them afterwards."""
    with ingest(database) as sink:
        for what, drafts in parts:
            if isinstance(what, Kind):
                sink.stage(what, drafts)
            else:
                sink.stage_orders(what, drafts)
        counts = sink.finish()
    with database.read() as connection:
        assert check(connection) == []
    said = (sorted(tuple(map(str, row)) for row in rows(database, each)) for each in SAID)
    return [counts, list(sink.rejects), *said]


@pytest.mark.parametrize("case", CASES)
def test_they_are_what_they_are_in_a_shop_that_has_goods(database: Database, sqlite_template: Path, tmp_path: Path,
                                                         case: str) -> None:
    before, parts = shape(database), CASES[case]
    other = open_database(f"sqlite:///{shutil.copyfile(sqlite_template, tmp_path / 'other.db')}")
    with ingest(other) as sink:
        sink.stage(Kind.PRODUCTS, [OTHER])
        sink.finish()
    assert brought(database, parts) == brought(other, parts)
    assert shape(database) == before
    other.close()


@given(st.lists(st.integers(1, 9), unique=True))
def test_the_numbers_of_lines_are_known_without_being_listed(taken: list[int]) -> None:
    """Listed, those of one order of three million lines took a quarter of a gibibyte."""
    place = Place(1)
    for place.lines, number in enumerate(taken, start=1):
        free = place.lines if place.lines not in taken[:place.lines - 1] else max(taken[:place.lines - 1]) + 1
        assert place.free_number() == free
        place.take(number)
    assert [number for number in range(-1, 11) if place.has(number)] == sorted(taken)
    assert place.beyond.isdisjoint(range(1, place.up_to + 2))
