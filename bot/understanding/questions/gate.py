"""The coverage gate: whatever a message holds beyond what was understood is asked about or refused, never dropped."""

from collections.abc import Sequence
from itertools import pairwise

from bot.understanding.questions.corrections import takes_back
from bot.understanding.questions.draft import is_filler
from bot.understanding.readings import Refused, Unclear
from bot.understanding.text.gazetteer import Gazetteer
from bot.understanding.text.normalise import Normalised
from bot.understanding.text.scan import Token, Words
from domain.metrics.catalog import METRICS, Unit

MAX_CHOICES = 3
# Roles that explain a token although no part of the question used it.
_HARMLESS = frozenset({"stop", "glue", "sep", "end", "query_word", "follow", "only", "whole", "with", "between",
                       "no_split", "add", "retract", "beside", "in_store"})


def unexplained(tokens: Sequence[Token]) -> list[Token]:
    """The tokens that nothing in the reading stands for."""
    return [token for at, token in enumerate(tokens)
            if not (token.used or _is_harmless(tokens, at) or (token.has("tail") and _ends_clause(tokens, at)))]


def _is_harmless(tokens: Sequence[Token], at: int) -> bool:
    """A particle; but one that denies or takes back says something wherever it does not open the message."""
    token = tokens[at]
    if token.names or _HARMLESS.isdisjoint(token.senses):
        return False
    return not (token.has("not_this") or token.has("retract")) or not takes_back(tokens, at)


_FINAL = frozenset("了啊呀呢吧嘛吗么哦哈啦呐哇")


def _ends_clause(tokens: Sequence[Token], at: int) -> bool:
    """发了没啊, and the 没 of 还有货没,剩几包; not the 不 of 食品就不用列了."""
    behind = next((token for token in tokens[at + 1:] if token.text not in _FINAL), None)
    return behind is None or behind.has("end") or behind.text == ","


def off_topic(tokens: Words) -> Refused | None:
    """The refusal for a word that is outside the trade or not kept, whatever else was said."""
    for at, token in enumerate(tokens) if "off" in tokens.kinds else ():
        if "off" in token.senses and not token.names and not token.used:
            if token.has("change") and any(one.has("metric") for one in tokens[:at]):
                continue  # did visitors drop
            if token.senses["off"] == "average" and _averages(tokens, at):
                token.used = True
                continue
            return Refused(f"off_{token.senses['off']}")
    return None


# Figures that are averages by themselves: so much an order, so many hours, such a share of all.
_AVERAGES = frozenset({"aov", "ship_hours"} | {name for name, metric in METRICS.items() if metric.unit is Unit.RATE})


def _averages(tokens: Sequence[Token], at: int) -> bool:
    """平均客单价; how long do we take to ship on average: of no other figure can an average be meant."""
    behind = next((token for token in tokens[at + 1:] if not token.has("stop")), None)
    if behind is not None and behind.senses.get("metric") in _AVERAGES:
        return True
    metrics = {token.senses["metric"] for token in tokens if token.has("metric") and not token.names}
    takes_days = any(token.senses.get("count") == "days" for token in tokens)
    if takes_days and not metrics:  # 发货平均得多长时间
        return any(token.senses.get("event") == "shipped" for token in tokens)
    return bool(metrics) and metrics <= _AVERAGES


def objection(tokens: Words, message: Normalised, gazetteer: Gazetteer, *,
              is_trial: bool = False) -> Refused | Unclear | None:
    """What has to be said about words that were not understood; None when everything is explained.

    On trial nobody hears it, so no names are looked for that come near.
    """
    if "province" in tokens.kinds and (place := _unknown_place(tokens, message, gazetteer)):
        return place
    left = unexplained(tokens)
    if not left:
        return None
    if len(left) == 1 and left[0].senses.keys() == {"cost_of"}:  # 羊绒大衣进价
        return Refused("unit_cost", {"at": str(left[0].start), "end": str(left[0].end)})
    first, last = left[0], left[0]
    for token in left[1:]:
        if token.start - last.end > 1:
            break
        last = token
    said = message.original(first.start, last.end).strip()
    if is_trial:
        return Refused("unknown_words", {"words": said})
    if any(token.is_unknown for token in left):
        start, end = first.start, last.end
        near, is_part = nearest(message.text[start:end], gazetteer)
        if not near:
            start, end = _around(tokens, first, last)
            near, is_part = nearest(message.text[start:end], gazetteer)
        choices = tuple(message.replaced(start, end, name) for name in near)
        facts = {"words": said}
        if (first.is_unknown and last.is_unknown) or choices:
            return Unclear("part_of_name", facts, choices) if is_part else Refused("unknown_words", facts, choices)
    return Unclear("unsure_about", {"words": said})


def _around(tokens: Sequence[Token], first: Token, last: Token) -> tuple[int, int]:
    """The stretch with the single characters right beside it: 收那篮 is 收, 那 and something unknown."""
    start, end = first.start, last.end
    for token in reversed(tokens):
        if token.end == start and _is_syllable(token):
            start = token.start
    for token in tokens:
        if token.start == end and _is_syllable(token):
            end = token.end
    return start, end


def _is_syllable(token: Token) -> bool:
    return token.end - token.start == 1 and "\u4e00" <= token.text <= "\u9fff"


_PLACES = frozenset({"仓", "仓库", "库房", "店", "门店"})


def _unknown_place(tokens: Sequence[Token], message: Normalised, gazetteer: Gazetteer) -> Refused | None:
    """北京仓 where no warehouse is called so: a name nobody knows, neither buyers of 北京 nor all warehouses."""
    for place, kind in pairwise(tokens):
        if "province" not in place.senses or not (kind.text in _PLACES and kind.start == place.end) or place.names:
            continue
        known = gazetteer.warehouses if kind.senses.get("dim") == "warehouse" else gazetteer.shops
        said = message.original(place.start, kind.end)
        choices = tuple(message.replaced(place.start, kind.end, name) for name in known[:MAX_CHOICES])
        return Refused("unknown_words", {"words": said}, choices)
    return None


def nearest(text: str, gazetteer: Gazetteer) -> tuple[list[str], bool]:
    """The shop's names that look most like the text, those that hold it first; and whether any holds it."""
    holding = gazetteer.near.holding(text)
    found = list(dict.fromkeys(gazetteer.names[name][0].value for name in holding))
    if len(found) < MAX_CHOICES and len(text) > 1:
        found += [gazetteer.names[name][0].value for name in gazetteer.near.like(text)]
    return list(dict.fromkeys(found))[:MAX_CHOICES], bool(holding)


_OF_TRADE = frozenset({"metric", "dim", "event", "count", "vague", "feature", "seller", "platform", "action", "split",
                       "order_status"})


def has_trade_words(tokens: Sequence[Token]) -> bool:
    """Whether anything in the message is about a shop at all."""
    return any(token.names or token.is_code or token.has("vague")
               or (not _OF_TRADE.isdisjoint(token.senses) and not is_filler(token)) for token in tokens)
