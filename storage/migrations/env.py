"""Run by alembic: ties the steps to the connection that `storage.migrate` opened and locked."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel.sql.sqltypes import AutoString

from domain.columns import EnumText, UtcDateTime
from storage.schema import metadata


def plain_type(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Write our column types as what the database sees: a step must not change when the program does."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, EnumText | AutoString):
        return f"sa.{item.impl_instance!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_item=plain_type,
    render_as_batch=True,  # SQLite changes a table by making it anew
)
with context.begin_transaction():
    context.run_migrations()
