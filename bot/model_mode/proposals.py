"""The arguments of a `propose_…` tool as an action: names resolved, money in minor units, and nothing made up.

Whatever the person did not write is left out, be it an order, a carrier, a number or the warehouse that is likely
meant; the action then asks for it.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.model_mode.names import skus_of, values_of
from bot.model_mode.queries import Asking, ToolProblem, numbers_in
from bot.understanding.readings import Act
from bot.understanding.text.normalise import normalise, spelled
from bot.understanding.text.scan import Token, scan
from domain.actions import Action, Parameter, ParameterKind
from domain.money import minor_per_unit, to_minor

_LEFT_OUT = object()


def act_of(action: Action, arguments: Mapping[str, Any], asking: Asking) -> Act:
    """The action as any other message would propose it. Raises ToolProblem."""
    if not asking.person.may(action.permission):
        raise ToolProblem("this person may not do that")
    known = {parameter.name: parameter for parameter in action.parameters}
    unknown = next((name for name in arguments if name not in known), None)
    if unknown is not None:
        raise ToolProblem(f"{action.name} takes no {unknown!r}")
    said = _Said(asking)
    found = {name: said.value(known[name], value) for name, value in arguments.items() if value not in (None, "", [])}
    return Act(action.name, {name: value for name, value in found.items() if value is not _LEFT_OUT})


class _Said:
    """What the person said, to hold arguments against."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._text = "".join(spelled(asking.text).split())
        self._tokens: list[Token] = scan(normalise(asking.text), asking.gazetteer)
        named = {name.value for token in self._tokens for name in token.names}
        codes = [asking.gazetteer.skus.get(name, ()) for name in named]
        self._named = named | {only[0] for only in codes if len(only) == 1}
        self._numbers = numbers_in(asking)

    def value(self, parameter: Parameter, value: Any) -> Any:
        """The argument as the contract has it, or _LEFT_OUT."""
        plain = self._asking.mask.restore(value) if isinstance(value, str) else value
        check = _CHECKS.get(parameter.kind)
        return check(self, plain) if check else plain

    def sku(self, value: Any) -> Any:
        return self._name(str(value), skus_of(str(value), self._asking.gazetteer))

    def warehouse(self, value: Any) -> Any:
        return self._name(str(value), values_of("warehouse", str(value), self._asking.gazetteer))

    def _name(self, text: str, found: tuple[str, ...]) -> Any:
        """One that several may be is asked for; one that nobody knows is said to be unknown by the action itself."""
        is_said = self.written(text) is not _LEFT_OUT or self._named.issuperset(found[:1] or (None,))
        if not is_said or len(found) > 1:
            return _LEFT_OUT
        return found[0] if found else text

    def written(self, value: Any) -> Any:
        text = str(value).strip()
        return text if "".join(spelled(text).split()) in self._text else _LEFT_OUT

    def whole(self, value: Any) -> Any:
        return int(value) if self._is_said(value) and not isinstance(value, float) else _LEFT_OUT

    def money(self, value: Any) -> Any:
        """The message tells whether the model wrote whole or minor units: 35块 is 35, and 3500 in minor units."""
        amount, currency = _number(value), self._asking.setting.currency
        if amount is None:
            return _LEFT_OUT
        if amount in self._numbers:
            return to_minor(amount, currency)
        return int(amount) if amount / minor_per_unit(currency) in self._numbers else _LEFT_OUT

    def carrier(self, value: Any) -> Any:
        """Not guessed from a waybill's first letters."""
        return value if any(token.senses.get("carrier") == value for token in self._tokens) else _LEFT_OUT

    def lines(self, value: Any) -> Any:
        if not isinstance(value, list) or not all(isinstance(line, Mapping) for line in value):
            return _LEFT_OUT
        lines = [{"sku": self.sku(self._asking.mask.restore(str(line.get("sku", "")))),
                  "quantity": self.whole(line.get("quantity"))} for line in value]
        return _LEFT_OUT if any(_LEFT_OUT in line.values() for line in lines) else lines

    def orders(self, value: Any) -> Any:
        numbers = [self.written(number) for number in value] if isinstance(value, list) else []
        return _LEFT_OUT if not numbers or _LEFT_OUT in numbers else numbers

    def parcels(self, value: Any) -> Any:
        if not isinstance(value, list) or not all(isinstance(line, Mapping) for line in value):
            return _LEFT_OUT
        lines = [{"order": self.written(line.get("order")), "waybill": self.written(line.get("waybill")),
                  "carrier": self.carrier(line.get("carrier"))} for line in value]
        return _LEFT_OUT if any(_LEFT_OUT in line.values() for line in lines) else lines

    def _is_said(self, value: Any) -> bool:
        number = _number(value)
        return number is not None and abs(number) in self._numbers


def _number(value: Any) -> Decimal | None:
    try:
        return None if isinstance(value, bool) else Decimal(str(value))
    except InvalidOperation:
        return None


_CHECKS: Mapping[ParameterKind, Callable[[_Said, Any], Any]] = {
    ParameterKind.SKU: _Said.sku, ParameterKind.WAREHOUSE: _Said.warehouse,
    ParameterKind.ORDER: _Said.written, ParameterKind.TEXT: _Said.written, ParameterKind.CARRIER: _Said.carrier,
    ParameterKind.QUANTITY: _Said.whole, ParameterKind.DELTA: _Said.whole, ParameterKind.MONEY: _Said.money,
    ParameterKind.LINES: _Said.lines, ParameterKind.ORDERS: _Said.orders,
    ParameterKind.SHOPS: _Said.orders, ParameterKind.PARCELS: _Said.parcels,
    ParameterKind.EXCEPTION: _Said.whole, ParameterKind.CONTACT: _Said.written,
}
