"""Writes what goods cost, and expenses."""

from collections.abc import Mapping
from hashlib import sha256

from sqlalchemy import Connection, insert

from domain.changes import Change
from domain.changes.costs import CostKept, CostMethodChange, ExpenseChange, Revaluation
from domain.finance.model import Expense
from storage.ledger.writing import Reference, Writer, each
from storage.stock import costs

HASH_BITS = 48  # content hashes of the other rows are as long


def _cost_kept(connection: Connection, change: CostKept, reference: Reference) -> None:
    costs.keep(connection, change.sku_id, change.unit_e4, at=reference.at,
               reference=f"{reference.kind} {reference.id}")


def _cost_method(connection: Connection, change: CostMethodChange, reference: Reference) -> None:
    costs.turn(connection, change.sku_id, change.after, reference.at)


def _revaluation(connection: Connection, change: Revaluation, reference: Reference) -> None:
    costs.revalue(connection, change.sku_id, change.after_e4, at=reference.at,
                  reference=f"{reference.kind} {reference.id}")


def _expense(connection: Connection, change: ExpenseChange, reference: Reference) -> None:
    digest = sha256(f"{reference.kind}:{reference.id}:{reference.line}".encode()).digest()
    connection.execute(insert(Expense).values(
        day=change.day, category=change.category, amount_minor=change.amount_minor, amount_base=change.amount_minor,
        currency=change.currency, content_hash=int.from_bytes(digest[:HASH_BITS // 8], "big")))


WRITERS: Mapping[type[Change], Writer] = {
    CostKept: each(_cost_kept),
    CostMethodChange: each(_cost_method),
    Revaluation: each(_revaluation),
    ExpenseChange: each(_expense),
}
