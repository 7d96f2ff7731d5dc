"""The coverage gate: whatever a message holds beyond what was understood is asked about or refused, never dropped."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from bot.understanding.draft import is_filler
from bot.understanding.gazetteer import Gazetteer
from bot.understanding.normalise import Normalised
from bot.understanding.readings import Refused, Unclear
from bot.understanding.scan import Token

MAX_CHOICES = 3
LEAST_LIKENESS = 60  # of 100: 羽绒服 is not offered for 羊绒大衣, 羊绒大依 is
MOST_CANDIDATES = 200  # names compared for each pair of characters; more would take longer than an answer
# Roles that explain a token although no part of the question used it.
_HARMLESS = ("stop", "glue", "sep", "end", "query_word", "follow", "only", "whole", "with", "between", "no_split",
             "add")


def unexplained(tokens: Sequence[Token]) -> list[Token]:
    """The tokens that nothing in the reading stands for."""
    left = [token for token in tokens if not token.used and not _is_harmless(token)]
    ends = [token for token in tokens if not token.has("end") and not (token.has("stop") and not token.has("tail"))]
    if left and ends and left[-1] is ends[-1] and left[-1].has("tail"):  # 发了没
        return left[:-1]
    return left


def _is_harmless(token: Token) -> bool:
    return not token.names and bool(token.senses) and any(token.has(kind) for kind in _HARMLESS)


def off_topic(tokens: Sequence[Token]) -> Refused | None:
    """The refusal for a word that is outside the trade or not kept, whatever else was said."""
    for at, token in enumerate(tokens):
        if token.has("off") and not token.names and not token.used:
            if token.senses["off"] == "average" and _averages(tokens[at + 1:]):
                token.used = True
                continue
            return Refused(f"off_{token.senses['off']}")
    return None


_AVERAGES = frozenset({"aov", "ship_hours"})  # figures that are averages by themselves


def _averages(after: Sequence[Token]) -> bool:
    word = next((token for token in after if not token.has("stop")), None)
    return word is not None and word.senses.get("metric") in _AVERAGES


def objection(tokens: Sequence[Token], message: Normalised, gazetteer: Gazetteer, *,
              is_trial: bool = False) -> Refused | Unclear | None:
    """What has to be said about words that were not understood; None when everything is explained.

    On trial nobody hears it, so no names are looked for that come near.
    """
    if place := _unknown_place(tokens, message, gazetteer):
        return place
    left = unexplained(tokens)
    if not left:
        return None
    first, last = left[0], left[0]
    for token in left[1:]:
        if token.start - last.end > 1:
            break
        last = token
    said = message.original(first.start, last.end).strip()
    if is_trial:
        return Refused("unknown_words", {"words": said})
    if all(token.is_unknown for token in left):
        near, is_part = nearest(message.text[first.start:last.end], gazetteer)
        choices = tuple(message.replaced(first.start, last.end, name) for name in near)
        facts = {"words": said}
        return Unclear("part_of_name", facts, choices) if is_part else Refused("unknown_words", facts, choices)
    return Unclear("unsure_about", {"words": said})


_PLACES = frozenset({"仓", "仓库", "库房", "店", "门店"})


def _unknown_place(tokens: Sequence[Token], message: Normalised, gazetteer: Gazetteer) -> Refused | None:
    """北京仓 where no warehouse is called so: a name nobody knows, neither buyers of 北京 nor all warehouses."""
    for place, kind in pairwise(tokens):
        if not (place.has("province") and kind.text in _PLACES and kind.start == place.end) or place.names:
            continue
        known = gazetteer.warehouses if kind.senses.get("dim") == "warehouse" else gazetteer.shops
        said = message.original(place.start, kind.end)
        choices = tuple(message.replaced(place.start, kind.end, name) for name in known[:MAX_CHOICES])
        return Refused("unknown_words", {"words": said}, choices)
    return None


def nearest(text: str, gazetteer: Gazetteer) -> tuple[list[str], bool]:
    """The shop's names that look most like the text, those that hold it first; and whether any holds it."""
    holding = gazetteer.holding(text, MAX_CHOICES) if len(text) > 1 else []
    found = list(dict.fromkeys(gazetteer.names[name][0].value for name in holding))
    if len(found) < MAX_CHOICES and len(text) > 1:
        found += [name for name in _alike(text, gazetteer) if name not in found]
    return list(dict.fromkeys(found))[:MAX_CHOICES], bool(holding)


def _alike(text: str, gazetteer: Gazetteer) -> Iterable[str]:
    """Names that share two neighbouring characters with the text, the likest first."""
    pairs = {text[at:at + 2] for at in range(len(text) - 1)}
    candidates = list(dict.fromkeys(name for pair in pairs for name in gazetteer.holding(pair, MOST_CANDIDATES)))
    if not candidates:
        return
    from rapidfuzz import fuzz, process  # noqa: PLC0415  35 ms, and only for names nobody knows

    likest = process.extract(text, candidates, scorer=fuzz.ratio, limit=MAX_CHOICES, score_cutoff=LEAST_LIKENESS)
    for name, _, _ in likest:
        yield gazetteer.names[name][0].value


_OF_TRADE = frozenset({"metric", "dim", "event", "count", "vague", "feature", "seller", "platform", "action", "split",
                       "order_status"})


def has_trade_words(tokens: Sequence[Token]) -> bool:
    """Whether anything in the message is about a shop at all."""
    return any(token.names or token.is_code or token.has("vague")
               or (not _OF_TRADE.isdisjoint(token.senses) and not is_filler(token)) for token in tokens)
