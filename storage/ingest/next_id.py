"""Numbers for rows that a set-based statement makes, where later statements must know them."""

from sqlalchemy import Connection


def go_on_after(connection: Connection, *tables: str) -> None:
    """Let the next numbers of tables that were filled with numbers of our own be those after them."""
    if connection.dialect.name == "postgresql":
        for table in tables:
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), MAX(id)) FROM {table} HAVING MAX(id) > 0")


def next_id(connection: Connection, table: str) -> str:
    """SQL for the next free id of a table, one per row of the SELECT it stands in."""
    if connection.dialect.name == "postgresql":
        # named here once: finding a table's sequence takes ten times as long as the next number
        sequence = connection.exec_driver_sql(f"SELECT pg_get_serial_sequence('{table}', 'id')").scalar_one()
        return f"nextval('{sequence}')"
    return f"(SELECT COALESCE(MAX(id), 0) FROM {table}) + ROW_NUMBER() OVER ()"
