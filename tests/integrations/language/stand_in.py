"""A server on the loopback that speaks OpenAI's chat completions and refuses what the real one refuses."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY, MODEL = "sk-stand-in", "stand-in-1"
FIELDS = {"model", "messages", "tools", "max_tokens", "max_completion_tokens", "temperature", "tool_choice", "stream"}
TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
TYPES = {"object", "array", "string", "number", "integer", "boolean", "null"}
MAX_TOOLS = 128


class BadRequest(Exception):
    """A request the real server answers with 400; the text is what it says."""


def check_schema(schema: Any, where: str = "parameters") -> None:
    """A JSON Schema as the server takes them: types it knows, required ones declared, lists with items."""
    if not isinstance(schema, dict) or schema.get("type") not in TYPES:
        raise BadRequest(f"Invalid schema: {where} has no type")
    if schema["type"] == "object":
        properties = schema.get("properties", {})
        if not set(schema.get("required", ())) <= set(properties):
            raise BadRequest(f"Invalid schema: {where} requires what it does not declare")
        for name, part in properties.items():
            check_schema(part, f"{where}.{name}")
    if schema["type"] == "array":
        if "items" not in schema:
            raise BadRequest(f"Invalid schema: {where} is an array without items")
        check_schema(schema["items"], f"{where}[]")
    if "enum" in schema and not schema["enum"]:
        raise BadRequest(f"Invalid schema: {where} has an empty enum")


def check_tools(tools: Any) -> None:
    if not isinstance(tools, list) or not tools or len(tools) > MAX_TOOLS:
        raise BadRequest("Invalid 'tools': must be a list of 1 to 128")
    names = [tool["function"]["name"] for tool in tools]
    if len(set(names)) != len(names) or not all(TOOL_NAME.fullmatch(name) for name in names):
        raise BadRequest("Invalid 'tools': names must be different and match ^[a-zA-Z0-9_-]{1,64}$")
    for tool in tools:
        check_schema(tool["function"]["parameters"])


def check_messages(messages: Any) -> None:
    """Every call of the assistant is answered by a tool message right behind it, and no other tool message stands."""
    if not isinstance(messages, list) or not messages:
        raise BadRequest("Invalid 'messages': empty array")
    waiting: set[str] = set()
    for number, message in enumerate(messages):
        role = message.get("role")
        if role not in {"system", "user", "assistant", "tool"} or not isinstance(message.get("content"), str):
            raise BadRequest(f"Invalid 'messages[{number}]'")
        if role == "tool":
            if message.get("tool_call_id") not in waiting:
                raise BadRequest("messages with role 'tool' must be a response to a message with 'tool_calls'")
            waiting.remove(message["tool_call_id"])
            continue
        if waiting:
            raise BadRequest(f"tool_call_ids did not have response messages: {', '.join(sorted(waiting))}")
        waiting = {call["id"] for call in message.get("tool_calls", ())}
    if waiting:
        raise BadRequest(f"tool_call_ids did not have response messages: {', '.join(sorted(waiting))}")


def check_request(body: Mapping[str, Any], refuses: frozenset[str]) -> None:
    if unknown := sorted(set(body) - FIELDS):
        raise BadRequest(f"Unrecognized request argument supplied: {unknown[0]}")
    if banned := sorted(set(body) & refuses):
        raise BadRequest(f"Unsupported parameter: '{banned[0]}' is not supported with this model.")
    check_messages(body.get("messages"))
    check_tools(body.get("tools"))


@dataclass
class Step:
    """What the server does with one request. A body that is no JSON object is sent as it is."""

    body: str | dict[str, Any] = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    wait_s: float = 0.0
    is_cut: bool = False  # the connection ends in the middle of the body
    trickle_s: float = 0.0  # between two bytes


def says(text: str, *, usage: tuple[int, int] | None = (100, 20)) -> Step:
    return Step(_completion({"role": "assistant", "content": text}, usage))


def calls(*wanted: tuple[str, Any], usage: tuple[int, int] | None = (100, 20), ids: str = "call") -> Step:
    """The model calls tools; arguments that are a text are sent as they stand."""
    listed = [{"id": f"{ids}_{number}", "type": "function", "function": {
        "name": name, "arguments": given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)}}
        for number, (name, given) in enumerate(wanted)]
    return Step(_completion({"role": "assistant", "content": None, "tool_calls": listed}, usage))


def fails(status: int, message: str = "try again", **headers: str) -> Step:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Step({"error": {"message": message, "type": "error", "code": None}}, status, named)


def _completion(message: dict[str, Any], usage: tuple[int, int] | None) -> dict[str, Any]:
    counted = {"usage": dict(zip(("prompt_tokens", "completion_tokens"), usage, strict=True))} if usage else {}
    return {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": MODEL,
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}], **counted}


Script = Step | Callable[[Mapping[str, Any]], Step]


@dataclass
class StandIn:
    """The server: what it was asked, and what it will do next. Without a script it says nothing fitting."""

    script: list[Script] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    refuses: frozenset[str] = frozenset()  # fields this server does not take
    models: list[str] | None = field(default_factory=lambda: [MODEL])
    url: str = ""

    def step(self, body: Mapping[str, Any]) -> Step:
        if body.get("model") != MODEL:
            return fails(404, f"The model '{body.get('model')}' does not exist")
        try:
            check_request(body, self.refuses)
        except BadRequest as error:
            self.refused.append(str(error))
            return fails(400, str(error))
        step = self.script.pop(0) if self.script else says("I cannot help with that.")
        return step if isinstance(step, Step) else step(body)

    def sent(self) -> str:
        """All that ever left the machine."""
        return json.dumps(self.requests, ensure_ascii=False)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, stand_in: StandIn) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.stand_in = stand_in


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def _stand_in(self) -> StandIn:
        assert isinstance(self.server, _Listener)
        return self.server.stand_in

    def do_GET(self) -> None:
        offered = self._stand_in.models
        if not self._may():
            self._send(fails(401, "Incorrect API key provided"))
        elif offered is None or self.path != "/v1/models":
            self._send(fails(404, "Not found"))
        else:
            self._send(Step({"object": "list", "data": [
                {"id": name, "object": "model", "created": 1, "owned_by": "us"} for name in offered]}))

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        self._stand_in.headers.append(dict(self.headers))
        if not self._may():
            self._send(fails(401, "Incorrect API key provided"))
            return
        body = json.loads(raw)
        self._stand_in.requests.append(body)
        is_known = self.path == "/v1/chat/completions"
        self._send(self._stand_in.step(body) if is_known else fails(404, "Not found"))

    def _may(self) -> bool:
        return self.headers.get("Authorization") == f"Bearer {KEY}"

    def _send(self, step: Step) -> None:
        is_json = isinstance(step.body, dict)
        payload = (json.dumps(step.body, ensure_ascii=False) if is_json else str(step.body)).encode()
        time.sleep(step.wait_s)
        with suppress(BrokenPipeError, ConnectionResetError):  # the client gave up, as it should
            self.send_response(step.status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(payload)),
                                **step.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self._write(payload, step)

    def _write(self, payload: bytes, step: Step) -> None:
        if step.is_cut:
            payload, self.close_connection = payload[:len(payload) // 2], True
        if not step.trickle_s:
            self.wfile.write(payload)
            return
        for at in range(len(payload)):
            self.wfile.write(payload[at:at + 1])
            self.wfile.flush()
            time.sleep(step.trickle_s)

    def log_message(self, *_: Any) -> None:
        """Tests are quiet."""


@contextmanager
def standing_in(*script: Script) -> Iterator[StandIn]:
    server = StandIn(list(script))
    listener = _Listener(server)
    server.url = f"http://127.0.0.1:{listener.server_port}/v1"
    thread = threading.Thread(target=listener.serve_forever, daemon=True, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join()
