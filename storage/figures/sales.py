"""Paid orders and their lines, by time of payment: revenue, orders, units, discounts, cost of goods sold."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Table, and_, case, func, literal_column, null, select

from domain.catalog.model import ItemKind
from domain.orders.model import Payment
from storage.figures.facts import NOWHERE, Fact, Key, Pool, Sum, compose, shop_join, shop_keys, time_keys
from storage.rollup_tables import NO_SKU
from storage.schema import metadata

_T = metadata.tables
orders, lines = _T["orders"], _T["order_lines"]
_customers, _shipments, _skus, _products = _T["customers"], _T["shipments"], _T["skus"], _T["products"]
sales_days, sku_days = _T["sales_days"], _T["sku_days"]

COUNTED_ORDER = (orders.c.payment.in_([Payment.PAID, Payment.REFUNDED]), orders.c.excluded.is_(None))
NO_GOODS = dict.fromkeys(("sku", "product", "category"), NOWHERE)


def buyer_keys(customer_id: ColumnElement[Any], *needs: str) -> dict[str, Key]:
    """Customer, segment, province (of the order's address) and order status."""
    return {"customer": Key(customer_id, needs), "segment": Key(_customers.c.segment, (*needs, "customers")),
            "province": Key(orders.c.province, needs), "order_status": Key(orders.c.status, needs)}


def buyer_join(customer_id: ColumnElement[Any]) -> dict[str, tuple[Any, ColumnElement[bool]]]:
    return {"customers": (_customers, _customers.c.id == customer_id)}


def goods_join(sku_id: ColumnElement[Any]) -> dict[str, tuple[Any, ColumnElement[bool]]]:
    return {"skus": (_skus, _skus.c.id == sku_id), "products": (_products, _products.c.id == _skus.c.product_id)}


def goods_keys(sku_id: ColumnElement[Any]) -> dict[str, Key]:
    """SKU, product and category of goods; services and lines without a SKU are no goods: NULL."""
    return {name: Key(case((IS_SERVICE, null()), else_=column), _GOODS_JOINS, _matches(sku_id, wanted))
            for name, column, wanted in (("sku", sku_id, _skus.c.id), ("product", _skus.c.product_id, _products.c.id),
                                         ("category", _products.c.category, _products.c.category))}


def _matches(sku_id: ColumnElement[Any],
             wanted: ColumnElement[Any]) -> Callable[[BindParameter[Any]], ColumnElement[bool]]:
    """Filters on goods become filters on the SKU, which is indexed wherever it stands."""

    def condition(values: BindParameter[Any]) -> ColumnElement[bool]:
        if wanted is _skus.c.id:
            return sku_id.in_(values)
        goods = select(_skus.c.id).join(_products, _products.c.id == _skus.c.product_id)
        return sku_id.in_(goods.where(wanted.in_(values), _products.c.kind == ItemKind.GOODS))

    return condition


_GOODS_JOINS = ("skus", "products")
IS_SERVICE = _products.c.kind == ItemKind.SERVICE
# A line whose SKU is not known is goods until it is matched to something else.
_IS_GOODS = _products.c.kind.is_distinct_from(ItemKind.SERVICE)
_IS_SOLD = and_(_IS_GOODS, lines.c.unit_price_e4 > 0)  # what has no price is a gift
_LACKS_COST = and_(_IS_GOODS, lines.c.cost_base.is_(None))
# The order's own conversion, in its share: whole numbers throughout, rounded half up.
_LINE_DISCOUNT_BASE = case(
    (orders.c.discount_base == orders.c.discount_minor, lines.c.discount_minor),
    else_=(2 * lines.c.discount_minor * orders.c.discount_base + orders.c.discount_minor)
    // (2 * func.nullif(orders.c.discount_minor, 0)))

LEFT_FROM = _shipments.c.warehouse_id  # an order in several parcels counts once, where the first one left
_ORDER_KEYS = {**time_keys(orders.c.paid_on, orders.c.paid_hour), **shop_keys(orders.c.shop_id, orders.c.currency),
               **buyer_keys(orders.c.customer_id),
               "warehouse": Key(LEFT_FROM, ("shipments",)),
               "staff": Key(_shipments.c.staff_id, ("shipments",))}
_ORDER_JOINS = {**shop_join(orders.c.shop_id), **buyer_join(orders.c.customer_id),
                "shipments": (_shipments, and_(_shipments.c.order_id == orders.c.id, _shipments.c.parcel_no == 1))}

ORDERS = Fact(
    orders, _ORDER_KEYS,
    {"revenue": Sum(func.sum(orders.c.paid_base)), "orders": Sum(func.count()),
     "discount": Sum(func.sum(orders.c.discount_base))},
    orders.c.paid_on, orders.c.paid_at, COUNTED_ORDER, _ORDER_JOINS)

NOTHING = Sum(func.sum(literal_column("0")))
FREIGHT = Fact(
    orders, {**_ORDER_KEYS, **NO_GOODS},
    {"revenue": Sum(func.sum(orders.c.freight_base)),
     **dict.fromkeys(("discount", "units", "lines_without_cost", "amount_without_cost"), NOTHING)},
    orders.c.paid_on, orders.c.paid_at, (*COUNTED_ORDER, orders.c.freight_base != 0), _ORDER_JOINS)

LINES = Fact(
    lines.join(orders, orders.c.id == lines.c.order_id), {**_ORDER_KEYS, **goods_keys(lines.c.sku_id)},
    {"revenue": Sum(func.sum(lines.c.paid_base)),
     "orders": Sum(func.count(lines.c.order_id.distinct())),
     "discount": Sum(func.sum(_LINE_DISCOUNT_BASE)),
     "units": Sum(func.sum(case((_IS_SOLD, lines.c.quantity), else_=0)), _GOODS_JOINS),
     "cost_sold": Sum(func.sum(case((_IS_GOODS, lines.c.cost_base))), _GOODS_JOINS),
     "lines_without_cost": Sum(func.sum(case((_LACKS_COST, 1), else_=0)), _GOODS_JOINS),
     "amount_without_cost": Sum(func.sum(case((_LACKS_COST, lines.c.paid_base), else_=0)), _GOODS_JOINS)},
    orders.c.paid_on, orders.c.paid_at, COUNTED_ORDER, {**_ORDER_JOINS, **goods_join(lines.c.sku_id)}, beside=FREIGHT)

EXCLUDED = Fact(
    orders, _ORDER_KEYS,
    {"orders_excluded": Sum(func.count()), "amount_excluded": Sum(func.sum(orders.c.paid_base))},
    orders.c.paid_on, orders.c.paid_at, (COUNTED_ORDER[0], orders.c.excluded.is_not(None)), _ORDER_JOINS)


def rollup(table: Table, keys: dict[str, Key], joins: dict[str, Any], condition: ColumnElement[bool],
           *, pool: Pool | None = None, **columns: str) -> Fact:
    """A table of whole days as a source; `columns` says which column a measure is the sum of."""
    measures = {name: Sum(func.sum(table.c[column])) for name, column in columns.items()}
    own_keys = {**time_keys(table.c.day), **shop_keys(table.c.shop_id, table.c.currency)}
    return Fact(table, {**own_keys, **keys}, measures, table.c.day, None, (condition,),
                {**shop_join(table.c.shop_id), **joins}, pool=pool)


_SKU_OF_DAY = func.nullif(sku_days.c.sku_id, NO_SKU)
SKU_DAY_KEYS = {  # services stand under NO_SKU, so a SKU's row is always of goods
    "sku": Key(_SKU_OF_DAY, matches=_matches(sku_days.c.sku_id, _skus.c.id)),
    "product": Key(_skus.c.product_id, ("skus",), _matches(sku_days.c.sku_id, _products.c.id)),
    "category": Key(_products.c.category, _GOODS_JOINS, _matches(sku_days.c.sku_id, _products.c.category))}
SKU_DAY_JOINS = goods_join(sku_days.c.sku_id)
BY_SKU = Pool(sku_days.c.sku_id, goods_join)

SALES_DAYS = rollup(
    sales_days, {}, {}, sales_days.c.orders > 0,
    revenue="revenue_base", orders="orders", units="units", discount="discount_base", cost_sold="cost_base",
    lines_without_cost="lines_without_cost", amount_without_cost="amount_without_cost")
SKU_DAYS = rollup(
    sku_days, SKU_DAY_KEYS, SKU_DAY_JOINS, sku_days.c.sale_lines > 0, pool=BY_SKU,
    revenue="revenue_base", units="units", discount="discount_base", cost_sold="cost_base",
    lines_without_cost="lines_without_cost", amount_without_cost="amount_without_cost")

sales = compose((ORDERS, LINES), (SALES_DAYS, SKU_DAYS))
