"""What goes out: payloads of the outbox by kind, the registry that renders them, and how a channel takes them."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from bot.rendering.reply import Button, Reply

MAX_FILE_BYTES = 10 * 2**20  # of one picture or table in a payload; a chart has 100 KB


@dataclass(frozen=True, slots=True)
class Document:
    """A file to send. A picture is shown, anything else offered."""

    name: str
    content: bytes
    is_picture: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message, rendered: a channel shows it as well as it can.

    `edits` is the channel's id of a message to change instead; `person` is who may tap the buttons (None: anybody of
    the shop in the chat).
    """

    chat: str
    text: str
    buttons: tuple[Button, ...] = ()
    documents: tuple[Document, ...] = ()
    decides: bool = False
    person: str | None = None
    reply_to: str | None = None
    edits: str | None = None


# Makes a reply of a payload, in the chat's language. A kind is "reply", "notice", "report" …
Renderer = Callable[[Mapping[str, Any], str], Reply]


@dataclass(slots=True)
class Renderers:
    """kind → renderer. A feature that queues messages of a kind of its own registers how they are said."""

    by_kind: dict[str, Renderer] = field(default_factory=dict)

    def add(self, kind: str, renderer: Renderer) -> None:
        if kind in self.by_kind:
            raise ValueError(f"two renderers for {kind}")
        self.by_kind[kind] = renderer

    def render(self, kind: str, chat: str, payload: Mapping[str, Any], language: str) -> Outgoing:
        """KeyError for a kind that nobody registered."""
        reply = self.by_kind[kind](payload, language)
        to: Mapping[str, Any] = payload.get("to", {})
        charts = [Document(Path(path).name, Path(path).read_bytes(), is_picture=True) for path in reply.charts]
        return Outgoing(chat, reply.text, _buttons(reply), (*charts, *_files(payload)),
                        reply.kind in {"proposal", "done"}, to.get("person"), to.get("reply_to"), to.get("edits"))


ANSWER = "reply"  # the kind of what was rendered when it was said: nothing is left to compute


def default_renderers() -> Renderers:
    return Renderers({ANSWER: _said})


def post(chat: str, reply: Reply, *, person: str | None = None, reply_to: str | None = None, edits: str | None = None,
         documents: Sequence[Document] = ()) -> dict[str, Any]:
    """A row for the outbox that says the reply. Pictures and files go with it: who sends may be elsewhere."""
    pictures = [Document(Path(path).name, Path(path).read_bytes(), is_picture=True) for path in reply.charts]
    written = [Document(Path(path).name, Path(path).read_bytes()) for path in reply.files]
    files = [{"name": each.name, "picture": each.is_picture, "base64": base64.b64encode(each.content).decode()}
             for each in (*pictures, *written, *documents) if len(each.content) <= MAX_FILE_BYTES]
    said = {"kind": reply.kind, "text": reply.text, "buttons": [[each.label, each.message] for each in _buttons(reply)]}
    to = {"person": person, "reply_to": reply_to, "edits": edits}
    return {"chat": chat, "kind": ANSWER, "payload": {
        "reply": said, "to": {name: value for name, value in to.items() if value}, "files": files}}


def _buttons(reply: Reply) -> tuple[Button, ...]:
    """Readings to choose from are buttons, too."""
    return (*(Button(choice, choice) for choice in reply.choices), *reply.buttons)


def _files(payload: Mapping[str, Any]) -> list[Document]:
    return [Document(each["name"], base64.b64decode(each["base64"]), each["picture"])
            for each in payload.get("files", ())]


def _said(payload: Mapping[str, Any], _: str) -> Reply:
    reply = payload["reply"]
    return Reply(reply["kind"], reply["text"], buttons=tuple(Button(*each) for each in reply["buttons"]))


class SendError(Exception):
    """A message did not go out; the kinds below say what to do about it."""


class SlowDown(SendError):
    """The channel wants us to wait."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"wait {retry_after_s:g} s")
        self.retry_after_s = retry_after_s


class Unreachable(SendError):
    """The channel cannot be reached now; later it may. A call that was not answered may have arrived all the same."""

    def __init__(self, sentence: str, *, may_have_arrived: bool = False) -> None:
        super().__init__(sentence)
        self.may_have_arrived = may_have_arrived


class Gone(SendError):
    """The bot was removed or blocked there."""


class Moved(SendError):
    """The chat has another key now."""

    def __init__(self, chat: str) -> None:
        super().__init__(f"moved to {chat}")
        self.chat = chat


class Refused(SendError):
    """The channel will never take this message."""


class OverTaken(SendError):
    """There is nothing left to change: the message to edit is gone."""


class Sender(Protocol):
    """A channel as the relay needs it."""

    def rates(self, chat: str) -> Mapping[str, Any]:
        """The paces a message to the chat must keep: key → domain.messaging.pacing.Rate; the chat's own key first."""

    def parts(self, message: Outgoing) -> Sequence[Any]:
        """The messages of the channel it takes."""

    async def send(self, message: Outgoing, part: Any, now: datetime) -> str:
        """Send one of its parts; the channel's id for it. Raises a SendError."""
