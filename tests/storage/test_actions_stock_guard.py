"""The last piece is sold once, however many reach for it; a guard that reads first and writes later does not hold."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from domain.catalog.model import Sku
from domain.changes.stock import AllocationChange, StockChange
from domain.clock import ShopCalendar
from domain.confirmations import Done
from domain.inventory.model import AllocationReason, MoveReason, StockBalance, StockMove, Warehouse
from domain.orders.model import Order
from storage.engine import Database
from storage.ledger import AlreadyDone, Reference, apply
from storage.stock.shelves import Contended
from tests.storage.action_shop import AT, Counter, counter

THREADS = 8
TRIES = 6  # each; 48 reach for 35 pieces that are not reserved


@pytest.fixture
def shop(database: Database, calendar: ShopCalendar) -> Counter:
    return counter(database, calendar)


def one_less(shop: Counter) -> StockChange:
    return StockChange(shop.value(col(Sku.id), col(Sku.code) == "CUP"),
                       shop.value(col(Warehouse.id), col(Warehouse.name) == "华东仓"), -1, MoveReason.SHIPPED)


def in_threads(take: Callable[[int], bool]) -> int:
    """How many of all the tries took a piece."""
    barrier = Barrier(THREADS)

    def run(thread: int) -> int:
        barrier.wait()
        return sum(take(thread * TRIES + number) for number in range(TRIES))

    with ThreadPoolExecutor(THREADS) as threads:
        return sum(threads.map(run, range(THREADS)))


def test_eight_threads_never_take_what_is_reserved(shop: Counter) -> None:
    change = one_less(shop)

    def take(number: int) -> bool:
        try:
            with shop.database.write() as connection:
                apply(connection, [change], Reference("test", str(number), None, AT))
        except Contended:
            return False
        return True

    assert in_threads(take) == 35
    assert shop.stock("CUP", "华东仓") == (5, 5, 0)
    assert shop.value(func.sum(col(StockMove.quantity))) == -35


def test_a_guard_that_reads_first_oversells(shop: Counter) -> None:
    """The wrong way, kept here so that the test above is known to be able to fail."""
    change = one_less(shop)
    balance = (col(StockBalance.sku_id) == change.sku_id, col(StockBalance.warehouse_id) == change.warehouse_id)
    all_have_read = Barrier(THREADS)

    def take(number: int) -> bool:
        with shop.database.read() as connection:
            on_hand, reserved = connection.execute(
                select(col(StockBalance.on_hand), col(StockBalance.reserved)).where(*balance)).one()
        if number % TRIES == 0:
            all_have_read.wait()
        if on_hand - 1 < reserved:
            return False
        with shop.database.write() as connection:
            connection.execute(update(StockBalance).where(*balance).values(on_hand=on_hand - 1))
        return True

    assert in_threads(take) > 40 - shop.stock("CUP", "华东仓")[0]


def test_actions_of_eight_people_never_oversell(shop: Counter) -> None:
    """Through the desk: some are done, some are shown anew or refused; what is left is what the moves say."""
    people = [replace(shop, chat=f"chat {number}") for number in range(THREADS)]
    codes = [person.proposal("adjust_stock", sku="CUP", warehouse="华东仓", delta=-30).code for person in people]
    with ThreadPoolExecutor(THREADS) as threads:
        outcomes = list(threads.map(lambda pair: pair[0].confirm(pair[1]), zip(people, codes, strict=True)))
    assert sum(isinstance(outcome, Done) for outcome in outcomes) == 1
    assert shop.stock("CUP", "华东仓") == (10, 5, 0)


def test_opposite_transfers_of_many_people_all_end(shop: Counter) -> None:
    """Rows are touched in one order by everybody, so nobody waits in a circle."""
    sku = shop.value(col(Sku.id), col(Sku.code) == "CUP")
    east, south = (shop.value(col(Warehouse.id), col(Warehouse.name) == name) for name in ("华东仓", "华南仓"))

    def take(number: int) -> bool:
        source, target = (east, south) if number % 2 else (south, east)
        with shop.database.write() as connection:
            apply(connection, [StockChange(sku, source, -1, MoveReason.TRANSFER_OUT),
                               StockChange(sku, target, 1, MoveReason.TRANSFER_IN)],
                  Reference("test", str(number), None, AT))
        return True

    assert in_threads(take) == THREADS * TRIES
    assert (shop.stock("CUP", "华东仓")[0], shop.stock("CUP", "华南仓")[0]) == (40, 10)


def test_a_retry_does_not_move_twice(shop: Counter) -> None:
    change, reference = one_less(shop), Reference("test", "1", None, AT)
    with shop.database.write() as connection:
        apply(connection, [change], reference)
    with pytest.raises(AlreadyDone), shop.database.write() as connection:
        apply(connection, [change], reference)
    assert shop.stock("CUP", "华东仓") == (39, 5, 0)


def test_what_fails_half_way_leaves_nothing(shop: Counter) -> None:
    """Two SKUs in one action: the second is short, so the first stays where it is."""
    bag = shop.value(col(Sku.id), col(Sku.code) == "BAG")
    south = shop.value(col(Warehouse.id), col(Warehouse.name) == "华南仓")
    with pytest.raises(Contended), shop.database.write() as connection:
        apply(connection, [one_less(shop), StockChange(bag, south, -9, MoveReason.SHIPPED)],
              Reference("test", "1", None, AT))
    assert shop.stock("CUP", "华东仓") == (40, 5, 0)
    assert shop.value(func.count(col(StockMove.id))) == 0


def test_more_than_is_reserved_cannot_be_set_free(shop: Counter) -> None:
    first = shop.value(col(Order.id), col(Order.external_id) == "FIRST")
    move = one_less(shop)
    free = AllocationChange(first, 1, move.sku_id, move.warehouse_id, -6, AllocationReason.FIRST_OF_FULL)
    with pytest.raises(Contended), shop.database.write() as connection:
        apply(connection, [move, free], Reference("test", "1", None, AT))
    assert shop.stock("CUP", "华东仓") == (40, 5, 0)
