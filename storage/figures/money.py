"""Charges on orders, other expenses, and the movements and balances of accounts."""

from typing import Any

from sqlalchemy import BigInteger, Float, Select, case, cast, func, literal, null, select

from domain.finance.model import Certainty, ChargeKind
from storage.figures.facts import Fact, Key, Sum, compose, shop_join, shop_keys, time_keys
from storage.figures.sales import buyer_join, buyer_keys, orders, rollup, sales_days
from storage.figures.scope import Scope
from storage.schema import metadata

_T = metadata.tables
_charges, _expenses, _accounts, _moves = _T["charges"], _T["expenses"], _T["accounts"], _T["cash_moves"]


def _of_kind(kind: ChargeKind) -> Sum:
    return Sum(func.sum(case((_charges.c.kind == kind, _charges.c.amount_base), else_=0)))


CHARGES = Fact(
    _charges, {**time_keys(_charges.c.occurred_on), **shop_keys(_charges.c.shop_id, _charges.c.currency),
               **buyer_keys(orders.c.customer_id, "orders")},
    {"platform_fees": _of_kind(ChargeKind.PLATFORM_FEE), "shipping_cost": _of_kind(ChargeKind.SHIPPING),
     "estimated_charges": Sum(func.sum(case((_charges.c.certainty == Certainty.ESTIMATED, 1), else_=0)))},
    _charges.c.occurred_on,
    joins={**shop_join(_charges.c.shop_id), "orders": (orders, orders.c.id == _charges.c.order_id),
           **buyer_join(orders.c.customer_id)})
_CHARGE_DAYS = rollup(
    sales_days, {}, {}, sales_days.c.charges > 0,
    platform_fees="platform_fees_base", shipping_cost="shipping_cost_base", estimated_charges="estimated_charges")
charges = compose((CHARGES,), (_CHARGE_DAYS,))

EXPENSES = Fact(
    _expenses, {**time_keys(_expenses.c.day), **shop_keys(_expenses.c.shop_id, _expenses.c.currency)},
    {"expenses": Sum(func.sum(_expenses.c.amount_base))}, _expenses.c.day, joins=shop_join(_expenses.c.shop_id))
expenses = compose((EXPENSES,))

_ACCOUNT_KEYS = {"account": Key(_accounts.c.id), "currency": Key(_accounts.c.currency)}
CASH = Fact(
    _moves.join(_accounts, _accounts.c.id == _moves.c.account_id), {**time_keys(_moves.c.occurred_on), **_ACCOUNT_KEYS},
    {"cash_in": Sum(func.sum(case((_moves.c.amount_base > 0, _moves.c.amount_base), else_=0))),
     "cash_out": Sum(func.sum(case((_moves.c.amount_base < 0, -_moves.c.amount_base), else_=0)))},
    _moves.c.occurred_on, _moves.c.occurred_at)
cash = compose((CASH,))


def accounts(scope: Scope, measures: frozenset[str]) -> list[Select[Any]]:
    """Opening balance and every move up to the moment, at the latest rate; not known where a currency has no rate."""
    moved = select(_moves.c.account_id, func.sum(_moves.c.amount_minor).label("amount")) \
        .where(_moves.c.occurred_at <= scope.moment).group_by(_moves.c.account_id).subquery("moved")
    factor = case(scope.factors, value=_accounts.c.currency, else_=null())
    balance = cast(_accounts.c.opening_minor + func.coalesce(moved.c.amount, 0), Float) * cast(factor, Float)
    whole = case((func.count(factor) == func.count(), func.sum(balance)), else_=cast(null(), Float))
    fact = Fact(_accounts.outerjoin(moved, moved.c.account_id == _accounts.c.id), _ACCOUNT_KEYS,
                {"balance": Sum(whole), "accounts_without_rate": Sum(cast(func.sum(
                    case((factor.is_(None), 1), else_=literal(0))), BigInteger))})
    return [fact.select(scope, measures, None)]
