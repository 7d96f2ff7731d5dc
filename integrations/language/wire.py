"""Conversations as the protocol writes them, and its answers as we read them. Pure: no network."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from domain.language.conversation import Completion, Message, ModelUnavailable, Tool, ToolCall, estimated_tokens

MAX_CALLS = 8  # in one answer; a model that wants more is going round in circles


def message_json(message: Message) -> dict[str, Any]:
    written: dict[str, Any] = {"role": message.role, "content": message.text}
    if message.answers is not None:
        written["tool_call_id"] = message.answers
    if message.calls:
        written["tool_calls"] = [{"id": call.id, "type": "function",
                                  "function": {"name": call.name, "arguments": call.arguments}}
                                 for call in message.calls]
    return written


def tool_json(tool: Tool) -> dict[str, Any]:
    """Without `strict`: not every server knows it, and arguments are checked here whatever the server promises."""
    return {"type": "function", "function": {
        "name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}}


def completion_of(body: str, messages: Sequence[Message]) -> Completion:
    """What the server answered. Raises ModelUnavailable for anything that is not an answer of the protocol."""
    try:
        answer = json.loads(body)
        said = answer["choices"][0]["message"]
        calls = tuple(_call(item) for item in (said.get("tool_calls") or ())[:MAX_CALLS])
        text = str(said.get("content") or "")
        tokens_in, tokens_out = _tokens(answer.get("usage"), messages, body)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ModelUnavailable(f"the language model's server sent something else than an answer: {error}",
                               key="model.unavailable") from error
    return Completion(text, calls, tokens_in, tokens_out)


def _call(item: Mapping[str, Any]) -> ToolCall:
    """Arguments ought to be a text of JSON; some servers send the object itself."""
    arguments = item["function"].get("arguments") or "{}"
    written = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return ToolCall(str(item["id"]), str(item["function"]["name"]), written)


def _tokens(usage: Any, messages: Sequence[Message], body: str) -> tuple[int, int]:
    if isinstance(usage, Mapping) and isinstance(usage.get("prompt_tokens"), int):
        return max(0, usage["prompt_tokens"]), max(0, int(usage.get("completion_tokens") or 0))
    return sum(estimated_tokens(message.text) for message in messages), estimated_tokens(body)
