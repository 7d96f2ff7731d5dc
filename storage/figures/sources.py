"""Where each measure is added up, and the measures that say how complete another one is."""

from collections.abc import Mapping
from types import MappingProxyType

from domain.metrics.measures import MEASURES, Source
from storage.figures.buyers import buyers
from storage.figures.facts import Builder
from storage.figures.fulfilment import open_orders, shipments, signed
from storage.figures.marketing import ads, traffic
from storage.figures.money import accounts, cash, charges, expenses
from storage.figures.refunds import refunds
from storage.figures.sales import sales
from storage.figures.stock import stock

BUILDERS: Mapping[Source, Builder] = MappingProxyType({
    Source.SALES: sales, Source.REFUNDS: refunds, Source.CHARGES: charges, Source.SHIPMENTS: shipments,
    Source.SIGNED: signed, Source.BUYERS: buyers, Source.ADS: ads, Source.TRAFFIC: traffic, Source.EXPENSES: expenses,
    Source.CASH: cash, Source.ACCOUNTS: accounts, Source.STOCK: stock, Source.OPEN_ORDERS: open_orders,
})

# A measure that is not known of some facts, and how many they are: it is unknown, not 0, where it is known of none.
UNKNOWN_OF: Mapping[str, str] = MappingProxyType({
    "cost_sold": "lines_without_cost", "attributed_revenue": "ads_without_revenue", "stock_value": "skus_without_cost",
    "reorder_quantity": "skus_without_reorder_point", "balance": "accounts_without_rate",
})
# What the answer's coverage says of a measure it uses.
COVERED_BY: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "cost_sold": ("lines_without_cost", "amount_without_cost"),
    "platform_fees": ("estimated_charges",), "shipping_cost": ("estimated_charges",),
    "stock_value": ("skus_without_cost",),
})
_SOURCE_OF_COUNT = {count: MEASURES[measure].source for measure, count in UNKNOWN_OF.items()} | {
    count: MEASURES[measure].source for measure, counts in COVERED_BY.items() for count in counts}


def source_of(measure: str) -> Source:
    return MEASURES[measure].source if measure in MEASURES else _SOURCE_OF_COUNT[measure]
