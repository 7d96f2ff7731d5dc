"""Who is who on a channel: bound by a one-time code of which only a keyed hash is kept."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, insert, select, update
from sqlmodel import col

from domain.errors import UserCanFix
from domain.messaging.model import BindCode, StaffIdentity
from domain.people import Role, Shops, Staff
from storage.bulk import table_of
from storage.encryption import Vault
from storage.engine import Database
from storage.made import Made
from storage.people.shop_limits import named, names_of

CODE_LIFETIME = timedelta(hours=24)  # until the person comes to read the message it was sent in
CODE_LETTERS = "ACDEFGHJKMNPQRTUVWXY2346789"  # without what is misread: 0 O, 1 I L, 5 S, B, Z
CODE_LENGTH = 8  # of 27 letters: 2.8e11 codes, and five guesses an hour


@dataclass(frozen=True, slots=True)
class BoundPerson:
    """Somebody of the shop on a channel."""

    name: str
    role: Role
    external_id: str
    shops: Shops = None


class Bindings:
    """Codes and bound people. `draw` picks one of so many, unpredictably."""

    def __init__(self, database: Database, vault: Vault, draw: Callable[[int], int]) -> None:
        self._database = database
        self._vault = vault
        self._draw = draw

    def issue(self, name: str, now: datetime) -> tuple[str, datetime]:
        """A new code for the person and when it expires; an older unused one is void from now on."""
        code = "".join(CODE_LETTERS[self._draw(len(CODE_LETTERS))] for _ in range(CODE_LENGTH))
        expires_at = now + CODE_LIFETIME
        with self._database.write() as connection:
            staff = connection.execute(select(col(Staff.id)).where(col(Staff.name) == name, col(Staff.is_active)))
            staff_id = staff.scalar()
            if staff_id is None:
                raise UserCanFix(f"nobody here is called {name}; see zhanggui staff list", key="command.nobody",
                                 name=name)
            connection.execute(update(BindCode).where(col(BindCode.staff_id) == staff_id, col(BindCode.used_at).is_(
                None), col(BindCode.expires_at) > now).values(expires_at=now))
            connection.execute(insert(BindCode).values(staff_id=staff_id, code_hash=self._hash(code), created_at=now,
                                                       expires_at=expires_at))
        return code, expires_at

    def bind(self, channel: str, external_id: str, code: str, now: datetime) -> BoundPerson | None:
        """Make the account that person's; None for a code that is wrong, used or too old.

        It is the person's only account on the channel from now on: a lost phone's is revoked by binding a new one.
        """
        with self._database.write() as connection:
            row = connection.execute(
                select(col(BindCode.id), col(Staff.id), col(Staff.name), col(Staff.role), col(Staff.shops))
                .join(Staff, col(Staff.id) == col(BindCode.staff_id))
                .where(col(BindCode.code_hash) == self._hash(code.strip().upper()), col(BindCode.used_at).is_(None),
                       col(BindCode.expires_at) > now, col(Staff.is_active))).first()
            if row is None or not _use(connection, row[0], now):
                return None
            _unbind(connection, now, col(StaffIdentity.channel) == channel, col(StaffIdentity.staff_id) == row[1])
            _unbind(connection, now, col(StaffIdentity.channel) == channel,
                    col(StaffIdentity.external_id) == external_id)
            connection.execute(insert(StaffIdentity).values(staff_id=row[1], channel=channel, external_id=external_id,
                                                            bound_at=now))
            shops = names_of(connection, [row[4]])[row[4]]
        return BoundPerson(row[2], row[3], external_id, shops)

    def unbind(self, channel: str, external_id: str, now: datetime) -> bool:
        """The account is nobody's again."""
        with self._database.write() as connection:
            return _unbind(connection, now, col(StaffIdentity.channel) == channel,
                           col(StaffIdentity.external_id) == external_id) > 0

    def revoke(self, name: str, now: datetime) -> int:
        """All accounts of the person, on every channel; returns how many there were."""
        with self._database.write() as connection:
            staff_id = connection.execute(select(col(Staff.id)).where(col(Staff.name) == name)).scalar()
            if staff_id is None:
                raise UserCanFix(f"nobody here is called {name}; see zhanggui staff list", key="command.nobody",
                                 name=name)
            return _unbind(connection, now, col(StaffIdentity.staff_id) == staff_id)

    def people(self, channel: str, external_ids: Collection[str]) -> dict[str, BoundPerson]:
        """Whose accounts these are, by the channel's ids, with the roles of today."""
        with self._database.read() as connection:
            rows = _OF_ACCOUNTS.rows(connection, {"channel": channel, "accounts": list(external_ids)})
            return {person.external_id: person for person in _people(connection, rows)}

    def bound(self, channel: str) -> list[BoundPerson]:
        """Everybody of the shop who is on the channel."""
        with self._database.read() as connection:
            return _people(connection, connection.execute(
                _bound().where(col(StaffIdentity.channel) == channel).order_by(col(StaffIdentity.id))).all())

    def _hash(self, code: str) -> str:
        return (self._vault.index("bind_codes.code", code) or b"").hex()


def _people(connection: Connection, rows: Sequence[Any]) -> list[BoundPerson]:
    return [BoundPerson(*row) for row in named(connection, rows, 3)]


def _bound() -> Any:
    staff, account = table_of(Staff), table_of(StaffIdentity)
    return (select(staff.c.name, staff.c.role, account.c.external_id, staff.c.shops)
            .join_from(account, staff, staff.c.id == account.c.staff_id)
            .where(account.c.unbound_at.is_(None), staff.c.is_active))


# asked with every message: made once
_OF_ACCOUNTS = Made(_bound().where(table_of(StaffIdentity).c.channel == bindparam("channel"),
                                   table_of(StaffIdentity).c.external_id.in_(bindparam("accounts", expanding=True))))


def _use(connection: Connection, code_id: int | None, now: datetime) -> bool:
    return connection.execute(update(BindCode).where(col(BindCode.id) == code_id, col(BindCode.used_at).is_(
        None)).values(used_at=now)).rowcount == 1


def _unbind(connection: Connection, now: datetime, *conditions: ColumnElement[bool]) -> int:
    return int(connection.execute(update(StaffIdentity).where(col(StaffIdentity.unbound_at).is_(None), *conditions)
                                  .values(unbound_at=now)).rowcount)
