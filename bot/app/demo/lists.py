"""The demo shop's lists, read from the CSV files beside this module: goods, demand, shops, people, places."""

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from domain.money import to_minor, to_scaled

BASE_CURRENCY = "CNY"


class Item(NamedTuple):
    """One SKU of the catalogue and how it sells: `weight` beside the others, `months` from January to December."""

    code: str
    product: str
    variant: str
    aliases: tuple[str, ...]
    category: str
    unit_cost_e4: int
    price_minor: int
    reorder_point: int
    weight: float
    months: tuple[float, ...]

    @property
    def title(self) -> str:
        return f"{self.product} {self.variant}"


class Named(NamedTuple):
    """A shop, a warehouse or a person; `detail` is the platform, the city or the role."""

    kind: str
    name: str
    detail: str
    aliases: tuple[str, ...]


class Province(NamedTuple):
    """Where buyers live: share of the orders, the warehouse that serves it, days and fen a parcel takes."""

    name: str
    weight: float
    warehouse: str
    transit_days: float
    parcel_minor: int
    cities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lists:
    """Everything the CSV files say."""

    items: tuple[Item, ...]
    named: tuple[Named, ...]
    provinces: tuple[Province, ...]

    def of_kind(self, kind: str) -> list[Named]:
        return [entry for entry in self.named if entry.kind == kind]


def _rows(name: str) -> list[dict[str, str]]:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _split(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("|") if part)


def _item(row: dict[str, str], demand: dict[str, str]) -> Item:
    return Item(
        code=row["sku_code"], product=row["product"], variant=row["variant"], aliases=_split(row["aliases"]),
        category=row["category"], unit_cost_e4=to_scaled(Decimal(row["unit_cost"])),
        price_minor=to_minor(Decimal(row["price"]), BASE_CURRENCY), reorder_point=int(row["reorder_point"]),
        weight=float(demand["weight"]), months=tuple(float(part) for part in _split(demand["months"])),
    )


def _province(row: dict[str, str]) -> Province:
    return Province(row["province"], float(row["weight"]), row["warehouse"], float(row["transit_days"]),
                    to_minor(Decimal(row["parcel_cost"]), BASE_CURRENCY), _split(row["cities"]))


@cache
def read_lists() -> Lists:
    """The lists, read once."""
    demand = {row["sku_code"]: row for row in _rows("demand.csv")}
    return Lists(
        items=tuple(_item(row, demand[row["sku_code"]]) for row in _rows("catalog.csv")),
        named=tuple(Named(row["kind"], row["name"], row["detail"], _split(row["aliases"] or ""))
                    for row in _rows("people-and-places.csv")),
        provinces=tuple(_province(row) for row in _rows("provinces.csv")),
    )
