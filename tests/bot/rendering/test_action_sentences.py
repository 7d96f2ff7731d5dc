"""Everything an action can say has its sentence in both languages, with the same facts in it."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import domain
from bot.rendering.messages import knows, sentences
from bot.rendering.proposal import render_not_possible
from domain.actions import actions
from domain.confirmations import NotPossible
from domain.messaging.model import Report
from domain.metrics.catalog import STATUS_NAMES
from domain.orders.model import Hold

ROOT = Path(domain.__file__).parent.parent
PART_OF = {"Impossible": "no", "Note": "note", "Fact": "fact", "Choice": "note"}
PARTS = ("propose", "done", "ask", "no", "confirmation", "note", "fact", "status", "hold", "report", "subscribed")


def spoken_keys() -> Iterator[str]:
    """Keys as they stand in the code: whole ones, and those of the parts that a class stands for."""
    for path in (*ROOT.glob("domain/**/*.py"), *ROOT.glob("storage/actions/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in PART_OF:
                key = node.args[-1 if node.func.id == "Choice" else 0]
                if isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value:
                    yield f"{PART_OF[node.func.id]}.{key.value}"
            elif isinstance(node, ast.keyword) and node.arg == "idle" and isinstance(node.value, ast.Constant):
                yield f"note.{node.value.value!s}"
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                part, _, rest = node.value.partition(".")
                if part in PARTS and rest.isidentifier():
                    yield node.value
                elif node.value.startswith("cannot_ship_"):
                    yield f"no.{node.value}"


def test_every_key_in_the_code_has_a_sentence() -> None:
    keys = set(spoken_keys())
    assert len(keys) > 60
    assert [key for key in sorted(keys) for language in ("zh", "en") if not knows(key, language)] == []


def test_every_action_argument_and_value_has_words() -> None:
    keys = {f"{part}.{name}" for name in actions() for part in ("propose", "done")}
    keys |= {f"ask.{parameter.name}" for action in actions().values() for parameter in action.parameters}
    keys |= {f"status.{status}" for status in STATUS_NAMES} | {f"hold.{hold}" for hold in Hold}
    keys |= {f"report.{report}" for report in Report}
    assert [key for key in sorted(keys) for language in ("zh", "en") if not knows(key, language)] == []


def test_both_languages_speak_of_the_same_facts() -> None:
    for key, sentence in sentences("zh").items():
        if key.partition(".")[0] in PARTS:
            assert _facts(sentence) == _facts(sentences("en")[key]), key


def test_statuses_are_called_as_in_the_figures() -> None:
    for index, language in enumerate(("zh", "en")):
        assert {status: sentences(language)[f"status.{status}"] for status in STATUS_NAMES} == {
            status: names[index] for status, names in STATUS_NAMES.items()}


@pytest.mark.parametrize(("language", "answer", "said"), [
    ("zh", "cancel", "取消 7K2"), ("en", "confirm", "confirm 7K2")])
def test_a_choice_among_proposals_can_be_sent_back(language: str, answer: str, said: str) -> None:
    which = NotPossible("confirmation.which", said={"count": 2, "answer": answer}, choices=("7K2", "3A4"))
    reply = render_not_possible(which, language, ZoneInfo("Asia/Shanghai"))
    assert reply.choices[0].casefold() == said.casefold()


def _facts(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
