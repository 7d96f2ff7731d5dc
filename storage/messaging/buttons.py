"""Buttons: a signed random token for the channel to carry, and the row that says what tapping it means."""

import base64
import hmac
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import or_, select, update
from sqlmodel import col

from domain.messaging.gates import ButtonKind, ChatButton
from storage.bulk import insert_made
from storage.encryption import Vault
from storage.engine import Database

LIFETIME = timedelta(days=2)  # a question offered longer ago than that is not the one meant
TOKEN_BYTES, TOKEN_CHARS = 12, 16
MAX_DATA = 64
_PREFIX = "c:"
_KEEP = insert_made(ChatButton, lambda insert: insert)


@dataclass(frozen=True, slots=True)
class Tapped:
    """What a tap means."""

    message: str
    kind: ButtonKind


class Keyboard(Protocol):
    """The buttons under one message: what each carries and says, and who may tap them."""

    @property
    def carried(self) -> Sequence[str]: ...
    @property
    def messages(self) -> Sequence[str]: ...
    @property
    def chat(self) -> str: ...
    @property
    def person(self) -> str | None: ...
    @property
    def kind(self) -> str: ...
    @property
    def at(self) -> datetime: ...


class Buttons:
    """Makes buttons and takes taps. The signature tells a made-up token before the database is asked."""

    def __init__(self, database: Database, vault: Vault, random: Callable[[int], bytes] = os.urandom) -> None:
        self._database = database
        self._vault = vault
        self._random = random

    def draw(self, count: int) -> list[str]:
        """What the buttons of one message will carry, at most 64 bytes each; they mean nothing until they are kept."""
        tokens = [_text(self._random(TOKEN_BYTES)) for _ in range(count)]
        return [_PREFIX + token + self._signature(token) for token in tokens]

    def keep(self, keyboards: Sequence[Keyboard]) -> None:
        """From now on they mean what their messages say."""
        rows = [{"token": _token(data), "keyboard": _token(each.carried[0]), "chat": each.chat, "person": each.person,
                 "kind": ButtonKind(each.kind), "message": message, "created_at": each.at,
                 "expires_at": each.at + LIFETIME}
                for each in keyboards for data, message in zip(each.carried, each.messages, strict=True)]
        with self._database.write() as connection:
            _KEEP[connection.dialect.name].each(connection, rows)

    def redeem(self, data: str, *, chat: str, person: str, update_key: str, now: datetime) -> Tapped | str:
        """The tap, which uses up the whole keyboard; else why not: forged, expired, not_yours or used."""
        token = _token(data)
        if not data.isascii() or len(data) > MAX_DATA or not hmac.compare_digest(
                data, _PREFIX + token + self._signature(token)):
            return "forged"
        with self._database.write() as connection:
            row = connection.execute(select(
                col(ChatButton.keyboard), col(ChatButton.chat), col(ChatButton.person), col(ChatButton.kind),
                col(ChatButton.message), col(ChatButton.expires_at)).where(col(ChatButton.token) == token)).first()
            if row is None or row.expires_at <= now:
                return "expired"
            if row.chat != chat or row.person not in {None, person}:
                return "not_yours"
            free = or_(col(ChatButton.used_at).is_(None), col(ChatButton.used_by) == update_key)
            used = connection.execute(update(ChatButton).where(col(ChatButton.keyboard) == row.keyboard, free)
                                      .values(used_at=now, used_by=update_key)).rowcount
        return Tapped(row.message, row.kind) if used else "used"

    def _signature(self, token: str) -> str:
        return _text(self._vault.index("chat_buttons.token", token) or b"")


def _token(data: str) -> str:
    return data.removeprefix(_PREFIX)[:TOKEN_CHARS]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
