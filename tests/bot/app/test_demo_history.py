"""The demo shop's orders: the same each time, never of the future, and alive the way a shop is over a year."""

import re
from collections import Counter
from datetime import date, datetime, timedelta
from statistics import median

import pytest

from bot.app.demo.history import History, first_day
from bot.app.demo.lists import read_lists
from bot.app.demo.plan import DAY_S, HOUR_S, SHOPS
from bot.app.demo.promised import NUMBERS
from bot.app.demo.sales import Sale
from domain.orders.model import Exclusion, Fulfilment, Hold, Payment

LAST = date(2026, 11, 23)
PROMISED = {"TB202611220007", "JD202611220002", "JD202611220003", "PDD202611210003"}


def orders(days: int, last: date = LAST, *, hour: float = 15.0) -> list[Sale]:
    """The orders of the days that end on `last` at the hour."""
    start = last - timedelta(days=days - 1)
    return list(History(read_lists(), start, last).orders(int((days - 1) * DAY_S + hour * HOUR_S)))


@pytest.fixture(scope="module")
def year() -> list[Sale]:
    start = first_day(LAST)
    return list(History(read_lists(), start, LAST).orders((LAST - start).days * DAY_S + 15 * HOUR_S))


def day_of(sale: Sale) -> date:
    return first_day(LAST) + timedelta(days=sale.created // DAY_S)


def test_the_same_moment_gives_the_same_shop() -> None:
    assert orders(20) == orders(20)


def test_an_hour_later_nothing_is_different_only_older() -> None:
    """Prices, buyers and numbers of orders that were there stay; new ones come after them."""
    before, after = orders(20, hour=15), orders(20, hour=16)
    seen = {sale.number: sale for sale in after}
    assert len(after) > len(before)
    for sale in before:
        later = seen[sale.number]
        assert (later.lines, later.buyer, later.created) == (sale.lines, sale.buyer, sale.created)
        assert later.shipped == sale.shipped or (sale.shipped is None and later.shipped is not None)


def test_nothing_happens_after_the_moment() -> None:
    at = 19 * DAY_S + 15 * HOUR_S
    for sale in orders(20):
        moments = [sale.created, sale.paid, sale.closed, sale.shipped, sale.signed, sale.completed]
        if sale.claim:
            moments += [sale.claim.asked, sale.claim.granted]
        assert max(moment for moment in moments if moment is not None) <= at


@pytest.mark.parametrize("moment", [
    "2026-11-23T15:00", "2026-11-23T00:10", "2026-11-24T09:00", "2026-11-22T09:00", "2027-01-15T12:00",
    "2025-03-02T18:00", "2028-02-29T23:59", "2026-02-18T08:00",
])
def test_four_orders_are_promised_whatever_the_day(moment: str) -> None:
    """Three to ship and not overdue, one on its way with 39.90 asked back; and no number is given twice."""
    at = datetime.fromisoformat(moment)
    days = max(10, (at.date() - date(2026, 11, 20)).days) if at.date() > LAST else 10
    found = orders(min(days, 70), at.date(), hour=at.hour + at.minute / 60)
    numbers = Counter(sale.number for sale in found)
    assert numbers.most_common(1)[0][1] == 1
    promised = {sale.number: sale for sale in found if sale.number in NUMBERS}
    assert set(promised) == PROMISED == NUMBERS
    now = (min(days, 70) - 1) * DAY_S + int((at.hour + at.minute / 60) * HOUR_S)
    for number in PROMISED - {"PDD202611210003"}:
        sale = promised[number]
        assert (sale.payment, sale.fulfilment, sale.hold) == (Payment.PAID, Fulfilment.UNSHIPPED, Hold.NONE)
        assert sale.excluded is None
        assert sale.claim is None
        assert sale.ship_by is not None
        assert sale.ship_by > now
    claimed = promised["PDD202611210003"]
    assert claimed.fulfilment is Fulfilment.SHIPPED
    assert claimed.claim is not None
    assert (claimed.claim.granted, sum(claimed.claim.amounts), claimed.paid_minor) == (None, 3990, 3990)


def test_numbers_are_the_shop_the_day_and_a_running_number(year: list[Sale]) -> None:
    for sale in year:
        if sale.number not in PROMISED:
            assert re.fullmatch(rf"{sale.plan.prefix}{day_of(sale):%Y%m%d}\d{{4}}", sale.number)
    assert len({sale.number for sale in year}) == len(year)


def test_on_its_own_day_the_promised_numbers_fall_in_by_themselves(year: list[Sale]) -> None:
    for sale in year:
        if sale.number in PROMISED:
            assert f"{day_of(sale):%Y%m%d}" in sale.number


def test_fourteen_months_hold_about_sixty_thousand_orders_of_six_shops(year: list[Sale]) -> None:
    assert first_day(LAST) == date(2025, 9, 23)
    assert 57_000 <= len(year) <= 63_000
    assert {sale.shop for sale in year} == set(SHOPS)
    assert {sale.buyer.province.name for sale in year if sale.buyer.province} == {
        province.name for province in read_lists().provinces}
    assert len(read_lists().provinces) == 31


def test_the_eleventh_of_november_is_the_peak_and_spring_festival_the_trough(year: list[Sale]) -> None:
    by_day = Counter(day_of(sale) for sale in year)
    plain = median(by_day.values())
    assert by_day.most_common(1)[0][0] == date(2026, 11, 11)
    assert 8 <= by_day[date(2026, 11, 11)] / plain <= 10
    assert by_day[date(2026, 6, 18)] > 4 * plain
    assert by_day[date(2026, 2, 17)] < 0.5 * plain
    shipped = Counter(first_day(LAST) + timedelta(days=sale.shipped // DAY_S) for sale in year if sale.shipped)
    assert shipped[date(2026, 2, 17)] == 0


def test_people_buy_in_the_evening_and_sleep_at_night(year: list[Sale]) -> None:
    by_hour = Counter(sale.created % DAY_S // HOUR_S for sale in year)
    assert by_hour.most_common(1)[0][0] in (20, 21)
    assert min(by_hour, key=lambda hour: by_hour[hour]) in (3, 4)


def test_coats_are_for_winter_and_dresses_for_summer(year: list[Sale]) -> None:
    pieces = Counter((line.item.product, day_of(sale).month) for sale in year for line in sale.lines if line.item)
    assert pieces["轻奢羊绒大衣", 12] > 10 * pieces["轻奢羊绒大衣", 6]
    assert pieces["法式碎花连衣裙", 6] > 5 * pieces["法式碎花连衣裙", 12]
    assert pieces["十一月限定毛衣", 7] == 0


def test_every_state_an_order_can_be_in_is_there(year: list[Sale]) -> None:
    at = (LAST - first_day(LAST)).days * DAY_S + 15 * HOUR_S
    waiting = [sale for sale in year if sale.waits]
    assert 40 <= len(waiting) <= 200
    assert 2 <= sum(sale.ship_by is not None and sale.ship_by < at for sale in waiting) <= 20
    assert {sale.hold for sale in waiting} > {Hold.NONE}
    assert {sale.payment for sale in year} == {Payment.PAID, Payment.UNPAID, Payment.CLOSED, Payment.REFUNDED}
    assert all(at - sale.created <= 3 * DAY_S for sale in year if sale.payment is Payment.UNPAID)
    assert {Fulfilment.UNSHIPPED, Fulfilment.SHIPPED, Fulfilment.SIGNED, Fulfilment.COMPLETED} == {
        sale.fulfilment for sale in year}
    undecided = [sale for sale in year if sale.claim and sale.claim.granted is None]
    assert 5 <= len(undecided) <= 120


def test_what_is_no_sale_is_marked_as_such(year: list[Sale]) -> None:
    excluded = Counter(sale.excluded for sale in year if sale.excluded)
    assert set(excluded) == set(Exclusion)
    assert max(excluded.values()) < 80
    assert all(sale.paid_minor == 0 for sale in year if sale.excluded is Exclusion.GIFT)
    assert any(line.item is None for sale in year for line in sale.lines)


def test_no_line_costs_less_than_nothing_and_no_refund_exceeds_what_was_paid(year: list[Sale]) -> None:
    for sale in year:
        assert all(0 <= line.discount_minor <= line.price_minor * line.quantity for line in sale.lines)
        assert sale.refunded_minor <= sale.paid_minor
        assert sale.claim is None or len(sale.claim.amounts) == len(sale.lines)


def test_refunds_are_three_to_twelve_percent_everywhere(year: list[Sale]) -> None:
    paid, back = Counter[str](), Counter[str]()
    for sale in year:
        if sale.counts:
            paid[sale.shop] += sale.paid_minor
            back[sale.shop] += sale.refunded_minor
    assert all(0.02 <= back[shop] / paid[shop] <= 0.12 for shop in paid)


def test_many_buy_once_some_come_back_and_few_come_often(year: list[Sale]) -> None:
    visits = Counter(sale.buyer.buyer_id for sale in year)
    times = Counter(visits.values())
    assert 22_000 <= len(visits) <= 28_000
    assert times[1] > times[2] > times[3] > times[4] > times[6] > times[9]
    assert 10 <= max(visits.values()) <= 60


def test_no_buyer_can_be_taken_for_a_real_person(year: list[Sale]) -> None:
    """Names, phones and addresses are masked the way platforms hand them out."""
    for buyer in {sale.buyer for sale in year}:
        assert "*" in buyer.name
        assert re.fullmatch(r"1\d\d\*{4}\d{4}", buyer.phone)
        assert "*" in buyer.address
