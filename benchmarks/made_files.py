"""Files of orders made for measuring: always the same rows for the same number, and a given file several times over."""

import csv
import gzip
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import TextIO

HEADERS = {
    "invoices": ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID",
                 "Country"),
    "order_lines": ("platform", "shop", "order_no", "status", "created_at", "paid_at", "buyer_id", "province",
                    "sku_code", "title", "quantity", "unit_price", "freight"),
}
ORDER_COLUMN = {"invoices": "InvoiceNo", "order_lines": "order_no"}
GOODS = 4_000
BUYERS_PER_ORDER = 0.2
RETURNS = 0.015  # of all orders
FIRST = datetime(2025, 10, 1, 8)  # noqa: DTZ001 (a file has no zone)
_GAP_S = 1_400  # between orders: some twenty thousand fill a year
_LINES = (1, 2, 4, 8, 15, 22, 30, 45, 70)  # of an order, some 22 on average
_COUNTRIES = ("United Kingdom", "United Kingdom", "United Kingdom", "Germany", "France")
_PROVINCES = ("广东省", "浙江省", "江苏省", "四川省", "北京市", "上海市", "湖北省")
_WORDS = ("WHITE", "RED", "HANGING", "HEART", "LANTERN", "CREAM", "CUPID", "BOTTLE", "KNITTED", "BOX", "SET", "OF")


def write_made(path: Path, rows: int, shape: str) -> None:
    """A CSV of so many order lines; orders stand together, as in an export."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADERS[shape])
        writer.writerows(islice(_rows(Random(rows), rows, shape), rows))


def _rows(rng: Random, rows: int, shape: str) -> Iterator[tuple[object, ...]]:
    buyers = max(1, int(rows / 22 * BUYERS_PER_ORDER))
    titles = [" ".join(rng.choices(_WORDS, k=4)) + f" {number}" for number in range(GOODS)]
    prices = [rng.randrange(29, 2_000) / 100 for _ in range(GOODS)]
    made = 0
    while True:
        made += 1
        at = FIRST + timedelta(seconds=made * _GAP_S * 20_000 * 22 // max(rows, 1))
        is_return, buyer = rng.random() < RETURNS, rng.randrange(buyers) + 12_000
        for _ in range(1 if is_return else rng.choice(_LINES)):
            item = min(int(rng.expovariate(1 / 600)), GOODS - 1)
            quantity = -1 if is_return else rng.choice((1, 1, 2, 3, 6, 12))
            number = f"C{500_000 + made}" if is_return else f"{500_000 + made}"
            if shape == "invoices":
                yield (number, 20_000 + item, titles[item], quantity, at, prices[item], buyer,
                       _COUNTRIES[made % len(_COUNTRIES)])
            else:
                yield ("taobao", "淘宝店", number, "交易成功", at, at, buyer, _PROVINCES[made % len(_PROVINCES)],
                       20_000 + item, titles[item], quantity, prices[item], "0.00")


def write_repeated(source: Path, path: Path, times: int, order_column: str) -> None:
    """The rows of a CSV so many times over, each time under other order numbers."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        for number in range(times):
            with opened(source) as lines:
                reader = csv.reader(lines)
                header = next(reader)
                at = header.index(order_column)
                if not number:
                    writer.writerow(header)
                writer.writerows(_renumbered(reader, at, f"-{number}" if number else ""))


def _renumbered(rows: Iterator[list[str]], at: int, suffix: str) -> Iterator[Sequence[str]]:
    for row in rows:
        row[at] += suffix
        yield row


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """A CSV in UTF-8, as it is or in gzip."""
    if path.suffix == ".gz":
        with gzip.open(path, "rb") as packed, io.TextIOWrapper(packed, "utf-8-sig", newline="") as stream:
            yield stream
    else:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            yield stream
