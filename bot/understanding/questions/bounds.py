"""Within which bounds: 低于30%, 5万以上, at least 100 orders, 销量在10到50之间."""

from collections.abc import Sequence
from decimal import Decimal

from bot.understanding.questions.counting import RATES, counted_in
from bot.understanding.questions.draft import Bound, Draft, is_filler, next_content
from bot.understanding.readings import Unclear
from bot.understanding.text.scan import NUMBERED, Token, Words

_UNITS = ("money_unit", "percent", "order_unit", "people_unit", "piece_unit", "unit")
_UNIT_NAMES = {"money_unit": "money", "percent": "percent", "piece_unit": "piece", "order_unit": "order",
               "people_unit": "person"}


BOUNDING = frozenset({NUMBERED, "zero", "op"})


def read_bounds(tokens: Sequence[Token], draft: Draft) -> None:
    """低于30%, 5万以上, at least 100 orders."""
    for at, token in enumerate(tokens):
        if "zero" in token.senses and not token.used and not token.names:
            _read_zero(tokens, at, draft)
        if "op" in token.senses and not token.used and tokens[at + 1:at + 2] and tokens[at + 1].text == "a":
            _read_one_unit(tokens, at, draft)
        if token.used or token.number is None or token.is_code:
            continue
        if _read_range(tokens, at, draft):
            continue
        before = _before(tokens, at)
        unit, after = unit_of(tokens, at)
        op = tokens[before].senses.get("op") if before is not None else None
        if op is None and after < len(tokens) and tokens[after].has("postop"):
            op = tokens[after].senses["postop"]
            after += 1
        elif op is None or before is None:
            continue
        else:
            lasts = unit in _DAYS_IN or unit == "day"  # 卖不到7天: how long, not how much
            tokens[before].used = lasts or not tokens[before].has("event")  # 没卖到 also says what happened
        for one in tokens[at:after]:
            one.used = True
        number, unit = _in_days(token.number, unit)
        metric = _metric_beside(tokens, at, after) or _lasting(tokens, before, at, unit)
        if metric is None and unit is None and before is not None and tokens[before].text in _FEWER:
            unit = _counted_by_event(tokens, draft)
        draft.bounds.append(Bound(op, number, unit, _bounded(metric, unit)))


_SELLING = frozenset({"卖", "撑", "用", "顶", "卖得", "撑得", "够卖", "能卖"})


def _lasting(tokens: Sequence[Token], op: int | None, number: int, unit: str | None) -> str | None:
    """不够卖一周, 能卖超过60天: how long goods last."""
    near = (*tokens[op + 1:number], *tokens[max(0, op - 1):op]) if op is not None and unit == "day" else ()
    selling = next((token for token in near if token.text in _SELLING and not token.used), None)
    if selling is None:
        return None
    selling.used = True
    return "days_of_cover"


def _read_one_unit(tokens: Sequence[Token], at: int, draft: Draft) -> None:
    """What will run out within a week: one of the unit."""
    unit = tokens[at + 2].senses.get("unit") if at + 2 < len(tokens) else None
    number, counted = _in_days(Decimal(1), unit)
    if counted == "day":
        for token in tokens[at:at + 3]:
            token.used = True
        draft.bounds.append(Bound(tokens[at].senses["op"], number, counted, _bounded(_metric_beside(tokens, at, at + 3),
                                                                                     counted)))


_WHETHER = frozenset({"did", "is", "was", "were", "are", "has", "have", "does", "吗", "没", "没有", "了没", "么"})


_WHETHER_ENOUGH = frozenset({"够不够", "到没到", "过没过"})


def asks_whether(tokens: Sequence[Token]) -> bool:
    """Did revenue exceed 20k, 过两万了吗; 过两万的有吗 asks which."""
    said = [token.text for token in tokens if not token.has("end")]
    if not _WHETHER_ENOUGH.isdisjoint(said):
        return True
    return bool(said) and (said[0] in _WHETHER or said[-1] in _WHETHER) and said[-2:-1] != ["有"]


_MAY_COMPARE = frozenset({"op", "since"})
_OF_TIME = ("offset", "compare_unit", "same_span", "weekday")


def _sets_beside_time(tokens: Sequence[Token], at: int) -> bool:
    """The higher than of higher than last week, and the from of up from last month: beside another time."""
    behind = tokens[next_content(tokens, at + 1):][:1]
    is_than = tokens[at].has("op") and (tokens[at].text.endswith(" than") or not tokens[at].text.isascii())
    is_from = tokens[at].text == "from" and any(
        token.has(kind) for token in tokens[:at] for kind in ("change", "versus") if not token.names)
    return (is_than or is_from) and any(one.has(kind) for one in behind for kind in _OF_TIME)


_OPS = {"more": ">", "less": "<", "fewer": "<"}


def as_bounds(tokens: Words) -> Words:
    """Which products sold more than 50 units: what happened and a bound, neither a ranking nor two periods."""
    beside = [] if tokens.kinds.isdisjoint(_MAY_COMPARE) else [
        token for at, token in enumerate(tokens[:-1]) if _sets_beside_time(tokens, at)]
    if beside:
        for token in beside:
            token.senses = {"versus": "versus"}  # is revenue higher than last week
        return Words(tokens)
    if "seller" not in tokens.kinds or "versus" not in tokens.kinds:
        return tokens
    for token, than, number in zip(tokens, tokens[1:], tokens[2:], strict=False):
        op = _OPS.get(token.text.rpartition(" ")[2]) if token.has("seller") and than.text == "than" else None
        if op and number.number is not None and not number.names:
            token.senses, than.senses = {"event": "sold"}, {"op": op}
    return Words(tokens)


_FEWER = frozenset({"fewer than", "no fewer than"})  # a number of something, never money


def _counted_by_event(tokens: Sequence[Token], draft: Draft) -> str | None:
    """The pieces of sold fewer than 10; of buyers it may be orders or pieces."""
    events = {token.senses["event"] for token in tokens if token.has("event") and not token.names}
    if events & {"bought", "spent", "earned"}:
        draft.object_to(Unclear("bound_misfit"))
    return "piece" if "sold" in events else None


_LASTING = frozenset({"stock_available", "stock_on_hand"})
_DAYS_IN = {"week": 7, "fortnight": 14, "half_month": 15, "month": 30}


def _in_days(number: Decimal, unit: str | None) -> tuple[Decimal, str | None]:
    """Two weeks of cover are 14 days of it."""
    return (number * _DAYS_IN[unit], "day") if unit in _DAYS_IN else (number, unit)


def _bounded(metric: str | None, unit: str | None) -> str | None:
    """毛利低于30% is on the rate, 退款超过3单 on the orders."""
    if metric is None or unit is None:
        return metric
    if unit == "day" and metric in _LASTING:
        return "days_of_cover"  # less than a week of stock
    return RATES.get(metric, metric) if unit == "percent" else counted_in(metric, unit)


def _read_range(tokens: Sequence[Token], at: int, draft: Draft) -> bool:
    """销量在10到50之间, 客单价100-200元, between 10 and 50 units: both ends belong to it."""
    to = at + 2 if at + 1 < len(tokens) and tokens[at + 1].has("percent") else at + 1  # 20%到40%
    if to + 1 >= len(tokens) or tokens[to + 1].number is None or tokens[to + 1].used or tokens[to + 1].names:
        return False
    is_between = at > 0 and tokens[at - 1].text == "between"
    if not (tokens[to].has("range") or (is_between and tokens[to].has("sep"))):
        return False
    unit, after = unit_of(tokens, to + 1)
    ends_so = after < len(tokens) and tokens[after].has("between")
    metric = _metric_beside(tokens, at, after)
    if metric is None and not (is_between or (unit and ends_so)):
        return False
    for one in tokens[at - is_between:after + ends_so]:
        one.used = True
    low, high = sorted(number for number in (tokens[at].number, tokens[to + 1].number) if number is not None)
    draft.bounds += [Bound(op, end, unit, _bounded(metric, unit)) for op, end in ((">=", low), ("<=", high))]
    return True


def _read_zero(tokens: Sequence[Token], at: int, draft: Draft) -> None:
    """毛利为负: a bound of zero on the metric before it."""
    metric = _metric_beside(tokens, at, at + 1)
    if metric:
        tokens[at].used = True
        draft.bounds.append(Bound(tokens[at].senses["zero"], Decimal(0), None, metric))


def _before(tokens: Sequence[Token], at: int) -> int | None:
    """The comparator before the number; a currency sign may stand between, or what is counted: 至少卖出20件."""
    before = at - 1
    if before > 0 and tokens[before].has("event") and not tokens[before].has("op") and tokens[before - 1].has("op"):
        return before - 1
    while before >= 0 and not tokens[before].has("op") and (
            tokens[before].has("money_unit") or is_filler(tokens[before])):
        before -= 1
    return before if before >= 0 and tokens[before].has("op") else None


def unit_of(tokens: Sequence[Token], at: int) -> tuple[str | None, int]:
    """What the number counts, and the token after that."""
    if tokens[at].has("percent"):
        return "percent", at + 1
    if at and tokens[at - 1].has("money_unit"):
        tokens[at - 1].used = True
        return "money", at + 1
    for kind in _UNITS:
        if at + 1 < len(tokens) and tokens[at + 1].has(kind) and not tokens[at + 1].names:
            word = tokens[at + 1]
            if kind in {"order_unit", "people_unit", "piece_unit"} and word.text.isascii() and word.has("count"):
                return _UNIT_NAMES[kind], at + 1  # 100 orders: the word is the metric, too
            return _UNIT_NAMES.get(kind, word.senses[kind]), at + 2
    return None, at + 1


def _metric_beside(tokens: Sequence[Token], first: int, after: int) -> str | None:
    """The metric right behind the number (100 orders), else the one last said before it."""
    at = next_content(tokens, after)
    if at < len(tokens) and tokens[at].text.isascii() and not tokens[at].used:
        if tokens[at].has("metric"):
            tokens[at].used = True
            is_count = tokens[at].text == "refunds" and at == after
            return "refund_orders" if is_count else tokens[at].senses["metric"]
        if tokens[at].senses.get("count") == "orders":
            tokens[at].used = True
            return "orders"
    for token in reversed(tokens[:first]):
        if token.has("sep") and not token.has("metric"):
            continue
        if token.has("metric") and not token.names:
            token.used = True
            return token.senses["metric"]
    return None


_PLURALS = {"days": "day", "weeks": "week", "months": "month"}


def read_times_of_rows(tokens: Sequence[Token], draft: Draft) -> None:
    """Days with revenue below 5,000: what the rows are, where no number of them is said."""
    for at, token in enumerate(tokens):
        if token.text in _PLURALS and not token.used and not (at and (
                tokens[at - 1].number is not None or tokens[at - 1].has("last"))):
            token.used = True
            draft.by.append(_PLURALS[token.text])
            return
