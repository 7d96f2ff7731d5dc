"""A proposal is carried out once, by somebody who may, while it is what was shown; and everything is on record."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import delete, func, select, update
from sqlmodel import col

from domain.audit import AuditEntry
from domain.clock import ShopCalendar
from domain.confirmations import LIFETIME, UNDO_WINDOW, Confirmation, Done, NotPossible, Proposal, State
from domain.inventory.model import StockMove
from domain.orders.model import Hold, Order, OrderStatus, Refund
from domain.people import Role
from storage import audit
from storage.engine import Database
from tests.storage.action_shop import AT, SHIPPING, Counter, counter

TWO_LESS = {"sku": "CUP", "warehouse": "华东仓", "delta": -2}


@pytest.fixture
def shop(database: Database, calendar: ShopCalendar) -> Counter:
    return counter(database, calendar)


def refused(outcome: object) -> NotPossible:
    assert isinstance(outcome, NotPossible), outcome
    return outcome


def at_once(*calls: Callable[[], object]) -> list[object]:
    """The calls' results, all begun at the same moment."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def test_the_second_confirmation_changes_nothing_and_says_who_was_first(shop: Counter) -> None:
    code = shop.proposal("adjust_stock", **TWO_LESS).code
    shop.confirm(code)
    again = refused(replace(shop, actor="李娜", at=AT + timedelta(minutes=1)).confirm(code))
    assert (again.key, again.said["who"], again.said["when"]) == ("confirmation.already_confirmed", "陈总", AT)
    assert shop.stock("CUP", "华东仓") == (38, 5, 0)


def test_two_people_who_confirm_at_the_same_moment_do_it_once(shop: Counter) -> None:
    code = shop.proposal("adjust_stock", **TWO_LESS).code
    outcomes = at_once(*[lambda: shop.confirm(code)] * 2)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Done", "NotPossible"]
    assert shop.stock("CUP", "华东仓") == (38, 5, 0)
    assert shop.value(func.count(col(AuditEntry.id))) == 1


def test_two_proposals_to_ship_one_order_ship_it_once(shop: Counter) -> None:
    """Different codes from different chats: what stops the second is the order, not the proposal."""
    other = replace(shop, chat="c2", actor="小王", role=Role.WAREHOUSE)
    first = shop.proposal("confirm_shipment", order="WAITING", **SHIPPING)
    second = other.proposal("confirm_shipment", order="WAITING", carrier="顺丰", waybill="SF1390001112224")
    outcomes = at_once(lambda: shop.confirm(first.code), lambda: other.confirm(second.code))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Done", "NotPossible"]
    assert shop.stock("BAG", "华南仓") == (7, 0, 0)


def test_what_changed_meanwhile_is_shown_again_instead_of_done(shop: Counter) -> None:
    old = shop.proposal("adjust_stock", **TWO_LESS)
    replace(shop, chat="c2").do("receive_stock", sku="CUP", warehouse="华东仓", quantity=10)
    new = shop.confirm(old.code)
    assert isinstance(new, Proposal)
    assert (new.replaces, new.facts[0].before, new.facts[0].after) == (old.code, 50, 48)
    assert shop.stock("CUP", "华东仓") == (50, 5, 0)
    assert refused(shop.confirm(old.code)).key == "confirmation.superseded"
    assert isinstance(shop.confirm(new.code), Done)
    assert shop.stock("CUP", "华东仓") == (48, 5, 0)


def test_sales_of_others_do_not_stop_a_shipment(shop: Counter) -> None:
    """Stock moves all day; a parcel that is still there may go."""
    code = shop.proposal("confirm_shipment", order="WAITING", **SHIPPING).code
    replace(shop, chat="c2").do("adjust_stock", sku="CUP", warehouse="华南仓", delta=-1)
    assert isinstance(shop.confirm(code), Done)
    assert shop.stock("CUP", "华南仓")[0] == 7


def test_an_order_that_was_held_meanwhile_is_not_shipped(shop: Counter) -> None:
    code = shop.proposal("confirm_shipment", order="WAITING", **SHIPPING).code
    with shop.database.write() as connection:
        connection.execute(update(Order).where(col(Order.external_id) == "WAITING").values(
            hold=Hold.RISK, status=OrderStatus.HELD))
    assert refused(shop.confirm(code)).key == "no.cannot_ship_held"
    assert shop.value(func.count(col(StockMove.id))) == 0
    assert shop.value(col(Confirmation.state)) is State.OPEN


def test_a_late_confirmation_does_nothing(shop: Counter) -> None:
    code = shop.proposal("adjust_stock", **TWO_LESS).code
    assert refused(replace(shop, at=AT + LIFETIME).confirm(code)).key == "confirmation.expired"
    assert shop.stock("CUP", "华东仓") == (40, 5, 0)
    assert shop.value(col(Confirmation.state)) is State.EXPIRED


def test_proposals_expire_without_being_asked_for(shop: Counter) -> None:
    shop.proposal("adjust_stock", **TWO_LESS)
    assert shop.desk.expire(AT + LIFETIME) == 1
    assert shop.desk.expire(AT + LIFETIME) == 0


def test_only_somebody_with_the_right_confirms(shop: Counter) -> None:
    code = shop.proposal("confirm_shipment", order="WAITING", **SHIPPING).code
    assert refused(replace(shop, actor="周会计", role=Role.FINANCE).confirm(code)).key == "no.not_allowed"
    assert isinstance(replace(shop, actor="小王", role=Role.WAREHOUSE).confirm(code), Done)


def test_a_right_that_was_lost_since_the_proposal_counts(shop: Counter) -> None:
    code = shop.proposal("adjust_stock", **TWO_LESS).code
    assert refused(replace(shop, role=Role.SERVICE).confirm(code)).key == "no.not_allowed"


def test_a_code_means_something_only_in_its_chat(shop: Counter) -> None:
    code = shop.proposal("adjust_stock", **TWO_LESS).code
    assert refused(replace(shop, chat="c2").confirm(code)).key == "confirmation.unknown_code"
    assert isinstance(shop.confirm(f" {code.lower()} "), Done)


def test_a_bare_yes_means_the_only_open_proposal(shop: Counter) -> None:
    assert refused(shop.confirm(None)).key == "confirmation.none_open"
    shop.proposal("adjust_stock", **TWO_LESS)
    shop.proposal("set_reorder_point", sku="CUP", quantity=3)
    which = refused(shop.confirm(None))
    assert (which.key, len(which.choices)) == ("confirmation.which", 2)
    assert isinstance(shop.cancel(which.choices[0]), Done)
    assert isinstance(shop.confirm(None), Done)
    assert shop.stock("CUP", "华东仓") == (38, 5, 0)


def test_a_bare_yes_for_what_is_over_is_told_what_became_of_it(shop: Counter) -> None:
    shop.proposal("adjust_stock", **TWO_LESS)
    assert isinstance(shop.confirm(None), Done)
    assert refused(shop.confirm(None)).key == "confirmation.already_confirmed"
    shop.undo()
    assert refused(shop.confirm(None)).key == "confirmation.already_undone"
    shop.proposal("adjust_stock", **TWO_LESS)
    assert refused(replace(shop, at=AT + LIFETIME).confirm(None)).key == "confirmation.expired"
    assert shop.stock("CUP", "华东仓") == (40, 5, 0)


def test_a_bare_yes_to_what_somebody_else_asked_for_is_told_the_code(shop: Counter) -> None:
    code = shop.proposal("adjust_stock", **TWO_LESS).code
    told = refused(replace(shop, actor="小王", role=Role.WAREHOUSE).confirm(None))
    assert (told.key, told.choices) == ("confirmation.of_another", (code,))
    assert refused(replace(shop, actor="小李", role=Role.SERVICE).confirm(None)).key == "confirmation.none_open"
    assert shop.stock("CUP", "华东仓") == (40, 5, 0)


def test_the_same_thing_said_twice_is_meant_once(shop: Counter) -> None:
    first, second = (shop.proposal("adjust_stock", **TWO_LESS) for _ in range(2))
    assert refused(shop.confirm(first.code)).key == "confirmation.superseded"
    assert isinstance(shop.confirm(second.code), Done)


def test_a_cancelled_proposal_is_dead(shop: Counter) -> None:
    code = shop.proposal("adjust_stock", **TWO_LESS).code
    shop.cancel(code)
    assert refused(shop.confirm(code)).key == "confirmation.already_cancelled"
    assert shop.stock("CUP", "华东仓") == (40, 5, 0)


def test_open_codes_of_a_chat_differ(shop: Counter) -> None:
    codes = [shop.proposal("set_reorder_point", sku="CUP", quantity=number).code for number in range(60)]
    assert len(set(codes)) == 60


def test_undo_has_its_time_and_happens_once(shop: Counter) -> None:
    code = shop.proposal("adjust_stock", **TWO_LESS).code
    shop.confirm(code)
    late = replace(shop, at=AT + UNDO_WINDOW + timedelta(seconds=1))
    assert refused(late.undo(code)).key == "confirmation.undo_too_late"
    assert isinstance(shop.undo(code), Done)
    assert refused(shop.undo(code)).key == "confirmation.already_undone"
    assert shop.stock("CUP", "华东仓") == (40, 5, 0)


def test_a_refund_is_taken_back_only_while_the_platform_has_not_paid(shop: Counter) -> None:
    code = shop.proposal("approve_refund", order="REFUND").code
    shop.confirm(code)
    with shop.database.write() as connection:
        connection.execute(update(Refund).where(col(Refund.external_id) == "REFUND/0").values(queued_at=None))
    assert refused(shop.undo(code)).key == "confirmation.changed_since"


def test_undo_needs_something_done(shop: Counter) -> None:
    assert refused(shop.undo()).key == "confirmation.nothing_to_undo"
    code = shop.proposal("adjust_stock", **TWO_LESS).code
    assert refused(shop.undo(code)).key == "confirmation.not_done"


def test_what_was_done_is_on_record_and_what_was_refused_is_not(shop: Counter) -> None:
    shop.do("adjust_stock", **TWO_LESS)
    shop.undo()
    shop.refusal("adjust_stock", sku="CUP", warehouse="华东仓", delta=-999)
    with shop.database.read() as connection:
        assert audit.verify_chain(connection) == []
    assert shop.value(func.count(col(AuditEntry.id))) == 2
    assert '"before": 40, "after": 38' in shop.value(col(AuditEntry.facts), col(AuditEntry.event) == "confirmed")


def test_a_record_that_was_altered_or_removed_is_found(shop: Counter) -> None:
    """Whoever edits the table by hand would have to make every later entry again."""
    for number in range(3):
        shop.do("set_reorder_point", sku="CUP", quantity=number)
    with shop.database.write() as connection:
        ids = connection.execute(select(col(AuditEntry.id)).order_by(col(AuditEntry.id))).scalars().all()
        connection.execute(update(AuditEntry).where(col(AuditEntry.id) == ids[0]).values(actor="nobody"))
        assert [(item.entry_id, item.what) for item in audit.verify_chain(connection)] == [(ids[0], "altered")]
        connection.execute(delete(AuditEntry).where(col(AuditEntry.id) == ids[1]))
        assert [item.what for item in audit.verify_chain(connection)] == ["altered", "out_of_chain"]


def test_the_chain_does_not_fork_when_many_write_at_once(shop: Counter) -> None:
    others = [replace(shop, chat=f"other {number}") for number in range(4)]
    codes = [other.proposal("record_expense", category=other.chat, amount=100).code for other in others]
    outcomes = at_once(*[lambda other=other, code=code: other.confirm(code)
                         for other, code in zip(others, codes, strict=True)])
    assert all(isinstance(outcome, Done) for outcome in outcomes)
    with shop.database.read() as connection:
        assert audit.verify_chain(connection) == []
