"""How often and how long a platform is told again."""

from datetime import datetime, timedelta

TELL_WITHIN = timedelta(seconds=60)  # all calls for one parcel: to ship it, to look, to correct
LEASE = timedelta(seconds=90)  # longer than that; after a crash a parcel waits as long
MOST_TRIES = 12  # with the pauses below: half a day, within which a token is renewed or an outage ends
GIVE_UP_AFTER = timedelta(hours=24)  # platforms want to hear of a shipment within a day or two
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=2)


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 1, 2, 4 … minutes, two hours at the most."""
    doublings = min(max(attempts - 1, 0), 10)
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * (1 << doublings))


def is_hopeless(attempts: int, queued_at: datetime, now: datetime) -> bool:
    """Whether it has been tried often or long enough."""
    return attempts >= MOST_TRIES or now - queued_at >= GIVE_UP_AFTER
