"""Whatever the rules can be asked, a model can call: each question and action of their own tests, as tool arguments."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.model_mode.proposals import act_of
from bot.model_mode.queries import query_of
from bot.understanding.questions.asks import Setting
from domain.actions import ParameterKind, actions
from domain.metrics.catalog import METRICS, Unit
from domain.metrics.query import REORDER_POINT
from tests.bot.model_mode.asking import asking
from tests.bot.understanding import test_questions

Json = dict[str, Any]
LINES: list[Json] = [json.loads(line) for line in (
    Path(test_questions.__file__).with_name("questions.jsonl").read_text(encoding="utf-8").splitlines())]
QUESTIONS = [line for line in LINES if line["expect"]["query"]]
ACTIONS = [line for line in LINES if line["expect"]["kind"] == "proposal" and not line["chat"]]
MINOR = 100  # of a yuan, the currency of these lines


def called(query: Json) -> Json:
    """The arguments of `run_query` for a query as the contract writes it."""
    bounds = [bound for bound in query["having"] if bound["value"] != REORDER_POINT]
    beside = [_BESIDE[bound["op"]] for bound in query["having"] if bound["value"] == REORDER_POINT]
    return {**query, "having": [{**bound, "value": _in_units(bound)} for bound in bounds],
            "reorder_point": next(iter(beside), None), "not_covered": []}


_BESIDE = {"<=": "at_or_below", "<": "below"}


def _in_units(bound: Json) -> float:
    is_money = METRICS[bound["metric"]].unit is Unit.MONEY
    return float(bound["value"]) / (MINOR if is_money else 1)


@pytest.mark.parametrize("line", QUESTIONS, ids=[f"{line['id']} {line['text']}" for line in QUESTIONS])
def test_a_question_can_be_called(line: Json) -> None:
    query = line["expect"]["query"]
    today = datetime.fromisoformat(line["at"]).date()
    made = query_of(called(query), replace(asking(line["text"]), setting=Setting(today, "CNY")))
    assert made.as_json() == query


@pytest.mark.parametrize("line", [line for line in QUESTIONS if line["expect"]["query"]["having"] and not line["chat"]],
                         ids=lambda line: line["text"])
def test_a_query_of_the_public_contract_is_a_call_as_it_stands(line: Json) -> None:
    """Money in minor units and all: a model that has seen the contract may write so, and the message tells it apart."""
    query = line["expect"]["query"]
    assert query_of(query, asking(line["text"])).as_json() == query


@pytest.mark.parametrize("line", ACTIONS, ids=[f"{line['id']} {line['text']}" for line in ACTIONS])
def test_an_action_can_be_called_with_what_the_message_says(line: Json) -> None:
    action = actions()[line["expect"]["action"]["name"]]
    arguments = line["expect"]["action"]["arguments"]
    money = {item.name for item in action.parameters if item.kind is ParameterKind.MONEY}
    given = {name: value / MINOR if name in money else value for name, value in arguments.items()}
    for written in (given, arguments):
        assert act_of(action, written, asking(line["text"])).arguments == arguments
