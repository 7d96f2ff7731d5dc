"""Goods on their way, in words: how many, from where to where, since when, and what to say when they come."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot.rendering.amounts import count
from bot.rendering.messages import say
from bot.rendering.reply import Button, Reply
from domain.transfers.lists import OpenTransfer

MAX_BUTTONS = 3


def render_transfers(found: Sequence[OpenTransfer], number: str, language: str, zone: ZoneInfo, *,
                     may_move: bool) -> Reply:
    """`number` is the one that was asked for; empty: all that are on their way."""
    if not found:
        return Reply("refused", say("no.unknown_transfer", language, transfer=number), understood_by="command") \
            if number else Reply("answer", say("transfers.none", language), understood_by="command")
    lines = [] if number else [say("transfers.title", language, n=len(found))]
    lines += [_line(transfer, language, zone) for transfer in found]
    waiting = [transfer for transfer in found if transfer.on_its_way and may_move]
    if waiting:
        lines.append(say("transfers.how", language, transfer=waiting[0].number))
    arrived = (say("transfers.arrived", language, transfer=one.number) for one in waiting[:MAX_BUTTONS])
    return Reply("answer", "\n".join(lines), understood_by="command",
                 buttons=tuple(Button(text, text) for text in arrived))


def _line(transfer: OpenTransfer, language: str, zone: ZoneInfo) -> str:
    said = say("transfers.line", language, transfer=transfer.number, sku=transfer.sku,
               on_its_way=count(transfer.on_its_way), source=transfer.source, target=transfer.target,
               day=f"{transfer.sent_at.astimezone(zone):%m-%d}")
    parts = [say(f"transfers.{name}", language, n=count(pieces)) for name, pieces in (
        ("sent", transfer.sent), ("received", transfer.received), ("lost", transfer.lost))
        if pieces and (transfer.received or transfer.lost)]
    together = say("transfers.comma", language).join(parts)
    return said + (say("transfers.parts", language, parts=together) if parts else "")
