"""Files dropped into a chat that wait to be taken in: a code each, used once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, or_, select, update
from sqlmodel import col

from domain.messaging.gates import ChatFile
from storage.engine import Database

LIFETIME = timedelta(hours=1)  # what was shown of the file is likely to be still true


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """Where to fetch the file again, and what it is called."""

    file_id: str
    name: str
    size_bytes: int


class ChatFiles:
    """The files of all chats. `new_code` draws a code such as 7K2F."""

    def __init__(self, database: Database, new_code: Callable[[], str]) -> None:
        self._database = database
        self._new_code = new_code

    def keep(self, file: WaitingFile, *, chat: str, person: str, now: datetime) -> str:
        """The code that takes it in, for this person in this chat."""
        code = self._new_code()
        with self._database.write() as connection:
            connection.execute(insert(ChatFile).values(
                code=code, chat=chat, person=person, file_id=file.file_id, name=file.name[:200],
                size_bytes=file.size_bytes, created_at=now, expires_at=now + LIFETIME))
        return code

    def peek(self, code: str, *, chat: str, person: str, now: datetime) -> WaitingFile | None:
        """The file, which goes on waiting."""
        mine = (col(ChatFile.code) == code.upper(), col(ChatFile.chat) == chat, col(ChatFile.person) == person,
                col(ChatFile.expires_at) > now, col(ChatFile.used_at).is_(None))
        with self._database.read() as connection:
            row = connection.execute(select(col(ChatFile.file_id), col(ChatFile.name), col(ChatFile.size_bytes))
                                     .where(*mine).order_by(col(ChatFile.id).desc()).limit(1)).first()
        return WaitingFile(*row) if row else None

    def take(self, code: str, *, chat: str, person: str, update_key: str, now: datetime) -> WaitingFile | None:
        """The file, once; None when there is none of that code for the person, it was taken in, or it is too late."""
        mine = (col(ChatFile.code) == code.upper(), col(ChatFile.chat) == chat, col(ChatFile.person) == person,
                col(ChatFile.expires_at) > now)
        with self._database.write() as connection:
            used = connection.execute(update(ChatFile).where(
                *mine, or_(col(ChatFile.used_at).is_(None), col(ChatFile.used_by) == update_key),
            ).values(used_at=now, used_by=update_key)).rowcount
            if not used:
                return None
            row = connection.execute(
                select(col(ChatFile.file_id), col(ChatFile.name), col(ChatFile.size_bytes))
                .where(*mine, col(ChatFile.used_by) == update_key).order_by(col(ChatFile.id).desc()).limit(1)).one()
        return WaitingFile(*row)
