"""Messages that wait to go out: queued in the transaction of what caused them, so that both exist or neither does."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from domain.messaging.model import OutboxMessage, OutboxState
from storage.bulk import table_of


def enqueue(connection: Connection, *, chat: str, unique_key: str, kind: str, payload: Mapping[str, Any],
            now: datetime, not_before: datetime | None = None, expires_at: datetime | None = None) -> bool:
    """Queue one message; False when one with this key is there already, whatever became of it."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    values = {"chat": chat, "unique_key": unique_key, "kind": kind, "state": OutboxState.QUEUED, "attempts": 0,
              "payload": json.dumps(payload, ensure_ascii=False, sort_keys=True), "created_at": now,
              "not_before": not_before or now, "expires_at": expires_at}
    statement = insert(table_of(OutboxMessage)).values(**values).on_conflict_do_nothing()
    # The row itself tells: the count of rows is not known to every driver once the new id is asked for, too.
    return connection.execute(statement.returning(table_of(OutboxMessage).c.id)).first() is not None
