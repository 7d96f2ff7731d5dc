"""Which headers of a table are which columns: kept once answered, found again by the set of headers, forgotten."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from domain.changes.mappings import MappingChange
from domain.drafts import Kind
from domain.importing.model import ImportMapping, KeptMapping, Learned
from storage.engine import Database
from storage.stock.shelves import exactly_one

_ALL = ImportMapping.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class StoredMappings:
    """Meets `domain.importing.model.Mappings`."""

    database: Database

    def remembered(self, hashes: Sequence[str]) -> Mapping[str, Learned]:
        """Those of the sets of headers that were met before."""
        with self.database.read() as connection:
            rows = connection.execute(select(_ALL).where(_ALL.c.headers_hash.in_(list(hashes))))
            return {row.headers_hash: _learned(row) for row in rows}

    def listing(self, most: int) -> Sequence[Learned]:
        with self.database.read() as connection:
            return [_learned(row) for row in connection.execute(select(_ALL).order_by(_ALL.c.id.desc()).limit(most))]

    def keep(self, kept: KeptMapping, at: datetime) -> None:
        """The answer of now takes the place of an older one."""
        values = _values(kept, at)
        same = _ALL.c.headers_hash == kept.headers_hash
        with self.database.write() as connection:
            if connection.execute(update(_ALL).where(same).values(**values)).rowcount:
                return
        try:
            with self.database.write() as connection:
                connection.execute(insert(_ALL).values(**values))
        except IntegrityError:  # another process learned it at the same moment
            return


def find(connection: Connection, number: int) -> Learned | None:
    row = connection.execute(select(_ALL).where(_ALL.c.id == number)).first()
    return None if row is None else _learned(row)


def write(connection: Connection, change: MappingChange, at: datetime) -> None:
    """Forgotten, or (undone) known again under its number."""
    if not change.is_kept:
        exactly_one(connection.execute(delete(_ALL).where(_ALL.c.id == change.number)))
        return
    connection.execute(insert(_ALL).values(id=change.number, **_values(change.mapping, at)))


def _values(kept: KeptMapping, at: datetime) -> dict[str, Any]:
    return {"headers_hash": kept.headers_hash, "headers": json.dumps(kept.headers, ensure_ascii=False),
            "kind": kept.kind, "mapping": json.dumps(dict(kept.mapping), ensure_ascii=False), "learned_at": at}


def _learned(row: Any) -> Learned:
    return Learned(row.id, KeptMapping(row.headers_hash, tuple(json.loads(row.headers)), Kind(row.kind),
                                       tuple(json.loads(row.mapping).items())))
