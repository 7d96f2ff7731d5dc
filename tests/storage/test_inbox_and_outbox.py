"""The rows of what comes in and goes out, on both databases: in order, once, and free again when a process dies."""

from datetime import timedelta

from bot.app.wiring import clock
from domain.messaging.pacing import Rate
from storage.engine import Database
from storage.inbox import Inbox
from storage.outbox import Outbox, enqueue

NOW = clock()
LATER = NOW + timedelta(seconds=31)


def queue(database: Database, key: str, chat: str = "telegram:1", **more: object) -> bool:
    with database.write() as connection:
        return enqueue(connection, chat=chat, unique_key=key, kind="reply", payload={"n": key}, now=NOW,
                       **more)  # type: ignore[arg-type]


def test_messages_of_a_chat_go_one_after_the_other(database: Database) -> None:
    assert [queue(database, key) for key in ("a", "b", "a")] == [True, True, False]
    queue(database, "c", "telegram:2")
    outbox = Outbox(database)
    first = outbox.lease(NOW, 30, 10)
    assert [each.payload["n"] for each in first] == ["a", "c"]
    assert not outbox.lease(NOW, 30, 10)
    outbox.sent(first[0], "77", now=NOW, rates={})
    assert [each.payload["n"] for each in outbox.lease(NOW, 30, 10)] == ["b"]


def test_a_message_in_a_dead_hand_is_free_again_and_counted(database: Database) -> None:
    queue(database, "a")
    outbox = Outbox(database)
    outbox.lease(NOW, 30, 10)
    again = outbox.lease(LATER, 30, 10)
    assert [each.repeats for each in again] == [1]
    outbox.later(again[0], LATER, may_repeat=True)
    assert outbox.counts()["repeats"] == 2


def test_a_message_for_later_lets_others_pass_and_a_late_one_expires(database: Database) -> None:
    queue(database, "tomorrow", not_before=NOW + timedelta(days=1))
    queue(database, "stale", expires_at=NOW)
    queue(database, "now")
    outbox = Outbox(database)
    assert [each.payload["n"] for each in outbox.lease(NOW, 30, 10)] == ["now"]
    assert outbox.counts() == {"queued": 2, "expired": 1, "repeats": 0}


def test_what_was_given_up_can_be_tried_again(database: Database) -> None:
    queue(database, "a")
    outbox = Outbox(database)
    outbox.give_up(outbox.lease(NOW, 30, 10)[0], "blocked")
    assert [(each.chat, each.error) for each in outbox.dead(5)] == [("telegram:1", "blocked")]
    assert outbox.revive(NOW) == 1
    assert len(outbox.lease(NOW, 30, 10)) == 1


def test_places_in_the_pace_are_booked_ahead_for_all_processes(database: Database) -> None:
    outbox, rates = Outbox(database), {"chat": Rate(1), "bot": Rate(0.1, 5)}
    booked = [outbox.book(rates, NOW, LATER) for _ in range(3)]
    assert booked == [NOW, NOW + timedelta(seconds=1), NOW + timedelta(seconds=2)]
    assert outbox.book({"chat": Rate(1)}, NOW, NOW) is None


def test_an_update_is_kept_once_and_taken_in_the_order_of_its_chat(database: Database) -> None:
    inbox = Inbox(database)

    def receive(key: str, chat: str) -> bool:
        return inbox.receive(channel="telegram", key=key, chat=chat, payload="{}", now=NOW)

    assert [receive("1", "x"), receive("1", "x"), receive("2", "x"), receive("3", "y")] == [True, False, True, True]
    taken = [inbox.take("telegram", NOW, 30) for _ in range(3)]
    assert [each.key if each else None for each in taken] == ["1", "3", None]
    assert taken[0] is not None
    assert inbox.finish(taken[0], [{"chat": "telegram:1", "kind": "reply", "payload": {}}], NOW)
    assert not inbox.finish(taken[0], [{"chat": "telegram:1", "kind": "reply", "payload": {}}], NOW)
    second = inbox.take("telegram", NOW, 30)
    assert second is not None
    assert second.key == "2"
    assert len(Outbox(database).lease(NOW, 30, 10)) == 1
    again = inbox.take("telegram", LATER, 30)
    assert again is not None
    assert (again.key, again.attempts) == ("2", 2)
