"""A Telegram on the loopback: real HTTP, and as strict as the real one about what it takes."""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote

from tests.telegram import rules
from tests.telegram.rules import Refusal

TOKEN = "123456:ABC-fake"
ME = {"id": 123456, "is_bot": True, "first_name": "Zhanggui", "username": "zhanggui_bot", "can_join_groups": True,
      "can_read_all_group_messages": False, "supports_inline_queries": False}
CHAT_SECONDS, GROUP_A_MINUTE, ALL_A_SECOND = 0.95, 20, 30


@dataclass
class Sent:
    """A message the bot sent, as it stands now."""

    id: int
    chat: int
    text: str
    keyboard: list[list[dict[str, Any]]]
    said: dict[str, Any]
    file: tuple[str, bytes] | None = None
    edits: int = 0
    at: float = 0.0

    @property
    def buttons(self) -> dict[str, str]:
        return {button["text"]: button["callback_data"] for row in self.keyboard for button in row}


@dataclass
class FakeTelegram:
    """The state of the world. `trouble` may raise a Refusal, or drop a call, before it is looked at."""

    base_url: str = ""
    me: dict[str, Any] = field(default_factory=lambda: dict(ME))
    sent: list[Sent] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answered: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    commands: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    wordless: set[str] = field(default_factory=set)  # methods that are answered with null, which no client expects
    met: set[int] = field(default_factory=set)  # chats the bot was written to from: it may write to no other
    topics: set[tuple[int, int]] = field(default_factory=set)
    queries: set[str] = field(default_factory=set)
    webhook: str = ""
    trouble: Callable[[str, dict[str, Any]], None] | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)
    _pending: list[dict[str, Any]] = field(default_factory=list)
    _polling: int = 0
    _numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 10**6)))
    _descriptions: dict[str, str] = field(default_factory=dict)
    _at: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))

    def number(self) -> int:
        with self.lock:
            return next(self._numbers)

    def queue(self, update: dict[str, Any]) -> None:
        """For whoever asks with getUpdates."""
        self.meet(update)
        with self.lock:
            self._pending.append(update)

    def meet(self, update: Any) -> None:
        """What the bot may speak to from now on: the chat, the topic and the tap of an update it gets."""
        said = update if isinstance(update, dict) else {}
        tapped = said.get("callback_query")
        query: dict[str, Any] = tapped if isinstance(tapped, dict) else {}
        parts = [query.get("message"), *(said.get(name) for name in ("message", "edited_message", "my_chat_member"))]
        with self.lock:
            self.queries.add(str(query.get("id")))
            for part in parts:
                if isinstance(part, dict) and "chat" in part:
                    self.met |= {part["chat"]["id"], part.get("migrate_to_chat_id", 0), part.get("from", {}).get("id")}
                    self.topics.add((part["chat"]["id"], part.get("message_thread_id", 0)))

    def texts(self, chat: int) -> list[str]:
        with self.lock:
            return [message.text for message in self.sent if message.chat == chat]

    def wait_for(self, found: Callable[[], Any], within_s: float = 15.0) -> Any:
        """What `found` gives, as soon as it gives something."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            if result := found():
                return result
            time.sleep(0.02)
        raise AssertionError(f"nothing came; sent: {[(m.chat, m.text) for m in self.sent]}; refused: {self.refused}")

    def wait_text(self, chat: int, part: str, within_s: float = 15.0) -> Sent:
        found: Sent = self.wait_for(lambda: next((m for m in reversed(self.sent) if m.chat == chat and part in m.text),
                                                 None), within_s)
        return found

    def call(self, method: str, said: dict[str, Any], files: dict[str, tuple[str, bytes]]) -> Any:
        with self.lock:
            self.calls.append((method, said))
        if self.trouble is not None:
            self.trouble(method, said)
        answer = getattr(self, f"do_{method}", None)
        if answer is None:
            raise Refusal(404, "Not Found: method not found")
        return None if method in self.wordless else answer(said, files)

    def do_getMe(self, said: dict[str, Any], files: Any) -> Any:
        return self.me

    def do_getUpdates(self, said: dict[str, Any], files: Any) -> Any:
        """One consumer; an offset confirms everything before it."""
        if self.webhook:
            raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active")
        with self.lock:
            if self._polling:
                raise Refusal(409, "Conflict: terminated by other getUpdates request")
            self._polling += 1
        try:
            deadline = time.monotonic() + min(float(said.get("timeout", 0)), 0.4)
            while True:
                with self.lock:
                    offset = int(said.get("offset", 0))
                    self._pending = [each for each in self._pending if each["update_id"] >= offset]
                    if self._pending or time.monotonic() >= deadline:
                        return self._pending[:int(said.get("limit", 100))]
                time.sleep(0.02)
        finally:
            with self.lock:
                self._polling -= 1

    def do_getWebhookInfo(self, said: dict[str, Any], files: Any) -> Any:
        return {"url": self.webhook, "has_custom_certificate": False, "pending_update_count": len(self._pending)}

    def do_setWebhook(self, said: dict[str, Any], files: Any) -> Any:
        self.webhook = said["url"]
        return True

    def do_sendMessage(self, said: dict[str, Any], files: Any) -> Any:
        return self._new(said, rules.checked_text(said), None)

    def do_sendPhoto(self, said: dict[str, Any], files: dict[str, tuple[str, bytes]]) -> Any:
        rules.checked_size(files["photo"][1], rules.MAX_PHOTO_BYTES)
        return self._new(said, rules.checked_text(said, "caption", rules.MAX_CAPTION), files["photo"])

    def do_sendDocument(self, said: dict[str, Any], files: dict[str, tuple[str, bytes]]) -> Any:
        rules.checked_size(files["document"][1], rules.MAX_DOCUMENT_BYTES)
        return self._new(said, rules.checked_text(said, "caption", rules.MAX_CAPTION), files["document"])

    def _new(self, said: dict[str, Any], text: str, file: tuple[str, bytes] | None) -> Any:
        keyboard, chat = rules.checked_keyboard(said), int(said["chat_id"])
        with self.lock:
            self._know(chat)
            if (chat, int(said.get("message_thread_id", 0))) not in self.topics | {(chat, 0)}:
                raise Refusal(400, "Bad Request: message thread not found")
            if chat in self.gone:
                raise Refusal(403, "Forbidden: bot was blocked by the user" if chat > 0 else
                              "Forbidden: bot was kicked from the group chat")
            self._pace(chat)
            message = Sent(self.number(), chat, text, keyboard, said, file, at=time.monotonic())
            self.sent.append(message)
        return self._shown(message)

    def _know(self, chat: int) -> None:
        if chat not in self.met:
            raise Refusal(400, "Bad Request: chat not found")

    def _pace(self, chat: int) -> None:
        now = time.monotonic()
        mine = self._at[chat]
        everywhere = sum(1 for times in self._at.values() for moment in times if now - moment < 1.0)
        if mine and now - mine[-1] < CHAT_SECONDS:
            raise Refusal(429, "Too Many Requests: retry after 1", retry_after=1)
        if chat < 0 and sum(1 for moment in mine if now - moment < 60) >= GROUP_A_MINUTE:
            raise Refusal(429, "Too Many Requests: retry after 5", retry_after=5)
        if everywhere >= ALL_A_SECOND:
            raise Refusal(429, "Too Many Requests: retry after 1", retry_after=1)
        mine.append(now)

    def _find(self, said: dict[str, Any]) -> Sent:
        found = [m for m in self.sent if m.id == int(said["message_id"]) and m.chat == int(said["chat_id"])]
        if not found:
            raise Refusal(400, "Bad Request: message to edit not found")
        return found[0]

    def do_editMessageText(self, said: dict[str, Any], files: Any) -> Any:
        text, keyboard, message = rules.checked_text(said), rules.checked_keyboard(said), self._find(said)
        if message.file is not None:
            raise Refusal(400, "Bad Request: there is no text in the message to edit")
        if (message.text, message.keyboard) == (text, keyboard):
            raise Refusal(400, "Bad Request: message is not modified: specified new message content is the same")
        message.text, message.keyboard, message.edits = text, keyboard, message.edits + 1
        return self._shown(message)

    def do_editMessageReplyMarkup(self, said: dict[str, Any], files: Any) -> Any:
        keyboard, message = rules.checked_keyboard(said), self._find(said)
        if message.keyboard == keyboard:
            raise Refusal(400, "Bad Request: message is not modified: specified new message content is the same")
        message.keyboard = keyboard
        return self._shown(message)

    def do_answerCallbackQuery(self, said: dict[str, Any], files: Any) -> Any:
        query = said["callback_query_id"]
        with self.lock:
            if query in self.answered or query not in self.queries:
                raise Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
            if rules.units(said.get("text", "")) > rules.MAX_ALERT:
                raise Refusal(400, "Bad Request: MESSAGE_TOO_LONG")
            self.answered[query] = said.get("text", "")
        return True

    def do_setMyCommands(self, said: dict[str, Any], files: Any) -> Any:
        scope = _scope(said)
        if ":" in scope:
            self._know(int(scope.partition(":")[2]))
        self.commands[scope, said.get("language_code", "")] = rules.checked_commands(said)
        return True

    def do_deleteMyCommands(self, said: dict[str, Any], files: Any) -> Any:
        self.commands.pop((_scope(said), said.get("language_code", "")), None)
        return True

    def do_getMyDescription(self, said: dict[str, Any], files: Any) -> Any:
        return {"description": self._descriptions.get(said.get("language_code", ""), "")}

    def do_setMyDescription(self, said: dict[str, Any], files: Any) -> Any:
        self._descriptions[said.get("language_code", "")] = said["description"]
        return True

    def do_getMyShortDescription(self, said: dict[str, Any], files: Any) -> Any:
        return {"short_description": ""}

    def do_setMyShortDescription(self, said: dict[str, Any], files: Any) -> Any:
        return True

    def do_getFile(self, said: dict[str, Any], files: Any) -> Any:
        content = self.files[said["file_id"]]
        if len(content) > 20 * 2**20:
            raise Refusal(400, "Bad Request: file is too big")
        return {"file_id": said["file_id"], "file_unique_id": said["file_id"], "file_size": len(content),
                "file_path": f"documents/{said['file_id']}"}

    def _shown(self, message: Sent) -> dict[str, Any]:
        return {"message_id": message.id, "date": int(time.time()), "chat": chat_json(message.chat),
                "from": self.me, "text": message.text}


def chat_json(chat: int, title: str = "运营群") -> dict[str, Any]:
    return {"id": chat, "type": "private", "first_name": "某人"} if chat > 0 else {
        "id": chat, "type": "supergroup", "title": title}


def _scope(said: dict[str, Any]) -> str:
    scope = json.loads(said.get("scope", '{"type": "default"}'))
    return str(scope["type"]) + (f":{scope['chat_id']}" if "chat_id" in scope else "")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    world: FakeTelegram

    def log_message(self, *_: Any) -> None:
        return

    def do_GET(self) -> None:
        prefix = f"/file/bot{TOKEN}/documents/"
        path = unquote(self.path)
        content = self.world.files.get(path.removeprefix(prefix)) if path.startswith(prefix) else None
        self._answer(200 if content is not None else 404, content or b"", "application/octet-stream")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path, _, query = self.path.partition("?")
        token, _, called = path.removeprefix("/bot").partition("/")
        method = _METHODS.get(called.lower(), called)  # known in any case of letters
        try:
            if token != TOKEN:
                raise Refusal(401, "Unauthorized")
            said, files = _read(self.headers.get("Content-Type", ""), body)
            said = {**dict(parse_qsl(query)), **said}
            self._json(200, {"ok": True, "result": self.world.call(method, said, files)})
        except ConnectionError:
            self.close_connection = True
        except Refusal as refusal:
            self.world.refused.append(f"{method}: {refusal.description}")
            self._json(refusal.code, {"ok": False, "error_code": refusal.code, "description": refusal.description,
                                      **({"parameters": refusal.parameters} if refusal.parameters else {})})

    def _json(self, code: int, content: dict[str, Any]) -> None:
        self._answer(code, json.dumps(content, ensure_ascii=False).encode(), "application/json")

    def _answer(self, code: int, content: bytes, kind: str) -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


_METHODS = {name[3:].lower(): name[3:] for name in dir(FakeTelegram) if name.startswith("do_")}


def _read(kind: str, body: bytes) -> tuple[dict[str, Any], dict[str, tuple[str, bytes]]]:
    if kind.startswith("multipart/"):
        said: dict[str, Any] = {}
        files: dict[str, tuple[str, bytes]] = {}
        parts: Any = BytesParser().parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body).get_payload()
        for part in parts:
            content: Any = part.get_payload(decode=True)
            name = str(part.get_param("name", header="content-disposition"))
            if part.get_filename():
                files[name] = (str(part.get_filename()), content)
            else:
                said[name] = content.decode()
        for name, value in list(said.items()):
            if value.startswith("attach://"):
                files[name] = files.pop(value.removeprefix("attach://"))
        return said, files
    if kind == "application/json":  # what a form would hold as text
        return {name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                for name, value in json.loads(body).items()}, {}
    return dict(parse_qsl(body.decode(), keep_blank_values=True)), {}


@contextmanager
def running(world: FakeTelegram, port: int = 0) -> Iterator[FakeTelegram]:
    """The world, reachable at its base_url."""
    server = ThreadingHTTPServer(("127.0.0.1", port), type("Handler", (_Handler,), {"world": world}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    world.base_url = f"http://127.0.0.1:{server.server_address[1]}/bot"
    try:
        yield world
    finally:
        server.shutdown()
        server.server_close()
