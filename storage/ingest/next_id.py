"""Numbers for rows that a set-based statement makes, where later statements must know them."""

from sqlalchemy import Connection


def next_id(connection: Connection, table: str) -> str:
    """SQL for the next free id of a table, one per row of the SELECT it stands in."""
    if connection.dialect.name == "postgresql":
        return f"nextval(pg_get_serial_sequence('{table}', 'id'))"
    return f"(SELECT COALESCE(MAX(id), 0) FROM {table}) + ROW_NUMBER() OVER ()"  # noqa: S608 (our names)
