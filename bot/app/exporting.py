"""`zhanggui export`: a table of the shop as it was imported, or the answer to a question, into a file."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.app.wiring import OpenShop
from bot.dispatcher import Reader
from bot.rendering.reply import Reply
from bot.turn import Person
from bot.understanding.readings import Ask, Context, Request, Understood, Wants
from domain.audit import AuditEntry
from domain.drafts import Kind
from domain.people import Permission, may, require
from integrations.files.own_tables import own_sheet
from integrations.files.writing import write_sheet
from storage import audit
from storage.exporting.tables import exported

# What each table tells, and so the right that it takes.
RIGHTS = {
    Kind.ORDER_LINES: Permission.SALES, Kind.PRODUCTS: Permission.PROFIT, Kind.STOCK: Permission.STOCK,
    Kind.CUSTOMERS: Permission.CUSTOMERS, Kind.EXPENSES: Permission.PROFIT, Kind.AD_SPEND: Permission.ADS,
    Kind.TRAFFIC: Permission.TRAFFIC, Kind.FX_RATES: Permission.COUNTS,
}
PERSONAL = frozenset({Kind.ORDER_LINES, Kind.CUSTOMERS})


@dataclass(frozen=True, slots=True)
class Written:
    """A file with so many rows; `is_masked` where names and phone numbers were."""

    rows: int
    is_masked: bool


def export_kind(shop: OpenShop, kind: Kind, out: Path, person: Person) -> Written:
    """Write every row of the kind. Unmasked personal data are for who may see them, and stand in the audit."""
    require(person.role, RIGHTS[kind])
    person.require_every_shop()
    is_masked = kind in PERSONAL and not may(person.role, Permission.PERSONAL_DATA)
    sheet = own_sheet(kind, exported(shop.database, shop.vault, kind), shop.calendar, is_masked=is_masked)
    if kind in PERSONAL and not is_masked:
        _note_in_audit(shop, kind, out, person)
    return Written(write_sheet(out, sheet), is_masked)


def _note_in_audit(shop: OpenShop, kind: Kind, out: Path, person: Person) -> None:
    """Before the file is there: nobody has names and addresses of which the audit knows nothing."""
    entry = AuditEntry(at=shop.now(), actor=person.name, role=person.role, chat="", event="exported", action="export",
                       arguments=json.dumps({"kind": kind.value, "file": out.name}, ensure_ascii=False),
                       facts=json.dumps({"personal_data": "unmasked"}), previous_hash="", hash="")
    with shop.database.write() as connection:
        audit.append(connection, entry)


@dataclass(frozen=True, slots=True)
class _At:
    """A shelf with one place."""

    path: Path

    def place(self, name: str) -> Path:  # noqa: ARG002 (the caller of the command has named the file)
        return self.path


@dataclass(frozen=True, slots=True)
class _Exporting:
    """Reads every question as one for a file."""

    reader: Reader
    is_csv: bool

    def read(self, text: str, at: datetime, context: Context) -> Understood:
        understood = self.reader.read(text, at, context)
        if not isinstance(understood.reading, Ask):
            return understood
        said = understood.reading.request
        wants = said.wants if said else Wants.FIGURES
        of = wants if wants in {Wants.DETAILS, Wants.WHY} else said.of if said else Wants.FIGURES
        return replace(understood, reading=replace(understood.reading, request=Request(
            Wants.EXPORT, of, is_csv=self.is_csv)))


def export_question(shop: OpenShop, text: str, out: Path, *, person: Person, at: datetime) -> Reply:
    """The reply; its `files` are empty where the question has no table, and its text says why."""
    talk = shop.dispatcher
    asked = replace(talk, reader=_Exporting(talk.reader, out.suffix.lower() == ".csv"),
                    proving=replace(talk.proving, shelf=_At(out)))
    return asked.reply(text, person=person, at=at, chat="")
