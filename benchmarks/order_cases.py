"""Whole orders, as they go through a shop: created, reserved for, confirmed and shipped; ours and plain SQL.

Each case runs in a process of its own. Plain SQL writes the same rows of the same tables by hand and checks nothing
but the guard of the stock.
"""

import gc
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from benchmarks.cases import Measured, answer
from bot.rendering.proposal import render_done, render_proposal
from bot.understanding.readings import Act
from bot.understanding.sentences.shipments import read_shipments
from domain.catalog.model import ItemKind, Platform
from domain.clock import ShopCalendar
from domain.confirmations import Done, Proposal
from domain.drafts import Kind, LineDraft, OrderDraft, ProductDraft, StockDraft
from domain.orders.model import AfterSale, Fulfilment, Hold, Payment
from domain.people import Role
from storage.actions.desk import ActionDesk
from storage.encryption import Vault
from storage.engine import Database, open_database
from storage.ingest import Ingest
from storage.migrate import upgrade
from storage.upkeep.verify import verify

SKUS, LINES, PIECES = 200, 2, 1_000_000  # so many lines has each order; nobody goes without
PAGE = 1_000  # orders that come in at once, as from a platform
PARCELS = 100  # orders that leave at once: as many as one yes ships
AT = datetime(2026, 11, 23, 7, tzinfo=UTC)
CALENDAR = ShopCalendar.named("Asia/Shanghai")

Line = tuple[int, int]  # SKU, pieces


def lines_of(order: int) -> list[Line]:
    rng = Random(order)
    return [(sku, rng.randint(1, 3)) for sku in rng.sample(range(1, SKUS + 1), LINES)]


def batches(orders: int, size: int) -> Iterator[Sequence[int]]:
    for first in range(1, orders + 1, size):
        yield range(first, min(first + size, orders + 1))


def by_chat(url: str, orders: int) -> Measured:
    """Pages are imported; lists of parcels are pasted into the chat, proposed, shown, and confirmed with one code."""
    desks: list[ActionDesk] = []

    def ship(database: Database, page: Sequence[int]) -> None:
        desk = desks[0] if desks else ActionDesk(database, CALENDAR, "CNY", Random(1))
        desks[:] = [desk]
        for parcels in batches(len(page), PARCELS):
            _ship(desk, [page[at - 1] for at in parcels])

    return _ours(url, orders, ship)


def by_file(url: str, orders: int) -> Measured:
    """Pages are imported, and a second file says which of their parcels have left."""
    return _ours(url, orders, lambda database, page: _bring(database, page, is_shipped=True))


def _ours(url: str, orders: int, ship: Callable[[Database, Sequence[int]], None]) -> Measured:
    database = _open(url)
    measured = Measured(orders)
    gc.collect()
    gc.freeze()  # as `serve` does once it is up
    with measured.timed():
        for page in batches(orders, PAGE):
            _bring(database, page)
            ship(database, page)
    if broken := verify(database):
        raise ValueError(f"not clean: {broken[0]}")
    _check(database, orders)
    database.close()
    return measured


def _open(url: str) -> Database:
    """An empty shop with goods."""
    database = open_database(url)
    upgrade(database)
    with _ingest(database) as sink:
        sink.stage(Kind.PRODUCTS, [ProductDraft(f"S{sku}", f"P{sku}", "", (), None, ItemKind.GOODS, 50_000, None, "CNY",
                                                None, None, is_active=True) for sku in range(1, SKUS + 1)])
        sink.stage(Kind.STOCK, [StockDraft(f"S{sku}", "W", PIECES, None, None) for sku in range(1, SKUS + 1)])
        sink.finish()
    return database


def _ingest(database: Database) -> Ingest:
    return Ingest(database, calendar=CALENDAR, vault=Vault.from_secret("a secret of the benchmark, long enough"),
                  base_currency="CNY", now=AT)


def _bring(database: Database, page: Sequence[int], *, is_shipped: bool = False) -> None:
    with _ingest(database) as sink:
        sink.stage_orders([_sent_order(order) if is_shipped else _order(order) for order in page],
                          [_line(order, *line, is_shipped) for order in page for line in enumerate(lines_of(order), 1)])
        sink.finish()


def _sent_order(number: int) -> OrderDraft:
    return _order(number)._replace(fulfilment=Fulfilment.SHIPPED, shipped_at=AT, carrier="中通",
                                   waybill_no=f"7890{number:010}", warehouse="W")


def _order(number: int) -> OrderDraft:
    paid = AT - timedelta(hours=2)
    return OrderDraft(
        shop="S", external_id=f"N{number:08}", platform=Platform.JD, payment=Payment.PAID,
        fulfilment=Fulfilment.UNSHIPPED, after_sale=AfterSale.NONE, hold=Hold.NONE, raw_status="", excluded=None,
        created_at=paid, paid_at=paid, ship_by=None, shipped_at=None, signed_at=None, changed_at=None, currency="CNY",
        freight_minor=0, buyer_id=None, receiver=None, phone=None, province=None, city=None, address=None,
        carrier=None, waybill_no=None, warehouse=None, staff=None, remark=None)


def _line(number: int, line_no: int, line: Line, is_shipped: bool) -> LineDraft:  # noqa: FBT001
    sku, pieces = line
    return LineDraft(
        shop="S", order=f"N{number:08}", row_no=number, line_no=line_no, external_id=None, sku_code=f"S{sku}",
        title=f"P{sku}", kind=ItemKind.GOODS, quantity=pieces, unit_price_e4=100_000, discount_minor=0,
        paid_minor=1_000 * pieces, refund_minor=0, refunded_at=None, refund_asked_minor=0,
        row_hash=(number * LINES + line_no) * 2 + is_shipped)


def _ship(desk: ActionDesk, orders: Sequence[int]) -> None:
    """Read as a person pastes them, answered as a person sees it."""
    who: dict[str, Any] = {"actor": "owner", "role": Role.OWNER, "chat": "c", "at": AT}
    pasted = "发货\n" + "\n".join(f"N{order:08} 中通 7890{order:010}" for order in orders)
    understood = read_shipments(pasted)
    if understood is None or not isinstance(act := understood.reading, Act):
        raise TypeError(f"not understood: {understood}")
    proposal = desk.propose(act.action, act.arguments, **who)
    if not isinstance(proposal, Proposal):
        raise TypeError(f"not proposed: {proposal}")
    shown = render_proposal(proposal, "zh", CALENDAR.zone)
    done = desk.confirm(proposal.code, **who)
    if not isinstance(done, Done) or not shown.text or not render_done(done, "zh", CALENDAR.zone).text:
        raise TypeError(f"not shipped: {done}")


def _check(database: Database, orders: int) -> None:
    with database.read() as connection:
        sent = connection.exec_driver_sql("SELECT COUNT(*) FROM stock_moves WHERE reason = 'shipped'").scalar_one()
    if sent != orders * LINES:
        raise ValueError(f"{sent} lines have left instead of {orders * LINES}")


_ORDER = """INSERT INTO orders (id, shop_id, external_id, payment, fulfilment, after_sale, hold, status, raw_status,
  created_at, paid_at, paid_on, currency, fx_rate, discount_minor, freight_minor, paid_minor, discount_base,
  freight_base, paid_base, content_hash) VALUES (?, 1, ?, 'paid', 'unshipped', 'none', 'none', 'to_ship', '', ?, ?,
  '2026-11-23', 'CNY', 1, 0, 0, ?, 0, 0, ?, ?)"""
_LINE = """INSERT INTO order_lines (order_id, line_no, sku_id, title, quantity, unit_price_e4, discount_minor,
  paid_minor, paid_base, cost_base) VALUES (?, ?, ?, ?, ?, 100000, 0, ?, ?, ?)"""
_GUARD = """UPDATE stock_balances SET reserved = reserved + ? WHERE sku_id = ? AND warehouse_id = 1
  AND on_hand - reserved >= ?"""
_HOLD = """INSERT INTO allocations (order_id, line_no, sku_id, warehouse_id, parcel_no, quantity, reason)
  VALUES (?, ?, ?, 1, 1, ?, 'only_warehouse')"""
_GONE = "UPDATE orders SET fulfilment = 'shipped', status = 'shipped', shipped_at = ? WHERE id = ?"
_PARCEL = """INSERT INTO shipments (order_id, parcel_no, warehouse_id, carrier, waybill_no, shipped_at, shipped_on)
  VALUES (?, 1, 1, '中通', ?, ?, '2026-11-23')"""
_CONTENTS = "INSERT INTO parcel_lines (order_id, parcel_no, line_no, sku_id, quantity) VALUES (?, 1, ?, ?, ?)"
_MOVE = """INSERT INTO stock_moves (sku_id, warehouse_id, quantity, reason, reference_kind, reference_id,
  reference_line, order_id, moved_at) VALUES (?, 1, ?, 'shipped', 'plain', ?, ?, ?, ?)"""
_LEAVE = """UPDATE stock_balances SET on_hand = on_hand - ?, reserved = reserved - ? WHERE sku_id = ?
  AND warehouse_id = 1 AND on_hand >= ?"""
_LET_GO = "DELETE FROM allocations WHERE order_id = ?"


def plain(url: str, orders: int) -> Measured:
    """The same rows by hand, in transactions of as many orders."""
    database = _open(url)
    with database.write() as connection:
        connection.exec_driver_sql("INSERT INTO shops (id, name, platform, currency, created_at) "
                                   "VALUES (1, 'S', 'jd', 'CNY', '2026-01-01 00:00:00+00:00')")
    execute, commit, close = _driver(url)
    measured = Measured(orders)
    with measured.timed():
        for page in batches(orders, PAGE):
            for order in page:
                _create(execute, order)
            commit()
            for parcels in batches(len(page), PARCELS):
                for at in parcels:
                    _send(execute, page[at - 1])
                commit()
    close()
    _check(database, orders)
    database.close()
    return measured


def _driver(url: str) -> tuple[Callable[..., Any], Callable[[], None], Callable[[], None]]:
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection.execute, connection.commit, connection.close
    import psycopg

    server = psycopg.connect(url)
    return (lambda said, values: server.execute(said.replace("?", "%s"), values)), server.commit, server.close


_NOW = "2026-11-23 07:00:00+00:00"


def _create(execute: Callable[..., Any], order: int) -> None:
    lines = lines_of(order)
    paid = sum(1_000 * pieces for _, pieces in lines)
    execute(_ORDER, (order, f"N{order:08}", _NOW, _NOW, paid, paid, order))
    for line_no, (sku, pieces) in enumerate(lines, 1):
        execute(_LINE, (order, line_no, sku, f"P{sku}", pieces, 1_000 * pieces, 1_000 * pieces, 500 * pieces))
        if execute(_GUARD, (pieces, sku, pieces)).rowcount != 1:
            raise ValueError("too few")
        execute(_HOLD, (order, line_no, sku, pieces))


def _send(execute: Callable[..., Any], order: int) -> None:
    execute(_GONE, (_NOW, order))
    execute(_PARCEL, (order, f"7890{order:010}", _NOW))
    for line_no, (sku, pieces) in enumerate(lines_of(order), 1):
        execute(_CONTENTS, (order, line_no, sku, pieces))
        execute(_MOVE, (sku, -pieces, str(order), line_no, order, _NOW))
        if execute(_LEAVE, (pieces, pieces, sku, pieces)).rowcount != 1:
            raise ValueError("too few")
    execute(_LET_GO, (order,))


if __name__ == "__main__":
    answer({"plain": plain, "by_file": by_file, "by_chat": by_chat})
