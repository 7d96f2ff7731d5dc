"""A shop that is worked in at random, beside a model of plain dictionaries: whatever people do, every law holds.

Few histories by default; docs/testing.md has the command for thousands.
"""

import shutil
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
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

from domain.catalog.model import Platform
from domain.clock import ShopCalendar
from domain.confirmations import Done, NotPossible, Proposal
from domain.costing.model import CostPool
from domain.inventory.model import MoveReason, StockBalance, StockMove
from domain.orders.model import Fulfilment, Order, Payment
from domain.purchasing.model import PurchaseOrder
from domain.transfers.model import Transfer
from storage import rollups
from storage.customers import refresh_customers
from storage.engine import Database, open_database
from storage.exceptions import refresh_exceptions
from storage.verify import verify
from tests import postgres
from tests.storage import drafting
from tests.storage.action_shop import AT, STOCK, counter
from tests.storage.drafting import ingest, rows
from tests.storage.shop_model import EAST, NEEDS, PLACES, SKUS, Books, How, Sale, Shelf

PAID = {"REFUND": 3990, "TWICE": 10_000}
ASKED = sorted(Books().asked)
CALENDAR = ShopCalendar.named("Asia/Shanghai")
SKU, PLACE, PIECES = st.sampled_from(SKUS), st.sampled_from(PLACES), st.integers(1, 30)
ORDERS = st.sampled_from((*sorted(NEEDS), "N1", "N2", "N3"))  # the last ones only once the platform has told of them
RUNS = settings.default.max_examples // 25 if settings.default else 4
STEPS = 10


_HELD = """SELECT o.external_id, k.code, w.name, a.quantity FROM allocations a JOIN orders o ON o.id = a.order_id
JOIN skus k ON k.id = a.sku_id JOIN warehouses w ON w.id = a.warehouse_id"""
_FULFILMENT = {How.OPEN: Fulfilment.UNSHIPPED, How.PART: Fulfilment.PARTLY_SHIPPED, How.SENT: Fulfilment.SHIPPED}


class Working(RuleBasedStateMachine):
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

    def sale(self, order: str) -> Sale | None:
        return self.books.sales.get(order)

    @rule(order=ORDERS, place=PLACE, some=st.none() | st.tuples(SKU, st.integers(1, 4)))
    def ship(self, order: str, place: str, some: tuple[str, int] | None) -> None:
        """All that is still to be sent, or only so many pieces of one SKU."""
        sale = self.sale(order)
        wanted = Counter({some[0]: some[1]}) if some else Counter(sale.needs if sale else ())
        may = sale is not None and sale.can_leave and wanted <= sale.needs and (
            some is not None or not (sale.is_unknown and sale.needs.total())) and all(
            self.books.free(sku, place, sale) >= pieces for sku, pieces in wanted.items())

        def change(books: Books) -> None:
            books.send(books.sales[order], wanted, place)
        lines = {"lines": [{"sku": some[0], "quantity": some[1]}]} if some else {}
        self.act("confirm_shipment", change if may else None, order=order, carrier="顺丰",
                 waybill=f"SF{next(self.waybills):06d}{order}", warehouse=place, **lines)

    @rule(order=ORDERS, sku=SKU, pieces=st.integers(1, 4))
    def say_what_was_in_the_parcel(self, order: str, sku: str, pieces: int) -> None:
        sale = self.sale(order)
        may = sale is not None and sale.is_unknown and sale.how is How.PART and sale.needs[sku] >= pieces

        def change(books: Books) -> None:
            books.say(books.sales[order], Counter({sku: pieces}))
        self.act("state_contents", change if may else None, order=order, lines=[{"sku": sku, "quantity": pieces}])

    @rule(order=ORDERS, sku=SKU, place=PLACE, pieces=st.integers(1, 3),
          condition=st.sampled_from(("sellable", "defective")))
    def take_back(self, order: str, sku: str, place: str, pieces: int, condition: str) -> None:
        sale = self.sale(order)

        def change(books: Books) -> None:
            books.sales[order].out[sku] -= pieces
            books.sales[order].returned += pieces
            books.shelves[sku, place].on_hand += pieces if condition == "sellable" else 0
        self.act("receive_return", change if sale and sale.out[sku] >= pieces else None, order=order,
                 lines=[{"sku": sku, "quantity": pieces}], condition=condition, warehouse=place)

    @rule(order=ORDERS, sku=SKU, place=PLACE, pieces=st.integers(1, 3))
    def send_again(self, order: str, sku: str, place: str, pieces: int) -> None:
        sale = self.sale(order)
        may = sale is not None and sale.can_be_sent_again and self.books.free(sku, place) >= pieces

        def change(books: Books) -> None:
            books.sales[order].out[sku] += pieces
            books.sales[order].parcels += 1
            books.shelves[sku, place].on_hand -= pieces
        self.act("resend_goods", change if may else None, order=order, lines=[{"sku": sku, "quantity": pieces}],
                 carrier="中通", waybill=f"ZT{next(self.waybills):06d}{order}", warehouse=place)

    @rule(order=ORDERS)
    def cancel(self, order: str) -> None:
        sale = self.sale(order)

        def change(books: Books) -> None:
            books.drop(books.sales[order])
            books.sales[order].is_cancelled = True
        self.act("cancel_order", change if sale and sale.can_be_cancelled(order) else None, order=order)

    @rule(order=ORDERS)
    def intercept(self, order: str) -> None:
        sale = self.sale(order)

        def change(books: Books) -> None:
            books.sales[order].parcels, books.sales[order].is_intercepted = 0, True
        self.act("intercept_order", change if sale and sale.can_be_intercepted(order) else None, order=order)

    @rule(needs=st.dictionaries(SKU, st.integers(1, 6), min_size=1))
    def an_order_comes(self, needs: dict[str, int]) -> None:
        """It and all that wait get what there is; who gets nothing could not have got all."""
        order = f"N{sum(name[1:].isdigit() for name in self.books.sales) + 1}"
        self.books.sales[order] = Sale(Counter(needs))
        self.tell(order)

    def tell(self, order: str, **said: Any) -> None:
        """The platform's page with the order as it is now; what was done before is no longer undone step by step."""
        sale, minute = self.books.sales[order], next(self.waybills)
        with ingest(self.database, AT + timedelta(minutes=minute)) as sink:
            sink.stage_orders([drafting.order(
                shop="京东旗舰店", platform=Platform.JD, external_id=order, changed_at=AT + timedelta(minutes=minute),
                **said)], [drafting.line(
                    shop="京东旗舰店", order=order, row_no=number, line_no=number, sku_code=sku, quantity=pieces,
                    refund_minor=1000 if said.get("payment") else 0, refunded_at=AT if said.get("payment") else None,
                    row_hash=minute * 10 + number) for number, (sku, pieces) in enumerate(sale.whole.items(), 1)])
            sink.finish()
        self.before.clear()
        self.adopt()

    def adopt(self) -> None:
        """Orders that wait and held nothing hold all they need by now, or there is too little of something."""
        every = {**self.books.sales, **self.books.others}
        held: dict[str, Counter[tuple[str, str]]] = {name: Counter() for name in every}
        for order, sku, place, pieces in rows(self.database, _HELD):
            held[order][sku, place] += pieces
        for name, sale in every.items():
            if sale.how is How.OPEN and not sale.is_cancelled and not sale.held.total():
                got: Counter[str] = Counter()
                for (sku, place), pieces in held[name].items():
                    got[sku] += pieces
                    self.books.shelves[sku, place].reserved += pieces
                assert got in (Counter(), sale.needs), name
                sale.held = held[name]
        for name, sale in every.items():
            if sale.how is How.OPEN and not sale.is_cancelled and not sale.held.total():
                assert any(sum(self.books.free(sku, place) for place in PLACES) < pieces
                           for sku, pieces in sale.needs.items()), f"{name} could have been served"

    @rule(order=st.sampled_from(("N1", "N2", "N3")), what=st.sampled_from(("sent", "sent in part", "cancelled")))
    def the_platform_says(self, order: str, what: str) -> None:
        sale = self.sale(order)
        if sale is None or sale.is_cancelled or sale.is_intercepted:
            return
        sent = {"shipped_at": AT, "waybill_no": f"YT{order}", "carrier": "圆通"}
        if what == "cancelled":
            said = {"payment": Payment.REFUNDED, "fulfilment": _FULFILMENT[sale.how], **(
                sent if sale.how is not How.OPEN else {})}
            self.books.drop(sale)
            sale.is_cancelled = True
        elif what == "sent":
            said = {"fulfilment": Fulfilment.SHIPPED, **sent}
            if sale.how is not How.SENT:
                sale.parcels += sale.how is How.OPEN
                self.books.platform_sends(sale)
        else:
            if sale.how is not How.OPEN:
                return
            said = {"fulfilment": Fulfilment.PARTLY_SHIPPED, **sent}
            sale.how, sale.is_unknown, sale.parcels = How.PART, True, sale.parcels + 1
        self.tell(order, **said)

    @rule(refund=st.sampled_from(ASKED))
    def refund(self, refund: tuple[str, int]) -> None:
        order, amount = refund
        may = refund in self.books.asked and self.books.refunded[order] + amount <= PAID[order]

        def change(books: Books) -> None:
            books.asked.remove(refund)
            books.refunded[order] += amount
            if order in books.others:  # all that was paid has gone back
                books.drop(books.others[order])
                books.others[order].is_cancelled = True
        if may or not any(asked[0] == order for asked in self.books.asked):
            self.act("approve_refund", change if may else None, order=order, amount=amount)

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
        assert {order: statuses[order] for order in self.books.sales} == {
            order: sale.status for order, sale in self.books.sales.items()}
        held = Counter[tuple[str, str, str]]()
        for order, sku, place, pieces in rows(self.database, _HELD):
            held[order, sku, place] += pieces
        every = {**self.books.sales, **self.books.others}
        assert held == Counter({(order, *shelf): pieces for order, sale in every.items()
                                for shelf, pieces in sale.held.items() if pieces})
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
