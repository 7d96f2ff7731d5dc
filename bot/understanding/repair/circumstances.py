"""Clauses that say in which circumstances somebody asks: 刚开完会,昨天卖了多少. They are set aside, nothing else is.

What limits, splits, dates, names or asks stays part of the request, however it is said.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from bot.understanding.actions.arrivals import Spread
from bot.understanding.actions.reasons import TAKE_REASONS
from bot.understanding.questions.draft import is_of_stock
from bot.understanding.readings import Act, Ask, Reading, Unclear
from bot.understanding.repair.statements import states_something
from bot.understanding.text.lexicon import read_table
from bot.understanding.text.normalise import Normalised, normalise
from bot.understanding.text.patterns import pattern_of
from bot.understanding.text.scan import DATED, Token, Words
from domain.metrics.measures import GOODS

_NUMBER = re.compile(r"\d{3}")  # of an order or a parcel
MOST_CLAUSES = 8  # of one message; more is a letter
LONGEST = 80  # characters of a clause that is looked at
# What a clause may not hold, whatever the request says.
_ASKS_MORE = frozenset({
    "split", "each", "apiece", "only", "exclude", "exclude_end", "less", "op", "postop", "extreme", "rank", "ranking",
    "compare", "versus", "share", "share_of", "sign", "retract", "not_this", "report", "money_unit", "percent",
    "query_word", "which", "whichdim", "no_split", "add", "beside"})
_BESIDE_OTHERS = frozenset({"rank", "beside", "add", "less", "sign", "op", "postop", "exclude_end"})
_MAY_BE_PLAIN = frozenset({"just", "都", "在", "大家", "呢", "少了", "多了"})  # also words that say nothing
# What changes the question unless the request says the same.
_SAME = ("metric", "order_status", "segment", "currency")
_OF_GOODS = frozenset({"feature", "lack"})  # 怕断货, unless it is said of which goods: those are no list then
# What only speaks of the trade: asked about is what the request names, where it names anything.
_MENTIONED = frozenset({"event", "seller", "change", "trend", "vague", "topic"})
_SAID_OF_GOODS = frozenset({"seller", "feature", "lack", "in_store"})
_DONE_WITH_GOODS = frozenset({"sold", "left", "on_hand", "bought", "ordered", "came_in", "incoming", "restock"})
_ARE_GOODS = frozenset({"product", "sku", "goods", "category"})
_IN_OWN_WORDS = TAKE_REASONS | {"record_expense"}
_TAKES_DAY = frozenset({"record_expense", "receive_stock"})
_NAMES_FIGURE = ("metric", "event", "feature", "vague", "count")
_TIMES = frozenset({"offset", "last", "before", "month", "month_suffix", "weekday", "festival", "quarter", "half",
                    "clock", "vague_time", DATED})
_OF_DATES = frozenset({"day_suffix", "month_suffix", "year_suffix", "unit"})
_NAMES_TIME = _TIMES | {"day_suffix", "year_suffix"}
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
    clause: str
    is_any: bool = False  # a statement of whatever form


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

    def leaves(self, reading: Reading, spread: Spread, *, goes_on: bool) -> bool:
        """Whether the request alone asks the same as with what was told beside it.

        Where it only changes the question before, what is asked about is known without it.
        """
        act = reading.pending if isinstance(reading, Unclear) else reading
        if isinstance(act, Act) and act.action in _IN_OWN_WORDS:
            return False  # it may be told why, or what for
        request = _Request(spread(self.request).tokens, reading, has_name=self.has_name, goes_on=goes_on)
        return all(request.stays(one, spread) for one in self.told)


class _Request:
    """What is asked or to be done, beside which a circumstance is weighed."""

    def __init__(self, tokens: Words, reading: Reading, *, has_name: bool, goes_on: bool) -> None:
        self._tokens = tokens
        self._is_act = isinstance(reading, Act)
        self._is_of_order = self._is_act and any(token.is_code for token in tokens)
        self._counts_goods = isinstance(reading, Ask) and GOODS.isdisjoint(reading.query.by) and any(
            one == "units" or is_of_stock(one) for one in reading.query.metrics)
        self._is_timeless = isinstance(reading, Act) and reading.action not in _TAKES_DAY
        self._is_dated = not self._is_act and not _TIMES.isdisjoint(tokens.kinds)
        self._is_of_moment = not (isinstance(reading, Ask) and reading.query.period is not None)
        self._names_figure = goes_on or any(
            token.has(kind) for token in tokens for kind in _NAMES_FIGURE if not token.names)
        self._named = {kind for token in tokens if (kind := _kind_of(token))} | ({"goods"} if has_name else set())

    def stays(self, told: _Told, spread: Spread) -> bool:
        """Whether it is the same with what was told and without."""
        if "goods" not in self._named and self._may_name_goods(told, spread):
            return False  # 羽绒服卖得好: what nobody knows may be goods, and the question about them
        said = _ahead().sub("", told.said) if self._is_of_moment or self._is_dated else told.said
        tokens = spread(normalise(said)).tokens
        if not (self._is_dated or self._is_timeless or _TIMES.isdisjoint(tokens.kinds)) or self._is_about(told, tokens):
            return False
        return not any(_asks_more(tokens, at) or self._is_other(tokens, at) for at in range(len(tokens)))

    def _may_name_goods(self, told: _Told, spread: Spread) -> bool:
        """What nobody knows is goods only where somebody wants it, or something is said that is said of goods."""
        strange = (token.text for token in spread(normalise(told.about)).tokens if token.is_unknown)
        if self._is_of_order or not any(_familiar().sub("", text).strip() for text in strange):
            return False
        is_said_of_goods = any(map(_is_of_goods, spread(normalise(told.said)).tokens)) or _wanted().search(told.clause)
        return self._counts_goods or bool(is_said_of_goods)

    def _is_about(self, told: _Told, tokens: Words) -> bool:
        """Whether what is told of the trade may be what is asked about, or speak against it: 断货了,库存多少."""
        if self._is_act:
            return bool(_undoes().search(told.clause)) or (self._is_of_order and not _OF_GOODS.isdisjoint(tokens.kinds))
        if (told.is_bare or not self._names_figure) and any(
                not _MENTIONED.isdisjoint(token.senses) and not token.has("stop") for token in tokens):
            return True
        return (told.is_bare or "goods" not in self._named) and not _OF_GOODS.isdisjoint(tokens.kinds)

    def _is_other(self, tokens: Sequence[Token], at: int) -> bool:
        """A thing of a kind, a figure or a state that the request does not name; 小赵说 names none."""
        token = tokens[at]
        if kind := _kind_of(token):
            return kind not in self._named and (kind != "staff" or any(one.has("event") for one in tokens))
        if token.has("metric") and not (at and _wanted_before().search(tokens[at - 1].text)):
            return False  # 做存货表要用; 老板要毛利 asks for it
        return not self._is_act and any(
            token.has(kind) and not any(one.senses.get(kind) == token.senses[kind] for one in self._tokens)
            for kind in _SAME)


def set_apart(message: Normalised, spread: Spread) -> Apart | None:
    """The message without its circumstances; None where it tells none, or nothing else is left."""
    clauses = list(_clauses(message.text))
    if not 2 <= len(clauses) <= MOST_CLAUSES:
        return None
    forms = [_form_of(message.text[one.start:one.end]) for one in clauses]
    if None not in forms and (last := [at for at, form in enumerate(forms) if form and form.is_any]):
        forms[last[-1]] = None  # what is asked may be put as a statement: 比前一周多了还是少了
    kept = [one for one, form in zip(clauses, forms, strict=True) if form is None]
    if not kept or len(kept) == len(clauses):
        return None
    told = tuple(form for form in forms if form is not None)
    request = _around("opening").sub("", _joined(message, kept))
    if dated := _at_that_time(request, told, spread):
        request, told = dated
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
    bare = _around("ending").sub(r"\1", _around("behind").sub("", _around("before").sub("", clause)))
    for form in _forms():
        found = form.pattern.fullmatch(bare)
        if found is None:
            continue
        parts = {name: _masked().sub("", text or "") for name, text in found.groupdict().items()}
        about = parts.get("about", "")
        said = about + parts.get("said", "")
        if not _meant().search(said):
            return _Told(said, about, form.is_bare, bare)
    return _statement(bare)


def _statement(clause: str) -> _Told | None:
    """What is told in a clause of no form that is known, where it states something."""
    said = _masked().sub("", clause)
    if not states_something(clause) or _meant_besides().search(said) or _NUMBER.search(clause):
        return None
    return _Told(said, said, is_bare=False, clause=clause, is_any=True)


def _pointed_at(request: str, told: Sequence[_Told], spread: Spread) -> str | None:
    """把它的补货点改成400, with the one thing that is spoken of beside it in the place of 它."""
    names, places = _goods_in(told, spread), list(_points().finditer(request))
    if len(names) != 1 or len(places) != 1:
        return None
    return f"{request[:places[0].start()]}{names[0]}{request[places[0].end():]}"


def _at_that_time(request: str, told: Sequence[_Told], spread: Spread) -> tuple[str, tuple[_Told, ...]] | None:
    """前天系统卡了,那天卖了多少: with the one time that is told in the place of what points at it."""
    places = list(_points_when().finditer(request))
    times = [(one, time) for one in told for time in _times_in(one.said, spread)]
    if len(places) != 1 or len(times) != 1:
        return None
    (dated, time), place = times[0], places[0]
    without = replace(dated, said=dated.said.replace(time, " "), about=dated.about.replace(time, " "))
    rest = tuple(without if one is dated else one for one in told)
    return f"{request[:place.start()]}{time}{request[place.end():]}", rest


def _times_in(said: str, spread: Spread) -> list[str]:
    """Each time that is told, in the words it is told in."""
    message = normalise(said)
    runs: list[list[Token]] = []
    for token in spread(message).tokens:
        if _TIMES.isdisjoint(token.senses) and token.date is None and token.number is None and (
                _OF_DATES.isdisjoint(token.senses)):
            continue
        if runs and runs[-1][-1].end == token.start:
            runs[-1].append(token)
        else:
            runs.append([token])
    return [message.text[run[0].start:run[-1].end] for run in runs
            if any(token.date or not _NAMES_TIME.isdisjoint(token.senses) for token in run)]


def _goods_in(told: Sequence[_Told], spread: Spread) -> list[str]:
    """The goods that are spoken of."""
    return list(dict.fromkeys(
        name.value for one in told for token in spread(normalise(one.said)).tokens for name in token.names
        if name.dimension in {"product", "sku"}))


def _is_of_goods(token: Token) -> bool:
    return not _SAID_OF_GOODS.isdisjoint(token.senses) or token.senses.get("event") in _DONE_WITH_GOODS or (
        token.senses.get("dim") in _ARE_GOODS and len(token.text) > 1)


def _kind_of(token: Token) -> str | None:
    """What kind of thing a token names; None where it names none."""
    if token.names:
        return _KINDS.get(token.names[0].dimension, token.names[0].dimension)
    return next((_KINDS.get(kind, kind) for kind in ("platform", "province", "carrier") if token.has(kind)), None)


def _asks_more(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word may change the question. 前 ranks and dates only before a number, 附 adds only a figure."""
    token = tokens[at]
    if any(one.has("month_suffix") for one in tokens[at:at + 2]):
        return False  # 9月的账: a time, which is weighed as one
    counts = token.number is not None and token.text != "一"  # 忙了一天
    if counts or token.is_code or token.date is not None or token.senses.get("off") in _NEVER:
        return True
    if token.names or token.text in _MAY_BE_PLAIN or _ASKS_MORE.isdisjoint(token.senses):
        return False
    if token.has("extreme") and "最" not in token.text and not token.text.isascii():
        return False  # 感觉有点拉胯
    if len(token.text) == 1 and not _BESIDE_OTHERS.isdisjoint(token.senses):
        beside = (*tokens[max(0, at - 1):at], *tokens[at + 1:at + 2])
        return any(one.number is not None or one.has("metric") for one in beside)
    return not token.has("feature")  # 快没货 is also the name of a report


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


def _either(name: str, english: str = "en") -> Callable[[], re.Pattern[str]]:
    """The Chinese expression of a table or an English one."""
    @cache
    def pattern() -> re.Pattern[str]:
        table = read_table("circumstances")[name]
        return pattern_of("circumstances", f"{table['zh']}|{table[english]}")
    return pattern


_masked = _either("masked")
_meant, _meant_besides = _either("meant"), _either("meant", "en_stated")
_points, _points_when = _either("pointing"), _either("pointing_when")
_undoes = _either("undoes")
_wanted, _wanted_before = _either("wanted"), _either("wanted_before")


@cache
def _familiar() -> re.Pattern[str]:
    known = "|".join(said for listed in read_table("circumstances")["familiar"].values() for said in listed)
    return pattern_of("circumstances", f"{{other}}|{{me}}|{known}")


@cache
def _ahead() -> re.Pattern[str]:
    return pattern_of("circumstances", read_table("circumstances")["masked"]["ahead"])
