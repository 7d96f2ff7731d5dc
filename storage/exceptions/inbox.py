"""Brings the inbox up to what is wrong now, lists it, and writes what people decide about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    MetaData,
    String,
    Table,
    and_,
    case,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    true,
    update,
)

from domain.changes.chats import ExceptionChange
from domain.clock import ShopCalendar
from domain.columns import UtcDateTime
from domain.errors import RetryLater
from domain.exceptions.kinds import KINDS, NOT_TOLD
from domain.exceptions.model import Listing, OpenCase, Resolution
from domain.people import Shops
from storage import write_backs
from storage.engine import Database
from storage.exceptions.detectors import DETECTORS, Moment
from storage.schema import metadata

_cases = metadata.tables["exceptions"]
MOST_URGENT = 8  # fit a phone's screen with what to do about each …
MOST_OF_A_KIND = 3  # … of which one kind does not take all the room where there are others
_found = Table("exceptions_found", MetaData(), Column("kind", String(24)), Column("subject", String), Column(
    "label", String), Column("place", String), Column("detail", String), Column("amount", BigInteger), Column(
        "since", UtcDateTime), prefixes=["TEMPORARY"])
_NAMES = ("subject", "label", "place", "detail", "amount", "since")
_IS_LIVE = _cases.c.gone_at.is_(None)
_IS_FOUND = select(_found.c.subject).where(_found.c.kind == _cases.c.kind,
                                           _found.c.subject == _cases.c.subject).exists()


class AlreadyDecidedError(RetryLater):
    """The exception is no longer as it was shown."""


def refresh_exceptions(connection: Connection, now: datetime, calendar: ShopCalendar) -> int:
    """Look at the whole shop, in the caller's transaction: new exceptions open, those that have gone close.

    Returns how many are open. One statement finds all of a kind; a subject that is live stays one row.
    """
    _find(connection, Moment(calendar.utc(now), calendar.day(now)))
    connection.execute(update(_cases).where(_IS_LIVE, ~_IS_FOUND).values(
        gone_at=now, resolved_at=func.coalesce(_cases.c.resolved_at, literal(now, UtcDateTime)),
        how=func.coalesce(_cases.c.how, Resolution.GONE)))
    same = and_(_IS_LIVE, _cases.c.kind == _found.c.kind, _cases.c.subject == _found.c.subject)
    connection.execute(update(_cases).where(same).values(
        {name: _found.c[name] for name in ("label", "place", "detail", "amount", "since")}))
    new = select(_found.c.kind, *(_found.c[name] for name in _NAMES), literal(now, UtcDateTime)).where(
        ~select(_cases.c.id).where(same).exists()).order_by(_found.c.kind, _found.c.since, _found.c.label)
    connection.execute(insert(_cases).from_select(["kind", *_NAMES, "opened_at"], new))
    connection.execute(text("DROP TABLE exceptions_found"))
    return int(connection.execute(select(func.count()).select_from(_cases).where(
        _cases.c.resolved_at.is_(None))).scalar_one())


def _find(connection: Connection, moment: Moment) -> None:
    """Each kind once, into a table of this transaction. Two that look at once take turns: both would open the same."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('zhanggui exceptions'))"))
    connection.execute(text("DROP TABLE IF EXISTS exceptions_found"))
    _found.create(connection, checkfirst=False)
    for kind, detect in DETECTORS.items():
        rows = detect(moment).subquery("rows")
        connection.execute(insert(_found).from_select(["kind", *_NAMES], select(literal(kind), *rows.c)))


def change(connection: Connection, decided: ExceptionChange, at: datetime) -> None:
    """Put off, close, or (undone) open again one exception, if it is still as it was shown."""
    same = _cases.c.snoozed_until.is_not_distinct_from(decided.snoozed_before)
    values: dict[str, Any] = {}
    closed = {"resolved_at": at, "resolved_by": decided.handled_by, "how": Resolution.HANDLED}
    reopened = {"resolved_at": None, "resolved_by": None, "how": None}
    is_open = _cases.c.resolved_at.is_(None)
    if decided.handled_by is None:
        condition = and_(is_open, same)
    elif decided.is_undone:
        condition, values = and_(_cases.c.how == Resolution.HANDLED, _IS_LIVE), reopened
    else:
        condition, values = is_open, closed
    result = connection.execute(update(_cases).where(_cases.c.id == decided.exception_id, condition).values(
        snoozed_until=decided.snoozed_after, **values))
    if result.rowcount != 1:
        raise AlreadyDecidedError


@dataclass(frozen=True, slots=True)
class ExceptionInbox:
    """`domain.exceptions.model.Exceptions` on a database."""

    database: Database
    calendar: ShopCalendar

    def refresh(self, at: datetime) -> int:
        """Look at the shop as it is at the moment; how many exceptions are open."""
        with self.database.write() as connection:
            return refresh_exceptions(connection, self.calendar.utc(at), self.calendar)

    def counts(self, at: datetime) -> Mapping[str, int]:
        """What was open when the shop was last looked at; nothing is looked for and nothing changed."""
        with self.database.read() as connection:
            return _listing(connection, tuple(KINDS), self.calendar.utc(at)).counts

    def listing(self, kinds: Sequence[str], at: datetime, shops: Shops = None) -> Listing:
        """Looks first, so that what was put right a minute ago is no longer told."""
        with self.database.write() as connection:
            refresh_exceptions(connection, self.calendar.utc(at), self.calendar)
            found = _listing(connection, kinds, self.calendar.utc(at), shops)
            is_of_telling = tuple(kinds) == (NOT_TOLD,)
            return replace(found, write_backs=write_backs.counts(connection, shops)) if is_of_telling else found


def _listing(connection: Connection, kinds: Sequence[str], at: datetime, shops: Shops = None) -> Listing:
    """Of limited people the kinds are those whose place is a shop."""
    is_open = and_(_cases.c.resolved_at.is_(None), _cases.c.kind.in_(kinds),
                   true() if shops is None else _cases.c.place.in_(shops))
    is_shown = or_(_cases.c.snoozed_until.is_(None), _cases.c.snoozed_until <= at)
    counts = connection.execute(select(
        _cases.c.kind, func.sum(case((is_shown, 1), else_=0)), func.count()).where(is_open).group_by(_cases.c.kind))
    found = {kind: (int(shown), int(every)) for kind, shown, every in counts}
    severity = case({kind.id: kind.severity for kind in KINDS.values()}, value=_cases.c.kind, else_=9)
    order = case({kind: place for place, kind in enumerate(KINDS)}, value=_cases.c.kind, else_=99)
    within = (_cases.c.since, _cases.c.amount.desc(), _cases.c.id)
    place = func.row_number().over(partition_by=_cases.c.kind, order_by=within).label("place_in_kind")
    ranked = select(_cases, severity.label("severity"), order.label("place_of_kind"), place).where(
        is_open, is_shown).subquery()
    most = MOST_URGENT if len(found) == 1 else MOST_OF_A_KIND
    urgent = connection.execute(
        select(ranked.c.id, ranked.c.kind, ranked.c.label, ranked.c.place, ranked.c.detail, ranked.c.amount,
               ranked.c.since).where(ranked.c.place_in_kind <= most)
        .order_by(ranked.c.severity, ranked.c.place_of_kind, ranked.c.place_in_kind).limit(MOST_URGENT))
    return Listing({kind: found[kind][0] for kind in kinds if kind in found and found[kind][0]},
                   tuple(OpenCase(*row) for row in urgent), sum(every - shown for shown, every in found.values()))
