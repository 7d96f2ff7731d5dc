"""Products, stock, customers, expenses, ads, traffic and rates: staged as they come, merged set by set."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from domain.drafts import (
    AdSpendDraft,
    Counts,
    CustomerDraft,
    Draft,
    ExpenseDraft,
    FxRateDraft,
    Kind,
    ProductDraft,
    Reject,
    StockDraft,
    TrafficDraft,
)
from storage.encryption import Vault
from storage.ingest import merge_daily, merge_products, merge_stock, staging
from storage.ingest.order_rows import divisor
from storage.ingest.staging import Columns, Stored
from storage.ingest.terms import Terms

STAGES: dict[Kind, Columns] = {
    Kind.PRODUCTS: {
        "seq": "int", "sku_code": "text", "product": "text", "variant": "text", "aliases": "text", "category": "text",
        "kind": "text", "unit_cost_e4": "int", "price_minor": "int", "currency": "text", "reorder_point": "int",
        "barcode": "text", "is_active": "int"},
    Kind.STOCK: {"seq": "int", "sku_code": "text", "warehouse": "text", "on_hand": "int", "incoming": "int",
                 "counted_at": "moment", "row_no": "int"},
    Kind.CUSTOMERS: {
        "seq": "int", "buyer_id": "text", "platform": "text", "name_sealed": "bytes", "phone_sealed": "bytes",
        "phone_index": "bytes", "province": "text", "level": "text", "tags": "text"},
    Kind.EXPENSES: {"seq": "int", "day": "day", "category": "text", "amount_minor": "int", "currency": "text",
                    "divisor": "int", "shop": "text", "note": "text", "content_hash": "int", "row_no": "int"},
    Kind.AD_SPEND: {"seq": "int", "day": "day", "shop": "text", "campaign": "text", "impressions": "int",
                    "clicks": "int", "spend_minor": "int", "currency": "text", "divisor": "int",
                    "attributed_minor": "int", "row_no": "int"},
    Kind.TRAFFIC: {"seq": "int", "day": "day", "shop": "text", "visitors": "int", "page_views": "int"},
    Kind.FX_RATES: {"seq": "int", "day": "day", "currency": "text", "rate": "int"},
}
BEFORE_ORDERS = (Kind.FX_RATES, Kind.PRODUCTS)  # orders are booked with these
AFTER_ORDERS = (Kind.STOCK, Kind.CUSTOMERS, Kind.EXPENSES, Kind.AD_SPEND, Kind.TRAFFIC)
_Merge = Callable[[Connection, Terms, list[tuple[Kind, Reject]]], Counts]
_MERGES: dict[Kind, _Merge] = {
    Kind.FX_RATES: merge_daily.fx_rates,
    Kind.PRODUCTS: merge_products.products,
    Kind.STOCK: merge_stock.stock,
    Kind.CUSTOMERS: merge_stock.customers,
    Kind.EXPENSES: merge_daily.expenses,
    Kind.AD_SPEND: merge_daily.ad_spend,
    Kind.TRAFFIC: merge_daily.traffic,
}


@dataclass(slots=True)
class Staged:
    """What has been staged besides orders."""

    stored: Stored
    vault: Vault
    base_currency: str
    seen: dict[Kind, int] = field(default_factory=dict)

    def stage(self, connection: Connection, kind: Kind, drafts: Sequence[Draft]) -> None:
        table = f"stage_{kind.value}"
        if kind not in self.seen:
            self.seen[kind] = 0
            staging.create(connection, table, STAGES[kind], key="seq")
        start = self.seen[kind] + 1
        self.seen[kind] += len(drafts)
        rows = ((seq, *self._row(draft)) for seq, draft in enumerate(drafts, start))
        staging.fill(connection, table, STAGES[kind], rows)

    def merge(self, connection: Connection, kinds: Iterable[Kind], terms: Terms,
              rejects: list[tuple[Kind, Reject]]) -> Mapping[Kind, Counts]:
        return {kind: _MERGES[kind](connection, terms, rejects) for kind in kinds if kind in self.seen}

    def _row(self, draft: Draft) -> tuple[Any, ...]:
        day = self.stored.day
        match draft:
            case ProductDraft():
                return (draft.sku_code, draft.product, draft.variant, "|".join(draft.aliases), draft.category,
                        draft.kind.value, draft.unit_cost_e4, draft.price_minor, draft.currency, draft.reorder_point,
                        draft.barcode, int(draft.is_active))
            case StockDraft():
                return (draft.sku_code, draft.warehouse, draft.on_hand, draft.incoming,
                        self.stored.moment(draft.counted_at), draft.row_no)
            case CustomerDraft():
                return self._customer(draft)
            case ExpenseDraft():
                said = (draft.day, draft.category, draft.amount_minor, draft.currency, draft.shop, draft.note,
                        draft.occurrence)
                return (day(draft.day), draft.category, draft.amount_minor, draft.currency,
                        divisor(draft.currency, self.base_currency), draft.shop, draft.note, _hash(said),
                        draft.row_no)
            case AdSpendDraft():
                return (day(draft.day), draft.shop, draft.campaign, draft.impressions, draft.clicks,
                        draft.spend_minor, draft.currency, divisor(draft.currency, self.base_currency),
                        draft.attributed_minor, draft.row_no)
            case TrafficDraft():
                return (day(draft.day), draft.shop, draft.visitors, draft.page_views)
            case FxRateDraft():
                return (day(draft.day), draft.currency, draft.rate)

    def _customer(self, draft: CustomerDraft) -> tuple[Any, ...]:
        return (draft.buyer_id, draft.platform.value, self.vault.seal("customers.name", draft.name),
                self.vault.seal("customers.phone", draft.phone), self.vault.phone_index(draft.phone),
                draft.province, draft.level, draft.tags)


def _hash(said: object) -> int:
    """63 bits of what a row says: equal rows are the same expense."""
    return int.from_bytes(hashlib.blake2b(repr(said).encode(), digest_size=8).digest(), "big") >> 1
