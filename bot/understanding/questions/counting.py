"""What figures are counted in: pieces, orders, people, money; and which figure of an event is counted so."""

from collections.abc import Callable, Mapping

from bot.understanding.text.lexicon import lexicon
from domain.metrics.catalog import METRICS, Unit


def _of_goods(metric: str) -> bool:
    return metric == "units" or metric.startswith("stock_") or metric == "reorder_quantity"


# What a question-count may stand beside: 退款多少单 asks for another figure than 退款 alone.
FITS: Mapping[str, Callable[[str], bool]] = {
    "money": lambda metric: METRICS[metric].unit is Unit.MONEY,
    "orders": lambda metric: "orders" in metric,
    "pieces": _of_goods,
    "goods": _of_goods,
    "people": lambda metric: "customers" in metric or metric == "visitors",
    "buyers": lambda metric: "customers" in metric,
    "days": {"days_of_cover", "ship_hours"}.__contains__,
    "times": {"ad_clicks", "ad_impressions", "visitors"}.__contains__,
    "percent": lambda metric: METRICS[metric].unit is Unit.RATE,
    "amount": METRICS.__contains__,
    "any": lambda metric: METRICS[metric].unit is Unit.COUNT,
}
EVENT_OF = {"refund_amount": "refunded", "revenue": "sold", "net_profit": "earned", "cash_in": "received",
            "gross_profit": "grossed", "cash_out": "paid", "units": "sold", "discount": "discounted"}
# 毛利低于30% means the rate, whatever it is called.
RATES = {"gross_profit": "gross_margin", "net_profit": "net_margin", "refund_amount": "refund_rate"}
COUNTED_AS = {"order": "orders", "piece": "pieces", "person": "people", "money": "money"}


def counted_in(metric: str, unit: str) -> str:
    """The figure of the same event that is counted in the unit: refunds in orders are refund_orders."""
    counted = COUNTED_AS.get(unit, "")
    if not counted or FITS[counted](metric):
        return metric
    return lexicon().combine.get(EVENT_OF.get(metric, ""), {}).get(counted, metric)


def counted(counts: list[str], table: Mapping[str, str]) -> list[str]:
    """What 多少个 counts: what is kept of the event."""
    is_any = counts == ["any"]
    return [next((one for one in ("pieces", "orders", "people") if one in table), "any")] if is_any else counts
