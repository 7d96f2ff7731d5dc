"""Parcels by time of shipping and of signature, and the orders that wait."""

from dataclasses import replace
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, case, func, select

from domain.orders.model import OrderStatus
from storage.figures.facts import Fact, Key, Sum, compose, shop_join, shop_keys, time_keys
from storage.figures.sales import buyer_join, buyer_keys, orders
from storage.figures.scope import Scope
from storage.figures.times import EpochSeconds
from storage.schema import metadata

_shipments = metadata.tables["shipments"]
_PARCELS = _shipments.join(orders, orders.c.id == _shipments.c.order_id)
_PARCEL_JOINS = {**shop_join(orders.c.shop_id), **buyer_join(orders.c.customer_id)}
_PARCEL_KEYS = {**shop_keys(orders.c.shop_id, orders.c.currency), **buyer_keys(orders.c.customer_id),
                "warehouse": Key(_shipments.c.warehouse_id), "staff": Key(_shipments.c.staff_id)}
_ORDERS_OF_PARCELS = Sum(func.count(_shipments.c.order_id.distinct()))

SHIPMENTS = Fact(
    _PARCELS, {**time_keys(_shipments.c.shipped_on, moment=_shipments.c.shipped_at), **_PARCEL_KEYS},
    {"orders_shipped": _ORDERS_OF_PARCELS,
     "ship_seconds": Sum(func.sum(EpochSeconds(_shipments.c.shipped_at) - EpochSeconds(orders.c.paid_at))),
     "timed_shipments": Sum(func.count(orders.c.paid_at))},
    _shipments.c.shipped_on, _shipments.c.shipped_at, joins=_PARCEL_JOINS)
shipments = compose((SHIPMENTS,))

SIGNED = Fact(
    _PARCELS, {**time_keys(_shipments.c.signed_on), **_PARCEL_KEYS}, {"orders_signed": _ORDERS_OF_PARCELS},
    _shipments.c.signed_on, _shipments.c.signed_at, joins=_PARCEL_JOINS)
signed = compose((SIGNED,))

_allocations = metadata.tables["allocations"]
# An order waits in each warehouse that holds pieces for it.
_held = select(_allocations.c.order_id, _allocations.c.warehouse_id).distinct().subquery("held")
_WAITING_JOINS = {**_PARCEL_JOINS, "held": (_held, _held.c.order_id == orders.c.id)}
_WAITING = orders.c.status.in_([OrderStatus.TO_SHIP, OrderStatus.PARTLY_SHIPPED])


def _holds_for(values: BindParameter[Any]) -> ColumnElement[bool]:
    return select(_allocations.c.order_id).where(
        _allocations.c.order_id == orders.c.id, _allocations.c.warehouse_id.in_(values)).exists()


def _count(condition: ColumnElement[bool]) -> Sum:
    return Sum(func.sum(case((condition, 1), else_=0)))


def open_orders(scope: Scope, measures: frozenset[str]) -> list[Select[Any]]:
    fact = waiting(scope)
    if scope.by and "orders_to_pay" not in measures:
        fact = replace(fact, conditions=(_WAITING,))  # a row for each place where orders wait, and for no other
    return [fact.select(scope, measures, None)]


def waiting(scope: Scope) -> Fact:
    """Orders made before the moment that wait today; what they waited for earlier is not kept."""
    return Fact(
        orders, {**shop_keys(orders.c.shop_id, orders.c.currency), **buyer_keys(orders.c.customer_id),
                 "warehouse": Key(_held.c.warehouse_id, ("held",), _holds_for)},
        {"orders_to_pay": _count(orders.c.status == OrderStatus.TO_PAY), "orders_to_ship": _count(_WAITING),
         "orders_overdue": _count(and_(_WAITING, orders.c.ship_by < scope.moment))},
        moment=orders.c.created_at, joins=_WAITING_JOINS,
        conditions=(orders.c.status.in_([OrderStatus.TO_PAY, OrderStatus.TO_SHIP, OrderStatus.PARTLY_SHIPPED]),))
