"""Measures: the plain sums that metrics are made of, and the dimensions each can be split by.

A measure lives in one source (a kind of fact). The storage layer knows how to add it up there; nothing else does.
"""

from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    """A kind of fact, with a time of its own."""

    SALES = "sales"  # paid orders and their lines, by time of payment
    REFUNDS = "refunds"  # refunds that succeeded, by time of refund
    CHARGES = "charges"  # platform fees and shipping cost
    SHIPMENTS = "shipments"  # parcels, by time of shipping
    SIGNED = "signed"  # parcels, by time of signature
    BUYERS = "buyers"  # distinct customers of the period
    ADS = "ads"
    TRAFFIC = "traffic"
    EXPENSES = "expenses"
    CASH = "cash"
    ACCOUNTS = "accounts"  # balances up to the moment
    STOCK = "stock"  # balances of the moment
    OPEN_ORDERS = "open_orders"  # orders waiting, as of the moment


TIME = frozenset({"day", "week", "month"})
CLOCK = TIME | {"hour", "weekday"}
GOODS = frozenset({"sku", "product", "category"})
WHERE_SOLD = frozenset({"shop", "platform", "currency"})
BUYER = frozenset({"customer", "segment", "province"})

SOURCE_DIMENSIONS: dict[Source, frozenset[str]] = {
    Source.SALES: CLOCK | GOODS | WHERE_SOLD | BUYER | {"order_status", "warehouse", "staff"},
    Source.REFUNDS: CLOCK | GOODS | WHERE_SOLD | BUYER | {"order_status"},
    Source.CHARGES: TIME | {"weekday"} | WHERE_SOLD | BUYER | {"order_status"},
    Source.SHIPMENTS: CLOCK | WHERE_SOLD | BUYER | {"warehouse", "staff", "order_status"},
    Source.SIGNED: TIME | {"weekday"} | WHERE_SOLD | BUYER | {"warehouse", "staff", "order_status"},
    Source.BUYERS: TIME | {"weekday"} | GOODS | WHERE_SOLD | BUYER,
    Source.ADS: TIME | {"weekday"} | WHERE_SOLD | {"campaign"},
    Source.TRAFFIC: TIME | {"weekday"} | {"shop", "platform"},
    Source.EXPENSES: TIME | {"weekday"} | WHERE_SOLD,
    Source.CASH: TIME | {"weekday"} | {"account", "currency"},
    Source.ACCOUNTS: frozenset({"account", "currency"}),
    Source.STOCK: GOODS | {"warehouse"},
    Source.OPEN_ORDERS: WHERE_SOLD | BUYER | {"order_status", "warehouse"},
}
# Sources that speak of the moment and take no period.
MOMENT = frozenset({Source.STOCK, Source.OPEN_ORDERS, Source.ACCOUNTS})
# Sources that begin with the shop's first order; the others were kept before it, or not until later.
OF_ORDERS = frozenset({Source.SALES, Source.REFUNDS, Source.CHARGES, Source.SHIPMENTS, Source.SIGNED, Source.BUYERS})
# Sources whose facts are of a whole day: nobody knows the time. All others know when each fact happened.
OF_WHOLE_DAYS = frozenset({Source.CHARGES, Source.ADS, Source.TRAFFIC, Source.EXPENSES})


@dataclass(frozen=True, slots=True)
class Measure:
    """A sum over one source. `refuses` are dimensions of the source along which it makes no sense."""

    id: str
    source: Source
    refuses: frozenset[str] = frozenset()

    @property
    def dimensions(self) -> frozenset[str]:
        return SOURCE_DIMENSIONS[self.source] - self.refuses


def _all(source: Source, *ids: str, refuses: frozenset[str] = frozenset()) -> list[Measure]:
    return [Measure(each, source, refuses) for each in ids]


MEASURES: dict[str, Measure] = {
    measure.id: measure
    for measure in [
        # revenue: goods and freight; with a goods dimension the freight stands in the row without goods
        *_all(Source.SALES, "revenue", "orders", "units", "discount", "cost_sold"),
        *_all(Source.REFUNDS, "refund_amount", "refund_orders", "cost_returned"),
        *_all(Source.CHARGES, "platform_fees", "shipping_cost"),
        *_all(Source.SHIPMENTS, "orders_shipped", "ship_seconds", "timed_shipments"),
        *_all(Source.SIGNED, "orders_signed"),
        *_all(Source.BUYERS, "customers", "new_customers", "repeat_customers"),
        *_all(Source.ADS, "ad_spend", "ad_clicks", "ad_impressions", "attributed_revenue"),
        *_all(Source.TRAFFIC, "visitors"),
        *_all(Source.EXPENSES, "expenses"),
        *_all(Source.CASH, "cash_in", "cash_out"),
        *_all(Source.ACCOUNTS, "balance"),
        *_all(Source.STOCK, "stock_on_hand", "stock_reserved", "stock_available", "stock_incoming", "stock_value",
              "daily_units"),
        *_all(Source.STOCK, "reorder_quantity", refuses=frozenset({"warehouse"})),
        *_all(Source.OPEN_ORDERS, "orders_to_pay", "orders_to_ship", "orders_overdue"),
    ]
}
