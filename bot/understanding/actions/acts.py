"""A message as an action: which verb, which arguments, what is still missing. Whatever asks something is no action."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from bot.understanding.actions import arguments as find
from bot.understanding.actions import booked_days, free_words, goods_lines
from bot.understanding.actions.arguments import Arguments, Message
from bot.understanding.actions.waybills import waybill_alone
from bot.understanding.questions.draft import is_filler, is_that_order
from bot.understanding.questions.figures import NOUNS
from bot.understanding.questions.gate import objection
from bot.understanding.readings import Act, Refused, Unclear
from bot.understanding.text.scan import CODED, NUMBERED, Token, Words

MAX_CHOICES = 3
Finder = Callable[[Message, Arguments], None]


@dataclass(frozen=True, slots=True)
class Frame:
    """How the arguments of an action are found, in this order, which it cannot do without, and what goes unsaid."""

    finders: tuple[Finder, ...]
    required: tuple[str, ...]
    unsaid: Callable[[Message], Arguments] = lambda _: {}


FRAMES: Mapping[str, Frame] = {
    "confirm_shipment": Frame((find.carrier, find.order_and_waybill, find.warehouse, goods_lines.lines_if_any),
                              ("order", "carrier", "waybill")),
    "adjust_stock": Frame((find.sku, find.warehouse, find.delta, free_words.reason), ("sku", "warehouse", "delta")),
    "receive_stock": Frame((find.sku, find.warehouse, find.money_as("unit_cost"), booked_days.earlier_day,
                            find.quantity_as("quantity")), ("sku", "warehouse", "quantity")),
    "transfer_stock": Frame((find.sku, find.from_to, find.quantity_as("quantity")), ("sku", "from", "to", "quantity")),
    "send_transfer": Frame((find.sku, find.from_to, find.quantity_as("quantity")), ("sku", "from", "to", "quantity")),
    "receive_transfer": Frame((find.quantity_as("quantity"),), ("transfer",)),
    "count_stock": Frame((find.sku, find.warehouse, find.quantity_as("counted")), ("sku", "warehouse", "counted")),
    "set_reorder_point": Frame((find.sku, find.warehouse, find.quantity_as("quantity")), ("sku", "quantity")),
    "drop_reorder_point": Frame((find.sku, find.warehouse), ("sku",)),
    "allow_backorder": Frame((find.sku,), ("sku",)),
    "forbid_backorder": Frame((find.sku,), ("sku",)),
    "record_expense": Frame((find.amount, booked_days.day, free_words.category), ("category", "amount"),
                            unsaid=lambda message: {"day": message.today.isoformat()}),
    "approve_refund": Frame((find.order, find.amount), ("order",)),
    "repair_stock": Frame((find.sku, find.warehouse), ("sku", "warehouse")),
    "set_cost_method": Frame((find.sku, find.cost_method), ("sku", "method")),
    "revalue_stock": Frame((find.sku, find.unit_cost, free_words.reason), ("sku", "unit_cost")),
    "set_supplier": Frame((), ("supplier",)),
    "set_supplier_price": Frame((find.sku, find.unit_cost), ("supplier", "sku", "unit_cost")),
    "receive_purchase": Frame((goods_lines.lines_if_any, find.quantity_as("quantity")), ("purchase",)),
    "cancel_purchase": Frame((), ("purchase",)),
    "create_purchase_order": Frame((goods_lines.lines,), ("lines",)),
    "merge_orders": Frame((find.orders,), ("orders",)),
    "unmerge_orders": Frame((find.order,), ("order",)),
    "split_order": Frame((find.order, goods_lines.lines), ("order", "lines")),
    "change_warehouse": Frame((find.order, find.warehouse), ("order", "warehouse")),
    "hold_order": Frame((find.order,), ("order",)),
    "release_order": Frame((find.order,), ("order",)),
    "tell_again": Frame((find.order,), ("order",)),
    "resend_goods": Frame((find.carrier, find.order_and_waybill, find.warehouse, goods_lines.lines),
                          ("order", "lines", "carrier", "waybill")),
    "state_contents": Frame((find.order, goods_lines.lines), ("order", "lines")),
    "refund_order": Frame((find.order, find.amount, free_words.reason), ("order", "amount")),
    "receive_return": Frame((find.order, find.warehouse, goods_lines.lines_if_any), ("order",)),
    "mark_order": Frame((find.order,), ("order", "mark")),
    "cancel_order": Frame((find.order,), ("order",)),
    "intercept_order": Frame((find.order,), ("order",)),
    "subscribe": Frame((find.report,), ("report",)),
    "unsubscribe": Frame((find.report,), ("report",)),
    "quiet": Frame((find.report,), ("hours",)),
}
# Roles that say nothing more once the action is known.
_PART_OF_ACTION = frozenset({"action", "set_to", "order_mark", "waybill_mark", "cost_of", "from", "to", "piece_unit",
                             "money_unit", "sign", "because", "each", "since", "range", "rank", "split", "only",
                             "dim", "add", "last"})
# How many there are or come, never how many more or less: 减2盒,再盘点一下 is no count of 2.
_WITHOUT_SIGN = frozenset({"count_stock", "receive_stock", "transfer_stock", "create_purchase_order",
                           "receive_purchase", "receive_transfer"})
_ASKS = frozenset({"which", "whichdim", "compare", "trend", "vague_time", "seller", "extreme", "op", "postop", "apiece",
                   "share"})
_PARTICLES = frozenset({"吗", "没有", "没", "了没有", "么", "了没", "是不是", "是否", "有没有", "怎么样", "如何",
                        "什么时候", "几时", "要不要", "when", "did", "does", "will"})


# What is done to goods: these take a SKU and how many.
OF_GOODS = frozenset({"adjust_stock", "receive_stock", "transfer_stock", "count_stock", "set_reorder_point",
                      "create_purchase_order"})


def action_of(tokens: Words) -> str | None:
    """The action that the message orders; None when it orders none."""
    if tokens.kinds.isdisjoint(_ORDERING) or asks_something(tokens):
        return None
    verbs = {token.senses["action"] for token in tokens if token.has("action") and not token.names}
    if verbs <= _BY_NUMBER and tokens.kinds.isdisjoint(_NUMBERS):
        return None
    facts = _Facts.of(tokens)
    if facts.codes and "unsubscribe" in verbs:
        return None  # 取消 … 的退款 is not to be taken for the refund itself
    if facts.codes and (any(_says_shipped(token) for token in tokens) or _says_carrier(tokens)):
        verbs.add("confirm_shipment")
    if not facts.goods and any(_says_paid(tokens, at) for at in range(len(tokens))):
        verbs.add("record_expense")
    for action, is_meant in _RULES:
        if (action in verbs or action == "adjust_stock") and is_meant(facts):
            return action
    if ("adjust_stock" in verbs or facts.places == 1) and facts.signs and facts.numbers and all(
            _is_of_delta(token) for token in tokens):
        return "adjust_stock"
    return "count_stock" if "adjust_stock" in verbs and facts.sets and facts.numbers and facts.goods else None


_ORDERING = frozenset({"action", "sign", "event", CODED})  # some of what happened is told as an order: 付了 50 元


_BY_NUMBER, _NUMBERS = frozenset({"adjust_stock"}), frozenset({NUMBERED, CODED})  # 库存, and by how many


def asks_something(tokens: Sequence[Token]) -> bool:
    """Whether any word of it asks."""
    return any(_asks(token) or token.text == "呢" for token in tokens)


def _is_of_delta(token: Token) -> bool:
    """库存加 1, 华东仓减3支, and nothing else: of which product is asked."""
    if token.names:
        return all(name.dimension == "warehouse" for name in token.names)
    return token.number is not None or is_filler(token) or any(
        token.has(kind) for kind in ("action", "sign", "piece_unit", "end"))


def _says_carrier(tokens: Sequence[Token]) -> bool:
    """这单走顺丰."""
    said = [token for token in tokens if token.text not in {"的", "了"}]
    return any(before.text in _GOES_WITH and token.has("carrier") and not token.names
               for before, token in pairwise(said))


_GOES_WITH = frozenset({"走", "走的", "走了", "用", "用的", "使用", "via"})


def _says_shipped(token: Token) -> bool:
    return "shipped" in {token.senses.get("event"), token.senses.get("order_status")}


_PAID = frozenset({"交了", "缴了", "付了", "支付了", "付掉", "花了", "花掉了", "花出去了", "paid", "paid out", "spent"})


def _says_paid(tokens: Sequence[Token], at: int) -> bool:
    """昨天交了2000块水电费, 快递费付了1.2万, paid 300 yuan for packaging: an expense that was made."""
    if tokens[at].text not in _PAID or tokens[at].names:
        return False
    return any(token.number is not None and not token.names and (
        token.is_scaled or any(beside.has("money_unit") for beside in tokens[max(0, place - 1):place + 2]))
        for place, token in enumerate(tokens))


def _asks(token: Token) -> bool:
    if token.names:
        return False
    if token.has("count") and token.text not in NOUNS:
        return True
    return token.text in _PARTICLES or not _ASKS.isdisjoint(token.senses)


@dataclass(slots=True)
class _Facts:
    """What the message holds that an action could take."""

    codes: int = 0
    long_numbers: int = 0  # codes of digits alone: an order's number, or more pieces than there are
    numbers: int = 0
    goods: int = 0
    places: int = 0
    reports: int = 0
    loose_reports: int = 0
    signs: int = 0
    methods: int = 0
    sets: bool = False
    is_bare: bool = True  # nothing but verbs and politeness
    is_strong: bool = False  # a verb that has no other meaning
    drops_report: bool = False  # a verb that can only mean a report
    has_refund: bool = False
    has_period: bool = False

    @classmethod
    def of(cls, tokens: Sequence[Token]) -> "_Facts":
        facts = cls()
        for at, token in enumerate(tokens):
            kinds = {name.dimension for name in token.names}
            facts.codes += token.is_code
            facts.long_numbers += token.is_code and token.text.isdigit()
            facts.numbers += token.number is not None and not token.names
            facts.goods += bool(kinds & {"sku", "product"})
            facts.places += "warehouse" in kinds
            is_figure = not _FIGURES.isdisjoint(token.senses)
            facts.reports += token.has("report") and not is_figure
            facts.loose_reports += token.has("report") and is_figure  # 低库存: a list, too
            facts.methods += token.has("cost_method")
            facts.signs += token.has("sign") and not token.names
            facts.sets = facts.sets or token.has("set_to")
            facts.drops_report = facts.drops_report or token.text.lower() in _DROPS
            facts.has_refund = facts.has_refund or "退" in token.text or "refund" in token.text
            facts.has_period = facts.has_period or token.has("offset") or token.has("split")
            facts.is_bare = facts.is_bare and not token.names and (
                token.has("action") or token.has("end") or is_filler(token) or is_that_order(tokens, at))
            facts.is_strong = facts.is_strong or (token.has("action") and _MEANS_ELSE.isdisjoint(token.senses))
        if facts.goods and not facts.numbers:
            facts.numbers = facts.long_numbers
        return facts


_FIGURES = frozenset({"metric", "feature", "order_status"})
_MEANS_ELSE = frozenset({"metric", "event", "count", "stop", "sep", "sign", "follow", "off"})
_DROPS = {"unsubscribe", "退订", "取消订阅"}

# In this order: the first action whose verb was said and whose condition holds.
_RULES: tuple[tuple[str, Callable[[_Facts], bool]], ...] = (
    ("unsubscribe", lambda facts: facts.reports + facts.loose_reports > 0 or (facts.is_bare and facts.drops_report)),
    ("subscribe", lambda facts: facts.reports > 0 or (facts.loose_reports > 0 and facts.is_strong) or facts.is_bare),
    ("record_expense", lambda facts: (facts.numbers > 0 or facts.is_strong) and not facts.places and not facts.codes),
    ("set_reorder_point", lambda facts: facts.numbers > 0 or facts.sets),
    ("repair_stock", lambda facts: facts.numbers == 0),
    ("set_cost_method", lambda facts: facts.methods > 0 and facts.goods > 0),
    ("revalue_stock", lambda facts: facts.goods > 0 and facts.numbers > 0 and facts.is_strong and not facts.places),
    ("approve_refund", lambda facts: (facts.codes > 0 and facts.has_refund) or (facts.is_bare and facts.has_refund)),
    ("confirm_shipment", lambda facts: facts.codes > 0 or facts.is_bare),
    ("create_purchase_order", lambda facts: (facts.goods > 0 and (facts.numbers > 0 or facts.is_strong)
                                             and not facts.places) or (facts.is_bare and facts.is_strong)),
    ("transfer_stock", lambda facts: (facts.numbers > 0 and (facts.goods > 0 or facts.places > 0 or facts.is_strong))
        or (facts.is_bare and facts.is_strong) or (facts.goods > 0 and facts.places > 1 and facts.is_strong)),
    ("count_stock", lambda facts: facts.numbers > 0 or facts.goods > 0 or facts.is_bare),
    ("receive_stock", lambda facts: facts.numbers > 0 or (facts.is_strong and not facts.has_period
                                                         and (facts.is_bare or facts.goods > 0))),
    ("adjust_stock", lambda facts: facts.signs > 0 and facts.numbers > 0 and facts.goods > 0),
)


def read_act(action: str, message: Message, known: Mapping[str, Any] | None = None) -> Act | Unclear | Refused:
    """The action with its arguments; or what is missing, or what was not understood."""
    frame = FRAMES[action]
    found: Arguments = {}
    for finder in frame.finders:
        finder(message, found)
    found = _in_order(frame, {**frame.unsaid(message), **(known or {}), **found})
    _use_verbs(action, message.tokens)
    if trouble := message.trouble or objection(message.tokens, message.text, message.gazetteer):
        if isinstance(trouble, Unclear) and trouble.missing:
            return replace(trouble, pending=Act(action, found))
        return trouble
    missing = next((name for name in frame.required if name not in found), None)
    if missing:
        choices = _choices(missing, found, message)
        facts = {"action": action, **({"sku": message.asked_of} if message.asked_of else {})}
        return Unclear(f"ask.{missing}", facts, choices, Act(action, found), missing)
    return _sensible(action, found)


def _in_order(frame: Frame, found: Arguments) -> Arguments:
    names = [*frame.required, *(name for name in found if name not in frame.required)]
    return {name: found[name] for name in names if name in found}


def _use_verbs(action: str, tokens: Sequence[Token]) -> None:
    for token in tokens:
        if token.names or token.is_unknown:
            continue
        if token.has("sign") and action in _WITHOUT_SIGN and not token.has("action"):
            continue
        if not _PART_OF_ACTION.isdisjoint(token.senses) or (token.has("count") and token.text in NOUNS):
            token.used = True
        if action == "approve_refund" and token.senses.get("metric") == "refund_amount":
            token.used = True
        if action == "subscribe" and token.has("clock"):
            token.used = True  # 每天早上: when reports go out anyway; an hour before it is left to be asked about
        is_done = token.has("event") and not token.has("metric")
        if is_done and action in OF_GOODS and token.senses["event"] == "sold":
            continue  # 实际卖了15支 is no count
        if is_done or (action == "confirm_shipment" and (_says_shipped(token) or token.text in _GOES_WITH)):
            token.used = True


def _choices(missing: str, found: Arguments, message: Message) -> tuple[str, ...]:
    """The message with each possible answer behind it, where the answers are few."""
    said = message.text.message.rstrip(" 。.!！")
    if missing in {"warehouse", "from", "to"}:
        taken = {found.get("from"), found.get("to")}
        names = [name for name in message.gazetteer.warehouses if name not in taken]
        lead = {"warehouse": "", "from": "从", "to": "到"}[missing]
        return tuple(f"{said} {lead}{name}" for name in names[:MAX_CHOICES])
    if missing == "report":
        is_english = message.text.message.isascii()
        reports = ("daily report", "weekly review", "low stock") if is_english else ("日报", "周报", "低库存提醒")
        return tuple(f"{said}{' ' if is_english else ''}{name}" for name in reports)
    return ()


def _sensible(action: str, found: Arguments) -> Act | Refused:
    """Refuse what no shop can mean: nothing at all, less than nothing, from a place to itself."""
    for name in ("quantity", "amount", "delta"):
        if name in found and found[name] == 0 and action != "set_reorder_point":
            return Refused("nothing_to_do")
    if any(found.get(name, 0) < 0 for name in ("amount", "unit_cost")):
        return Refused("amount_below_nothing")
    if any(isinstance(line, dict) and line["quantity"] == 0 for line in found.get("lines", ())):
        return Refused("nothing_to_do")
    if action in {"transfer_stock", "send_transfer"} and found["from"] == found["to"]:
        return Refused("same_place", {"warehouse": str(found["from"])})
    return Act(action, found)


def complete(pending: Unclear, message: Message) -> Act | Unclear | Refused | None:
    """A short reply to what was asked for; None when it is something else."""
    act = pending.pending
    if act is None or pending.missing is None:
        return None
    if any(_asks(token) or token.has("metric") for token in message.tokens if not token.names):
        return None
    known = {**act.arguments, **waybill_alone(act, message)}
    if pending.missing == "lost":
        number: Arguments = {}
        find.quantity_as("lost")(message, number)
        return read_act(act.action, message, {**known, **number}) if number else None
    if whole := _as_a_whole(pending, message):
        return _completed(act, {**known, pending.missing: whole}, message)
    if pending.missing in {"to", "from"} and not any(token.has("from") or token.has("to") for token in message.tokens):
        place: Arguments = {}
        find.warehouse(message, place)
        if "warehouse" in place:
            known[pending.missing] = place["warehouse"]
    reading = read_act(act.action, message, known)
    has_more = isinstance(reading, Act) or (isinstance(reading, Unclear) and reading.pending is not None
                                            and reading.pending.arguments != act.arguments)
    return reading if has_more else None


def _as_a_whole(pending: Unclear, message: Message) -> str | list[Arguments] | None:
    """The message as the one thing that was asked for; None where it has to be read word by word."""
    match pending.missing:
        case "category" | "reason" | "hours":
            return message.text.message.strip()
        case "sku":
            return _variant(pending, message)
        case "lines":
            return _line(pending, message)
        case "order" | "waybill" | "purchase" | "transfer":
            return _only_code(message)
    return None


def _completed(act: Act, known: Arguments, message: Message) -> Act | Unclear | Refused:
    for token in message.tokens:
        token.used = True
    return read_act(act.action, message, known)


def _variant(pending: Unclear, message: Message) -> str | None:
    """驼色 L, as an answer to which SKU."""
    codes, end = message.gazetteer.variant_at(message.text.text, 0, pending.facts.get("product", ""))
    return codes[0] if len(codes) == 1 and not message.text.text[end:].strip() else None


def _line(pending: Unclear, message: Message) -> list[Arguments] | None:
    """100袋, as an answer to how many of the goods that were named."""
    number: Arguments = {}
    if "sku" in pending.facts and not any(token.names for token in message.tokens):
        find.quantity_as("quantity")(message, number)
    return [{"sku": pending.facts["sku"], **number}] if number else None


def _only_code(message: Message) -> str | None:
    text = message.text.message.strip().lstrip("#")
    is_code = text.isascii() and text.replace("-", "").isalnum() and any(one.isdigit() for one in text)
    return text.upper() if is_code else None
