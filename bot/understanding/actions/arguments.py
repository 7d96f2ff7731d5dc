"""The arguments of an action, each found by its own kind: a SKU, a warehouse, how many, how much, whose parcel."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from bot.understanding.questions.draft import is_filler
from bot.understanding.readings import Refused, Unclear
from bot.understanding.text.gazetteer import Gazetteer
from bot.understanding.text.normalise import Normalised
from bot.understanding.text.scan import Token, Words
from domain.money import to_minor
from domain.ports import Name
from domain.waybills.rules import carrier_of

MAX_CHOICES = 3
LEAST_ORDER_DIGITS = 4  # after 订单, a plain number of so many digits is an order's


@dataclass(slots=True)
class Message:
    """One message being read as an action."""

    tokens: Words
    text: Normalised
    gazetteer: Gazetteer
    today: date
    currency: str
    trouble: Unclear | Refused | None = None
    asked_of: str = ""  # the goods of which it is not said how many
    skus: list[str] = field(default_factory=list)

    def said(self, token: Token) -> str:
        return self.text.original(token.start, token.end)

    def before(self, at: int) -> Token | None:
        """The token before, politeness left out."""
        at -= 1
        while at >= 0 and is_filler(self.tokens[at]) and not self.tokens[at].has("cost_of"):
            at -= 1
        return self.tokens[at] if at >= 0 else None

    def after(self, at: int, kind: str) -> bool:
        return at + 1 < len(self.tokens) and self.tokens[at + 1].has(kind)


Arguments = dict[str, Any]


def sku(message: Message, found: Arguments) -> None:
    for token in message.tokens:
        if token.names and not token.used and (code := sku_of(message, token)):
            token.used = True
            found.setdefault("sku", code)
            return
    _strange_sku(message, found)


_CODE_LIKE = re.compile(r"(?<![\w-])[a-z]{1,8}(?:-?[a-z\d]+)*-?\d[a-z\d]*(?:-[a-z\d]+)*(?![\w-])")


def _strange_sku(message: Message, found: Arguments) -> None:
    """ZZ-99, of which nobody here knows: the desk says so, with the nearest there are."""
    for like in _CODE_LIKE.finditer(message.text.text):
        inside = [token for token in message.tokens if token.start < like.end() and token.end > like.start()]
        if message.trouble or any(token.used or token.names or token.is_code for token in inside):
            continue
        if (inside[0].start, inside[-1].end) != like.span():
            continue  # a word nobody knows is joined to it, and must not be passed over with it
        for token in inside:
            token.used = True
        found.setdefault("sku", message.text.original(*like.span()).upper())
        return


def sku_of(message: Message, token: Token) -> str | None:
    """The one SKU that the name stands for. More than one is asked about."""
    names = [name for name in token.names if name.dimension in {"sku", "product"}]
    if not names:
        return None
    codes = [code for name in names for code in _codes(message.gazetteer, name)]
    if len(codes) == 1:
        return codes[0]
    token.used = True
    choices = tuple(message.text.replaced(token.start, token.end, code) for code in codes[:MAX_CHOICES])
    products = {message.gazetteer.products.get(code, "") for code in codes}
    product = products.pop() if len(products) == 1 else ""
    facts = {"name": message.said(token), "skus": "、".join(codes), "product": product}
    message.trouble = message.trouble or Unclear("which_sku", facts, choices, missing="sku")
    return None


def _codes(gazetteer: Gazetteer, name: Name) -> Sequence[str]:
    return (name.value,) if name.dimension == "sku" else gazetteer.skus.get(name.value, ())


def _warehouse_of(message: Message, token: Token) -> str | None:
    """By its name; 上海, where goods are moved, is 上海仓."""
    names = token.names
    if not names and (token.has("province") or token.is_unknown):
        names = message.gazetteer.names.get(f"{token.text}仓", ())
    return next((name.value for name in names if name.dimension == "warehouse"), None)


def warehouse(message: Message, found: Arguments) -> None:
    for token in sorted(message.tokens, key=lambda token: not token.names):
        if not token.used and (name := _warehouse_of(message, token)):
            token.used = True
            found.setdefault("warehouse", name)
            return


def from_to(message: Message, found: Arguments) -> None:
    """从 A, 到 B; what has no preposition fills the place that is free, from first."""
    loose: list[str] = []
    for at, token in enumerate(message.tokens):
        name = None if token.used else _warehouse_of(message, token)
        if not name:
            continue
        token.used = True
        before = message.tokens[at - 1] if at else None
        if before is not None and before.has("from") and not found.get("from"):
            found["from"] = name
        elif before is not None and before.has("to") and not found.get("to"):
            found["to"] = name
        else:
            loose.append(name)
    for name in loose:
        found.setdefault("to" if "from" in found else "from", name)


def _is_money(message: Message, at: int) -> bool:
    before = message.before(at)
    is_price = before is not None and (before.has("cost_of") or before.has("money_unit"))
    return is_price or message.after(at, "money_unit")


def _amounts(message: Message) -> list[int]:
    """Where the numbers are that nothing has used yet."""
    return [at for at, token in enumerate(message.tokens)
            if token.number is not None and not (token.used or token.is_code or token.names)]


def _use_number(message: Message, at: int) -> Decimal:
    """With its sign: what no shop can move or pay (-1, -5元) is for the desk to refuse."""
    token = message.tokens[at]
    token.used = True
    if at + 1 < len(message.tokens) and any(message.tokens[at + 1].has(kind) for kind in ("piece_unit", "money_unit")):
        message.tokens[at + 1].used = True
    number = token.number or Decimal(token.text if token.is_code else 0)
    first = at - 1 if at and message.tokens[at - 1].has("money_unit") else at  # -¥5
    before = message.tokens[first - 1] if first else None
    is_below = before is not None and before.text in _MINUS and before.end == message.tokens[first].start
    return -number if is_below else number


def counts(message: Message) -> list[int]:
    """Where numbers of pieces may be; one as long as an order's is a number, too."""
    return [at for at, token in enumerate(message.tokens) if not (token.used or token.names) and (
        token.text.isdigit() if token.is_code else token.number is not None)]


def pieces(message: Message, at: int) -> int | float:
    """As it was said: 1.5 or a million million, too, is for the desk to refuse."""
    number = _use_number(message, at)
    if message.tokens[at].is_code and at + 1 < len(message.tokens):  # behind a code no unit is looked for
        message.tokens[at + 1].used = message.tokens[at + 1].used or message.tokens[at + 1].text in _UNITS
    return int(number) if number == int(number) else float(number)


_MINUS = frozenset({"-", "负"})
_UNITS = frozenset("件个条盒袋支罐双瓶套包台箱只")


def quantity_as(name: str) -> Callable[[Message, Arguments], None]:
    """A number of pieces, kept under the name."""
    def find(message: Message, found: Arguments) -> None:
        for at in counts(message):
            if not _is_money(message, at):
                found.setdefault(name, pieces(message, at))
                return
    return find


def delta(message: Message, found: Arguments) -> None:
    """A signed number: 减2, +5, 报损3. One with two signs, 加 -1, may mean either and is asked about."""
    signs = [at for at, token in enumerate(message.tokens) if token.has("sign") and not token.names]
    if twice := _signed_twice(message, [message.tokens[at] for at in signs]):
        message.trouble = message.trouble or twice
        return
    place = next(iter(counts(message)), None)
    number: Arguments = {}
    quantity_as("count")(message, number)
    if not signs or place is None or "count" not in number:
        return
    before = [at for at in signs if at < place]
    sign = message.tokens[before[-1] if before else signs[0]]  # 加3盒,之前报损的: what stands behind is why
    for at in signs:
        message.tokens[at].used = not message.tokens[at].has("reason")
    sign.used = not sign.has("reason")
    number["count"] = abs(number["count"])
    found["delta"] = -number["count"] if sign.senses["sign"] == "minus" else number["count"]


def _signed_twice(message: Message, signs: Sequence[Token]) -> Unclear | None:
    """加 -1, add -1, 减负1; 报损 -3 says one thing in two ways."""
    for at in counts(message)[:1]:
        number, minus = message.tokens[at], message.tokens[at - 1] if at else None
        words = [token for token in signs if token.start < number.start and token is not minus
                 and not token.has("reason")]
        if minus is None or minus.text not in _MINUS or minus.end != number.start or not words:
            continue
        for token in (*signs, minus, number):
            token.used = True
        verb, said = words[-1], message.text.original(number.start, number.end)
        plain = message.text.replaced(minus.start, number.end, said)
        other = "-" if verb.text == "+" else _OPPOSITE[verb.text.isascii(), verb.senses["sign"]] + " "
        turned = message.text.replaced(verb.start, number.end, f"{other}{said}")
        return Unclear("signed_twice", {"words": message.text.original(verb.start, number.end)}, (plain, turned))
    return None


# What is said instead, by (English?, sign).
_OPPOSITE = {(False, "plus"): "减", (False, "minus"): "加", (True, "plus"): "remove", (True, "minus"): "add"}


def money_as(name: str) -> Callable[[Message, Arguments], None]:
    """Money in minor units: beside a currency word or 进价."""
    def find(message: Message, found: Arguments) -> None:
        for at in _amounts(message):
            if _is_money(message, at):
                found.setdefault(name, to_minor(_use_number(message, at) + _tenths(message, at), message.currency))
                return
    return find


def _tenths(message: Message, at: int) -> Decimal:
    """The 5 of 86块5: a single digit right behind the currency word."""
    behind = message.tokens[at + 1:at + 3]
    is_said = len(behind) == 2 and behind[0].text in {"块", "元"} and behind[1].start == behind[0].end
    digit = behind[1].number if is_said else None
    if digit is None or len(behind[1].text) > 1 or behind[1].used or "." in message.tokens[at].text:
        return Decimal(0)
    if message.after(at + 2, "piece_unit") and message.tokens[at + 3].start == behind[1].end:
        return Decimal(0)  # 88块一个 is what one costs
    behind[1].used = True
    if at + 3 < len(message.tokens) and message.tokens[at + 3].number == 1 and _counts_things(message, at + 3):
        message.tokens[at + 3].used = message.tokens[at + 4].used = True  # 4块2一条
    return digit / 10


def has_amount(message: Message) -> bool:
    """Whether a number stands in it that may be money: what it was paid for may be anything then."""
    return any(not (_is_of_date(message, at) or _counts_things(message, at)) for at in _amounts(message))


def amount(message: Message, found: Arguments) -> None:
    """What is booked or paid back: the number with a currency word, else the only number there is."""
    money_as("amount")(message, found)
    numbers = _amounts(message)
    if "amount" in found or not numbers:
        return
    plain = [at for at in numbers if not (_is_of_date(message, at) or _counts_things(message, at))]
    if len(plain) == 1:
        found["amount"] = to_minor(_use_number(message, plain[0]), message.currency)


def _counts_things(message: Message, at: int) -> bool:
    """一张票 is how many, not how much."""
    return message.after(at, "piece_unit") and message.tokens[at + 1].start == message.tokens[at].end


def _is_of_date(message: Message, at: int) -> bool:
    """The 1 of Nov 1, the 11 and 20 of 11月20号, the 20th, the 五 of 上周五."""
    beside = [message.tokens[one] for one in (at - 1, at + 1) if 0 <= one < len(message.tokens)]
    is_weekday = at > 0 and message.tokens[at - 1].senses.get("offset", "").startswith("week:")
    return message.tokens[at].is_ordinal or is_weekday or any(token.has("month") for token in beside) or any(
        message.after(at, kind) for kind in ("day_suffix", "month_suffix", "year_suffix", "unit"))


_CARRIER_LIKE = re.compile(r"(?:快递|快运|速递|速运|物流|express|logistics|couriers?)$")


def carrier(message: Message, found: Arguments) -> None:
    if said := [token for token in message.tokens if token.has("carrier") and not token.used and not token.names]:
        meant = next((token for token in said if not token.has("platform")), said[0])  # 京东那单…,走的顺丰
        found.setdefault("carrier", meant.senses["carrier"])
        for token in said:  # SF顺丰 is one
            token.used = token.senses["carrier"] == meant.senses["carrier"] or token.has("platform")
    for at, token in enumerate(() if said else message.tokens):
        last = message.tokens[at + 1] if message.after(at, "topic") else token  # 飞马 and 快递
        if token.is_unknown and _CARRIER_LIKE.search(last.text):
            token.used = last.used = True
            found.setdefault("carrier", message.text.original(token.start, last.end).strip())
            return


def order(message: Message, found: Arguments) -> None:
    """One order; of two that are named neither is taken for the other."""
    numbers = {message.said(token).upper().lstrip("#") for token in message.tokens if token.is_code and not token.used}
    if len(numbers) > 1:
        message.trouble = message.trouble or Unclear("one_order", {"orders": "、".join(sorted(numbers))})
    codes(message, found, takes_waybill=False)


def orders(message: Message, found: Arguments) -> None:
    """Every order number there is, each once, in the order in which they stand."""
    numbers: Arguments = {}
    for token in message.tokens:
        if token.is_code and not token.used:
            token.used = True
            numbers[message.said(token).upper().lstrip("#")] = None
    if numbers:
        found["orders"] = list(numbers)


def order_and_waybill(message: Message, found: Arguments) -> None:
    """顺丰单号SF139是TB2026的: a number that can only be the carrier's is no order's, wherever it stands."""
    codes(message, found, takes_waybill=True)
    first, second = found.get("order"), found.get("waybill")
    if first and second and carrier_of(first) == found.get("carrier", "") != carrier_of(second):
        found["order"], found["waybill"] = second, first


def codes(message: Message, found: Arguments, *, takes_waybill: bool) -> None:
    """Order and waybill numbers: by the word before them, else the order first."""
    if takes_waybill and (together := _said_together(message)):
        message.trouble = message.trouble or Unclear("one_order", {"orders": "、".join(together)})
    loose: list[str] = []
    for at, token in enumerate(message.tokens):
        before = message.before(at)
        if token.used or not (token.is_code or _is_order_number(message, at, before)):
            continue
        token.used = True
        code = message.said(token).upper().lstrip("#")
        marks = before.senses if before is not None else {}
        if takes_waybill and "waybill_mark" in marks and "order_mark" not in marks:
            found.setdefault("waybill", code)
        elif "order_mark" in marks and "waybill_mark" not in marks:
            found.setdefault("order", code)
        elif takes_waybill and "carrier" in marks and "waybill" not in found:
            found["waybill"] = code
        else:
            loose.append(code)
    for code in loose:
        place = "order" if "order" not in found or not takes_waybill else "waybill"
        if found.setdefault(place, code) != code and takes_waybill:  # 发货 JD1 JD2 顺丰 SF139: which of the two?
            orders = "、".join(dict.fromkeys((found["order"], *loose)))
            message.trouble = message.trouble or Unclear("one_order", {"orders": orders})


def _said_together(message: Message) -> list[str]:
    """JD1和JD2: two of a kind, of which the second is no waybill."""
    for one, between, other in zip(message.tokens, message.tokens[1:], message.tokens[2:], strict=False):
        if one.is_code and other.is_code and between.has("sep") and between.text != ",":
            return [message.said(one).upper(), message.said(other).upper()]
    return []


def _is_order_number(message: Message, at: int, before: Token | None) -> bool:
    token = message.tokens[at]
    return (token.number is not None and len(token.text) >= LEAST_ORDER_DIGITS and token.text.isdigit()
            and not message.after(at, "money_unit") and before is not None
            and (before.has("order_mark") or before.has("waybill_mark")))


def report(message: Message, found: Arguments) -> None:
    for token in message.tokens:
        if token.has("report") and not token.used:
            token.used = True
            found.setdefault("report", token.senses["report"])
            return


def cost_method(message: Message, found: Arguments) -> None:
    for token in message.tokens:
        if token.has("cost_method") and not token.used:
            token.used = True
            found.setdefault("method", token.senses["cost_method"])


def unit_cost(message: Message, found: Arguments) -> None:
    """The only number there is, with or without a currency word."""
    price: Arguments = {}
    amount(message, price)
    if "amount" in price:
        found["unit_cost"] = price["amount"]
