"""Several processes with several threads reach for the same pieces: nothing is sold twice, nothing is half-done."""

from collections import Counter
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, wait
from dataclasses import replace
from random import Random
from threading import Barrier

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from domain.catalog.model import Sku
from domain.changes.stock import BackorderChange
from domain.fulfilment.allotment import Piece
from domain.fulfilment.model import Shipment
from domain.inventory.model import StockBalance
from domain.orders.model import Order, OrderStatus
from storage import ledger
from storage.engine import Database
from storage.stock.reserving import Claim, Reserver, TooFew
from storage.upkeep.verify import verify
from tests.processes import FORKSERVER
from tests.storage import reserving_work as made
from tests.storage.action_shop import AT

PROCESSES = 3
ORDERS = 40  # of each process; 120 orders want some 180 pieces of each SKU that has 60
KILLS = 6
PLENTY = 100_000  # pieces, so that there is always one more order to ship when the process is killed
PATIENCE_S = 30  # until a process has shipped its first order, on however busy a machine
LAWS = {"reserved_is_what_orders_hold", "stock_is_the_sum_of_its_moves", "no_stock_below_nothing",
        "status_follows_from_the_axes"}


@pytest.fixture
def shop(database: Database) -> Database:
    with database.write() as connection:
        made.fill(connection, PROCESSES * ORDERS)
    return database


def sums(database: Database, column: object) -> list[int]:
    """By SKU, in order of id."""
    with database.read() as connection:
        return list(connection.execute(select(column).order_by(col(StockBalance.sku_id))).scalars())  # type: ignore[call-overload]


def broken(database: Database) -> list[str]:
    return [str(finding) for finding in verify(database) if finding.law.id in LAWS]


def in_processes(database_url: str, *, ships: bool) -> Counter[str]:
    with ProcessPoolExecutor(PROCESSES, mp_context=FORKSERVER) as processes:
        running = [processes.submit(made.work, database_url, 1 + number * ORDERS, ORDERS, ships=ships)
                   for number in range(PROCESSES)]
        return sum((one.result() for one in running), Counter())


def test_many_processes_never_promise_a_piece_twice(shop: Database, database_url: str) -> None:
    outcomes = in_processes(database_url, ships=False)
    assert outcomes["reserved"] + outcomes["refused"] == PROCESSES * ORDERS
    assert outcomes["refused"] == outcomes["told why"] > 0
    assert max(sums(shop, col(StockBalance.reserved))) <= made.ON_HAND
    assert broken(shop) == []
    with shop.read() as connection:
        assert set(made.held_by_order(connection).values()) == {made.LINES}, "an order has some of its lines only"


def test_what_is_reserved_and_shipped_at_once_adds_up(shop: Database, database_url: str) -> None:
    """Who reserves holds shelves and looks at orders, who ships the other way round: nobody may be given up for it."""
    outcomes = in_processes(database_url, ships=True)
    assert set(outcomes) == {"reserved", "refused", "told why", "shipped"}
    assert outcomes["shipped"] == outcomes["reserved"]
    assert sums(shop, col(StockBalance.reserved)) == [0] * made.SKUS
    assert min(sums(shop, col(StockBalance.on_hand))) >= 0
    assert broken(shop) == []


def test_a_reserver_that_reads_first_sells_pieces_twice(shop: Database) -> None:
    """The wrong way, kept here so that the tests above are known to be able to fail."""
    all_have_read = Barrier(made.THREADS)
    balance = (col(StockBalance.sku_id) == 1, col(StockBalance.warehouse_id) == 1)

    def take(_: int) -> int:
        with shop.read() as connection:
            on_hand, reserved = connection.execute(
                select(col(StockBalance.on_hand), col(StockBalance.reserved)).where(*balance)).one()
        all_have_read.wait()
        if on_hand - reserved < made.ON_HAND // 2:
            return 0
        with shop.write() as connection:
            connection.execute(update(StockBalance).where(*balance).values(reserved=reserved + made.ON_HAND // 2))
        return made.ON_HAND // 2

    with ThreadPoolExecutor(made.THREADS) as threads:
        promised = sum(threads.map(take, range(made.THREADS)))
    assert promised > made.ON_HAND


def test_a_claim_made_again_holds_nothing_twice(shop: Database) -> None:
    """Whoever did not hear the answer asks again."""
    reserver = Reserver(shop)
    assert reserver.reserve(made.claim_of(1)) is None
    before = sums(shop, col(StockBalance.reserved))
    assert reserver.reserve(made.claim_of(1)) is None
    reserver.close()
    assert sums(shop, col(StockBalance.reserved)) == before
    assert broken(shop) == []


def test_a_claim_that_took_the_last_pieces_is_granted_again(shop: Database) -> None:
    """It was told that there were too few: of its own pieces, which it held already."""
    reserver = Reserver(shop)
    last = replace(made.claim_of(1), pieces=(Piece(1, 1, 1, made.ON_HAND),))
    assert reserver.reserve(last) is None
    assert reserver.reserve(last) is None
    assert reserver.reserve(replace(last, order_id=2)) == TooFew(sku_id=1, warehouse_id=1, wanted=60, free=0)
    reserver.close()
    assert sums(shop, col(StockBalance.reserved))[0] == made.ON_HAND
    assert broken(shop) == []


def test_two_lines_of_one_sku_want_their_sum_and_the_loser_is_told_of_what(shop: Database) -> None:
    reserver = Reserver(shop)
    twice = replace(made.claim_of(1), pieces=(Piece(1, 2, 1, 1), Piece(2, 1, 1, 40), Piece(3, 1, 1, 21)))
    assert reserver.reserve(twice) == TooFew(sku_id=1, warehouse_id=1, wanted=61, free=60)
    reserver.close()
    assert sums(shop, col(StockBalance.reserved)) == [0] * made.SKUS
    assert broken(shop) == []


def test_a_sku_that_allows_backorder_is_promised_beyond_what_is_there(shop: Database) -> None:
    with shop.write() as connection:
        connection.execute(update(Sku).where(col(Sku.id) == 1).values(allows_backorder=True))
    reserver = Reserver(shop)
    assert reserver.reserve(replace(made.claim_of(1), pieces=(Piece(1, 1, 1, 100),))) is None
    reserver.close()
    assert sums(shop, col(StockBalance.reserved))[0] == 100


def test_what_may_no_longer_be_owed_is_not_promised_beyond_what_is_there(shop: Database) -> None:
    """Whoever reserved read the leave to owe pieces while somebody took it away: both went through, and more was
    promised of the SKU than there was."""
    with shop.write() as connection:
        connection.execute(update(Sku).where(col(Sku.id) == 1).values(allows_backorder=True))
    reserver = Reserver(shop)
    claim = Claim(1, (Piece(1, 1, 1, made.ON_HAND + 1),))
    with ThreadPoolExecutor(1) as thread:
        with shop.write() as connection:
            ledger.apply(connection, [BackorderChange(1, before=True, after=False)],
                         ledger.Reference("confirmation", "1", None, AT))
            reserving = thread.submit(reserver.reserve, claim)
            wait([reserving], timeout=0.3)  # long enough to get through where nothing holds it up
        assert reserving.result() == TooFew(1, 1, made.ON_HAND + 1, made.ON_HAND)
    reserver.close()
    assert sums(shop, col(StockBalance.reserved))[0] == 0


def test_a_claim_for_an_order_nobody_knows_fails_alone(shop: Database, database_url: str) -> None:
    """It must not take the connection with it."""
    if database_url.startswith("sqlite"):
        with shop.write() as connection:
            connection.exec_driver_sql("DROP TABLE allocations")
    reserver = Reserver(shop)
    with pytest.raises(Exception, match="allocations"):
        reserver.reserve(replace(made.claim_of(1), order_id=10**9))
    assert sums(shop, col(StockBalance.reserved)) == [0] * made.SKUS
    if not database_url.startswith("sqlite"):
        assert reserver.reserve(made.claim_of(1)) is None
    reserver.close()


def test_a_process_that_is_killed_leaves_nothing_half_done(database: Database, database_url: str) -> None:
    """kill -9, again and again, at any moment of reserving and shipping."""
    shop, rng = database, Random(9)
    with shop.write() as connection:
        made.fill(connection, KILLS * ORDERS, on_hand=PLENTY)
    for number in range(KILLS):
        has_shipped = FORKSERVER.Event()
        process = FORKSERVER.Process(target=made.until_killed, args=(database_url, has_shipped))
        process.start()
        if number % 2:
            has_shipped.wait(timeout=PATIENCE_S)
        process.join(timeout=rng.random() / 10)
        process.kill()
        process.join()
        assert broken(shop) == []
        with shop.read() as connection:
            assert set(made.held_by_order(connection).values()) <= {made.LINES}
            shipped = connection.execute(select(func.count()).where(col(Order.status) == OrderStatus.SHIPPED)).scalar()
            assert connection.execute(select(func.count(col(Shipment.id)))).scalar() == shipped
    assert shipped is not None
    assert shipped >= KILLS // 2
