"""Writes what chats get, who sees which shops, what things are called, and what is remembered."""

from collections.abc import Mapping

from sqlalchemy import Connection, delete, insert
from sqlmodel import col

from domain.catalog.model import Alias
from domain.changes import Change
from domain.changes.chats import AliasChange, ExceptionChange, QuietChange, SubscriptionChange
from domain.changes.mappings import MappingChange
from domain.changes.people import ShopLimitChange
from domain.messaging.model import Subscription
from domain.messaging.quiet import USUAL_WORD
from storage import exceptions
from storage.ledger.writing import Reference, Writer, each
from storage.messaging import quiet_hours
from storage.names import import_mappings
from storage.people.shop_limits import write_limit
from storage.stock.shelves import Contended, exactly_one


def _subscription(connection: Connection, change: SubscriptionChange, reference: Reference) -> None:
    connection.execute(delete(Subscription).where(
        col(Subscription.chat) == change.chat, col(Subscription.report) == change.report))
    if change.after:
        connection.execute(insert(Subscription).values(
            chat=change.chat, report=change.report, at=change.at_after, subscribed_by=change.actor,
            created_at=reference.at))


def _quiet(connection: Connection, change: QuietChange, reference: Reference) -> None:
    quiet_hours.write(connection, change.chat, change.report, change.after or USUAL_WORD, by=change.actor,
                      at=reference.at)


def _exception(connection: Connection, change: ExceptionChange, reference: Reference) -> None:
    try:
        exceptions.change(connection, change, reference.at)
    except exceptions.AlreadyDecidedError as error:
        raise Contended from error


def _alias(connection: Connection, change: AliasChange, _: Reference) -> None:
    which = (col(Alias.kind) == change.target_kind, col(Alias.target_id) == change.target_id,
             col(Alias.text) == change.text)
    if change.after:
        connection.execute(insert(Alias).values(kind=change.target_kind, target_id=change.target_id, text=change.text))
        return
    exactly_one(connection.execute(delete(Alias).where(*which)))


def _shop_limit(connection: Connection, change: ShopLimitChange, _: Reference) -> None:
    exactly_one(write_limit(connection, change))


def _mapping(connection: Connection, change: MappingChange, reference: Reference) -> None:
    import_mappings.write(connection, change, reference.at)


WRITERS: Mapping[type[Change], Writer] = {
    SubscriptionChange: each(_subscription),
    QuietChange: each(_quiet),
    ExceptionChange: each(_exception),
    AliasChange: each(_alias),
    ShopLimitChange: each(_shop_limit),
    MappingChange: each(_mapping),
}
