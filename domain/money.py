"""Money as whole minor units (fen, cents), and the one place where decimals become money."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

# Digits after the point; every currency that is not listed has two (ISO 4217).
CURRENCY_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "KWD": 3, "BHD": 3}
UNIT_SCALE = 10_000  # unit prices and unit costs are kept in 1/10000 of the currency unit
RATE_SCALE = 100_000_000  # exchange rates are kept as whole numbers of 1/10^8


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of a currency."""

    amount_minor: int
    currency: str


def minor_per_unit(currency: str) -> int:
    """How many minor units make one unit of the currency: 100 fen a yuan, 1 a yen."""
    return int(10 ** CURRENCY_DIGITS.get(currency, 2))


def to_minor(amount: Decimal, currency: str) -> int:
    """Round half up, once, to the currency's minor unit."""
    return int((amount * minor_per_unit(currency)).to_integral_value(ROUND_HALF_UP))


def to_scaled(amount: Decimal, scale: int = UNIT_SCALE) -> int:
    """A unit price, unit cost or rate as a whole number of 1/scale, rounded half up."""
    return int((amount * scale).to_integral_value(ROUND_HALF_UP))


def convert(amount_minor: int, rate_scaled: int, source: str, target: str) -> int:
    """An amount in the target currency; `rate_scaled` is target units per source unit times RATE_SCALE."""
    exact = Decimal(amount_minor) * rate_scaled / RATE_SCALE / minor_per_unit(source)
    return to_minor(exact, target)


def allocate(total: int, weights: list[int]) -> list[int]:
    """Split so that the parts sum to the total; spare minor units go to the largest remainders."""
    whole = sum(weights)
    if whole <= 0:
        return [total, *[0] * (len(weights) - 1)] if weights else []
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -(total * weights[i] % whole))
    for index in by_remainder[: total - sum(parts)]:
        parts[index] += 1
    return parts
