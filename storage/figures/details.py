"""The rows behind a figure, each with what it adds: the same facts and filters as the figure's own statement.

A row is what a fact is counted by: an order, a refund, a charge. So the values of all rows add up to the figure.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from heapq import nlargest
from operator import add
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Row, Select, Subquery, and_, case, cast, func, or_, select
from sqlalchemy import Text as SqlText

from domain.clock import ShopCalendar
from domain.inventory.model import MoveReason
from domain.metrics.catalog import METRICS
from domain.metrics.details import Detail, DetailPage, DetailRows, behind
from domain.metrics.limits import limited
from domain.metrics.measures import MEASURES, Source
from domain.metrics.query import MetricQuery, check
from domain.people import Shops
from storage.encryption import Vault
from storage.engine import Database
from storage.figures.answer import MetricFigures
from storage.figures.facts import Fact, Key, Sum, assign
from storage.figures.fulfilment import SHIPMENTS, SIGNED, waiting
from storage.figures.marketing import ADS, TRAFFIC
from storage.figures.money import CASH, CHARGES, EXPENSES
from storage.figures.refunds import REFUND_LINES, REFUNDS
from storage.figures.sales import LINES, ORDERS, goods_join, goods_keys, orders
from storage.figures.scope import Scope, resolve
from storage.schema import metadata

_T = metadata.tables
_shops, _lines, _skus, _products, _refunds, _charges = (_T[name] for name in (
    "shops", "order_lines", "skus", "products", "refunds", "charges"))
_shipments, _expenses, _ads, _traffic, _cash, _accounts, _moves, _warehouses = (_T[name] for name in (
    "shipments", "expenses", "ad_spend", "traffic", "cash_moves", "accounts", "stock_moves", "warehouses"))
ROWS_AT_ONCE = 1_000  # read from the database at a time, so that a file of millions needs no memory

MOVES = Fact(_moves, {**goods_keys(_moves.c.sku_id), "warehouse": Key(_moves.c.warehouse_id)},
             {"stock_on_hand": Sum(func.sum(_moves.c.quantity))}, joins=goods_join(_moves.c.sku_id))


@dataclass(frozen=True, slots=True)
class _Listing:
    """Facts by what they are counted by (`grain`), and how such a row is described (`shown`, joined by `source`)."""

    facts: Callable[[Scope], Sequence[Fact]]
    grain: ColumnElement[Any]
    source: Callable[[Subquery], FromClause]
    shown: Mapping[str, ColumnElement[Any]]

    def values(self, scope: Scope, factors: Mapping[str, float]) -> Subquery:
        """Columns id and value: what each row adds to the figure."""
        days = None if scope.period is None else scope.seen
        pieces = []
        for fact, mine in assign(self.facts(scope), factors, scope.dimensions)[0]:
            for one in (fact, fact.beside):
                own = {name: one.measures[name] for name in sorted(mine) if name in one.measures} if one else {}
                if one is not None and own:
                    pieces.append(self._piece(one, scope, days, {name: (own[name], factors[name]) for name in own}))
        together = pieces[0].union_all(*pieces[1:]).subquery("pieces") if pieces[1:] else pieces[0].subquery("pieces")
        value = func.sum(together.c.value)
        return select(together.c.id, value.label("value")).group_by(together.c.id).having(value != 0).subquery("rows")

    def _piece(self, fact: Fact, scope: Scope, days: Any, sums: Mapping[str, tuple[Sum, float]]) -> Select[Any]:
        source, condition = fact.rows(scope, days, (need for item, _ in sums.values() for need in item.needs))
        parts: list[ColumnElement[Any]] = [func.coalesce(item.value, 0) * int(factor) for item, factor in sums.values()]
        total = reduce(add, parts)
        return select(self.grain.label("id"), total.label("value")).select_from(source).where(condition).group_by(
            self.grain)

    def statement(self, rows: Subquery) -> Select[Any]:
        return select(*(column.label(name) for name, column in self.shown.items()), rows.c.value).select_from(
            self.source(rows)).order_by(self.shown["time"].desc().nulls_last(), rows.c.id.desc())


def _of_order(amount: ColumnElement[Any]) -> ColumnElement[Any]:
    return select(amount).where(_lines.c.order_id == orders.c.id).scalar_subquery()


def _goods(lines: Any, sku_id: ColumnElement[Any], quantity: ColumnElement[Any],
           condition: ColumnElement[bool]) -> ColumnElement[Any]:
    """羊绒大衣×1、毛毯×2: what was in it."""
    name = func.coalesce(_products.c.name, lines.c.title if "title" in lines.c else None, "?")
    each = case((quantity > 0, name + "×" + cast(quantity, SqlText)), else_=name)  # of money alone no piece came back
    return select(func.aggregate_strings(each, "、")).select_from(
        lines.outerjoin(_skus, _skus.c.id == sku_id).outerjoin(_products, _products.c.id == _skus.c.product_id),
    ).where(condition).scalar_subquery()


_WENT_BACK = select(func.sum(_refunds.c.amount_base)).where(
    _refunds.c.order_id == orders.c.id, _refunds.c.status == "succeeded").scalar_subquery()
_ORDER = {
    "shop": _shops.c.name, "number": orders.c.external_id,
    "item": _goods(_lines, _lines.c.sku_id, _lines.c.quantity, _lines.c.order_id == orders.c.id),
    "quantity": _of_order(func.sum(_lines.c.quantity)), "paid": orders.c.paid_base, "refund": _WENT_BACK,
    "status": orders.c.status, "buyer": orders.c.receiver_sealed}
_REFUND_LINES = _T["refund_lines"]
_REFUND = {
    "time": _refunds.c.refunded_at, "shop": _shops.c.name, "number": _refunds.c.external_id,
    "item": _goods(_REFUND_LINES, _REFUND_LINES.c.sku_id, _REFUND_LINES.c.quantity,
                   _REFUND_LINES.c.refund_id == _refunds.c.id),
    "refund": _refunds.c.amount_base, "paid": orders.c.paid_base, "status": orders.c.status,
    "buyer": orders.c.receiver_sealed}


def _orders_from(rows: Subquery) -> FromClause:
    return rows.join(orders, orders.c.id == rows.c.id).join(_shops, _shops.c.id == orders.c.shop_id)


def _plain_from(table: Any, **joins: tuple[Any, ColumnElement[Any]]) -> Callable[[Subquery], FromClause]:
    def joined(rows: Subquery) -> FromClause:
        source: FromClause = rows.join(table, table.c.id == rows.c.id)
        for other, own in joins.values():
            source = source.outerjoin(other, other.c.id == own)
        return source

    return joined


def _of_shop(table: Any) -> dict[str, tuple[Any, ColumnElement[Any]]]:
    return {"shop": (_shops, table.c.shop_id)}


def _listed(*facts: Fact) -> Callable[[Scope], Sequence[Fact]]:
    return lambda _: facts


_LISTINGS: Mapping[Source, _Listing] = {
    Source.SALES: _Listing(_listed(ORDERS, LINES), orders.c.id, _orders_from, {**_ORDER, "time": orders.c.paid_at}),
    Source.REFUNDS: _Listing(
        _listed(REFUNDS, REFUND_LINES), _refunds.c.id,
        _plain_from(_refunds, **_of_shop(_refunds), order=(orders, _refunds.c.order_id)), _REFUND),
    Source.CHARGES: _Listing(
        _listed(CHARGES), _charges.c.id,
        _plain_from(_charges, **_of_shop(_charges), order=(orders, _charges.c.order_id)),
        {"record": _charges.c.kind, "time": _charges.c.occurred_on, "shop": _shops.c.name,
         "number": func.coalesce(orders.c.external_id, _charges.c.reference), "status": _charges.c.certainty}),
    Source.SHIPMENTS: _Listing(_listed(SHIPMENTS), _shipments.c.order_id, _orders_from,
                               {**_ORDER, "time": orders.c.shipped_at}),
    Source.SIGNED: _Listing(_listed(SIGNED), _shipments.c.order_id, _orders_from,
                            {**_ORDER, "time": orders.c.signed_at}),
    Source.OPEN_ORDERS: _Listing(lambda scope: (waiting(scope),), orders.c.id, _orders_from,
                                 {**_ORDER, "time": orders.c.created_at}),
    Source.EXPENSES: _Listing(
        _listed(EXPENSES), _expenses.c.id, _plain_from(_expenses, **_of_shop(_expenses)),
        {"time": _expenses.c.day, "shop": _shops.c.name, "item": _expenses.c.category, "number": _expenses.c.note}),
    Source.ADS: _Listing(_listed(ADS), _ads.c.id, _plain_from(_ads, **_of_shop(_ads)),
                         {"time": _ads.c.day, "shop": _shops.c.name, "item": _ads.c.campaign}),
    Source.TRAFFIC: _Listing(_listed(TRAFFIC), _traffic.c.id, _plain_from(_traffic, **_of_shop(_traffic)),
                             {"time": _traffic.c.day, "shop": _shops.c.name}),
    Source.CASH: _Listing(
        _listed(CASH), _cash.c.id, _plain_from(_cash, account=(_accounts, _cash.c.account_id)),
        {"time": _cash.c.occurred_at, "shop": _accounts.c.name, "item": func.coalesce(_cash.c.note,
         _cash.c.counterparty), "number": _cash.c.reference}),
}
_MOVED = _Listing(
    _listed(MOVES), _moves.c.id, _plain_from(_moves, sku=(_skus, _moves.c.sku_id),
                                             place=(_warehouses, _moves.c.warehouse_id)),
    {"record": _moves.c.reason, "time": _moves.c.moved_at, "shop": _warehouses.c.name, "item": _skus.c.code,
     "number": _moves.c.reference_id})
_RECORDS = {Source.SALES: "order", Source.REFUNDS: "refund", Source.SHIPMENTS: "order", Source.SIGNED: "order",
            Source.OPEN_ORDERS: "order", Source.EXPENSES: "expense", Source.ADS: "ad_spend",
            Source.TRAFFIC: "traffic", Source.CASH: "cash", Source.STOCK: "stock", Source.ACCOUNTS: "account",
            Source.BUYERS: "customer"}


class FigureDetails:
    """Meets `domain.ports.Details`."""

    def __init__(self, database: Database, calendar: ShopCalendar, base_currency: str, vault: Vault) -> None:
        self._database = database
        self._calendar = calendar
        self._base_currency = base_currency
        self._vault = vault
        self._figures = MetricFigures(database, calendar, base_currency)

    def page(self, query: MetricQuery, at: datetime, limit: int, shops: Shops = None, *,
             hidden: frozenset[str] = frozenset()) -> DetailPage:
        """The latest rows, at most `limit`; columns that are `hidden` stay None. Raises as figures do."""
        plain = _plain(query, shops)
        metric = plain.metrics[0]
        if plain.by:
            split = list(self._split(plain, at, shops))
            values = [row.value for row in split if row.value is not None]
            return DetailPage(query, metric, split[:limit], len(split), sum(values) if values else None)
        with self._database.read() as connection:
            found, count, total = [], 0, 0
            for source, listing, rows in self._listings(connection, plain, at, shops):
                number, added = connection.execute(select(func.count(), func.sum(rows.c.value))).one()
                count, total = count + int(number), total + int(added or 0)
                found += [self._detail(source, row, hidden)
                          for row in connection.execute(listing.statement(rows).limit(limit))]
        return DetailPage(query, metric, nlargest(limit, found, key=self._when), count, total if count else None)

    def stream(self, query: MetricQuery, at: datetime, shops: Shops = None, *,
               hidden: frozenset[str] = frozenset()) -> DetailRows:
        """All rows, kind by kind, each the latest first."""
        plain = _plain(query, shops)
        rows = self._split(plain, at, shops) if plain.by else self._read(plain, at, shops, hidden)
        return DetailRows(plain.metrics[0], rows)

    def _read(self, plain: MetricQuery, at: datetime, shops: Shops, hidden: frozenset[str]) -> Iterator[Detail]:
        with self._database.read() as connection:
            for source, listing, rows in self._listings(connection, plain, at, shops):
                for row in connection.execute(listing.statement(rows), execution_options={"yield_per": ROWS_AT_ONCE}):
                    yield self._detail(source, row, hidden)

    def _listings(self, connection: Connection, plain: MetricQuery, at: datetime,
                  shops: Shops) -> Iterator[tuple[Source, _Listing, Subquery]]:
        scope = resolve(connection, plain, at, self._calendar, base_currency=self._base_currency,
                        from_facts=True, shops=shops)
        metric = METRICS[plain.metrics[0]]
        for source in sorted(metric.sources):
            factors = {name: factor for name, factor in metric.sum.items() if MEASURES[name].source is source}
            listing = _moved_by(scope) if source is Source.STOCK else _LISTINGS[source]
            yield source, listing, listing.values(scope, factors)

    def _split(self, plain: MetricQuery, at: datetime, shops: Shops) -> Iterator[Detail]:
        """Balances, accounts and buyers: the figure by the finest it can be told by."""
        table = self._figures.answer(plain, at, shops)
        record = _RECORDS[next(iter(METRICS[plain.metrics[0]].sources))]
        width = len(plain.by)
        for row in table.rows:
            place = str(row[1]) if width > 1 and row[1] is not None else None
            cell = row[width]
            value = None if isinstance(cell, str) else cell
            if value or record != "customer":  # of buyers, those who count
                yield Detail(record, None, place, None, str(row[0]), None, None, None, value, None, None)

    def _detail(self, source: Source, row: Row[Any], hidden: frozenset[str]) -> Detail:
        said = {name: value for name, value in row._mapping.items() if name not in hidden}  # noqa: SLF001 (public)
        buyer = said.get("buyer")
        status = said.get("status")
        return Detail(
            str(said.get("record") or _RECORDS[source]), said.get("time"), said.get("shop"), said.get("number"),
            said.get("item"), said.get("quantity"), said.get("paid"), _whole(said.get("refund")),
            _whole(said["value"]), str(status) if status is not None else None,
            masked(self._vault.open("orders.receiver", buyer)) if buyer else None)

    def _when(self, row: Detail) -> datetime:
        if isinstance(row.time, datetime):
            return row.time
        return self._calendar.start_of(row.time) if row.time else self._calendar.start_of(_NEVER)


_NEVER = datetime(1970, 1, 2).date()  # noqa: DTZ001 (a day)


def _plain(query: MetricQuery, shops: Shops) -> MetricQuery:
    """The rows of what the person may be told of the question; what is behind it is theirs, too, or refused."""
    plain = limited(behind(limited(query, shops)), shops)
    if plain.metrics == ("stock_on_hand",) and {"sku", "product"} & {*plain.where} and not plain.having:
        plain = replace(plain, by=())  # of one thing the moves are told, which add up to what is there
    check(plain)
    return plain


def _moved_by(scope: Scope) -> _Listing:
    """Moves up to the moment; openings and counts after it say what was there before, as the balance does."""
    known = or_(_moves.c.moved_at <= scope.at, _moves.c.reason.in_([MoveReason.OPENING, MoveReason.COUNTED]))
    return replace(_MOVED, facts=_listed(replace(MOVES, conditions=(and_(known),))))


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def masked(name: str | None) -> str | None:
    """王** for 王小明: enough to tell one parcel from the next, not who it is for."""
    return f"{name[:1]}**" if name else None
