"""A platform that shows a parcel has been told of it, whoever told it: its write-back needs nobody any more."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, text

# It names this very waybill number; or none, and says that the order, which left in one parcel, has left. Where it
# names another, the buyer follows the wrong parcel: that stays open.
_SHOWN = text("""UPDATE write_backs SET state = 'told', told_at = :now, may_be_known = :yes, why = NULL, error = NULL
WHERE state IN ('queued', 'failed') AND EXISTS (SELECT 1 FROM stage_todo t JOIN stage_orders o ON o.seq = t.seq
  WHERE t.action = 'changed' AND t.order_id = write_backs.order_id
    AND (UPPER(o.waybill_no) = UPPER(write_backs.waybill_no)
      OR (COALESCE(o.waybill_no, '') = '' AND o.fulfilment IN ('shipped', 'signed', 'completed')
          AND (SELECT COUNT(*) FROM shipments s WHERE s.order_id = t.order_id) = 1)))""")


def follow(connection: Connection, parameters: Mapping[str, Any]) -> None:
    """Within the merge, as long as what is staged is what the platform says, and not what was done here."""
    connection.execute(_SHOWN, {"now": parameters["now"], "yes": True})
