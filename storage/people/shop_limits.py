"""Shops that people and groups are limited to: kept by id, spoken of by name."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select, union_all, update
from sqlmodel import col

from domain.books import LimitFacts
from domain.catalog.model import Alias, NamedKind, Shop
from domain.changes.people import ShopLimitChange
from domain.messaging.model import Chat
from domain.people import Shops, Staff

Ids = tuple[int, ...] | None


def names_of(connection: Connection, kept: Iterable[Ids]) -> Mapping[Ids, Shops]:
    """Each kept list of ids as names, in the order of the shops; nothing is looked up where nobody is limited."""
    wanted = {ids for ids in kept if ids is not None}
    known = _names(connection, {one for ids in wanted for one in ids}) if wanted else {}
    return {None: None, **{ids: tuple(known[one] for one in ids if one in known) for ids in wanted}}


def named(connection: Connection, rows: Sequence[Any], at: int) -> list[tuple[Any, ...]]:
    """The rows with names in the place of the ids that their column `at` holds."""
    names = names_of(connection, (row[at] for row in rows))
    return [(*row[:at], names[row[at]], *row[at + 1:]) for row in rows]


def facts(connection: Connection, who: str) -> list[LimitFacts]:
    """People by name or alias, else groups by title or key, in any case of letters."""
    alias = select(col(Alias.target_id)).where(
        col(Alias.kind) == NamedKind.STAFF, func.lower(col(Alias.text)) == who.lower())
    people = select(Staff.__table__).where(  # type: ignore[attr-defined]
        or_(func.lower(col(Staff.name)) == who.lower(), col(Staff.id).in_(alias)), col(Staff.is_active))
    groups = select(Chat.__table__).where(  # type: ignore[attr-defined]
        or_(func.lower(col(Chat.title)) == who.lower(), col(Chat.key) == who), col(Chat.is_group))
    found = [(row.id, row.name, False, row.role, row.shops) for row in connection.execute(people)]
    found = found or [(row.id, row.title, True, row.clearance, row.shops) for row in connection.execute(groups)]
    names = names_of(connection, (row[4] for row in found))
    return [LimitFacts(*row, names[row[4]]) for row in found]


def readers() -> Select[Any]:
    """Names of people and titles of groups."""
    return select(union_all(select(col(Staff.name).label("name")).where(col(Staff.is_active)),
                            select(col(Chat.title)).where(col(Chat.is_group))).subquery().c.name)


def write_limit(connection: Connection, change: ShopLimitChange) -> Any:
    """If it is still as it was shown; the result tells how many rows were."""
    model = Chat if change.is_group else Staff
    return connection.execute(update(model).where(
        col(model.id) == change.target_id, col(model.shops).is_not_distinct_from(change.before),
        ).values(shops=change.after))


def _names(connection: Connection, ids: Collection[int]) -> dict[int, str]:
    found = connection.execute(select(col(Shop.id), col(Shop.name)).where(col(Shop.id).in_(ids)))
    return {int(row.id): str(row.name) for row in found}
