"""The figures of the program itself, as Prometheus reads them."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Gauge, generate_latest


def exposition(outbox: Mapping[str, int], inbox: Mapping[str, int]) -> bytes:
    """Messages in and out by what became of them; read from the database, so every process says the same."""
    registry = CollectorRegistry()
    out = Gauge("zhanggui_outbox_messages", "Messages to chats by state", ["state"], registry=registry)
    repeats = Gauge("zhanggui_outbox_repeats", "Messages that a chat may have got twice, after a crash",
                    registry=registry)
    received = Gauge("zhanggui_inbox_updates", "Updates from channels by state", ["state"], registry=registry)
    for state in ("queued", "sent", "dead", "expired"):
        out.labels(state).set(outbox.get(state, 0))
    repeats.set(outbox.get("repeats", 0))
    for state in ("received", "done", "failed"):
        received.labels(state).set(inbox.get(state, 0))
    return generate_latest(registry)
