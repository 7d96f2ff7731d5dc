"""What the domain and the bot need from the outside: Protocols, each met by an adapter in another folder."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.drafts import Counts, Draft, Kind, LineDraft, OrderDraft, Reject
from domain.language.conversation import Completion, Message, Tool
from domain.language.model import Consultation, Reservation
from domain.metrics.details import DetailPage, DetailRows
from domain.metrics.query import MetricQuery
from domain.metrics.result import ResultTable
from domain.people import Shops


class Figures(Protocol):
    """Answers typed questions, each for somebody: `shops` are those that the person is limited to."""

    def answer(self, query: MetricQuery, at: datetime, shops: Shops) -> ResultTable:
        """The figures as they stood at the moment; later facts are not seen, nor facts of other shops.

        Raises OutsideShops for what the person may not be told.
        """


class Details(Protocol):
    """Lists the rows behind a figure, for somebody limited to `shops`. Columns that are `hidden` come as None."""

    def page(self, query: MetricQuery, at: datetime, limit: int, shops: Shops, *,
             hidden: frozenset[str] = ...) -> DetailPage:
        """The latest rows, at most `limit`, with the number and the sum of all."""

    def stream(self, query: MetricQuery, at: datetime, shops: Shops, *, hidden: frozenset[str] = ...) -> DetailRows:
        """All rows, read as they are taken."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name and what it stands for: `dimension` is a dimension id, `value` the full name (of a SKU: its code).

    `within` is the full name of the product that a SKU belongs to. A SKU's variant ("蓝色 L") is a name of the
    SKU, too; being no name on its own, it is only understood beside its product.
    """

    text: str
    dimension: str
    value: str
    within: str = ""


class Names(Protocol):
    """All names people use for what is in the shop."""

    def version(self) -> int:
        """Changes whenever a name was added, changed or removed, by whomever."""

    def all(self) -> Iterable[Name]:
        """Every name and alias, in the order in which they were made."""


class ImportSink(Protocol):
    """Takes the drafts of one import; nothing is kept until `finish`, and then all of it."""

    def begin_table(self) -> None:
        """What follows is of another table. An order that one before it told, too, is told anew: the latest counts."""

    def stage_orders(self, orders: Sequence[OrderDraft], lines: Iterable[LineDraft]) -> None:
        """Set aside a batch of order rows. `Lines` are taken column by column, which is fastest."""

    def stage(self, kind: Kind, drafts: Sequence[Draft]) -> None:
        """Set aside a batch of any other kind."""

    def finish(self, *, dry_run: bool = False) -> Mapping[Kind, Counts]:
        """Write everything in one transaction (or, for a dry run, nothing) and say what became of the rows.

        `rejected` counts only rows that the database itself could not take; their reasons are in `rejects`.
        """

    @property
    def rejects(self) -> Sequence[tuple[Kind, Reject]]:
        """Rows that turned out wrong only beside what the shop knows, such as stock of an unknown SKU."""


class LanguageModel(Protocol):
    """Goes on with a conversation. Called outside any transaction, and from a thread without an event loop."""

    def complete(self, messages: Sequence[Message], tools: Sequence[Tool], *, timeout_s: float) -> Completion:
        """What the model says next. Raises ModelUnavailable (also after `timeout_s`) or ModelRefuses."""


class ModelBook(Protocol):
    """Keeps what a language model is asked: the day's budget of each person, and the audit."""

    def reserve(self, person: str, tokens: int) -> Reservation | None:
        """Set tokens of the person's day aside; None, and nothing set aside, when fewer are left."""

    def settle(self, reservation: Reservation, used: int) -> None:
        """Put what was used in the place of what was set aside."""

    def record(self, consultation: Consultation) -> None:
        """Append it to the audit."""
