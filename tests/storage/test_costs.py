"""The kept value follows the stock, on both databases: through actions, undo, imports and returns to the shelf."""

from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import func, insert, select, update
from sqlmodel import col

from domain.catalog.model import ItemKind, Sku
from domain.clock import ShopCalendar
from domain.costing.model import CostEntry, CostEntryKind, CostLayer, CostMethod, CostPool
from domain.drafts import Kind, ProductDraft, StockDraft
from domain.inventory.model import MoveReason, StockBalance, StockMove
from domain.orders.model import Order, OrderLine
from domain.people import Role
from storage.encryption import Vault
from storage.engine import Database
from storage.ingest import Ingest
from storage.stock import costs
from storage.upkeep.verify import verify
from tests.storage.action_shop import AT, SHIPPING, Counter, counter

COST_LAWS = ("value_is_the_sum_of_its_entries", "layers_are_the_value", "valued_pieces_are_on_hand")


@pytest.fixture
def shop(database: Database, calendar: ShopCalendar) -> Counter:
    """50 cups at 12.80 (40 and 10), 8 bags whose cost nobody knows."""
    return counter(database, calendar)


def kept(shop: Counter, sku: str = "CUP") -> tuple[int, int]:
    """Pieces and value in yuan/10000; the laws of cost hold whenever anybody looks."""
    assert verify(shop.database, COST_LAWS) == []
    with shop.database.read() as connection:
        row = connection.execute(select(col(CostPool.pieces), col(CostPool.value_e4)).join(
            Sku, col(Sku.id) == col(CostPool.sku_id)).where(col(Sku.code) == sku)).one()
        return row[0], row[1]


def unit(shop: Counter, sku: str = "CUP") -> int | None:
    cost: int | None = shop.value(col(Sku.unit_cost_e4), col(Sku.code) == sku)
    return cost


def fifo_shop(shop: Counter) -> Counter:
    shop.do("set_cost_method", sku="CUP", method="fifo")
    later = Counter(shop.database, shop.desk, at=AT + timedelta(hours=1))
    later.do("receive_stock", sku="CUP", warehouse="华南仓", quantity=20, unit_cost=2000)
    return Counter(shop.database, shop.desk, at=AT + timedelta(hours=2))


def line_cost(shop: Counter, order: str, line_no: int = 1) -> int | None:
    with shop.database.read() as connection:
        return connection.execute(select(col(OrderLine.cost_base)).join(Order, col(Order.id) == col(
            OrderLine.order_id)).where(col(Order.external_id) == order, col(OrderLine.line_no) == line_no)).scalar_one()


def test_nothing_is_kept_until_a_receipt_says_what_it_cost(shop: Counter) -> None:
    shop.do("receive_stock", sku="CUP", warehouse="华东仓", quantity=7)
    shop.do("adjust_stock", sku="BAG", warehouse="华南仓", delta=-1)
    assert shop.value(func.count(col(CostPool.sku_id))) == 0


def test_the_value_follows_receipts_and_what_leaves_at_the_average(shop: Counter) -> None:
    """50 at 12.80 and 7 at 19.00 are 773.00; two that leave take 2/57 of it, and nothing is lost."""
    shop.do("receive_stock", sku="CUP", warehouse="华东仓", quantity=7, unit_cost=1900)
    assert kept(shop) == (57, 7_730_000)
    shop.do("confirm_shipment", order="WAITING", **SHIPPING, warehouse="华南仓")
    assert kept(shop) == (55, 7_730_000 - 271_228)
    assert line_cost(shop, "WAITING") == 2712


def test_counts_and_adjustments_are_valued_at_the_present_average(shop: Counter) -> None:
    shop.do("receive_stock", sku="CUP", warehouse="华东仓", quantity=50, unit_cost=1480)
    assert kept(shop) == (100, 100 * 138_000)
    shop.do("count_stock", sku="CUP", warehouse="华东仓", counted=85)
    assert kept(shop) == (95, 95 * 138_000)
    shop.do("adjust_stock", sku="CUP", warehouse="华东仓", delta=+2)
    assert kept(shop) == (97, 97 * 138_000)


def test_a_transfer_carries_the_cost_along(shop: Counter) -> None:
    shop.do("receive_stock", sku="CUP", warehouse="华东仓", quantity=50, unit_cost=1480)
    before = kept(shop)
    shop.do("transfer_stock", sku="CUP", from_="华东仓", to="华南仓", quantity=30)
    assert kept(shop) == before
    shop.undo()
    assert kept(shop) == before


def test_first_in_first_out_sends_the_oldest_and_the_line_keeps_what_they_cost(shop: Counter) -> None:
    """50 cups at 12.80 came before 20 at 20.00: of 52 that leave, two have cost 20.00."""
    shop = fifo_shop(shop)
    assert kept(shop) == (70, 50 * 128_000 + 20 * 200_000)
    shop.do("adjust_stock", sku="CUP", warehouse="华南仓", delta=-20)
    assert kept(shop) == (50, 30 * 128_000 + 20 * 200_000)
    shop.do("adjust_stock", sku="CUP", warehouse="华东仓", delta=-29)
    shop.do("confirm_shipment", order="WAITING", **SHIPPING, warehouse="华南仓")
    assert line_cost(shop, "WAITING") == 1280 + 2000
    assert kept(shop) == (19, 19 * 200_000)


def test_the_figures_of_the_day_follow_the_cost_that_was_frozen(shop: Counter) -> None:
    shop = fifo_shop(shop)
    shop.do("adjust_stock", sku="CUP", warehouse="华东仓", delta=-35)
    shop.do("adjust_stock", sku="CUP", warehouse="华南仓", delta=-15)
    shop.do("confirm_shipment", order="WAITING", **SHIPPING, warehouse="华南仓")
    assert line_cost(shop, "WAITING") == 4000
    assert verify(shop.database, ["rollups_are_sums_of_facts"]) == []


def test_undo_puts_pieces_back_into_the_very_layers_they_came_from(shop: Counter) -> None:
    shop = fifo_shop(shop)

    def layers() -> list[tuple[int, int]]:
        with shop.database.read() as connection:
            return [(row[0], row[1]) for row in connection.execute(select(
                col(CostLayer.pieces_left), col(CostLayer.value_left_e4)).order_by(col(CostLayer.id)))]

    before = layers()
    shop.do("adjust_stock", sku="CUP", warehouse="华东仓", delta=-35)
    shop.do("adjust_stock", sku="CUP", warehouse="华南仓", delta=-25)
    assert layers() == [(0, 0), (10, 2_000_000)]
    shop.undo()
    shop.undo()
    assert layers() == before
    assert kept(shop) == (70, 50 * 128_000 + 20 * 200_000)


def test_a_receipt_of_an_earlier_day_leaves_first_from_now_on_and_what_was_sold_keeps_its_cost(shop: Counter) -> None:
    """Two cups left at 12.80 before anybody said that cheaper ones had come the week before."""
    shop = fifo_shop(shop)
    shop.do("confirm_shipment", order="WAITING", **SHIPPING, warehouse="华南仓")
    asked = {"sku": "CUP", "warehouse": "华东仓", "quantity": 3, "unit_cost": 1000, "day": "2026-11-16"}
    told = shop.proposal("receive_stock", **asked)
    assert [(note.key, dict(note.facts)) for note in told.notes] == [
        ("came_on", {"day": date(2026, 11, 16), "days": 7}), ("shipped_keeps_cost", {"pieces": 2}),
        ("leaves_by_day", {"day": date(2026, 11, 16)})]
    shop.confirm(told.code)
    assert line_cost(shop, "WAITING") == 2 * 1280
    assert kept(shop) == (71, 48 * 128_000 + 20 * 200_000 + 3 * 100_000)
    shop.do("adjust_stock", sku="CUP", warehouse="华东仓", delta=-3)
    assert kept(shop) == (68, 48 * 128_000 + 20 * 200_000)
    shop.undo()
    shop.undo()
    assert kept(shop) == (68, 48 * 128_000 + 20 * 200_000)
    assert shop.value(func.count(func.distinct(col(StockMove.moved_at))), col(StockMove.quantity).in_((3, -3))) == 2


@pytest.mark.parametrize(("day", "key"), [
    ("2026-11-24", "no.day_in_future"), ("2026-11-22", "no.counted_since"), ("1999-12-31", "no.bad_day")])
def test_nothing_is_received_on_a_day_to_come_or_before_the_last_count(shop: Counter, day: str, key: str) -> None:
    shop.do("count_stock", sku="CUP", warehouse="华东仓", counted=41)
    receipt = {"sku": "CUP", "warehouse": "华东仓", "quantity": 3, "day": day}
    assert shop.refusal("receive_stock", **receipt).key == key
    elsewhere = shop.proposal("receive_stock", **{**receipt, "warehouse": "华南仓", "day": "2026-11-22"})
    assert [note.key for note in elsewhere.notes] == ["came_on"]


def test_an_undone_receipt_takes_its_own_value_with_it(shop: Counter) -> None:
    shop.do("receive_stock", sku="CUP", warehouse="华东仓", quantity=50, unit_cost=1480)
    shop.do("receive_stock", sku="CUP", warehouse="华东仓", quantity=10, unit_cost=9900)
    shop.undo()
    assert (kept(shop), unit(shop)) == ((100, 100 * 138_000), 138_000)


def test_a_return_comes_back_at_the_cost_it_left_with(shop: Counter) -> None:
    """A cup left at 13.80; by the time it comes back a cup costs more, but not this one."""
    shop.do("receive_stock", sku="CUP", warehouse="华东仓", quantity=50, unit_cost=1480)
    shop.do("confirm_shipment", order="WAITING", **SHIPPING, warehouse="华南仓")
    assert kept(shop) == (98, 98 * 138_000)
    shop.do("receive_stock", sku="CUP", warehouse="华东仓", quantity=2, unit_cost=50_000)
    pieces, value = kept(shop)
    with shop.database.write() as connection:
        order = connection.execute(select(col(Order.id)).where(col(Order.external_id) == "WAITING")).scalar_one()
        sku, place = connection.execute(select(col(StockBalance.sku_id), col(StockBalance.warehouse_id)).join(
            Sku, col(Sku.id) == col(StockBalance.sku_id)).where(col(Sku.code) == "CUP").limit(1)).one()
        connection.execute(insert(StockMove).values(
            sku_id=sku, warehouse_id=place, quantity=1, reason=MoveReason.RETURNED, reference_kind="return",
            reference_id="1", reference_line=0, order_id=order, moved_at=AT))
        connection.execute(update(StockBalance).where(
            col(StockBalance.sku_id) == sku, col(StockBalance.warehouse_id) == place).values(
                on_hand=col(StockBalance.on_hand) + 1))
        costs.settle(connection, "CNY", AT)
    assert kept(shop) == (pieces + 1, value + 138_000)


def test_another_price_counts_from_today_and_leaves_what_was_sold(shop: Counter) -> None:
    shop.do("receive_stock", sku="CUP", warehouse="华东仓", quantity=50, unit_cost=1480)
    shop.do("confirm_shipment", order="WAITING", **SHIPPING, warehouse="华南仓")
    sold = line_cost(shop, "WAITING")
    shop.do("revalue_stock", sku="CUP", unit_cost=1500, reason="发票晚到")
    assert (kept(shop), line_cost(shop, "WAITING")) == ((98, 98 * 150_000), sold)
    reason = shop.value(col(CostEntry.value_e4), col(CostEntry.kind) == CostEntryKind.REVALUED)
    assert reason == 98 * 12_000
    shop.undo()
    assert kept(shop) == (98, 98 * 138_000)


def test_a_cost_nobody_knew_can_be_said_and_then_be_first_in_first_out(shop: Counter) -> None:
    refusal = shop.refusal("set_cost_method", sku="BAG", method="fifo")
    assert (refusal.key, refusal.said["pieces"]) == ("no.cost_unknown", 8)
    shop.do("revalue_stock", sku="BAG", unit_cost=2500)
    shop.do("set_cost_method", sku="BAG", method="fifo")
    assert kept(shop, "BAG") == (8, 8 * 250_000)
    assert shop.refusal("set_cost_method", sku="BAG", method="fifo").key == "no.same_cost_method"
    shop.do("set_cost_method", sku="BAG", method="average")
    assert kept(shop, "BAG") == (8, 8 * 250_000)
    assert shop.refusal("revalue_stock", sku="POST", unit_cost=100).key == "no.nothing_to_revalue"


def test_whoever_may_not_see_costs_cannot_set_them(shop: Counter) -> None:
    packer = Counter(shop.database, shop.desk, actor="小王", role=Role.WAREHOUSE)
    for name, more in (("set_cost_method", {"method": "fifo"}), ("revalue_stock", {"unit_cost": 100})):
        assert packer.refusal(name, sku="CUP", **more).key == "no.not_allowed"


def test_a_file_of_counts_and_a_list_of_prices_respect_the_kept_value(shop: Counter, calendar: ShopCalendar) -> None:
    """The count is valued at the present average; the price of a product list no longer overrides what was paid."""
    shop.do("receive_stock", sku="CUP", warehouse="华东仓", quantity=50, unit_cost=1480)
    with Ingest(shop.database, calendar=calendar, vault=Vault.from_secret("x" * 40), base_currency="CNY",
                now=AT) as sink:
        sink.stage(Kind.STOCK, [StockDraft("CUP", "华东仓", 95, None, AT, 1)])
        sink.stage(Kind.PRODUCTS, [ProductDraft("CUP", "product CUP", "", (), None, ItemKind.GOODS, 999_000, None,
                                                "CNY", 20, None, is_active=True)])
        counts = sink.finish()
    assert counts[Kind.PRODUCTS].accepted == 0
    assert (kept(shop), unit(shop)) == ((105, 105 * 138_000), 138_000)


def test_pieces_on_backorder_are_owed_at_the_last_cost_and_settled_when_they_come(shop: Counter) -> None:
    with shop.database.write() as connection:
        connection.execute(update(Sku).where(col(Sku.code) == "BAG").values(allows_backorder=True))
    shop.do("revalue_stock", sku="BAG", unit_cost=1000)
    shop.do("adjust_stock", sku="BAG", warehouse="华南仓", delta=-11)
    assert kept(shop, "BAG") == (-3, -3 * 100_000)
    shop.do("receive_stock", sku="BAG", warehouse="华南仓", quantity=5, unit_cost=1200)
    assert (kept(shop, "BAG"), unit(shop, "BAG")) == ((2, 2 * 120_000), 120_000)


def test_a_hundred_random_moves_keep_every_law_of_cost(shop: Counter) -> None:
    """Receipts at odd prices, counts, transfers, undo and another method now and then."""
    random = Random(11)
    shop.do("receive_stock", sku="CUP", warehouse="华东仓", quantity=3, unit_cost=1001)
    for _ in range(100):
        place, pieces = random.choice(("华东仓", "华南仓")), random.randrange(1, 9)
        match random.randrange(7):
            case 0 | 1:
                shop.do("receive_stock", sku="CUP", warehouse=place, quantity=pieces,
                        unit_cost=random.randrange(1, 9999))
            case 2 if shop.stock("CUP", place)[0] - shop.stock("CUP", place)[1] >= pieces:
                shop.do("adjust_stock", sku="CUP", warehouse=place, delta=-pieces)
            case 3:
                shop.do("count_stock", sku="CUP", warehouse=place, counted=shop.stock("CUP", place)[1] + pieces)
            case 4 if shop.stock("CUP", "华东仓")[0] - shop.stock("CUP", "华东仓")[1] >= pieces:
                shop.do("transfer_stock", sku="CUP", from_="华东仓", to="华南仓", quantity=pieces)
            case 5:
                shop.undo()
            case 6:
                now = shop.value(col(CostPool.method))
                shop.do("set_cost_method", sku="CUP", method="fifo" if now is CostMethod.AVERAGE else "average")
    assert kept(shop)[0] > 0
