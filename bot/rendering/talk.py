"""Replies that are not figures: what was unclear, what is refused, what may not be seen, what can be asked."""

from collections.abc import Mapping
from typing import Any

from bot.rendering.labels import dimension_name, metric_name
from bot.rendering.messages import knows, say
from bot.rendering.reply import Button, Reply, with_choices
from bot.understanding.readings import Refused, Unclear
from domain.errors import NotAllowed, NotCleared, OperatorMustAct, RetryLater, ShopError
from domain.metrics.catalog import DIMENSIONS, METRICS
from domain.metrics.limits import OutsideShops
from domain.people import Permission, Role, may

# One line of help for each kind of right, in the order people care; those without a line are not asked for in words.
_TOPICS = (Permission.SALES, Permission.COUNTS, Permission.PROFIT, Permission.STOCK, Permission.STOCK_VALUE,
           Permission.FULFILMENT, Permission.CUSTOMERS, Permission.TRAFFIC, Permission.ADS, Permission.CASH)

_MAX_BUTTONS = 3


def render_unclear(unclear: Unclear, language: str) -> Reply:
    """What has to be said before there is an answer, with the readings to choose from."""
    return Reply("clarify", with_choices(_said(unclear.key, unclear.facts, language), unclear.choices),
                 choices=unclear.choices)


def render_refused(refused: Refused, language: str) -> Reply:
    """Why this cannot be answered, with the nearest that can."""
    return Reply("refused", with_choices(_said(refused.key, refused.facts, language), refused.choices),
                 choices=refused.choices)


def render_not_allowed(error: NotAllowed, language: str) -> Reply:
    """Which right is missing; never a figure."""
    if isinstance(error, NotCleared):
        return Reply("refused", say("people.not_here", language), is_private_matter=True)
    if isinstance(error, OutsideShops):
        return Reply("refused", say(error.key, language, **_worded(error.facts, language)))
    return Reply("refused", say("talk.not_allowed", language, **_worded(error.facts, language)))


def render_error(error: Exception, language: str) -> Reply:
    """One sentence for any failure; what the person can put right is a refusal, the rest an error."""
    match error:
        case NotAllowed():
            return render_not_allowed(error, language)
        case OperatorMustAct():
            return Reply("error", _by_key(error, language) or say("talk.operator", language, sentence=error))
        case RetryLater():
            return Reply("error", _by_key(error, language) or say("talk.retry", language))
        case ShopError():
            return Reply("refused", _by_key(error, language) or say("talk.cannot", language, sentence=error))
        case _:
            return Reply("error", say("talk.unexpected", language))


def render_help(role: Role, language: str) -> Reply:
    """What this role can ask, with examples that work as they stand."""
    between = say("help.between", language)
    topics = [topic for topic in _TOPICS if may(role, topic)]
    examples = {topic: say(f"help.{topic}_examples", language) for topic in topics}
    lines = [say("help.title", language, role=say(f"role.{role}", language))]
    lines += [say("help.line", language, topic=say(f"help.{topic}", language), examples=examples[topic])
              for topic in topics]
    lines.append(say("help.more", language))
    first = [examples[topic].split(between)[0] for topic in topics[:_MAX_BUTTONS]]
    return Reply("answer", "\n".join(lines), buttons=tuple(Button(example, example) for example in first),
                 understood_by="command")


def error_sentence(error: ShopError, language: str) -> str:
    """One sentence for the command line: from the catalogue, else as it was raised."""
    return _by_key(error, language) or str(error)


def _by_key(error: ShopError, language: str) -> str:
    for key in (error.key, f"talk.{error.key}"):
        if error.key and knows(key, language):
            return say(key, language, **_worded(error.facts, language))
    return ""


def _said(key: str, facts: Mapping[str, Any], language: str) -> str:
    known = key if knows(key, language) or not knows(f"talk.{key}", language) else f"talk.{key}"
    return say(known, language, **_worded(facts, language))


def _worded(facts: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Ids of metrics, dimensions, roles and rights as the person calls them; other facts as they are."""
    return {name: _word(name, value, language) for name, value in facts.items()}


def _word(name: str, value: Any, language: str) -> Any:
    match name:
        case "metric" if value in METRICS:
            return metric_name(value, language)
        case "dimension" if value in DIMENSIONS:
            return dimension_name(value, language)
        case "kind" if knows(f"kind_{value}", language):
            return say(f"kind_{value}", language)
        case "role" | "permission" if knows(f"{name}.{value}", language):
            return say(f"{name}.{value}", language)
    return value
