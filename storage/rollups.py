"""Keeping the tables of whole days true: the same sums as the figures make from facts, written beside every write."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    Select,
    Table,
    bindparam,
    cast,
    column,
    delete,
    except_,
    func,
    insert,
    null,
    select,
    true,
    union_all,
    values,
)
from sqlalchemy.sql.dml import Insert

from storage.bulk import insert_into
from storage.figures.facts import COUNTED, Fact, Sum
from storage.figures.money import CHARGES
from storage.figures.refunds import REFUND_LINES, REFUND_REST, REFUNDS, SKU_REFUND_DAYS
from storage.figures.sales import FREIGHT, LINES, ORDERS, SKU_DAYS
from storage.first_fill import way_to_fill
from storage.rollup_tables import NO_SKU
from storage.schema import metadata

KEYS_AT_ONCE = 2_000  # two parameters each; SQLite takes 32,766 in a statement
LARGE_SHARE = 0.5  # of all days: from here on, reading everything once in its own order is faster (measured)
ORDERS_AT_ONCE = 1_000  # sums of some days fit the processor's cache; sorting a year at once takes half as long again
MAX_DIFFERENCES = 100  # of one table in one check: enough to see what is wrong

ShopDay = tuple[int, date]  # shop id, business day


@dataclass(frozen=True, slots=True)
class _Rollup:
    """A table of sums by day, shop and `parts` (columns named as dimensions, besides `sku_id` of the SKU).

    `sources` says which column is the sum of which measure of a fact.
    """

    table: Table
    parts: Mapping[str, str]
    sources: Sequence[tuple[Fact, Mapping[str, str]]]

    @property
    def keys(self) -> list[str]:
        return ["day", "shop_id", *self.parts]

    @property
    def is_of_moments(self) -> bool:
        """Whether its first source is; one that is of whole days has few rows for each and is read at one go."""
        return self.sources[0][0].moment is not None

    @property
    def sums(self) -> list[str]:
        return [column.name for column in self.table.c if not column.primary_key]

    def computed(self) -> Select[Any]:
        """The rows the table ought to have, from the facts."""
        pieces = union_all(*(self._piece(fact, sums) for fact, sums in self.sources)).subquery("pieces")
        keys = [pieces.c[f"r_{name}"] for name in self.keys]
        return select(*keys, *(self._total(pieces.c[name]).label(name) for name in self.sums)).group_by(*keys)

    def makes(self, touched: CTE | None = None) -> Insert:
        """A statement that fills the table, free of these days, with the rows of the first source.

        Without `touched` it takes the days from `of_start` up to, not with, `of_end`.
        """
        fact, sums = self.sources[0]
        within = self._piece(fact, sums, touched)
        if touched is None:
            assert fact.day is not None
            within = within.where(fact.day >= bindparam("of_start"), fact.day < bindparam("of_end"))
        return insert(self.table).from_select([*self.keys, *self.sums], self._whole(within))

    def adds(self, connection: Connection, touched: CTE | None = None) -> Iterator[Insert]:
        """Statements that add the other sources, until the table says what `computed` says.

        Adding all up side by side would sort the millions of rows of the first one twice.
        """
        for fact, sums in self.sources[1:]:
            yield self._add(connection, sums, self._piece(fact, sums, touched))

    def adds_orders(self, connection: Connection) -> Insert:
        """A statement that adds what the first source has of the orders `of_first` to `of_last`."""
        fact, sums = self.sources[0]
        return self._add(connection, sums, self._piece(fact, sums).where(
            _T["orders"].c.id.between(bindparam("of_first"), bindparam("of_last"))))

    def _add(self, connection: Connection, sums: Mapping[str, str], found: Select[Any]) -> Insert:
        more = insert_into(connection, self.table).from_select([*self.keys, *self.sums], self._whole(found))
        added: Insert = more.on_conflict_do_update(index_elements=self.keys, set_={
            name: _both(self.table.c[name], more.excluded[name]) for name in sums})
        return added

    def _whole(self, found: Select[Any]) -> Select[Any]:
        piece = found.subquery("piece")
        return select(*(piece.c[f"r_{name}"] for name in self.keys),
                      *(self._known(piece.c[name]).label(name) for name in self.sums)).where(true())

    def _known(self, total: ColumnElement[Any]) -> ColumnElement[Any]:
        return total if self.table.c[str(total.key)].nullable else func.coalesce(total, 0)

    def _total(self, part: ColumnElement[Any]) -> ColumnElement[Any]:
        return self._known(cast(func.sum(part), BigInteger).label(str(part.key)))

    def _piece(self, fact: Fact, sums: Mapping[str, str], touched: CTE | None = None) -> Select[Any]:
        day, shop, parts = fact.day, _plain(fact, "shop"), {name: _plain(fact, name) for name in self.parts.values()}
        assert day is not None
        keys = {"day": day, "shop_id": shop, **{column: parts[name] for column, name in self.parts.items()}}
        own = {name: _COUNT if measure == COUNTED else fact.measures[measure] for name, measure in sums.items()}
        needs = {*(need for item in own.values() for need in item.needs),
                 *(need for name in parts for need in fact.keys[name].needs)}
        source = fact.joined(needs)
        if touched is not None:
            source = touched.join(source, (day == touched.c.day) & (shop == touched.c.shop_id))
        nothing = cast(null(), BigInteger)
        return select(
            *(value.label(f"r_{name}") for name, value in keys.items()),
            *((cast(own[name].value, BigInteger) if name in own else nothing).label(name) for name in self.sums),
        ).select_from(source).where(*fact.conditions, day.is_not(None)).group_by(*(f"r_{name}" for name in keys))


def _both(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    """Their sum; what is not known adds nothing."""
    return func.coalesce(one + other, one, other)


def _plain(fact: Fact, dimension: str) -> ColumnElement[Any]:
    value = fact.keys[dimension].value
    assert not callable(value)
    return func.coalesce(value, NO_SKU) if dimension == "sku" else value


_T = metadata.tables
_COUNT = Sum(func.count())
_COSTS = {"units": "units", "cost_base": "cost_sold", "lines_without_cost": "lines_without_cost",
          "amount_without_cost": "amount_without_cost"}
_SKU_DAYS = _Rollup(_T["sku_days"], {"sku_id": "sku", "currency": "currency"}, (
    (LINES, {**_COSTS, "revenue_base": "revenue", "discount_base": "discount", "sale_lines": COUNTED}),
    (FREIGHT, {"revenue_base": "revenue", "sale_lines": COUNTED}),
    (REFUND_LINES, {"refund_base": "refund_amount", "cost_returned_base": "cost_returned", "refund_lines": COUNTED}),
    (REFUND_REST, {"refund_base": "refund_amount", "refund_lines": COUNTED})))
# What only lines tell is taken from the SKUs' days: reading the lines is most of the work, and is done once.
_SALES_DAYS = _Rollup(_T["sales_days"], {"currency": "currency"}, (
    (SKU_DAYS, _COSTS),
    (ORDERS, {"orders": "orders", "revenue_base": "revenue", "discount_base": "discount"}),
    (REFUNDS, {"refund_orders": "refund_orders", "refund_base": "refund_amount"}),
    (SKU_REFUND_DAYS, {"cost_returned_base": "cost_returned"}),
    (CHARGES, {"platform_fees_base": "platform_fees", "shipping_cost_base": "shipping_cost",
               "estimated_charges": "estimated_charges", "charges": COUNTED})))
_ROLLUPS = (_SKU_DAYS, _SALES_DAYS)  # in the order in which they build on each other


def refresh(connection: Connection, keys: Iterable[ShopDay]) -> None:
    """Add up these days of these shops again, in the caller's transaction.

    The keys are those of every order, refund and charge that was written, before and after the change; and of the
    refunds of an order whose exclusion changed.
    """
    wanted = sorted(set(keys))
    kept = connection.scalar(select(func.count()).select_from(_SALES_DAYS.table)) or 0
    if len(wanted) > kept * LARGE_SHARE:
        rebuild(connection)
        return
    for start in range(0, len(wanted), KEYS_AT_ONCE):
        _refresh(connection, wanted[start : start + KEYS_AT_ONCE])


def _refresh(connection: Connection, keys: Sequence[ShopDay]) -> None:
    touched = values(column("shop_id", BigInteger), column("day", Date)).data(keys).cte("touched")
    for rollup in _ROLLUPS:
        table = rollup.table
        old = delete(table).where(table.c.day == bindparam("of_day"), table.c.shop_id == bindparam("of_shop"))
        connection.execute(old, [{"of_day": day, "of_shop": shop_id} for shop_id, day in keys])
        for statement in (rollup.makes(touched), *rollup.adds(connection, touched)):
            connection.execute(statement)


def adding_orders(connection: Connection) -> Callable[[int, int], None]:
    """Adds up the lines of orders just written, from one number to another; `complete` does the rest once for all."""
    statement = _SKU_DAYS.adds_orders(connection)

    def add(first: int, last: int) -> None:
        connection.execute(statement, {"of_first": first, "of_last": last})

    return add


def complete(connection: Connection) -> None:
    """What the lines come to of all orders has been added up: the rest of it."""
    for statement in _SKU_DAYS.adds(connection):
        connection.execute(statement)
    _rebuild(connection, (_SALES_DAYS,))


def rebuild(connection: Connection) -> None:
    """Add up everything again, in the caller's transaction."""
    _rebuild(connection, _ROLLUPS)


def _rebuild(connection: Connection, some: Sequence[_Rollup]) -> None:
    some_days = _some_days(connection)
    for rollup in some:
        fill = way_to_fill(connection, rollup.table)
        connection.execute(delete(rollup.table))
        makes = rollup.makes()
        with fill(connection, rollup.table):
            for start, end in pairwise(some_days if rollup.is_of_moments else some_days[:1] + some_days[-1:]):
                connection.execute(makes, {"of_start": start, "of_end": end})
        for statement in rollup.adds(connection):
            connection.execute(statement)


def _some_days(connection: Connection) -> list[date]:
    """Bounds of runs of days, from the first to after the last on which an order was paid, in order."""
    paid_on = _T["orders"].c.paid_on
    counted = connection.execute(select(paid_on, func.count()).where(paid_on.is_not(None)).group_by(paid_on)
                                 .order_by(paid_on)).all()
    bounds, orders = [], ORDERS_AT_ONCE
    for day, count in counted:
        if orders >= ORDERS_AT_ONCE:
            bounds.append(day)
            orders = 0
        orders += count
    return [*bounds, counted[-1][0] + timedelta(days=1)] if counted else []


def check(connection: Connection) -> list[str]:
    """Rows of the rollups that are not what the facts add up to: 'table: key, key'; at most MAX_DIFFERENCES a table."""
    return [sentence for rollup in _ROLLUPS for sentence in _differences(connection, rollup)]


def _differences(connection: Connection, rollup: _Rollup) -> list[str]:
    ought = rollup.computed()
    stored = select(*(rollup.table.c[name] for name in (*rollup.keys, *rollup.sums)))
    wrong = {tuple(row[: len(rollup.keys)]) for one, other in ((ought, stored), (stored, ought))
             for row in connection.execute(except_(one, other).limit(MAX_DIFFERENCES))}
    rows = [", ".join(f"{name} {value}" for name, value in zip(rollup.keys, row, strict=True)) for row in wrong]
    return [f"{rollup.table.name}: {row}" for row in sorted(rows)[:MAX_DIFFERENCES]]
