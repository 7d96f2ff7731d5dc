"""Orders brought in: once, wholly, and as the file says."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from domain.catalog.model import ItemKind, Platform
from domain.drafts import Counts, FxRateDraft, Kind, LineDraft, OrderDraft, ProductDraft, Reject
from domain.money import RATE_SCALE
from domain.orders.model import Fulfilment, Payment
from storage.engine import Database
from storage.rollups import check
from tests.storage.drafting import ingest, line, order, rows

TABLES = ("shops", "products", "skus", "customers", "customer_accounts", "orders", "order_lines", "refunds",
          "refund_lines", "shipments", "sales_days", "sku_days", "warehouses")


def bring(database: Database, orders: Sequence[OrderDraft], lines: Sequence[LineDraft], *,
          batches: int = 1) -> Counts:
    with ingest(database) as sink:
        size = -(-len(lines) // batches)
        for start in range(0, len(lines), size):
            part = lines[start : start + size]
            sink.stage_orders([each for each in orders if any(one.order == each.external_id for one in part)], part)
        return sink.finish()[Kind.ORDER_LINES]


def contents(database: Database) -> dict[str, list[tuple[object, ...]]]:
    return {table: sorted(rows(database, f"SELECT * FROM {table}"), key=repr) for table in TABLES}


def consistent(database: Database) -> bool:
    with database.read() as connection:
        return check(connection) == []


def test_the_same_rows_again_change_nothing(database: Database) -> None:
    lines = [line(row_no=1, quantity=2, paid_minor=2_000), line(row_no=2, sku_code="S2", row_hash=2)]
    assert bring(database, [order(buyer_id="b1", province="广东省")], lines) == Counts(2, 0, 0)
    before = contents(database)
    assert bring(database, [order(buyer_id="b1", province="广东省")], lines) == Counts(0, 2, 0)
    assert contents(database) == before
    assert consistent(database)


def test_hashes_of_any_number_of_rows_of_one_order_add_up(database: Database) -> None:
    """A small packed file repeated one order's row half a million times, and the sum was no whole number any more."""
    lines = [line(row_no=number, row_hash=2**61 - number) for number in range(1, 9)]
    assert bring(database, [order()], lines, batches=4) == Counts(8, 0, 0)
    assert bring(database, [order()], lines, batches=2) == Counts(0, 8, 0)
    assert bring(database, [order()], lines[1:], batches=2) == Counts(7, 0, 0)


def test_an_order_that_says_something_new_is_replaced(database: Database) -> None:
    bring(database, [order()], [line(row_no=1), line(row_no=2, sku_code="S2", row_hash=2)])
    shipped = order(fulfilment=Fulfilment.SHIPPED, shipped_at=datetime(2026, 11, 21, 1, tzinfo=UTC), carrier="顺丰",
                    waybill_no="SF1", warehouse="东仓")
    assert bring(database, [shipped], [line(row_hash=9)]) == Counts(1, 0, 0)
    assert rows(database, "SELECT status, paid_minor FROM orders") == [("shipped", 1_000)]
    assert rows(database, "SELECT line_no FROM order_lines") == [(1,)]
    assert rows(database, "SELECT carrier, waybill_no FROM shipments") == [("顺丰", "SF1")]
    assert consistent(database)


def test_an_older_version_of_an_order_does_not_overwrite_a_newer(database: Database) -> None:
    newer, older = datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC)
    bring(database, [order(fulfilment=Fulfilment.SIGNED, changed_at=newer)], [line(row_hash=2)])
    assert bring(database, [order(changed_at=older)], [line(row_hash=1)]) == Counts(0, 1, 0)
    assert rows(database, "SELECT status FROM orders") == [("signed",)]


OTHER_STREET = {"address": "文三路 2 号"}


@pytest.mark.parametrize(("state", "after", "told"), [
    (Fulfilment.SHIPPED, OTHER_STREET, 1), (Fulfilment.SHIPPED, {"receiver": "李四"}, 1),
    (Fulfilment.SHIPPED, {"city": "宁波市"}, 1), (Fulfilment.SHIPPED, {"address": "文三路1号", "remark": "x"}, 0),
    (Fulfilment.SHIPPED, {"address": "文三路***", "receiver": "张*"}, 0), (Fulfilment.SHIPPED, {"address": None}, 0),
    (Fulfilment.SIGNED, OTHER_STREET, 0), (Fulfilment.UNSHIPPED, OTHER_STREET, 0)])
def test_another_receiver_is_told_once_the_parcel_has_left(
        database: Database, state: Fulfilment, after: dict[str, Any], told: int) -> None:
    """Only another town or telephone was: of most changes neither is another."""
    packed = order(fulfilment=state, receiver="张三", city="杭州市", address="文三路 1 号",
                   shipped_at=None if state is Fulfilment.UNSHIPPED else datetime(2026, 11, 21, tzinfo=UTC))
    bring(database, [packed], [line(row_hash=1)])
    bring(database, [packed._replace(**after)], [line(row_hash=2)])
    assert rows(database, "SELECT COUNT(receiver_changed_at) FROM orders") == [(told,)]


def test_a_line_that_is_said_twice_is_taken_once_and_the_other_row_refused(database: Database) -> None:
    """Such a file stopped with a message of the database."""
    with ingest(database) as sink:
        sink.stage_orders([order()], [line(row_no=1, line_no=1), line(row_no=2, line_no=1, row_hash=2),
                                      line(row_no=3, line_no=3, row_hash=3), line(row_no=4, row_hash=4)])
        counts = sink.finish()[Kind.ORDER_LINES]
        assert [(reject.row_no, reject.reason) for _, reject in sink.rejects] == [(2, "line_repeated")]
    assert (counts.accepted, counts.rejected) == (3, 1)
    assert rows(database, "SELECT line_no FROM order_lines ORDER BY 1") == [(1,), (3,), (4,)]


@pytest.mark.parametrize("batches", [1, 2, 5])
def test_a_line_said_again_further_down_is_refused_as_well(database: Database, batches: int) -> None:
    """In another batch of the file it became a second line, and the order's amount grew by it."""
    lines = [line(row_no=1, line_no=1, row_hash=1), line(row_no=2, order="A2", row_hash=2),
             line(row_no=3, line_no=1, paid_minor=700, row_hash=4), line(row_no=4, line_no=8, row_hash=8),
             line(row_no=5, order="A2", row_hash=16)]
    orders = [order(), order(external_id="A2")]
    with ingest(database) as sink:
        size = -(-len(lines) // batches)
        for start in range(0, len(lines), size):
            part = lines[start : start + size]
            sink.stage_orders([each for each in orders if any(one.order == each.external_id for one in part)], part)
        counts = sink.finish()[Kind.ORDER_LINES]
        assert list(sink.rejects) == [
            (Kind.ORDER_LINES, Reject(3, "line_repeated", {"order": "A1", "line_no": "1"}, ()))]
    assert counts == Counts(4, 0, 1)
    assert rows(database, "SELECT external_id, paid_minor, content_hash FROM orders ORDER BY external_id") == [
        ("A1", 2_000, 9), ("A2", 2_000, 18)]
    assert rows(database, "SELECT line_no, paid_minor FROM order_lines ORDER BY order_id, line_no") == [
        (1, 1_000), (8, 1_000), (1, 1_000), (2, 1_000)]
    assert consistent(database)


@pytest.mark.parametrize("changed", ["", "later", "earlier"])
def test_an_order_in_two_tables_of_one_import_is_told_anew(database: Database, changed: str) -> None:
    """Two exports that overlap, brought in with one command, sold the orders of those days twice."""
    when = {"later": (21, 22), "earlier": (22, 21)}.get(changed)
    first, second = (order(changed_at=when and datetime(2026, 11, day, tzinfo=UTC)) for day in when or (1, 1))
    shipped = second._replace(fulfilment=Fulfilment.SHIPPED)
    with ingest(database) as sink:
        sink.stage_orders([first, order(external_id="A2")], [
            line(row_no=1), line(row_no=2), line(row_no=3, order="A2")])
        sink.begin_table()
        sink.stage_orders([order(external_id="A2"), shipped], [
            line(row_no=4, order="A2"), line(row_no=5, row_hash=9), line(row_no=6, row_hash=9)])
        counts = sink.finish()[Kind.ORDER_LINES]
    same = 1 if changed != "earlier" else 3
    assert counts == Counts(6 - same, same, 0)
    assert rows(database, "SELECT external_id, paid_minor, status FROM orders ORDER BY external_id") == [
        ("A1", 2_000, "to_ship" if changed == "earlier" else "shipped"), ("A2", 1_000, "to_ship")]
    assert consistent(database)


def test_two_equal_lines_are_two_lines(database: Database) -> None:
    """A public data set of real invoices has 5,268 of them; who drops them loses their money."""
    bring(database, [order()], [line(row_no=1), line(row_no=2)])
    assert rows(database, "SELECT COUNT(*), SUM(paid_base) FROM order_lines") == [(2, 2_000)]


@pytest.mark.parametrize("batches", [1, 2, 4])
def test_an_order_whose_rows_stand_apart_is_one_order(database: Database, batches: int) -> None:
    orders = [order(external_id="A1"), order(external_id="A2")]
    lines = [line(row_no=1), line(row_no=2, order="A2", row_hash=2), line(row_no=3, sku_code="S2", row_hash=4),
             line(row_no=4, order="A2", sku_code="S3", row_hash=8)]
    bring(database, orders, lines, batches=batches)
    assert rows(database, "SELECT external_id, paid_minor, content_hash FROM orders ORDER BY external_id") == [
        ("A1", 2_000, 5), ("A2", 2_000, 10)]
    assert rows(database, "SELECT line_no, COUNT(*) FROM order_lines GROUP BY line_no ORDER BY line_no") == [
        (1, 2), (2, 2)]
    assert consistent(database)


def test_an_order_of_returned_lines_alone_is_a_refund(database: Database) -> None:
    bring(database, [order(external_id="C7", buyer_id="b1")],
          [line(order="C7", quantity=-3, paid_minor=3_000, row_no=1)])
    assert rows(database, "SELECT COUNT(*) FROM orders") == [(0,)]
    assert rows(database, "SELECT external_id, order_id, amount_base, status FROM refunds") == [
        ("C7", None, 3_000, "succeeded")]
    assert rows(database, "SELECT quantity, amount_minor FROM refund_lines") == [(3, 3_000)]
    again = bring(database, [order(external_id="C7", buyer_id="b1")],
                  [line(order="C7", quantity=-3, paid_minor=3_000, row_no=1)])
    assert again == Counts(0, 1, 0)
    assert consistent(database)


def test_money_back_on_a_line_is_a_refund_and_all_of_it_closes_the_order(database: Database) -> None:
    when = datetime(2026, 11, 22, 3, tzinfo=UTC)
    bring(database, [order(), order(external_id="A2")], [
        line(refund_minor=1_000, refunded_at=when), line(order="A2", refund_minor=300, refunded_at=when, row_hash=2)])
    assert rows(database, "SELECT external_id, payment, status FROM orders ORDER BY external_id") == [
        ("A1", "refunded", "cancelled"), ("A2", "paid", "to_ship")]
    assert rows(database, "SELECT external_id, amount_minor FROM refunds ORDER BY external_id") == [
        ("A1/r1", 1_000), ("A2/r1", 300)]
    assert [str(day) for (day,) in rows(database, "SELECT DISTINCT refunded_on FROM refunds")] == ["2026-11-22"]
    assert rows(database, "SELECT quantity, order_line_no FROM refund_lines ORDER BY quantity") == [(0, 1), (1, 1)]
    assert consistent(database)


def test_a_changed_refund_takes_the_place_of_the_old_one(database: Database) -> None:
    bring(database, [order()], [line(refund_minor=300, row_hash=1)])
    bring(database, [order()], [line(refund_minor=400, row_hash=2)])
    assert rows(database, "SELECT amount_minor FROM refunds") == [(400,)]
    assert rows(database, "SELECT amount_minor FROM refund_lines") == [(400,)]
    assert consistent(database)


def test_a_refund_asked_for_waits(database: Database) -> None:
    bring(database, [order()], [line(refund_asked_minor=500)])
    assert rows(database, "SELECT external_id, status, amount_minor, refunded_at FROM refunds") == [
        ("A1/asked", "asked", 500, None)]


def test_an_order_in_which_nothing_has_a_price_is_a_gift_and_left_out(database: Database) -> None:
    bring(database, [order(), order(external_id="A2")], [
        line(unit_price_e4=0, paid_minor=0), line(order="A2", row_hash=2)])
    assert rows(database, "SELECT external_id, excluded FROM orders ORDER BY external_id") == [
        ("A1", "gift"), ("A2", None)]


def test_foreign_money_is_booked_at_the_rate_of_its_day_and_never_without_one(database: Database) -> None:
    with ingest(database) as sink:
        sink.stage(Kind.FX_RATES, [FxRateDraft(date(2026, 11, 19), "USD", 71_234_567 * RATE_SCALE // 10_000_000)])
        sink.stage_orders([order(currency="USD"), order(external_id="A2", currency="THB")],
                          [line(), line(order="A2", row_no=2, row_hash=2), line(order="A2", row_no=3, row_hash=4)])
        sink.stage_orders([order(external_id="A2", currency="THB")], [line(order="A2", row_no=4, row_hash=8)])
        counts = sink.finish()
        assert [(kind, reject.row_no, reject.reason) for kind, reject in sink.rejects] == [
            (Kind.ORDER_LINES, row_no, "no_rate") for row_no in (2, 3, 4)]
    assert counts[Kind.ORDER_LINES] == Counts(1, 0, 3)
    assert rows(database, "SELECT external_id, paid_minor, paid_base FROM orders") == [("A1", 1_000, 7_123)]


def test_lines_and_their_refunds_add_up_in_both_currencies(database: Database) -> None:
    """Each line was rounded by itself: goods by product came to some fen more or less than goods by day."""
    paid = (333, 333, 333, 1)
    for back in (0, 111):
        with ingest(database) as sink:
            sink.stage(Kind.FX_RATES, [FxRateDraft(date(2026, 11, 19), "USD", 71_234_567 * RATE_SCALE // 10_000_000)])
            sink.stage_orders([order(currency="USD", freight_minor=77)], [
                line(row_no=number, paid_minor=cents, refund_minor=back * (cents > 1), row_hash=number + back)
                for number, cents in enumerate(paid, 1)])
            sink.finish()
        assert rows(database, "SELECT SUM(paid_minor), SUM(paid_base) FROM order_lines") == [(1_000, 7_123)]
        assert rows(database, "SELECT paid_base - freight_base FROM orders") == [(7_123,)]
    assert rows(database, "SELECT amount_minor, amount_base FROM refunds") == [(333, 2_372)]
    assert rows(database, "SELECT SUM(amount_minor), SUM(amount_base) FROM refund_lines") == [(333, 2_372)]
    assert consistent(database)


def test_amounts_round_the_same_way_on_both_databases(database: Database) -> None:
    """PostgreSQL's SUM of whole numbers is a decimal; dividing it kept the halves and added 0.5 fen an order."""
    bring(database, [order(external_id=f"A{n}") for n in range(9)],
          [line(order=f"A{n}", paid_minor=333 * n + 1, row_hash=n) for n in range(9)])
    assert rows(database, "SELECT SUM(paid_base), SUM(paid_minor) FROM orders") == [(11_997, 11_997)]


def test_one_whole_phone_number_is_one_customer_and_a_masked_one_is_nobody(database: Database) -> None:
    bring(database, [
        order(external_id="A1", buyer_id="t1", phone="13800138000"),
        order(external_id="A2", buyer_id="j1", phone="+86 138-0013-8000", platform=Platform.JD, shop="京东店"),
        order(external_id="A3", buyer_id="t2", phone="138****8000"),
        order(external_id="A4", buyer_id="t3", phone="138****8000"),
        order(external_id="A5")],
        [line(order=f"A{n}", shop="京东店" if n == 2 else "小店", row_hash=n) for n in range(1, 6)])
    assert rows(database, "SELECT COUNT(*) FROM customers") == [(3,)]
    same = rows(database, "SELECT COUNT(DISTINCT customer_id) FROM orders WHERE external_id IN ('A1', 'A2')")
    assert same == [(1,)]
    assert rows(database, "SELECT customer_id FROM orders WHERE external_id = 'A5'") == [(None,)]
    bring(database, [order(external_id="A6", buyer_id="t9", phone="13800138000")], [line(order="A6", row_hash=6)])
    assert rows(database, "SELECT COUNT(*) FROM customers") == [(3,)]


def test_a_dry_run_counts_and_keeps_nothing(database: Database) -> None:
    before = contents(database)
    with ingest(database) as sink:
        sink.stage_orders([order()], [line()])
        assert sink.finish(dry_run=True)[Kind.ORDER_LINES] == Counts(1, 0, 0)
    assert contents(database) == before


def test_an_import_given_up_half_way_leaves_nothing_and_the_next_one_works(database: Database) -> None:
    before = contents(database)
    with ingest(database) as sink:
        sink.stage_orders([order()], [line()])  # and never finished
    assert contents(database) == before
    assert bring(database, [order()], [line()]) == Counts(1, 0, 0)


def test_personal_data_are_nowhere_in_the_file(sqlite_database: Database) -> None:
    said = order(buyer_id="b1", receiver="欧阳小明", phone="13912345678", address="长安街1号")
    bring(sqlite_database, [said], [line()])
    sqlite_database.close()
    stored = b"".join(path.read_bytes() for path in _files(sqlite_database))
    for secret in ("欧阳小明", "13912345678", "长安街1号"):
        assert secret.encode() not in stored
    assert b"A1" in stored


def _files(database: Database) -> list[Path]:
    main = Path(str(database.engine.url.database))
    return [path for path in main.parent.iterdir() if path.name.startswith(main.name)]


def test_a_cost_that_becomes_known_later_fills_the_lines_that_lacked_it_and_no_others(database: Database) -> None:
    product = ProductDraft("S1", "马克杯", "蓝", ("杯子",), "家居", ItemKind.GOODS, 50_000, 1_000, "CNY", 5, None,
                           is_active=True)
    bring(database, [order()], [line(quantity=2, paid_minor=2_000)])
    for cost, known in ((50_000, 1_000), (90_000, 1_000)):
        with ingest(database) as sink:
            sink.stage(Kind.PRODUCTS, [product._replace(unit_cost_e4=cost)])
            assert sink.finish()[Kind.PRODUCTS] == Counts(1, 0, 0)
        assert rows(database, "SELECT cost_base FROM order_lines") == [(known,)]
        assert consistent(database)
    assert rows(database, "SELECT name FROM products") == [("马克杯",)]


def test_goods_only_ever_given_away_keep_their_name_but_a_price_names_better(database: Database) -> None:
    """A gift that came with JD's orders was called by its code, though the file had its name."""
    bring(database, [order()], [
        line(sku_code="CUP"), line(sku_code="BRUSH", title="杯刷", unit_price_e4=0, paid_minor=0, row_no=2, line_no=2),
        line(sku_code="LID", title="坏了", unit_price_e4=0, paid_minor=0, row_no=3, line_no=3),
        line(sku_code="LID", title="杯盖", row_no=4, line_no=4)])
    assert rows(database, "SELECT k.code, p.name FROM skus k JOIN products p ON p.id = k.product_id "
                          "WHERE k.code <> 'CUP' ORDER BY k.code") == [("BRUSH", "杯刷"), ("LID", "杯盖")]


def test_an_unpaid_order_is_no_sale_until_it_is_paid(database: Database) -> None:
    bring(database, [order(payment=Payment.UNPAID, paid_at=None)], [line()])
    assert rows(database, "SELECT status, paid_on FROM orders") == [("to_pay", None)]
    assert rows(database, "SELECT COUNT(*) FROM sales_days") == [(0,)]
    bring(database, [order()], [line(row_hash=2)])
    assert rows(database, "SELECT SUM(revenue_base) FROM sales_days") == [(1_000,)]
