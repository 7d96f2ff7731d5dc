"""The demo shop's accounts: what sales bring, and what refunds, advertising, goods, parcels and bills take."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from bot.app.demo.books import Books
from bot.app.demo.charges import ChargeRow
from bot.app.demo.lists import BASE_CURRENCY
from bot.app.demo.plan import DAY_S, HOUR_S, SHOPS
from bot.app.demo.stock import Move
from domain.drafts import AdSpendDraft, ExpenseDraft
from domain.finance.model import ChargeKind
from domain.inventory.model import MoveReason

# name -> (currency, balance when the history begins)
ACCOUNTS = {"支付宝": ("CNY", 30_000_000), "微信支付": ("CNY", 16_000_000), "招商银行": ("CNY", 38_000_000),
            "PayPal": ("USD", 900_000)}
SUPPLIERS = {  # category -> (the account that pays, who is paid)
    "女装": ("支付宝", "杭州服装供应商"), "男装": ("支付宝", "广州服装供应商"), "家居": ("微信支付", "义乌家居供应商"),
    "数码": ("微信支付", "深圳数码供应商"), "美妆": ("微信支付", "上海美妆供应商"), "食品": ("微信支付", "食品供应商"),
}
CARRIER_ACCOUNT, CARRIER_DAY = "微信支付", 8  # carriers are paid once a month for the month before
EXPENSE_ACCOUNTS = {"房租": "支付宝", "包材": "支付宝"}
EXPENSE_ACCOUNT = "招商银行"
DOLLAR_ACCOUNT = "PayPal"


class CashRow(NamedTuple):
    """Money into or out of an account; `second` counts from the start of the history."""

    account: str
    second: int
    amount_minor: int
    amount_base: int
    counterparty: str
    note: str
    reference: str


class Cash:
    """The accounts' moves up to `at`, day by day."""

    def __init__(self, books: Books, at: int) -> None:
        self._books, self._at = books, at

    def moves(self, charges: Iterable[ChargeRow], ads: Iterable[AdSpendDraft], bills: Iterable[ExpenseDraft],
              stock: Iterable[Move]) -> Iterator[CashRow]:
        """Everything that moved money, in no particular order."""
        fees: Counter[tuple[str, date]] = Counter()
        parcels: Counter[date] = Counter()
        for charge in charges:
            if charge.kind is ChargeKind.PLATFORM_FEE:
                fees[charge.shop, charge.occurred_on] += charge.amount_minor
            else:
                parcels[charge.occurred_on.replace(day=1)] += charge.amount_minor
        planned = (*self._settlements(fees), *self._refunds(), *self._ads(ads), *self._bills(bills),
                   *self._purchases(stock), *self._carriers(parcels))
        return (row for row in planned if row.second <= self._at and row.amount_minor)

    def _row(self, account: str, moment: tuple[date, int], amount: int, why: tuple[str, str, str]) -> CashRow:
        """`why` is the other side, a note, and what the reference begins with: one move per account, that and day."""
        (day, hour), (counterparty, note, reference) = moment, why
        currency = ACCOUNTS[account][0]
        second = (day - self._books.start).days * DAY_S + hour * HOUR_S
        known = min(day, max(self._books.rates))  # a settlement of tomorrow is dropped, but needs a rate until then
        base = self._books.base(abs(amount), currency, known)
        return CashRow(account, second, amount, base if amount > 0 else -base, counterparty, note,
                       f"{reference}:{day:%Y%m%d}")

    def _settlements(self, fees: Counter[tuple[str, date]]) -> Iterator[CashRow]:
        for (shop, day), received in self._books.received.items():
            plan = SHOPS[shop]
            due = day + timedelta(days=plan.settle_days)
            yield self._row(plan.account, (due, 2), received - fees[shop, day],
                            (shop, "平台结算款", f"settle:{plan.prefix}"))

    def _refunds(self) -> Iterator[CashRow]:
        for (shop, day), amount in self._books.refunded.items():
            plan = SHOPS[shop]
            yield self._row(plan.account, (day, 23), -amount, (shop, "买家退款", f"refund:{plan.prefix}"))

    def _ads(self, ads: Iterable[AdSpendDraft]) -> Iterator[CashRow]:
        spent: Counter[tuple[str, date]] = Counter()
        for ad in ads:
            spent[ad.shop, ad.day] += ad.spend_minor
        for (shop, day), amount in spent.items():
            plan = SHOPS[shop]
            yield self._row(plan.account, (day, 23), -amount,
                            (f"{shop}推广账户", "推广费", f"ads:{plan.prefix}"))

    def _bills(self, bills: Iterable[ExpenseDraft]) -> Iterator[CashRow]:
        for number, bill in enumerate(bills, start=1):
            account = EXPENSE_ACCOUNTS.get(bill.category, EXPENSE_ACCOUNT)
            if bill.currency != BASE_CURRENCY:
                account = DOLLAR_ACCOUNT
            yield self._row(account, (bill.day, 11), -bill.amount_minor,
                            (bill.category, bill.note or bill.category, f"bill:{number}"))

    def _purchases(self, stock: Iterable[Move]) -> Iterator[CashRow]:
        bought: Counter[tuple[str, date]] = Counter()
        for move in stock:
            if move.reason is MoveReason.RECEIVED:
                cost = move.quantity * move.shelf.item.unit_cost_e4 // 100
                bought[move.shelf.item.category, self._books.day(move.second)] += cost
        for (category, day), cost in bought.items():
            account, supplier = SUPPLIERS[category]
            yield self._row(account, (day, 16), -cost, (supplier, "货款", f"goods:{category}"))

    def _carriers(self, parcels: Counter[date]) -> Iterator[CashRow]:
        for month, cost in parcels.items():
            following = (month + timedelta(days=32)).replace(day=CARRIER_DAY)
            yield self._row(CARRIER_ACCOUNT, (following, 14), -cost, ("快递公司", "上月运费", "parcels"))
