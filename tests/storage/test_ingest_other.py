"""Products, stock, customers, expenses, ads, traffic and rates brought in."""

from datetime import date

import pytest

from domain.catalog.model import ItemKind, Platform
from domain.drafts import (
    AdSpendDraft,
    Counts,
    CustomerDraft,
    Draft,
    ExpenseDraft,
    FxRateDraft,
    Kind,
    ProductDraft,
    StockDraft,
    TrafficDraft,
)
from domain.money import RATE_SCALE
from storage.engine import Database
from tests.storage.drafting import VAULT, ingest, rows

DAY = date(2026, 11, 20)
MUG = ProductDraft("S1", "马克杯", "蓝", ("杯子", "A款"), "家居", ItemKind.GOODS, 128_000, 3_990, "CNY", 120, "690",
                   is_active=True)
DRAFTS: dict[Kind, Draft] = {
    Kind.PRODUCTS: MUG,
    Kind.CUSTOMERS: CustomerDraft("b1", Platform.TAOBAO, "王*", "138****8000", "广东省", "V1", "老客"),
    Kind.EXPENSES: ExpenseDraft(DAY, "房租", 800_000, "CNY", None, "11月", 1),
    Kind.AD_SPEND: AdSpendDraft(DAY, "小店", "直通车", 10_000, 300, 45_000, "CNY", 135_000),
    Kind.TRAFFIC: TrafficDraft(DAY, "小店", 1_234, 5_678),
    Kind.FX_RATES: FxRateDraft(DAY, "USD", 7 * RATE_SCALE),
}


def bring(database: Database, kind: Kind, *drafts: Draft) -> Counts:
    with ingest(database) as sink:
        sink.stage(kind, drafts)
        return sink.finish()[kind]


@pytest.mark.parametrize("kind", DRAFTS, ids=str)
def test_the_same_row_again_changes_nothing(database: Database, kind: Kind) -> None:
    assert bring(database, kind, DRAFTS[kind]) == Counts(1, 0, 0)
    assert bring(database, kind, DRAFTS[kind]) == Counts(0, 1, 0)


def test_what_a_later_file_leaves_empty_keeps_its_value(database: Database) -> None:
    bring(database, Kind.PRODUCTS, MUG)
    changed = MUG._replace(unit_cost_e4=None, barcode=None, reorder_point=None, category=None, price_minor=4_500,
                           aliases=())
    assert bring(database, Kind.PRODUCTS, changed) == Counts(1, 0, 0)
    assert rows(database, "SELECT unit_cost_e4, price_minor, reorder_point, barcode FROM skus") == [
        (128_000, 4_500, 120, "690")]
    assert rows(database, "SELECT name, category FROM products") == [("马克杯", "家居")]
    assert rows(database, "SELECT text FROM aliases ORDER BY text") == [("A款",), ("杯子",)]


def test_variants_share_their_product_and_the_last_row_of_a_sku_counts(database: Database) -> None:
    red = MUG._replace(sku_code="S2", variant="红")
    assert bring(database, Kind.PRODUCTS, MUG, red, MUG._replace(price_minor=5_000)) == Counts(2, 1, 0)
    assert rows(database, "SELECT COUNT(*) FROM products") == [(1,)]
    assert rows(database, "SELECT code, price_minor FROM skus ORDER BY code") == [("S1", 5_000), ("S2", 3_990)]


def test_counted_stock_is_a_move_of_the_difference(database: Database) -> None:
    bring(database, Kind.PRODUCTS, MUG)
    first = StockDraft("S1", "东仓", 30, 12, None)
    assert bring(database, Kind.STOCK, first, first._replace(warehouse="西仓", on_hand=5)) == Counts(2, 0, 0)
    assert bring(database, Kind.STOCK, first, first._replace(on_hand=26, incoming=None)) == Counts(1, 1, 0)
    assert bring(database, Kind.STOCK, first._replace(on_hand=26)) == Counts(0, 1, 0)
    assert rows(database, "SELECT quantity, reason FROM stock_moves ORDER BY id") == [
        (30, "opening"), (5, "opening"), (-4, "counted")]
    assert rows(database, "SELECT on_hand, incoming FROM stock_balances ORDER BY on_hand") == [(5, 12), (26, 12)]


def test_stock_of_a_sku_that_nobody_knows_is_refused(database: Database) -> None:
    with ingest(database) as sink:
        sink.stage(Kind.STOCK, [StockDraft("NO-1", "东仓", 3, None, None, row_no=7)])
        assert sink.finish()[Kind.STOCK] == Counts(0, 0, 1)
        (kind, reject), = sink.rejects
    assert (kind, reject.row_no, reject.reason, reject.facts) == (Kind.STOCK, 7, "unknown_sku", {"sku": "NO-1"})


def test_two_equal_expenses_of_one_file_are_two_and_of_two_files_one(database: Database) -> None:
    rent = DRAFTS[Kind.EXPENSES]
    assert isinstance(rent, ExpenseDraft)
    assert bring(database, Kind.EXPENSES, rent, rent._replace(occurrence=2)) == Counts(2, 0, 0)
    assert bring(database, Kind.EXPENSES, rent, rent._replace(occurrence=2)) == Counts(0, 2, 0)


def test_foreign_spending_needs_a_rate(database: Database) -> None:
    ads = DRAFTS[Kind.AD_SPEND]
    assert isinstance(ads, AdSpendDraft)
    assert bring(database, Kind.AD_SPEND, ads._replace(currency="USD")) == Counts(0, 0, 1)
    bring(database, Kind.FX_RATES, DRAFTS[Kind.FX_RATES])
    assert bring(database, Kind.AD_SPEND, ads._replace(currency="USD")) == Counts(1, 0, 0)
    assert rows(database, "SELECT spend_base, attributed_base FROM ad_spend") == [(315_000, 945_000)]


def test_a_day_said_again_with_other_figures_is_corrected(database: Database) -> None:
    corrections: dict[Kind, Draft] = {
        Kind.TRAFFIC: TrafficDraft(DAY, "小店", 99, 5_678),
        Kind.AD_SPEND: AdSpendDraft(DAY, "小店", "直通车", 10_000, 300, 1, "CNY", 135_000),
        Kind.FX_RATES: FxRateDraft(DAY, "USD", RATE_SCALE),
    }
    for kind, correction in corrections.items():
        bring(database, kind, DRAFTS[kind])
        assert bring(database, kind, correction) == Counts(1, 0, 0)
    assert rows(database, "SELECT visitors FROM traffic") == [(99,)]
    assert rows(database, "SELECT spend_minor FROM ad_spend") == [(1,)]


def test_customers_are_found_by_their_account_and_sealed(database: Database) -> None:
    bring(database, Kind.CUSTOMERS, DRAFTS[Kind.CUSTOMERS])
    known = DRAFTS[Kind.CUSTOMERS]
    assert isinstance(known, CustomerDraft)
    assert bring(database, Kind.CUSTOMERS, known._replace(level="V2"), known._replace(buyer_id="b2")) == Counts(2, 0, 0)
    levels = rows(database, "SELECT level, name_sealed FROM customers ORDER BY id")
    assert [level for level, _ in levels] == ["V2", "V1"]
    assert VAULT.open("customers.name", bytes(levels[0][1])) == "王*"
