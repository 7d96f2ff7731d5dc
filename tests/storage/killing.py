"""Orders come in, parcels leave and goods are moved in a process that is killed with SIGKILL wherever it is.

`python -m tests.storage.killing URL 100` does it a hundred times on an empty database of that address.
"""

import sys
from multiprocessing.synchronize import Event
from random import Random
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from domain.catalog.model import ItemKind
from domain.clock import ShopCalendar
from domain.confirmations import Done, Proposal
from domain.drafts import Kind, ProductDraft, StockDraft
from domain.fulfilment.model import ParcelLine, Shipment
from domain.inventory.model import StockBalance, StockMove
from domain.orders.model import Order, OrderLine, OrderStatus
from domain.people import Role
from storage.actions.desk import ActionDesk
from storage.engine import Database, open_database
from storage.migrate import upgrade
from storage.upkeep.verify import verify
from tests.processes import FORKSERVER
from tests.storage.drafting import NOW, ingest, line, order

SKUS, PIECES = 6, 5_000  # pieces of each in either warehouse
PAGE = 15  # orders of two lines; there is a page for each kill, and it may come again and again
PLACES = ("东仓", "西仓")
PATIENCE_S = 60  # until a parcel of a process has left, on however busy a machine
LONGEST_S = 0.15  # a process lives on after that: some twenty steps


def open_shop(database: Database) -> None:
    with ingest(database) as sink:
        sink.stage(Kind.PRODUCTS, [ProductDraft(f"S{sku}", f"P{sku}", "", (), None, ItemKind.GOODS, 50_000, None, "CNY",
                                                None, None, is_active=True) for sku in range(SKUS)])
        sink.stage(Kind.STOCK, [StockDraft(f"S{sku}", place, PIECES, None, None)
                                for sku in range(SKUS) for place in PLACES])
        sink.finish()


def bring(database: Database, page: int) -> None:
    """What the platform says of these orders: always the same."""
    numbers = range(page * PAGE, (page + 1) * PAGE)
    with ingest(database) as sink:
        sink.stage_orders(
            [order(external_id=f"N{number:05}") for number in numbers],
            [line(order=f"N{number:05}", sku_code=f"S{(number + part) % SKUS}", quantity=1 + part, line_no=part + 1,
                  row_no=number * 2 + part, row_hash=number * 2 + part) for number in numbers for part in range(2)])
        sink.finish()


def do(desk: ActionDesk, name: str, **arguments: Any) -> bool:
    who: dict[str, Any] = {"actor": "owner", "role": Role.OWNER, "chat": "c", "at": NOW}
    proposal = desk.propose(name, {key.rstrip("_"): value for key, value in arguments.items()}, **who)
    return isinstance(proposal, Proposal) and isinstance(desk.confirm(proposal.code, **who), Done)


def ship(database: Database, desk: ActionDesk, rng: Random) -> bool:
    """Whether a parcel has left."""
    with database.read() as connection:
        waiting = connection.execute(select(col(Order.external_id)).where(
            col(Order.status) == OrderStatus.TO_SHIP)).scalars().all()
    if not waiting:
        return False
    number = rng.choice(waiting)
    return do(desk, "confirm_shipment", order=number, carrier="中通", waybill=f"7890{number}")


def until_killed(url: str, seed: int, pages: int, has_shipped: Event) -> None:
    database, rng = open_database(url), Random(seed)
    desk = ActionDesk(database, ShopCalendar.named("Asia/Shanghai"), "CNY", rng)
    while True:
        what = rng.random()
        if what < 0.4:
            bring(database, rng.randrange(pages))
        elif what < 0.7:
            if ship(database, desk, rng):
                has_shipped.set()
        else:
            places = rng.sample(PLACES, 2)
            do(desk, "transfer_stock", sku=f"S{rng.randrange(SKUS)}", from_=places[0], to=places[1],
               quantity=rng.randint(1, 20))


def prove(database: Database, url: str, kills: int) -> int:
    """Kill so often; then let every page come once more. Nothing is lost, nothing is twice. How many had left."""
    open_shop(database)
    rng = Random(kills)
    for number in range(kills):
        has_shipped = FORKSERVER.Event()
        process = FORKSERVER.Process(target=until_killed, args=(url, number, kills, has_shipped))
        process.start()
        if number % 4:  # every fourth while it starts
            assert has_shipped.wait(timeout=PATIENCE_S)
        process.join(timeout=rng.random() * LONGEST_S)
        process.kill()
        process.join()
        assert verify(database) == []
        check(database)
    for page in range(kills):
        bring(database, page)
    assert verify(database) == []
    return check(database, kills * PAGE)


def check(database: Database, orders: int | None = None) -> int:
    """Every order has its lines and at most one parcel, and what has left is what is missing."""
    with database.read() as connection:
        def one(statement: Any) -> int:
            return int(connection.execute(statement).scalar() or 0)

        found, shipped = one(select(func.count(col(Order.id)))), one(
            select(func.count()).where(col(Order.status) == OrderStatus.SHIPPED))
        assert one(select(func.count(func.distinct(col(Order.external_id))))) == found == (orders or found)
        assert found % PAGE == 0, "a page came in part"
        assert one(select(func.count()).select_from(OrderLine)) == 2 * found
        assert one(select(func.count(col(Shipment.id)))) == shipped
        left = one(select(func.sum(col(ParcelLine.quantity))))
        assert left == 3 * shipped
        assert one(select(-func.sum(col(StockMove.quantity))).where(col(StockMove.order_id).is_not(None))) == left
        assert one(select(func.sum(col(StockBalance.on_hand)))) == 2 * SKUS * PIECES - left
    return shipped


def main(url: str, kills: str) -> None:
    database = open_database(url)
    upgrade(database)
    left = prove(database, url, int(kills))
    print(f"killed {kills} times: every law holds, no order is lost or doubled, {left} were shipped")  # noqa: T201
    database.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
