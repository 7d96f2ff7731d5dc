"""Pasted lines of orders and waybills, and numbers that do not fit their carrier: read before sentences are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.understanding.readings import Act, Language, Unclear, Understood
from domain.arguments import MAX_PARCELS
from domain.fulfilment.rules import CARRIERS, carrier_named, is_waybill
from domain.waybills.rules import carrier_of, contradicts

MAX_PASTED = 20_000  # characters: a few hundred lines
MAX_SHOWN = 5  # lines that could not be read, said again
_VERB = r"(?:确认发货|发货|confirm shipment|ship)\s*[:：]?\s*"
_SAID_VERB = re.compile(_VERB, re.IGNORECASE)
_BEGINS = re.compile(rf"\s*{_VERB}", re.IGNORECASE)
_SURE = re.compile(r"[\s,，]*(?:没错|for sure)[。.!！]?$", re.IGNORECASE)
_GAP = re.compile(r"[\s,，;；|、]+")
_SHORT = re.compile(r"[a-z]{1,4}\d{3,5}", re.IGNORECASE)  # T1004: in a sentence it may be anything
_FILLING = frozenset({"用", "by", "with", "快递", "运单号", "单号", "订单", "order", "waybill"})


@dataclass(frozen=True, slots=True)
class _Line:
    """One parcel as it was written."""

    order: str
    carrier: str | None
    waybill: str

    def as_message(self, carrier: str) -> str:
        return f"发货 {self.order} {carrier} {self.waybill}"


def read_shipments(text: str) -> Understood | None:
    """Several parcels as one action; one whose number contradicts its carrier as a question; else None."""
    if len(text) > MAX_PASTED:
        return None
    begins = _BEGINS.match(text)
    if not begins and len(text.splitlines()) < 2:
        return None  # a sentence
    is_sure = _SURE.search(text) is not None
    rows = [line for line in (_SURE.sub("", text) if is_sure else text).strip().splitlines() if line.strip()]
    if begins and len(rows) > 1 and not _SAID_VERB.sub("", rows[0]).strip():
        rows = rows[1:]  # the verb stands alone above the list
    language: Language = "zh" if re.search(r"[\u4e00-\u9fff]", text) else "en"
    found = [_read(row) for row in rows]
    if len(rows) == 1 and begins:
        return _single(found[0], language, is_sure=is_sure)
    if len(rows) > 1 and any(found) and (begins or sum(map(bool, found)) * 2 > len(rows)):
        return _several(rows, found, language, is_sure=is_sure)
    return None


def _read(row: str) -> _Line | None:
    """`[发货] ORDER CARRIER WAYBILL`, in this order, the carrier left out where the number tells it."""
    words = [word for word in _GAP.split(re.sub(rf"^\s*(?:\d+[.)、]\s+)?(?:{_VERB})?", "", row, flags=re.IGNORECASE))
             if word and word.lower() not in _FILLING]
    if len(words) == 2:
        words = [words[0], "", words[1]]
    if len(words) != 3 or not is_waybill(words[2]) or not re.fullmatch(r"[0-9A-Za-z_#-]{4,64}", words[0]):
        return None
    named = carrier_named(words[1]) if words[1] else None
    return None if words[1] and named is None else _Line(words[0].lstrip("#"), named, words[2].upper())


def _single(line: _Line | None, language: Language, *, is_sure: bool) -> Understood | None:
    """Only what the ordinary reading would not ask about."""
    if line is None or line.carrier is None:
        return None
    if is_sure:
        return Understood(Act("confirm_shipment", _arguments(line, line.carrier)), language)
    if likely := contradicts(line.waybill, line.carrier):
        return Understood(_unsure(line, line.carrier, likely), language)
    is_short = _SHORT.fullmatch(line.order) is not None
    return Understood(Act("confirm_shipment", _arguments(line, line.carrier)), language) if is_short else None


def _several(rows: Sequence[str], found: Sequence[_Line | None], language: Language, *, is_sure: bool) -> Understood:
    unread = [row.strip() for row, line in zip(rows, found, strict=True)
              if line is None or (line.carrier or carrier_of(line.waybill)) is None]
    if unread:
        return Understood(Unclear("waybills.unread", {"lines": "\n".join(unread[:MAX_SHOWN])}), language)
    if len(rows) > MAX_PARCELS:
        return Understood(Unclear("waybills.too_many", {"most": str(MAX_PARCELS), "lines": str(len(rows))}), language)
    lines = [line for line in found if line is not None]
    for line in lines:
        likely = contradicts(line.waybill, line.carrier) if line.carrier and not is_sure else None
        if likely and line.carrier:
            return Understood(_unsure(line, line.carrier, likely), language)
    return Understood(Act("confirm_shipments", {"lines": [
        _arguments(line, line.carrier or carrier_of(line.waybill) or "") for line in lines]}), language)


def _arguments(line: _Line, carrier: str) -> dict[str, str]:
    return {"order": line.order, "carrier": carrier, "waybill": line.waybill}


def _unsure(line: _Line, said: str, likely: str) -> Unclear:
    choices = (line.as_message(likely), f"{line.as_message(said)} 没错")
    assert {said, likely} <= set(CARRIERS), "carriers by their short names"
    return Unclear("waybills.carrier_unsure", {"waybill": line.waybill, "likely": likely, "said": said}, choices)
