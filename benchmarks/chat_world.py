"""The other ends of a chat turn, cheap enough not to be what is measured: a Telegram, and people who write to a bot."""

import asyncio
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from time import perf_counter

ME = {"id": 123456, "is_bot": True, "first_name": "Echo", "username": "echo_bot", "can_join_groups": True,
      "can_read_all_group_messages": True, "supports_inline_queries": False}
_RESULTS = {
    "getme": ME, "getwebhookinfo": {"url": "https://shop.example/hook", "has_custom_certificate": False,
                                    "pending_update_count": 0},
    "getmydescription": {"description": ""}, "getmyshortdescription": {"short_description": ""}}
# urlencoded, multipart or JSON, as each library likes it
_CHAT = re.compile(rb'chat_id(?:=|"\r\n(?:[^\r\n]+\r\n)*\r\n|": ?"?)(\d+)')
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
ANSWER_WITHIN_S = 30.0
QUIET_S = 1.0


@dataclass
class World:
    """A Telegram that takes everything at once. `heard` holds who waits for an answer in which chat."""

    heard: "dict[int, asyncio.Future[None]]" = field(default_factory=dict)
    messages: int = 0
    calls: int = 0  # of every kind

    async def open(self) -> str:
        server = await asyncio.get_running_loop().create_server(lambda: _Api(self), "127.0.0.1", 0)
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def quiet(self) -> None:
        """Return once a bot has said all that it says when it starts, such as its menus."""
        before = -1
        while before != self.calls:
            before = self.calls
            await asyncio.sleep(QUIET_S)

    def answer(self, path: str, body: bytes) -> bytes:
        method = path.rpartition("/")[2].lower()
        self.calls += 1
        if method != "sendmessage":
            return json.dumps({"ok": True, "result": _RESULTS.get(method, True)}).encode()
        found = _CHAT.search(body)
        chat = int(found[1]) if found else 0
        self.messages += 1
        waiting = self.heard.pop(chat, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(None)
        return b'{"ok":true,"result":{"message_id":%d,"date":1,"chat":{"id":%d,"type":"private"},"text":"x"}}' % (
            self.messages, chat)


class _Api(asyncio.Protocol):
    """HTTP/1.1 with connections kept open; a request is answered as soon as it is whole."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        while b"\r\n\r\n" in self._got:
            head, _, rest = self._got.partition(b"\r\n\r\n")
            length = _LENGTH.search(head)
            size = int(length[1]) if length else 0
            if len(rest) < size:
                return
            self._got = rest[size:]
            said = self._world.answer(head.split(b" ", 2)[1].decode(), rest[:size])
            self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                                  % (len(said), said))


@dataclass
class Crowd:
    """So many people, each in a chat of their own, who write again as soon as they have an answer."""

    world: World
    port: int
    path: str
    secret: str
    text: str
    turns_ms: list[float] = field(default_factory=list)
    number: int = 0

    async def write(self, chats: Iterable[int], seconds: float) -> float:
        """Turns a second; how long each took is in `turns_ms`."""
        self.turns_ms = []
        start = perf_counter()
        await asyncio.gather(*(self._person(chat, start + seconds) for chat in chats))
        return len(self.turns_ms) / (perf_counter() - start)

    async def _person(self, chat: int, until: float) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        while perf_counter() < until:
            start = perf_counter()
            answered = self.world.heard[chat] = asyncio.get_running_loop().create_future()
            writer.write(self._request(chat))
            await _taken(reader)
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await answered
            self.turns_ms.append((perf_counter() - start) * 1000)
        writer.close()

    def _request(self, chat: int) -> bytes:
        self.number += 1
        person = {"id": chat, "is_bot": False, "first_name": "P", "language_code": "zh-hans"}
        body = json.dumps({"update_id": self.number, "message": {
            "message_id": self.number, "date": 1, "chat": {"id": chat, "type": "private", "first_name": "P"},
            "from": person, "text": self.text}}).encode()
        return (f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nContent-Type: application/json\r\n"
                f"X-Telegram-Bot-Api-Secret-Token: {self.secret}\r\nContent-Length: {len(body)}\r\n\r\n"
                ).encode() + body


async def _taken(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise ValueError(f"the bot said {head.splitlines()[0].decode()}")
    length = _LENGTH.search(head)
    if length:
        await reader.readexactly(int(length[1]))
    else:  # chunked: the last chunk is empty
        await reader.readuntil(b"0\r\n\r\n")
