"""Verb: book an expense of the shop."""

from datetime import date

from domain.actions import Asked, Fact, Impossible, Parameter, ParameterKind, Plan, action
from domain.books import Books
from domain.changes.costs import ExpenseChange
from domain.money import Money
from domain.people import Permission

MAX_CATEGORY = 60  # the width of the column


@action(name="record_expense", permission=Permission.BOOK_EXPENSE, zh="记费用", en="record an expense", parameters=(
    Parameter("category", ParameterKind.TEXT, "费用名目", "category"),
    Parameter("amount", ParameterKind.MONEY, "金额", "amount"),
    Parameter("day", ParameterKind.DAY, "日期", "day", required=False)))
def record_expense(_: Books, asked: Asked) -> Plan:
    """The amount is of the base currency; without a day it is today's."""
    category, amount = asked.arguments["category"], Money(asked.arguments["amount"], asked.base_currency)
    if len(category) > MAX_CATEGORY:
        raise Impossible("bad_text", parameter="category", most=MAX_CATEGORY)
    day = date.fromisoformat(asked.arguments["day"]) if "day" in asked.arguments else asked.today
    if day > asked.today:
        raise Impossible("day_in_future", day=day)
    return Plan(facts=(Fact("expense", category, None, amount),),
                changes=(ExpenseChange(day, category, amount.amount_minor, amount.currency),),
                named={"amount": amount, "day": day})
