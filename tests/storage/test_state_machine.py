"""A shop that is worked in at random, beside a model of plain dictionaries: whatever people do, every law holds.

Few histories by default; docs/testing.md has the command for thousands.
"""

import shutil
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.engine import URL
from sqlmodel import col

from domain.catalog.model import Platform
from domain.confirmations import Done
from domain.costing.model import CostPool
from domain.orders.model import Fulfilment, Order, Payment
from storage.engine import Database, open_database
from storage.exceptions import refresh_exceptions
from storage.upkeep.verify import verify
from tests import postgres
from tests.storage import drafting
from tests.storage.action_shop import AT, STOCK
from tests.storage.drafting import ingest, rows
from tests.storage.goods_at_random import CALENDAR, PLACE, SKU, Storing
from tests.storage.shop_model import NEEDS, PLACES, Books, How, Sale, Shelf

PAID = {"REFUND": 3990, "TWICE": 10_000}
ASKED = sorted(Books().asked)
ORDERS = st.sampled_from((*sorted(NEEDS), "N1", "N2", "N3"))  # the last ones only once the platform has told of them
RUNS = settings.default.max_examples // 20 if settings.default else 3
STEPS = 10


_HELD = """SELECT o.external_id, k.code, w.name, a.quantity FROM allocations a JOIN orders o ON o.id = a.order_id
JOIN skus k ON k.id = a.sku_id JOIN warehouses w ON w.id = a.warehouse_id"""
_FULFILMENT = {How.OPEN: Fulfilment.UNSHIPPED, How.PART: Fulfilment.PARTLY_SHIPPED, How.SENT: Fulfilment.SHIPPED}

class Working(Storing):
    """Orders in that shop as well, and what must hold after whatever was done."""

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

    def tell(self, order: str, *, is_turned: bool = False, **said: Any) -> None:
        """The platform's page with the order as it is now; what was done before is no longer undone step by step."""
        sale, minute = self.books.sales[order], next(self.waybills)
        lines = [*reversed(sale.whole.items())] if is_turned else [*sale.whole.items()]
        with ingest(self.database, AT + timedelta(minutes=minute)) as sink:
            sink.stage_orders([drafting.order(
                shop="京东旗舰店", platform=Platform.JD, external_id=order, changed_at=AT + timedelta(minutes=minute),
                **said)], [drafting.line(
                    shop="京东旗舰店", order=order, row_no=number, line_no=number, sku_code=sku, quantity=pieces,
                    refund_minor=1000 if said.get("payment") else 0, refunded_at=AT if said.get("payment") else None,
                    row_hash=minute * 10 + number) for number, (sku, pieces) in enumerate(lines, 1)])
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

    @rule(order=st.sampled_from(("N1", "N2", "N3")),
          what=st.sampled_from(("sent", "sent in part", "cancelled", "lines the other way round")))
    def the_platform_says(self, order: str, what: str) -> None:
        sale = self.sale(order)
        if sale is None or sale.is_cancelled or sale.is_intercepted:
            return
        sent = {"shipped_at": AT, "waybill_no": f"YT{order}", "carrier": "圆通"}
        as_it_is: dict[str, Any] = {"fulfilment": _FULFILMENT[sale.how], **(sent if sale.how is not How.OPEN else {})}
        if what == "lines the other way round":
            self.tell(order, is_turned=True, **as_it_is)
            return
        if what == "cancelled":
            said = {"payment": Payment.REFUNDED, **as_it_is}
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
