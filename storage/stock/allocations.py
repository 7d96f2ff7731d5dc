"""What orders have for themselves, kept in step with what platforms say of them, many orders at a time.

`follow` lets go of what orders no longer wait for, `reserve_waiting` gives those that wait what there is, the oldest
first and each all or nothing. Both look at what is there, so doing them twice changes nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, func, or_, select
from sqlmodel import col

from domain.books import NOTHING, Balance, Need, SkuFacts, WarehouseFacts
from domain.catalog.model import ItemKind, Listing, Product, Sku
from domain.changes import Change
from domain.changes.costs import Cost
from domain.changes.stock import AllocationChange, StockChange
from domain.fulfilment.allotment import Allotment, allot, counted
from domain.inventory.model import Allocation, MoveReason, StockBalance, StockMove, Warehouse
from domain.orders.model import Fulfilment, Order, OrderLine, OrderStatus, Payment
from domain.orders.rules import EMPTY_PARCELS, UNCERTAIN
from storage.bulk import insert_rows
from storage.stock.shelves import Shelf, settle, summed

# What an order that has not left can be to the eye; the index of statuses finds these few among all.
WAITING = (OrderStatus.TO_SHIP, OrderStatus.PARTLY_SHIPPED, OrderStatus.AFTER_SALE, OrderStatus.HELD)
IDS_AT_ONCE = 10_000  # parameters of one statement; SQLite takes 32,766
_COLUMNS = ("order_id", "line_no", "sku_id", "warehouse_id", "parcel_no", "quantity", "reason")
_ON_ITS_WAY = (Fulfilment.UNSHIPPED, Fulfilment.PARTLY_SHIPPED)


def follow(connection: Connection, now: datetime) -> frozenset[int]:
    """After orders were written: what has been shipped elsewhere leaves the shelf, what nobody waits for is let go.

    Returns the SKUs of which something has left; their kept value (storage.stock.costs) has yet to follow.
    """
    gone = connection.execute(_no_longer_waiting()).all()
    if not gone:
        return frozenset()
    for only in _batches({row.order_id for row in gone}):
        connection.execute(delete(Allocation).where(col(Allocation.order_id).in_(only or [])))
    left = [row for row in gone if row.fulfilment not in _ON_ITS_WAY]
    changes: list[AllocationChange | StockChange] = [_let_go(row) for row in gone]
    changes += [StockChange(row.sku_id, row.warehouse_id, -row.quantity, MoveReason.SHIPPED, allows_backorder=True)
                for row in left]
    settle(connection, changes)
    insert_rows(connection, StockMove, (
        "sku_id", "warehouse_id", "quantity", "reason", "reference_kind", "reference_id", "reference_line", "order_id",
        "unit_cost_e4", "moved_at"),
        ((row.sku_id, row.warehouse_id, -row.quantity, MoveReason.SHIPPED, "platform",
          f"{row.order_id}@{now:%Y%m%d%H%M%S%f}", line, row.order_id, row.unit_cost_e4, row.shipped_at or now)
         for line, row in enumerate(left)))
    return frozenset(row.sku_id for row in left)


def _no_longer_waiting() -> Select[Any]:
    """Rows of orders that left, were closed, or now say something else of the line."""
    of_line = and_(col(OrderLine.order_id) == col(Allocation.order_id),
                   col(OrderLine.line_no) == col(Allocation.line_no))
    held = select(func.sum(col(Allocation.quantity))).where(of_line).correlate(OrderLine).scalar_subquery()
    is_as_held = select(col(OrderLine.line_no)).where(of_line, or_(col(OrderLine.sku_id).is_(None), and_(
        col(OrderLine.sku_id) == col(Allocation.sku_id), col(OrderLine.quantity) >= held))).exists()
    has_left = col(Order.fulfilment).not_in(_ON_ITS_WAY)
    is_off = or_(col(Order.payment) != Payment.PAID, col(Order.excluded).in_(EMPTY_PARCELS))
    is_other = select(col(Allocation.order_id)).where(~is_as_held)
    return (select(*Allocation.__table__.columns, col(Order.fulfilment), col(Order.shipped_at),  # type: ignore[attr-defined]
                   col(Sku.unit_cost_e4))
            .join(Order, col(Order.id) == col(Allocation.order_id)).join(Sku, col(Sku.id) == col(Allocation.sku_id))
            .where(or_(has_left, is_off, col(Order.id).in_(is_other))))


def give_back(connection: Connection, held: Select[Any]) -> None:
    """Let go of the selected rows of allocations, whatever their orders wait for."""
    rows = connection.execute(held).all()
    for row in rows:
        connection.execute(delete(Allocation).where(
            col(Allocation.order_id) == row.order_id, col(Allocation.line_no) == row.line_no,
            col(Allocation.sku_id) == row.sku_id, col(Allocation.warehouse_id) == row.warehouse_id,
            col(Allocation.parcel_no) == row.parcel_no))
    settle(connection, [_let_go(row) for row in rows])


def _let_go(row: Any) -> AllocationChange:
    return AllocationChange(row.order_id, row.line_no, row.sku_id, row.warehouse_id, -row.quantity, row.reason,
                            row.parcel_no)


def reserve_waiting(connection: Connection, order_ids: Iterable[int] | None = None) -> int:
    """Give every order that waits and has nothing what it needs, the one to be shipped first leading.

    An order gets all or nothing. Returns how many could not be served; they are served when goods come in.
    """
    if connection.execute(select(col(StockBalance.sku_id)).limit(1)).first() is None:
        return 0  # no stock is kept: nothing to promise
    needs = _needs(connection, order_ids)
    if not needs:
        return 0
    places = [WarehouseFacts(row.id, row.name) for row in connection.execute(
        select(Warehouse.__table__).order_by(col(Warehouse.priority), col(Warehouse.id)))]  # type: ignore[attr-defined]
    balances = _locked_balances(connection, {need.sku.id for order in needs.values() for need in order})
    given: dict[int, Allotment] = {}
    for order_id, wanted in needs.items():
        tracked = counted(wanted, balances)
        found = allot(tracked, places, balances) if tracked else None
        if found is not None:
            given[order_id] = found
            _take(balances, found)
    _write(connection, given, needs)
    return sum(order_id not in given and bool(counted(wanted, balances)) for order_id, wanted in needs.items())


def without_lapsed(connection: Connection, changes: Sequence[Change]) -> tuple[list[Change], frozenset[int]]:
    """The changes that take something back, without what was let go of for an order and is no longer there.

    An order gets all or nothing back; the ids of those that get nothing. The shelves stay as they are until the end.
    """
    again: defaultdict[int, list[AllocationChange]] = defaultdict(list)
    for change in changes:
        if isinstance(change, AllocationChange) and change.may_lapse and change.quantity > 0:
            again[change.order_id].append(change)
    balances = _locked_balances(connection, {hold.sku_id for holds in again.values() for hold in holds})
    lapsed = set()
    for order_id, holds in again.items():
        wanted = summed(holds)
        found = {shelf: balances.get(shelf, NOTHING) for shelf in wanted}
        if all(total.allows_backorder or found[shelf].available >= total.reserved for shelf, total in wanted.items()):
            balances |= {shelf: found[shelf]._replace(reserved=found[shelf].reserved + total.reserved)
                         for shelf, total in wanted.items()}
        else:
            lapsed.add(order_id)
    return [change for change in changes if not (
        isinstance(change, AllocationChange) and change.may_lapse and change.order_id in lapsed)], frozenset(lapsed)


def hold_elsewhere(connection: Connection, order_ids: frozenset[int]) -> bool:
    """Give orders that lost what they held something from another shelf; whether each has got it."""
    reserve_waiting(connection, order_ids)
    held = select(func.count(col(Allocation.order_id).distinct())).where(col(Allocation.order_id).in_(order_ids))
    return connection.execute(held).scalar_one() == len(order_ids)


def _take(balances: dict[Shelf, Balance], found: Allotment) -> None:
    for piece in found.pieces:
        shelf = piece.sku_id, piece.warehouse_id
        balance = balances.get(shelf, NOTHING)
        balances[shelf] = balance._replace(reserved=balance.reserved + piece.quantity)


def _write(connection: Connection, given: Mapping[int, Allotment], needs: Mapping[int, Sequence[Need]]) -> None:
    patient = {need.sku.id for wanted in needs.values() for need in wanted if need.sku.allows_backorder}
    changes = [AllocationChange(order_id, piece.line_no, piece.sku_id, piece.warehouse_id, piece.quantity,
                                found.reason, allows_backorder=piece.sku_id in patient)
               for order_id, found in given.items() for piece in found.pieces]
    settle(connection, changes)
    insert_rows(connection, Allocation, _COLUMNS, ([getattr(change, name) for name in _COLUMNS] for change in changes))


def _needs(connection: Connection, order_ids: Iterable[int] | None) -> dict[int, list[Need]]:
    """By order, in the order in which they are served, what those that wait and hold nothing need."""
    rows = [row for only in _batches(order_ids) for row in connection.execute(_waiting_lines(only)).all()]
    if not rows:
        return {}
    bundles = _bundles(connection, {(row.shop_id, row.sku_code) for row in rows if row.sku_id is None})
    parts = [(row, sku_id, row.quantity * times) for row in rows for sku_id, times in (
        [(row.sku_id, 1)] if row.sku_id is not None else bundles[row.shop_id, row.sku_code])]
    skus = _skus(connection, {sku_id for _, sku_id, _ in parts})
    return {order_id: [Need(skus[sku_id], quantity, row.line_no) for row, sku_id, quantity in lines]
            for order_id, lines in groupby(parts, key=lambda part: int(part[0].order_id))}


def _batches(order_ids: Iterable[int] | None) -> Iterator[list[int] | None]:
    if order_ids is None:
        yield None
        return
    ids = sorted(order_ids)
    yield from (ids[start:start + IDS_AT_ONCE] for start in range(0, len(ids), IDS_AT_ONCE))


def _waiting_lines(only: list[int] | None) -> Select[Any]:
    """An order of which part has left says no more by itself what is still to come, so only whole ones are served."""
    has_some = select(col(Allocation.order_id)).where(col(Allocation.order_id) == col(Order.id)).exists()
    columns: tuple[Any, ...] = (
        col(Order.id).label("order_id"), col(Order.shop_id), col(OrderLine.line_no), col(OrderLine.sku_id),
        func.coalesce(func.nullif(col(OrderLine.sku_code), ""), col(OrderLine.title)).label("sku_code"),
        col(OrderLine.quantity))
    return (select(*columns).join(OrderLine, col(OrderLine.order_id) == col(Order.id))
            .join(Sku, col(Sku.id) == col(OrderLine.sku_id), isouter=True)
            .join(Product, col(Product.id) == col(Sku.product_id), isouter=True)
            .where(col(Order.status).in_(WAITING), col(Order.payment) == Payment.PAID,
                   col(Order.fulfilment) == Fulfilment.UNSHIPPED, col(Order.hold).not_in(UNCERTAIN),
                   or_(col(Order.excluded).is_(None), col(Order.excluded).not_in(EMPTY_PARCELS)), ~has_some,
                   or_(col(Product.kind).is_(None), col(Product.kind) != ItemKind.SERVICE),
                   *([col(Order.id).in_(only)] if only is not None else []))
            .order_by(func.coalesce(col(Order.ship_by), col(Order.paid_at)), col(Order.id), col(OrderLine.line_no)))


def _bundles(connection: Connection, codes: set[tuple[int, str]]) -> Mapping[tuple[int, str], list[tuple[int, int]]]:
    """What listings of several SKUs stand for; nothing where nobody has said."""
    found: defaultdict[tuple[int, str], list[tuple[int, int]]] = defaultdict(list)
    if codes:
        for shop_id, code, sku_id, quantity in connection.execute(select(
                col(Listing.shop_id), col(Listing.platform_sku), col(Listing.sku_id), col(Listing.quantity))):
            found[shop_id, code].append((sku_id, quantity))
    return found


def _skus(connection: Connection, ids: set[int]) -> dict[int, SkuFacts]:
    return {row.id: SkuFacts(row.id, row.code, row.currency, Cost(row.unit_cost_e4), row.reorder_point,
                             row.allows_backorder, 0)
            for only in _batches(ids)
            for row in connection.execute(select(Sku.__table__).where(col(Sku.id).in_(only or [])))}  # type: ignore[attr-defined]


def _locked_balances(connection: Connection, sku_ids: set[int]) -> dict[Shelf, Balance]:
    """Nobody takes from these shelves until the end of the transaction. SQLite has one writer anyway."""
    statement = select(StockBalance.__table__).order_by(  # type: ignore[attr-defined]
        col(StockBalance.sku_id), col(StockBalance.warehouse_id))
    return {(row.sku_id, row.warehouse_id): Balance(row.on_hand, row.reserved, row.incoming)
            for only in _batches(sku_ids)
            for row in connection.execute(statement.where(col(StockBalance.sku_id).in_(only or [])).with_for_update())}

