"""What a person may ask an action for, checked before the books are opened."""

from typing import Any

import pytest

from domain.actions import Impossible, MissingArgument, actions
from domain.arguments import MAX_LINES, MAX_PIECES, admit
from domain.people import Permission

SHELF = {"sku": "CUP", "warehouse": "华东仓"}


def key_of(name: str, arguments: dict[str, Any]) -> str:
    with pytest.raises(Impossible) as caught:
        admit(actions()[name], arguments)
    return caught.value.key


@pytest.mark.parametrize("quantity", [0, -1, 1.5, 10**12, True, "five", MAX_PIECES + 1])
def test_only_whole_pieces_within_reason_are_received(quantity: object) -> None:
    assert key_of("receive_stock", {**SHELF, "quantity": quantity}) == "no.bad_number"


def test_a_count_and_a_reorder_point_may_be_zero() -> None:
    assert admit(actions()["count_stock"], {**SHELF, "counted": 0})["counted"] == 0
    assert admit(actions()["set_reorder_point"], {"sku": "CUP", "quantity": 0})["quantity"] == 0


def test_a_change_of_nothing_is_no_change() -> None:
    assert key_of("adjust_stock", {**SHELF, "delta": 0}) == "no.zero_delta"


@pytest.mark.parametrize("amount", [0, -5, 39.9, 10**13, "八千"])
def test_money_is_whole_minor_units(amount: object) -> None:
    assert key_of("record_expense", {"category": "房租", "amount": amount, "day": "2026-11-23"}) == "no.bad_money"


@pytest.mark.parametrize("day", ["2026-02-29", "yesterday", "0001-01-01", 20260231])
def test_a_day_is_a_day_of_the_calendar(day: object) -> None:
    assert key_of("record_expense", {"category": "房租", "amount": 1, "day": day}) == "no.bad_day"


@pytest.mark.parametrize("said", ["中通", "中通快递", "ZTO", " zto "])
def test_a_carrier_goes_by_many_names_and_is_kept_under_one(said: str) -> None:
    admitted = admit(actions()["confirm_shipment"], {"order": "A", "carrier": said, "waybill": "78900112233445"})
    assert admitted["carrier"] == "中通"


def test_a_carrier_nobody_knows_is_not_guessed() -> None:
    parcel = {"order": "A", "carrier": "飞毛腿", "waybill": "78900112233445"}
    assert key_of("confirm_shipment", parcel) == "no.unknown_carrier"


def test_a_purchase_has_lines_each_once() -> None:
    line = {"sku": "CUP", "quantity": 3}
    assert key_of("create_purchase_order", {"lines": [line, {"sku": "cup", "quantity": 1}]}) == "no.sku_twice"
    assert key_of("create_purchase_order", {"lines": [{"sku": "CUP", "quantity": 0}]}) == "no.bad_number"
    assert key_of("create_purchase_order", {"lines": [line] * (MAX_LINES + 1)}) == "no.too_many_lines"
    with pytest.raises(MissingArgument):
        admit(actions()["create_purchase_order"], {"lines": []})


def test_a_report_is_one_of_those_there_are() -> None:
    assert key_of("subscribe", {"report": "horoscope"}) == "no.unknown_report"


def test_text_is_short_and_visible() -> None:
    assert key_of("adjust_stock", {**SHELF, "delta": 1, "reason": "x" * 201}) == "no.bad_text"
    assert key_of("adjust_stock", {**SHELF, "delta": 1, "reason": "a\x00b"}) == "no.bad_text"


def test_an_argument_the_action_does_not_take_is_refused() -> None:
    assert key_of("adjust_stock", {**SHELF, "delta": 1, "force": True}) == "no.unknown_argument"


def test_the_first_missing_argument_is_named_and_optional_ones_are_not() -> None:
    with pytest.raises(MissingArgument) as caught:
        admit(actions()["adjust_stock"], {"sku": "CUP", "delta": -2})
    assert caught.value.parameter.name == "warehouse"
    assert "reason" not in admit(actions()["adjust_stock"], {**SHELF, "delta": -2})


def test_each_action_names_the_right_it_takes() -> None:
    rights = {name: action.permission for name, action in actions().items()}
    assert rights["confirm_shipment"] is Permission.SHIP
    assert rights["approve_refund"] is Permission.REFUND
    assert {rights[name] for name in ("adjust_stock", "count_stock", "transfer_stock")} == {Permission.MOVE_STOCK}
