"""Rows of an order table into order drafts and line drafts, column by column.

Rows of one order that stand together share one OrderDraft, made from the first of them.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from itertools import compress
from typing import Any

from domain.catalog.model import ItemKind, Platform
from domain.drafts import Lines, OrderDraft, Reject
from domain.orders.model import Hold, Payment
from integrations.files import words
from integrations.files.amounts import fill_amounts
from integrations.files.axes import Axes, Seen, read_axes, together
from integrations.files.block import Block, BlockReader, Memo, row_number
from integrations.files.cells import Bad
from integrations.files.formats import Format
from integrations.files.header import Plan
from integrations.files.readers import order_readers
from integrations.files.runs import run_starts, spans
from integrations.files.setting import Setting

_DAY_IN_NUMBER = re.compile(r"(\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])-")
_STATE = ("status", "after_sale", "paid_at", "shipped_at", "signed_at", "waybill_no")

_make_order: Callable[[Any], OrderDraft] = partial(tuple.__new__, OrderDraft)


class OrderReader:
    """Reads batches of one order table. Batches must not cut an order's rows apart where amounts are shared."""

    def __init__(self, plan: Plan, setting: Setting) -> None:
        self._plan, self._setting = plan, setting
        self._rows = BlockReader(plan, order_readers(setting), setting)
        self._kinds = Memo(partial(_kind_of_code, plan.format))
        self._title_kinds = Memo(_kind_of_title)
        self._axes = _AxesMemo()

    def batch(self, rows: Sequence[list[str]],
              first_row_no: int) -> tuple[list[OrderDraft], Lines, list[Reject]]:
        """Drafts of the rows that are right, rejects of the others."""
        block = self._rows.read(rows, first_row_no)
        self._fill_times(block)
        self._fill_axes(block)
        fill_amounts(block, self._plan, self._setting)
        return self._orders(block), self._lines(block), sorted(block.rejects, key=row_number)

    def _fill_times(self, block: Block) -> None:
        created = block.get("created_at")
        if None in created:
            paid, numbers = block.get("paid_at"), block.values["order_no"]
            created = [made or paid_at or self._day_in_number(number)
                       for made, paid_at, number in zip(created, paid, numbers, strict=True)]
        block.values["created_at"] = created
        if None in created:
            column = self._plan.header[self._plan.columns.get("created_at", self._plan.columns["order_no"])]
            block.reject({at: ("row_missing", {"column": column, "value": ""})
                          for at, made in enumerate(created) if made is None})

    def _day_in_number(self, order_no: str) -> datetime | None:
        """Pinduoduo's order numbers begin with the day: 260920-…."""
        match = _DAY_IN_NUMBER.match(order_no) if self._plan.format.order_no_begins_with_day else None
        moment = self._setting.moments.moment("20" + "".join(match.groups())) if match else None
        return None if isinstance(moment, Bad) else moment

    def _fill_axes(self, block: Block) -> None:
        columns = self._plan.columns
        tells_payment = "status" in columns or "paid_at" in columns
        tells_fulfilment = any(column in columns for column in _STATE if column not in {"paid_at", "after_sale"})
        if not any(column in columns for column in _STATE):
            block.values["axes"] = [self._axes["", "", False, False, False, False, False]] * len(block)
            return
        shipped = [at is not None or number is not None
                   for at, number in zip(block.get("shipped_at"), block.get("waybill_no"), strict=True)]
        seen = zip(block.get("status", ""), block.get("after_sale", ""), _present(block.get("paid_at")), shipped,
                   _present(block.get("signed_at")), [tells_payment] * len(block), [tells_fulfilment] * len(block),
                   strict=True)
        block.values["axes"] = list(map(self._axes.__getitem__, seen))
        if "paid_at" in columns:
            self._check_paid(block)

    def _check_paid(self, block: Block) -> None:
        """A row that says to be paid for and when it was paid says nothing."""
        block.reject({at: ("row_status_contradicts", {"status": axes.raw_status})
                      for at, (axes, paid_at) in enumerate(zip(block.values["axes"], block.values["paid_at"],
                                                               strict=True))
                      if axes.payment is Payment.UNPAID and paid_at and axes.hold is not Hold.PRESALE})

    def _lines(self, block: Block) -> Lines:
        values = block.values
        return Lines((
            self._shops(block), values["order_no"], block.numbers, block.get("line_no"), block.get("line_id"),
            block.get("sku_code", ""), self._titles(block), self._item_kinds(block), block.get("quantity", 1),
            values["price_e4"], values["discount"], values["paid"], values["refund"], block.get("refunded_at"),
            values["asked"], self._rows.hashes(block.rows)))

    def _shops(self, block: Block) -> list[str]:
        return block.get("shop", "") if self._setting.shop is None else [self._setting.shop] * len(block)

    def _titles(self, block: Block) -> list[str]:
        titles = block.get("title", "")
        variants = block.values.get("variant")
        if variants is None:
            return titles
        return [f"{title} {variant}" if variant and variant not in title else title
                for title, variant in zip(titles, variants, strict=True)]

    def _item_kinds(self, block: Block) -> list[ItemKind]:
        """Few are services: what there is of codes and titles is looked at first, each once."""
        codes, titles = block.get("sku_code", ""), block.get("title", "")
        service = ItemKind.SERVICE
        if service not in self._kinds.column(set(codes)) and service not in self._title_kinds.column(set(titles)):
            return [ItemKind.GOODS] * len(block)
        return [service if service in (one, other) else ItemKind.GOODS for one, other in
                zip(self._kinds.column(codes), self._title_kinds.column(titles), strict=True)]

    def _orders(self, block: Block) -> list[OrderDraft]:
        if not len(block):
            return []
        starts = run_starts(self._shops(block), block.values["order_no"])
        runs = sum(starts)

        def first(column: str, default: Any = None) -> list[Any]:
            values = block.values.get(column)
            return [default] * runs if values is None else list(compress(values, starts))

        axes = _run_axes(block, starts)
        created = first("created_at")
        return list(map(_make_order, zip(
            compress(self._shops(block), starts), first("order_no"), self._platforms(block, starts),
            (state.payment for state in axes), (state.fulfilment for state in axes),
            (state.after_sale for state in axes), (state.hold for state in axes),
            (state.raw_status for state in axes), first("excluded"), created,
            map(_paid_at, axes, first("paid_at"), created), first("ship_by"), first("shipped_at"),
            first("signed_at"), first("changed_at"), first("currency", self._setting.currency),
            first("order_freight", 0), first("buyer_id"), first("buyer_name"), first("buyer_phone"),
            map(_province, first("province"), first("address")), first("city"), first("address"), first("carrier"),
            first("waybill_no"), first("warehouse"), first("staff"), first("remark"), strict=True)))

    def _platforms(self, block: Block, starts: list[bool]) -> list[Platform]:
        fixed = self._setting.platform or self._plan.format.platform
        if fixed is not None:
            return [fixed] * sum(starts)
        return [platform or Platform.OTHER for platform in compress(block.get("platform"), starts)]


class _AxesMemo(dict[tuple[Any, ...], Axes]):
    """The axes for what a row says; a file says few different things."""

    def __missing__(self, seen: tuple[Any, ...]) -> Axes:
        axes = self[seen] = read_axes(Seen(*seen))
        return axes


def _run_axes(block: Block, starts: list[bool]) -> list[Axes]:
    """One for each run; what its rows say together where they differ."""
    axes: list[Axes] = block.values["run_axes"]
    if all(starts):
        return axes
    return [axes[start] if axes[start:end].count(axes[start]) == end - start else together(axes[start:end])
            for start, end in spans(starts)]


def _paid_at(axes: Axes, paid_at: datetime | None, created_at: datetime) -> datetime | None:
    """When it was paid; an order known to be paid without saying when counts at its creation."""
    if axes.payment in (Payment.PAID, Payment.REFUNDED):
        return paid_at or created_at
    return None


def _province(province: str | None, address: str | None) -> str | None:
    return province or (words.province(address) if address else None)


def _present(column: list[Any]) -> list[bool]:
    return [value is not None for value in column]


def _kind_of_code(table: Format, code: str) -> ItemKind:
    is_service = (code in table.service_codes or code.startswith(table.service_code_starts or "\0")
                  or code in words.table("services")["services"]["codes"])
    return ItemKind.SERVICE if is_service else ItemKind.GOODS


def _kind_of_title(title: str) -> ItemKind:
    listed = words.table("services")["services"]
    is_service = title.lower() in listed["titles"] or title.startswith(tuple(listed["title_starts"]))
    return ItemKind.SERVICE if is_service else ItemKind.GOODS
