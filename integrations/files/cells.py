"""What one cell says: text, ids, amounts, quantities, moments. What cannot be read becomes a Bad, never a guess.

Amounts are in 1/10000 of the currency unit: a whole number, or a Fraction where the file has more decimals.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from domain.clock import ShopCalendar
from domain.money import UNIT_SCALE

LARGEST_UNITS = 10**10  # currency units in one cell; above it the sum of a year no longer fits the database
LARGEST_QUANTITY = 10**7  # pieces in one row
LONGEST_NUMBER = 40  # characters
FIRST_YEAR, LAST_YEAR = 1990, 2100
SHOWN_CHARS = 60  # of a bad cell in its sentence
FORMULA = "\N{FUNCTION APPLICATION}"  # invisible, before a workbook's formula that nobody computed

_BLANKS = " \t\r\n\v\f\xa0\u3000\ufeff\u200b\u200e\u200f\u202a\u202c"
_EMPTY_WORDS = frozenset(("", "-", "--", "—", "/", "\\N", "null", "NULL", "None", "nan", "NaN", "N/A", "#N/A"))
_WRAPPED = re.compile(r'=\s*"(.*)"', re.DOTALL)
_SCIENTIFIC = re.compile(r"[-+]?\d(?:\.\d+[eE]\+?|[eE]\+)\d+")  # 1E5 may be a code
_MONEY_WORDS = re.compile(r"(?:rmb|cny|usd|hk\$|us\$|[¥$£€]|元|圆|块)", re.IGNORECASE)
_NUMBER = re.compile(r"([-+]?)((?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?)(?:[eE]([-+]?\d{1,2}))?")
_SAYS_MORE = re.compile(r"[^\d.,\-\s]")
_DOLLARS = frozenset(("USD", "HKD", "TWD", "SGD", "CAD", "AUD", "NZD", "MXN", "BRL"))
# Which currencies each sign or code can stand for. 元 and 块 are said of dollars, too, and tell nothing.
_MONEYS = {"rmb": frozenset(("CNY",)), "cny": frozenset(("CNY",)), "¥": frozenset(("CNY", "JPY")),
           "usd": frozenset(("USD",)), "us$": frozenset(("USD",)), "hk$": frozenset(("HKD",)), "$": _DOLLARS,
           "£": frozenset(("GBP",)), "€": frozenset(("EUR",))}
_PIECES = re.compile(r"\s*(?:件|个|只|盒|包|pcs?|pieces?)$", re.IGNORECASE)
_YEAR_FIRST = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[ T]*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})秒?(?:\.(\d{1,9}))?)?分?)?"
    r"\s*(Z|[-+]\d{2}:?\d{2})?")
_YEAR_LAST = re.compile(
    r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[ T]+(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?)?(?:\s*([AP])\.?M\.?)?",
    re.IGNORECASE)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 (Excel's count starts on a wall clock)


class Bad(NamedTuple):
    """A cell that cannot be read: a key of the message catalogue, and what the cell says."""

    reason: str
    value: str


class DayOrder(StrEnum):
    """Whether 03/04/2026 is March or April: known only from other rows of the file."""

    MONTH_FIRST = "mdy"
    DAY_FIRST = "dmy"
    UNKNOWN = "unknown"


def clean(cell: str) -> str:
    """The cell without what export programs wrap around it: blanks, ="…", a leading ', back-ticks."""
    text = cell.strip(_BLANKS)
    if text[:1] in ("=", "'", "`", "\N{RIGHT SINGLE QUOTATION MARK}"):
        wrapped = _WRAPPED.fullmatch(text)
        text = (wrapped.group(1) if wrapped else text).strip(_BLANKS + "`").removeprefix("'").strip(_BLANKS)
    return "" if text in _EMPTY_WORDS else text


def _bad(reason: str, cell: str) -> Bad:
    """A formula is named as what it is, whatever it stands in place of."""
    found = clean(cell)
    return Bad("row_formula" if found.startswith(FORMULA) else reason, found.removeprefix(FORMULA)[:SHOWN_CHARS])


def text(cell: str) -> str:
    return clean(cell)


def name(cell: str) -> str | Bad:
    """What a shop, a warehouse or a person is called."""
    found = clean(cell)
    return _bad("row_formula", cell) if found.startswith(FORMULA) else found


def optional_text(cell: str) -> str | None:
    return clean(cell) or None


def identifier(cell: str) -> str | Bad:
    """An id or code. 1.23457E+17 is what Excel leaves of a long one, Java 1.23457E17: its digits are lost."""
    found = clean(cell)
    if not found.isascii():
        found = unicodedata.normalize("NFKC", found)
    if found.startswith(FORMULA) or _SCIENTIFIC.fullmatch(found):
        return _bad("row_id_damaged", cell)
    return found


def optional_identifier(cell: str) -> str | Bad | None:
    return identifier(cell) or None


def unmasked(cell: str) -> str | None:
    """An account or phone number; one with stars or in cipher stands for many people and says nothing."""
    found = clean(cell)
    return None if not found or "*" in found or found.startswith(("##", "$$", "~")) else found


def readable_text(cell: str) -> str | None:
    """A name or address as far as it is shown; a platform's cipher text is none."""
    found = clean(cell)
    return None if not found or found.startswith(("##", "$$", "~")) else found


def amount(cell: str) -> int | Fraction | Bad | None:
    """1/10000 of the currency unit; None for an empty cell."""
    found = clean(cell)
    if not found:
        return None
    if not found.isascii():
        found = unicodedata.normalize("NFKC", found)
    found = _MONEY_WORDS.sub("", found).replace(" ", "")
    if found.startswith("(") and found.endswith(")"):  # the accountants' minus
        found = "-" + found[1:-1]
    exact = _exact(found)
    if exact is None:
        return _bad("row_bad_amount", cell)
    in_e4 = exact * UNIT_SCALE
    if abs(exact) > LARGEST_UNITS:
        return _bad("row_number_too_large", cell)
    return in_e4.numerator if in_e4.denominator == 1 else in_e4


def name_moneys(cells: Iterable[str]) -> bool:
    """Whether any of these cells says more than a number; most columns of amounts do not."""
    return _SAYS_MORE.search("\n".join(cells)) is not None


def moneys(cell: str) -> frozenset[str]:
    """The currencies that the sign or code in an amount can stand for; none for a bare number."""
    found = _MONEY_WORDS.search(unicodedata.normalize("NFKC", cell))
    return _MONEYS.get(found.group().lower(), frozenset()) if found else frozenset()


def _exact(number: str) -> Fraction | None:
    match = _NUMBER.fullmatch(number) if len(number) <= LONGEST_NUMBER else None
    if match is None or not any(map(str.isdecimal, match.group(2))):
        return None
    digits = match.group(2).replace(",", "")
    whole, _, decimals = digits.partition(".")
    power = int(match.group(3) or 0) - len(decimals)
    value = int(whole + decimals) * (-1 if match.group(1) == "-" else 1)
    return value * Fraction(10**power) if power >= 0 else Fraction(value, 10**-power)


def whole_number(cell: str) -> int | Bad | None:
    """A count; None for an empty cell. 3.0 is 3, 3.5 is bad."""
    found = clean(cell)
    if not found:
        return None
    if not found.isascii():
        found = unicodedata.normalize("NFKC", found)
    exact = _exact(_PIECES.sub("", found))
    if exact is None or exact.denominator != 1:
        return _bad("row_bad_quantity", cell)
    if abs(exact) > LARGEST_QUANTITY:
        return _bad("row_number_too_large", cell)
    return exact.numerator


def scaled(scale: int) -> Callable[[str], int | Bad | None]:
    """Reads a plain number as a whole number of 1/scale, rounded half up."""
    def read(cell: str) -> int | Bad | None:
        found = amount(cell)
        if found is None or isinstance(found, Bad):
            return found
        return round_half_up(Fraction(found) * scale / UNIT_SCALE)
    return read


def round_half_up(value: int | Fraction) -> int:
    """Half a unit goes away from zero, as in domain.money."""
    return (2 * value + 1) // 2 if value >= 0 else -((1 - 2 * value) // 2)


@dataclass(frozen=True, slots=True)
class Moments:
    """Reads moments on the shop's wall clock into UTC, and days."""

    calendar: ShopCalendar
    order: DayOrder = DayOrder.UNKNOWN

    def moment(self, cell: str) -> datetime | Bad | None:
        """UTC; None for an empty cell."""
        found = clean(cell)
        if not found or found.startswith("0000"):
            return None
        if not found.isascii():
            found = unicodedata.normalize("NFKC", found)
        try:
            read = self._read(found)
        except (ValueError, OverflowError):
            read = None
        if read is None or not FIRST_YEAR <= read.year <= LAST_YEAR:
            return _bad("row_date_unsure" if self._is_unsure(found) else "row_bad_date", cell)
        return self.calendar.utc(read)

    def day(self, cell: str) -> date | Bad | None:
        """The business day; None for an empty cell."""
        read = self.moment(cell)
        return self.calendar.day(read) if isinstance(read, datetime) else read

    def _read(self, found: str) -> datetime | None:
        if len(found) == 19 and found[4] == "-":  # the usual form, by the fast reader
            return datetime.fromisoformat(found)
        if match := _YEAR_FIRST.fullmatch(found):
            *numbers, fraction, zone = match.groups()
            whole = _wall_clock(numbers).replace(microsecond=int(f"{fraction or 0:0<6}"[:6]))
            return whole if zone is None else datetime.fromisoformat(whole.isoformat() + zone.replace("Z", "+00:00"))
        if match := _COMPACT.fullmatch(found):
            return _wall_clock(list(match.groups()))
        if _SERIAL.fullmatch(found):
            return _DAY_ZERO + timedelta(seconds=round(float(found) * 86_400))
        match = _YEAR_LAST.fullmatch(found)
        return self._year_last(match) if match else None

    def _year_last(self, match: re.Match[str]) -> datetime | None:
        first, second, year, hour, minute, second_of, half = match.groups()
        order = self.order if int(first) <= 12 and int(second) <= 12 else day_order(first, second)
        if order is DayOrder.UNKNOWN and first != second:
            return None
        month, day = (second, first) if order is DayOrder.DAY_FIRST else (first, second)
        moment = _wall_clock([year, month, day, hour, minute, second_of])
        if half is None:
            return moment
        if not 1 <= moment.hour <= 12:
            return None
        return moment.replace(hour=moment.hour % 12 + (12 if half.upper() == "P" else 0))

    def _is_unsure(self, found: str) -> bool:
        match = _YEAR_LAST.fullmatch(found)
        return bool(match and self.order is DayOrder.UNKNOWN and int(match[1]) <= 12 and int(match[2]) <= 12)


def _wall_clock(numbers: list[str | None]) -> datetime:
    return datetime(*(int(number or 0) for number in numbers))  # type: ignore[arg-type]  # noqa: DTZ001


def day_order(first: str, second: str) -> DayOrder:
    """What two numbers before a year tell about their order."""
    if int(first) > 12:
        return DayOrder.DAY_FIRST
    return DayOrder.MONTH_FIRST if int(second) > 12 else DayOrder.UNKNOWN


def year_last(cell: str) -> tuple[str, str] | None:
    """The two numbers before the year, for a date written that way."""
    match = _YEAR_LAST.fullmatch(clean(cell))
    return (match[1], match[2]) if match else None
