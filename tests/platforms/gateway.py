"""A platform's gateway on the loopback: it refuses what the real one refuses, and remembers what it was told."""

import json
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, urlsplit

APP_KEY, SECRET, TOKEN = "key-1", "s3cret-of-the-app", "t0ken-of-the-shop"
PATH = "/router"
TOLERANCE_S = 600  # what platforms let a clock be off
Form = Mapping[str, str]


class RefusedError(Exception):
    """The gateway's error answer."""

    def __init__(self, body: dict[str, Any]) -> None:
        super().__init__(json.dumps(body, ensure_ascii=False))
        self.body = body


class Trouble(Enum):
    """What happens to the next call."""

    THROTTLED = auto()
    BUSY = auto()  # an error answer that says so
    BAD_GATEWAY = auto()  # 502 from what stands in front
    RUBBISH = auto()  # a page instead of JSON
    SILENCE = auto()  # it is carried out, and the answer never comes


@dataclass
class Line:
    """A line of an order on the platform."""

    waybill: str = ""
    carrier: str = ""


@dataclass
class There:
    """An order on the platform."""

    lines: dict[str, Line]
    is_closed: bool = False

    @property
    def shipped(self) -> list[Line]:
        return [line for line in self.lines.values() if line.waybill]


@dataclass
class Rules(ABC):
    """One platform: how it checks a request and what it answers."""

    orders: dict[str, There] = field(default_factory=dict)
    token: str = TOKEN
    carriers: dict[str, str] = field(default_factory=dict)  # code → name

    @abstractmethod
    def check(self, form: Form) -> None:
        """Raise RefusedError as the gateway does before it looks at the business."""

    @abstractmethod
    def act(self, form: Form) -> dict[str, Any]: ...

    @abstractmethod
    def throttled(self) -> RefusedError: ...

    @abstractmethod
    def busy(self) -> RefusedError: ...

    @abstractmethod
    def is_shipping(self, form: Form) -> bool: ...


def rules_of(platform: str) -> Rules:
    """A platform without a stand-in here cannot be added: the contract suite asks for it."""
    rules: Rules = import_module(f"tests.platforms.{platform}").Stand()
    return rules


@dataclass
class FakeGateway:
    """The server: `troubles` are met one by one by the calls that ship."""

    rules: Rules
    troubles: list[Trouble] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    accepted: int = 0  # shipments carried out
    url: str = ""
    was_accepted: threading.Event = field(default_factory=threading.Event)
    is_over: threading.Event = field(default_factory=threading.Event)

    def add(self, number: str, *lines: str) -> There:
        order = There({line: Line() for line in lines or (number,)})
        self.rules.orders[number] = order
        return order

    def answer(self, form: dict[str, str]) -> tuple[int, bytes] | None:
        """None: nothing is answered."""
        self.forms.append(form)
        is_shipping = self.rules.is_shipping(form)
        trouble = self.troubles.pop(0) if self.troubles and is_shipping else None
        if trouble is Trouble.BAD_GATEWAY:
            return 502, b"<html>Bad Gateway</html>"
        if trouble is Trouble.RUBBISH:
            return 200, "<html>系统维护</html>".encode()
        try:
            body = self._carried_out(form, trouble, is_shipping=is_shipping)
        except RefusedError as error:
            body = error.body
        return None if trouble is Trouble.SILENCE else (200, json.dumps(body, ensure_ascii=False).encode())

    def _carried_out(self, form: Form, trouble: Trouble | None, *, is_shipping: bool) -> dict[str, Any]:
        self.rules.check(form)
        if trouble is Trouble.THROTTLED:
            raise self.rules.throttled()
        if trouble is Trouble.BUSY:
            raise self.rules.busy()
        body = self.rules.act(form)
        if is_shipping:
            self.accepted += 1
            self.was_accepted.set()
        return body


def clock_is_off(stamp: float) -> bool:
    return abs(time.time() - stamp) > TOLERANCE_S


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, gateway: FakeGateway) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.gateway = gateway

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A program that was killed leaves broken connections behind."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        assert isinstance(self.server, _Listener)
        gateway = self.server.gateway
        said = gateway.answer(self._form(self.rfile.read(int(self.headers["Content-Length"]))))
        if said is None:
            gateway.is_over.wait(30)
            self.close_connection = True
            return
        with suppress(BrokenPipeError, ConnectionResetError):
            self.send_response(said[0])
            self.send_header("Content-Type", "application/json;charset=UTF-8")
            self.send_header("Content-Length", str(len(said[1])))
            self.end_headers()
            self.wfile.write(said[1])

    def _form(self, raw: bytes) -> dict[str, str]:
        """Flat parameters; or a JSON body as `param_json` beside the query and the path below the gateway's."""
        where = urlsplit(self.path)
        if self.headers["Content-Type"] == "application/json":
            return {**_pairs(where.query), "path": where.path.removeprefix(PATH), "param_json": raw.decode()}
        assert self.headers["Content-Type"] == "application/x-www-form-urlencoded"
        assert not where.query
        return _pairs(raw.decode("ascii"))

    def log_message(self, *_: Any) -> None:
        """Tests are quiet."""


def _pairs(text: str) -> dict[str, str]:
    pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True, errors="strict")
    assert len(dict(pairs)) == len(pairs), "a parameter came twice"
    return dict(pairs)


@contextmanager
def standing_in(platform: str) -> Iterator[FakeGateway]:
    gateway = FakeGateway(rules_of(platform))
    listener = _Listener(gateway)
    gateway.url = f"http://127.0.0.1:{listener.server_port}{PATH}"
    thread = threading.Thread(target=listener.serve_forever, daemon=True, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield gateway
    finally:
        gateway.is_over.set()
        listener.shutdown()
        listener.server_close()
        thread.join()
