"""Are the arguments of a verb of their kind? Checked before the books are opened.

Values are as in the public contract: whole pieces, money in minor units, days as ISO dates.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any

from domain.actions import Action, Impossible, MissingArgument, Parameter, ParameterKind
from domain.aftersales.model import Condition
from domain.costing.model import CostMethod
from domain.fulfilment.rules import CARRIERS, carrier_named
from domain.messaging.model import Report
from domain.messaging.quiet import NoHours, normal
from domain.orders.model import Exclusion

MAX_PIECES = 10_000_000  # no shop here moves more at once; a slip of the keyboard does, and INTEGER ends at 2e9
MAX_MONEY_MINOR = 10**12  # ten thousand million yuan
MAX_TEXT = 200  # the width of the columns that keep notes
MAX_NAME = 80  # the longest SKU, warehouse or order number kept
LAST_HOUR, LAST_MINUTE = 23, 59
MAX_LINES = 50  # more lines of a purchase order fit no phone
MAX_PARCELS = 100  # shipped by one yes; a longer list is a file for several
MARKS = (*Exclusion, "normal")
FIRST_DAY = date(2000, 1, 1)  # older books are not kept here


def admit(action: Action, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments, each of its kind, in the verb's order. Raises MissingArgument or Impossible."""
    unknown = sorted(set(given) - {parameter.name for parameter in action.parameters})
    if unknown:
        raise Impossible("unknown_argument", action=action.name, argument=unknown[0])
    present = {name: value for name, value in given.items() if value not in (None, "", [])}
    missing = [item for item in action.parameters if item.required and item.name not in present]
    admitted = {parameter.name: _CHECKS[parameter.kind](parameter, present[parameter.name])
                for parameter in action.parameters if parameter.name in present}
    if missing:
        raise MissingArgument(missing[0])
    return admitted


def _whole(parameter: Parameter, value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Impossible("bad_number", parameter=parameter.name, value=str(value)[:MAX_NAME], least=low, most=high)
    return value


def _quantity(parameter: Parameter, value: Any) -> int:
    return _whole(parameter, value, parameter.minimum, MAX_PIECES)


def _delta(parameter: Parameter, value: Any) -> int:
    if value == 0:
        raise Impossible("zero_delta")
    return _whole(parameter, value, -MAX_PIECES, MAX_PIECES)


def _money(parameter: Parameter, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not parameter.minimum <= value <= MAX_MONEY_MINOR:
        raise Impossible("bad_money", parameter=parameter.name, value=str(value)[:MAX_NAME])
    return value


def _text(longest: int) -> Callable[[Parameter, Any], str]:
    def check(parameter: Parameter, value: Any) -> str:
        text = value.strip() if isinstance(value, str) else ""
        if not text:
            raise MissingArgument(parameter)
        if len(text) > longest or not text.isprintable():
            raise Impossible("bad_text", parameter=parameter.name, most=longest)
        return text
    return check


def _day(_: Parameter, value: Any) -> str:
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        raise Impossible("bad_day", value=str(value)[:MAX_NAME]) from None
    if day < FIRST_DAY:
        raise Impossible("bad_day", value=day.isoformat())
    return day.isoformat()


def _carrier(_: Parameter, value: Any) -> str:
    name = carrier_named(str(value))
    if name is None:
        raise Impossible("unknown_carrier", carrier=str(value)[:MAX_NAME],
                         choices=tuple(get_close_matches(str(value), CARRIERS, n=3, cutoff=0.3)) or tuple(CARRIERS)[:3])
    return name


def _report(_: Parameter, value: Any) -> str:
    try:
        return Report(value).value
    except ValueError:
        raise Impossible("unknown_report", report=str(value)[:MAX_NAME], choices=tuple(Report)[:3]) from None


def _cost_method(_: Parameter, value: Any) -> str:
    try:
        return CostMethod(value).value
    except ValueError:
        raise Impossible("unknown_cost_method", method=str(value)[:MAX_NAME], choices=tuple(CostMethod)) from None


def _names(parameter: Parameter, value: Any) -> list[str]:
    if not isinstance(value, list) or not value:
        raise MissingArgument(parameter)
    if len(value) > MAX_LINES:
        raise Impossible("too_many_lines", lines=len(value), most=MAX_LINES)
    return [_text(MAX_NAME)(parameter, number) for number in value]


def _mark(_: Parameter, value: Any) -> str:
    if value not in MARKS:
        raise Impossible("unknown_mark", mark=str(value)[:MAX_NAME])
    return str(value)


def _time(_: Parameter, value: Any) -> str:
    """HH:MM, as the clock on the wall shows it; 9:07 is 09:07."""
    found = re.fullmatch(r"(\d{1,2}):(\d{2})", str(value).strip())
    if not found or int(found[1]) > LAST_HOUR or int(found[2]) > LAST_MINUTE:
        raise Impossible("bad_time", value=str(value)[:MAX_NAME])
    return f"{int(found[1]):02d}:{found[2]}"


def _quiet(_: Parameter, value: Any) -> str:
    """22:00-08:00 on the shop's clock, `off` or `usual`."""
    try:
        return normal(str(value))
    except NoHours as error:
        key = "same_quiet" if error.is_empty else "bad_quiet"
        raise Impossible(key, value=str(value)[:MAX_NAME]) from None


def _condition(_: Parameter, value: Any) -> str:
    if value not in tuple(Condition):
        raise Impossible("unknown_condition", condition=str(value)[:MAX_NAME])
    return str(value)


def _lines(parameter: Parameter, value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(line, Mapping) for line in value):
        raise MissingArgument(parameter)
    if len(value) > MAX_LINES:
        raise Impossible("too_many_lines", lines=len(value), most=MAX_LINES)
    pieces = Parameter("quantity", ParameterKind.QUANTITY, "数量", "quantity")
    lines = [{"sku": _text(MAX_NAME)(parameter, line.get("sku")), "quantity": _quantity(pieces, line.get("quantity"))}
             for line in value]
    twice = [code for code, times in Counter(str(line["sku"]).upper() for line in lines).items() if times > 1]
    if twice:
        raise Impossible("sku_twice", sku=twice[0])
    return lines


def _parcels(parameter: Parameter, value: Any) -> list[dict[str, Any]]:
    """Lines of order, carrier and waybill; none twice."""
    if not isinstance(value, list) or not all(isinstance(line, Mapping) for line in value):
        raise MissingArgument(parameter)
    if len(value) > MAX_PARCELS:
        raise Impossible("too_many_lines", lines=len(value), most=MAX_PARCELS)
    name_of = _text(MAX_NAME)
    lines = [{"order": name_of(parameter, line.get("order")), "carrier": _carrier(parameter, line.get("carrier")),
              "waybill": name_of(parameter, line.get("waybill")).upper()} for line in value]
    for name in ("order", "waybill"):
        twice = [text for text, times in Counter(line[name] for line in lines).items() if times > 1]
        if twice:
            raise Impossible(f"{name}_twice", number=twice[0])
    return lines


_CHECKS: Mapping[ParameterKind, Callable[[Parameter, Any], Any]] = {
    ParameterKind.SKU: _text(MAX_NAME),
    ParameterKind.WAREHOUSE: _text(MAX_NAME),
    ParameterKind.ORDER: _text(MAX_NAME),
    ParameterKind.QUANTITY: _quantity,
    ParameterKind.DELTA: _delta,
    ParameterKind.MONEY: _money,
    ParameterKind.DAY: _day,
    ParameterKind.CARRIER: _carrier,
    ParameterKind.TEXT: _text(MAX_TEXT),
    ParameterKind.LINES: _lines,
    ParameterKind.REPORT: _report,
    ParameterKind.COST_METHOD: _cost_method,
    ParameterKind.PARCELS: _parcels,
    ParameterKind.EXCEPTION: _quantity,
    ParameterKind.ORDERS: _names,
    ParameterKind.SHOPS: _names,
    ParameterKind.MARK: _mark,
    ParameterKind.TIME: _time,
    ParameterKind.QUIET: _quiet,
    ParameterKind.CONDITION: _condition,
    ParameterKind.CONTACT: _text(MAX_NAME),
}
