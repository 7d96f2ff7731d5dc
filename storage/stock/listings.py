"""What the listings of platforms stand for: looked up, bound to own SKUs, and their order lines put right with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlmodel import col

from domain.books import ListingFacts
from domain.catalog.model import Listing
from domain.changes.orders import ListingChange
from domain.metrics.catalog import PLATFORM_NAMES
from domain.money import RATE_SCALE, UNIT_SCALE, minor_per_unit
from domain.orders.model import Fulfilment
from domain.people import Shops
from storage import rollups
from storage.engine import Database
from storage.schema import metadata
from storage.stock import allocations
from storage.stock.shelves import Contended

_T = metadata.tables
_lines, _orders, _refunds, _refund_lines = _T["order_lines"], _T["orders"], _T["refunds"], _T["refund_lines"]
_listings, _shops, _skus, _held = _T["listings"], _T["shops"], _T["skus"], _T["allocations"]
_moves, _products, _rates = _T["stock_moves"], _T["products"], _T["fx_rates"]
_listed_as = func.coalesce(func.nullif(_lines.c.sku_code, ""), _lines.c.title)
_OPEN = _orders.c.status.in_(allocations.WAITING) & (_orders.c.fulfilment == Fulfilment.UNSHIPPED)
MOST_NEAR = 2  # own SKUs offered for each listing
LEAST_LIKENESS = 40  # of 100; titles of platforms are long and own names short
MOST_SKUS = 20_000  # names compared with each listing

# One row a listing: the SKU it is, where it is just one piece of one, and what all parts cost. The cost in another
# currency counts at that currency's latest rate; where one part's is not known, that of the whole is not.
_PARTS = """SELECT l.shop_id, l.platform_sku, l.sku_id, l.quantity, CASE WHEN k.currency = :base THEN k.unit_cost_e4
  ELSE k.unit_cost_e4 * (SELECT f.rate FROM fx_rates f WHERE f.currency = k.currency ORDER BY f.day DESC LIMIT 1)
    / :rate_scale END AS cost_e4 FROM listings l JOIN skus k ON k.id = l.sku_id"""
LISTED = f"""SELECT shop_id, platform_sku,
  CASE WHEN COUNT(*) = 1 AND MAX(quantity) = 1 THEN MIN(sku_id) END AS sku_id,
  CASE WHEN COUNT(cost_e4) = COUNT(*) THEN CAST(SUM(quantity * cost_e4) AS BIGINT) END AS cost_e4
FROM ({_PARTS}) AS parts GROUP BY shop_id, platform_sku"""  # noqa: S608  (put together from our own text)


def facts(connection: Connection, said: str) -> list[ListingFacts]:
    """The shops that have sold something of that text without a SKU, or have it bound."""
    found: dict[int, list[Any]] = {}
    columns = (_orders.c.shop_id, _lines.c.quantity, func.count().label("n"))
    for row in connection.execute(select(*columns).select_from(_lines.join(_orders)).where(
            _listed_as == said).group_by(_orders.c.shop_id, _lines.c.quantity).order_by(_lines.c.quantity)):
        found.setdefault(row.shop_id, []).append((row.quantity, row.n))
    parts = _parts(connection, said)
    shops = connection.execute(select(_shops.c.id, _shops.c.name, _shops.c.platform).where(
        _shops.c.id.in_([*found, *parts])).order_by(_shops.c.id)).all()
    return [ListingFacts(shop.id, shop.name, PLATFORM_NAMES[shop.platform], tuple(parts.get(shop.id, ())),
                         tuple(found.get(shop.id, ())), *_orders_of(connection, shop.id, said)) for shop in shops]


def _parts(connection: Connection, said: str) -> Mapping[int, list[tuple[int, str, int]]]:
    found: dict[int, list[tuple[int, str, int]]] = {}
    for shop_id, *part in connection.execute(select(
            _listings.c.shop_id, _skus.c.id, _skus.c.code, _listings.c.quantity).join(
                _skus, _skus.c.id == _listings.c.sku_id).where(_listings.c.platform_sku == said).order_by(_skus.c.id)):
        found.setdefault(shop_id, []).append((part[0], part[1], part[2]))
    return found


def _orders_of(connection: Connection, shop_id: int, said: str) -> tuple[int, int]:
    """How many orders have such a line, and how many of them wait to be sent."""
    of_order = select(_orders.c.id).where(_orders.c.id.in_(_order_ids(shop_id, said)))
    row = connection.execute(select(
        select(func.count()).select_from(of_order.subquery()).scalar_subquery(),
        select(func.count()).select_from(of_order.where(_OPEN).subquery()).scalar_subquery())).one()
    return int(row[0]), int(row[1])


def _order_ids(shop_id: int, said: str) -> Select[Any]:
    return select(_orders.c.id).join(_lines, _lines.c.order_id == _orders.c.id).where(
        _orders.c.shop_id == shop_id, _listed_as == said)


def _is_line(shop_id: int, said: str) -> ColumnElement[bool]:
    return and_(_listed_as == said, _lines.c.order_id.in_(_order_ids(shop_id, said)))


def unmatched_texts() -> Select[Any]:
    return select(_listed_as).where(_lines.c.sku_id.is_(None), _listed_as.is_not(None)).distinct()


def is_moved(connection: Connection, shop_id: int, said: str) -> bool:
    return connection.execute(select(_moves.c.id).where(
        _moves.c.order_id.in_(_order_ids(shop_id, said))).limit(1)).first() is not None


def unit_cost_e4(connection: Connection, parts: Sequence[tuple[int, int]], base_currency: str) -> int | None:
    """What one of it costs, as an import would reckon it."""
    total = 0
    skus = {row.id: row for row in connection.execute(select(_skus.c.id, _skus.c.currency, _skus.c.unit_cost_e4).where(
        _skus.c.id.in_([sku_id for sku_id, _ in parts])))}
    for sku_id, pieces in parts:
        cost, currency = skus[sku_id].unit_cost_e4, skus[sku_id].currency
        if cost is not None and currency != base_currency:
            known = connection.execute(select(_rates.c.rate).where(_rates.c.currency == currency).order_by(
                _rates.c.day.desc()).limit(1)).scalar()
            cost = cost * known // RATE_SCALE if known else None
        if cost is None:
            return None
        total += pieces * cost
    return total


def write_listing(connection: Connection, change: ListingChange) -> None:
    """Bind the listing, and give its lines their SKU and cost, its open orders their stock, its days their figures.

    Raises Contended where it stands for something else by now, or its goods have left since.
    """
    shop_id, said = change.shop_id, change.text
    if change.before and is_moved(connection, shop_id, said):
        raise Contended
    known = {(sku_id, pieces) for sku_id, _, pieces in _parts(connection, said).get(shop_id, [])}
    if known != set(change.before):
        raise Contended
    connection.execute(_listings.delete().where(_listings.c.shop_id == shop_id, _listings.c.platform_sku == said))
    if change.after:
        connection.execute(_listings.insert(), [
            {"shop_id": shop_id, "platform_sku": said, "sku_id": sku_id, "quantity": pieces}
            for sku_id, pieces in change.after])
    allocations.give_back(connection, _holding(shop_id, said))
    _write_lines(connection, change)
    allocations.reserve_waiting(connection, connection.execute(
        _order_ids(shop_id, said).where(_OPEN).distinct()).scalars().all())
    rollups.refresh(connection, _days(connection, shop_id, said))


def _holding(shop_id: int, said: str) -> Select[Any]:
    """What the listing's lines hold; the rest of their orders too, which are served whole, but not out of a split."""
    of_line = select(_lines.c.line_no).where(
        _lines.c.order_id == _held.c.order_id, _lines.c.line_no == _held.c.line_no, _listed_as == said).exists()
    is_split = _held.c.order_id.in_(select(_held.c.order_id).where(_held.c.parcel_no > 1))
    return select(_held).where(_held.c.order_id.in_(_order_ids(shop_id, said).where(_OPEN)), or_(of_line, ~is_split))


def _write_lines(connection: Connection, change: ListingChange) -> None:
    """Order lines, and the lines of refunds of them, as an import would write them."""
    shop_id, said, parts = change.shop_id, change.text, change.after
    sku_id = parts[0][0] if len(parts) == 1 and parts[0][1] == 1 else None
    cost = unit_cost_e4(connection, parts, change.currency) if parts else None
    connection.execute(update(_lines).where(_is_line(shop_id, said)).values(
        sku_id=sku_id, cost_base=_cost(_lines.c.quantity, cost, change.currency)))
    of_refund = select(_refunds.c.id).join(_lines, _lines.c.order_id == _refunds.c.order_id).where(
        _refunds.c.id == _refund_lines.c.refund_id, _lines.c.line_no == _refund_lines.c.order_line_no,
        _is_line(shop_id, said)).exists()
    connection.execute(update(_refund_lines).where(of_refund).values(sku_id=sku_id))
    connection.execute(update(_refund_lines).where(of_refund, _refund_lines.c.quantity > 0).values(
        cost_base=_cost(_refund_lines.c.quantity, cost, change.currency)))


def _cost(quantity: ColumnElement[int], cost_e4: int | None, currency: str) -> Any:
    """Of so many pieces, in minor units, rounded half up."""
    if cost_e4 is None:
        return None
    divisor = literal(UNIT_SCALE // minor_per_unit(currency), BigInteger)
    return (cast(quantity, BigInteger) * literal(cost_e4, BigInteger) + divisor // 2) // divisor


def _days(connection: Connection, shop_id: int, said: str) -> set[tuple[int, Any]]:
    """(shop, day) of every sale and refund of the listing."""
    ids = _order_ids(shop_id, said)
    sold = select(_orders.c.shop_id, _orders.c.paid_on).where(_orders.c.id.in_(ids), _orders.c.paid_on.is_not(None))
    back = select(_refunds.c.shop_id, _refunds.c.refunded_on).where(
        _refunds.c.order_id.in_(ids), _refunds.c.refunded_on.is_not(None))
    return {(row[0], row[1]) for one in (sold, back) for row in connection.execute(one.distinct())}


@dataclass(frozen=True, slots=True)
class StoredMatching:
    """Meets `bot.matching.Unmatched`."""

    database: Database

    def unmatched(self, most: int, shops: Shops = None) -> list[tuple[str, str, int, int, tuple[str, ...]]]:
        """(shop, text, order lines, orders, nearest own SKUs), the most lines first."""
        is_bound = select(col(Listing.id)).where(
            col(Listing.shop_id) == _orders.c.shop_id, col(Listing.platform_sku) == _listed_as).exists()
        statement = (select(_shops.c.name, _listed_as.label("text"), func.count(), func.count(_orders.c.id.distinct()))
                     .select_from(_lines.join(_orders).join(_shops, _shops.c.id == _orders.c.shop_id))
                     .where(_lines.c.sku_id.is_(None), _listed_as.is_not(None), ~is_bound,
                            true() if shops is None else _shops.c.name.in_(shops))
                     .group_by(_shops.c.name, _listed_as).order_by(func.count().desc(), _shops.c.name, _listed_as))
        with self.database.read() as connection:
            rows = connection.execute(statement.limit(most)).all()
            own = {code: f"{name} {variant}" for code, name, variant in connection.execute(select(
                _skus.c.code, _products.c.name, _skus.c.variant).join(
                    _products, _products.c.id == _skus.c.product_id).limit(MOST_SKUS))} if rows else {}
        return [(shop, said, int(lines), int(orders), _nearest(said, own)) for shop, said, lines, orders in rows]


def _nearest(said: str, own: Mapping[str, str]) -> tuple[str, ...]:
    from rapidfuzz import fuzz, process  # noqa: PLC0415  (only needed when something is unmatched)

    return tuple(code for _, _, code in process.extract(
        said, own, scorer=fuzz.partial_ratio, limit=MOST_NEAR, score_cutoff=LEAST_LIKENESS))
