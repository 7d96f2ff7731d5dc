"""The order exports of the platforms' back-ends, in the shape they document."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.catalog.model import ItemKind, Platform
from domain.orders.model import AfterSale, Fulfilment, Payment
from tests.integrations.files.reading import Read, problem_of, read, write

TAOBAO = ["订单编号", "买家会员名", "买家应付货款", "买家应付邮费", "总金额", "买家实际支付金额", "订单状态",
          "收货人姓名", "收货地址 ", "联系手机", "订单创建时间", "订单付款时间 ", "宝贝标题 ", "宝贝总数量", "店铺名称"]
JD = ["订单号", "商品ID", "商品名称", "订购数量", "下单时间", "京东价", "订单金额", "应付金额", "订单状态",
      "运费金额", "付款确认时间", "货号"]
PDD = ["订单成交时间", "商品", "订单号", "订单状态", "商品总价(元)", "邮费(元)", "用户实付金额(元)", "商品数量(件)",
       "商品规格", "商家编码-规格维度", "售后状态"]
DOUYIN = ["主订单编号", "子订单编号", "选购商品", "商品规格", "商品数量", "商家编码", "订单应付金额", "运费",
          "订单提交时间", "订单状态", "售后状态", "发货时间"]
REPORT = ["订单编号", "总金额", "买家实际支付金额", "收货地址 ", "订单创建时间", "订单付款时间 ", "退款金额"]


def platform_of(found: Read) -> tuple[str, set[Platform]]:
    return found.tables[0].format, {order.platform for order in found.orders}


def test_taobao(tmp_path: Path) -> None:
    rows = [('="4100000000000000101"', "shop***r", "200.00", "10.00", "210.00", "210.00", "买家已付款，等待卖家发货",
             "李**",
             "江苏省 南京市 玄武区 **", "'*******1234", "2026-09-01 09:00:00", "2026-09-01 09:01:00", "毛巾", 4,
             "小店"),
            ('="4100000000000000102"', "shop***s", "50.00", "0", "50.00", "0.00", "交易关闭", "", "", "",
             "2026-09-01 10:00:00", "2026-09-01 10:01:00", "袜子", 1, "小店"),
            ('="4100000000000000103"', "shop***t", "30.00", "0", "30.00", "0.00", "等待买家付款", "", "", "",
             "2026-09-01 11:00:00", "", "帽子", 1, "小店"),
            ('="4100000000000000104"', "shop***u", "30.00", "0", "30.00", "0.00", "交易关闭", "", "", "",
             "2026-09-01 11:00:00", "", "帽子", 1, "小店")]
    found = read(write(tmp_path / "ExportOrderList.csv", TAOBAO, *rows, encoding="gb18030"))
    assert platform_of(found) == ("taobao_orders", {Platform.TAOBAO})
    assert [(line.order, line.paid_minor, line.refund_minor, line.quantity) for line in found.lines] == [
        ("4100000000000000101", 20000, 0, 4), ("4100000000000000102", 5000, 5000, 1),
        ("4100000000000000103", 3000, 0, 1), ("4100000000000000104", 3000, 0, 1)]
    assert [order.payment for order in found.orders] == [
        Payment.PAID, Payment.REFUNDED, Payment.UNPAID, Payment.CLOSED]
    first = found.orders[0]
    assert (first.shop, first.freight_minor, first.province, first.buyer_id, first.phone) == (
        "小店", 1000, "江苏省", None, None)
    assert found.lines[0].unit_price_e4 == 500_000


@pytest.mark.parametrize(("left", "paid", "refunded"), [("70.00", 10000, 3000), ("100.00", 10000, 3000)])
def test_whether_paid_is_net_of_refunds_is_seen_from_the_whole_file(tmp_path: Path, left: str, paid: int,
                                                                    refunded: int) -> None:
    """The report's 实付 has refunds taken off already; subtracting them again would be wrong by all of them."""
    rows = [(1, "100.00", left, "广东", "2026-02-01 10:00:00", "2026-02-01 10:01:00", "30.00"),
            (2, "80.0", "80.0", "上海市", "2026-02-01 11:00:00", "2026-02-01 11:01:00", "0"),
            (3, "60.0", "0.0", "新疆", "2026-02-01 12:00:00", "", "0.0")]
    found = read(write(tmp_path / "report.csv", REPORT, *rows))
    assert found.tables[0].format == "tmall_report"
    assert [(line.paid_minor, line.refund_minor) for line in found.lines] == [(paid, refunded), (8000, 0), (6000, 0)]
    assert [(order.payment, order.fulfilment, order.province) for order in found.orders] == [
        (Payment.PAID, Fulfilment.COMPLETED, "广东省"), (Payment.PAID, Fulfilment.COMPLETED, "上海市"),
        (Payment.UNPAID, Fulfilment.UNSHIPPED, "新疆维吾尔自治区")]


def test_a_row_that_contradicts_the_rest_of_the_report_is_refused(tmp_path: Path) -> None:
    times = ("2026-02-01 10:00:00", "2026-02-01 10:01:00")
    rows = [(number, "100.00", "70.00", "广东", *times, "30.00") for number in range(1, 4)]
    found = read(write(tmp_path / "report.csv", REPORT, *rows, (4, "100.00", "100.00", "广东", *times, "30.00"),
                       (5, "100.00", "0", "广东", *times, "100.00")))
    assert found.reasons == [(4, "row_amounts_contradict")]
    assert found.orders[-1].payment is Payment.REFUNDED


def jd_row(order: object, goods: str, quantity: int, price: str, code: str, amount: str = "125.90") -> tuple[object,
                                                                                                             ...]:
    return (order, "1001", goods, quantity, "2026-09-20 10:00:00", price, "129.90", amount, "等待出库", "6.00",
            "2026-09-20 10:00:30", code)


def test_jd_shares_the_orders_amount_over_its_items(tmp_path: Path) -> None:
    found = read(write(tmp_path / "jd.csv", JD, jd_row(1, "杯子", 2, "50.00", "CUP"), jd_row(1, "杯刷", 1, "29.90",
                                                                                           "BR"),
                       jd_row(2, "赠品", 1, "0.00", "GIFT", "6.00"), encoding="gb18030"))
    assert platform_of(found) == ("jd_orders", {Platform.JD})
    assert [(line.sku_code, line.paid_minor, line.discount_minor) for line in found.lines] == [
        ("CUP", 9230, 770), ("BR", 2760, 230), ("GIFT", 0, 0)]
    assert [(order.external_id, order.freight_minor) for order in found.orders] == [("1", 600), ("2", 600)]


def test_jd_rows_that_stand_apart_cannot_be_shared(tmp_path: Path) -> None:
    """Each part would be given the whole amount, and the order would count twice."""
    path = write(tmp_path / "jd.csv", JD, jd_row(1, "杯子", 2, "50.00", "CUP"), jd_row(2, "杯子", 1, "50.00", "CUP"),
                 jd_row(1, "杯刷", 1, "29.90", "BR"))
    assert problem_of(path).key == "file_order_apart"


def test_jd_rows_that_disagree_on_the_amount_are_refused(tmp_path: Path) -> None:
    found = read(write(tmp_path / "jd.csv", JD, jd_row(1, "杯子", 2, "50.00", "CUP"),
                       jd_row(1, "杯刷", 1, "29.90", "BR", "9.00"), jd_row(2, "杯刷", 1, "129.90", "BR")))
    assert found.reasons == [(1, "row_order_amounts_differ"), (2, "row_order_amounts_differ")]
    assert [line.paid_minor for line in found.lines] == [11990]


def test_pinduoduo_takes_the_day_from_the_order_number(tmp_path: Path) -> None:
    rows = [("2026-09-20 10:00:10", "抽纸", "260920-100000000000101\t", "待发货", "59.8", "2", "56.8", 2, "10包",
             "T-10",
             "无售后或售后取消"),
            ("", "抽纸", "260921-100000000000102\t", "已取消", "29.9", "0", "29.9", 1, "10包", "T-10", "退款成功"),
            ("2026-09-20 10:00:10", "抽纸", "260920-100000000000103", "已发货，退款成功", "29.9", "0", "29.9", 1, "",
             "T-10", ""),
            ("2026-09-20 10:00:10", "抽纸", "260920-100000000000104", "已发货，待退款", "29.9", "0", "29.9", 1, "",
             "T-10", "")]
    found = read(write(tmp_path / "pdd.csv", PDD, *rows, encoding="utf-8-sig"))
    assert platform_of(found) == ("pdd_orders", {Platform.PDD})
    assert [(line.paid_minor, line.refund_minor, line.refund_asked_minor, line.discount_minor, line.title)
            for line in found.lines] == [(5480, 0, 0, 500, "抽纸 10包"), (2990, 2990, 0, 0, "抽纸 10包"),
                                         (2990, 2990, 0, 0, "抽纸"), (2990, 0, 2990, 0, "抽纸")]
    assert found.orders[1].created_at == datetime(2026, 9, 20, 16, 0, tzinfo=UTC)
    assert [(order.payment, order.after_sale) for order in found.orders] == [
        (Payment.PAID, AfterSale.NONE), (Payment.REFUNDED, AfterSale.DONE), (Payment.REFUNDED, AfterSale.DONE),
        (Payment.PAID, AfterSale.OPEN)]


def test_douyin_sub_orders_make_one_order(tmp_path: Path) -> None:
    rows = [("\t6900000000000000001", "\t6900000000000000001", "辣条", "1袋", 1, "\t300400008", "28.90", "3.00",
             "2026-09-22 00:54:10", "已发货", "", "2026-09-22 08:53:45"),
            ("\t6900000000000000001", "\t6900000000000000002", "薯片", "2袋", 2, "\t300400009", "10.00", "0.00",
             "2026-09-22 00:54:10", "待发货", "-", "-"),
            ("\t6900000000000000003", "\t6900000000000000003", "薯片", "2袋", 2, "\t300400009", "10.00", "0.00",
             "2026-09-22 00:54:10", "已完成", "退款成功", "2026-09-22 08:53:45")]
    found = read(write(tmp_path / "douyin.csv", DOUYIN, *rows, encoding="utf-8-sig"))
    assert platform_of(found) == ("douyin_orders", {Platform.DOUYIN})
    assert [(order.fulfilment, order.payment, order.freight_minor) for order in found.orders] == [
        (Fulfilment.PARTLY_SHIPPED, Payment.PAID, 300), (Fulfilment.COMPLETED, Payment.REFUNDED, 0)]
    assert [(line.external_id, line.sku_code, line.paid_minor, line.refund_minor) for line in found.lines] == [
        ("6900000000000000001", "300400008", 2590, 0), ("6900000000000000002", "300400009", 1000, 0),
        ("6900000000000000003", "300400009", 1000, 1000)]


def test_xiaohongshu_by_the_columns_that_importers_know(tmp_path: Path) -> None:
    header = ("订单号", "订单状态", "售后状态", "订单创建时间", "支付时间", "SKU件数", "SKU名称", "规格名称",
              "商家应收金额(元)(支付金额)",
              "达人名称")
    found = read(write(tmp_path / "xhs.csv", header, ("P7100000000000001", "已发货", "无售后", "2026-09-22 10:00:00",
                                                      "2026-09-22 10:00:05", 2, "香薰", "玫瑰", "88.00", "某达人")))
    assert platform_of(found) == ("xhs_orders", {Platform.XHS})
    line, = found.lines
    assert (line.title, line.quantity, line.paid_minor, line.unit_price_e4) == ("香薰 玫瑰", 2, 8800, 440_000)


def test_invoice_tables_of_retailers(tmp_path: Path) -> None:
    header = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
    rows = [("536365", "85123A", "LANTERN", 6, "2010-12-01 08:26:00", "2.555", "17850", "France"),
            ("536365", "POST", "POSTAGE", 1, "2010-12-01 08:26:00", "18", "17850", "France"),
            ("C536379", "85123A", "LANTERN", -1, "2010-12-01 09:41:00", "2.55", "", "France"),
            ("A563185", "B", "Adjust bad debt", 1, "2011-08-12 14:50:00", "11062.06", "", "France"),
            ("536366", "PADS", "PADS TO MATCH ALL CUSHIONS", 1, "2010-12-01 08:28:00", "0.001", "", "France"),
            ("536367", "gift_0001_20", "Voucher", 1, "2010-12-01 08:28:00", "20", "", "France")]
    found = read(write(tmp_path / "retail.csv", header, *rows), currency="GBP")
    assert found.tables[0].format == "invoice_lines"
    assert found.tables[0].ignored_columns == ("Country",)
    assert found.reasons == [(4, "row_bookkeeping")]
    assert [(line.quantity, line.paid_minor, line.kind) for line in found.lines] == [
        (6, 1533, ItemKind.GOODS), (1, 1800, ItemKind.SERVICE), (-1, 255, ItemKind.GOODS), (1, 0, ItemKind.GOODS),
        (1, 2000, ItemKind.SERVICE)]
    assert {(order.payment, order.fulfilment, order.currency, order.paid_at == order.created_at)
            for order in found.orders} == {(Payment.PAID, Fulfilment.COMPLETED, "GBP", True)}
    assert [order.buyer_id for order in found.orders] == ["17850", None, None, None]
