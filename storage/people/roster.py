"""Shops and staff as the command line and the chat keep them."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Connection, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from domain.catalog.model import Alias, NamedKind, Platform, Shop
from domain.errors import UserCanFix, WrongUsage
from domain.people import Role, Shops, Staff
from storage import write_backs
from storage.encryption import Vault
from storage.engine import Database
from storage.people.shop_limits import named
from storage.write_backs import KEYS

_Kind = TypeVar("_Kind", bound=StrEnum)


SECRETS = ("app_key", "app_secret", "token")  # as the columns that keep them sealed are called


@dataclass(frozen=True, slots=True)
class ShopKeys:
    """The keys of a shop, opened."""

    platform: str
    gateway: str | None
    app_key: str
    app_secret: str = field(repr=False)
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShopListed:
    """A shop, and which of its keys (of `SECRETS`) are missing."""

    name: str
    platform: str
    currency: str
    gateway: str | None
    missing: tuple[str, ...]


class Roster:
    """Who sells where and who works here."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def add_shop(self, name: str, platform: str, *, currency: str, gateway: str | None = None,
                 merchant_id: str | None = None, secrets: Mapping[str, str | None], at: datetime) -> None:
        """Secrets (app_key, app_secret, token) are kept sealed."""
        values = {"name": _name(name), "platform": _one_of(Platform, platform, "platform"),
                  "currency": _currency(currency), "gateway": gateway, "merchant_id": merchant_id, "created_at": at}
        sealed = {f"{key}_sealed": self._vault.seal(f"shops.{key}", secret) for key, secret in secrets.items()}
        with self._database.write() as connection:
            try:
                connection.execute(insert(Shop).values(**values, **sealed))
            except IntegrityError as error:
                raise UserCanFix(f"there is already a shop called {name}", key="command.shop_twice",
                                 name=name) from error

    def shops(self) -> list[ShopListed]:
        """In the order in which they were added."""
        statement = select(col(Shop.name), col(Shop.platform), col(Shop.currency), col(Shop.gateway),
                           *(key.is_(None) for key in KEYS)).order_by(col(Shop.id))
        with self._database.read() as connection:
            return [ShopListed(name, platform.value, currency, gateway,
                               tuple(key for key, is_missing in zip(SECRETS, missing, strict=True) if is_missing))
                    for name, platform, currency, gateway, *missing in connection.execute(statement)]

    def keys(self, shop_id: int) -> ShopKeys | None:
        """What its platform is spoken to with; None where part of it is missing. Raises OperatorMustAct (the vault)."""
        with self._database.read() as connection:
            row = connection.execute(select(
                col(Shop.platform), col(Shop.gateway), *KEYS).where(col(Shop.id) == shop_id)).first()
        if row is None:
            return None
        opened = [self._vault.open(f"shops.{name}", getattr(row, f"{name}_sealed")) for name in SECRETS]
        return ShopKeys(row.platform.value, row.gateway, *map(str, opened)) if all(opened) else None

    def renew_keys(self, name: str, *, secrets: Mapping[str, str | None], gateway: str | None = None,
                   merchant_id: str | None = None, at: datetime) -> int:
        """Keep other keys; those that are None stay. How many write-backs that failed for it are tried again."""
        values: dict[str, Any] = {
            f"{key}_sealed": self._vault.seal(f"shops.{key}", secret) for key, secret in secrets.items() if secret}
        values |= {key: text for key, text in (("gateway", gateway), ("merchant_id", merchant_id)) if text}
        with self._database.write() as connection:
            shop_id = _shop_called(connection, name)
            if values:
                connection.execute(update(Shop).where(col(Shop.id) == shop_id).values(**values))
            return write_backs.queue_again(connection, shop_id, at)

    def remove_shop(self, name: str) -> bool:
        """Forget its keys; the shop itself, too, when nothing belongs to it. Whether it is gone."""
        with self._database.write() as connection:
            shop_id = _shop_called(connection, name)
            connection.execute(update(Shop).where(col(Shop.id) == shop_id).values(
                **{f"{key}_sealed": None for key in SECRETS}))
            with suppress(IntegrityError), connection.begin_nested():
                connection.execute(delete(Alias).where(col(Alias.kind) == NamedKind.SHOP,
                                                       col(Alias.target_id) == shop_id))
                connection.execute(delete(Shop).where(col(Shop.id) == shop_id))
                return True
        return False

    def add_staff(self, name: str, role: str, *, at: datetime) -> None:
        values = {"name": _name(name), "role": _one_of(Role, role, "role"), "is_active": True, "created_at": at}
        with self._database.write() as connection:
            try:
                connection.execute(insert(Staff).values(**values))
            except IntegrityError as error:
                raise UserCanFix(f"there is already somebody called {name}", key="command.staff_twice",
                                 name=name) from error

    def change_role(self, name: str, role: str) -> None:
        with self._database.write() as connection:
            new = _one_of(Role, role, "role")
            owns = {"shops": None} if new is Role.OWNER else {}  # an owner sees all shops
            changed = connection.execute(update(Staff).where(col(Staff.name) == name).values(role=new, **owns)).rowcount
        if not changed:
            raise UserCanFix(f"nobody here is called {name}; see zhanggui staff list", key="command.nobody", name=name)

    def staff(self) -> list[tuple[str, str, bool, Shops]]:
        columns = (col(Staff.name), col(Staff.role), col(Staff.is_active), col(Staff.shops))
        with self._database.read() as connection:
            rows = connection.execute(select(*columns).order_by(col(Staff.id))).all()
            return [(name, role.value, bool(active), shops) for name, role, active, shops in named(connection, rows, 3)]

    def find_staff(self, name: str) -> tuple[str, Role, Shops] | None:
        """A person who works here, by name or alias, with the shops that the person is limited to."""
        alias = select(col(Alias.target_id)).where(col(Alias.kind) == NamedKind.STAFF, col(Alias.text) == name)
        statement = select(col(Staff.name), col(Staff.role), col(Staff.shops)).where(
            or_(func.lower(col(Staff.name)) == name.lower(), col(Staff.id).in_(alias)), col(Staff.is_active))
        with self._database.read() as connection:
            found = named(connection, connection.execute(statement.limit(1)).all(), 2)
        return (found[0][0], found[0][1], found[0][2]) if found else None


def _shop_called(connection: Connection, name: str) -> int:
    found = connection.execute(select(col(Shop.id)).where(col(Shop.name) == name)).scalar()
    if found is None:
        raise UserCanFix(f"there is no shop called {name}; see zhanggui shop list", key="command.no_shop", name=name)
    return found


def _name(text: str) -> str:
    if not text.strip() or len(text) > 60:
        raise WrongUsage("a name has 1 to 60 characters", key="command.no_name")
    return text.strip()


def _currency(text: str) -> str:
    if len(text) != 3 or not text.isascii() or not text.isalpha():
        raise WrongUsage(f"{text!r} is not a currency; it takes three letters such as CNY", key="command.no_currency",
                         given=text)
    return text.upper()


def _one_of(kind: type[_Kind], text: str, what: str) -> _Kind:
    try:
        return kind(text.lower())
    except ValueError as error:
        raise WrongUsage(f"{text!r} is not a {what}; it is one of {', '.join(kind)}", key=f"command.no_{what}",
                         given=text, all=", ".join(kind)) from error
