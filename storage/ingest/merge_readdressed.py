"""Orders whose receiver changes once it matters: a parcel has left, or it is to leave in one parcel with others.

Town and telephone are compared where they lie. Name and street are sealed, and looked at only for orders on their way.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, text

from storage.encryption import Vault

# The order is packed, and nobody has signed for it yet.
_PACKED = """t.action = 'changed' AND o.signed_at IS NULL AND o.fulfilment IN ('unshipped', 'partly_shipped', 'shipped')
  AND (EXISTS (SELECT 1 FROM shipments s WHERE s.order_id = old.id)
    OR EXISTS (SELECT 1 FROM merged_orders m WHERE m.order_id = old.id))"""
_CHANGED = f"""SELECT t.order_id, (o.province <> old.province OR o.city <> old.city OR o.phone_index <> old.phone_index)
    AS is_elsewhere, o.receiver_sealed, o.address_sealed, old.receiver_sealed AS receiver_before,
  old.address_sealed AS address_before
FROM stage_todo t JOIN stage_orders o ON o.seq = t.seq JOIN orders old ON old.id = t.order_id WHERE {_PACKED}"""
_TOLD = text("UPDATE orders SET receiver_changed_at = :now WHERE id IN :ids").bindparams(
    bindparam("ids", expanding=True))


def note(connection: Connection, vault: Vault, now: datetime) -> None:
    """Within the merge, before the orders are written."""
    moved = [row.order_id for row in connection.exec_driver_sql(_CHANGED) if _is_moved(row, vault)]
    if moved:
        connection.execute(_TOLD, {"now": now, "ids": moved})


def _is_moved(row: Any, vault: Vault) -> bool:
    return bool(row.is_elsewhere) or any(
        _differ(vault.open(column, before), vault.open(column, after)) for column, before, after in (
            ("orders.receiver", row.receiver_before, row.receiver_sealed),
            ("orders.address", row.address_before, row.address_sealed)))


def _differ(before: str | None, after: str | None) -> bool:
    """What a platform masks (上海市***) says nothing of what is behind it."""
    if not before or not after or "*" in before + after:
        return False
    return "".join(before.split()) != "".join(after.split())
