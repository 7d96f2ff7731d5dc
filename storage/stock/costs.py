"""The kept value follows the stock moves: whoever writes moves settles afterwards, in the same transaction.

A move is settled once, when it has no cost entry yet; so nothing depends on who wrote it or in which order.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, insert, or_, select, update

from domain.costing.model import CostEntryKind, CostMethod
from domain.costing.rules import Layer, Pool, Posting, share
from domain.inventory.model import MoveReason
from storage.schema import metadata
from storage.stock import line_costs

_T = metadata.tables
_pools, _layers, _entries = _T["cost_pools"], _T["cost_layers"], _T["cost_entries"]
_moves, _skus, _balances = _T["stock_moves"], _T["skus"], _T["stock_balances"]
LATE_MOVES = 10_000  # no transaction that is still open was given a move's id so far back
NEUTRAL = (MoveReason.TRANSFER_IN, MoveReason.TRANSFER_OUT)  # the pool is of all warehouses, and of what is between
PRICED = (MoveReason.RECEIVED, MoveReason.RETURNED)  # come with a cost of their own: what was paid, what they left with


@dataclass(slots=True)
class _Work:
    """A pool that is being settled, with the moves its postings are for."""

    pool: Pool
    booked: list[tuple[Any, Posting]] = field(default_factory=list)  # (move or None, posting)

    def take_postings(self, move: Any | None) -> None:
        self.booked += [(move, posting) for posting in self.pool.postings]
        self.pool.postings.clear()


def settle(connection: Connection, base_currency: str, at: datetime, *, skus: Iterable[int] | None = None,
           ) -> frozenset[tuple[int, date]]:
    """Bring the pools (of these SKUs, or all) up to their moves; (shop, day) whose cost of goods has changed."""
    wanted = None if skus is None else sorted(set(skus))
    pending = _pending(connection, wanted) if wanted is None or wanted else []
    if not pending:
        return frozenset()
    past = _past(connection, pending)
    works = _load(connection, sorted({move.sku_id for move in pending}), past)
    for move in pending:
        work = works[move.sku_id]
        _follow(work.pool, move, past)
        work.take_postings(move)
        past.remember(move, work.booked)
    _save(connection, works, at, settled_to=max(move.id for move in pending) - LATE_MOVES)
    shipped = {move.order_id for move in pending if move.reason is MoveReason.SHIPPED and move.order_id}
    return line_costs.freeze(connection, shipped, base_currency)


def keep(connection: Connection, sku_id: int, unit_e4: int, *, at: datetime, reference: str) -> None:
    """From now on the value of the SKU is kept, beginning with what is there at this unit cost."""
    if connection.execute(select(_pools.c.sku_id).where(_pools.c.sku_id == sku_id)).first():
        return
    pieces = _owned(connection, sku_id)
    last = connection.execute(select(func.coalesce(func.max(_moves.c.id), 0)).where(
        _moves.c.sku_id == sku_id)).scalar_one()
    value = pieces * unit_e4
    connection.execute(insert(_pools).values(sku_id=sku_id, method=CostMethod.AVERAGE, pieces=pieces, value_e4=value,
                                             settled_to=last))
    connection.execute(insert(_entries).values(sku_id=sku_id, kind=CostEntryKind.OPENED, pieces=pieces,
                                               value_e4=value, reference=reference, booked_at=at))
    connection.execute(update(_skus).where(_skus.c.id == sku_id).values(unit_cost_e4=unit_e4, cost_remainder_e4=0))


def _owned(connection: Connection, sku_id: int) -> int:
    """Pieces in all warehouses and on the way between them: what left one and has come to no other yet."""
    held = select(func.coalesce(func.sum(_balances.c.on_hand), 0)).where(_balances.c.sku_id == sku_id)
    moved = select(func.coalesce(func.sum(_moves.c.quantity), 0)).where(
        _moves.c.sku_id == sku_id, _moves.c.reason.in_(NEUTRAL))
    return int(connection.execute(held).scalar_one()) - int(connection.execute(moved).scalar_one())


def turn(connection: Connection, sku_id: int, method: CostMethod, at: datetime) -> None:
    """Another method from now on; what is there keeps its value."""
    works = _load(connection, [sku_id], _Past())
    works[sku_id].pool.turn(method, at)
    works[sku_id].take_postings(None)
    _save(connection, works, at)


def revalue(connection: Connection, sku_id: int, unit_e4: int, *, at: datetime, reference: str) -> None:
    """The pieces there are worth this much each from today; nothing that was sold before changes."""
    works = _load(connection, [sku_id], _Past())
    pool = works[sku_id].pool
    pool.revalue(pool.pieces * unit_e4)
    works[sku_id].take_postings(None)
    _save(connection, works, at, reference=reference)


@dataclass(slots=True)
class _Past:
    """Postings of earlier moves that the present ones take back: by undo, and by return to an order."""

    by_reference: dict[tuple[Any, ...], list[Posting]] = field(default_factory=lambda: defaultdict(list))
    by_order: dict[tuple[int, int], list[Posting]] = field(default_factory=lambda: defaultdict(list))
    layers: dict[int, Layer] = field(default_factory=dict)

    def undone_by(self, move: Any) -> list[Posting]:
        if move.reference_kind != "undo":
            return []
        return self.by_reference.get((move.reference_id, move.sku_id, move.warehouse_id, -move.quantity), [])

    def returned_by(self, move: Any) -> tuple[int, int]:
        """Pieces and value that left for the move's order and have not come back."""
        left = self.by_order.get((move.order_id, move.sku_id), []) if move.order_id else []
        return -sum(posting.pieces for posting in left), -sum(posting.value_e4 for posting in left)

    def remember(self, move: Any, booked: Sequence[tuple[Any, Posting]]) -> None:
        if move.order_id:
            self.by_order[move.order_id, move.sku_id] += [posting for of, posting in booked if of is move]


def _follow(pool: Pool, move: Any, past: _Past) -> None:
    undone = past.undone_by(move)
    if undone:
        pool.take_back(undone, move.moved_at)
    elif move.quantity < 0:
        pool.take(-move.quantity)
    else:
        pool.bring(move.quantity, _brought(pool, move, past), move.moved_at)


def _brought(pool: Pool, move: Any, past: _Past) -> int:
    """What the pieces that come in are worth: what they left with, what was paid, else the present average."""
    pieces, value = past.returned_by(move)
    if pieces > 0:
        back = min(pieces, move.quantity)
        return share(value, back, pieces) + pool.worth(move.quantity - back)
    if move.reason in PRICED and move.unit_cost_e4 is not None:
        return int(move.quantity * move.unit_cost_e4)
    return pool.worth(move.quantity)


def _pending(connection: Connection, skus: Sequence[int] | None) -> Sequence[Any]:
    """Moves of pooled SKUs without an entry, in the order in which they were written; the pools stay locked."""
    pools = select(_pools.c.sku_id).order_by(_pools.c.sku_id).with_for_update()
    connection.execute(pools if skus is None else pools.where(_pools.c.sku_id.in_(skus)))
    statement = select(_moves).join(_pools, _pools.c.sku_id == _moves.c.sku_id).outerjoin(
        _entries, _entries.c.move_id == _moves.c.id).where(
            _moves.c.id > _pools.c.settled_to, _entries.c.id.is_(None), _moves.c.reason.not_in(NEUTRAL))
    if skus is not None:
        statement = statement.where(_moves.c.sku_id.in_(skus))
    return connection.execute(statement.order_by(_moves.c.id)).all()


def _past(connection: Connection, pending: Sequence[Any]) -> _Past:
    undone = {move.reference_id for move in pending if move.reference_kind == "undo"}
    orders = {move.order_id for move in pending if move.order_id and move.quantity > 0}
    past = _Past()
    if not undone and not orders:
        return past
    layers = select(_layers).join(_entries, _entries.c.layer_id == _layers.c.id).join(
        _moves, _moves.c.id == _entries.c.move_id)
    which = or_(and_(_moves.c.reference_kind == "confirmation", _moves.c.reference_id.in_(undone)),
                _moves.c.order_id.in_(orders))
    past.layers = {row.id: _layer(row) for row in connection.execute(layers.where(which))}
    entries = select(_entries, _moves.c.reference_id, _moves.c.reference_kind, _moves.c.warehouse_id,
                     _moves.c.quantity, _moves.c.order_id)
    for row in connection.execute(entries.join(_moves, _moves.c.id == _entries.c.move_id).where(which).order_by(
            _entries.c.id)):
        posting = Posting(row.kind, row.pieces, row.value_e4, past.layers.get(row.layer_id))
        if row.reference_kind == "confirmation":
            past.by_reference[row.reference_id, row.sku_id, row.warehouse_id, row.quantity].append(posting)
        if row.order_id:
            past.by_order[row.order_id, row.sku_id].append(posting)
    return past


def _layer(row: Any) -> Layer:
    return Layer(row.id, row.received_at, row.pieces_left, row.value_left_e4)


def _load(connection: Connection, skus: Sequence[int], past: _Past) -> Mapping[int, _Work]:
    pools = select(_pools, _skus.c.unit_cost_e4).join(_skus, _skus.c.id == _pools.c.sku_id).where(
        _pools.c.sku_id.in_(skus)).order_by(_pools.c.sku_id).with_for_update(of=_pools)
    works = {row.sku_id: _Work(Pool(row.method, row.pieces, row.value_e4, row.unit_cost_e4 or 0))
             for row in connection.execute(pools)}
    fifo = [sku for sku, work in works.items() if work.pool.method is CostMethod.FIFO]
    left = select(_layers).where(_layers.c.sku_id.in_(fifo), or_(_layers.c.pieces_left > 0,
                                                                 _layers.c.id.in_(past.layers)))
    for row in connection.execute(left.order_by(_layers.c.received_at, _layers.c.id)):
        works[row.sku_id].pool.layers.append(past.layers.setdefault(row.id, _layer(row)))
    return works


def _save(connection: Connection, works: Mapping[int, _Work], at: datetime, *, settled_to: int = 0,
          reference: str | None = None) -> None:
    _save_layers(connection, works)
    entries = [{"sku_id": sku, "move_id": move.id if move else None,
                "layer_id": posting.layer.id if posting.layer else None, "kind": posting.kind,
                "pieces": posting.pieces, "value_e4": posting.value_e4, "reference": reference, "booked_at": at}
               for sku, work in works.items() for move, posting in work.booked]
    if entries:
        connection.execute(insert(_entries), entries)
    later = func.greatest if connection.dialect.name == "postgresql" else func.max
    connection.execute(
        update(_pools).where(_pools.c.sku_id == bindparam("of")).values(
            method=bindparam("new_method"), pieces=bindparam("new_pieces"), value_e4=bindparam("new_value"),
            settled_to=later(_pools.c.settled_to, settled_to)),
        [{"of": sku, "new_method": work.pool.method, "new_pieces": work.pool.pieces,
          "new_value": work.pool.value_e4} for sku, work in works.items()])
    connection.execute(
        update(_skus).where(_skus.c.id == bindparam("of")).values(
            unit_cost_e4=bindparam("new_unit"), cost_remainder_e4=bindparam("new_remainder")),
        [{"of": sku, "new_unit": pool.unit_e4, "new_remainder": pool.value_e4 - pool.unit_e4 * pool.pieces}
         for sku, work in works.items() for pool in (work.pool,)])


def _save_layers(connection: Connection, works: Mapping[int, _Work]) -> None:
    changed: dict[int, Layer] = {}
    for sku, work in works.items():
        for _, posting in work.booked:
            layer = posting.layer
            if layer is not None and layer.id is None:
                layer.id = connection.execute(insert(_layers).values(
                    sku_id=sku, received_at=layer.received_at, pieces_left=layer.pieces,
                    value_left_e4=layer.value_e4).returning(_layers.c.id)).scalar_one()
            elif layer is not None and layer.id is not None:
                changed[layer.id] = layer
    if changed:
        connection.execute(
            update(_layers).where(_layers.c.id == bindparam("of")).values(
                pieces_left=bindparam("left"), value_left_e4=bindparam("worth")),
            [{"of": layer.id, "left": layer.pieces, "worth": layer.value_e4} for layer in changed.values()])
