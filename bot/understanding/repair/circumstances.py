"""Clauses that say in which circumstances somebody asks: 刚开完会,昨天卖了多少. They are set aside, nothing else is.

What limits, splits, dates, names or asks stays part of the request, however it is said.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from bot.understanding.actions.arrivals import Spread
from bot.understanding.actions.reasons import TAKE_REASONS
from bot.understanding.readings import Act, Ask, Reading, Unclear
from bot.understanding.text.lexicon import read_table
from bot.understanding.text.normalise import Normalised, normalise
from bot.understanding.text.patterns import pattern_of
from bot.understanding.text.scan import DATED, UNKNOWN, Token, Words
from domain.metrics.measures import GOODS

MOST_CLAUSES = 8  # of one message; more is a letter
LONGEST = 80  # characters of a clause that is looked at
# What a clause may not hold, whatever the request says.
_ASKS_MORE = frozenset({
    "split", "each", "apiece", "only", "exclude", "exclude_end", "less", "op", "postop", "extreme", "rank", "ranking",
    "compare", "versus", "share", "share_of", "sign", "retract", "not_this", "report", "money_unit", "percent",
    "query_word", "which", "whichdim", "no_split", "add", "beside"})
_MAY_BE_PLAIN = frozenset({"just", "都", "在"})  # also words that say nothing
# What changes the question unless the request says the same.
_SAME = ("metric", "order_status", "segment", "currency")
_OF_GOODS = frozenset({"feature", "lack"})  # 怕断货, unless it is said of which goods: those are no list then
# What only speaks of the trade: asked about is what the request names, where it names anything.
_MENTIONED = frozenset({"event", "seller", "change", "trend", "vague", "topic"})
_UNDOES = frozenset({"refunded", "cancelled"})  # 要退货了, and what is to be done is something else
_NAMES_FIGURE = ("metric", "event", "feature", "vague")
_TIMES = frozenset({"offset", "last", "before", "month", "weekday", "festival", "quarter", "half", "clock",
                    "vague_time", DATED})
_NEVER = frozenset({"forecast", "destroy", "rights", "secret", "average", "lookup"})  # of what is off
_KINDS = {**dict.fromkeys(GOODS, "goods"), "sku": "goods", "shop": "shop", "platform": "shop"}


@dataclass(frozen=True, slots=True)
class _Clause:
    start: int
    end: int  # of what is said
    after: int  # where the next begins


@dataclass(frozen=True, slots=True)
class _Form:
    """How a circumstance may be put; `is_bare` where nothing but its ending tells it."""

    pattern: re.Pattern[str]
    is_bare: bool = False


@dataclass(frozen=True, slots=True)
class _Told:
    """What a circumstance says that has to be looked at, and what of it may name somebody or something else."""

    said: str
    about: str
    is_bare: bool


@dataclass(frozen=True, slots=True)
class Apart:
    """The request, and what the clauses beside it tell."""

    request: Normalised
    told: tuple[_Told, ...]
    has_name: bool  # of the thing that a clause names, put where the request points at it

    def offered(self, spread: Spread) -> tuple[str, ...]:
        """What may be meant where it is not left: of the goods that are spoken of beside it, or the request alone."""
        if any(not _TIMES.isdisjoint(spread(normalise(one.said)).tokens.kinds) for one in self.told):
            return ()  # 昨天卖得不错,毛利多少: not that of today
        alone, goods = self.request.message, _goods_in(self.told, spread)
        joint = " " if alone.isascii() else ""
        return (*(f"{name}{joint}{alone}" for name in goods if len(goods) == 1), alone)

    def leaves(self, reading: Reading, spread: Spread) -> bool:
        """Whether the request alone asks the same as with what was told beside it."""
        act = reading.pending if isinstance(reading, Unclear) else reading
        if isinstance(act, Act) and act.action in TAKE_REASONS:
            return False  # it may be told why
        request = _Request(spread(self.request).tokens, reading, has_name=self.has_name)
        return all(request.stays(one, spread) for one in self.told)


class _Request:
    """What is asked or to be done, beside which a circumstance is weighed."""

    def __init__(self, tokens: Words, reading: Reading, *, has_name: bool) -> None:
        self._tokens = tokens
        self._is_act = isinstance(reading, Act)
        self._is_dated = not self._is_act and not _TIMES.isdisjoint(tokens.kinds)
        self._is_of_moment = not (isinstance(reading, Ask) and reading.query.period is not None)
        self._names_figure = any(token.has(kind) for token in tokens for kind in _NAMES_FIGURE if not token.names)
        self._named = {kind for token in tokens if (kind := _kind_of(token))} | ({"goods"} if has_name else set())

    def stays(self, told: _Told, spread: Spread) -> bool:
        """Whether it is the same with what was told and without."""
        if "goods" not in self._named and UNKNOWN in spread(normalise(told.about)).tokens.kinds:
            return False  # 羽绒服卖得好: what nobody knows may be goods, and the question about them
        said = _ahead().sub("", told.said) if self._is_of_moment or self._is_dated else told.said
        tokens = spread(normalise(said)).tokens
        if not (self._is_dated or _TIMES.isdisjoint(tokens.kinds)) or self._is_about(told, tokens):
            return False
        return not any(_asks_more(token) or self._is_other(token) for token in tokens)

    def _is_about(self, told: _Told, tokens: Words) -> bool:
        """Whether what is told of the trade may be what is asked about, or speak against it: 断货了,库存多少."""
        if self._is_act:
            return any(token.senses.get("event") in _UNDOES for token in tokens)
        if (told.is_bare or not self._names_figure) and any(
                not _MENTIONED.isdisjoint(token.senses) and not token.has("stop") for token in tokens):
            return True
        return (told.is_bare or "goods" not in self._named) and not _OF_GOODS.isdisjoint(tokens.kinds)

    def _is_other(self, token: Token) -> bool:
        """A thing of a kind, a figure or a state that the request does not name."""
        if kind := _kind_of(token):
            return kind not in self._named
        return not self._is_act and any(
            token.has(kind) and not any(one.senses.get(kind) == token.senses[kind] for one in self._tokens)
            for kind in _SAME)


def set_apart(message: Normalised, spread: Spread) -> Apart | None:
    """The message without its circumstances; None where it tells none, or nothing else is left."""
    clauses = list(_clauses(message.text))
    if not 2 <= len(clauses) <= MOST_CLAUSES:
        return None
    forms = [_form_of(message.text[one.start:one.end]) for one in clauses]
    kept = [one for one, form in zip(clauses, forms, strict=True) if form is None]
    if not kept or len(kept) == len(clauses):
        return None
    told = tuple(form for form in forms if form is not None)
    request = _around("opening").sub("", _joined(message, kept))
    named = _pointed_at(request, told, spread)
    if named is None and _points().search(normalise(request).text):
        return None
    return Apart(normalise(named or request), told, named is not None)


def _clauses(text: str) -> Iterator[_Clause]:
    at = 0
    for border in _border().finditer(text):
        if text[at:border.start()].strip():
            yield _Clause(at, border.start() + (border[0].strip()[:1] == "?"), border.end())
            at = border.end()
    if text[at:].strip():
        yield _Clause(at, len(text), len(text))


def _joined(message: Normalised, kept: Sequence[_Clause]) -> str:
    """What was typed of these clauses, each with the pause behind it but the last."""
    parts = [message.original(one.start, one.after) for one in kept[:-1]]
    return "".join((*parts, message.original(kept[-1].start, kept[-1].after))).strip(" ,，;；")


def _form_of(clause: str) -> _Told | None:
    """What is told in the clause; None where it is no circumstance."""
    if len(clause) > LONGEST:
        return None
    bare = _around("behind").sub("", _around("before").sub("", clause))
    for form in _forms():
        found = form.pattern.fullmatch(bare)
        if found is None:
            continue
        parts = {name: _masked().sub("", text or "") for name, text in found.groupdict().items()}
        about = parts.get("about", "")
        said = about + parts.get("said", "")
        if not _meant().search(said):
            return _Told(said, _familiar().sub(" ", about), form.is_bare)
    return None


def _pointed_at(request: str, told: Sequence[_Told], spread: Spread) -> str | None:
    """把它的补货点改成400, with the one thing that is spoken of beside it in the place of 它."""
    names, places = _goods_in(told, spread), list(_points().finditer(request))
    if len(names) != 1 or len(places) != 1:
        return None
    return f"{request[:places[0].start()]}{names[0]}{request[places[0].end():]}"


def _goods_in(told: Sequence[_Told], spread: Spread) -> list[str]:
    """The goods that are spoken of."""
    return list(dict.fromkeys(
        name.value for one in told for token in spread(normalise(one.said)).tokens for name in token.names
        if name.dimension in {"product", "sku"}))


def _kind_of(token: Token) -> str | None:
    """What kind of thing a token names; None where it names none."""
    if token.names:
        return _KINDS.get(token.names[0].dimension, token.names[0].dimension)
    return next((_KINDS.get(kind, kind) for kind in ("platform", "province", "carrier") if token.has(kind)), None)


def _asks_more(token: Token) -> bool:
    if token.number is not None or token.is_code or token.date is not None or token.senses.get("off") in _NEVER:
        return True
    return not _ASKS_MORE.isdisjoint(token.senses) and token.text not in _MAY_BE_PLAIN and not token.names


@cache
def _forms() -> tuple[_Form, ...]:
    table = read_table("circumstances")
    return tuple(_Form(pattern_of("circumstances", said), kind == "bare")
                 for kind in ("whole", "stated", "bare") for listed in table[kind].values() for said in listed)


@cache
def _border() -> re.Pattern[str]:
    return pattern_of("circumstances", read_table("circumstances")["border"]["at"])


@cache
def _around(place: str) -> re.Pattern[str]:
    return pattern_of("circumstances", read_table("circumstances")["around"][place])


def _either(name: str) -> Callable[[], re.Pattern[str]]:
    """The Chinese expression of a table or the English one."""
    @cache
    def pattern() -> re.Pattern[str]:
        table = read_table("circumstances")[name]
        return pattern_of("circumstances", f"{table['zh']}|{table['en']}")
    return pattern


_masked, _meant, _points = _either("masked"), _either("meant"), _either("pointing")


@cache
def _familiar() -> re.Pattern[str]:
    known = "|".join(said for listed in read_table("circumstances")["familiar"].values() for said in listed)
    return pattern_of("circumstances", f"{{other}}|{{me}}|{known}")


@cache
def _ahead() -> re.Pattern[str]:
    return pattern_of("circumstances", read_table("circumstances")["masked"]["ahead"])
