"""The rows of what comes in and goes out, on both databases: in order, once, and free again when a process dies."""

from datetime import timedelta
from threading import Barrier, Thread

from bot.app.wiring import clock
from bot.channels.telegram import Arrived
from bot.relay import Offer, Sent
from domain.messaging.pacing import Rate
from storage.engine import Database
from storage.messaging.inbox import Inbox
from storage.messaging.outbox import Outbox, enqueue

NOW = clock()
LATER = NOW + timedelta(seconds=31)


def queue(database: Database, key: str, chat: str = "telegram:1", **more: object) -> bool:
    with database.write() as connection:
        return enqueue(connection, chat=chat, unique_key=key, kind="reply", payload={"n": key}, now=NOW,
                       **more)  # type: ignore[arg-type]


def arrived(*those: tuple[str, str]) -> list[Arrived]:
    return [Arrived(key, chat, "{}") for key, chat in those]


def said(*chats: str) -> list[dict[str, object]]:
    return [{"chat": f"telegram:{chat}", "kind": "reply", "payload": {"n": chat}} for chat in chats]


def offer(most: int = 10, **rates: Rate) -> Offer:
    return Offer(30, most, 2, lambda _: rates)


def test_messages_of_a_chat_go_one_after_the_other(database: Database) -> None:
    assert [queue(database, key) for key in ("a", "b", "a")] == [True, True, False]
    queue(database, "c", "telegram:2")
    outbox = Outbox(database)
    first = outbox.lease(NOW, 30, 10)
    assert [each.payload["n"] for each in first] == ["a", "c"]
    assert not outbox.lease(NOW, 30, 10)
    outbox.sent([Sent(first[0], "77", {}, NOW)])
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


def test_nothing_overtakes_a_message_that_failed_however_late_it_is_tried_again(database: Database) -> None:
    """After some minutes without the channel the first of a chat waited for five; its second went out before it."""
    queue(database, "first")
    queue(database, "second")
    outbox, later = Outbox(database), NOW + timedelta(minutes=5)
    outbox.later(outbox.lease(NOW, 30, 10)[0], later, error="no answer")
    assert outbox.lease(NOW, 30, 10) == []
    assert [each.payload["n"] for each in outbox.lease(later, 30, 10)] == ["first"]


def test_what_was_given_up_can_be_tried_again(database: Database) -> None:
    queue(database, "a")
    outbox = Outbox(database)
    outbox.give_up(outbox.lease(NOW, 30, 10)[0], "blocked", NOW)
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

    def receive(*those: tuple[str, str]) -> set[str]:
        return set(inbox.receive("telegram", arrived(*those), NOW).fresh)

    assert receive(("1", "x")) == {"1"}
    assert receive(("1", "x"), ("2", "x"), ("3", "y"), ("3", "y")) == {"2", "3"}
    first, third = inbox.take("telegram", NOW, 30, 10)
    assert (first.key, third.key) == ("1", "3")
    assert not inbox.take("telegram", NOW, 30)
    posts = [{"chat": "telegram:1", "kind": "reply", "payload": {}}]
    assert inbox.finish([(first, posts)], NOW).ours == [True]
    assert inbox.finish([(first, posts), (third, [])], NOW).ours == [False, True]
    assert [each.key for each in inbox.take("telegram", NOW, 30)] == ["2"]
    assert len(Outbox(database).lease(NOW, 30, 10)) == 1
    assert [(each.key, each.attempts) for each in inbox.take("telegram", LATER, 30)] == [("2", 2)]


def test_messages_of_many_chats_share_the_bot_s_pace_and_wait_when_it_is_far_off(database: Database) -> None:
    for chat in range(4):
        queue(database, f"n{chat}", f"telegram:{chat}")
    outbox, rates = Outbox(database), {"bot": Rate(1)}
    leased = outbox.lease(NOW, 30, 10, paces_of=lambda _: rates, patience_s=2)
    assert [(each.at - NOW).total_seconds() for each in leased] == [0, 1, 2]
    assert not outbox.lease(NOW, 30, 10, paces_of=lambda _: rates, patience_s=2)
    later = outbox.lease(NOW + timedelta(seconds=1), 30, 10, paces_of=lambda _: rates, patience_s=2)
    assert [(each.chat, each.at - NOW) for each in later] == [("telegram:3", timedelta(seconds=3))]


def test_what_is_received_is_taken_at_once_unless_something_older_of_its_chat_is_unfinished(database: Database) -> None:
    inbox = Inbox(database)

    def receive(*those: tuple[str, str], most: int = 10) -> list[str]:
        return [each.key for each in inbox.receive("telegram", arrived(*those), NOW, lasts_s=30, most=most).taken]

    assert receive(("1", "x"), ("2", "x"), ("3", "y"), ("4", "z"), most=2) == ["1", "3"]
    assert receive(("1", "x"), ("3", "y"), ("5", "y")) == []
    assert [each.key for each in inbox.take("telegram", NOW, 30, 10)] == ["4"]
    assert [(each.key, each.attempts) for each in inbox.take("telegram", LATER, 30, 10)] == [
        ("1", 2), ("3", 2), ("4", 2)]  # whoever received them has died


def test_of_two_processes_that_receive_from_one_chat_one_takes(database: Database) -> None:
    """On PostgreSQL neither sees what the other has not committed yet."""
    barrier, taken = Barrier(2), list[str]()

    def receive(key: str) -> None:
        inbox = Inbox(database)
        barrier.wait()
        taken.extend(each.key for each in inbox.receive("telegram", arrived((key, "x")), NOW, lasts_s=30,
                                                        most=1).taken)

    for turn in range(5):
        processes = [Thread(target=receive, args=(f"{turn}{name}",)) for name in "ab"]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        (first,) = taken
        inbox = Inbox(database)
        second = inbox.take("telegram", LATER, 30, 10)[0]
        assert second.key == first
        inbox.finish([(second, [])], NOW)
        inbox.finish([(each, []) for each in inbox.take("telegram", LATER, 30, 10)], NOW)
        taken.clear()


def test_what_is_said_may_go_at_once_unless_something_said_before_waits(database: Database) -> None:
    inbox, outbox = Inbox(database), Outbox(database)
    queue(database, "before", "telegram:3")
    (taken,) = inbox.receive("telegram", arrived(("1", "x")), NOW, lasts_s=30, most=1).taken
    finished = inbox.finish([(taken, said("1", "2", "1", "3"))], NOW, offer(bot=Rate(1)))
    assert [(each.chat, each.at - NOW) for each in finished.leased] == [
        ("telegram:1", timedelta(0)), ("telegram:2", timedelta(seconds=1))]
    assert finished.is_more
    assert [each.payload["n"] for each in outbox.lease(NOW, 30, 10)] == ["before"]
    outbox.sent([Sent(each, "7", {}, NOW) for each in finished.leased])
    assert [each.payload["n"] for each in outbox.lease(NOW, 30, 10)] == ["1"]


def test_said_in_the_transaction_of_a_process_that_dies_it_is_sent_by_another_and_counted(database: Database) -> None:
    inbox, outbox = Inbox(database), Outbox(database)
    (taken,) = inbox.receive("telegram", arrived(("1", "x")), NOW, lasts_s=30, most=1).taken
    inbox.finish([(taken, said("1"))], NOW, offer())
    assert not outbox.lease(NOW, 30, 10)
    assert [(each.chat, each.repeats) for each in outbox.lease(LATER, 30, 10)] == [("telegram:1", 1)]


def test_an_answer_whose_place_is_far_off_or_for_which_there_is_no_room_waits_in_the_outbox(
        database: Database) -> None:
    inbox = Inbox(database)
    (taken,) = inbox.receive("telegram", arrived(("1", "x")), NOW, lasts_s=30, most=1).taken
    finished = inbox.finish([(taken, said("1", "2", "3"))], NOW, offer(most=2, bot=Rate(5)))
    assert [each.chat for each in finished.leased] == ["telegram:1"]
    assert len(Outbox(database).lease(NOW, 30, 10)) == 2
