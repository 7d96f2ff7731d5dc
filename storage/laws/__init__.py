"""For each law of domain.invariants the statement that finds what breaks it, the same on both databases."""

from collections.abc import Mapping

from storage.laws import books, costs, orders, stock
from storage.laws.rows import Check, rows

CHECKS: Mapping[str, Check] = {
    "rollups_are_sums_of_facts": books.days,
    "stock_is_the_sum_of_its_moves": rows(stock.sums()),
    "moves_have_a_balance": rows(stock.lost_moves()),
    "reserved_is_on_hand": rows(stock.over_reserved()),
    "reserved_is_what_orders_hold": rows(stock.unheld()),
    "no_stock_below_nothing": rows(stock.below_nothing()),
    "transfers_lose_nothing": rows(stock.one_sided_transfers()),
    "what_was_sent_is_accounted_for": rows(stock.unaccounted_transfers()),
    "value_is_the_sum_of_its_entries": rows(costs.entries()),
    "layers_are_the_value": rows(costs.layers()),
    "valued_pieces_are_on_hand": rows(costs.shown()),
    "what_was_confirmed_has_moved": stock.unmoved,
    "what_was_done_is_in_the_audit": rows(books.unaudited()),
    "open_codes_are_unique": rows(books.double_codes()),
    "status_follows_from_the_axes": orders.statuses,
    "orders_are_paid_what_their_lines_say": rows(orders.amounts()),
    "no_more_goes_back_than_was_paid": rows(orders.over_refunded()),
    "lines_of_a_refund_fit_in_it": rows(orders.refund_lines_over()),
    "paid_orders_have_their_day": rows(orders.undated()),
    "refunds_have_their_day": rows(orders.undated_refunds()),
    "first_payment_is_the_first": rows(orders.first_days()),
    "references_lead_somewhere": books.references,
    "the_audit_is_a_chain": books.chain,
}
