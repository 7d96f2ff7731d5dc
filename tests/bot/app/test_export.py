"""`zhanggui export`: tables that import back as they were, answers as files, and who may have what."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.app.cli import main
from bot.app.export_folder import MAX_FILES_KEPT, ExportFolder
from bot.app.exporting import export_kind
from bot.app.settings import Settings
from bot.app.wiring import OpenShop, open_shop
from bot.turn import Person
from domain.audit import AuditEntry
from domain.drafts import Kind
from domain.errors import NotAllowed
from domain.metrics.catalog import METRICS
from domain.metrics.periods import Period
from domain.metrics.query import MetricQuery
from domain.people import Role
from storage.audit import verify_chain
from storage.schema import metadata

COLUMNS = (
    "platform", "shop", "order_no", "line_no", "status", "after_sale", "created_at", "paid_at", "shipped_at",
    "signed_at", "buyer_id", "buyer_name", "buyer_phone", "province", "city", "address", "sku_code", "title",
    "quantity", "unit_price", "line_discount", "line_paid", "freight", "currency", "refund_amount",
    "refunded_at", "carrier", "waybill_no", "warehouse", "remark", "excluded")
LINES: list[dict[str, str]] = [
    {"platform": "jd", "shop": "京东店", "order_no": "J1", "line_no": "1", "status": "completed",
     "created_at": "2026-11-01 09:00:00", "paid_at": "2026-11-01 09:05:00", "shipped_at": "2026-11-02 10:00:00",
     "signed_at": "2026-11-04 18:00:00", "buyer_id": "b1", "buyer_name": "王小明", "buyer_phone": "13800138000",
     "province": "广东省", "city": "广州市", "address": "天河路1号", "sku_code": "DY-M", "title": "大衣",
     "quantity": "2", "unit_price": "199.5", "line_discount": "9.00", "line_paid": "390.00", "freight": "8.00",
     "currency": "CNY", "carrier": "顺丰", "waybill_no": "SF1", "warehouse": "华东仓", "remark": "=HYPERLINK(1)"},
    {"platform": "jd", "shop": "京东店", "order_no": "J1", "line_no": "2", "status": "completed",
     "created_at": "2026-11-01 09:00:00", "paid_at": "2026-11-01 09:05:00", "shipped_at": "2026-11-02 10:00:00",
     "signed_at": "2026-11-04 18:00:00", "buyer_id": "b1", "buyer_name": "王小明", "buyer_phone": "13800138000",
     "province": "广东省", "city": "广州市", "address": "天河路1号", "sku_code": "BZ-1", "title": "杯子",
     "quantity": "1", "unit_price": "20", "line_paid": "20.00", "currency": "CNY", "refund_amount": "20.00",
     "refunded_at": "2026-11-05 08:00:00", "carrier": "顺丰", "waybill_no": "SF1", "warehouse": "华东仓"},
    {"platform": "jd", "shop": "京东店", "order_no": "J2", "line_no": "1", "status": "cancelled",
     "created_at": "2026-11-03 09:00:00", "paid_at": "2026-11-03 09:05:00", "buyer_id": "b2", "buyer_name": "李四",
     "buyer_phone": "13900139000", "province": "浙江省", "city": "杭州市", "address": "文一路2号",
     "sku_code": "BZ-1", "title": "杯子", "quantity": "3", "unit_price": "20", "line_paid": "60.00",
     "currency": "CNY", "refund_amount": "60.00", "refunded_at": "2026-11-06 12:00:00"},
    {"platform": "jd", "shop": "京东店", "order_no": "J3", "line_no": "1", "status": "to_ship",
     "after_sale": "open", "created_at": "2026-11-03 10:00:00", "paid_at": "2026-11-03 10:05:00", "buyer_id": "b1",
     "sku_code": "BZ-1", "title": "杯子", "quantity": "1", "unit_price": "20", "line_paid": "20.00",
     "freight": "5.00", "currency": "CNY", "refund_amount": "12.00"},
    {"platform": "jd", "shop": "京东店", "order_no": "J4", "line_no": "1", "status": "held",
     "created_at": "2026-11-04 10:00:00", "paid_at": "2026-11-04 10:05:00", "buyer_id": "b3", "sku_code": "XX-9",
     "title": "没有登记的货", "quantity": "1", "unit_price": "9.9", "line_paid": "9.90", "currency": "CNY"},
    {"platform": "jd", "shop": "京东店", "order_no": "J5", "line_no": "1", "status": "to_pay",
     "created_at": "2026-11-05 10:00:00", "buyer_id": "b3", "sku_code": "BZ-1", "title": "杯子", "quantity": "1",
     "unit_price": "20", "line_paid": "20.00", "currency": "CNY"},
    {"platform": "jd", "shop": "京东店", "order_no": "J6", "line_no": "1", "status": "cancelled",
     "created_at": "2026-11-05 11:00:00", "buyer_id": "b3", "sku_code": "BZ-1", "title": "杯子", "quantity": "1",
     "unit_price": "20", "line_paid": "20.00", "currency": "CNY"},
    {"platform": "jd", "shop": "京东店", "order_no": "J7", "line_no": "1", "status": "completed",
     "created_at": "2026-11-05 12:00:00", "paid_at": "2026-11-05 12:01:00", "shipped_at": "2026-11-05 15:00:00",
     "signed_at": "2026-11-08 12:00:00", "buyer_id": "b3", "sku_code": "BZ-1", "title": "杯子", "quantity": "1",
     "unit_price": "20", "line_paid": "20.00", "freight": "6.00", "currency": "CNY", "refund_amount": "20.00",
     "refunded_at": "2026-11-09 12:00:00", "carrier": "中通", "waybill_no": "ZT7", "warehouse": "华南仓",
     "remark": "退货留邮费"},
    {"platform": "jd", "shop": "京东店", "order_no": "J8", "line_no": "1", "status": "completed",
     "created_at": "2026-11-05 13:00:00", "paid_at": "2026-11-05 13:01:00", "buyer_id": "b9", "sku_code": "BZ-1",
     "title": "杯子", "quantity": "1", "unit_price": "20", "line_paid": "20.00", "currency": "CNY",
     "excluded": "brushed"},
    {"platform": "shopify", "shop": "海外店", "order_no": "S1", "line_no": "1", "status": "shipped",
     "created_at": "2026-11-06 13:00:00", "paid_at": "2026-11-06 13:01:00", "shipped_at": "2026-11-07 13:00:00",
     "buyer_id": "u1", "buyer_name": "Ann", "sku_code": "DY-M", "title": "大衣", "quantity": "1",
     "unit_price": "30", "line_paid": "30.00", "freight": "4.50", "currency": "USD"},
    {"platform": "jd", "shop": "京东店", "order_no": "T1", "status": "completed",
     "created_at": "2026-11-10 13:00:00", "paid_at": "2026-11-10 13:00:00", "sku_code": "BZ-1", "title": "杯子",
     "quantity": "-1", "unit_price": "20", "line_paid": "20.00", "currency": "CNY"},
]
FILES = {
    "fx_rates": "day,currency,rate\n2026-10-01,USD,7.12345678\n",
    "products": "sku_code,product,variant,aliases,category,unit_cost,price,currency,reorder_point,barcode,is_active\n"
                "DY-M,大衣,驼色 M,外套、呢大衣,女装,80.1234,199.50,CNY,20,690001,true\n"
                "BZ-1,杯子,,,家居,7,20,CNY,,,false\n",
    "customers": "buyer_id,platform,name,phone,province,level,tags\nb1,jd,王小明,13800138000,广东省,VIP,老客\n",
    "order_lines": "\n".join([",".join(COLUMNS), *(",".join(row.get(name, "") for name in COLUMNS) for row in LINES)]),
    "stock": "sku_code,warehouse,on_hand,incoming,counted_at\nDY-M,华东仓,30,5,2026-11-01 08:00:00\n"
             "BZ-1,华南仓,-2,0,2026-11-01 08:00:00\n",
    "expenses": "day,category,amount,currency,shop,note\n2026-11-02,房租,3000,CNY,,\n2026-11-02,房租,3000,CNY,,\n"
                "2026-11-03,软件,20.5,USD,海外店,月费\n",
    "ad_spend": "day,shop,campaign,impressions,clicks,spend,currency,attributed_revenue\n"
                "2026-11-02,京东店,拉新,900,30,50.25,CNY,200\n2026-11-02,海外店,ads,90,3,5,USD,\n",
    "traffic": "day,shop,visitors,page_views\n2026-11-02,京东店,400,900\n",
}
TABLES = ("orders", "order_lines", "refunds", "refund_lines", "shipments", "skus", "products", "stock_balances",
          "expenses", "ad_spend", "traffic", "fx_rates", "customers", "customer_accounts", "aliases", "sales_days")
# What a table is not compared by: numbers of its own, sealed and blind values, hashes and the raw words of a file.
NOT_COMPARED = {"id", "order_id", "customer_id", "sku_id", "product_id", "shop_id", "refund_id", "warehouse_id",
                "staff_id", "target_id", "content_hash", "raw_status", "created_at", "changed_at"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for kind, text in FILES.items():
        (tmp_path / f"{kind}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def imported(folder: Path, home: str, suffix: str = ".csv", source: str = ".") -> None:
    files = [str(folder / source / f"{kind}{suffix}") for kind in FILES]
    assert main(["import", *files, "--data-dir", str(folder / home)]) == 0


def opened(folder: Path, home: str) -> Iterator[OpenShop]:
    with open_shop(Settings(folder / home)) as shop:
        yield shop


def tables_of(shop: OpenShop) -> dict[str, list[str]]:
    found = {}
    with shop.database.read() as connection:
        for name in TABLES:
            columns = [one for one in metadata.tables[name].c
                       if one.name not in NOT_COMPARED and not one.name.endswith(("_sealed", "_index"))]
            found[name] = sorted(str(tuple(row)) for row in connection.execute(
                metadata.tables[name].select().with_only_columns(*columns)))
    return found


def figures_of(shop: OpenShop) -> dict[str, object]:
    at = shop.moment("2026-11-23T15:00")
    assert at is not None
    period = Period(date(2026, 10, 1), date(2026, 11, 24))
    return {f"{metric} by {by}": sorted(map(str, shop.figures.answer(MetricQuery(
        (metric,), by, period=None if METRICS[metric].is_of_the_moment else period), at).rows))
        for metric in METRICS for by in ((), ("product",), ("order_status",), ("month",), ("shop",))
        if set(by) <= METRICS[metric].dimensions}


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_what_is_exported_imports_back_to_the_same_shop(folder: Path, suffix: str) -> None:
    imported(folder, "a")
    (folder / "out").mkdir()
    for kind in FILES:
        out = folder / "out" / f"{kind}{suffix}"
        assert main(["export", kind, "--out", str(out), "--data-dir", str(folder / "a")]) == 0
    imported(folder, "b", suffix, "out")
    (one,), (other,) = (list(map(_told, opened(folder, home))) for home in ("a", "b"))
    assert other == one
    assert any("王小明" in name for name in one[2])


def _told(shop: OpenShop) -> tuple[dict[str, list[str]], dict[str, object], list[str]]:
    orders = metadata.tables["orders"]
    with shop.database.read() as connection:
        names = [str(shop.vault.open("orders.receiver", sealed))
                 for sealed in connection.scalars(orders.select().with_only_columns(orders.c.receiver_sealed))]
    return tables_of(shop), figures_of(shop), sorted(names)


def test_the_same_file_back_into_its_own_shop_moves_no_figure(folder: Path) -> None:
    imported(folder, "a")
    before = next(map(figures_of, opened(folder, "a")))
    assert main(["export", "order_lines", "--out", str(folder / "o.csv"), "--data-dir", str(folder / "a")]) == 0
    assert main(["import", str(folder / "o.csv"), "--data-dir", str(folder / "a")]) == 0
    assert next(map(figures_of, opened(folder, "a"))) == before


def test_personal_data_are_for_who_may_see_them_and_stand_in_the_audit(folder: Path) -> None:
    imported(folder, "a")
    with open_shop(Settings(folder / "a")) as shop:
        for role, is_masked in ((Role.OWNER, False), (Role.MANAGER, False), (Role.FINANCE, True)):
            out = folder / f"{role}.csv"
            assert export_kind(shop, Kind.ORDER_LINES, out, Person(role.value, role)).is_masked is is_masked
            text = out.read_text(encoding="utf-8-sig")
            assert ("13800138000" not in text and "王小明" not in text and "天河路" not in text) is is_masked
            assert ("138****8000" in text and "王**" in text) is is_masked
        for kind, role in ((Kind.CUSTOMERS, Role.WAREHOUSE), (Kind.PRODUCTS, Role.SERVICE),
                           (Kind.ORDER_LINES, Role.SERVICE)):
            with pytest.raises(NotAllowed):
                export_kind(shop, kind, folder / "no.csv", Person(role.value, role))
        with shop.database.read() as connection:
            entries = connection.execute(AuditEntry.__table__.select()).all()  # type: ignore[attr-defined]
            assert [(entry.actor, entry.event) for entry in entries] == [("owner", "exported"), ("manager", "exported")]
            assert verify_chain(connection) == []
    assert not (folder / "no.csv").exists()


def test_a_cell_that_looks_like_a_formula_comes_back_as_it_was(folder: Path) -> None:
    imported(folder, "a")
    out = folder / "o.csv"
    assert main(["export", "order_lines", "--out", str(out), "--data-dir", str(folder / "a")]) == 0
    assert ",'=HYPERLINK(1)," in out.read_text(encoding="utf-8-sig")


def test_an_answer_is_a_table_with_a_sheet_about_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    imported(folder, "a")
    out = folder / "revenue.xlsx"
    command = ["export", "--out", str(out), "--data-dir", str(folder / "a"), "--at", "2026-11-23T15:00"]
    assert main([*command, "本月各店铺销售额"]) == 0
    book = load_workbook(out)
    rows = [[cell.value for cell in row] for row in book.worksheets[0]]
    assert rows[0] == ["店铺", "销售额", "币种"]
    assert ["京东店", 538.9, "CNY"] in rows
    assert any("口径" in str(cell.value) or "销售额" in str(cell.value) for row in book["说明"] for cell in row)
    assert "revenue.xlsx" in capsys.readouterr().out
    assert main([*command, "本月销售额明细"]) == 0
    rows = [[cell.value for cell in row] for row in load_workbook(out).worksheets[0]]
    value = rows[0].index("销售额")
    assert round(sum(row[value] for row in rows[1:]) * 100) == 24576 + 53890


@pytest.mark.parametrize(("words", "says", "exits"), [
    (["天气", "--out", "a.csv"], "经营数据", 1), (["products", "--out", "a.pdf"], ".csv or .xlsx", 2),
    (["products", "--out", "nowhere/a.csv"], "a.csv cannot be written", 1),
    (["本月毛利", "--out", "a.csv", "--as", "warehouse"], "角色", 1),
    (["products", "--out", "a.csv", "--as", "service"], "may not see costs", 1)])
def test_what_cannot_be_exported_is_said_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                         capsys: pytest.CaptureFixture[str], words: list[str],
                                                         says: str, exits: int) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["export", *words, "--data-dir", str(tmp_path / "a")]) == exits
    assert says in capsys.readouterr().err
    assert not list(tmp_path.glob("a.*"))


def test_the_folder_of_exports_does_not_grow_for_ever(tmp_path: Path) -> None:
    shelf = ExportFolder(tmp_path / "exports")
    for _ in range(MAX_FILES_KEPT + 5):
        shelf.place("销售额.xlsx").write_text("x", encoding="utf-8")
    assert len(list((tmp_path / "exports").iterdir())) == MAX_FILES_KEPT
