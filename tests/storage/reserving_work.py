"""What one of several processes does at once with the others: reserve for orders of several SKUs, and ship them."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from multiprocessing.synchronize import Event
from random import Random

from sqlalchemy import Connection, insert, select
from sqlmodel import col

from domain.catalog.model import Platform, Product, Shop, Sku
from domain.clock import ShopCalendar
from domain.confirmations import Done, Proposal
from domain.fulfilment.allotment import Piece
from domain.inventory.model import Allocation, MoveReason, StockBalance, StockMove, Warehouse
from domain.money import RATE_SCALE
from domain.orders.model import AfterSale, Fulfilment, Hold, Order, OrderLine, OrderStatus, Payment
from domain.people import Role
from storage.actions.desk import ActionDesk
from storage.engine import Database, open_database
from storage.stock.reserving import Claim, Reserver
from tests.storage.action_shop import AT

SKUS, ON_HAND = 4, 60  # one warehouse each
THREADS = 4
LINES = 3  # SKUs of an order, one or two pieces of each: 4.5 on average


def fill(connection: Connection, orders: int, on_hand: int = ON_HAND) -> None:
    """SKUs 1 to SKUS on one shelf each, and orders 1 to `orders` that want some of them."""
    connection.execute(insert(Shop).values(id=1, name="店", platform=Platform.JD, currency="CNY", created_at=AT))
    connection.execute(insert(Warehouse).values(id=1, name="仓", priority=1))
    for sku in range(1, SKUS + 1):
        connection.execute(insert(Product).values(id=sku, name=f"P{sku}", kind="goods", created_at=AT))
        connection.execute(insert(Sku).values(id=sku, code=f"S{sku}", product_id=sku, currency="CNY", created_at=AT,
                                              variant="", allows_backorder=False, is_active=True))
        connection.execute(insert(StockBalance).values(sku_id=sku, warehouse_id=1, on_hand=on_hand, reserved=0,
                                                       incoming=0))
        connection.execute(insert(StockMove).values(
            sku_id=sku, warehouse_id=1, quantity=on_hand, reason=MoveReason.OPENING, reference_kind="test",
            reference_id=str(sku), reference_line=0, moved_at=AT))
    for order in range(1, orders + 1):
        connection.execute(insert(Order).values(
            id=order, shop_id=1, external_id=f"N{order}", payment=Payment.PAID, fulfilment=Fulfilment.UNSHIPPED,
            after_sale=AfterSale.NONE, hold=Hold.NONE, status=OrderStatus.TO_SHIP, raw_status="", created_at=AT,
            paid_at=AT - timedelta(days=1), paid_on=AT.date(), currency="CNY", fx_rate=RATE_SCALE, content_hash=0))
        connection.execute(insert(OrderLine), [
            {"order_id": order, "line_no": piece.line_no, "sku_id": piece.sku_id, "quantity": piece.quantity,
             "unit_price_e4": 0, "paid_minor": 0, "paid_base": 0} for piece in claim_of(order).pieces])


def claim_of(order: int) -> Claim:
    """The lines of an order, in no particular order of SKUs: who touches them as they come waits in a circle."""
    rng = Random(order)
    return Claim(order, tuple(Piece(line, sku, 1, rng.randint(1, 2)) for line, sku in enumerate(
        rng.sample(range(1, SKUS + 1), LINES), 1)))


def work(url: str, first: int, orders: int, *, ships: bool) -> Counter[str]:
    """Reserve for so many orders in several threads, and ship what was reserved; how often what came of it."""
    database = open_database(url)
    reserver = Reserver(database)
    with ThreadPoolExecutor(THREADS) as threads:
        shares = [range(first + thread, first + orders, THREADS) for thread in range(THREADS)]
        done = list(threads.map(lambda share: _share(database, reserver, share, ships=ships), shares))
    reserver.close()
    database.close()
    return sum(done, Counter())


def _share(database: Database, reserver: Reserver, orders: range, *, ships: bool) -> Counter[str]:
    desk = ActionDesk(database, ShopCalendar.named("Asia/Shanghai"), "CNY", Random(orders.start))
    outcomes: Counter[str] = Counter()
    for order in orders:
        refusal = reserver.reserve(claim_of(order))
        outcomes["reserved" if refusal is None else "refused"] += 1
        outcomes["told why"] += refusal is not None and refusal.free < refusal.wanted
        if refusal is None and ships:
            outcomes[_ship(desk, order)] += 1
    return outcomes


def _ship(desk: ActionDesk, order: int) -> str:
    said = {"order": f"N{order}", "carrier": "中通", "waybill": f"7890011{order:06}"}
    proposal = desk.propose("confirm_shipment", said, actor="owner", role=Role.OWNER, chat=f"c{order}", at=AT)
    if not isinstance(proposal, Proposal):
        return f"not proposed: {proposal}"
    done = desk.confirm(proposal.code, actor="owner", role=Role.OWNER, chat=f"c{order}", at=AT)
    return "shipped" if isinstance(done, Done) else f"not shipped: {done}"


def until_killed(url: str, has_shipped: Event) -> None:
    """Reserve for orders and ship them, those of processes before first, until somebody ends this one."""
    database = open_database(url)
    reserver = Reserver(database)
    with database.read() as connection:
        left = list(connection.execute(select(col(Order.id)).where(
            col(Order.status) == OrderStatus.TO_SHIP).order_by(col(Order.id))).scalars())
    with ThreadPoolExecutor(THREADS) as threads:
        for thread in range(THREADS):
            threads.submit(_until_killed, database, reserver, [one or 0 for one in left[thread::THREADS]], has_shipped)


def _until_killed(database: Database, reserver: Reserver, orders: list[int], has_shipped: Event) -> None:
    for order in orders:
        if _share(database, reserver, range(order, order + 1), ships=True)["shipped"]:
            has_shipped.set()


def held_by_order(connection: Connection) -> dict[int, int]:
    """How many lines each order holds something for."""
    return Counter(connection.execute(select(col(Allocation.order_id))).scalars())
