"""The tools are the two registries, cut down to what a role may see and do."""

import json

import pytest

from bot.model_mode.tools import FIND_NAME, RUN_QUERY, permitted_metrics, tools_for
from domain.actions import actions
from domain.metrics.catalog import METRICS
from domain.people import ROLE_PERMISSIONS, Role, may
from integrations.language.wire import tool_json
from tests.integrations.language.stand_in import check_tools


@pytest.mark.parametrize("role", Role)
def test_a_server_takes_the_tools_of_every_role(role: Role) -> None:
    check_tools([tool_json(tool) for tool in tools_for(ROLE_PERMISSIONS[role])])


@pytest.mark.parametrize("role", Role)
def test_a_role_is_offered_exactly_what_it_may(role: Role) -> None:
    offered = {tool.name: tool for tool in tools_for(ROLE_PERMISSIONS[role])}
    allowed = {f"propose_{name}" for name, action in actions().items() if may(role, action.permission)}
    assert set(offered) == {RUN_QUERY, FIND_NAME} | allowed
    metrics = [name for name, metric in METRICS.items() if may(role, metric.permission)]
    assert [metric.id for metric in permitted_metrics(ROLE_PERMISSIONS[role])] == metrics
    assert offered[RUN_QUERY].parameters["properties"]["metrics"]["items"]["enum"] == metrics


def test_what_a_role_may_not_see_is_not_even_named_to_the_model() -> None:
    written = json.dumps([tool_json(tool) for tool in tools_for(ROLE_PERMISSIONS[Role.WAREHOUSE])], ensure_ascii=False)
    forbidden = [name for name, metric in METRICS.items() if not may(Role.WAREHOUSE, metric.permission)]
    assert len(forbidden) > 10
    names = set(written.replace('"', " ").replace("\\n", " ").replace(":", " ").split())
    assert not names & set(forbidden)
    assert "propose_record_expense" not in written


def test_every_parameter_of_an_action_has_its_place() -> None:
    offered = {tool.name: tool for tool in tools_for(ROLE_PERMISSIONS[Role.OWNER])}
    for name, action in actions().items():
        schema = offered[f"propose_{name}"].parameters
        assert list(schema["properties"]) == [parameter.name for parameter in action.parameters]
        assert schema["required"] == [], "what was not said is asked for; a required field would be made up"


def test_who_is_limited_to_shops_is_offered_nothing_that_looks_beyond_them() -> None:
    offered = {tool.name: tool for tool in tools_for(ROLE_PERMISSIONS[Role.OWNER], ("抖店",))}
    assert "propose_hold_order" in offered
    assert not {"propose_adjust_stock", "propose_limit_shops", "propose_record_expense"} & set(offered)
    assert "orders" in offered[RUN_QUERY].parameters["properties"]["metrics"]["items"]["enum"]
    assert "balance" not in json.dumps(tool_json(offered[RUN_QUERY]))
