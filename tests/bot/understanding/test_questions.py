"""questions.jsonl: messages in both languages, alone and in conversations, each with the readings that are right."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.understanding.readings import Act, Ask, Reading, Refused, Unclear
from tests.bot.understanding.shop import SHANGHAI, Chat

Json = dict[str, Any]
LINES: list[Json] = [json.loads(line) for line in
                     Path(__file__).with_name("questions.jsonl").read_text(encoding="utf-8").splitlines()]
KINDS: dict[type, str] = {Ask: "answer", Act: "proposal", Unclear: "clarify", Refused: "refused"}


def as_json(reading: Reading) -> Json:
    query = reading.query.as_json() if isinstance(reading, Ask) else None
    action = {"name": reading.action, "arguments": dict(reading.arguments)} if isinstance(reading, Act) else None
    return {"kind": KINDS[type(reading)], "query": query, "action": action}


def without_order_of_parts(reading: Json) -> Json:
    """Metrics, dimensions and filter values mean the same in any order."""
    query = reading["query"]
    if query is None:
        return reading
    sets = {part: sorted(query[part]) for part in ("metrics", "by")}
    filters = {part: {name: sorted(values) for name, values in query[part].items()} for part in ("where", "exclude")}
    return {**reading, "query": {**query, **sets, **filters}}


@pytest.fixture(scope="module")
def readings() -> dict[str, Json]:
    chats: dict[str, Chat] = {}
    found: dict[str, Json] = {}
    for line in LINES:
        chat = chats.setdefault(line["chat"] or line["id"], Chat())
        chat.at = datetime.fromisoformat(line["at"]).replace(tzinfo=SHANGHAI)
        found[line["id"]] = as_json(chat.say(line["text"]))
    return found


@pytest.mark.parametrize("line", LINES, ids=[f"{line['id']} {line['text']}" for line in LINES])
def test_a_message_is_read_as_meant(line: Json, readings: dict[str, Json]) -> None:
    right = [without_order_of_parts(one) for one in (line["expect"], *line["also"])]
    assert without_order_of_parts(readings[line["id"]]) in right
