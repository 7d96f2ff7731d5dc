"""Order tables: the shop's own, and any by the names of its columns."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from domain.catalog.model import ItemKind, Platform
from domain.orders.model import AfterSale, Fulfilment, Hold, Payment
from tests.integrations.files.reading import problem_of, read, write

OWN = ["platform", "shop", "order_no", "line_no", "status", "created_at", "paid_at", "shipped_at", "signed_at",
       "buyer_id", "buyer_name", "buyer_phone", "province", "city", "address", "sku_code", "title", "quantity",
       "unit_price", "line_discount", "line_paid", "freight", "currency", "refund_amount", "refunded_at", "carrier",
       "waybill_no", "warehouse", "remark"]
ROW = {"platform": "jd", "shop": "京东旗舰店", "order_no": "J1", "line_no": 1, "status": "shipped",
       "created_at": "2026-09-20 10:00:00", "paid_at": "2026-09-20 10:05:00", "shipped_at": "2026-09-21 08:00:00",
       "buyer_id": "b-1", "buyer_name": "王小明", "buyer_phone": "13800008000", "province": "广东", "city": "深圳市",
       "address": "南山区 1 号", "sku_code": "YS-01-M", "title": "大衣", "quantity": 2, "unit_price": "100",
       "line_discount": "10", "line_paid": "190.00", "freight": "6", "currency": "CNY", "carrier": "SF",
       "waybill_no": "SF1", "warehouse": "杭州仓", "remark": "快"}


def own(path: Path, *changes: dict[str, Any], leave_out: tuple[str, ...] = ()) -> Path:
    header = [column for column in OWN if column not in leave_out]
    rows = [{**ROW, **change} for change in changes]
    return write(path / "orders.csv", header, *([row.get(column, "") for column in header] for row in rows))


def test_a_whole_row_of_the_own_format(tmp_path: Path) -> None:
    found = read(own(tmp_path, {}))
    order, = found.orders
    line, = found.lines
    assert (order.shop, order.external_id, order.platform) == ("京东旗舰店", "J1", Platform.JD)
    assert (order.payment, order.fulfilment, order.after_sale, order.hold) == (
        Payment.PAID, Fulfilment.SHIPPED, AfterSale.NONE, Hold.NONE)
    assert order.created_at == datetime(2026, 9, 20, 2, 0, tzinfo=UTC)
    assert order.paid_at == datetime(2026, 9, 20, 2, 5, tzinfo=UTC)
    assert (order.province, order.city, order.carrier, order.waybill_no) == ("广东省", "深圳市", "顺丰", "SF1")
    assert (order.receiver, order.phone, order.address, order.buyer_id) == ("王小明", "13800008000", "南山区 1 号",
                                                                            "b-1")
    assert (order.freight_minor, order.currency, order.warehouse, order.remark) == (600, "CNY", "杭州仓", "快")
    assert (line.order, line.row_no, line.line_no, line.sku_code, line.title, line.quantity) == (
        "J1", 1, 1, "YS-01-M", "大衣", 2)
    assert (line.unit_price_e4, line.discount_minor, line.paid_minor, line.kind) == (
        1_000_000, 1000, 19000, ItemKind.GOODS)


def test_rows_of_one_order_share_its_draft_and_freight_counts_once(tmp_path: Path) -> None:
    found = read(own(tmp_path, {}, {"line_no": 2, "sku_code": "YS-02"}, {"order_no": "J2"},
                     {"order_no": "J2", "shop": "另一家店"}))
    assert [(order.shop, order.external_id, order.freight_minor) for order in found.orders] == [
        ("京东旗舰店", "J1", 600), ("京东旗舰店", "J2", 600), ("另一家店", "J2", 600)]
    assert [line.order for line in found.lines] == ["J1", "J1", "J2", "J2"]


@pytest.mark.parametrize(("status", "axes"), [
    ("to_pay", (Payment.UNPAID, Fulfilment.UNSHIPPED, Hold.NONE)),
    ("待发货", (Payment.PAID, Fulfilment.UNSHIPPED, Hold.NONE)),
    ("partly_shipped", (Payment.PAID, Fulfilment.PARTLY_SHIPPED, Hold.NONE)),
    ("WAIT_BUYER_CONFIRM_GOODS", (Payment.PAID, Fulfilment.SHIPPED, Hold.NONE)),
    ("已签收", (Payment.PAID, Fulfilment.SIGNED, Hold.NONE)),
    ("交易成功", (Payment.PAID, Fulfilment.COMPLETED, Hold.NONE)),
    ("locked", (Payment.PAID, Fulfilment.UNSHIPPED, Hold.PLATFORM)),
    ("拼团中", (Payment.PAID, Fulfilment.UNSHIPPED, Hold.GROUP)),
])
def test_status_words(tmp_path: Path, status: str, axes: tuple[object, ...]) -> None:
    paid_at = "" if status == "to_pay" else ROW["paid_at"]
    order, = read(own(tmp_path, {"status": status, "shipped_at": "", "waybill_no": "", "paid_at": paid_at})).orders
    assert (order.payment, order.fulfilment, order.hold) == axes
    assert order.raw_status == status


def test_cancelled_before_and_after_payment(tmp_path: Path) -> None:
    found = read(own(tmp_path, {"status": "cancelled", "paid_at": ""}, {"status": "cancelled", "order_no": "J2"}))
    assert [(order.payment, order.paid_at is None) for order in found.orders] == [
        (Payment.CLOSED, True), (Payment.REFUNDED, False)]
    assert [line.refund_minor for line in found.lines] == [0, 19600]  # with the freight


def test_an_unknown_status_is_held_and_not_guessed(tmp_path: Path) -> None:
    order, = read(own(tmp_path, {"status": "等待宇宙确认", "shipped_at": "", "waybill_no": ""})).orders
    assert (order.hold, order.raw_status) == (Hold.UNKNOWN_STATUS, "等待宇宙确认")
    assert (order.payment, order.fulfilment) == (Payment.PAID, Fulfilment.UNSHIPPED)


def test_to_pay_with_a_time_of_payment_says_nothing(tmp_path: Path) -> None:
    assert read(own(tmp_path, {"status": "待付款"})).reasons == [(1, "row_status_contradicts")]


def test_without_a_status_times_tell(tmp_path: Path) -> None:
    found = read(own(tmp_path, {}, {"order_no": "J2", "shipped_at": "", "waybill_no": ""},
                     {"order_no": "J3", "paid_at": "", "shipped_at": "", "waybill_no": ""},
                     leave_out=("status",)))
    assert [(order.payment, order.fulfilment) for order in found.orders] == [
        (Payment.PAID, Fulfilment.SHIPPED), (Payment.PAID, Fulfilment.UNSHIPPED),
        (Payment.UNPAID, Fulfilment.UNSHIPPED)]


def test_a_paid_order_that_does_not_say_when_counts_at_its_creation(tmp_path: Path) -> None:
    order, = read(own(tmp_path, {"paid_at": ""})).orders
    assert order.paid_at == order.created_at


def test_refunds_made_and_asked_for(tmp_path: Path) -> None:
    found = read(own(tmp_path, {"refund_amount": "50", "refunded_at": "2026-09-25"},
                     {"order_no": "J2", "refund_amount": "39.90", "status": "after_sale"},
                     {"order_no": "J3", "refund_amount": "190", "freight": ""},
                     {"order_no": "J4", "refund_amount": "500"}))
    assert [(line.refund_minor, line.refund_asked_minor) for line in found.lines] == [(5000, 0), (0, 3990), (19000, 0)]
    assert [(order.payment, order.after_sale) for order in found.orders] == [
        (Payment.PAID, AfterSale.DONE), (Payment.PAID, AfterSale.OPEN), (Payment.REFUNDED, AfterSale.DONE)]
    assert found.lines[2].refunded_at is None
    assert found.reasons == [(4, "row_refund_too_large")]


def test_amounts_are_exact_and_rounded_once_a_line(tmp_path: Path) -> None:
    """Three decimals: 3 × 0.335 is 1.005 and rounds to 1.01; rounding the price first would give 1.02."""
    lean = {"line_paid": "", "line_discount": "", "freight": ""}
    found = read(own(tmp_path, {**lean, "quantity": 3, "unit_price": "0.335"},
                     {**lean, "quantity": -3, "unit_price": "0.335", "order_no": "C2"},
                     {**lean, "quantity": 7, "unit_price": "0.333333333", "line_discount": "0.335", "order_no": "J3"},
                     {**lean, "quantity": 2, "unit_price": "1.005", "currency": "JPY", "order_no": "J4"}))
    assert [(line.quantity, line.paid_minor, line.unit_price_e4) for line in found.lines] == [
        (3, 101, 3350), (-3, 101, 3350), (7, 200, 3333), (2, 2, 10050)]


@pytest.mark.parametrize(("change", "reason"), [
    ({"created_at": "2026-02-29"}, "row_bad_date"), ({"quantity": "abc"}, "row_bad_quantity"),
    ({"quantity": "0"}, "row_quantity_zero"), ({"quantity": ""}, "row_missing"), ({"order_no": ""}, "row_missing"),
    ({"order_no": "1.23457E+17"}, "row_id_damaged"), ({"sku_code": "1.23457E+17"}, "row_id_damaged"),
    ({"unit_price": "-1"}, "row_negative"), ({"unit_price": "?"}, "row_bad_amount"),
    ({"title": "Adjust bad debt"}, "row_bookkeeping"), ({"title": "坏账"}, "row_bookkeeping"),
    ({"platform": "火星网"}, "row_unknown_platform"), ({"currency": "贝壳"}, "row_unknown_currency"),
    ({"created_at": "", "paid_at": ""}, "row_missing"), ({"order_no": "9" * 65}, "row_too_long"),
    ({"line_paid": "-3"}, "row_amount_below_zero"), ({"line_paid": "", "unit_price": ""}, "row_missing"),
    ({"created_at": "03/04/2026"}, "row_date_unsure"), ({"quantity": "99999999"}, "row_number_too_large"),
    ({"line_paid": "", "unit_price": "9999999999", "quantity": "9999999"}, "row_amount_too_large"),
])
def test_a_bad_row_is_refused_and_the_others_are_taken(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    found = read(own(tmp_path, {}, change, {"order_no": "J3"}))
    assert found.reasons == [(2, reason)]
    assert [line.row_no for line in found.lines] == [1, 3]
    assert len(found.rejects[0].cells) == len(OWN)


def test_amounts_as_people_write_them(tmp_path: Path) -> None:
    found = read(own(tmp_path, {"line_paid": "1,234.5元"}, {"line_paid": "¥２８．１６", "order_no": "J2"}))
    assert [line.paid_minor for line in found.lines] == [123450, 2816]


@pytest.mark.parametrize(("amount", "currency", "is_taken"), [
    ("$10", "", False), ("USD 10", "", False), ("HK$10", "USD", False), ("€10", "GBP", False), ("¥10", "USD", False),
    ("$10", "USD", True), ("HK$10", "HKD", True), ("￥10", "", True), ("10元", "HKD", True), ("£10", "GBP", True),
])
def test_an_amount_in_another_currency_than_its_row_is_refused(tmp_path: Path, amount: str, currency: str, *,
                                                               is_taken: bool) -> None:
    """Ten dollars were taken for ten yuan: the sign was passed over like a unit."""
    found = read(own(tmp_path, {"line_paid": amount, "currency": currency}, {"order_no": "J3"}))
    assert found.reasons == ([] if is_taken else [(1, "row_other_currency")])


@pytest.mark.parametrize(("code", "title", "kind"), [
    ("YF", "邮费", ItemKind.SERVICE), ("", "补差价专用链接", ItemKind.SERVICE), ("运费", "x", ItemKind.SERVICE),
    ("A", "送运费险的大衣", ItemKind.GOODS), ("M", "大衣 M 码", ItemKind.GOODS),
])
def test_charges_are_told_from_goods(tmp_path: Path, code: str, title: str, kind: ItemKind) -> None:
    line, = read(own(tmp_path, {"sku_code": code, "title": title})).lines
    assert line.kind is kind


def test_chinese_headers_in_any_order_with_preamble_and_extras(tmp_path: Path) -> None:
    path = write(tmp_path / "销售.csv", ("导出时间:2026-10-01",), (), ("店铺", "示例"),
                 ("实付金额(元)", "下单 时间", "备用", "单号", "数量", "品名", "收货地址"),
                 ("12.50", "2026/9/20 10:00", "x", "N-1", "1", "杯子", "内蒙古呼和浩特市"), encoding="gb18030")
    found = read(path)
    assert found.tables[0].ignored_columns == ("备用",)
    assert (found.lines[0].paid_minor, found.lines[0].title, found.orders[0].province) == (
        1250, "杯子", "内蒙古自治区")
    assert found.lines[0].row_no == 1


def test_the_argument_names_the_shop(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", ("order_no", "created_at", "line_paid"), ("1", "2026-09-20", "5"))
    assert read(path).orders[0].shop == ""
    found = read(path, shop="抖店一号", platform=Platform.DOUYIN)
    assert (found.orders[0].shop, found.lines[0].shop, found.orders[0].platform) == (
        "抖店一号", "抖店一号", Platform.DOUYIN)
    assert read(own(tmp_path, {}), shop="抖店一号").orders[0].shop == "抖店一号"


def test_a_mapping_says_what_the_headers_do_not(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", ("凭证", "何时", "多少"), ("1", "2026-09-20", "5"))
    problem_of(path)
    found = read(path, mapping={"order_no": "凭证", "created_at": "何时", "line_paid": "多少"})
    assert found.lines[0].paid_minor == 500
    assert problem_of(path, mapping={"order_no": "凭证", "created_at": "何时", "line_paid": "多少", "title": "品"}
                      ).key == "file_mapping_header"


def test_dates_of_the_whole_file_tell_day_from_month(tmp_path: Path) -> None:
    """The first rows leave it open; one row far below settles it for all."""
    rows = [(number, "03/04/2026", "5") for number in range(2_000)]
    path = write(tmp_path / "a.csv", ("order_no", "created_at", "line_paid"), *rows, ("x", "4/13/2026", "5"))
    found = read(path)
    assert {f"{order.created_at:%m-%d}" for order in found.orders} == {"03-03", "04-12"}
    contradicting = write(tmp_path / "b.csv", ("order_no", "created_at", "line_paid"), *rows[:3],
                          ("x", "4/13/2026", "5"), ("y", "13/4/2026", "5"))
    assert read(contradicting).reasons == [(1, "row_date_unsure"), (2, "row_date_unsure"), (3, "row_date_unsure")]


def test_shifted_rows_repeated_headers_and_blank_rows(tmp_path: Path) -> None:
    header = ("order_no", "created_at", "line_paid")
    path = write(tmp_path / "a.csv", header, ("1", "2026-09-20", "5"), header, (), (" ", "", " "), ("2", "2026-09-20"),
                 ("3", "2026-09-20", "5", "6"), ("4", "2026-09-20", "5", ""))
    found = read(path)
    assert found.reasons == [(2, "row_header_again"), (5, "row_missing"), (6, "row_too_many_cells")]
    assert [line.row_no for line in found.lines] == [1, 7]


def test_equal_rows_are_two_lines_with_one_hash(tmp_path: Path) -> None:
    found = read(own(tmp_path, {}, {}, {"remark": "慢"}))
    first, second, other = (line.row_hash for line in found.lines)
    assert first == second != other
    assert 0 <= first < 2**48


def test_the_hash_does_not_know_the_files_name_or_the_rows_number(tmp_path: Path) -> None:
    first = read(own(tmp_path, {"order_no": "J0"}, {})).lines[1]
    (tmp_path / "again").mkdir()
    second = read(own(tmp_path / "again", {})).lines[0]
    assert first.row_hash == second.row_hash == 248_632_147_740_407


def test_wide_tables_and_columns_that_stand_twice(tmp_path: Path) -> None:
    extras = [f"extra {number}" for number in range(500)]
    path = write(tmp_path / "a.csv", ("order_no", "created_at", "line_paid", *extras),
                 ("1", "2026-09-20", "5", *["x"] * 500))
    assert len(read(path).tables[0].ignored_columns) == 500
    twice = write(tmp_path / "b.csv", ("order_no", "created_at", "line_paid", "line_paid"), ("1", "2026-09-20", "5",
                                                                                             "6"))
    problem = problem_of(twice)
    assert (problem.key, problem.facts["column"]) == ("file_column_twice", "line_paid")
    unused = write(tmp_path / "c.csv", ("order_no", "created_at", "line_paid", "x", "x"), ("1", "2026-09-20", "5", 1,
                                                                                           2))
    assert len(read(unused).lines) == 1


def test_a_missing_column_is_named_with_what_could_be_meant(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", ("订单号", "状态", "买家", "商品", "数量", "实付了多少"), ("1", "已发货", "王",
                                                                                "杯", 1, 5))
    problem = problem_of(path)
    assert problem.key == "file_column_missing_near"
    assert "created_at" in problem.facts["missing"]
    assert "line_paid" in problem.facts["missing"]
    assert "实付了多少" in problem.facts["candidates"]


def test_orders_without_their_numbers_are_not_taken_for_products(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", ("shop", "created_at", "sku_code", "title", "quantity", "unit_price", "line_paid"),
                 ("京东店", "2026-09-20", "A1", "杯", 1, 5, 5))
    problem = problem_of(path)
    assert (problem.key, problem.facts["kind"]) == ("file_column_missing", "order_lines")
    assert "order_no" in problem.facts["missing"]
