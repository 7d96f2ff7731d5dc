"""Reading by columns in large batches says the same as reading row after row."""

import tempfile
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from operator import itemgetter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.drafts import LineDraft
from tests.integrations.files.reading import read, write

HEADER = ("order_no", "created_at", "status", "after_sale", "paid_at", "quantity", "unit_price", "line_discount",
          "line_paid", "freight", "refund_amount", "sku_code", "title")
ROWS = st.lists(st.tuples(
    st.sampled_from(["A1", "A2", "A3", "C4", "", "1.2E+17"]),
    st.sampled_from(["2026-09-20 10:00", "2026-02-29", "", "20260920"]),
    st.sampled_from(["已发货", "待付款", "交易关闭", "???", "", "after_sale"]),
    st.sampled_from(["", "退款成功", "退款中"]),
    st.sampled_from(["", "2026-09-20 10:05"]),
    st.sampled_from(["1", "3", "-2", "0", "abc", "2.0"]),
    st.sampled_from(["0.335", "2.55", "1,234.5元", "0", "0.3333333", "", "-1"]),
    st.sampled_from(["", "0.005", "1"]),
    st.sampled_from(["", "", "10", "0.333"]),
    st.sampled_from(["", "6"]),
    st.sampled_from(["", "", "1"]),
    st.sampled_from(["X", "", "邮费"]),
    st.sampled_from(["杯子", "坏账"]),
), max_size=30)


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_batches_of_any_size_say_the_same(rows: list[tuple[str, ...]]) -> None:
    """Rows of one order stand together, as exports write them; one that is torn apart comes as two drafts."""
    rows.sort(key=itemgetter(0))
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "orders.csv", HEADER, *rows)
        whole, single = read(path), read(path, batch_rows=1)
    assert single.lines == whole.lines
    assert single.orders == whole.orders
    assert sorted(single.reasons) == sorted(whole.reasons)


def row_by_row(rows: list[tuple[str, str, str]]) -> list[tuple[int, int]]:
    """The plainest reading there is, in Decimal: (row number, paid) of the rows that are right."""
    found = []
    for number, (quantity, price, discount) in enumerate(rows, start=1):
        try:
            exact = abs(Decimal(quantity)) * Decimal(price) - Decimal(discount or "0")
        except InvalidOperation:
            continue
        if exact >= 0 and Decimal(quantity) != 0 and Decimal(price) >= 0:
            found.append((number, int((exact * 100).to_integral_value(ROUND_HALF_UP))))
    return found


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(
    st.one_of(st.integers(-50, 50).map(str), st.just("abc")),
    st.decimals(min_value=-1, max_value=1_000, places=5).map("{:f}".format),
    st.one_of(st.just(""), st.decimals(min_value=0, max_value=20, places=3).map("{:f}".format))), max_size=40))
def test_amounts_are_those_of_plain_decimal_arithmetic(rows: list[tuple[str, str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "orders.csv", ("order_no", "created_at", "quantity", "unit_price", "line_discount"),
                     *[(number, "2026-09-20", *row) for number, row in enumerate(rows)])
        lines: list[LineDraft] = read(path).lines if rows else []
    assert [(line.row_no, line.paid_minor) for line in lines] == row_by_row(rows)
