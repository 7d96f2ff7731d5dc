"""What the chat answers is what SQL written apart from the program finds in the facts of the whole demo shop."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.app.batch import replies
from bot.app.settings import Settings
from bot.app.wiring import open_shop
from tests.values.checked import CHECKED, COMPARED

AT = "2026-11-23T15:00"
LEAST_QUESTIONS = 60


@pytest.fixture(scope="module")
def answers(demo_folder: Path) -> Iterator[tuple[dict[str, dict[str, Any]], sqlite3.Connection]]:
    """Every question's reply as JSON, and the database for the SQL."""
    settings = Settings(demo_folder)
    texts = [text for text, *_ in (*CHECKED, *COMPARED)]
    with open_shop(settings, demo=True) as shop:
        asked = [json.dumps({"text": text}) for text in texts]
        found = {text: reply.as_json() for text, reply in zip(
            texts, replies(shop, asked, who="owner", at=AT, chart_dir=None), strict=True)}
    connection = sqlite3.connect(settings.data_dir / "demo.db")
    yield found, connection
    connection.close()


def _rows(rows: list[list[Any]] | list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rates as far as they are exact, keys as text, in no order."""
    return sorted((*(str(key) for key in keys), round(float(value), 9)) for *keys, value in rows)


def test_there_are_enough() -> None:
    assert len({text for text, *_ in (*CHECKED, *COMPARED)}) >= LEAST_QUESTIONS


@pytest.mark.parametrize(("text", "sql"), CHECKED, ids=[text for text, _ in CHECKED])
def test_the_answer_is_what_sql_finds(text: str, sql: str, answers: Any) -> None:
    found, connection = answers
    reply = found[text]
    assert reply["kind"] == "answer", reply["text"]
    assert _rows(reply["rows"]) == _rows(connection.execute(sql).fetchall())


@pytest.mark.parametrize(("text", "sql", "beside"), COMPARED, ids=[text for text, *_ in COMPARED])
def test_a_comparison_is_what_sql_finds_twice(text: str, sql: str, beside: str, answers: Any) -> None:
    found, connection = answers
    reply = found[text]
    assert _rows(reply["rows"]) == _rows(connection.execute(sql).fetchall())
    assert _rows(reply["comparison_rows"]) == _rows(connection.execute(beside).fetchall())
