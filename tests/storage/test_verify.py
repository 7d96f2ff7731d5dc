"""Every law holds in a sound shop; each broken one is named, with the row and the way to repair it."""

import sqlite3
from collections.abc import Callable

import pytest
from sqlalchemy import text

from domain.audit import AuditEntry
from domain.clock import ShopCalendar
from domain.costing.model import CostMethod
from domain.invariants import LAWS, Breach
from domain.people import Role
from storage import audit
from storage.engine import Database
from storage.laws import CHECKS
from storage.stock import costs
from storage.upkeep.verify import verify
from tests.storage.action_shop import SHIPPING, counter
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
        costs.keep(connection, 1, 10_000, at=local(TODAY), reference="test")
        costs.turn(connection, 1, CostMethod.FIFO, local(TODAY))
        audit.append(connection, AuditEntry(
            at=local(TODAY), actor="陈总", role=Role.OWNER, chat="", event="confirmed", action="adjust_stock",
            arguments="{}", facts="[]", confirmation_id=None, previous_hash="", hash=""))
    return database


def test_a_sound_shop_breaks_no_law(sound: Database) -> None:
    assert verify(sound) == []


def test_every_law_has_its_check_and_every_check_its_law() -> None:
    assert set(CHECKS) == set(LAWS)


def _sql(*statements: str) -> Callable[[Database], None]:
    def change(database: Database) -> None:
        with database.write() as connection:
            for statement in statements:
                connection.execute(text(statement))
    return change


def _lost_reference(database: Database) -> None:
    """As a database edited by hand can have it: with its foreign keys off."""
    if not database.is_sqlite:
        _sql("ALTER TABLE order_lines DROP CONSTRAINT fk_order_lines_sku_id_skus",
             "UPDATE order_lines SET sku_id = 77 WHERE line_no = 2")(database)
        return
    path = database.engine.url.database
    assert path
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE order_lines SET sku_id = 77 WHERE line_no = 2")
    connection.close()


_PROPOSAL = """INSERT INTO confirmations (chat, code, action, arguments, actor, role, language, facts, fingerprint,
  created_at, expires_at, state, changes) VALUES ('c1', '7K2', 'adjust_stock', '{}', '陈总', 'owner', 'zh', '[]', '',
  '2026-11-23 07:00:00+00:00', '2026-11-23 07:10:00+00:00', """
_MOVE = """INSERT INTO stock_moves (sku_id, warehouse_id, quantity, reason, reference_kind, reference_id,
  reference_line, moved_at) VALUES (1, 1, -2, 'transfer_out', 'confirmation', '9', 0, '2026-11-23 07:00:00+00:00')"""
BROKEN: dict[str, tuple[Callable[[Database], None], Breach]] = {
    "rollups_are_sums_of_facts": (_sql("UPDATE sales_days SET orders = orders + 1"),
                                  Breach(f"sales_days: day {TODAY}, shop_id 1, currency CNY")),
    "stock_is_the_sum_of_its_moves": (_sql("UPDATE stock_balances SET on_hand = 31"),
                                      Breach("DY-M · 华东仓", "31", "30")),
    "moves_have_a_balance": (_sql("DELETE FROM stock_balances"), Breach("#1")),
    "reserved_is_on_hand": (_sql("UPDATE stock_balances SET reserved = 31"), Breach("DY-M · 华东仓", "31", "30")),
    "reserved_is_what_orders_hold": (_sql("UPDATE stock_balances SET reserved = 4"), Breach("DY-M · 华东仓", "4", "0")),
    "no_stock_below_nothing": (_sql("UPDATE stock_balances SET on_hand = -1"), Breach("DY-M · 华东仓", "-1")),
    "transfers_lose_nothing": (_sql(_MOVE), Breach("DY-M · confirmation 9", "-2", "0")),
    "what_was_sent_is_accounted_for": (
        _sql("""INSERT INTO transfers (number, sku_id, from_warehouse_id, to_warehouse_id, sent, received, lost,
  sent_at) VALUES ('DB261123-9', 1, 1, 2, 5, 1, 1, '2026-11-23 07:00:00+00:00')"""),
        Breach("DB261123-9", "5 / 1 / 1 / 0", "0 / 0 / 0 / -4")),
    "value_is_the_sum_of_its_entries": (
        _sql("UPDATE cost_entries SET value_e4 = value_e4 - 1"), Breach("DY-M", "30 / 300000", "30 / 299997")),
    "layers_are_the_value": (
        _sql("UPDATE cost_layers SET pieces_left = 29"), Breach("DY-M", "29 / 300000", "30 / 300000")),
    "valued_pieces_are_on_hand": (
        _sql("UPDATE skus SET cost_remainder_e4 = 7 WHERE id = 1"), Breach("DY-M", "30 / 300007", "30 / 300000")),
    "what_was_confirmed_has_moved": (
        _sql(_PROPOSAL + """'confirmed', '{"items": [{"kind": "stock", "quantity": -2}, {"kind": "order"}]}')"""),
        Breach("adjust_stock 7K2", "0", "1")),
    "what_was_done_is_in_the_audit": (_sql(_PROPOSAL + "'confirmed', NULL)"), Breach("adjust_stock 7K2")),
    "open_codes_are_unique": (
        _sql("DROP INDEX uq_confirmations_open_code", *[_PROPOSAL + "'open', NULL)"] * 2), Breach("c1 7K2", "2", "1")),
    "status_follows_from_the_axes": (_sql("UPDATE orders SET status = 'signed' WHERE id = 1"),
                                     Breach("N1", "signed", "to_ship")),
    "orders_are_paid_what_their_lines_say": (_sql("UPDATE orders SET paid_minor = 5 WHERE id = 1"),
                                             Breach("N1", "5", "1580")),
    "no_more_goes_back_than_was_paid": (_sql("UPDATE refunds SET amount_minor = 99999"),
                                        Breach("N1", "99999", "1580")),
    "lines_of_a_refund_fit_in_it": (_sql("UPDATE refund_lines SET amount_minor = 301"), Breach("R1", "301", "300")),
    "paid_orders_have_their_day": (_sql("UPDATE orders SET paid_at = NULL, paid_on = NULL WHERE id = 2"), Breach("N2")),
    "refunds_have_their_day": (_sql("UPDATE refunds SET refunded_at = NULL, refunded_on = NULL"), Breach("R1")),
    "first_payment_is_the_first": (_sql("UPDATE customers SET first_paid_on = NULL"), Breach("#1", "", f"{TODAY}")),
    "references_lead_somewhere": (_lost_reference, Breach("order_lines.sku_id", "77")),
    "the_audit_is_a_chain": (_sql("UPDATE audit_entries SET actor = '小王'"), Breach("#1", "altered")),
}


@pytest.mark.parametrize("law", LAWS)
def test_a_broken_law_is_named(sound: Database, law: str) -> None:
    change, row = BROKEN[law]
    change(sound)
    found = {broken.law.id: broken for broken in verify(sound)}
    assert row in found[law].breaches, found
    assert found[law].count >= 1


def test_a_shipment_whose_move_was_deleted_is_named(database: Database, calendar: ShopCalendar) -> None:
    """A parcel that was confirmed and undone has moves for both; a lost one of either is a break."""
    shop = counter(database, calendar)
    shop.do("confirm_shipment", order="WAITING", **SHIPPING, warehouse="华南仓")
    law = ["what_was_confirmed_has_moved", "what_was_done_is_in_the_audit", "transfers_lose_nothing"]
    assert verify(database, law) == []
    shop.undo()
    assert verify(database, law) == []
    _sql("DELETE FROM stock_moves WHERE id = (SELECT MAX(id) FROM stock_moves)")(database)
    (broken,) = verify(database, law)
    assert broken.breaches[0].subject.startswith("confirm_shipment ")
    assert (broken.breaches[0].found, broken.breaches[0].expected) == ("1", "2")


def test_many_broken_rows_are_counted_and_a_few_named(database: Database) -> None:
    shop = MadeShop(database)
    for _ in range(25):
        shop.order(local(TODAY), [Line(1, 10)], paid_minor=11)
    broken = verify(shop.open())[0]
    assert (broken.law.id, broken.count, len(broken.breaches)) == ("orders_are_paid_what_their_lines_say", 25, 10)
