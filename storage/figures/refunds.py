"""Refunds that succeeded, by time of refund, and the goods that came back with them."""

from sqlalchemy import and_, case, func, or_, select

from domain.orders.model import RefundStatus
from storage.figures.facts import Fact, Sum, compose, shop_join, shop_keys, time_keys
from storage.figures.sales import (
    BY_SKU,
    NO_GOODS,
    NOTHING,
    SKU_DAY_JOINS,
    SKU_DAY_KEYS,
    buyer_join,
    buyer_keys,
    goods_join,
    goods_keys,
    orders,
    rollup,
    sales_days,
    sku_days,
)
from storage.schema import metadata

_T = metadata.tables
_refunds, _lines = _T["refunds"], _T["refund_lines"]
# Some exports only number the return: then the refund itself names the buyer, or nobody does.
_CUSTOMER = func.coalesce(_refunds.c.customer_id, orders.c.customer_id)
_KEYS = {**time_keys(_refunds.c.refunded_on, _refunds.c.refunded_hour),
         **shop_keys(_refunds.c.shop_id, _refunds.c.currency), **buyer_keys(_CUSTOMER)}
_JOINS = {**shop_join(_refunds.c.shop_id), **buyer_join(_CUSTOMER)}
_WITH_ORDER = _refunds.outerjoin(orders, orders.c.id == _refunds.c.order_id)
# The revenue of brushed, test and gift orders is not counted, so what went back of it is not either.
_SUCCEEDED = and_(_refunds.c.status == RefundStatus.SUCCEEDED,
                  or_(_refunds.c.order_id.is_(None), orders.c.excluded.is_(None)))

_COST = select(func.sum(_lines.c.cost_base)).where(_lines.c.refund_id == _refunds.c.id).scalar_subquery()

REFUNDS = Fact(
    _WITH_ORDER, _KEYS,
    {"refund_amount": Sum(func.sum(_refunds.c.amount_base)), "refund_orders": Sum(func.count()),
     "cost_returned": Sum(func.sum(_COST))},
    _refunds.c.refunded_on, _refunds.c.refunded_at, (_SUCCEEDED,), _JOINS)

# What the lines of a refund do not explain: postage that was paid back, or a refund without lines.
_EXPLAINED = select(func.sum(_lines.c.amount_base)).where(_lines.c.refund_id == _refunds.c.id).scalar_subquery()
_REST = _refunds.c.amount_base - func.coalesce(_EXPLAINED, 0)
REFUND_REST = Fact(
    _WITH_ORDER, {**_KEYS, **NO_GOODS},
    {"refund_amount": Sum(func.sum(_REST)), "refund_orders": Sum(func.sum(case((_EXPLAINED.is_(None), 1), else_=0))),
     "cost_returned": NOTHING},
    _refunds.c.refunded_on, _refunds.c.refunded_at, (_SUCCEEDED, or_(_EXPLAINED.is_(None), _REST != 0)), _JOINS)

REFUND_LINES = Fact(
    _lines.join(_refunds, _refunds.c.id == _lines.c.refund_id).outerjoin(orders, orders.c.id == _refunds.c.order_id),
    {**_KEYS, **goods_keys(_lines.c.sku_id)},
    {"refund_amount": Sum(func.sum(_lines.c.amount_base)),
     "refund_orders": Sum(func.count(_lines.c.refund_id.distinct())),
     "cost_returned": Sum(func.sum(_lines.c.cost_base))},
    _refunds.c.refunded_on, _refunds.c.refunded_at, (_SUCCEEDED,), {**_JOINS, **goods_join(_lines.c.sku_id)},
    beside=REFUND_REST)

_REFUND_DAYS = rollup(
    sales_days, {}, {}, sales_days.c.refund_orders > 0,
    refund_amount="refund_base", refund_orders="refund_orders", cost_returned="cost_returned_base")
SKU_REFUND_DAYS = rollup(
    sku_days, SKU_DAY_KEYS, SKU_DAY_JOINS, sku_days.c.refund_lines > 0, pool=BY_SKU,
    refund_amount="refund_base", cost_returned="cost_returned_base")

refunds = compose((REFUNDS, REFUND_LINES), (_REFUND_DAYS, SKU_REFUND_DAYS))
