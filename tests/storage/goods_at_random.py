"""What is done to goods, at random: half of the shop of test_state_machine, which adds orders and what must hold."""

from collections.abc import Callable
from copy import deepcopy
from itertools import count
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
)
from sqlalchemy import insert, select
from sqlmodel import col

from domain.clock import ShopCalendar
from domain.confirmations import Done, NotPossible, Proposal
from domain.inventory.model import MoveReason, StockBalance, StockMove
from domain.purchasing.model import PurchaseOrder
from domain.transfers.model import Transfer
from storage import rollups
from storage.customers import refresh_customers
from storage.engine import Database
from tests.storage.action_shop import AT, counter
from tests.storage.shop_model import EAST, PLACES, SKUS, Books

CALENDAR = ShopCalendar.named("Asia/Shanghai")
SKU, PLACE, PIECES = st.sampled_from(SKUS), st.sampled_from(PLACES), st.integers(1, 30)


class Storing(RuleBasedStateMachine):
    """`open_shop` makes an empty database for each run."""

    open_shop: Callable[[], Database]

    @initialize()
    def opened(self) -> None:
        self.database = type(self).open_shop()
        self.shop = counter(self.database, CALENDAR)
        self.books, self.before, self.waybills = Books(), list[tuple[Books, bool]](), count(1)
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

    @rule(sku=SKU, place=PLACE, pieces=PIECES, price=st.none() | st.integers(0, 99_999))
    def receive(self, sku: str, place: str, pieces: int, price: int | None) -> None:
        def change(books: Books) -> None:
            books.arrive(sku, place, pieces)
            books.shelves[sku, place].on_hand += pieces
        priced = {} if price is None else {"unit_cost": price}
        self.act("receive_stock", change, sku=sku, warehouse=place, quantity=pieces, **priced)

    @rule(sku=SKU, place=PLACE, pieces=st.integers(-40, 20).filter(bool))
    def adjust(self, sku: str, place: str, pieces: int) -> None:
        shelf = self.books.shelves[sku, place]
        may = pieces > 0 or shelf.on_hand + pieces >= shelf.reserved

        def change(books: Books) -> None:
            books.shelves[sku, place].on_hand += pieces
        self.act("adjust_stock", change if may else None, sku=sku, warehouse=place, delta=pieces)

    @rule(sku=SKU, place=PLACE, counted=st.integers(0, 60))
    def counted(self, sku: str, place: str, counted: int) -> None:
        shelf = self.books.shelves[sku, place]
        may = counted >= shelf.on_hand or counted >= shelf.reserved

        def change(books: Books) -> None:
            books.shelves[sku, place].on_hand = counted
        self.act("count_stock", change if may else None, sku=sku, warehouse=place, counted=counted)

    @rule(sku=SKU, places=st.permutations(PLACES), pieces=PIECES)
    def transfer(self, sku: str, places: list[str], pieces: int) -> None:
        source = self.books.shelves[sku, places[0]]

        def change(books: Books) -> None:
            books.shelves[sku, places[0]].on_hand -= pieces
            books.shelves[sku, places[1]].on_hand += pieces
        self.act("transfer_stock", change if source.on_hand - pieces >= source.reserved else None, sku=sku,
                 from_=places[0], to=places[1], quantity=pieces)

    @rule(sku=SKU, places=st.permutations(PLACES), pieces=PIECES)
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
    @rule(data=st.data(), sku=SKU, came=st.integers(0, 20))
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

    @rule(sku=SKU, price=st.integers(0, 99_999))
    def revalue(self, sku: str, price: int) -> None:
        on_hand = sum(self.books.shelves[sku, place].on_hand for place in PLACES) + self.books.on_its_way(sku)
        self.act("revalue_stock", (lambda _: None) if on_hand > 0 else None, sku=sku, unit_cost=price)

    @rule(method=st.sampled_from(("fifo", "average")))
    def cost_method(self, method: str) -> None:
        outcome = self.shop.propose("set_cost_method", {"sku": "CUP", "method": method})
        if isinstance(outcome, Proposal):
            assert isinstance(self.shop.confirm(outcome.code), Done)
            self.before.append((deepcopy(self.books), True))
