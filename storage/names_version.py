"""A mark that is another one after every change of a name: what keeps names in memory asks it whether they are old.

Triggers set it, in the transaction of the change itself: no writer, of this process or another, can forget to. What
has no table of its own (the provinces of orders) is marked by its writer, with `renew`.
"""

from collections.abc import Iterator

from sqlalchemy import BigInteger, CheckConstraint, Connection, MetaData, event, text
from sqlmodel import Field, SQLModel

ONLY_ROW = 1


class NamesVersion(SQLModel, table=True):
    """One row. Drawn at random and not counted, so that a shop that is emptied and filled again never repeats one."""

    __tablename__ = "names_version"
    __table_args__ = (CheckConstraint(f"id = {ONLY_ROW}", name="one_row"),)

    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    version: int = Field(sa_type=BigInteger)


# Table → the columns that are names or say what a name stands for. Costs and stock change all day, and are none.
_NAMING = {
    "shops": "name", "products": "name, category, kind", "skus": "code, variant, product_id", "warehouses": "name",
    "staff": "name", "accounts": "name", "aliases": "kind, target_id, text", "ad_spend": "campaign",
}
_EVENTS = {"added": "INSERT", "removed": "DELETE", "changed": "UPDATE OF {columns}"}
_RENEW = ("INSERT INTO names_version (id, version) VALUES (1, {random}) "
          "ON CONFLICT (id) DO UPDATE SET version = excluded.version")
_RANDOM = {"sqlite": "random()", "postgresql": "CAST(random() * 9007199254740992 AS BIGINT)"}


def renew(connection: Connection) -> None:
    """Set another mark, in the caller's transaction."""
    connection.execute(text(_renewal(connection)))


def _renewal(connection: Connection) -> str:
    return _RENEW.format(random=_RANDOM[connection.dialect.name])


def install(connection: Connection) -> None:
    """Make the triggers anew, once all tables are there."""
    remove(connection)
    for statement in (_sqlite if connection.dialect.name == "sqlite" else _postgresql)(_renewal(connection)):
        connection.exec_driver_sql(statement)


def _sqlite(renewal: str) -> Iterator[str]:
    for name, table, happened in _triggers():
        yield f"CREATE TRIGGER {name} AFTER {happened} ON {table} BEGIN {renewal}; END"


def _postgresql(renewal: str) -> Iterator[str]:
    yield (f"CREATE OR REPLACE FUNCTION renew_names_version() RETURNS trigger LANGUAGE plpgsql AS "
           f"$$ BEGIN {renewal}; RETURN NULL; END $$")
    for name, table, happened in _triggers():
        yield (f"CREATE TRIGGER {name} AFTER {happened} ON {table} "
               "FOR EACH STATEMENT EXECUTE FUNCTION renew_names_version()")


def _triggers() -> Iterator[tuple[str, str, str]]:
    """Name, table and event of each."""
    for table, columns in _NAMING.items():
        for word, happened in _EVENTS.items():
            yield f"names_{word}_{table}", table, happened.format(columns=columns)


def remove(connection: Connection) -> None:
    """Take the triggers away, where there are any: before the tables they stand on are changed."""
    if connection.dialect.name == "postgresql":  # those that call it go with it
        connection.exec_driver_sql("DROP FUNCTION IF EXISTS renew_names_version() CASCADE")
        return
    for name, _, _ in _triggers():
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")


@event.listens_for(SQLModel.metadata, "after_create")
def _after_create(_: MetaData, connection: Connection, **__: object) -> None:
    install(connection)


@event.listens_for(SQLModel.metadata, "before_drop")
def _before_drop(_: MetaData, connection: Connection, **__: object) -> None:
    remove(connection)
