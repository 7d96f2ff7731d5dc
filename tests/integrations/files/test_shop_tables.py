"""Products, stock, customers, expenses, advertising, traffic and rates."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from domain.catalog.model import ItemKind, Platform
from domain.drafts import (
    AdSpendDraft,
    CustomerDraft,
    Draft,
    ExpenseDraft,
    FxRateDraft,
    Kind,
    ProductDraft,
    StockDraft,
    TrafficDraft,
)
from tests.integrations.files.reading import problem_of, read, write

DAY = date(2026, 9, 20)
PRODUCT = ProductDraft("YS-01-M", "大衣", "驼色 M", ("A款", "驼色大衣"), "女装", ItemKind.GOODS, 4_200_050, 89900,
                       "CNY", 20, "690", is_active=True)
CUSTOMER = CustomerDraft("b-1", Platform.TAOBAO, "王小明", "13800008000", "广东省", "VIP", "老客")
AD = AdSpendDraft(DAY, "天猫店", "双11", 1000, 50, 12350, "CNY", 99900)

CASES: list[tuple[Kind, tuple[str, ...], tuple[str, ...], tuple[object, ...], Draft]] = [
    (Kind.PRODUCTS,
     ("sku_code", "product", "variant", "aliases", "category", "unit_cost", "price", "currency", "reorder_point",
      "barcode"),
     ("商家编码", "商品名称", "规格", "别名", "类目", "成本价", "售价", "币种", "补货点", "条码"),
     ("YS-01-M", "大衣", "驼色 M", "A款、驼色大衣", "女装", "420.005", "¥899", "人民币", "20", "690"), PRODUCT),
    (Kind.STOCK, ("sku_code", "warehouse", "on_hand", "counted_at"), ("货号", "仓库", "库存数量", "盘点时间"),
     ("A-1", "杭州仓", "-3", "2026-09-20 10:00"),
     StockDraft("A-1", "杭州仓", -3, None, datetime(2026, 9, 20, 2, 0, tzinfo=UTC))),
    (Kind.CUSTOMERS, ("buyer_id", "platform", "name", "phone", "province", "level", "tags"),
     ("买家会员名", "平台", "姓名", "手机号", "省份", "会员等级", "标签"),
     ("b-1", "天猫", "王小明", "'13800008000", "广东", "VIP", "老客"), CUSTOMER),
    (Kind.EXPENSES, ("day", "category", "amount", "currency", "shop", "note"), ("日期", "类别", "金额", "币种",
                                                                                "店铺", "备注"),
     ("2026-09-20", "房租", "5,000.00", "", "天猫店", "九月"),
     ExpenseDraft(DAY, "房租", 500_000, "CNY", "天猫店", "九月", 1)),
    (Kind.AD_SPEND,
     ("day", "shop", "campaign", "impressions", "clicks", "spend", "currency", "attributed_revenue"),
     ("日期", "店铺", "推广计划", "展现量", "点击量", "花费", "币种", "成交金额"),
     ("2026/9/20", "天猫店", "双11", "1,000", "50", "123.495", "", "999"), AD),
    (Kind.TRAFFIC, ("day", "shop", "visitors", "page_views"), ("统计日期", "店铺", "访客数", "浏览量"),
     ("20260920", "天猫店", "1200", "5000"), TrafficDraft(DAY, "天猫店", 1200, 5000)),
    (Kind.FX_RATES, ("day", "currency", "rate"), ("日期", "币种", "汇率"), ("2026-09-20", "美元", "7.1234"),
     FxRateDraft(DAY, "USD", 712_340_000)),
]


@pytest.mark.parametrize(("kind", "english", "chinese", "row", "draft"), CASES, ids=[case[0].value for case in CASES])
def test_both_headers_of_every_kind(tmp_path: Path, kind: Kind, english: tuple[str, ...], chinese: tuple[str, ...],
                                    row: tuple[object, ...], draft: Draft) -> None:
    for header in (english, chinese, tuple(reversed(english))):
        cells = tuple(reversed(row)) if header == tuple(reversed(english)) else row
        found = read(write(tmp_path / "table.csv", header, cells))
        assert [table.kind for table in found.tables] == [kind]
        assert (found.drafts, found.rejects) == ([draft], [])


def test_equal_expenses_are_numbered(tmp_path: Path) -> None:
    """Two taxi rides of 30 on one day are two expenses; the file imported again has the same two."""
    path = write(tmp_path / "e.csv", ("日期", "类别", "金额"), *[("2026-09-20", "打车", 30)] * 3, ("2026-09-20",
                                                                                           "打车", 31))
    drafts = read(path, batch_rows=2).drafts
    assert [draft.occurrence for draft in drafts if isinstance(draft, ExpenseDraft)] == [1, 2, 3, 1]


@pytest.mark.parametrize(("header", "row", "reason"), [
    (("sku_code", "product", "unit_cost"), ("A", "大衣", "-1"), "row_negative"),
    (("sku_code", "product"), ("1.2E+10", "大衣"), "row_id_damaged"),
    (("sku_code", "product"), ("A", ""), "row_missing"),
    (("sku_code", "product", "is_active"), ("A", "大衣", "也许"), "row_unknown_word"),
    (("sku_code", "warehouse", "on_hand"), ("A", "杭州仓", "1.5"), "row_bad_quantity"),
    (("sku_code", "warehouse", "on_hand"), ("A", "", "1"), "row_missing"),
    (("日期", "类别", "金额"), ("2026-02-29", "房租", "1"), "row_bad_date"),
    (("日期", "币种", "汇率"), ("2026-02-28", "USD", "0"), "row_not_positive"),
    (("日期", "访客数"), ("2026-02-28", "-1"), "row_negative"),
    (("买家id", "姓名"), ("tb1***9", "王"), "row_missing"),
])
def test_bad_rows_of_every_kind(tmp_path: Path, header: tuple[str, ...], row: tuple[str, ...], reason: str) -> None:
    assert read(write(tmp_path / "table.csv", header, row)).reasons == [(1, reason)]


def test_a_header_that_fits_two_kinds_is_asked_about(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", ("商家编码", "仓库", "库存", "商品名称", "售价"), ("A", "杭州仓", 1, "大衣", 5))
    assert problem_of(path).key == "file_kind_unsure"
    assert read(path, kind=Kind.STOCK).drafts == [StockDraft("A", "杭州仓", 1, None, None)]


def test_the_kind_that_was_named_must_fit(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", ("商家编码", "仓库", "库存"), ("A", "杭州仓", 1))
    problem = problem_of(path, kind=Kind.PRODUCTS)
    assert problem.key in {"file_column_missing", "file_unknown_table"}
