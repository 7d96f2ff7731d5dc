"""Which figures: metrics by name, and what happened × what is counted."""

from collections.abc import Sequence

from bot.understanding.questions import qualified
from bot.understanding.questions.counting import COUNTED_AS, EVENT_OF, FITS, RATES, counted
from bot.understanding.questions.draft import Draft, Unmet
from bot.understanding.readings import Unclear
from bot.understanding.text.clauses import Clause, counts_of, leave_out_topic, told_in_turn
from bot.understanding.text.lexicon import lexicon
from bot.understanding.text.scan import Token
from domain.metrics.catalog import METRICS, Unit

# Words for what is counted; only beside 多少 or how many do they ask.
NOUNS = frozenset({"订单", "单子", "的单子", "orders", "order", "单", "人", "的人", "人数", "people", "persons",
                    "shoppers", "pieces", "pcs", "purchases", "transactions", "parcels", "packages", "钱", "money"})
_ANYTHING = frozenset({"多少个", "几个", "好多个"})  # of goods, orders or people
_HOW = {"how many": "how many", "how many of them": "how many", "how much": "how much", "number of": "how many",
        "the number of": "how many",
        "total number of": "how many", "the total number of": "how many"}
_LOOSE = frozenset({"refunds", "refund", "returns", "退款"})  # may be money or orders: orders with refunds
# What any figure may be said with: 推广费花了多少, 利润做了多少.
_GENERAL_EVENTS = frozenset(
    {"sold", "ordered", "bought", "spent", "left", "received", "paid", "visited", "came", "restock", "lasts", "charged",
     "on_hand", "came_in", "valued"})
_WEAK_EVENTS = frozenset({"left", "sold", "on_hand"})  # 还有多少单没发: the other event counts
_BEFORE_PAYING = frozenset({"ordered", "bought"})  # 拍了没付钱的: the status counts
_COSTS = frozenset({"ad_spend", "shipping_cost", "platform_fees", "expenses", "cogs"})


def read_figures(tokens: Sequence[Token], draft: Draft) -> None:
    """Fill draft.metrics in the order in which they were said."""
    event: str | None = None
    if not draft.kinds.isdisjoint(qualified.DENYING):
        qualified.leave_out_denied(tokens, draft)
    draft.has_account = not draft.kinds.isdisjoint(_OF_ACCOUNTS) and _has_account(tokens, draft)
    clauses = _clauses(tokens, draft)
    money_is_left = "less" in draft.kinds and qualified.left_is_earned(tokens)
    for clause in clauses:
        if money_is_left:
            clause.events = ["earned" if one == "left" else one for one in clause.events]
        if len(clause.metrics) == 1 and clause.is_plain and not (clause.has_loose and draft.is_of_number):
            _add(draft, clause.metrics[0])
        else:
            event = _read_clause(clause, event, draft)
    _keep_empty_questions(clauses, draft)
    if clauses := [clause for clause in clauses if not clause.is_plain]:
        _read_all_of(clauses, draft)
    if "less" in draft.kinds:
        qualified.take_off(tokens, draft)
    for token in (status for clause in clauses for status in clause.statuses):
        token.used = token.used or token.senses["order_status"] in map(_IMPLIES.get, draft.metrics)
    qualified.object_to_joined(tokens, draft)
    if not draft.metrics and not draft.vague:
        draft.events = [event] if event else []


_OF_ACCOUNTS = frozenset({"count", "event"})


def _read_all_of(clauses: Sequence[Clause], draft: Draft) -> None:
    """What they say together."""
    if draft.feature and any(clause.counts and not clause.features for clause in clauses):
        draft.object_to(Unclear("two_questions"))
    counted = [one for clause in clauses for one in clause.counts if one != "amount"]
    draft.is_apiece = draft.is_apiece or len(counted) > len(set(counted))  # 京东多少单拼多多多少单
    draft.all_events = [event for clause in clauses for event in clause.events]


def _keep_empty_questions(clauses: Sequence[Clause], draft: Draft) -> None:
    """What did we spend on ads and what did it bring us: the second is asked about, too."""
    if len(clauses) > 1 and draft.metrics and any(clause.is_empty_question for clause in clauses[1:]):
        draft.unmet.append(Unmet("what", "what", len(draft.metrics), frozenset()))


def _has_account(tokens: Sequence[Token], draft: Draft) -> bool:
    return "account" in {*draft.by, *(name for name, _ in draft.bare)} or any(
        name.dimension == "account" for token in tokens for name in token.names)


# The status that the orders of a figure have anyway: 超时了还没发的.
_IMPLIES = {"orders_overdue": "to_ship", "orders_to_ship": "to_ship", "orders_to_pay": "to_pay"}


# The kinds of words that figures are told by.
_FIGURING = frozenset({"metric", "both", "vague", "count", "feature", "order_status", "event", "topic", "dim",
                       "segment"})


def _clauses(tokens: Sequence[Token], draft: Draft) -> list[Clause]:
    clauses = [Clause()]
    clause = clauses[0]
    for at, token in enumerate(tokens):
        senses, is_free = token.senses, not token.used
        if is_free and clause.events == ["came"] and senses.get("event") in _BEFORE_PAYING:
            clause.events.clear()  # 多少人来买过东西 are those who bought
        is_event = is_free and "event" in senses
        is_pause = is_free and ("sep" in senses or "end" in senses) and not (is_event or _joins_names(tokens, at))
        if is_pause or (clause.counts and token.text in _LOOKS):
            leave_out_topic(tokens, at, clause)
            clauses.append(clause := Clause())
            continue
        if (clause.counts and is_event and _is_next_event(tokens, at, clause)) or (
                clause.nouns and not clause.statuses and _is_second(tokens, at, clause)):
            clauses.append(clause := Clause())
        if "offset" in senses:
            clause.has_time = True
        elif token.text == "what":
            clause.asks_what = True
        if is_free and not token.names:
            if not _FIGURING.isdisjoint(senses):
                _read_token(tokens, at, clause, draft)
        elif not is_free and "apiece" in senses and token.text.endswith("多少"):
            clause.counts.append("amount")
            clause.asking.append(token.text)
    return clauses if len(clauses) == 1 else told_in_turn(clauses)


def _joins_names(tokens: Sequence[Token], at: int) -> bool:
    """Units of coffee and nougat sold last week: one figure of both."""
    return 0 < at < len(tokens) - 1 and bool(tokens[at - 1].names and tokens[at + 1].names)


def _is_next_event(tokens: Sequence[Token], at: int, clause: Clause) -> bool:
    """Whether something else happened than what was counted."""
    return bool(clause.events or _counts_more(tokens, at, clause)) and not (
        _ends_still(tokens, at, clause) or _is_complement(tokens[at], clause))


# 昨天多少单看看销售额: once something was asked for, these open what is asked for beside it.
_LOOKS = frozenset({"看看", "看下", "看一下", "看一看", "顺便", "顺带", "顺带着", "再看", "一起"})


def _is_complement(token: Token, clause: Clause) -> bool:
    """The 出去 of 优惠了多少钱出去: which way, of what the verb before it says."""
    return token.text.startswith("出去") and bool(clause.events)


def _counts_more(tokens: Sequence[Token], at: int, clause: Clause) -> bool:
    """昨天几单 卖了多少, 点击多少 花了多少: another count behind another verb, where the first had none."""
    return bool(clause.metrics or clause.counts != ["amount"]) and any(
        token.has("count") and token.text not in NOUNS for token in tokens[at + 1:at + 3])


def _ends_still(tokens: Sequence[Token], at: int, clause: Clause) -> bool:
    """还有多少在路上: what is still to come, nothing beside what is left."""
    is_more = any(token.has("count") or token.has("metric") for token in tokens[at + 1:])
    return clause.events == ["left"] and tokens[at].senses["event"] == "incoming" and not is_more


def _is_second(tokens: Sequence[Token], at: int, clause: Clause) -> bool:
    """昨天订单 昨天销售额, 订单 销售额: two figures."""
    senses = tokens[at].senses
    return clause.has_time if "offset" in senses else "metric" in senses and _is_apart(tokens, at)


def _is_apart(tokens: Sequence[Token], at: int) -> bool:
    """Whether a blank stands before a Chinese word."""
    return at > 0 and tokens[at - 1].end < tokens[at].start and not tokens[at].text.isascii()


def _read_token(tokens: Sequence[Token], at: int, clause: Clause, draft: Draft) -> None:
    token = tokens[at]
    if token.has("metric"):
        token.used = True
        clause.metrics.append(token.senses["metric"])
        clause.takes_in = clause.takes_in or token.text.startswith("in ")
        clause.asks_number = clause.asks_number or token.text.endswith("of orders") or token.text.startswith("orders ")
        if token.has("segment") or token.has("order_status"):
            clause.groups.append(token)
        clause.has_loose = clause.has_loose or (token.text in _LOOSE and at > 1)
    elif token.has("both") or token.has("vague"):
        _read_several(token, at, clause, draft)
    elif token.has("count"):
        token.used = True
        clause.asked = _HOW.get(token.text, clause.asked)
        asked = token.text not in NOUNS or _is_asked_before(tokens, at)
        clause.asking.append(token.text)
        counted = "any" if token.text in _ANYTHING else token.senses["count"]
        (clause.counts if asked else clause.nouns).append(counted)
    elif token.has("feature"):
        token.used = True
        clause.features.append(token)
    elif token.has("order_status") and not token.has("event"):
        clause.statuses.append(token)
    elif token.has("event"):
        _read_event(tokens, at, clause)
    elif token.has("topic"):
        clause.topics.append(token.senses["topic"])
    elif (token.senses.get("dim") == "customer" or token.has("segment")) and _is_asked_before(tokens, at):
        token.used = not token.has("segment")  # how many champions bought: a filter, too
        clause.counts.append("people")


def _read_several(token: Token, at: int, clause: Clause, draft: Draft) -> None:
    """收支 is two figures; spend may be one of several, in ads: spend and roi the one that was spoken of."""
    token.used = True
    if token.has("both"):
        clause.metrics += token.senses["both"].split()
        return
    possible = tuple(token.senses["vague"].split())
    if clause.topics and clause.topics[-1] in possible:
        clause.metrics.append(clause.topics[-1])
    else:
        draft.vague = (at, possible)


def _read_event(tokens: Sequence[Token], at: int, clause: Clause) -> None:
    event = tokens[at].senses["event"]
    tokens[at].used = True
    if _is_complement(tokens[at], clause):
        return
    clause.events.append(event)
    clause.asking.append(tokens[at].text)
    if tokens[at].text.endswith("的") or (at + 1 < len(tokens) and tokens[at + 1].text == "的"):
        clause.attributes.add(event)


def _is_asked_before(tokens: Sequence[Token], at: int) -> bool:
    """How many orders, 各有多少单: the words for how many stand right before."""
    if at == 0 or tokens[at].has("metric"):
        return False
    before = tokens[at - 1]
    return before.senses.get("count") == "amount" or (before.has("apiece") and before.text.endswith("多少"))


def _as_filters(clause: Clause) -> None:
    """新客户的销售额, revenue of shipped orders: the group is a filter where it is not the only figure."""
    for token in clause.groups:
        if len(clause.metrics) > 1:
            clause.metrics.remove(token.senses["metric"])
            token.used = False


def _read_clause(clause: Clause, event: str | None, draft: Draft) -> str | None:
    """Add the clause's figures; returns the event that a later clause may leave unsaid."""
    _as_filters(clause)
    _leave_out_unsent(clause)
    if clause.metrics == ["stock_available", "days_of_cover"]:
        del clause.metrics[0]  # 库存还能撑多久: what lasts, not a figure beside it
    for token in clause.features:
        if token.has("event") and clause.counts:
            clause.events.append(token.senses["event"])
        else:
            draft.feature = token.senses["feature"]
    weak = _WEAK_EVENTS | _BEFORE_PAYING if clause.statuses else _WEAK_EVENTS
    strong = [one for one in clause.events if one not in weak] or ([] if clause.statuses else clause.events)
    event = strong[-1] if strong else event
    draft.asks_amount = draft.asks_amount or bool(clause.counts)
    counts = counts_of(clause, strong)
    if "spent" in strong and clause.topics and clause.topics[0] not in clause.metrics:
        _spent(clause, draft)
    if clause.metrics and _counts_other_orders(clause, strong):
        counts = ["orders"]
    if clause.topics and not (clause.metrics or strong) and draft.metrics and draft.metrics[-1] in _COSTS:
        _spent(clause, draft)  # how much did we spend on ads and how much on shipping
    elif clause.metrics:
        _explicit(clause, strong, counts, draft)
    elif clause.statuses and not strong:
        _status(clause, draft)
    elif strong or ((counts or clause.nouns) and not (
            event is None and (_asks_again(counts, draft) or _counts_rows(clause, counts, draft)))):
        draft.counted = counts[0] if event is None and counts and not draft.metrics else None
        _combined(clause, event if strong or counts else None, counts, draft)
    return event


def _counts_other_orders(clause: Clause, strong: Sequence[str]) -> bool:
    """待发货订单数, the number of orders we refunded: a figure of their own; what our stock is worth is one, too."""
    if "valued" in clause.events and clause.metrics in (["stock_available"], ["stock_on_hand"]):
        clause.metrics = ["stock_value"]
    if clause.metrics != ["orders"]:
        return False
    if clause.statuses:
        clause.metrics, clause.nouns = [], ["orders"]
    elif clause.asks_number and strong and _HAVE_ORDERS.issuperset(strong):
        clause.metrics = []
        return True
    return False


_HAVE_ORDERS = frozenset({"refunded", "shipped", "signed"})  # what happens to orders, and is counted in them


def _leave_out_unsent(clause: Clause) -> None:
    """晚发的还有几单没发: overdue are only those that are not sent."""
    if clause.metrics != ["orders_overdue"]:
        return
    for token in [token for token in clause.statuses if token.senses["order_status"] == "to_ship"]:
        token.used = True
        clause.statuses.remove(token)


def _asks_again(counts: list[str], draft: Draft) -> bool:
    """超时没发的有吗,几单: how many of the figure that was just named."""
    return bool(counts and draft.metrics) and FITS[counts[0]](draft.metrics[-1])


def _counts_rows(clause: Clause, counts: list[str], draft: Draft) -> bool:
    """断货的有几个, 库存不足10件的sku有几个: how many rows the list has."""
    is_list = clause.features or (draft.bounds and draft.bare)
    return bool(is_list) and set(counts) <= {"any", "pieces", "amount"} and not clause.nouns


def _explicit(clause: Clause, strong: list[str], counts: list[str], draft: Draft) -> None:
    if clause.has_loose and draft.is_of_number:  # the fewest refunds
        clause.metrics = ["refund_orders" if one == "refund_amount" else one for one in clause.metrics]
    for event in strong:
        table = lexicon().combine.get(event, {})
        led_to = qualified.LEADS_TO.get(event, frozenset()) & set(clause.metrics)
        leads_on = clause.takes_in or (len(counts) < 2 and bool(led_to))
        if event not in _GENERAL_EVENTS and not leads_on and not set(table.values()) & set(clause.metrics):
            if event in clause.attributes:
                draft.object_to(Unclear("which_figure_of_two", {"metric": clause.metrics[0]}))
            _combined(clause, event, counts, draft)  # 销售额退了多少: two figures
    for metric in clause.metrics:
        misfits = [one for one in counts if not FITS[one](metric)]
        if clause.has_loose and metric == "refund_amount" and "orders" in clause.nouns:
            misfits = ["orders"]
        other = lexicon().combine.get(EVENT_OF.get(metric, ""), {}).get(misfits[0]) if misfits else metric
        if misfits == ["percent"] and not (draft.compare or "change" in draft.kinds):
            other = RATES.get(metric)  # 毛利几个点
        if other is None:
            draft.object_to(Unclear("which_figure_of_two", {"metric": metric}))
        if misfits and (len(misfits) < len(counts) or draft.is_ranked):
            _add(draft, metric)  # 退款多少钱多少单: both; 销售额前三的店铺各有多少单: ranked by the first
        _add(draft, other or metric)


def _status(clause: Clause, draft: Draft) -> None:
    """待发货 is a figure of its own; 已取消的订单 are orders with that status."""
    metrics = [lexicon().status_metrics.get(token.senses["order_status"]) for token in clause.statuses]
    for token, metric in zip(clause.statuses, metrics, strict=True):
        is_group = any(METRICS[one].unit is not Unit.COUNT for one in draft.metrics) and not clause.nouns
        if metric and not is_group:
            token.used = True
            _add(draft, metric)
        elif clause.counts or clause.nouns:
            _add(draft, "orders")


def _combined(clause: Clause, event: str | None, counts: list[str], draft: Draft) -> None:
    if event == "spent":
        _spent(clause, draft)
        return
    table = {} if event == "charged" and not _says_platform(draft) else lexicon().combine.get(event or "none", {})
    if event is None and "segment" in draft.kinds and set(clause.asking) & _ANYTHING:
        counts = ["people"]  # 沉睡客户有多少个
    counts = counted(counts, table)
    wanted = counts or clause.nouns or _bounded(draft) or ["none"]
    if event in _WEAK_EVENTS and not clause.counts and any(bound.metric for bound in draft.bounds):
        return  # less than 7 days of cover left
    if draft.has_account and event in {None, "left"} and {"money", "amount", "none"} & set(wanted):
        _add(draft, "balance")  # 支付宝里还有多少钱
        return
    unsaid = lexicon().combine["none"] if event is None else {}
    found = [table.get(one) or table.get(_WIDER.get(one, "")) or unsaid.get(one) for one in wanted]
    for metric in found:
        if metric:
            _add(draft, metric)
    if "money" in wanted and not any(found):
        draft.object_to(Unclear("which_figure"))  # 钱 of what?
    elif counts and not any(found):
        _keep_unmet(clause, event, draft)
    if clause.statuses and found and all(found):
        return


_WIDER = {"buyers": "people"}


def _says_platform(draft: Draft) -> bool:
    """Who charged it: 平台抽了多少, 京东扣了多少."""
    return "platform" in draft.kinds or "platform" in {*draft.by, *(name for name, _ in draft.bare)}


def _bounded(draft: Draft) -> list[str]:
    """卖了不到5单: what the bound counts is what is asked about."""
    return [COUNTED_AS[bound.unit] for bound in draft.bounds if bound.metric is None and bound.unit in COUNTED_AS][:1]


def _spent(clause: Clause, draft: Draft) -> None:
    if clause.topics:
        for topic in clause.topics:
            _add(draft, topic)
    elif not draft.vague:
        draft.events = ["spent"]
        _keep_unmet(clause, "spent", draft)


def _keep_unmet(clause: Clause, event: str | None, draft: Draft) -> None:
    words = (" " if clause.asking[-1].isascii() else "").join(clause.asking)
    draft.unmet.append(Unmet(event, words, len(draft.metrics), frozenset(clause.counts)))


def _add(draft: Draft, metric: str) -> None:
    if metric not in draft.metrics:
        draft.metrics.append(metric)
