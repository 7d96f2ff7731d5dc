"""Every law holds in a sound shop; each broken one is named, with the row and the way to repair it."""

import pytest
from sqlalchemy import text

from domain.audit import AuditEntry
from domain.people import Role
from storage import audit
from storage.engine import Database
from storage.verify import LAWS, verify
from tests.storage.made_shop import TODAY, Line, MadeShop, local


@pytest.fixture
def sound(database: Database) -> Database:
    shop = MadeShop(database)
    order = shop.order(local(TODAY), [Line(1, 1000), Line(3, 500)], freight=80, customer_id=1)
    shop.order(local(TODAY), [Line(1, 33)], shop=2, currency="USD", rate=7.1, freight=7)
    shop.refund(local(TODAY), 300, order=order, lines=[Line(1, 300)])
    shop.stock(1, 1, 30)
    shop.open()
    with database.write() as connection:
        audit.append(connection, AuditEntry(
            at=local(TODAY), actor="陈总", role=Role.OWNER, chat="", event="confirmed", action="adjust_stock",
            arguments="{}", facts="[]", confirmation_id=None, previous_hash="", hash=""))
    return database


def test_a_sound_shop_breaks_no_law(sound: Database) -> None:
    assert verify(sound) == []


BROKEN = {
    "rollups_are_sums_of_facts": ("UPDATE sales_days SET orders = orders + 1", "sales_days"),
    "stock_is_the_sum_of_its_moves": ("UPDATE stock_balances SET on_hand = 31", "SKU DY-M in 华东仓: 31 on hand"),
    "moves_have_a_balance": ("DELETE FROM stock_balances", "move 1"),
    "status_follows_from_the_axes": ("UPDATE orders SET status = 'signed' WHERE id = 1", "N1 are signed"),
    "orders_are_paid_what_their_lines_say": ("UPDATE orders SET paid_minor = 5 WHERE id = 1", "N1: paid 5"),
    "no_more_goes_back_than_was_paid": ("UPDATE refunds SET amount_minor = 99999", "refunded 99999"),
    "lines_of_a_refund_fit_in_it": ("UPDATE refund_lines SET amount_minor = 301", "R1: 300, its lines 301"),
    "paid_orders_have_their_day": ("UPDATE orders SET paid_at = NULL, paid_on = NULL WHERE id = 2", "N2"),
    "refunds_have_their_day": ("UPDATE refunds SET refunded_at = NULL, refunded_on = NULL", "R1"),
    "the_audit_is_a_chain": ("UPDATE audit_entries SET actor = '小王'", "entry 1: altered"),
    "first_payment_is_the_first": ("UPDATE customers SET first_paid_on = NULL", "customer 1"),
}


@pytest.mark.parametrize("law", LAWS)
def test_a_broken_law_is_named(sound: Database, law: str) -> None:
    change, row = BROKEN[law]
    with sound.write() as connection:
        connection.execute(text(change))
    findings = {finding.law: finding for finding in verify(sound)}
    assert any(row in name for name in findings[law].rows), findings
    assert findings[law].count >= 1
    assert findings[law].repair in str(findings[law])


def test_many_broken_rows_are_counted_and_a_few_named(database: Database) -> None:
    shop = MadeShop(database)
    for _ in range(25):
        shop.order(local(TODAY), [Line(1, 10)], paid_minor=11)
    finding = verify(shop.open())[0]
    assert (finding.law, finding.count, len(finding.rows)) == ("orders_are_paid_what_their_lines_say", 25, 10)
    assert "and 15 more" in str(finding)
