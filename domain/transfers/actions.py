"""Verbs: send goods to another warehouse by a carrier, and take in what arrives of them."""

from dataclasses import replace

from domain.actions import Asked, Fact, Impossible, Note, Parameter, ParameterKind, Plan, action
from domain.books import NOTHING, Balance, Books, TransferFacts
from domain.changes.stock import StockChange, TransferArrival, TransferSent
from domain.inventory.model import MoveReason
from domain.lookups import sku_of, transfer_of, warehouse_of
from domain.people import Permission

_TRANSFER = Parameter("transfer", ParameterKind.TEXT, "调拨单号", "transfer number")


@action(name="send_transfer", permission=Permission.MOVE_STOCK, zh="在途调拨", en="send a transfer", parameters=(
    Parameter("sku", ParameterKind.SKU, "商品", "SKU"),
    Parameter("from", ParameterKind.WAREHOUSE, "调出仓库", "warehouse to take from"),
    Parameter("to", ParameterKind.WAREHOUSE, "调入仓库", "warehouse to bring to"),
    Parameter("quantity", ParameterKind.QUANTITY, "数量", "quantity")))
def send_transfer(books: Books, asked: Asked) -> Plan:
    """The pieces leave at once and are nobody's to sell until they arrive; their value goes with them."""
    sku, quantity = sku_of(books, asked.arguments["sku"]), asked.arguments["quantity"]
    source, target = (warehouse_of(books, asked.arguments[end]) for end in ("from", "to"))
    if source == target:
        raise Impossible("same_warehouse", warehouse=source.name)
    found = books.balances([sku.id])
    here, there = (found.get((sku.id, place.id), NOTHING) for place in (source, target))
    # Pieces that are owed can be sold, but no lorry can carry them.
    if quantity > (here.on_hand if sku.allows_backorder else here.available):
        raise Impossible("not_enough_stock", sku=sku.code, warehouse=source.name, wanted=quantity,
                         on_hand=here.on_hand, reserved=here.reserved, available=here.available)
    unit = sku.cost.unit_e4
    return Plan(
        facts=(Fact("on_hand", f"{sku.code} · {source.name}", here.on_hand, here.on_hand - quantity),
               Fact("incoming", f"{sku.code} · {target.name}", there.incoming, there.incoming + quantity)),
        changes=(
            TransferSent(sku.id, source.id, target.id, quantity, asked.at, asked.today),
            StockChange(sku.id, source.id, -quantity, MoveReason.TRANSFER_OUT, unit_cost_e4=unit,
                        allows_backorder=sku.allows_backorder),
            StockChange(sku.id, target.id, 0, MoveReason.TRANSFER_IN, arrives=-quantity)),
        notes=(Note("on_its_way"),),
        named={"sku": sku.code, "from": source.name, "to": target.name})


@action(name="receive_transfer", permission=Permission.MOVE_STOCK, zh="调拨到货", en="receive a transfer", parameters=(
    _TRANSFER, Parameter("quantity", ParameterKind.QUANTITY, "到货数量", "quantity that arrived", required=False),
    Parameter("lost", ParameterKind.QUANTITY, "丢失数量", "quantity lost", required=False)))
def receive_transfer(books: Books, asked: Asked) -> Plan:
    """Without a number all that is on its way has come. What is lost comes in and goes out, and its cost with it."""
    transfer = transfer_of(books, asked.arguments["transfer"])
    lost = asked.arguments.get("lost", 0)
    came = asked.arguments.get("quantity", 0 if lost else transfer.on_its_way)
    if not transfer.on_its_way:
        raise Impossible("transfer_done", transfer=transfer.number, sent=transfer.sent, received=transfer.received,
                         lost=transfer.lost)
    if came + lost > transfer.on_its_way:
        raise Impossible("more_than_on_its_way", transfer=transfer.number, wanted=came + lost,
                         on_its_way=transfer.on_its_way)
    return Plan(
        facts=_arrival_facts(books, transfer, came, lost), changes=_arrival(books, transfer, came, lost),
        notes=_rest(transfer, came, lost),
        named={"transfer": transfer.number, "sku": transfer.sku.code, "from": transfer.source.name,
               "to": transfer.target.name, "quantity": came, "lost": lost})


def _balance(books: Books, transfer: TransferFacts) -> Balance:
    return books.balances([transfer.sku.id]).get((transfer.sku.id, transfer.target.id), NOTHING)


def _arrival_facts(books: Books, transfer: TransferFacts, came: int, lost: int) -> tuple[Fact, ...]:
    balance, subject = _balance(books, transfer), f"{transfer.sku.code} · {transfer.target.name}"
    left = transfer.on_its_way - came - lost
    facts = [Fact("on_its_way", transfer.number, transfer.on_its_way, left)]
    if came:
        facts.append(Fact("on_hand", subject, balance.on_hand, balance.on_hand + came))
    if lost:
        facts.append(Fact("lost", transfer.number, transfer.lost, transfer.lost + lost))
    return tuple(facts)


def _arrival(books: Books, transfer: TransferFacts, came: int, lost: int,
             ) -> tuple[TransferArrival | StockChange, ...]:
    """An import of stock may have set what is incoming to less than there is on the way."""
    arrives = min(came + lost, _balance(books, transfer).incoming)
    unit = transfer.sku.cost.unit_e4
    arrived = StockChange(transfer.sku.id, transfer.target.id, came + lost, MoveReason.TRANSFER_IN, arrives=arrives,
                          unit_cost_e4=unit)
    gone = replace(arrived, quantity=-lost, reason=MoveReason.ADJUSTED, arrives=0, note=transfer.number,
                   allows_backorder=transfer.sku.allows_backorder)
    return (TransferArrival(transfer.id, came, lost), arrived, *((gone,) if lost else ()))


def _rest(transfer: TransferFacts, came: int, lost: int) -> tuple[Note, ...]:
    left = transfer.on_its_way - came - lost
    return (Note("still_on_its_way", {"pieces": left}),) if left else ()
