"""A shop that is worked in at random, beside a model of plain dictionaries: whatever people do, every law holds.

Few runs by default; `pytest --hypothesis-profile=thorough tests/storage/test_state_machine.py` makes a hundred times as
many steps.
"""

import shutil
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import insert, select
from sqlalchemy.engine import URL
from sqlmodel import col

from domain.clock import ShopCalendar
from domain.confirmations import Done, NotPossible, Proposal
from domain.costing.model import CostPool
from domain.inventory.model import MoveReason, StockBalance, StockMove
from domain.orders.model import Order, OrderStatus
from domain.purchasing.model import PurchaseOrder
from domain.transfers.model import Transfer
from storage import rollups
from storage.customers import refresh_customers
from storage.engine import Database, open_database
from storage.exceptions import refresh_exceptions
from storage.verify import verify
from tests import postgres
from tests.storage.action_shop import AT, STOCK, counter

EAST, SOUTH = PLACES = ("华东仓", "华南仓")
NEEDS = {"WAITING": {"CUP": 2, "BAG": 1}, "BIG": {"CUP": 500}, "BUNDLE": {"CUP": 6, "BAG": 2}, "MIXED": {"CUP": 1},
         "FIRST": {"CUP": 5}}
HELD = {"FIRST": EAST}  # the only order that pieces are kept for; the others take what is free
ASKED = {("REFUND", 3990), ("TWICE", 2000), ("TWICE", 8000)}
PAID = {"REFUND": 3990, "TWICE": 10_000}
CALENDAR = ShopCalendar.named("Asia/Shanghai")
SKUS, SHELVES, PIECES = st.sampled_from(("CUP", "BAG")), st.sampled_from(PLACES), st.integers(1, 30)
RUNS = settings.default.max_examples // 20 if settings.default else 5
STEPS = 12


@dataclass
class Shelf:
    """One SKU in one warehouse, as the model has it."""

    on_hand: int = 0
    reserved: int = 0
    incoming: int = 0

    def covers(self, pieces: int, *, held: bool) -> bool:
        """What is promised to others stays; an order's own pieces leave with it."""
        return self.on_hand - pieces >= (0 if held else self.reserved)


@dataclass
class Books:
    """What the model knows."""

    shelves: dict[tuple[str, str], Shelf] = field(default_factory=lambda: {
        (sku, place): Shelf(*STOCK.get((sku, place), ())) for sku in ("CUP", "BAG") for place in PLACES})
    shipped: set[str] = field(default_factory=set)
    out: Counter[tuple[str, str]] = field(default_factory=Counter)  # (order, SKU): left, and not come back
    purchases: dict[str, dict[str, int]] = field(default_factory=dict)  # number: pieces to come to the east, by SKU
    transfers: dict[str, list[Any]] = field(default_factory=dict)  # number: SKU, where to, pieces on their way
    refunded: dict[str, int] = field(default_factory=lambda: {"REFUND": 0, "TWICE": 3000})
    asked: set[tuple[str, int]] = field(default_factory=lambda: set(ASKED))

    def arrive(self, sku: str, place: str, pieces: int) -> None:
        """So many of those expected from suppliers have come; what was ordered first, first."""
        expected = min(self.shelves[sku, place].incoming - self.on_its_way(sku, place), pieces)
        self.shelves[sku, place].incoming -= expected
        for lines in self.purchases.values() if place == EAST else ():
            came = min(lines.get(sku, 0), expected)
            expected -= came
            lines[sku] = lines.get(sku, 0) - came

    def on_its_way(self, sku: str, place: str | None = None) -> int:
        return sum(left for of, to, left in self.transfers.values() if of == sku and place in {None, to})


class Working(RuleBasedStateMachine):
    """`open_shop` makes an empty database for each run."""

    open_shop: Callable[[], Database]

    @initialize()
    def opened(self) -> None:
        self.database = type(self).open_shop()
        self.shop = counter(self.database, CALENDAR)
        self.books, self.before = Books(), list[tuple[Books, bool]]()
        with self.database.write() as connection:
            for number, row in enumerate(connection.execute(select(
                    col(StockBalance.sku_id), col(StockBalance.warehouse_id), col(StockBalance.on_hand))).all()):
                connection.execute(insert(StockMove).values(
                    sku_id=row[0], warehouse_id=row[1], quantity=row[2], reason=MoveReason.OPENING, moved_at=AT,
                    reference_kind="opening", reference_id=str(number), reference_line=0))
            refresh_customers(connection)
            rollups.rebuild(connection)

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()

    def act(self, name: str, change: Callable[[Books], None] | None, **arguments: Any) -> None:
        """Propose, confirm, confirm again. `change` is what the model does; None: it must be refused."""
        proposed = self.shop.propose(name, {key.rstrip("_"): value for key, value in arguments.items()})
        if change is None:
            assert isinstance(proposed, NotPossible), (name, arguments, proposed)
            return
        assert isinstance(proposed, Proposal), (name, arguments, proposed)
        assert isinstance(self.shop.confirm(proposed.code), Done)
        assert isinstance(self.shop.confirm(proposed.code), NotPossible), "a code is used once"
        self.before.append((deepcopy(self.books), proposed.is_reversible))
        change(self.books)

    @rule(sku=SKUS, place=SHELVES, pieces=PIECES, price=st.none() | st.integers(0, 99_999))
    def receive(self, sku: str, place: str, pieces: int, price: int | None) -> None:
        def change(books: Books) -> None:
            books.arrive(sku, place, pieces)
            books.shelves[sku, place].on_hand += pieces
        priced = {} if price is None else {"unit_cost": price}
        self.act("receive_stock", change, sku=sku, warehouse=place, quantity=pieces, **priced)

    @rule(sku=SKUS, place=SHELVES, pieces=st.integers(-40, 20).filter(bool))
    def adjust(self, sku: str, place: str, pieces: int) -> None:
        shelf = self.books.shelves[sku, place]
        may = pieces > 0 or shelf.on_hand + pieces >= shelf.reserved

        def change(books: Books) -> None:
            books.shelves[sku, place].on_hand += pieces
        self.act("adjust_stock", change if may else None, sku=sku, warehouse=place, delta=pieces)

    @rule(sku=SKUS, place=SHELVES, counted=st.integers(0, 60))
    def counted(self, sku: str, place: str, counted: int) -> None:
        shelf = self.books.shelves[sku, place]
        may = counted >= shelf.on_hand or counted >= shelf.reserved

        def change(books: Books) -> None:
            books.shelves[sku, place].on_hand = counted
        self.act("count_stock", change if may else None, sku=sku, warehouse=place, counted=counted)

    @rule(sku=SKUS, places=st.permutations(PLACES), pieces=PIECES)
    def transfer(self, sku: str, places: list[str], pieces: int) -> None:
        source = self.books.shelves[sku, places[0]]

        def change(books: Books) -> None:
            books.shelves[sku, places[0]].on_hand -= pieces
            books.shelves[sku, places[1]].on_hand += pieces
        self.act("transfer_stock", change if source.on_hand - pieces >= source.reserved else None, sku=sku,
                 from_=places[0], to=places[1], quantity=pieces)

    @rule(sku=SKUS, places=st.permutations(PLACES), pieces=PIECES)
    def send_transfer(self, sku: str, places: list[str], pieces: int) -> None:
        source = self.books.shelves[sku, places[0]]
        may = source.on_hand - pieces >= source.reserved

        def change(books: Books) -> None:
            books.shelves[sku, places[0]].on_hand -= pieces
            books.shelves[sku, places[1]].incoming += pieces
            with self.database.read() as connection:
                number = connection.execute(select(col(Transfer.number)).order_by(
                    col(Transfer.id).desc()).limit(1)).scalar_one()
            books.transfers[number] = [sku, places[1], pieces]
        self.act("send_transfer", change if may else None, sku=sku, from_=places[0], to=places[1], quantity=pieces)

    @precondition(lambda self: self.books.transfers)
    @rule(data=st.data(), came=st.integers(0, 12), lost=st.integers(0, 5))
    def receive_transfer(self, data: st.DataObject, came: int, lost: int) -> None:
        number = data.draw(st.sampled_from(sorted(self.books.transfers)))
        sku, place, left = self.books.transfers[number]
        taken = came + lost or left
        may = left > 0 and taken <= left

        def change(books: Books) -> None:
            books.transfers[number][2] -= taken
            books.shelves[sku, place].incoming -= taken
            books.shelves[sku, place].on_hand += taken - lost
        pieces = {name: value for name, value in (("quantity", came), ("lost", lost)) if value}
        self.act("receive_transfer", change if may else None, transfer=number, **pieces)

    @rule(cups=st.integers(1, 30), bags=st.integers(0, 9))
    def order_goods(self, cups: int, bags: int) -> None:
        wanted = {sku: pieces for sku, pieces in (("CUP", cups), ("BAG", bags)) if pieces}

        def change(books: Books) -> None:
            with self.database.read() as connection:
                number = connection.execute(select(col(PurchaseOrder.number)).order_by(
                    col(PurchaseOrder.id).desc()).limit(1)).scalar_one()
            books.purchases[number] = wanted
            for sku, pieces in wanted.items():
                books.shelves[sku, EAST].incoming += pieces
        self.act("create_purchase_order", change,
                 lines=[{"sku": sku, "quantity": pieces} for sku, pieces in wanted.items()])

    @precondition(lambda self: self.books.purchases)
    @rule(data=st.data(), sku=SKUS, came=st.integers(0, 20))
    def receive_purchase(self, data: st.DataObject, sku: str, came: int) -> None:
        """Some of one SKU, or (0) the rest is cancelled."""
        number = data.draw(st.sampled_from(sorted(self.books.purchases)))
        lines = self.books.purchases[number]

        def change(books: Books) -> None:
            for of, pieces in ({sku: came} if came else dict(lines)).items():
                books.shelves[of, EAST].incoming -= pieces
                books.shelves[of, EAST].on_hand += came
                books.purchases[number][of] -= pieces
        if came:
            self.act("receive_purchase", change if came <= lines.get(sku, 0) else None, purchase=number,
                     lines=[{"sku": sku, "quantity": came}])
        else:
            self.act("cancel_purchase", change if any(lines.values()) else None, purchase=number)

    @rule(order=st.sampled_from(sorted(NEEDS)), place=SHELVES)
    def ship(self, order: str, place: str) -> None:
        held = order in HELD
        place = HELD.get(order, place)
        needs = {(sku, place): pieces for sku, pieces in NEEDS[order].items()}
        may = order not in self.books.shipped and all(
            self.books.shelves[shelf].covers(pieces, held=held) for shelf, pieces in needs.items())

        def change(books: Books) -> None:
            books.shipped.add(order)
            books.out.update({(order, sku): pieces for sku, pieces in NEEDS[order].items()})
            for shelf, pieces in needs.items():
                books.shelves[shelf].reserved -= pieces if held else 0
                books.shelves[shelf].on_hand -= pieces
        waybill = f"SF{len(self.before):06d}{order}"
        self.act("confirm_shipment", change if may else None, order=order, carrier="顺丰", waybill=waybill,
                 warehouse=place)

    @rule(order=st.sampled_from(sorted(NEEDS)), sku=SKUS, place=SHELVES, pieces=st.integers(1, 3),
          condition=st.sampled_from(("sellable", "defective")))
    def take_back(self, order: str, sku: str, place: str, pieces: int, condition: str) -> None:
        def change(books: Books) -> None:
            books.out[order, sku] -= pieces
            books.shelves[sku, place].on_hand += pieces if condition == "sellable" else 0
        self.act("receive_return", change if self.books.out[order, sku] >= pieces else None, order=order,
                 lines=[{"sku": sku, "quantity": pieces}], condition=condition, warehouse=place)

    @rule(order=st.sampled_from(sorted(NEEDS)), sku=SKUS, place=SHELVES, pieces=st.integers(1, 3))
    def send_again(self, order: str, sku: str, place: str, pieces: int) -> None:
        may = order in self.books.shipped and self.books.shelves[sku, place].covers(pieces, held=False)

        def change(books: Books) -> None:
            books.out[order, sku] += pieces
            books.shelves[sku, place].on_hand -= pieces
        self.act("resend_goods", change if may else None, order=order, lines=[{"sku": sku, "quantity": pieces}],
                 carrier="中通", waybill=f"ZT{len(self.before):06d}{order}", warehouse=place)

    @rule(refund=st.sampled_from(sorted(ASKED)))
    def refund(self, refund: tuple[str, int]) -> None:
        order, amount = refund
        may = refund in self.books.asked and self.books.refunded[order] + amount <= PAID[order]

        def change(books: Books) -> None:
            books.asked.remove(refund)
            books.refunded[order] += amount
        if may or not any(asked[0] == order for asked in self.books.asked):
            self.act("approve_refund", change if may else None, order=order, amount=amount)

    @rule(sku=SKUS, price=st.integers(0, 99_999))
    def revalue(self, sku: str, price: int) -> None:
        on_hand = sum(self.books.shelves[sku, place].on_hand for place in PLACES) + self.books.on_its_way(sku)
        self.act("revalue_stock", (lambda _: None) if on_hand > 0 else None, sku=sku, unit_cost=price)

    @rule(method=st.sampled_from(("fifo", "average")))
    def cost_method(self, method: str) -> None:
        outcome = self.shop.propose("set_cost_method", {"sku": "CUP", "method": method})
        if isinstance(outcome, Proposal):
            assert isinstance(self.shop.confirm(outcome.code), Done)
            self.before.append((deepcopy(self.books), True))

    @precondition(lambda self: self.before)
    @rule()
    def undo(self) -> None:
        """The last thing done is taken back, unless money went out with it."""
        books, is_reversible = self.before[-1]
        undone = self.shop.undo()
        assert isinstance(undone, Done) is is_reversible, undone
        if is_reversible:
            self.before.pop()
            self.books = books

    @rule()
    def look(self) -> None:
        """Looking for what is wrong changes nothing else, and finds no drift."""
        with self.database.write() as connection:
            refresh_exceptions(connection, AT, CALENDAR)

    @invariant()
    def every_law_holds(self) -> None:
        if hasattr(self, "shop"):
            assert verify(self.database) == []

    @invariant()
    def the_books_are_as_the_model_has_them(self) -> None:
        if not hasattr(self, "shop"):
            return
        for (sku, place), shelf in self.books.shelves.items():
            if (sku, place) in STOCK or shelf != Shelf():
                assert self.shop.stock(sku, place) == (shelf.on_hand, shelf.reserved, shelf.incoming)
        with self.database.read() as connection:
            statuses = {row[0]: row[1] for row in connection.execute(select(
                col(Order.external_id), col(Order.status)))}
            pools = connection.execute(select(col(CostPool.pieces), col(CostPool.value_e4))).all()
        assert all((statuses[order] is OrderStatus.SHIPPED) is (order in self.books.shipped) for order in NEEDS)
        assert all(value >= 0 for pieces, value in pools if pieces >= 0)


def work(open_shop: Callable[[], Database], runs: int) -> None:
    machine = type("Worked", (Working,), {"open_shop": staticmethod(open_shop)})
    run_state_machine_as_test(machine, settings=settings(
        max_examples=runs, stateful_step_count=STEPS, deadline=None, print_blob=True,
        suppress_health_check=list(HealthCheck)))


def test_whatever_people_do_every_law_holds_on_sqlite(sqlite_template: Path, tmp_path: Path) -> None:
    number = count()

    def open_shop() -> Database:
        path = tmp_path / f"shop{next(number)}.db"
        shutil.copyfile(sqlite_template, path)
        return open_database(f"sqlite:///{path}")

    work(open_shop, RUNS)


def test_whatever_people_do_every_law_holds_on_postgresql(
        postgres_server: postgres.Server, postgres_template: URL, request: pytest.FixtureRequest) -> None:
    def open_shop() -> Database:
        url = postgres_server.create(template=postgres_template.database)
        request.addfinalizer(lambda: postgres_server.drop(url))
        return open_database(url.render_as_string(hide_password=False))

    work(open_shop, max(1, RUNS // 5))
