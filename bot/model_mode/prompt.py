"""What the model is told before it reads a message: its instructions, the day, and what was asked last."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from bot.model_mode.names import AS_WRITTEN
from bot.model_mode.privacy import Mask
from bot.turn import Turn
from domain.language.conversation import Message
from domain.metrics.catalog import DIMENSIONS
from domain.metrics.query import Filter, MetricQuery


@cache
def _instructions() -> str:
    return files("bot.model_mode").joinpath("instructions.txt").read_text(encoding="utf-8")


def opening(said: str, turn: Turn, mask: Mask, *, nonce: str, currency: str) -> list[Message]:
    """The first messages; `said` has nothing personal in it any more."""
    facts: dict[str, Any] = {
        "today": turn.at.date().isoformat(), "weekday": f"{turn.at:%A}", "base_currency": currency,
        "role": turn.person.acting_role.value, "weeks_begin": "Monday"}
    if turn.context.last is not None:
        facts["asked_before"] = _without_names(turn.context.last.query, mask)
    system = f"{_instructions().replace('NONCE', nonce)}\n{json.dumps(facts, ensure_ascii=False)}"
    return [Message("system", system), Message("user", said)]


def _without_names(query: MetricQuery, mask: Mask) -> dict[str, Any]:
    """The last question, for 那上周呢; its names stay here as labels, which the tools take back."""
    return {**query.as_json(), "where": _labels(query.where, mask), "exclude": _labels(query.exclude, mask)}


def _labels(filters: Filter, mask: Mask) -> dict[str, list[str]]:
    return {name: [value if DIMENSIONS[name].values or name in AS_WRITTEN - {"customer"} else mask.hide(name, value)
                   for value in values] for name, values in filters.items()}
