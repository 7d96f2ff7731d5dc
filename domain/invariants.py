"""The laws that the shop's data keep: each said once, with what is compared and what puts a break right.

A law is one entry here and one check of the same id in storage.laws. A break names rows, so that somebody can look.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from domain.people import Permission


@dataclass(frozen=True, slots=True)
class Law:
    """What always holds. `compared` is the same in every language; `right` is what it takes to see its breaks."""

    id: str
    zh: str
    en: str
    compared: str
    repair_zh: str
    repair_en: str
    right: Permission = Permission.COUNTS


@dataclass(frozen=True, slots=True)
class Breach:
    """One row that breaks a law: what it is called, what is found there and what ought to be."""

    subject: str
    found: str = ""
    expected: str = ""


@dataclass(frozen=True, slots=True)
class Break:
    """A law that does not hold: by how many rows, and the first of them."""

    law: Law
    count: int
    breaches: tuple[Breach, ...]


_P = Permission
_REPAIR = ("先说「按流水修正 … 在 … 的库存」,再盘点一次", 'say "repair stock of … in …", then count the SKU once')
_REBUILD = ("运行 zhanggui db rebuild,按明细重新加总", "run zhanggui db rebuild, which adds up everything again")
_IMPORT_AGAIN = ("从平台重新导出并导入这些订单", "import the orders again from the platform's export")
_BACKUP = ("和备份对照;有人绕过程序改了数据库", "compare with a backup; somebody has changed the database by hand")
_LAWS = (
    Law("rollups_are_sums_of_facts", "每天的汇总等于当天明细之和",
        "every day of the rollups is the sum of that day's facts",
        "sales_days, sku_days = Σ orders, refunds, charges", *_REBUILD, _P.SALES),
    Law("stock_is_the_sum_of_its_moves", "在库等于全部出入库流水之和",
        "what is on hand is the sum of all moves of the SKU in the warehouse",
        "stock_balances.on_hand = Σ stock_moves.quantity", *_REPAIR, _P.STOCK),
    Law("moves_have_a_balance", "有流水的商品和仓库都有库存记录",
        "every SKU and warehouse with stock moves has a balance", "stock_moves → stock_balances", *_REPAIR, _P.STOCK),
    Law("reserved_is_on_hand", "占用不超过在库(允许预售的除外)",
        "no more is reserved than is on hand, unless the SKU allows backorder",
        "stock_balances.reserved ≤ stock_balances.on_hand",
        "盘点这个商品;确实缺货就补货,或取消占用它的订单",
        "count the SKU; if pieces are really missing, buy them or cancel the orders that reserve them", _P.STOCK),
    Law("reserved_is_what_orders_hold", "占用等于各订单占着的件数之和",
        "what is reserved of a SKU in a warehouse is the sum of what orders hold of it",
        "stock_balances.reserved = Σ allocations.quantity", *_IMPORT_AGAIN, _P.STOCK),
    Law("no_stock_below_nothing", "在库不为负(允许预售的除外)",
        "only a SKU that may be sold before it is there has less than nothing on hand",
        "stock_balances.on_hand ≥ 0", *_REPAIR, _P.STOCK),
    Law("transfers_lose_nothing", "调拨调出多少,调入多少;在途的到货时再调入",
        "a transfer brings in what it takes out; one that takes time, when it arrives",
        "Σ stock_moves.quantity of one step = transfer_steps (received + lost − sent), else 0",
        "盘点两个仓库的这个商品", "count the SKU in both warehouses", _P.STOCK),
    Law("what_was_sent_is_accounted_for", "在途调拨:发出等于到货、丢失与还在路上之和",
        "of a transfer that takes time, sent is received, lost and still on its way",
        "transfers (sent / received / lost) = Σ transfer_steps; Σ stock_moves = received − sent",
        "核对这张调拨单的物流,再盘点两个仓库的这个商品",
        "ask the carrier about the transfer, then count the SKU in both warehouses", _P.STOCK),
    Law("value_is_the_sum_of_its_entries", "库存金额等于每一笔成本进出之和",
        "the kept value of a SKU is the sum of everything that came in and went out",
        "cost_pools (pieces / value) = Σ cost_entries", *_BACKUP, _P.STOCK_VALUE),
    Law("layers_are_the_value", "先进先出的各批次加起来等于库存金额",
        "first in first out: the layers that are left add up to the kept value",
        "Σ cost_layers (pieces / value) = cost_pools", *_BACKUP, _P.STOCK_VALUE),
    Law("valued_pieces_are_on_hand", "计价的件数和金额与在库一致",
        "as many pieces are valued as are on hand, and the SKU shows their value",
        "Σ stock_balances.on_hand (× skus.unit_cost_e4) = cost_pools",
        "先说「按流水修正 … 在 … 的库存」,再说「… 成本改成 …元」",
        'say "repair stock of … in …", then "revalue … at …"', _P.STOCK_VALUE),
    Law("what_was_confirmed_has_moved", "确认过的每件发货、入库、调拨都有流水",
        "everything that was confirmed has its stock moves: each line shipped, received or transferred",
        "confirmations.changes ↔ stock_moves of the confirmation", *_BACKUP, _P.STOCK),
    Law("what_was_done_is_in_the_audit", "确认或撤销过的操作都在审计里",
        "everything that was confirmed or undone stands in the audit", "confirmations ↔ audit_entries", *_BACKUP,
        _P.MANAGE_STAFF),
    Law("open_codes_are_unique", "一个聊天里没有两个相同的待确认码",
        "no two open proposals of a chat have the same code", "confirmations.chat, code where state = open",
        "取消其中一个,重新提议", "cancel one of them and propose it again"),
    Law("status_follows_from_the_axes", "订单状态由付款、发货、售后、锁定推出",
        "the status people see follows from payment, fulfilment, after-sale and hold",
        "orders.status = derive_status(axes)", *_IMPORT_AGAIN),
    Law("orders_are_paid_what_their_lines_say", "订单实付等于各行实付加运费",
        "what was paid for an order is the sum of its lines and the freight",
        "orders.paid_minor = Σ order_lines.paid_minor + freight_minor", *_IMPORT_AGAIN, _P.SALES),
    Law("no_more_goes_back_than_was_paid", "退款不超过实付",
        "the refunds of an order do not exceed what was paid for it",
        "Σ refunds.amount_minor ≤ orders.paid_minor", "到平台核对这些订单的退款",
        "look at the refunds of the order on the platform", _P.SALES),
    Law("lines_of_a_refund_fit_in_it", "退款各行之和不超过退款额", "the lines of a refund do not exceed it",
        "Σ refund_lines.amount_minor ≤ refunds.amount_minor", *_IMPORT_AGAIN, _P.SALES),
    Law("paid_orders_have_their_day", "付过款的订单都有付款日,否则哪天的数字都不含它",
        "every paid order says when it was paid; without it no figure counts it", "orders.paid_on", *_IMPORT_AGAIN),
    Law("refunds_have_their_day", "成功的退款都有退款日,否则哪天的数字都不含它",
        "every refund that succeeded says when; without it no figure counts it", "refunds.refunded_on",
        *_IMPORT_AGAIN),
    Law("first_payment_is_the_first", "客户的首次付款日是第一笔有效订单的付款日",
        "a customer's first day of payment is that of the first order that counts",
        "customers.first_paid_on = min orders.paid_on", *_REBUILD, _P.CUSTOMERS),
    Law("references_lead_somewhere", "每个引用都指向存在的记录", "every reference leads to a row that is there",
        "all foreign keys", *_BACKUP, _P.MANAGE_STAFF),
    Law("the_audit_is_a_chain", "审计的每一条都和写入时一样,并接着前一条",
        "every entry of the audit is as it was written and follows the one before", "audit_entries.hash", *_BACKUP,
        _P.MANAGE_STAFF),
)
LAWS: Mapping[str, Law] = MappingProxyType({law.id: law for law in _LAWS})
