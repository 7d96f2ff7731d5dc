"""The figures of the program itself, as Prometheus reads them."""

from collections.abc import Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from domain.writebacks.model import Backlog


def exposition(outbox: Mapping[str, int], inbox: Mapping[str, int], write_backs: Backlog, *, now: datetime,
               failing_since: datetime | None) -> bytes:
    """Messages and write-backs by what became of them; read from the database, so every process says the same."""
    registry = CollectorRegistry()
    out = Gauge("zhanggui_outbox_messages", "Messages to chats by state", ["state"], registry=registry)
    repeats = Gauge("zhanggui_outbox_repeats", "Messages that a chat may have got twice, after a crash",
                    registry=registry)
    failing = Gauge("zhanggui_outbox_failing_seconds", "How long the oldest message has been tried in vain",
                    registry=registry)
    received = Gauge("zhanggui_inbox_updates", "Updates from channels by state", ["state"], registry=registry)
    told = Gauge("zhanggui_write_backs", "Parcels that platforms are told of by state", ["state"], registry=registry)
    oldest = Gauge("zhanggui_write_back_oldest_seconds", "How long the oldest of them has waited", registry=registry)
    for state in ("queued", "told", "failed", "withdrawn"):
        told.labels(state).set(write_backs.counts.get(state, 0))
    oldest.set(_seconds(write_backs.oldest, now))
    failing.set(_seconds(failing_since, now))
    for state in ("queued", "sent", "dead", "expired"):
        out.labels(state).set(outbox.get(state, 0))
    repeats.set(outbox.get("repeats", 0))
    for state in ("received", "done", "failed"):
        received.labels(state).set(inbox.get(state, 0))
    return generate_latest(registry)


def _seconds(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0
