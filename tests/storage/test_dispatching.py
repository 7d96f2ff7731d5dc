"""How open orders are arranged: merged, split, sent from elsewhere, held back, left out of the figures."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlmodel import col

from domain.catalog.model import Sku
from domain.clock import ShopCalendar
from domain.confirmations import Done
from domain.customers.model import Customer
from domain.fulfilment.model import MergedOrder, ParcelLine, Shipment
from domain.inventory.model import Allocation, StockBalance, StockMove
from domain.orders.model import Exclusion, Fulfilment, Hold, Order, OrderStatus
from storage import rollups
from storage.engine import Database
from storage.stock import allocations
from storage.upkeep.verify import verify
from tests.storage.action_shop import AT, SHIPPING, Counter, counter

TWO = ["FIRST", "MIXED"]


@pytest.fixture
def shop(database: Database, calendar: ShopCalendar) -> Counter:
    """Everything is one buyer's, for one address; what waits has its pieces."""
    made = counter(database, calendar)
    with database.write() as connection:
        connection.execute(Customer.__table__.insert().values(id=1, created_at=AT))  # type: ignore[attr-defined]
        connection.execute(update(Order).values(customer_id=1, province="浙江省", city="杭州市"))
        allocations.reserve_waiting(connection)
    return made


def status(shop: Counter, order: str) -> OrderStatus:
    found: OrderStatus = shop.value(col(Order.status), col(Order.external_id) == order)
    return found


def sound(shop: Counter) -> bool:
    """Orders hold what is reserved."""
    return "reserved_is_what_orders_hold" not in {finding.law.id for finding in verify(shop.database)}


def test_merged_orders_leave_in_one_parcel(shop: Counter) -> None:
    shop.do("merge_orders", orders=TWO)
    proposal = shop.proposal("confirm_shipment", order="MIXED", **SHIPPING)
    assert proposal.said["order"] == "MIXED、FIRST"
    assert [(fact.before, fact.after) for fact in proposal.facts if fact.key == "on_hand"] == [(40, 39), (39, 34)]
    shop.confirm(proposal.code)
    assert (status(shop, "FIRST"), status(shop, "MIXED")) == (OrderStatus.SHIPPED, OrderStatus.SHIPPED)
    assert shop.value(func.count(col(Shipment.waybill_no).distinct())) == 1
    assert shop.value(func.sum(col(ParcelLine.quantity))) == 6
    assert sound(shop)


def test_undoing_the_parcel_of_merged_orders_brings_both_back(shop: Counter) -> None:
    shop.do("merge_orders", orders=TWO)
    before = shop.stock("CUP", "华东仓")
    shop.do("confirm_shipment", order="FIRST", **SHIPPING)
    assert isinstance(shop.undo(), Done)
    assert (status(shop, "FIRST"), status(shop, "MIXED")) == (OrderStatus.TO_SHIP, OrderStatus.TO_SHIP)
    assert shop.stock("CUP", "华东仓") == before
    assert shop.value(func.count(col(MergedOrder.order_id))) == 2
    assert sound(shop)


@pytest.mark.parametrize(("of_first", "reason"), [
    ({"customer_id": None}, "merge_buyers"), ({"city": "宁波市"}, "merge_places"), ({"city": None}, "merge_places"),
    ({"phone_index": b"x"}, "merge_phones"), ({"paid_at": AT - timedelta(days=9)}, "merge_window"),
    ({"hold": Hold.RISK, "status": OrderStatus.HELD}, "not_waiting")])
def test_only_orders_for_one_door_are_merged(shop: Counter, of_first: dict[str, object], reason: str) -> None:
    with shop.database.write() as connection:
        connection.execute(update(Order).where(col(Order.external_id) == "FIRST").values(**of_first))
    assert shop.refusal("merge_orders", orders=TWO).key == f"no.{reason}"


def test_merged_orders_whose_address_was_changed_since_do_not_leave_together(shop: Counter) -> None:
    shop.do("merge_orders", orders=TWO)
    with shop.database.write() as connection:
        connection.execute(update(Order).where(col(Order.external_id) == "MIXED").values(city="宁波市"))
    assert shop.refusal("confirm_shipment", order="FIRST", **SHIPPING).key == "no.merged_to_two_doors"
    shop.do("unmerge_orders", order="MIXED")
    shop.do("confirm_shipment", order="FIRST", **SHIPPING)
    assert status(shop, "MIXED") is OrderStatus.TO_SHIP


def test_a_merge_names_different_orders_and_can_be_taken_apart(shop: Counter) -> None:
    assert shop.refusal("merge_orders", orders=["FIRST", "FIRST"]).key == "no.merge_count"
    shop.do("merge_orders", orders=TWO)
    assert shop.refusal("merge_orders", orders=["FIRST", "BUNDLE"]).key == "no.merged_already"
    shop.do("unmerge_orders", order="MIXED")
    shop.do("confirm_shipment", order="MIXED", **SHIPPING)
    assert status(shop, "FIRST") is OrderStatus.TO_SHIP


def test_a_split_order_leaves_in_two_parcels_from_one_warehouse(shop: Counter) -> None:
    shop.do("split_order", order="WAITING", lines=[{"sku": "CUP", "quantity": 1}])
    shop.do("confirm_shipment", order="WAITING", **SHIPPING)
    assert status(shop, "WAITING") is OrderStatus.PARTLY_SHIPPED
    assert shop.value(func.sum(col(ParcelLine.quantity))) == 2
    shop.do("confirm_shipment", order="WAITING", carrier="中通", waybill="78900112233446")
    assert status(shop, "WAITING") is OrderStatus.SHIPPED
    assert sound(shop)


def test_a_split_leaves_something_and_takes_no_more_than_there_is(shop: Counter) -> None:
    assert shop.refusal("split_order", order="WAITING", lines=[{"sku": "CUP", "quantity": 3}]
                        ).key == "no.not_so_many_in_order"
    everything = [{"sku": "CUP", "quantity": 2}, {"sku": "BAG", "quantity": 1}]
    assert shop.refusal("split_order", order="WAITING", lines=everything).key == "no.split_leaves_nothing"


def test_an_order_is_moved_to_another_warehouse_that_has_it(shop: Counter) -> None:
    before = shop.stock("CUP", "华东仓"), shop.stock("CUP", "华南仓")
    assert shop.refusal("change_warehouse", order="WAITING", warehouse="华东仓").key == "no.not_enough_stock"
    shop.do("change_warehouse", order="MIXED", warehouse="华南仓")
    assert shop.refusal("change_warehouse", order="MIXED", warehouse="华南仓").key == "no.ships_from_there"
    assert shop.stock("CUP", "华东仓")[1] == before[0][1] - 1
    assert shop.stock("CUP", "华南仓")[1] == before[1][1] + 1
    shop.undo()
    assert (shop.stock("CUP", "华东仓"), shop.stock("CUP", "华南仓")) == before
    assert sound(shop)


def test_a_held_order_keeps_its_pieces_and_is_not_shipped(shop: Counter) -> None:
    shop.do("hold_order", order="FIRST")
    assert shop.refusal("confirm_shipment", order="FIRST", **SHIPPING).key == "no.cannot_ship_held"
    assert shop.value(func.sum(col(Allocation.quantity)), col(Allocation.quantity) == 5) == 5
    shop.do("release_order", order="FIRST")
    shop.do("confirm_shipment", order="FIRST", **SHIPPING)


def test_what_a_platform_holds_only_the_platform_releases(shop: Counter) -> None:
    assert shop.refusal("release_order", order="HELD").key == "no.held_by_platform"
    assert shop.refusal("release_order", order="FIRST").key == "no.not_held"


def test_a_brushed_order_counts_nowhere_and_lets_go_of_its_stock(shop: Counter) -> None:
    with shop.database.write() as connection:
        rollups.rebuild(connection)
    shop.do("mark_order", order="FIRST", mark="brushed")
    assert shop.value(col(Order.excluded), col(Order.external_id) == "FIRST") is Exclusion.BRUSHED
    with shop.database.read() as connection:
        assert rollups.check(connection) == []
    assert sound(shop)
    shop.do("confirm_shipment", order="FIRST", **SHIPPING)
    assert shop.value(func.count(col(StockMove.id))) == 0
    assert shop.refusal("mark_order", order="FIRST", mark="brushed").key == "no.marked_already"


def test_undoing_a_mark_counts_the_order_again_and_gives_it_its_pieces_back(shop: Counter) -> None:
    before = shop.stock("CUP", "华东仓")
    shop.do("mark_order", order="FIRST", mark="test")
    shop.undo()
    assert shop.value(col(Order.excluded), col(Order.external_id) == "FIRST") is None
    assert shop.stock("CUP", "华东仓") == before
    with shop.database.read() as connection:
        assert connection.execute(select(col(Order.fulfilment)).where(col(Order.external_id) == "FIRST")
                                  ).scalar_one() is Fulfilment.UNSHIPPED


def test_orders_that_could_be_merged_are_listed_and_merged_ones_no_more(shop: Counter) -> None:
    listed = shop.desk.mergeable()
    assert len(listed) == 1
    assert {"FIRST", "MIXED"} <= set(listed[0])
    shop.do("merge_orders", orders=TWO)
    assert all(not {"FIRST", "MIXED"} & set(group) for group in shop.desk.mergeable())


def test_orders_that_cannot_leave_as_one_are_listed_with_what_is_where(shop: Counter) -> None:
    """Asked for, the orders paid today were listed."""
    def listed() -> list[tuple[str, list[str], list[str]]]:
        return [(order.number, [f"{parcel.warehouse} {one.what}×{one.quantity}" for parcel in order.parcels
                                for one in parcel.goods], [one.what for one in (*order.here, *order.missing)])
                for order in shop.desk.divided()]

    assert listed() == []
    shop.do("split_order", order="WAITING", lines=[{"sku": "CUP", "quantity": 1}])
    assert listed() == [("WAITING", ["华南仓 BAG×1", "华南仓 CUP×1", "华南仓 CUP×1"], [])]
    shop.do("confirm_shipment", order="WAITING", **SHIPPING)
    assert listed() == []
    shop.undo()
    with shop.database.write() as connection:
        waiting = select(col(Order.id)).where(col(Order.external_id) == "WAITING")
        connection.execute(delete(Allocation).where(col(Allocation.order_id).in_(waiting)))
        bag = select(col(Sku.id)).where(col(Sku.code) == "BAG")
        connection.execute(update(StockBalance).where(col(StockBalance.sku_id).in_(bag)).values(on_hand=2, reserved=2))
    assert listed() == [("WAITING", [], ["CUP", "BAG"])]
    assert shop.desk.divided(shops=("别的店",)) == []
