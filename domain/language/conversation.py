"""What is said to a language model and what it says back; the words of no vendor."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from domain.errors import OperatorMustAct, RetryLater


@dataclass(frozen=True, slots=True)
class Tool:
    """Something the model may call. `parameters` is a JSON Schema of an object."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call as the model wrote it: `arguments` ought to be a JSON object and may be anything."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the conversation. `calls` are the model's own; `answers` is the id of the call a tool answers."""

    role: Literal["system", "user", "assistant", "tool"]
    text: str
    calls: tuple[ToolCall, ...] = ()
    answers: str | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """What the model said next. Tokens are the server's count, or an estimate where it gives none."""

    text: str
    calls: tuple[ToolCall, ...]
    tokens_in: int
    tokens_out: int


def estimated_tokens(text: str) -> int:
    """About as many as a server would count, rather too many: three Latin characters each, Chinese ones one by one."""
    latin = sum(map(str.isascii, text))
    return latin // 3 + (len(text) - latin) + 1


class ModelUnavailable(RetryLater):
    """The model did not answer in time, or its server is busy or out of order."""


class ModelRefuses(OperatorMustAct):
    """The model's server takes neither this key nor this request; asking again changes nothing."""
