"""Rows of products, stock, customers, expenses, advertising, traffic and rates into their drafts."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from domain.catalog.model import ItemKind, Platform
from domain.drafts import (
    AdSpendDraft,
    CustomerDraft,
    Draft,
    ExpenseDraft,
    FxRateDraft,
    Kind,
    ProductDraft,
    Reject,
    StockDraft,
    TrafficDraft,
)
from integrations.files.amounts import divisors_of, to_minor
from integrations.files.block import Block, BlockReader, row_number
from integrations.files.cells import round_half_up
from integrations.files.header import Plan
from integrations.files.problems import FileProblem
from integrations.files.readers import table_readers
from integrations.files.setting import Setting

EXPENSES_REMEMBERED = 500_000  # equal rows are numbered, and that needs each row's hash in memory
ALIAS_CHARS = 120
_SEPARATORS = str.maketrans("，、;；|/", ",,,,,,")


class ShopTableReader:
    """Reads batches of one table that holds no orders."""

    def __init__(self, name: str, plan: Plan, setting: Setting) -> None:
        self._name, self._plan, self._setting = name, plan, setting
        self._rows = BlockReader(plan, table_readers(setting), setting)
        self._expenses: Counter[int] = Counter()

    def batch(self, rows: Sequence[list[str]], first_row_no: int) -> tuple[list[Draft], list[Reject]]:
        """Drafts of the rows that are right, rejects of the others."""
        block = self._rows.read(rows, first_row_no)
        return list(_MAKERS[self._plan.format.kind](self, block)), sorted(block.rejects, key=row_number)

    def _minor(self, block: Block, column: str) -> list[Any]:
        """Minor units of the row's currency; None stays None."""
        return [None if value is None else to_minor([value], [divisor])[0]
                for value, divisor in zip(block.get(column), divisors_of(block, self._setting), strict=True)]

    def _shops(self, block: Block) -> list[str | None]:
        return block.get("shop") if self._setting.shop is None else [self._setting.shop] * len(block)

    def products(self, block: Block) -> Iterator[Draft]:
        for code, product, variant, aliases, category, cost, price, currency, point, barcode, is_active in zip(
                block.values["sku_code"], block.values["product"], block.get("variant", ""),
                block.get("aliases", ""), block.get("category"), block.get("unit_cost"),
                self._minor(block, "price"), block.get("currency", self._setting.currency),
                block.get("reorder_point"), block.get("barcode"), block.get("is_active", True), strict=True):
            yield ProductDraft(code, product, variant, _names(aliases), category, ItemKind.GOODS, _e4(cost), price,
                               currency, point, barcode, is_active)

    def stock(self, block: Block) -> Iterator[Draft]:
        yield from map(StockDraft, block.values["sku_code"], block.values["warehouse"], block.values["on_hand"],
                       block.get("incoming"), block.get("counted_at"))

    def customers(self, block: Block) -> Iterator[Draft]:
        for buyer_id, platform, *rest in zip(
                block.values["buyer_id"], block.get("platform"), block.get("name"), block.get("phone"),
                block.get("province"), block.get("level"), block.get("tags"), strict=True):
            yield CustomerDraft(buyer_id, platform or self._setting.platform or Platform.OTHER, *rest)

    def expenses(self, block: Block) -> Iterator[Draft]:
        for day, category, amount, currency, shop, note, row_hash in zip(
                block.values["day"], block.values["category"], self._minor(block, "amount"),
                block.get("currency", self._setting.currency), self._shops(block), block.get("note"),
                self._rows.hashes(block.rows), strict=True):
            self._expenses[row_hash] += 1
            yield ExpenseDraft(day, category, amount, currency, shop, note, self._expenses[row_hash])
        if len(self._expenses) > EXPENSES_REMEMBERED:
            raise FileProblem(f"{self._name} has too many expenses for one file", key="file_too_many_rows",
                              file=self._name, limit=f"{EXPENSES_REMEMBERED:,}")

    def ad_spend(self, block: Block) -> Iterator[Draft]:
        for day, shop, campaign, impressions, clicks, spend, currency, attributed in zip(
                block.values["day"], self._shops(block), block.get("campaign", ""), block.get("impressions"),
                block.get("clicks"), self._minor(block, "spend"), block.get("currency", self._setting.currency),
                self._minor(block, "attributed_revenue"), strict=True):
            yield AdSpendDraft(day, shop or "", campaign, impressions or 0, clicks or 0, spend, currency, attributed)

    def traffic(self, block: Block) -> Iterator[Draft]:
        for day, shop, visitors, views in zip(block.values["day"], self._shops(block), block.values["visitors"],
                                              block.get("page_views"), strict=True):
            yield TrafficDraft(day, shop or "", visitors, views or 0)

    def fx_rates(self, block: Block) -> Iterator[Draft]:
        yield from map(FxRateDraft, block.values["day"], block.values["currency"], block.values["rate"])


_MAKERS: dict[Kind, Callable[[ShopTableReader, Block], Iterator[Draft]]] = {
    Kind.PRODUCTS: ShopTableReader.products, Kind.STOCK: ShopTableReader.stock,
    Kind.CUSTOMERS: ShopTableReader.customers, Kind.EXPENSES: ShopTableReader.expenses,
    Kind.AD_SPEND: ShopTableReader.ad_spend, Kind.TRAFFIC: ShopTableReader.traffic,
    Kind.FX_RATES: ShopTableReader.fx_rates,
}


def _e4(value: int | Fraction | None) -> int | None:
    return None if value is None else round_half_up(value)


def _names(aliases: str) -> tuple[str, ...]:
    """The single names in 水杯、保温杯;CUP."""
    named = (name.strip()[:ALIAS_CHARS] for name in aliases.translate(_SEPARATORS).split(","))
    return tuple(dict.fromkeys(filter(None, named)))
