"""A WeCom on the loopback that knows one group robot: real HTTP, refusing what WeCom refuses, with status 200."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
A_MINUTE = 20
PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


class Refusal(Exception):
    """errcode and errmsg."""


@dataclass
class FakeRobot:
    """What came to the group, and what did not. `trouble` is answered instead: an errcode, or a status above 99999."""

    address: str = ""
    sent: list[tuple[str, Any]] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    trouble: list[int] = field(default_factory=list)
    most: int = A_MINUTE
    _at: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"{self.address}/cgi-bin/webhook/send?key={KEY}"

    def take(self, path: str, body: bytes) -> None:
        if self.trouble:
            raise Refusal(self.trouble.pop(0), "trouble")
        address = urlsplit(path)
        if address.path != "/cgi-bin/webhook/send" or parse_qs(address.query).get("key") != [KEY]:
            raise Refusal(93000, f"invalid webhook url, hint: [1], from ip: 127.0.0.1, key: {address.query}")
        said = json.loads(body)
        kind = said.get("msgtype")
        content = said.get(kind)
        if kind not in {"text", "markdown", "image"} or not isinstance(content, dict):
            raise Refusal(40008, "invalid message type")
        _check(kind, content)
        with self._lock:
            now = time.monotonic()
            self._at = [at for at in self._at if now - at < 60]
            if len(self._at) >= self.most:
                raise Refusal(45009, "api freq out of limit")
            self._at.append(now)
            self.sent.append((kind, content.get("content") or base64.b64decode(content["base64"])))


def _check(kind: str, content: dict[str, Any]) -> None:
    if kind == "image":
        picture = base64.b64decode(content["base64"], validate=True)
        if len(picture) > 2 * 2**20 or not picture.startswith(PICTURES):
            raise Refusal(40009, "invalid image size")
        if md5(picture).hexdigest() != content["md5"]:
            raise Refusal(301019, "media md5 not match")
        return
    length = len(content.get("content", "").encode())
    if not length:
        raise Refusal(44004, "empty content")
    most = {"text": 2048, "markdown": 4096}[kind]
    if length > most:
        raise Refusal(40058, f"{kind}.content exceed max length {most}. invalid Request Parameter")


@contextmanager
def running(robot: FakeRobot) -> Iterator[FakeRobot]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            code, words = 0, "ok"
            try:
                robot.take(self.path, body)
            except Refusal as refusal:
                code, words = refusal.args
                robot.refused.append((code, words))
            answer = json.dumps({"errcode": code, "errmsg": words}).encode()
            self.send_response(code // 1000 if code > 99_999 and code != 301019 else 200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    robot.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield robot
    finally:
        server.shutdown()
        server.server_close()
