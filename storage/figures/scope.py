"""What a question is about, with its names resolved to ids: the part all sources of figures read."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    func,
    select,
)
from sqlalchemy.types import TypeEngine

from domain.catalog.model import ItemKind
from domain.clock import ShopCalendar
from domain.errors import UnknownName
from domain.metrics.catalog import DIMENSIONS
from domain.metrics.limits import outside
from domain.metrics.measures import GOODS
from domain.metrics.periods import Period
from domain.metrics.query import REORDER_POINT, MetricQuery
from domain.money import RATE_SCALE, minor_per_unit
from domain.people import Shops
from storage.made import Made
from storage.schema import metadata

_T = metadata.tables
Values = tuple[str | int, ...]
NAMED_BY_ID = {"shop": _T["shops"].c.name, "sku": _T["skus"].c.code, "product": _T["products"].c.name,
               "warehouse": _T["warehouses"].c.name, "staff": _T["staff"].c.name, "account": _T["accounts"].c.name}
_NUMBERS = {"hour": range(24), "weekday": range(1, 8)}
DEMAND_DAYS = 30  # daily sales are averaged over these whole days, and an order is meant to last as long
CUSTOMER_LABEL = "客户 #"  # no name, no phone: the number alone says which one


def key_type(dimension: str) -> TypeEngine[Any]:
    """The SQL type of what rows are grouped by."""
    if dimension in NAMED_BY_ID or dimension == "customer":
        return BigInteger()
    return Integer() if dimension in _NUMBERS else Text()


def listed(use: str, dimension: str, values: Values) -> BindParameter[Any]:
    """The ids to `keep` or to `drop` for `column.in_`, by name: a statement that was made once is asked of others."""
    return bindparam(f"{use}_{dimension}", values, expanding=True)


class Days(NamedTuple):
    """Business days from `start` up to, not including, `end`; facts after `cut` are not seen.

    A statement takes them by `name`: one that was made once is asked of other days.
    """

    name: str
    start: date
    end: date
    cut: datetime | None = None

    @property
    def is_empty(self) -> bool:
        return self.start >= self.end

    @property
    def shape(self) -> tuple[bool, bool]:
        """What differs between statements besides the days themselves."""
        return self.is_empty, self.cut is None

    def includes(self, day: ColumnElement[Any]) -> ColumnElement[bool]:
        first, after = self.parameters.items()
        return and_(day >= bindparam(*first), day < bindparam(*after))

    def is_after(self, day: ColumnElement[Any]) -> ColumnElement[bool]:
        """All of them are."""
        return day < bindparam(f"{self.name}_from", self.start)

    @property
    def parameters(self) -> dict[str, date]:
        return {f"{self.name}_from": self.start, f"{self.name}_until": self.end}


@dataclass(frozen=True, slots=True)
class Scope:
    """Splits, filters (as ids), days and moment of one question."""

    by: tuple[str, ...]
    keep: Mapping[str, Values]
    drop: Mapping[str, Values]
    period: Period | None
    at: datetime
    calendar: ShopCalendar
    factors: Mapping[str, float]  # minor units of the base currency per minor unit of each currency
    is_reorder_list: bool = False
    from_facts: bool = False

    @property
    def dimensions(self) -> frozenset[str]:
        return frozenset((*self.by, *self.keep, *self.drop))

    @property
    def moment(self) -> BindParameter[Any]:
        """`at` in a statement, by name: a statement that was made once is asked of another moment."""
        return bindparam("moment", self.at)

    @property
    def parameters(self) -> dict[str, Any]:
        """All that statements take by name, for one that was made for another question of the same shape."""
        days = [self.demand, *((self.asked, self.seen, self.whole_days, self.running_day) if self.period else ())]
        return {"moment": self.at, "place": self.one_place,
                **{name: day for each in days for name, day in each.parameters.items()},
                **{f"keep_{name}": values for name, values in self.keep.items()},
                **{f"drop_{name}": values for name, values in self.drop.items()}}

    @property
    def shape(self) -> Hashable:
        """All that a statement is made from, except for what it takes by name."""
        days = (self.seen, self.whole_days, self.running_day) if self.period else ()
        hours = (self.period, self.calendar.zone) if "hour" in self.dimensions else None  # offsets are written out
        return (self.by, *self.keep, None, *self.drop, None, hours, self.from_facts, self.is_reorder_list,
                self.one_place is None, *self.factors.items(), *(each.shape for each in days))

    @property
    def one_place(self) -> int | None:
        """The warehouse, where one alone was asked for."""
        kept = self.keep.get("warehouse", ())
        return int(kept[0]) if len(kept) == 1 else None

    @property
    def today(self) -> date:
        return self.calendar.day(self.at)

    @property
    def demand(self) -> Days:
        """The whole days before today that daily sales are averaged over."""
        today = self.today
        return Days("demand", today - timedelta(days=DEMAND_DAYS), today)

    @property
    def asked(self) -> Days:
        """All days of the period, those to come as well."""
        assert self.period is not None, "only figures of the moment have no period"
        return Days("asked", self.period.start, self.period.end)

    @property
    def seen(self) -> Days:
        """All days of the period, up to the moment."""
        today, asked = self.today, self.asked
        end = min(asked.end, today + timedelta(days=1))
        return Days("seen", asked.start, end, self.at if end > today else None)

    @property
    def whole_days(self) -> Days:
        """The days that were over at the moment."""
        seen = self.seen
        return Days("whole", seen.start, min(seen.end, self.today))

    @property
    def running_day(self) -> Days:
        """The moment's own day, when the period holds it."""
        seen = self.seen
        return Days("running", max(seen.start, self.today), seen.end, self.at)


def resolve(connection: Connection, query: MetricQuery, at: datetime, calendar: ShopCalendar, *, base_currency: str,
            from_facts: bool = False, shops: Shops = None) -> Scope:
    """The query's scope. Raises UnknownName for a value that nothing in the shop bears.

    What a question that was cut down to `shops` names besides must be found in them; raises OutsideShops for a
    platform without any of them.
    """
    moment = calendar.utc(at)
    is_reorder_list = "reorder_quantity" in query.metrics or any(b.value == REORDER_POINT for b in query.having)
    needs_rates = {"balance", "stock_value"} & {*query.metrics, *(bound.metric for bound in query.having)}
    keep, drop = _ids(connection, query.where), _ids(connection, query.exclude)
    if shops is not None and "shop" in keep:
        _check_platforms(connection, keep, shops)
        for names, ids in ((query.where, keep), (query.exclude, drop)):
            _check_customers(connection, names.get("customer", ()), ids.get("customer", ()), keep["shop"])
    return Scope(
        query.by, keep, drop, query.period, moment, calendar,
        _factors(connection, calendar.day(moment), base_currency) if needs_rates else {}, is_reorder_list, from_facts)


def _check_platforms(connection: Connection, keep: Mapping[str, Values], shops: tuple[str, ...]) -> None:
    table = _T["shops"]
    own = set(connection.scalars(select(table.c.platform).where(table.c.id.in_(keep["shop"]))))
    if not own.issuperset(keep.get("platform", ())):
        raise outside(shops)


def _check_customers(connection: Connection, names: tuple[str, ...], ids: Values, shops: Values) -> None:
    orders = _T["orders"]
    met = connection.scalars(select(orders.c.customer_id).where(
        orders.c.customer_id.in_(ids), orders.c.shop_id.in_(shops)).distinct()) if ids else ()
    if not set(met).issuperset(ids):
        raise UnknownName("no such customer in these shops", key="unknown_name", dimension="customer", name=names[0])


def _ids(connection: Connection, names: Mapping[str, tuple[str, ...]]) -> dict[str, Values]:
    return {dimension: tuple(dict.fromkeys(found for name in values for found in _resolve(connection, dimension, name)))
            for dimension, values in names.items()}


def _resolve(connection: Connection, dimension: str, name: str) -> Values:
    found = _RESOLVERS.get(dimension, _as_written)(connection, dimension, name)
    if not found:
        raise UnknownName(f"no {DIMENSIONS[dimension].en} is called {name}", key="unknown_name",
                          dimension=dimension, name=name)
    return found


def _by_id(connection: Connection, dimension: str, name: str) -> Values:
    """Several products may bear one name. Services are charges, not goods to ask for."""
    return _NAMED[dimension].firsts(connection, {"wanted": name})


def _named(dimension: str) -> Select[Any]:
    column = NAMED_BY_ID[dimension]
    query = select(column.table.c.id).where(column == bindparam("wanted"))
    if dimension in GOODS:
        products = _T["products"]
        query = query.where(products.c.kind == ItemKind.GOODS)
        query = query.join_from(_T["skus"], products) if dimension == "sku" else query
    return query


_NAMED = {dimension: Made(_named(dimension)) for dimension in NAMED_BY_ID}  # asked with every question: made once


_CATEGORY = Made(select(_T["products"].c.category).where(_T["products"].c.category == bindparam("wanted")).limit(1))


def _category(connection: Connection, _: str, name: str) -> Values:
    return _CATEGORY.firsts(connection, {"wanted": name})


def _customer(connection: Connection, _: str, name: str) -> Values:
    """By the label shown in answers, or by a buyer's id on a platform."""
    number = name.removeprefix(CUSTOMER_LABEL)
    if number.isdecimal() and number.isascii() and (number != name or len(number) < 10):
        return tuple(connection.scalars(select(_T["customers"].c.id).where(_T["customers"].c.id == int(number))))
    accounts = _T["customer_accounts"]
    return tuple(connection.scalars(select(accounts.c.customer_id).where(accounts.c.buyer_id == name)))


def _number(_: Connection, dimension: str, name: str) -> Values:
    return (int(name),) if name.isascii() and name.isdecimal() and int(name) in _NUMBERS[dimension] else ()


def _as_written(_: Connection, dimension: str, name: str) -> Values:
    allowed = DIMENSIONS[dimension].values
    return (name,) if not allowed or name in allowed else ()


_RESOLVERS: dict[str, Callable[[Connection, str, str], Values]] = {
    **dict.fromkeys(NAMED_BY_ID, _by_id), **dict.fromkeys(_NUMBERS, _number),
    "category": _category, "customer": _customer}


def _factors(connection: Connection, day: date, base_currency: str) -> dict[str, float]:
    """By the latest rate known on the day."""
    found = _RATES.rows(connection, {"day": day})
    per_base = minor_per_unit(base_currency) / RATE_SCALE
    return {**{currency: rate * per_base / minor_per_unit(currency) for currency, rate in found}, base_currency: 1.0}


def _rates() -> Select[Any]:
    rates = _T["fx_rates"]
    latest = select(rates.c.currency, func.max(rates.c.day).label("day")).where(rates.c.day <= bindparam("day")) \
        .group_by(rates.c.currency).subquery()
    return select(rates.c.currency, rates.c.rate).join(
        latest, (rates.c.currency == latest.c.currency) & (rates.c.day == latest.c.day)).order_by(rates.c.currency)


_RATES = Made(_rates())
