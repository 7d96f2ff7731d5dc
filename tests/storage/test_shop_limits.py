"""Somebody limited to a shop: every figure and row is of that shop or refused, and no other order is there."""

from dataclasses import replace

import pytest
from sqlalchemy import insert
from sqlmodel import col

from domain.actions import actions
from domain.catalog.model import Platform, Shop
from domain.clock import ShopCalendar
from domain.confirmations import Done, NotPossible
from domain.errors import UnknownName
from domain.metrics.catalog import METRICS
from domain.metrics.limits import SHARED, OutsideShops, can_tell
from domain.metrics.query import Having, MetricQuery
from domain.people import Role, Staff
from storage.engine import Database
from storage.figures import MetricFigures
from tests.storage.action_shop import AT, AXES, SHIPPING, Counter, _order, counter
from tests.storage.made_shop import CALENDAR, NOW, MadeShop
from tests.storage.test_details import details_of, query_of, story

OWN = ("京东店",)
# A figure of each kind of fact; the last is told of what all shops share.
TOLD = ("net_profit", "orders", "orders_shipped", "orders_signed", "orders_to_ship", "customers", "visitors",
        "stock_available")
OTHER = 2  # the id of a second shop


@pytest.fixture
def shop(database: Database) -> MadeShop:
    return story(database)


def test_each_figure_is_of_the_own_shop_or_refused(shop: MadeShop) -> None:
    figures = MetricFigures(shop.database, CALENDAR, "CNY")
    for metric in set(METRICS) - set(TOLD):
        if not can_tell(metric, OWN):
            with pytest.raises(OutsideShops):
                figures.answer(query_of(metric), NOW, OWN)
    for metric in TOLD:
        query = query_of(metric)
        told = figures.answer(query, NOW, OWN)
        same = query if metric in SHARED else replace(query, where={"shop": OWN})
        assert told.rows == figures.answer(same, NOW).rows, metric
        assert told.query == same, "what was told is what was asked of the one shop"
        assert set(told.coverage.fresh) <= set(OWN)


def test_what_looks_beyond_the_shops_is_refused() -> None:
    """Stock that all shops sell from, accounts, and whether a buyer had bought before, in whatever shop."""
    assert {metric for metric in METRICS if not can_tell(metric, OWN)} == {
        "new_customers", "repeat_rate", "stock_on_hand", "stock_reserved", "stock_value", "days_of_cover",
        "reorder_quantity", "cash_in", "cash_out", "balance"}
    assert not any(can_tell(metric, ()) for metric in METRICS), "no shop at all: nothing"


def test_the_rows_behind_a_figure_are_of_the_own_shop(shop: MadeShop) -> None:
    for metric in TOLD[:-1]:
        page = details_of(shop).page(query_of(metric), NOW, 50, OWN)
        every = list(details_of(shop).stream(query_of(metric), NOW, OWN).rows)
        assert len(every) == page.count
        assert {row.shop for row in every} <= ({None} if metric == "customers" else set(OWN)), metric
        figure = MetricFigures(shop.database, CALENDAR, "CNY").answer(query_of(metric), NOW, OWN)
        assert (page.total or 0) == (figure.rows[0][0] or 0)


REFUSED = {
    "another shop by name": MetricQuery(("orders",), where={"shop": ("海外店",)}),
    "another beside the own": MetricQuery(("orders",), where={"shop": ("京东店", "海外店")}),
    "a shop that is not": MetricQuery(("orders",), where={"shop": ("没有的店",)}),
    "another platform": MetricQuery(("orders",), where={"platform": ("shopify",)}),
    "a platform without shop": MetricQuery(("orders",), where={"platform": ("pdd",)}),
    "all but the own": MetricQuery(("orders",), exclude={"shop": OWN}),
    "segments of all shops": MetricQuery(("orders",), by=("segment",)),
    "a bound on a figure that is not told": MetricQuery(
        ("orders",), by=("product",), having=(Having("new_customers", ">", 1),)),
}


def test_what_is_not_theirs_is_refused_without_naming_it(shop: MadeShop) -> None:
    for query in REFUSED.values():
        for ask in (MetricFigures(shop.database, CALENDAR, "CNY").answer, details_of(shop).stream):
            with pytest.raises(OutsideShops) as raised:
                list(ask(replace(query, period=query_of("orders").period), NOW, OWN).rows)
            assert "海外店" not in str(raised.value)


def test_a_buyer_who_never_bought_there_is_as_unknown_as_nobody(shop: MadeShop) -> None:
    """buyer-2 bought in the other shop, buyer-3 nowhere."""
    for buyer in ("buyer-2", "buyer-3", "nobody-9", "客户 #2"):
        for name in ("where", "exclude"):
            query = replace(query_of("orders"), **{name: {"customer": (buyer,)}})  # type: ignore[arg-type]
            with pytest.raises(UnknownName):
                MetricFigures(shop.database, CALENDAR, "CNY").answer(query, NOW, OWN)
    own = replace(query_of("orders"), where={"customer": ("buyer-1",)})
    assert MetricFigures(shop.database, CALENDAR, "CNY").answer(own, NOW, OWN).rows == ((2,),)


@pytest.fixture
def desk(database: Database, calendar: ShopCalendar) -> Counter:
    """The counter, and a second shop that has an order of its own and one of a number that the first uses, too."""
    made = counter(database, calendar)
    with database.write() as connection:
        connection.execute(insert(Shop).values(
            id=OTHER, name="抖店", platform=Platform.DOUYIN, currency="CNY", created_at=AT))
        for number in ("DY1", "BIG"):
            _order(connection, OTHER, number, AXES["WAITING"], {"CUP": 1})
    return made


def test_for_them_no_other_order_is_there(desk: Counter) -> None:
    """Neither its state nor its number comes out, whatever is wanted of it; of two of a number theirs is meant."""
    own = replace(desk, actor="小李", shops=("抖店",))
    for name, order in (("hold_order", "WAITING"), ("confirm_shipment", "FIRST"), ("approve_refund", "REFUND")):
        more = SHIPPING if name == "confirm_shipment" else {}
        there = own.refusal(name, order=order, **more)
        nowhere = own.refusal(name, order=f"{order}9", **more)
        assert (there.key, there.choices) == ("no.unknown_order", ()) == (nowhere.key, nowhere.choices)
    assert desk.refusal("hold_order", order="BIG").key == "no.ambiguous_order"
    assert own.proposal("hold_order", order="BIG").said["order"] == "BIG"
    assert own.refusal("hold_order", order="DY").choices == ("DY1",)


def test_a_waybill_of_another_shop_is_taken_without_saying_by_which_order(desk: Counter) -> None:
    desk.do("confirm_shipment", order="WAITING", **SHIPPING)
    refused = replace(desk, shops=("抖店",)).refusal("confirm_shipment", order="DY1", **SHIPPING)
    assert refused.key == "no.waybill_used_before"
    assert "WAITING" not in str(refused)


def test_what_all_shops_share_is_not_changed_by_them(desk: Counter) -> None:
    shared = [name for name, action in actions().items() if not action.is_of_shops]
    assert {"adjust_stock", "record_expense", "create_purchase_order", "limit_shops", "teach_alias"} <= set(shared)
    assert {replace(desk, shops=("抖店",)).refusal(name).key for name in shared} == {"limits.all_shops"}


def test_codes_of_others_about_other_orders_are_no_codes_for_them(desk: Counter) -> None:
    """A proposal of the owner in the same chat: neither confirmed, cancelled nor, once done, undone."""
    own = replace(desk, actor="小李", shops=("抖店",))
    code = desk.proposal("hold_order", order="WAITING").code
    for outcome in (own.confirm(code), own.cancel(code), own.confirm("2A2")):
        assert isinstance(outcome, NotPossible)
        assert outcome.key == "confirmation.unknown_code"
    assert isinstance(desk.confirm(code), Done)
    undone = own.undo(code)
    assert isinstance(undone, NotPossible)
    assert undone.key == "confirmation.nothing_to_undo"
    mine = desk.proposal("hold_order", order="DY1").code
    assert isinstance(own.confirm(mine), Done), "about an order of theirs it is one"
    assert isinstance(own.undo(mine), Done)


def test_an_order_of_the_same_number_is_not_undone_in_the_place_of_another(desk: Counter) -> None:
    """Held for the first shop by somebody limited to it, the code means nothing to somebody of the second."""
    code = replace(desk, shops=("京东旗舰店",)).do("hold_order", order="BIG").code
    outcome = replace(desk, shops=("抖店",)).undo(code)
    assert isinstance(outcome, NotPossible)


def test_a_limit_is_proposed_confirmed_kept_and_undone(desk: Counter) -> None:
    def kept() -> object:
        return desk.value(col(Staff.shops), col(Staff.name) == "小王")

    assert replace(desk, role=Role.MANAGER).refusal("limit_shops", who="小王", shops=["抖店"]).key == "no.not_allowed"
    assert desk.refusal("limit_shops", who="小黄", shops=["抖店"]).key == "no.nobody_called"
    done = desk.do("limit_shops", who="小王", shops=["抖店", "京东旗舰店", "抖店"])
    assert kept() == (1, 2)
    assert desk.refusal("limit_shops", who="小王", shops=["京东旗舰店", "抖店"]).key == "no.limited_so"
    overtaken = desk.proposal("unlimit_shops", who="小王").code
    assert isinstance(desk.undo(done.code), Done)
    assert kept() is None
    assert isinstance(desk.confirm(overtaken), NotPossible), "nobody is limited any more"
