"""Room on the disk for what an import writes: asked before it begins, and recognised where it ran out all the same."""

import shutil
import sqlite3
import tempfile
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from storage.engine import Database

_PG_DISK_FULL = "53100"


def free_bytes(database: Database) -> int | None:
    """Where the database and its temporary files lie; None where a server keeps them."""
    if not database.is_sqlite:
        return None
    folder = Path(database.engine.url.database or ".").absolute().parent
    return min(shutil.disk_usage(place).free for place in (folder, tempfile.gettempdir()))


def is_full(error: BaseException | None) -> bool:
    """Whether the database failed because there was no room left."""
    said = error.orig if isinstance(error, DBAPIError) else error
    return (getattr(said, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
            or getattr(said, "sqlstate", None) == _PG_DISK_FULL)
