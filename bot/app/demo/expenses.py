"""What the demo shop pays every month besides goods, parcels, fees and advertising."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from bot.app.demo.history import SEED
from domain.drafts import ExpenseDraft


class Monthly(NamedTuple):
    """One bill: the day of the month it is booked, its amount, by how much it varies, in which months it comes."""

    day: int
    category: str
    amount_minor: int
    varies: float = 0.0
    shop: str | None = None
    currency: str = "CNY"
    note: str | None = None
    months: tuple[int, ...] = tuple(range(1, 13))


BILLS = (
    Monthly(1, "房租", 1_850_000, note="办公室与华东仓"),
    Monthly(2, "房租", 920_000, note="华南仓"),
    Monthly(10, "工资", 7_680_000, 0.03),
    Monthly(15, "社保", 1_730_000),
    Monthly(18, "水电", 236_000, 0.2),
    Monthly(5, "软件服务费", 198_000, note="ERP 与打单软件"),
    Monthly(6, "软件服务费", 50_000, shop="天猫旗舰店"),
    Monthly(6, "软件服务费", 100_000, shop="京东旗舰店"),
    Monthly(7, "软件服务费", 3_900, shop="Shopify 海外店", currency="USD"),
    Monthly(4, "包材", 310_000, 0.25, note="纸箱、胶带、气泡袋"),
    Monthly(12, "包材", 260_000, 0.25, note="快递袋、面单"),
    Monthly(26, "包材", 240_000, 0.25, note="纸箱、胶带"),
    Monthly(16, "拍摄", 380_000, 0.2, note="新品拍摄", months=(3, 6, 9, 11)),
    Monthly(21, "办公", 78_000, 0.3),
    Monthly(24, "快递赔付", 42_000, 0.5),
)
BOOKED_AT_HOUR = 11  # bills of the last day are in the books from this hour on


def expenses(start: date, last: date, hour: int) -> Iterator[ExpenseDraft]:
    """Every bill from `start` to `last`, at whose end it is `hour` o'clock."""
    rng = Random(f"{SEED} expenses")  # noqa: S311  (made-up bills, no secrets)
    for number in range((last - start).days + 1):
        day = start + timedelta(days=number)
        for bill in BILLS:
            amount = int(bill.amount_minor * (1 + bill.varies * rng.uniform(-1, 1))) // 100 * 100
            is_due = bill.day == day.day and day.month in bill.months and (day < last or hour >= BOOKED_AT_HOUR)
            if is_due:
                yield ExpenseDraft(day, bill.category, amount, bill.currency, bill.shop, bill.note, 1)
