"""A message that goes on from the last question: 那上周呢, by shop, 只看京东, 前五就行, 不对,是上个月."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.understanding.conversation.continuing import SELLING, counts_the_same, says_more
from bot.understanding.questions.asks import (
    DEFAULT_LIMIT,
    WITHIN,
    Setting,
    Trouble,
    checked,
    comparison,
    direction_of,
    period_of,
    question,
)
from bot.understanding.questions.draft import STOCK_LISTS, Draft, family
from bot.understanding.readings import Unclear
from bot.understanding.time.periods import Span, before
from domain.metrics.catalog import DIMENSIONS, METRICS
from domain.metrics.periods import Grain, Period, add_months
from domain.metrics.query import REORDER_POINT, Direction, Filter, Having, MetricQuery, Order


def continued(draft: Draft, last: MetricQuery, setting: Setting) -> MetricQuery:
    """The last question with what the message changes in it. Raises Trouble."""
    _resolve_before(draft, last)
    _resolve_year(draft, last, setting)
    return _Continuation(draft, last, setting).query()


def _resolve_before(draft: Draft, last: MetricQuery) -> None:
    """再往前一周 is counted from the period spoken of last."""
    span = draft.span
    if span and span.before:
        found = before(last.period, span.before) if last.period else None
        if found is None:
            raise Trouble(Unclear("vague_period"))
        draft.span = Span(span.first, span.after, found.start, found.end, found.grain)


def _resolve_year(draft: Draft, last: MetricQuery, setting: Setting) -> None:
    """去年呢 after 双11, a month or a quarter: that one of the other year, not all of it."""
    span, period = draft.span, last.period
    if span is None or period is None or span.grain is not Grain.YEAR or period.grain is Grain.YEAR:
        return
    months = 12 * (span.start.year - period.start.year)
    if not months or period.start.year != period.last.year or (period.start.month, period.start.day) == (1, 1):
        return
    start = add_months(period.start, months)
    if start <= setting.today:
        draft.span = Span(span.first, span.after, start, add_months(period.end, months), period.grain)


@dataclass(frozen=True, slots=True)
class _Continuation:
    """What a message says, and the question it goes on from."""

    draft: Draft
    last: MetricQuery
    setting: Setting

    def query(self) -> MetricQuery:
        self._compare_with_what()
        self._set_side_by_side()
        metrics = self._metrics()
        by = self._by(metrics)
        period = self._period(metrics, by)
        where, exclude = self._filters()
        order, limit = self._rows(metrics, by)
        compare = comparison(self.draft, period) or (
            self.last.compare if period and not self.draft.uncompared else None)
        return checked(replace(
            self.last, metrics=tuple(metrics), by=tuple(by), where=where, exclude=exclude, period=period,
            compare=compare, having=self._having(metrics, by), order=order, limit=limit))

    def _compare_with_what(self) -> None:
        """涨了多少 goes on with what was compared before; vs revenue sets that figure beside the last one."""
        said, last = self.draft, self.last
        if said.is_change and last.compare:
            said.compare = last.compare
        is_of_time = said.other or said.compare or said.span or said.same_unit
        if said.is_versus and said.metrics and not is_of_time and set(said.metrics).isdisjoint(last.metrics):
            said.is_versus, said.adds = False, True

    def _set_side_by_side(self) -> None:
        """Side by side, after two platforms: a row for each, and beside no other time."""
        said = self.draft
        if said.sets_side_by_side and not (said.other or said.compare or said.span or said.by or self.last.by) and any(
                len(values) > 1 for values in {**self.last.where, **said.where}.values()):
            said.is_versus, said.is_apiece = False, True

    @property
    def _is_bare_figure(self) -> bool:
        """复购率 alone after a ranking asks for one number; 换成复购率 for the same ranking by it."""
        said, last = self.draft, self.last
        is_part = set(said.metrics) < set(last.metrics)  # 光看转化率, of the two figures of each day
        says_more_of_it = (said.points_back or said.lists_losers or self._is_of_short_goods or says_more(said)
                           or self._is_of_each_of_few)
        return bool(said.metrics and last.limit) and not (
            is_part or said.follows or said.adds or said.wants_chart or says_more_of_it)

    @property
    def _is_of_a_part(self) -> bool:
        """口红卖了多少 after a table by shop: one number."""
        said = self.draft
        is_figure = bool(said.metrics and said.where) and set(said.metrics).isdisjoint(self.last.metrics)
        is_more = said.adds_figures or (  # 只看美妆和食品的毛利率, of a table by category
            "only" in said.kinds and any(name in self.last.by for name in said.several))
        return is_figure and not (
            said.follows or said.adds or said.nests or said.lists_rows or said.wants_trend or is_more)

    @property
    def _is_of_short_goods(self) -> bool:
        """补多少 behind 哪些货要补: of each of them."""
        is_short = any(bound.value == REORDER_POINT for bound in self.last.having)
        return is_short and self.draft.metrics == ["reorder_quantity"]

    def _metrics(self) -> list[str]:
        draft, last = self.draft, self.last
        if not draft.metrics and draft.feature in STOCK_LISTS:
            return ["stock_available"]
        if counts_the_same(draft, last):
            return list(last.metrics)
        if not draft.metrics and draft.seller and set(last.metrics).isdisjoint(SELLING):
            return ["units"]  # 哪款卖得最好 after their refunds
        if not draft.metrics and "campaign" in last.by and any(one.event == "spent" for one in draft.unmet):
            return ["ad_spend"]  # 各花了多少钱 after a list of campaigns
        uncounted = next((one for one in draft.unmet if not one.counts <= {"amount"}), None)
        if not draft.metrics and uncounted:
            raise Trouble(Unclear("unsure_about", {"words": uncounted.words}))  # 退了几件, which nobody counts
        if draft.is_sorted and draft.rank_metric in last.metrics and set(draft.metrics) <= {draft.rank_metric}:
            return list(last.metrics)  # 按客单价从高到低, of orders and that
        if not draft.metrics and set(draft.denied) & set(last.metrics):
            return self._without(draft.denied)
        bounded = [bound.metric for bound in draft.bounds if bound.metric]
        if not draft.metrics and (draft.by or draft.bare) and set(bounded).isdisjoint(last.metrics) and (
                "only" not in draft.kinds):
            return bounded or list(last.metrics)  # 哪些店退款率超过5%, of revenue by shop
        if not draft.metrics:
            is_new = draft.rank_metric and draft.rank_metric not in last.metrics
            return [draft.rank_metric] if is_new and draft.rank_metric else list(last.metrics)
        is_beside = draft.adds or draft.adds_figures or self._is_of_each_of_few
        return list(dict.fromkeys([*last.metrics, *draft.metrics])) if is_beside else list(draft.metrics)

    def _without(self, denied: Sequence[str]) -> list[str]:
        left = [one for one in self.last.metrics if one not in denied]
        if not left:
            raise Trouble(Unclear("nothing_said"))
        return left

    @property
    def _is_of_each_of_few(self) -> bool:
        """每个毛利率多少 after the three best shops: of those, told beside the figure that they are the best by."""
        draft = self.draft
        is_of_rows = draft.is_apiece or "of_them" in draft.kinds
        return bool(is_of_rows and self.last.limit and not draft.is_ranked) and not (draft.by or draft.bare)

    def _filters(self) -> tuple[Filter, Filter]:
        """New values take the place of the old ones that say the same of a sale, unless they are added."""
        draft, last = self.draft, self.last
        where = {dimension: list(values) for dimension, values in last.where.items()}
        exclude = {dimension: list(values) for dimension, values in last.exclude.items()}
        adds = draft.adds or draft.adds_values
        for dimension in [*where, *exclude] if "all" in draft.widened else draft.widened:
            _drop_family(where, dimension)
            _drop_family(exclude, dimension)
        for dimension, values in draft.where.items():
            if adds and set(values) <= set(exclude.get(dimension, ())):
                exclude[dimension] = [value for value in exclude[dimension] if value not in values]
                continue
            if adds and not (where.get(dimension) or (draft.adds and self._adds_more)):
                raise Trouble(Unclear("nothing_to_add"))
            old = where.get(dimension, []) if adds else []
            _drop_family(where, dimension)
            _drop_family(exclude, dimension)
            where[dimension] = list(dict.fromkeys([*old, *values]))
        for dimension, values in draft.exclude.items():
            exclude[dimension] = list(dict.fromkeys([*exclude.get(dimension, []), *values]))
            where[dimension] = [value for value in where.get(dimension, []) if value not in values]
        for dimension in (*draft.by, *(name for name, _ in draft.bare)):
            _widen_for_rows(where, dimension, draft.where)
        return _frozen(where), _frozen(exclude)

    @property
    def _adds_more(self) -> bool:
        """Add margin for JD; 京东也要 alone adds nothing where all are shown, nor to what is named by its category."""
        return bool(self.draft.metrics or self.draft.by or "only" in self.draft.kinds)

    def _by(self, metrics: list[str]) -> list[str]:
        draft, last = self.draft, self.last
        is_summed = draft.unsplit and not draft.by  # 按周汇总 is by week
        if is_summed or self._is_bare_figure or self._is_of_a_part:
            return []
        said = draft.by or ([name for name, _ in draft.bare] if draft.lists_rows or draft.asks_which else [])
        if draft.seller and draft.asks_which and not (said or last.by):
            said = ["product"]  # 哪款卖得最好
        if said == ["person"] and last.by and not (draft.metrics or draft.all_events):
            return list(last.by)  # 1000以上的有谁, of goods
        said = [_plain(name, metrics[0]) for name in said]
        if draft.wants_trend and not said:
            said = ["day"]
        if draft.is_apiece and not said:
            said = [name for name, values in {**last.where, **draft.where}.items() if len(values) > 1][:1]
            said = [draft.said_of[0]] if draft.said_of else said
            if not (said or last.by):
                raise Trouble(Unclear("which_split"))
        if draft.is_shared and not (said or last.by):
            raise Trouble(Unclear("which_split"))
        if draft.asks_which and not (said or last.by or draft.metrics or draft.where or draft.span):
            raise Trouble(Unclear("which_split"))  # 都从哪来的
        if not said:
            are_of_now = all(METRICS[metric].is_of_the_moment for metric in metrics)
            return [name for name in last.by if name not in draft.unsplit_of and not (
                DIMENSIONS[name].is_time and are_of_now)]
        return list(dict.fromkeys([*last.by, *said])) if draft.adds or draft.nests else said

    def _period(self, metrics: list[str], by: list[str]) -> Period | None:
        """The period of the last question goes on, unless another one is named or the new figure takes none."""
        draft, last = self.draft, self.last
        takes_none = all(METRICS[metric].is_of_the_moment for metric in metrics)
        names_other = draft.other is not None and not draft.is_versus
        if draft.span or takes_none or last.period is None or names_other:
            return period_of(draft, metrics, by, self.setting)
        return last.period

    def _rows(self, metrics: list[str], by: list[str]) -> tuple[tuple[Order, ...], int | None]:
        """Order and limit: said now, or kept while the rows are the same."""
        draft, last = self.draft, self.last
        if draft.is_ranked or draft.is_sorted or draft.limit:
            if not by:
                raise Trouble(Unclear("which_split"))
            key = self._ranks_by(metrics, by)
            is_same = tuple(by) == last.by and bool(last.order) and (
                not (draft.direction or draft.quality or draft.is_ranked) or _is_first_of_sorted(draft, last, key))
            kept = last.order[0].direction if is_same and last.order else None
            direction = kept or direction_of(draft, key) or Direction.DESC
            is_one = draft.asks_which == "one" or (draft.points_back and "extreme" in draft.kinds)  # lowest of those
            limit = draft.limit or (1 if is_one else last.limit or DEFAULT_LIMIT)
            return (Order(key, direction),), limit if draft.is_ranked or draft.limit else last.limit
        if tuple(by) != last.by:
            return (), None
        if any(name in by and family(name).isdisjoint(draft.where) for name in draft.widened):
            return last.order, None  # show all the shops
        if last.limit == 1 and (draft.bounds or (draft.by and not draft.asks_which)):
            return last.order, None  # the lowest, then those under 2; who did most, then everybody
        known = {*metrics, *by}
        return tuple(one if one.by in known else Order(metrics[0], one.direction) for one in last.order), last.limit

    def _ranks_by(self, metrics: list[str], by: list[str]) -> str:
        """And the bottom 3: by the figure that ranked these rows before."""
        draft, last = self.draft, self.last
        says_figure = draft.rank_metric or draft.metrics or draft.seller
        if says_figure or tuple(by) != last.by or not last.order or last.order[0].by not in metrics:
            return draft.rank_metric or metrics[0]
        return last.order[0].by

    def _having(self, metrics: list[str], by: list[str]) -> tuple[Having, ...]:
        if self.draft.bounds or self.draft.feature or (by and self.draft.lists_losers):  # 亏的有哪些
            alone = replace(self.draft, metrics=list(metrics), by=list(by), where={}, exclude={}, other=None,
                            compare=None, same_unit=None, is_versus=False)
            return question(alone, self.setting).having
        says_each = self.draft.is_apiece or ("each" in self.draft.kinds and not (self.draft.by or self.draft.bare))
        is_of_them = self._is_of_short_goods or says_each
        keeps_figures = self.draft.adds or set(metrics) <= set(self.last.metrics) or is_of_them
        is_same = tuple(by) == self.last.by and keeps_figures
        return self.last.having if is_same else ()


def _is_first_of_sorted(draft: Draft, last: MetricQuery, key: str) -> bool:
    """前五 of a list that was sorted from the smallest up."""
    is_counted = draft.direction is Direction.DESC and bool(draft.limit) and not draft.quality
    is_plain = is_counted and {"extreme", "sorting"}.isdisjoint(draft.kinds)
    return is_plain and last.limit is None and last.order[0].by == key


def _plain(name: str, metric: str) -> str:
    """货 and 谁 as the dimensions they stand for beside this figure."""
    known = METRICS[metric]
    meant = {"goods": "sku" if known.is_of_the_moment else "product",
             "person": "staff" if "staff" in known.dimensions else "customer"}
    return meant.get(name, name)


def _widen_for_rows(where: dict[str, list[str]], dimension: str, said: Mapping[str, Sequence[str]]) -> None:
    """哪个省最多 after one province: rows of what only one was looked at are of all."""
    for other in (dimension, *_ROWS_WITHIN.get(dimension, ())):
        if len(where.get(other, ())) == 1 and other not in said:
            del where[other]


# A split by a shop is of all shops, not of the one that was spoken of; by SKU it may be of one product.
_ROWS_WITHIN = {**WITHIN, "segment": ("customer",)}


def _drop_family(filters: dict[str, list[str]], dimension: str) -> None:
    for other in family(dimension):
        filters.pop(other, None)


def _frozen(filters: Mapping[str, list[str]]) -> Filter:
    return {dimension: tuple(values) for dimension, values in filters.items() if values}
