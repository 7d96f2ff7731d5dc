"""Beside what: 环比, 同比, 比昨天, vs last month, 涨了多少; and which of two periods is the one asked about."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.understanding.questions.draft import Draft, next_content
from bot.understanding.readings import Refused, Unclear
from bot.understanding.text.lexicon import Senses
from bot.understanding.text.scan import Token
from bot.understanding.time import almanac
from bot.understanding.time.periods import Span
from domain.metrics.periods import Grain, Period, add_months, previous, previous_year
from domain.metrics.query import Compare

_CONTRASTS = frozenset({"compare", "compare_unit", "versus", "same_span", "change"})


_SIDE_BY_SIDE = frozenset({"对比", "比较", "比一下", "比比", "作比", "比一比", "pk", "side by side"})
_THE_LAST = (["last"], ["last", "?"], ["the last"], ["previous"])
_LISTING = frozenset({"compare", "对比", "比较", "比一下", "对比一下"})


def read_comparison(tokens: Sequence[Token], spans: Sequence[Span], draft: Draft, today: date) -> None:
    """Sort the periods into the one asked about and the one beside it."""
    left = list(spans)
    if not _CONTRASTS.isdisjoint(draft.kinds):
        _read_contrasts(tokens, left, draft, today)
    _take_asked(left, draft)


def _read_contrasts(tokens: Sequence[Token], left: list[Span], draft: Draft, today: date) -> None:
    for at, token in enumerate(tokens):
        if token.used or token.names or not _CONTRASTS & token.senses.keys():
            continue
        if token.has("same_span"):
            _read_same_span(tokens, at, left, draft)
            if (then := _unit_then(tokens, at, today)) and not (left or draft.follows or "versus" in draft.kinds):
                draft.same_unit = None
                left.append(then)
        elif token.has("compare"):
            token.used, draft.compare = True, Compare(token.senses["compare"])
        elif token.has("compare_unit"):
            token.used, draft.other = True, Span(at, at + 1, before=token.senses["compare_unit"])
        elif token.has("versus") and not (token.has("op") and at + 1 < len(tokens) and tokens[at + 1].number):
            token.used = True
            _read_versus(tokens, at, left, draft)
        elif token.has("change"):
            token.used = not token.has("event")  # 多卖了 also says what happened
            draft.compare, draft.is_change = draft.compare or Compare.PREVIOUS_PERIOD, draft.compare is None
    if "with" in draft.kinds:
        _use_with(tokens, draft)


_THEN = {"same day last year": "year_day", "same month last year": "year_month"}
_AT = frozenset({"on", "in", "for", "during"})


def _unit_then(tokens: Sequence[Token], at: int, today: date) -> Span | None:
    """On the same day last year, where no other time is named: that day, and nothing beside it."""
    kind = _THEN.get(tokens[at].text)
    if kind is None or not any(token.text.split(" ")[0] in _AT for token in tokens[max(0, at - 2):at]):
        return None
    (start, end), grain = almanac.unit(kind, -1, today)
    return Span(at, at + 1, start, end, grain)


def _read_same_span(tokens: Sequence[Token], at: int, left: list[Span], draft: Draft) -> None:
    if tokens[at].senses["same_span"] == "named":
        _take_named(tokens, at, left, draft)
    else:
        tokens[at].used, draft.same_unit = True, tokens[at].senses["same_span"]


def _take_named(tokens: Sequence[Token], at: int, left: list[Span], draft: Draft) -> None:
    """The same period of 2025, 2025年同期: the year beside it is the one compared with."""
    year = next((span for span in (*left, *filter(None, [draft.other])) if span.grain is Grain.YEAR and (
        span.after == at or span.first == next_content(tokens, at + 1))), None)
    if year is not None and (draft.other is None or draft.other is year):
        tokens[at].used, draft.other = True, year
        left[:] = [span for span in left if span is not year]


_PAUSE: Senses = {"sep": "sep"}


def _of_figures(tokens: Sequence[Token], at: int) -> bool:
    """Cash in vs cash out, traffic vs orders: two figures side by side, not two periods."""
    return at > 0 and _is_figure(tokens, at - 1) and _is_figure(tokens, next_content(tokens, at + 1))


def _read_versus(tokens: Sequence[Token], at: int, left: list[Span], draft: Draft) -> None:
    if _of_figures(tokens, at):
        tokens[at].senses, tokens[at].used = _PAUSE, False
        return
    if tokens[at].text.endswith(" on") and _is_figure(tokens, next_content(tokens, at + 1)):
        draft.compare = draft.compare or Compare.PREVIOUS_PERIOD  # are we up on orders
        return
    draft.is_versus = True
    draft.sets_side_by_side = draft.sets_side_by_side or tokens[at].text in _SIDE_BY_SIDE
    if tokens[at].text == "side by side":
        return  # for October, of both
    if len(left) == 1 and left[0].first < at and [token.text for token in tokens[at + 1:]] in _THE_LAST:
        tokens[-1].used = True  # this week compared to last
        return
    _take_other(tokens, at, left, draft)


def _is_figure(tokens: Sequence[Token], at: int) -> bool:
    return at < len(tokens) and not tokens[at].names and (tokens[at].has("metric") or tokens[at].has("count"))


def _take_other(tokens: Sequence[Token], at: int, left: list[Span], draft: Draft) -> None:
    """The period compared with stands behind 比, or before it after 跟."""
    if tokens[at].text in _LISTING and any(token.has("same_span") for token in tokens[at:]):
        return  # compare this month with the same month last year
    if at + 1 < len(tokens) and tokens[at + 1].text == "," and any(token.names for token in tokens[:at]):
        return  # 女装跟男装比,上个月哪个毛利高
    behind = next_content(tokens, at + 1)
    other = next((span for span in left if at < span.first <= max(behind, at + 2)
                  and not any(_is_subject(token) for token in tokens[at + 1:span.first])), None)
    if tokens[at].text in _LISTING and len(left) == 2 and left[0].first > at:
        other = min(left, key=lambda span: span.start)  # compare October and September
    if other is None:
        earlier = [span for span in left if span.first < at]
        if len(earlier) == 2 and earlier == left:
            other = min(left, key=lambda span: span.start)  # 去年11月和今年11月的销售额对比
        elif earlier and (len(earlier) > 1 or _has_with(tokens, earlier[-1].first) or draft.follows):
            other = earlier[-1]
    if other and not draft.other:
        draft.other = other
        left.remove(other)


def _is_subject(token: Token) -> bool:
    """京东比拼多多上周: what stands behind 比 is no period then."""
    return bool(token.names) or any(token.has(kind) for kind in ("platform", "province", "segment", "metric", "dim"))


def _has_with(tokens: Sequence[Token], first: int) -> bool:
    return first > 0 and tokens[first - 1].has("with")


def _use_with(tokens: Sequence[Token], draft: Draft) -> None:
    if not (draft.compare or draft.other or draft.is_versus or draft.same_unit):
        return
    for token in tokens:
        if token.has("with") and not token.names:
            token.used = True


def _take_asked(left: list[Span], draft: Draft) -> None:
    if not (left or draft.other):
        return
    relative = [span for span in left if span.before]
    if len(left) == 2 and relative and not draft.other:
        draft.other = relative[0]
        left.remove(relative[0])
    if len(left) == 2 and draft.compare is Compare.PREVIOUS_PERIOD and not (draft.other or draft.is_versus):
        draft.other = min(left, key=lambda span: span.start)  # 昨天销售额和前天差多少
        left.remove(draft.other)
    for span in (*left, draft.other):
        if span and span.problem and (span.problem != "vague_lately" or span is draft.other):
            draft.object_to(_objection(span.problem))
    narrow = left
    if len(left) > 1 or (left and left[0].is_until):
        narrow = _cut_off([span for span in left if not _is_year_of_another(span, left)], draft)
    if len(narrow) > 1 and len({(span.start, span.end) for span in narrow}) > 1:  # 昨天订单 昨天销售额 is one
        draft.object_to(Unclear("two_periods"))
    if narrow:
        draft.span = narrow[0]


def _cut_off(spans: list[Span], draft: Draft) -> list[Span]:
    """截至上周日本月: the month up to that day; by itself nobody knows from when."""
    until = next((span for span in spans if span.is_until), None)
    whole = [span for span in spans if span is not until]
    if until is None:
        return spans
    if not any(span.start < until.end <= span.end for span in whole):
        draft.object_to(Unclear("vague_period"))
    return [replace(span, end=min(span.end, until.end), grain=Grain.SPAN) for span in whole]


def _is_year_of_another(span: Span, spans: Sequence[Span]) -> bool:
    """618那天净利润,今年的: the year says nothing more of a day in it."""
    return span.grain is Grain.YEAR and any(
        span.start <= other.start and other.end <= span.end and other.grain is not Grain.YEAR for other in spans)


def _objection(problem: str) -> Unclear | Refused:
    if problem.startswith("vague_"):
        return Unclear("vague_period")
    return Refused(problem)


def base_for(other: Span, today: date) -> Period:
    """The running unit that stands beside the one compared with: today for 比昨天; 双11 for 比去年双11."""
    this_year = add_months(other.start, 12)
    if not other.before and other.grain is Grain.DAY and other.start.year == today.year - 1 and this_year <= today:
        return Period(this_year, this_year + almanac.DAY, Grain.DAY)
    kind = other.before or (other.grain.value if other.grain is not Grain.SPAN else "day")
    (start, end), grain = almanac.unit(kind, 0, today)
    return Span(0, 0, start, end, grain).period(today)


def kind_of(base: Period, other: Span) -> Compare | None:
    """How the other period stands to the one asked about; None when neither the one before nor the year before."""
    if other.before:
        return Compare.PREVIOUS_PERIOD if other.before in {"any", base.grain.value} else None
    if other.grain is Grain.SPAN and (other.start, other.end) == (base.start, base.end):
        return Compare.PREVIOUS_PERIOD  # last 7 days vs previous 7 days
    if other.grain is Grain.YEAR and base.grain is not Grain.YEAR and other.start.year == base.last.year - 1:
        return Compare.PREVIOUS_YEAR  # 今天比去年: its same days
    if other.grain is not base.grain:
        return None
    if previous_year(base).start == other.start:
        return Compare.PREVIOUS_YEAR
    return Compare.PREVIOUS_PERIOD if previous(base).start == other.start else None


def kind_of_same_span(base: Period, unit: str) -> Compare | None:
    """去年同期, 上月同期: the same days of the unit before."""
    if unit in {"year", "year_month"}:
        return Compare.PREVIOUS_YEAR
    return Compare.PREVIOUS_PERIOD if base.grain.value == unit else None
