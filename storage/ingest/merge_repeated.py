"""An order that was staged more than once: its rows stood apart in a table, or another table told it anew."""

from sqlalchemy import Connection

from domain.drafts import Reject
from storage.ingest import staging
from storage.ingest.order_rows import HASH_SPACE

_TABLES = ("stage_repeated", "stage_twice", "stage_renumbered", "stage_replaced")
_REPEATED = """CREATE TEMPORARY TABLE stage_repeated AS SELECT seq, shop_id, external_id, source,
  MIN(seq) OVER (PARTITION BY shop_id, external_id, source) AS first_seq, FIRST_VALUE(source) OVER (
    PARTITION BY shop_id, external_id ORDER BY changed_at DESC NULLS LAST, source DESC) AS latest
FROM (SELECT o.seq, o.external_id, o.source, o.changed_at, s.shop_id,
    COUNT(*) OVER (PARTITION BY s.shop_id, o.external_id) AS times
  FROM stage_orders o JOIN stage_shops s ON s.key = o.shop) AS places WHERE times > 1"""

# Lines whose number, which their row names, a row above has taken.
_TWICE = """CREATE TEMPORARY TABLE stage_twice AS SELECT d.*, n.external_id
FROM (SELECT l.order_seq, l.line_no, r.external_id,
    ROW_NUMBER() OVER (PARTITION BY r.first_seq, l.line_no ORDER BY l.order_seq) AS nth
  FROM stage_lines l JOIN stage_repeated r ON r.seq = l.order_seq) AS n
JOIN stage_doubtful d ON d.order_seq = n.order_seq AND d.line_no = n.line_no WHERE n.nth > 1"""
_REFUSED = "SELECT row_no, external_id, line_no FROM stage_twice ORDER BY row_no"
_TAKE_OUT = (
    f"""INSERT INTO stage_sums (order_seq, first_row, row_count, row_hash, is_sale, is_priced, paid_minor,
      discount_minor, refund_minor) SELECT order_seq, row_no, -1, {HASH_SPACE} - row_hash, 0, 0, -paid_minor,
      -discount_minor, -refund_minor FROM stage_twice""",
    *(f"DELETE FROM {table} WHERE (order_seq, line_no) IN (SELECT order_seq, line_no FROM stage_twice)" for table in (
        "stage_lines", "stage_returns", "stage_doubtful")),
)

# Of one table, an order's first place takes all of its rows. Numbers that rows name stay; the others follow them.
_KEEPS = "(r.seq = r.first_seq OR d.line_no IS NOT NULL)"
_JOIN = (
    f"""CREATE TEMPORARY TABLE stage_renumbered AS SELECT l.order_seq, l.line_no, r.first_seq,
      CASE WHEN {_KEEPS} THEN l.line_no ELSE ROW_NUMBER() OVER (
          PARTITION BY r.first_seq, {_KEEPS} ORDER BY l.order_seq, l.line_no)
        + MAX(CASE WHEN {_KEEPS} THEN l.line_no ELSE 0 END) OVER (PARTITION BY r.first_seq) END AS new_no
    FROM stage_lines l JOIN stage_repeated r ON r.seq = l.order_seq
    LEFT JOIN stage_doubtful d ON d.order_seq = l.order_seq AND d.line_no = l.line_no""",
    *(f"""UPDATE {table} SET order_seq = n.first_seq, line_no = n.new_no FROM stage_renumbered n
    WHERE n.order_seq = {table}.order_seq AND n.line_no = {table}.line_no""" for table in (
        "stage_lines", "stage_returns")),
    *(f"""UPDATE {table} SET order_seq = r.first_seq FROM stage_repeated r
    WHERE r.seq = {table}.order_seq AND r.seq <> r.first_seq""" for table in (
        "stage_returns", "stage_sums", "stage_doubtful")),
    "DELETE FROM stage_orders WHERE seq IN (SELECT seq FROM stage_repeated WHERE seq <> first_seq)",
)

# Of several tables the latest counts, as if they had come one after another.
_REPLACED = """CREATE TEMPORARY TABLE stage_replaced AS
SELECT r.first_seq AS seq, l.first_seq AS by_seq, r.source > r.latest AS is_older
FROM stage_repeated r JOIN stage_repeated l ON l.shop_id = r.shop_id AND l.external_id = r.external_id
  AND l.source = r.latest AND l.seq = l.first_seq WHERE r.source <> r.latest AND r.seq = r.first_seq"""
_LEAVE_OUT = """UPDATE stage_todo SET action = CASE WHEN r.is_older OR stage_todo.content_hash = l.content_hash
  THEN 'same' ELSE 'replaced' END FROM stage_replaced r JOIN stage_todo l ON l.seq = r.by_seq
WHERE r.seq = stage_todo.seq"""


def find(connection: Connection) -> bool:
    """Whether there are any."""
    for table in _TABLES:
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")
    connection.exec_driver_sql(_REPEATED)
    return connection.exec_driver_sql("SELECT 1 FROM stage_repeated LIMIT 1").first() is not None


def join(connection: Connection) -> list[Reject]:
    """Make one order of its parts in each table; the rows that say a line once more are refused."""
    staging.analyze(connection, "stage_repeated", "stage_lines (order_seq, line_no)", "stage_doubtful")
    connection.exec_driver_sql(_TWICE)
    refused = [Reject(row_no, "line_repeated", {"order": order, "line_no": str(line_no)}, ())
               for row_no, order, line_no in connection.exec_driver_sql(_REFUSED)]
    for statement in (*(_TAKE_OUT if refused else ()), *_JOIN):
        connection.exec_driver_sql(statement)
    return refused


def leave_out_replaced(connection: Connection) -> None:
    """Once it is known what is to be done with each order: nothing with what a later table replaces."""
    connection.exec_driver_sql(_REPLACED)
    connection.exec_driver_sql(_LEAVE_OUT)
