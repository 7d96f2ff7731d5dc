"""What single cells say."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import UNIT_SCALE, to_scaled
from integrations.files.cells import (
    Bad,
    DayOrder,
    Moments,
    amount,
    clean,
    identifier,
    round_half_up,
    unmasked,
    whole_number,
)
from tests.integrations.files.reading import SHANGHAI

MOMENTS = Moments(SHANGHAI)


@pytest.mark.parametrize(("cell", "text"), [
    ('="4100000000000000001"', "4100000000000000001"), ("\t6917926768823643751", "6917926768823643751"),
    ("'13800008000", "13800008000"), ("`420000001", "420000001"), ("  纯棉T恤  ", "纯棉T恤"), ("-", ""),
    ("\ufeff订单号", "订单号"), ("= not wrapped", "= not wrapped"), ("12'6", "12'6"),
])
def test_wrapping_of_export_programs_comes_off(cell: str, text: str) -> None:
    assert clean(cell) == text


@pytest.mark.parametrize(("cell", "units"), [
    ("1,234.5元", "1234.5"), ("¥28.16", "28.16"), ("\uffe528.16", "28.16"), ("1,234.56", "1234.56"),
    ("３５．５", "35.5"),
    ("RMB 12", "12"), ("-5.00", "-5"), ("(12.50)", "-12.5"), ("$.99", "0.99"), ("+3", "3"), ("1e-05", "0.00001"),
    ("2.", "2"), ("12 345", "12345"),
])
def test_amounts_are_read_exactly(cell: str, units: str) -> None:
    assert amount(cell) == Fraction(units) * UNIT_SCALE


@pytest.mark.parametrize("cell", ["abc", "12,5", "1.234,56", "1,23,456", "12%", "1.2.3", "--5", ".", "元", "1" * 50])
def test_what_is_no_amount_is_said_so(cell: str) -> None:
    assert amount(cell) == Bad("row_bad_amount", clean(cell))


def test_an_empty_amount_is_none_and_an_absurd_one_is_refused() -> None:
    assert amount("  ") is None
    assert amount("99999999999.01") == Bad("row_number_too_large", "99999999999.01")


@given(st.decimals(min_value=-10**8, max_value=10**8, places=6))
def test_amounts_round_like_the_domain_rounds(units: Decimal) -> None:
    exact = amount(f"{units:f}")
    assert exact is not None
    assert not isinstance(exact, Bad)
    assert round_half_up(exact) == to_scaled(units)


@pytest.mark.parametrize(("cell", "count"), [("3", 3), ("3.0", 3), ("-12", -12), ("1,200", 1200), ("２", 2), ("5件",
                                                                                                             5)])
def test_quantities_are_whole(cell: str, count: int) -> None:
    assert whole_number(cell) == count


@pytest.mark.parametrize("cell", ["abc", "3.5", "两", "1/2"])
def test_other_quantities_are_bad(cell: str) -> None:
    assert whole_number(cell) == Bad("row_bad_quantity", cell)


@pytest.mark.parametrize("cell", ["1.23457E+17", "1.23456789012346E+17", "4e+18", '="1.2E+10"', "1.23457E17"])
def test_ids_that_excel_damaged_are_refused(cell: str) -> None:
    assert identifier(cell) == Bad("row_id_damaged", clean(cell))


@pytest.mark.parametrize("code", ["1E5", "85123A", "260920-1", "E+17"])
def test_codes_that_only_resemble_numbers_are_kept(code: str) -> None:
    assert identifier(code) == code


@pytest.mark.parametrize("cell", ["138****8000", "tb1***9", "$$密文", "##密文", "-", ""])
def test_masked_accounts_stand_for_nobody(cell: str) -> None:
    """Two buyers shown as tb1***9 would become one customer."""
    assert unmasked(cell) is None


TEN_IN_SHANGHAI = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize("cell", [
    "2026-09-20 10:00:00", "2026/9/20 10:00", "2026年9月20日 10:00", "2026年09月20日10时00分00秒", "20260920100000",
    "2026-09-20T02:00:00Z", "2026-09-20T10:00:00+08:00", "2026-09-20 04:00:00+0200", "46285.4166666667",
    "2026.9.20 10:00:00.000", "2026-09-20 10:00",
])
def test_moments_are_on_the_shops_wall_clock(cell: str) -> None:
    assert MOMENTS.moment(cell) == TEN_IN_SHANGHAI


@pytest.mark.parametrize("cell", ["2026-02-29", "2026-13-01", "20261301", "2026-09-20 25:00:00", "昨天", "1899-01-01",
                                  "9999-12-31", "26-09-20", "46285.4.1"])
def test_days_that_do_not_exist_are_refused(cell: str) -> None:
    assert MOMENTS.moment(cell) == Bad("row_bad_date", cell)


def test_empty_moments_are_none() -> None:
    assert MOMENTS.moment("") is None
    assert MOMENTS.moment("0000-00-00 00:00:00") is None


def test_day_and_month_are_not_guessed() -> None:
    assert MOMENTS.moment("03/04/2026") == Bad("row_date_unsure", "03/04/2026")
    assert Moments(SHANGHAI, DayOrder.MONTH_FIRST).day("03/04/2026") == date(2026, 3, 4)
    assert Moments(SHANGHAI, DayOrder.DAY_FIRST).day("03/04/2026") == date(2026, 4, 3)
    assert MOMENTS.day("13/04/2026") == date(2026, 4, 13)
    assert MOMENTS.day("4/13/2026 1:05 PM") == date(2026, 4, 13)
    assert MOMENTS.day("5/5/2026") == date(2026, 5, 5)


def test_afternoons_are_told_from_mornings() -> None:
    assert MOMENTS.moment("9/20/2026 12:30 AM") == datetime(2026, 9, 19, 16, 30, tzinfo=UTC)
    assert MOMENTS.moment("9/20/2026 12:30 PM") == datetime(2026, 9, 20, 4, 30, tzinfo=UTC)
    assert MOMENTS.moment("9/20/2026 13:30 PM") == Bad("row_bad_date", "9/20/2026 13:30 PM")
