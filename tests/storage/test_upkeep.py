"""What is deleted and what never is; and what `doctor` is told."""

from datetime import timedelta

from domain.jobs import Due
from storage.engine import Database
from storage.jobs.job_runs import JobRuns
from storage.upkeep.health import health
from storage.upkeep.purge import (
    ANSWERED_FOR,
    DROPPED_FOR,
    PARTS_FOR,
    QUIET_RUNS_FOR,
    SENT_FOR,
    TOLD_RUNS_FOR,
    UNSENT_FOR,
    purge,
)
from tests.scheduler.world import AT, DAY, MINUTE, World


def message(world: World, state: str, age: timedelta) -> None:
    number = len(world.rows("outbox", "id"))
    world.add("outbox", chat="c", unique_key=f"{number}", kind="report", payload="{}", state=state, attempts=0,
              created_at=AT - age, not_before=AT - age)


def run(world: World, job: str, age: timedelta, *, messages: int = 0, state: str = "done", part: str = "") -> None:
    world.add("job_runs", job=job, part=part, due_at=AT - age, state=state, token="", attempts=1, leased_until=AT,
              claimed_at=AT - age, messages=messages, is_alone=False, is_by_hand=False, error="no luck\nat all")


def proposal(world: World, state: str, age: timedelta) -> None:
    world.add("confirmations", chat="c", code="7K2", action="subscribe", arguments="{}", actor="a", role="owner",
              language="zh", facts="[]", fingerprint="f", created_at=AT - age, expires_at=AT - age, state=state)


def test_what_is_of_no_more_use_goes_and_the_rest_stays(database: Database) -> None:
    world = World(database, (), {})
    for state, limit in (("sent", SENT_FOR), ("expired", SENT_FOR), ("dead", UNSENT_FOR)):
        for age in (limit + MINUTE, limit - MINUTE):
            message(world, state, age)
    message(world, "queued", 1000 * DAY)
    for age in (DROPPED_FOR + MINUTE, DROPPED_FOR - MINUTE):
        proposal(world, "expired", age)
    proposal(world, "confirmed", 1000 * DAY)
    run(world, "quiet", QUIET_RUNS_FOR + MINUTE)
    run(world, "told", QUIET_RUNS_FOR + MINUTE, messages=1)
    run(world, "long ago", TOLD_RUNS_FOR + MINUTE, messages=1)
    run(world, "of a shop", PARTS_FOR + MINUTE, part="shop 1")
    run(world, "still open", TOLD_RUNS_FOR + MINUTE, state="failed")
    for number, (state, age) in enumerate((("done", ANSWERED_FOR + MINUTE), ("failed", ANSWERED_FOR + MINUTE))):
        world.add("inbox", channel="telegram", dedupe_key=f"{number}", payload="", received_at=AT - age, state=state,
                  attempts=0)
    gone = purge(database, AT)
    assert gone == {"inbox": 1, "outbox": 3, "confirmations": 1, "bind_codes": 0, "job_runs": 3}
    assert world.rows("outbox", "state") == ["sent", "expired", "dead", "queued"]
    assert sorted(world.rows("job_runs", "job")) == ["still open", "told"]
    assert world.rows("confirmations", "state") == ["expired", "confirmed"]
    assert not any(purge(database, AT).values()), "twice deletes nothing more"


def test_doctor_hears_of_what_failed_and_who_gets_nothing(database: Database) -> None:
    world = World(database, (), {})
    run(world, "sync_orders", MINUTE, state="given_up")
    JobRuns(database, world.calendar).miss([Due("daily_profit", AT - n * DAY) for n in (2, 3, 9)], AT)
    message(world, "dead", DAY)
    world.chat("telegram:-100", state="left", clearance="manager")
    world.subscribe("telegram:-100")
    found = health(database, AT)
    assert found.given_up == (("sync_orders", AT - MINUTE, "no luck"),)
    assert found.missed == (("daily_profit", 2),)
    assert found.unsent == (("c", 1),)
    assert found.unreachable == (("title of telegram:-100", "the bot is no longer there"),)
    assert found.unasked == ("low_stock", "weekly_review", "to_ship")
