"""The model's tools, made from the two registries: one for figures, one for names, one for each action.

The tools hold only what the person may see and do in this place; whatever is called anyway is checked again.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from bot.model_mode.names import AS_WRITTEN
from bot.model_mode.queries import REORDER_FEATURES
from domain.actions import Action, Parameter, ParameterKind, actions
from domain.aftersales.model import Condition
from domain.arguments import MARKS, MAX_LINES, MAX_NAME, MAX_PARCELS, MAX_TEXT
from domain.costing.model import CostMethod
from domain.fulfilment.rules import CARRIERS
from domain.language.conversation import Tool, estimated_tokens
from domain.messaging.model import Report
from domain.metrics.catalog import DIMENSIONS, METRICS, Metric
from domain.metrics.limits import can_tell
from domain.metrics.query import MAX_BY, MAX_LIMIT, MAX_METRICS, OPERATORS, Compare, Direction
from domain.people import Permission, Shops

RUN_QUERY, FIND_NAME, PROPOSE = "run_query", "find_name", "propose_"
Schema = dict[str, Any]


@cache
def tools_for(rights: frozenset[Permission], shops: Shops = None) -> tuple[Tool, ...]:
    """All tools of somebody with these rights who is limited to the shops, in the order of the registries."""
    metrics = permitted_metrics(rights, shops)
    figures = (_run_query(metrics), _FIND_NAME) if metrics else ()
    return (*figures, *(_propose(action) for action in actions().values()
                         if action.permission in rights and (action.is_of_shops or shops is None)))


@cache
def tokens_of_tools(rights: frozenset[Permission], shops: Shops = None) -> int:
    """About how many tokens these tools take, in each round."""
    return sum(estimated_tokens(f"{tool.description}{json.dumps(tool.parameters, ensure_ascii=False)}")
               for tool in tools_for(rights, shops))


def permitted_metrics(rights: frozenset[Permission], shops: Shops = None) -> tuple[Metric, ...]:
    return tuple(metric for metric in METRICS.values() if metric.permission in rights and can_tell(metric.id, shops))


def action_called(tool: str) -> Action | None:
    """The action that a tool of this name proposes."""
    return actions().get(tool.removeprefix(PROPOSE)) if tool.startswith(PROPOSE) else None


def _object(properties: Mapping[str, Schema], *required: str) -> Schema:
    return {"type": "object", "properties": dict(properties), "required": list(required),
            "additionalProperties": False}


def _list(items: Schema, *, least: int = 0, most: int | None = None, about: str = "") -> Schema:
    bounds = {"minItems": least} if least else {}
    return _about({"type": "array", "items": items, **bounds, **({"maxItems": most} if most else {})}, about)


def _text(about: str, longest: int = MAX_NAME) -> Schema:
    return {"type": "string", "maxLength": longest, "description": about}


def _one_of(values: tuple[str, ...] | list[str], about: str = "") -> Schema:
    return _about({"type": "string", "enum": list(values)}, about)


def _about(schema: Schema, about: str) -> Schema:
    return {**schema, "description": about} if about else schema


def _run_query(metrics: tuple[Metric, ...]) -> Tool:
    ids = [metric.id for metric in metrics]
    splits = [name for name in DIMENSIONS if any(name in metric.dimensions for metric in metrics)]
    kept = [name for name in splits if not DIMENSIONS[name].is_time or name in AS_WRITTEN]
    filters = _object({name: _list({"type": "string"}, least=1) for name in kept})
    rank = _object({"by": _one_of(ids), "direction": _one_of([*Direction])}, "by", "direction")
    bound = _object({"metric": _one_of(ids), "op": _one_of(OPERATORS),
                     "value": {"type": "number", "description": "money in whole units such as yuan, rates as 0.3"}},
                    "metric", "op", "value")
    parameters = _object({
        "metrics": _list(_one_of(ids), least=1, most=MAX_METRICS),
        "by": _list(_one_of(splits), most=MAX_BY, about="one row for each"),
        "where": _about(filters, "only these; names as the person wrote them"),
        "exclude": _about(filters, "all but these"),
        "period": _PERIOD,
        "compare": _one_of([*Compare]),
        "having": _list(bound, about="only rows within these bounds; needs `by`"),
        "reorder_point": _one_of([*REORDER_FEATURES], "only SKUs whose available stock is so beside their own"),
        "order": _list(rank, most=1),
        "limit": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "description": "the first so many rows"},
        "not_covered": _list(_text("words as the person wrote them"),
                             about="what the person asked that this query leaves out; empty when nothing"),
    }, "metrics", "not_covered")
    about = ["Figures of the shop.", _meanings(metrics), _splits(metrics), _closed(kept)]
    return Tool(RUN_QUERY, "\n".join(about), parameters)


_PERIOD = _about(_object({
    "said": _text("the period in the person's own words, such as 上周 or last 7 days"),
    "start": {"type": "string", "format": "date"},
    "end": {"type": "string", "format": "date", "description": "the day after the last one"},
}), "either `said`, or `start` and `end`; without it today, and the present for stock")


def _meanings(metrics: tuple[Metric, ...]) -> str:
    return "\n".join(f"{metric.id} {metric.zh}: {metric.definition_en}" for metric in metrics)


def _splits(metrics: tuple[Metric, ...]) -> str:
    """Which metrics can be split and filtered by which dimensions; many share theirs."""
    sharing: dict[frozenset[str], list[str]] = {}
    for metric in metrics:
        sharing.setdefault(metric.dimensions, []).append(metric.id)
    return "\n".join(f"{' '.join(ids)}: by {' '.join(name for name in DIMENSIONS if name in dimensions)}"
                     for dimensions, ids in sharing.items())


def _closed(dimensions: list[str]) -> str:
    """The values of those that have a closed list of them."""
    return "\n".join(f"{name} is one of {' '.join(DIMENSIONS[name].values)}"
                     for name in dimensions if DIMENSIONS[name].values)


_FIND_NAME = Tool(FIND_NAME, "Names of the shop that look like a text: shops, products, SKUs, warehouses.",
                  _object({"text": _text("as the person wrote it")}, "text"))


def _propose(action: Action) -> Tool:
    """Nothing is required: what the person did not say is asked for, not made up."""
    about = (f"Propose to {action.en} ({action.zh}); the person confirms it. "
             "Only what the person said; leave out the rest.")
    return Tool(f"{PROPOSE}{action.name}", about,
                _object({parameter.name: _parameter(parameter) for parameter in action.parameters}))


def _parameter(parameter: Parameter) -> Schema:
    return _about(_KINDS[parameter.kind](parameter), f"{parameter.en} ({parameter.zh})")


def _whole(parameter: Parameter) -> Schema:
    return {"type": "integer", "minimum": parameter.minimum}


def _name(_: Parameter) -> Schema:
    return {"type": "string", "maxLength": MAX_NAME}


_LINE = _object({"sku": {"type": "string", "maxLength": MAX_NAME}, "quantity": {"type": "integer", "minimum": 1}},
                "sku", "quantity")
_PARCEL = _object({"order": {"type": "string", "maxLength": MAX_NAME}, "carrier": _one_of([*CARRIERS]),
                   "waybill": {"type": "string", "maxLength": MAX_NAME}}, "order", "carrier", "waybill")
_CLOCK = "[0-2][0-9]:[0-5][0-9]"
_KINDS: Mapping[ParameterKind, Callable[[Parameter], Schema]] = {
    ParameterKind.SKU: _name, ParameterKind.WAREHOUSE: _name, ParameterKind.ORDER: _name,
    ParameterKind.QUANTITY: _whole,
    ParameterKind.DELTA: lambda _: {"type": "integer"},
    ParameterKind.MONEY: lambda _: {"type": "number"},
    ParameterKind.DAY: lambda _: {"type": "string", "format": "date"},
    ParameterKind.CARRIER: lambda _: _one_of([*CARRIERS]),
    ParameterKind.TEXT: lambda _: {"type": "string", "maxLength": MAX_TEXT},
    ParameterKind.LINES: lambda _: _list(_LINE, least=1, most=MAX_LINES),
    ParameterKind.PARCELS: lambda _: _list(_PARCEL, least=1, most=MAX_PARCELS),
    ParameterKind.ORDERS: lambda _: _list({"type": "string", "maxLength": MAX_NAME}, least=1, most=MAX_LINES),
    ParameterKind.SHOPS: lambda _: _list({"type": "string", "maxLength": MAX_NAME}, least=1, most=MAX_LINES),
    ParameterKind.REPORT: lambda _: _one_of([*Report]),
    ParameterKind.COST_METHOD: lambda _: _one_of([*CostMethod]),
    ParameterKind.MARK: lambda _: _one_of([*MARKS]),
    ParameterKind.CONTACT: lambda _: {"type": "string", "maxLength": MAX_NAME},
    ParameterKind.CONDITION: lambda _: _one_of([*Condition]),
    ParameterKind.EXCEPTION: _whole,
    ParameterKind.QUIET: lambda _: {"type": "string", "pattern": f"^({_CLOCK}-{_CLOCK}|off|usual)$"},
    ParameterKind.TIME: lambda _: {"type": "string", "pattern": f"^{_CLOCK}$"},
}
