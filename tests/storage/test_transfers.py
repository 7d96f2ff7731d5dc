"""Transfers that take time: what leaves is on its way until it came or is lost, and its value goes with it."""

from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from domain.catalog.model import Sku
from domain.clock import ShopCalendar
from domain.confirmations import Done, NotPossible
from domain.costing.model import CostPool
from domain.inventory.model import MoveReason, StockMove
from domain.metrics.query import MetricQuery
from domain.transfers.model import Transfer, TransferStep
from storage.encryption import Vault
from storage.engine import Database
from storage.figures import MetricFigures
from storage.laws import CHECKS
from storage.stock.on_the_way import StoredOnTheWay
from tests.storage.action_shop import AT, Counter, counter

CUPS = {"sku": "CUP", "from_": "华东仓", "to": "华南仓"}
TRANSFER_LAWS = {"transfers_lose_nothing", "what_was_sent_is_accounted_for", "valued_pieces_are_on_hand",
                 "what_was_confirmed_has_moved"}


@pytest.fixture
def shop(database: Database, calendar: ShopCalendar) -> Counter:
    return counter(database, calendar)


def lists(shop: Counter) -> StoredOnTheWay:
    return StoredOnTheWay(shop.database, Vault.from_secret("a secret of the tests, long enough"))


def sent(shop: Counter, quantity: int = 10) -> str:
    shop.do("send_transfer", **CUPS, quantity=quantity)
    return lists(shop).transfers(9)[-1].number


def broken(shop: Counter) -> set[str]:
    """The laws of transfers that do not hold."""
    with shop.database.read() as connection:
        return {law for law in TRANSFER_LAWS if CHECKS[law](connection)[0]}


def pool(shop: Counter) -> tuple[int, int]:
    with shop.database.read() as connection:
        row = connection.execute(select(col(CostPool.pieces), col(CostPool.value_e4))).one()
    return row[0], row[1]


def test_what_leaves_is_on_its_way_until_it_comes(shop: Counter) -> None:
    number = sent(shop)
    assert (shop.stock("CUP", "华东仓"), shop.stock("CUP", "华南仓")) == ((30, 5, 0), (10, 0, 40))
    assert shop.refusal("confirm_shipment", order="BIG", carrier="中通", waybill="78900112233445").key.startswith("no.")
    shop.do("receive_transfer", transfer=number.lower(), quantity=6)
    assert shop.stock("CUP", "华南仓") == (16, 0, 34)
    assert [one.on_its_way for one in lists(shop).transfers(9)] == [4]
    shop.do("receive_transfer", transfer=number, quantity=1, lost=2)
    shop.do("receive_transfer", transfer=number)
    assert shop.stock("CUP", "华南仓") == (18, 0, 30)
    assert lists(shop).transfers(9) == []
    known = lists(shop).transfer(number)
    assert known is not None
    assert (known.sent, known.received, known.lost) == (10, 8, 2)
    assert broken(shop) == set()


def test_a_receipt_from_a_supplier_takes_nothing_of_a_transfer(shop: Counter) -> None:
    """What is incoming is 30 that were ordered and 10 that are on their way."""
    number = sent(shop)
    shop.do("receive_stock", sku="CUP", warehouse="华南仓", quantity=35)
    assert shop.stock("CUP", "华南仓") == (45, 0, 10)
    shop.do("receive_transfer", transfer=number)
    assert shop.stock("CUP", "华南仓") == (55, 0, 0)


def test_value_travels_with_the_goods_and_is_lost_with_them(shop: Counter) -> None:
    """The value begins to be kept while goods are on their way: they count."""
    number = sent(shop)
    shop.do("receive_stock", sku="CUP", warehouse="华东仓", quantity=50, unit_cost=2280)  # 50 at 12.80, 50 at 22.80
    assert pool(shop) == (100, 100 * 178_000)
    shop.do("receive_transfer", transfer=number, quantity=6)
    assert pool(shop) == (100, 100 * 178_000)
    shop.do("receive_transfer", transfer=number, lost=4)
    assert pool(shop) == (96, 96 * 178_000)
    assert broken(shop) == set()
    assert isinstance(shop.undo(), Done)
    assert pool(shop) == (100, 100 * 178_000)
    assert broken(shop) == set()


def test_the_value_of_the_stock_is_the_kept_one_while_goods_are_on_their_way(
        shop: Counter, calendar: ShopCalendar) -> None:
    """What had left one warehouse and was in no other yet was missing from the value of the stock; it is counted where
    it goes."""
    figures = MetricFigures(shop.database, calendar, "CNY")

    def value(*by: str) -> list[tuple[Any, ...]]:
        return list(figures.answer(MetricQuery(("stock_value",), by, where={"sku": ("CUP",)}), AT).rows)

    assert value() == [(50 * 1280,)]
    number = sent(shop)
    assert value() == [(50 * 1280,)]
    assert value("warehouse") == [("华东仓", 30 * 1280), ("华南仓", 20 * 1280)]
    shop.do("receive_stock", sku="CUP", warehouse="华东仓", quantity=50, unit_cost=2280)
    shop.do("receive_transfer", transfer=number, quantity=3, lost=2)
    assert value() == [(98 * 1780,)]
    assert pool(shop) == (98, 98 * 178_000)


def test_every_step_is_undone(shop: Counter) -> None:
    before = shop.stock("CUP", "华东仓"), shop.stock("CUP", "华南仓")
    first = shop.do("send_transfer", **CUPS, quantity=10)
    number = lists(shop).transfers(9)[0].number
    shop.do("receive_transfer", transfer=number, quantity=6, lost=1)
    too_early = shop.undo(first.code)
    assert isinstance(too_early, NotPossible)
    assert too_early.key == "confirmation.changed_since"
    assert isinstance(shop.undo(), Done)
    assert isinstance(shop.undo(first.code), Done)
    assert (shop.stock("CUP", "华东仓"), shop.stock("CUP", "华南仓")) == before
    assert shop.refusal("receive_transfer", transfer=number).key == "no.transfer_done"
    assert broken(shop) == set()


IMPOSSIBLE: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("send_transfer", {**CUPS, "quantity": 36}, "not_enough_stock"),
    ("send_transfer", {**CUPS, "quantity": 0}, "bad_number"), ("send_transfer", {**CUPS, "quantity": -1}, "bad_number"),
    ("send_transfer", {**CUPS, "quantity": 1.5}, "bad_number"),
    ("send_transfer", {**CUPS, "quantity": 10**12}, "bad_number"),
    ("send_transfer", {**CUPS, "to": "华东仓", "quantity": 1}, "same_warehouse"),
    ("send_transfer", {**CUPS, "to": "火星仓", "quantity": 1}, "unknown_warehouse"),
    ("send_transfer", {**CUPS, "sku": "KUP", "quantity": 1}, "unknown_sku"),
    ("receive_transfer", {"transfer": "DB261123-77"}, "unknown_transfer"),
    ("receive_transfer", {"quantity": 11}, "more_than_on_its_way"),
    ("receive_transfer", {"quantity": 8, "lost": 3}, "more_than_on_its_way"),
    ("receive_transfer", {"lost": 10**12}, "bad_number"), ("receive_transfer", {"quantity": 0}, "bad_number"),
)


def test_what_cannot_be_is_said_and_nothing_moves(shop: Counter) -> None:
    number = sent(shop)
    before = shop.stock("CUP", "华东仓"), shop.stock("CUP", "华南仓")
    for action, said, key in IMPOSSIBLE:
        arguments = {"transfer": number, **said} if action == "receive_transfer" else said
        assert shop.refusal(action, **arguments).key == f"no.{key}", said
    assert (shop.stock("CUP", "华东仓"), shop.stock("CUP", "华南仓")) == before


def test_what_is_owed_can_be_sold_but_not_sent(shop: Counter) -> None:
    with shop.database.write() as connection:
        connection.execute(update(Sku).where(col(Sku.code) == "CUP").values(allows_backorder=True))
    assert shop.refusal("send_transfer", **CUPS, quantity=41).key == "no.not_enough_stock"
    sent(shop, 40)


def test_two_who_receive_the_same_goods_receive_them_once(shop: Counter) -> None:
    number = sent(shop)
    first, second = (shop.proposal("receive_transfer", transfer=number, quantity=pieces) for pieces in (7, 8))
    assert isinstance(shop.confirm(first.code), Done)
    refused = shop.confirm(second.code)
    assert isinstance(refused, NotPossible)
    assert refused.key == "no.more_than_on_its_way"
    assert shop.stock("CUP", "华南仓") == (17, 0, 33)


DAMAGES = (
    update(StockMove).where(col(StockMove.reason) == MoveReason.TRANSFER_OUT).values(quantity=-9),
    update(TransferStep).where(col(TransferStep.sent) > 0).values(sent=9), update(Transfer).values(received=3))


def test_a_transfer_that_does_not_add_up_is_found(shop: Counter) -> None:
    number = sent(shop)
    assert broken(shop) == set()
    for damage in DAMAGES:
        with suppress(_Mended), shop.database.write() as connection:
            connection.execute(damage)
            _, breaches = CHECKS["what_was_sent_is_accounted_for"](connection)
            assert breaches[0].subject == number
            raise _Mended


class _Mended(Exception):
    """Ends the transaction that did the damage."""


def test_each_step_is_kept(shop: Counter) -> None:
    number = sent(shop)
    shop.do("receive_transfer", transfer=number, quantity=4)
    shop.undo()
    with shop.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(TransferStep)).scalar() == 3
