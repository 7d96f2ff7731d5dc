"""The whole demo shop in memory: its orders in batches, and everything that follows from them."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import cached_property
from itertools import islice

from bot.app.demo.books import Books, dollar_rates
from bot.app.demo.cash import Cash, CashRow
from bot.app.demo.charges import ChargeRow, Charges
from bot.app.demo.drafting import Clock, line_drafts, order_draft
from bot.app.demo.expenses import expenses
from bot.app.demo.history import History, first_day
from bot.app.demo.lists import read_lists
from bot.app.demo.marketing import Marketing
from bot.app.demo.plan import DAY_S, HOUR_S
from bot.app.demo.sales import Sale
from bot.app.demo.stock import Balance, Move, Promise, Shelves
from domain.clock import ShopCalendar
from domain.drafts import AdSpendDraft, ExpenseDraft, LineDraft, OrderDraft, TrafficDraft

BATCH_ORDERS = 5_000  # some ten megabytes of drafts at a time


class DemoShop:
    """One demo shop as it stands at a moment. Take the batches to their end first: the rest follows from them."""

    def __init__(self, at: datetime, calendar: ShopCalendar) -> None:
        self.lists = read_lists()
        self.last = calendar.day(at)
        self.start = first_day(self.last)
        begin = calendar.start_of(self.start)
        self.clock = Clock(begin)
        # Seconds count from the first midnight: where clocks change, the demo's hours shift by one, its moments do not.
        self.at = int((at - begin).total_seconds())
        self.rates = dollar_rates(self.start, self.last)
        self.charges: list[ChargeRow] = []
        self._books = Books(self.start, self.rates)
        self._charges = Charges(self._books, self.last)
        self._shelves = Shelves(self.lists.items, [entry.name for entry in self.lists.of_kind("warehouse")], self.at)
        self._rows = 0

    def batches(self) -> Iterator[tuple[list[OrderDraft], list[LineDraft]]]:
        """All orders with their lines, oldest first. To be taken once."""
        sales = History(self.lists, self.start, self.last).orders(self.at)
        while batch := list(islice(sales, BATCH_ORDERS)):
            for sale in batch:
                self._books.add(sale)
                self._shelves.add(sale)
                self.charges.extend(self._charges.of(sale))
            lines = [line for sale in batch for line in self._lines(sale)]
            yield [order_draft(sale, self.clock) for sale in batch], lines

    def day(self, second: int) -> date:
        """The business day of a moment."""
        return self._books.day(second)

    def _lines(self, sale: Sale) -> list[LineDraft]:
        lines = list(line_drafts(sale, self.clock, self._rows + 1))
        self._rows += len(lines)
        return lines

    @cached_property
    def _marketing(self) -> Marketing:
        return Marketing(self._books, self.last, self.at % DAY_S / DAY_S)

    @cached_property
    def ads(self) -> list[AdSpendDraft]:
        return list(self._marketing.ads())

    @cached_property
    def traffic(self) -> list[TrafficDraft]:
        return list(self._marketing.traffic())

    @cached_property
    def bills(self) -> list[ExpenseDraft]:
        return list(expenses(self.start, self.last, self.at % DAY_S // HOUR_S))

    @cached_property
    def balances(self) -> list[Balance]:
        return list(self._shelves.balances())

    @property
    def promised(self) -> list[Promise]:
        """Pieces reserved; per shelf they add up to the balances' reserved."""
        return self._shelves.promised

    @cached_property
    def moves(self) -> list[Move]:
        """Stock moves; they add up to the balances."""
        return list(self._shelves.moves())

    @cached_property
    def cash(self) -> list[CashRow]:
        return list(Cash(self._books, self.at).moves(self.charges, self.ads, self.bills, self.moves))
