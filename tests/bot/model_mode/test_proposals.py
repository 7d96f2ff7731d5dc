"""An action from a model holds what the person said and nothing else; what is missing is asked for."""

from typing import Any

import pytest

from bot.model_mode.privacy import Mask
from bot.model_mode.proposals import act_of
from bot.model_mode.queries import ToolProblem
from domain.actions import actions
from domain.people import Role
from tests.bot.model_mode.asking import asking


def proposed(action: str, text: str, **arguments: Any) -> dict[str, Any]:
    return dict(act_of(actions()[action], arguments, asking(text)).arguments)


def test_names_become_those_of_the_shop_and_money_minor_units() -> None:
    made = proposed("receive_stock", "杭州那边又到了咖啡壶30个,每个进价45.5", sku="咖啡壶", warehouse="杭州",
                    quantity=30, unit_cost=45.5)
    assert made == {"sku": "KF-01", "warehouse": "杭州仓", "quantity": 30, "unit_cost": 4550}


@pytest.mark.parametrize(("action", "text", "arguments", "left"), [
    ("confirm_shipment", "TB202611220007 已寄 SF1390001112224",
     {"order": "TB202611220007", "waybill": "SF1390001112224", "carrier": "顺丰"}, {"order", "waybill"}),
    ("confirm_shipment", "TB202611220007 已寄顺丰", {"order": "TB202611220007", "waybill": "SF0000000000001",
                                              "carrier": "顺丰"}, {"order", "carrier"}),
    ("transfer_stock", "拨二十只咖啡壶去成都", {"sku": "咖啡壶", "from": "杭州", "to": "成都", "quantity": 20},
     {"sku", "to", "quantity"}),
    ("receive_stock", "咖啡壶到货了", {"sku": "咖啡壶", "warehouse": "杭州仓", "quantity": 100}, {"sku"}),
    ("adjust_stock", "杭州咖啡壶碎了3个", {"sku": "KF-01", "warehouse": "杭州仓", "delta": -3, "reason": "运输破损"},
     {"sku", "warehouse", "delta"}),
    ("receive_stock", "杭州到了围巾30条", {"sku": "围巾", "warehouse": "杭州仓", "quantity": 30},
     {"warehouse", "quantity"}),
    ("record_expense", "帮忙记一笔账,奶茶35块", {"category": "员工福利", "amount": 35}, {"amount"}),
    ("create_purchase_order", "订点咖啡壶", {"lines": [{"sku": "咖啡壶", "quantity": 50}]}, set()),
    ("receive_stock", "杭州到了咖啡壶30个", {"sku": "咖啡壶", "warehouse": "杭州仓", "quantity": True},
     {"sku", "warehouse"}),
    ("receive_stock", "杭州到了咖啡壶30个", {"sku": "咖啡壶", "warehouse": "杭州仓", "quantity": "many"},
     {"sku", "warehouse"}),
], ids=["carrier guessed", "waybill made up", "source warehouse guessed", "quantity made up", "reason made up",
        "one of several SKUs", "category reworded", "quantity of a line made up", "not a number", "a word"])
def test_what_the_person_did_not_say_is_left_out(
        action: str, text: str, arguments: dict[str, Any], left: set[str]) -> None:
    """Tried by hand: asked to move mugs to 华南, the model had them taken from 华东, which nobody had said."""
    assert set(proposed(action, text, **arguments)) == left


def test_numbers_hidden_from_the_model_come_back() -> None:
    mask = Mask()
    order = mask.hide("code", "TB202611220007")
    made = act_of(actions()["approve_refund"], {"order": order}, asking("TB202611220007 那单给退了吧", mask=mask))
    assert made.arguments == {"order": "TB202611220007"}


def test_an_unknown_name_the_person_wrote_is_left_to_the_action_to_refuse() -> None:
    assert proposed("count_stock", "羽绒服数了有12件", sku="羽绒服", counted=12) == {"sku": "羽绒服", "counted": 12}


def test_no_right_no_action() -> None:
    with pytest.raises(ToolProblem, match="may not"):
        act_of(actions()["record_expense"], {"amount": 35}, asking("奶茶35块", Role.WAREHOUSE))


def test_an_argument_the_action_does_not_have_is_an_error() -> None:
    with pytest.raises(ToolProblem, match="takes no 'force'"):
        proposed("receive_stock", "到货", force=1)
