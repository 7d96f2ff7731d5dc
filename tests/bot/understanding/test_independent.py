"""Sets of messages put to the demo shop and scored: most by people who never saw the rules, one of what was mended.

Each set was written before its author had read the lexicon. The first score of the second one was 92.0 % exact,
1.6 % answered wrongly, 35 of 35 messages out of the domain refused; mended was what such messages have in common.
The first score of the third was 85.0 % exact and 1.7 % wrong; of the adversarial one, which looks for what a reader
takes for something else, 78.4 % and 5.2 %; of the fourth, by two writers with slips, two languages in a
sentence and the English of chats, 81.9 % and 2.8 %; of the fifth, of three sets, 84.2 % and 3.3 % (spoken
Chinese), 91.0 % and none (English and both), and 78.3 % and 2.5 % (spoken Chinese, once the first two were mended);
of the seventh, of two sets, actions in people's own words with slips and corrections among questions, 72.5 % and
2.5 %, and 84.2 % and 3.3 %, before it was thinned to what was first misread of actions and slips, and a spread;
of `namings`, what people call each figure when they talk, 60.4 % and 4.0 % before it was thinned, those first misread
kept before others; of the sixth, how rows, times and things are named in a shop's chat, 72.5 % and 2.5 %, thinned
likewise; of the eighth, questions in Chinese and in the English of chats, 70.8 % and 4.6 % (English 52.4 %), thinned
to what was misread and a spread; of the ninth, of actions, voice input and slips, 84.6 % and 0.8 %, thinned likewise:
what it still holds back is an order that the shelf cannot meet and two names that only sound like goods, which are
asked about; of the tenth, two sets in Chinese by writers of their own and one drilled from templates,
every figure, row and time crossed with every other, 93.3 % and 1.1 %, and 85.8 % and 1.1 %, thinned to what was held
back or misread; of the eleventh, four sets, 76.5 % and 1.7 % (English), 92.5 % and none (Chinese), and once those were
mended 69.2 % and 6.7 % (both languages, most of it going on from a question before), 80.8 % and none (spoken Chinese),
thinned to what was misread. The first score of `english`, ordinary English by people who never saw the rules and a
drill of every figure, row and time, was 85.3 % and 1.8 %, of the drill 78.2 % and 2.4 %; thinned to what was misread.
`conversations` is of chats of two to four lines, each going on from the one before: the first score of its two sets was
83.0 % and 8.5 %, and, once that was mended, 60.0 % and 8.3 % of the other; then of two of longer chats 77.7 % and 7.4 %
(Chinese), and 82.6 % and 9.8 % (English); thinned to the chats with what was misread.
`mended` holds what was once read wrongly, and what stands beside it.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.app.batch import replies
from bot.app.settings import Settings
from bot.app.wiring import OpenShop, open_shop
from domain.metrics.query import MetricQuery
from domain.metrics.result import ResultTable
from domain.people import Shops
from domain.ports import Figures

Json = dict[str, Any]
AT = "2026-11-23T15:00"
# Each with the least share of its lines that is read exactly as meant; what is not is held back.
SETS = {"independent": 0.99, "second_independent": 0.99, "third_independent": 0.99, "fourth_independent": 0.99,
        "fifth_independent": 0.99, "sixth_independent": 0.99, "seventh_independent": 0.99,
        "eighth_independent": 0.99, "ninth_independent": 0.92, "tenth_independent": 0.99,
        "eleventh_independent": 0.99, "adversarial": 0.93, "english_independent": 0.99, "mended": 0.99, "namings": 0.99,
        "conversations": 0.99}
_OF_ONE_LANGUAGE = {"namings", "tenth_independent", "english_independent"}
MOST_WRONG = 0  # lines answered with something else than was asked: not one


# Of facts a few weeks are enough to be answered with: what is scored is how messages are read.
OLD = {"orders": "created_at", "sales_days": "day", "sku_days": "day", "charges": "occurred_on"}
SINCE = "2026-11-01"


@dataclass
class FiguresOfEachKind:
    """Answers one question of each kind, and others of the kind with the same rows: figures take longer than reading.

    Questions are of one kind that differ in the names, days and numbers alone.
    """

    figures: Figures
    tables: dict[str, ResultTable] = field(default_factory=dict)

    def answer(self, query: MetricQuery, at: datetime, shops: Shops = None) -> ResultTable:
        bounds = [(bound.metric, bound.op, type(bound.value)) for bound in query.having]
        is_running = query.period is not None and query.period.end > at.date()
        kind = repr((query.metrics, query.by, sorted(query.where), sorted(query.exclude), query.period is None,
                     is_running, query.compare, bounds, query.order, query.limit is None, shops))
        if kind not in self.tables:
            self.tables[kind] = self.figures.answer(query, at, shops)
        return replace(self.tables[kind], query=query)


@pytest.fixture(scope="module")
def shop(demo_folder: Path) -> Iterator[OpenShop]:
    with closing(sqlite3.connect(demo_folder / "demo.db", isolation_level=None)) as connection:
        for table, day in OLD.items():
            connection.execute(f"DELETE FROM {table} WHERE {day} < ?", (SINCE,))
        connection.execute("DELETE FROM order_lines WHERE order_id NOT IN (SELECT id FROM orders)")
    with open_shop(Settings(demo_folder), demo=True) as opened:
        opened.dispatcher.figures = FiguresOfEachKind(opened.figures)
        yield opened


def _lines(name: str) -> list[Json]:
    text = Path(__file__).with_name(f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("name", list(SETS))
def test_most_messages_are_read_as_meant_and_none_is_answered_wrongly(name: str, shop: OpenShop) -> None:
    lines = _lines(name)
    outcomes = dict(_outcomes(name, lines, shop))
    seen = Counter(outcomes.values())
    told = "\n".join(f"{outcome}: {text}" for text, outcome in outcomes.items() if outcome != "exact")
    assert seen["wrong"] <= MOST_WRONG, told
    assert seen["exact"] >= SETS[name] * len(lines), told


def _outcomes(name: str, lines: list[Json], shop: OpenShop) -> Iterator[tuple[str, str]]:
    """(message, outcome) of each line: exact, wrong (a confident reply to another question) or held back."""
    asked = [json.dumps({**{key: line[key] for key in ("text", "as", "at")},
                         "chat": line["chat"] and f"{name} {line['chat']}"}) for line in lines]
    for line, reply in zip(lines, replies(shop, asked, who="owner", at=AT, chart_dir=None), strict=True):
        got = json.loads(json.dumps(reply.as_json()))
        is_exact = any(_matches(wanted, got) for wanted in (line["expect"], *line["also"]))
        is_held_back = got["kind"] in {"refused", "clarify"}
        yield f"{line['id']} {line['text']}", "exact" if is_exact else "held back" if is_held_back else "wrong"


def _matches(wanted: Json, got: Json) -> bool:
    """Whether the reply is the reading; parts that the reading leaves open are not compared."""
    if got["kind"] != wanted["kind"]:
        return False
    if wanted["query"] and _comparable(wanted["query"], wanted["query"]) != _comparable(
            got["query"] or {}, wanted["query"]):
        return False
    action = wanted["action"]
    if not action:
        return True
    done = got["action"] or {}
    same_arguments = action.get("arguments") is None or _plain(action["arguments"]) == _plain(done.get("arguments"))
    return bool(done.get("name") == action["name"] and same_arguments)


def _comparable(query: Json, wanted: Json) -> Json:
    """Sets without their order; the order of rows only where it was asked for."""
    parts: Json = {part: sorted(query.get(part) or []) for part in ("metrics", "by")}
    for part in ("where", "exclude"):
        parts[part] = {name: sorted(values) for name, values in (query.get(part) or {}).items() if values}
    for part in ("period", "compare", "limit", "having"):
        parts[part] = _plain(query.get(part) or None)
    if wanted.get("order") or wanted.get("limit"):
        parts["order"] = query.get("order")
    return parts


def _plain(value: object) -> object:
    """Numbers alike whether whole or not, numbers in strings too, lists without their order."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items() if one not in (None, "", [], {})}
    if isinstance(value, list):
        return sorted((_plain(one) for one in value), key=repr)
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@pytest.mark.parametrize("name", sorted(SETS.keys() - _OF_ONE_LANGUAGE))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_set_has_both_languages(name: str, language: str) -> None:
    lines = _lines(name)
    assert sum(line["lang"] == language for line in lines) >= len(lines) // 5
