"""What a name stands for, looked up in the tables of names themselves."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Select, func, select, union_all
from sqlmodel import col

from domain.books import Named
from domain.catalog.model import Alias, NamedKind
from storage.schema import metadata

_T = metadata.tables
_products = _T["products"]
# Of a category the first product stands for all: categories have no rows of their own.
NAMED: Mapping[NamedKind, Column[str]] = {
    NamedKind.SHOP: _T["shops"].c.name, NamedKind.PRODUCT: _products.c.name, NamedKind.SKU: _T["skus"].c.code,
    NamedKind.WAREHOUSE: _T["warehouses"].c.name, NamedKind.STAFF: _T["staff"].c.name,
    NamedKind.CATEGORY: _products.c.category,
}
MOST_SKUS_OF_STEM = 500  # variants of one product that a shared beginning of their codes is looked for in


def named(connection: Connection, text: str) -> list[Named]:
    """Full names and aliases, in any case of letters; YS-01 for a product whose SKUs all begin so."""
    found = [one for kind in NAMED for one in _in_full(connection, kind, text)]
    found += aliased(connection, text)
    return _each_once(found or _by_stem(connection, text))


def aliased(connection: Connection, text: str) -> list[Named]:
    found = []
    for kind, name in NAMED.items():
        statement = (select(col(Alias.target_id), name).join(name.table, name.table.c.id == col(Alias.target_id))
                     .where(col(Alias.kind) == kind, func.lower(col(Alias.text)) == text.lower(), name.is_not(None)))
        found += [Named(kind, target, value) for target, value in connection.execute(statement)]
    return _each_once(found)


def texts(*, only_aliases: bool) -> Select[Any]:
    """Every alias, or every full name and alias."""
    parts: list[Select[Any]] = [select(col(Alias.text).label("text"))]
    if not only_aliases:
        parts += [select(name.label("text")).where(name.is_not(None)).distinct() for name in NAMED.values()]
    return select(union_all(*parts).subquery().c.text)


def aliases(connection: Connection, most: int) -> list[tuple[str, str]]:
    """(alias, full name) of the latest, at most so many."""
    parts: list[Any] = [select(col(Alias.id).label("id"), col(Alias.text).label("text"), name.label("name"))
             .join(name.table, name.table.c.id == col(Alias.target_id)).where(col(Alias.kind) == kind)
             for kind, name in NAMED.items()]
    every = union_all(*parts).subquery()
    statement = select(every.c.text, every.c.name).order_by(every.c.id.desc()).limit(most)
    return [(text, name) for text, name in connection.execute(statement)]


def _in_full(connection: Connection, kind: NamedKind, text: str) -> Iterator[Named]:
    name = NAMED[kind]
    statement = select(func.min(name.table.c.id), name).where(func.lower(name) == text.lower()).group_by(name)
    yield from (Named(kind, target, value) for target, value in connection.execute(statement))


def _by_stem(connection: Connection, text: str) -> list[Named]:
    """The product whose SKUs all begin with the text and a dash."""
    code, product = NAMED[NamedKind.SKU], _T["skus"].c.product_id
    begins = func.lower(code).startswith(f"{text.lower()}-", autoescape=True)
    ids = set(connection.scalars(select(product).where(begins).limit(MOST_SKUS_OF_STEM)))
    if len(ids) != 1:
        return []
    found = connection.execute(select(_products.c.id, _products.c.name).where(_products.c.id == ids.pop())).one()
    return [Named(NamedKind.PRODUCT, *found)]


def _each_once(found: Sequence[Named]) -> list[Named]:
    """Products and categories may share a name with several rows; the first row stands for them."""
    return list({(one.kind, one.name): one for one in reversed(found)}.values())[::-1]
