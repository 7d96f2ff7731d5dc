"""Every name people use for what is in the shop, as the chat's gazetteer reads them."""

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Column, Connection, select

from domain.catalog.model import ItemKind, NamedKind
from domain.ports import Name
from storage.engine import Database
from storage.figures.scope import NAMED_BY_ID
from storage.schema import metadata

_T = metadata.tables
_products, _skus, _aliases = _T["products"], _T["skus"], _T["aliases"]
_IS_GOODS = _products.c.kind == ItemKind.GOODS  # services are charges: nobody asks how well postage sells
_NAMED: Mapping[NamedKind, Column[str]] = {
    NamedKind.SHOP: _T["shops"].c.name, NamedKind.PRODUCT: _products.c.name, NamedKind.SKU: _skus.c.code,
    NamedKind.WAREHOUSE: _T["warehouses"].c.name, NamedKind.STAFF: _T["staff"].c.name,
    NamedKind.CATEGORY: _products.c.category,
}
LATEST_ORDERS = 20_000  # provinces are read from these: no index serves them, and few places are older
_VERSION = "SELECT version FROM names_version"  # as text: asked with every message, it is to cost next to nothing


class DatabaseNames:
    """Meets `domain.ports.Names`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def version(self) -> int:
        """Another number after any change of a name, whoever made it; one row is read."""
        return self._database.glance(_VERSION) or 0

    def all(self) -> Iterable[Name]:
        """Kind by kind, each in the order in which they were made; aliases last."""
        with self._database.read() as connection:
            return [name for read in (_by_name, _goods, _written, _aliased) for name in read(connection)]


def _by_name(connection: Connection) -> Iterator[Name]:
    for dimension in ("shop", "warehouse", "staff", "account"):
        column = NAMED_BY_ID[dimension]
        found = connection.scalars(select(column).order_by(column.table.c.id))
        yield from (Name(name, dimension, name) for name in found)
    stands_in = _T["warehouses"].c
    for name, city in connection.execute(select(stands_in.name, stands_in.city).order_by(stands_in.id)):
        if place := (city or "").removesuffix("市"):  # 上海仓, 广州那边还有几个
            yield from (Name(text, "warehouse", name) for text in (place, f"{place}仓") if text != name)


def _goods(connection: Connection) -> Iterator[Name]:
    """Products, categories, then each SKU by its code and, beside its product, by its variant."""
    named = select(_products.c.name, _products.c.category).where(_IS_GOODS).order_by(_products.c.id)
    products = connection.execute(named).all()
    yield from (Name(name, "product", name) for name in dict.fromkeys(name for name, _ in products))
    yield from (Name(name, "category", name) for name in dict.fromkeys(name for _, name in products if name))
    skus = select(_skus.c.code, _skus.c.variant, _products.c.name).join(_products, _products.c.id == _skus.c.product_id)
    for code, variant, product in connection.execute(skus.where(_IS_GOODS).order_by(_skus.c.id)):
        yield Name(code, "sku", code, product)
        if variant:
            yield Name(variant, "sku", code, product)


def _written(connection: Connection) -> Iterator[Name]:
    """Names that have no table of their own: they are what orders and advertising say."""
    orders, ads = _T["orders"], _T["ad_spend"]
    latest = select(orders.c.province).order_by(orders.c.id.desc()).limit(LATEST_ORDERS).subquery()
    for dimension, column in (("province", latest.c.province), ("campaign", ads.c.campaign)):
        found = connection.scalars(select(column).where(column.is_not(None), column != "").distinct().order_by(column))
        yield from (Name(name, dimension, name) for name in found)


def _aliased(connection: Connection) -> Iterator[Name]:
    """Aliases of what is still there. A category, having no row, is pointed to by way of one of its products."""
    for kind, value in _NAMED.items():
        found = select(_aliases.c.text, value).join(value.table, value.table.c.id == _aliases.c.target_id)
        for text, name in connection.execute(found.where(_aliases.c.kind == kind).order_by(_aliases.c.id)):
            if name:
                yield Name(text, kind.value, name)
