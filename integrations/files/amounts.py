"""The money of order rows: exact in 1/10000 of the unit (or fractions of it), rounded half up once a line."""

from collections.abc import Iterable
from fractions import Fraction
from operator import mul
from typing import NamedTuple

from domain.money import UNIT_SCALE, allocate, minor_per_unit
from domain.orders.model import AfterSale, Payment
from integrations.files.axes import Axes
from integrations.files.block import BadRows, Block
from integrations.files.cells import round_half_up
from integrations.files.formats import PaidRule
from integrations.files.header import Plan
from integrations.files.runs import run_starts, spans
from integrations.files.setting import Setting

LARGEST_PAID = 10**15  # minor units of one line; a year of such lines still fits the database's integers

Exact = int | Fraction


def to_minor(values: Iterable[Exact], divisors: Iterable[int]) -> list[int]:
    """Minor units, half up and away from zero; a divisor is how many 1/10000 one minor unit has."""
    return [(2 * value + divisor) // (2 * divisor) if value >= 0 else -((divisor - 2 * value) // (2 * divisor))
            for value, divisor in zip(values, divisors, strict=True)]


def divisors_of(block: Block, setting: Setting) -> list[int]:
    currencies = block.values.get("currency")
    if currencies is None:
        return [UNIT_SCALE // minor_per_unit(setting.currency)] * len(block)
    known = {currency: UNIT_SCALE // minor_per_unit(currency) for currency in set(currencies)}
    return [known[currency] for currency in currencies]


def fill_amounts(block: Block, plan: Plan, setting: Setting) -> None:
    """Add what each line was paid, its discount, unit price, refund and freight; take out rows that contradict."""
    block.values["divisor"] = divisors_of(block, setting)
    rule = plan.format.paid
    block.values["refund_e4"] = block.get("refund_amount")
    if rule is PaidRule.ORDER:
        _fill_from_order(block, setting)
    elif rule is PaidRule.SHARED:
        _share(block, plan)
    else:
        _fill_from_lines(block, plan)
    values = block.values
    if "paid" not in values:
        values["paid"] = to_minor(values["exact"], values["divisor"])
    if max(values["paid"], default=0) > LARGEST_PAID:
        block.reject({at: ("row_amount_too_large", {}) for at, paid in enumerate(values["paid"])
                      if paid > LARGEST_PAID})
    _fill_prices(block)
    _fill_freight(block, rule)
    _fill_refunds(block, rule)


def _fill_from_lines(block: Block, plan: Plan) -> None:
    quantities, prices = block.get("quantity", 1), block.get("unit_price")
    columns = block.values.keys()
    if not columns & {"line_paid", "line_discount", "goods_total"} and None not in prices:
        block.values["exact"] = list(map(mul, map(abs, quantities), prices))
        return
    block.values["exact"] = list(map(_line, zip(
        quantities, prices, block.get("goods_total"), block.get("line_discount"), block.get("line_paid"),
        strict=True)))
    wanted = next(column for column in ("line_paid", "unit_price", "goods_total") if column in columns)
    block.reject({at: ("row_missing", {"column": plan.titled(wanted), "value": ""})
                  for at, exact in enumerate(block.values["exact"]) if exact is None})
    if plan.format.paid is PaidRule.LINE_WITH_FREIGHT:
        block.values["exact"] = [exact - (freight or 0) for exact, freight in
                                 zip(block.values["exact"], block.get("freight"), strict=True)]
    block.reject({at: ("row_amount_below_zero", {}) for at, exact in enumerate(block.values["exact"]) if exact < 0})


def _line(row: tuple[int, Exact | None, Exact | None, Exact | None, Exact | None]) -> Exact | None:
    """What the row's own amounts come to: the amount paid wins. Of a return: what went back."""
    quantity, price, goods, discount, paid = row
    if paid is not None:
        return -paid if quantity < 0 and paid < 0 else paid
    if price is not None:
        return price * abs(quantity) - (discount or 0)
    return None if goods is None else goods - (discount or 0)


class _OrderRow(NamedTuple):
    """What a one-row order was paid in all, and what of it went back; None for a row that contradicts itself."""

    paid: Exact
    refund: Exact | None


def _fill_from_order(block: Block, setting: Setting) -> None:
    rows = [_order(axes, total, left, refund, is_net=setting.left_is_net) for axes, total, left, refund in zip(
        block.values["axes"], block.get("order_total"), block.get("order_paid"), block.get("refund_amount"),
        strict=True)]
    exact = [None if row is None else row.paid - (freight or 0)
             for row, freight in zip(rows, block.get("freight"), strict=True)]
    bad: BadRows = {at: ("row_amounts_contradict", {}) for at, paid in enumerate(exact) if paid is None or paid < 0}
    block.values["exact"] = exact
    block.values["refund_e4"] = [row and row.refund for row in rows]
    block.reject(bad)


def _order(axes: Axes, total: Exact | None, left: Exact | None, refund: Exact | None, *,
           is_net: bool) -> _OrderRow | None:
    """`left` is what the buyer paid; where it is net, refunds have been taken off it."""
    if total is None and left is None:
        return None
    total, left = (left if total is None else total), (total if left is None else left)
    assert total is not None
    assert left is not None
    if axes.payment in (Payment.UNPAID, Payment.CLOSED):
        return None if refund else _OrderRow(total, None)
    if refund is None:
        # Without a column for refunds only an order closed after payment tells what went back: all but what is left.
        return _OrderRow(total, total - left) if axes.payment is Payment.REFUNDED else _OrderRow(left, None)
    if is_net:
        return _OrderRow(total, refund) if total == left + refund else None
    return _OrderRow(left, refund) if refund <= left else None


def _share(block: Block, plan: Plan) -> None:
    """Split the order's amount without freight over its rows by quantity × price."""
    values = block.values
    gross = [abs(quantity) * (price or 0) for quantity, price in
             zip(values["quantity"], block.get("unit_price"), strict=True)]
    paid = [0] * len(block)
    bad: dict[int, tuple[str, dict[str, str]]] = {}
    freights = block.get("freight")
    for start, end in spans(run_starts(block.get("shop", ""), values["order_no"])):
        amounts = set(values["order_paid"][start:end])
        amount, freight = values["order_paid"][start], freights[start] or 0
        if len(amounts) > 1 or amount is None or amount < freight:
            bad.update({at: ("row_order_amounts_differ", {"column": plan.titled("order_paid")})
                        for at in range(start, end)})
            continue
        total, = to_minor([amount - freight], [values["divisor"][start]])
        paid[start:end] = allocate(total, [round_half_up(weight) for weight in gross[start:end]])
    values["paid"] = paid
    values["exact"] = [part * divisor for part, divisor in zip(paid, values["divisor"], strict=True)]
    block.reject(bad)


def _fill_prices(block: Block) -> None:
    """Unit price as written, else from the amounts; the discount as written, else what is missing from the gross."""
    values = block.values
    quantities, prices, exact = block.get("quantity", 1), block.get("unit_price"), values["exact"]
    if None in prices:
        goods = block.get("goods_total")
        prices = [Fraction(paid if total is None else total) / abs(quantity) if price is None else price
                  for price, total, paid, quantity in zip(prices, goods, exact, quantities, strict=True)]
    values["price_e4"] = prices if set(map(type, prices)) == {int} else list(map(round_half_up, prices))
    given = values.get("line_discount")
    if given is None and not values.keys() & {"line_paid", "goods_total", "order_paid"}:
        values["discount"] = [0] * len(block)
        return
    off = [abs(quantity) * price - paid if written is None else written for quantity, price, paid, written in
           zip(quantities, prices, exact, given or [None] * len(block), strict=True)]
    values["discount"] = to_minor([max(amount, 0) for amount in off], values["divisor"])


def _fill_freight(block: Block, rule: PaidRule) -> None:
    """Once an order: the first amount on its rows, or their sum where each row's amount holds its own."""
    if "freight" not in block.values:
        return
    minor = to_minor([freight or 0 for freight in block.values["freight"]], block.values["divisor"])
    block.values["order_freight"] = minor
    for start, end in spans(run_starts(block.get("shop", ""), block.values["order_no"])):
        if end - start > 1:
            run = minor[start:end]
            minor[start] = sum(run) if rule is PaidRule.LINE_WITH_FREIGHT else next(filter(None, run), 0)
            minor[start + 1:end] = [0] * (end - start - 1)


def _fill_refunds(block: Block, rule: PaidRule) -> None:
    """Refunds as written, else all of the row where its status says so; asked for where the after-sale is open."""
    values = block.values
    values["refund"] = values["asked"] = [0] * len(block)
    values["run_axes"] = values["axes"]
    has_words = any(axes.refunding.is_all or axes.refunding.is_asked for axes in set(values["axes"]))
    if not has_words and not any(values["refund_e4"]):
        return
    values["sold"] = [paid if quantity > 0 else 0
                      for quantity, paid in zip(block.get("quantity", 1), values["paid"], strict=True)]
    _refund_rows(block)
    _refund_runs(block, counts_freight=rule in {PaidRule.ORDER, PaidRule.LINE})


def _refund_rows(block: Block) -> None:
    values = block.values
    written = [None if refund is None else to_minor([refund], [divisor])[0]
               for refund, divisor in zip(values["refund_e4"], values["divisor"], strict=True)]
    amounts, asked = [], []
    for axes, refund, sold, refunded_at in zip(values["axes"], written, values["sold"], block.get("refunded_at"),
                                               strict=True):
        is_open = axes.after_sale is AfterSale.OPEN and refunded_at is None
        default = sold if axes.refunding.is_asked or axes.refunding.is_all else 0
        amount = default if refund is None else refund
        amounts.append(0 if is_open else amount)
        asked.append(amount if is_open else 0)
    values["written"], values["refund"], values["asked"] = written, amounts, asked


def _refund_runs(block: Block, *, counts_freight: bool) -> None:
    """Freight goes back with an order of which all goes back; an order of which nothing is left is refunded.

    Where freight stands apart (`counts_freight`), what was kept of it is something left.
    """
    values = block.values
    axes, sold, refund = list(values["axes"]), values["sold"], values["refund"]
    freight = block.get("order_freight", 0)
    bad: dict[int, tuple[str, dict[str, str]]] = {}
    for start, end in spans(run_starts(block.get("shop", ""), values["order_no"])):
        rows = range(start, end)
        if not any(refund[start:end]):
            continue
        if all(axes[at].refunding.is_all and values["written"][at] is None for at in rows):
            refund[start] += freight[start]
        if sum(refund[start:end]) > sum(sold[start:end]) + freight[start]:
            bad.update({at: ("row_refund_too_large", {}) for at in rows})
        is_all_back = sum(refund[start:end]) == sum(sold[start:end]) + (freight[start] if counts_freight else 0)
        for at in rows:
            axes[at] = _refunded(axes[at], is_all=is_all_back)
    values["run_axes"] = axes
    block.reject(bad)


def _refunded(axes: Axes, *, is_all: bool) -> Axes:
    payment = Payment.REFUNDED if is_all and axes.payment is Payment.PAID else axes.payment
    after_sale = AfterSale.DONE if axes.after_sale is AfterSale.NONE else axes.after_sale
    return axes._replace(payment=payment, after_sale=after_sale)


def is_net(rows: Iterable[tuple[Exact, ...]]) -> bool:
    """Of (total, paid, refund) rows: whether what was paid is without the refund; net where nothing speaks."""
    votes = 0
    for total, left, refund in rows:
        if refund:
            votes += (total == left + refund) - (total == left)
    return votes >= 0
