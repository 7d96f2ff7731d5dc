"""What a message says of a question, part by part, before it is completed from the conversation and checked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bot.understanding.readings import Refused, Unclear
from bot.understanding.text.scan import Token
from bot.understanding.time.periods import Span
from domain.metrics.catalog import METRICS
from domain.metrics.query import Compare, Direction

# Dimensions that say the same of a sale: naming a new one replaces the other.
FAMILIES = ({"sku", "product", "category"}, {"shop", "platform"}, {"customer", "segment"})
_TIMES = frozenset({"day", "week", "month", "hour", "weekday"})
# Lists of goods that a word asks for: those held against their reorder point by this comparison, and those at zero.
REORDER_LISTS = {"low_stock": "<=", "below_reorder_point": "<"}
STOCK_LISTS = frozenset({"out_of_stock", *REORDER_LISTS})


def family(dimension: str) -> set[str]:
    """The dimensions that a filter on this one takes the place of."""
    return next((group for group in FAMILIES if dimension in group), {dimension})


@dataclass(slots=True)
class Bound:
    """低于30%: the metric is found later when it does not stand beside the number."""

    op: str
    value: Decimal
    unit: str | None  # money, percent, piece, order, person, day, hour
    metric: str | None = None


@dataclass(frozen=True, slots=True)
class Unmet:
    """花了多少钱, 各有多少蜡烛: what was asked for in words that name no figure, and how many were named before it."""

    event: str | None
    words: str
    place: int
    counts: frozenset[str]  # amount alone asks for nothing by itself


@dataclass(slots=True)
class Draft:
    """The parts that were said; empty means not said."""

    kinds: frozenset[str] = frozenset()  # of the words in the message
    metrics: list[str] = field(default_factory=list)
    by: list[str] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)  # those of them that were asked for: 哪个店, who
    where: dict[str, list[str]] = field(default_factory=dict)
    exclude: dict[str, list[str]] = field(default_factory=dict)
    span: Span | None = None
    compare: Compare | None = None
    is_change: bool = False  # 涨了多少: beside what, is not said
    other: Span | None = None  # the period compared with
    is_versus: bool = False  # 比 without a period: of the values, or with the period before
    same_unit: str | None = None  # 上月同期
    sets_side_by_side: bool = False  # 对比, 比一下: of rows, where rows are named
    bounds: list[Bound] = field(default_factory=list)
    direction: Direction | None = None
    quality: str | None = None  # best or worst: which way is up depends on the metric
    limit: int | None = None
    is_ranked: bool = False
    is_sorted: bool = False
    rank_metric: str | None = None
    asks_which: str | None = None  # one or many
    denied: list[str] = field(default_factory=list)  # figures that are not wanted: 不要其他费用
    seller: Direction | None = None
    feature: str | None = None
    bare: list[tuple[str, int]] = field(default_factory=list)  # dimensions that were only mentioned, and where
    is_apiece: bool = False
    is_shared: bool = False  # 占比
    wants_trend: bool = False
    wants_chart: bool = False
    has_last: bool = False  # there was a question before
    follows: bool = False
    adds: bool = False
    adds_figures: bool = False  # these alone: 按周看,加上复购率
    adds_values: bool = False  # so do these: 拼多多也要,按周
    nests: bool = False  # 细分, further: each row of the last answer is split
    uncompared: bool = False  # drop the comparison
    points_back: bool = False  # of it, for those two: what was spoken of last
    unsplit: bool = False
    unsplit_of: list[str] = field(default_factory=list)  # 不分平台: dimensions that the rows are not of any more
    widened: list[str] = field(default_factory=list)  # 全部店铺: dimensions that are not filtered any more
    asks_amount: bool = False
    asks_whether: bool = False  # did revenue exceed 20k
    counted: str | None = None  # 拼多多的有几单: what is counted, where nothing else says which figure
    events: list[str] = field(default_factory=list)  # those that made no figure yet
    all_events: list[str] = field(default_factory=list)
    vague: tuple[int, tuple[str, ...]] | None = None  # a token that may be any of these metrics
    said_of: tuple[str, int] | None = None  # 两个仓各有: how many of what were said to be there
    has_account: bool = False  # 支付宝: money there is a balance
    unmet: list[Unmet] = field(default_factory=list)  # asked for, and no figure found for it
    implied: str | None = None  # the figure that is meant where none is named: orders of 最忙的一天
    is_after_stock: bool = False  # the last question was about what is there: 上海呢 is a warehouse then
    lists_orders: bool = False  # 锁定的订单有哪些: they are asked for, not how many they are
    is_of_number: bool = False  # fewest: of what is counted, never of money
    is_beside: bool = False  # 毛利也带上: the figures named are shown beside the one that ranks
    trouble: Unclear | Refused | None = None  # what has to be said instead of an answer

    def object_to(self, trouble: Unclear | Refused) -> None:
        """Keep the first objection."""
        self.trouble = self.trouble or trouble

    @property
    def filters(self) -> dict[str, list[str]]:
        return {**self.exclude, **self.where}

    @property
    def is_alone(self) -> bool:
        """After another question, nothing is said but of what the rows are."""
        says_more = self.metrics or self.where or self.exclude or self.span or self.all_events
        return self.has_last and not says_more

    @property
    def several(self) -> list[str]:
        """The dimensions of which more than one value was named: 京东和拼多多."""
        return [dimension for dimension, values in self.where.items() if len(values) > 1]

    @property
    def is_beside_each_other(self) -> bool:
        """各店销售额对比: the rows beside each other, and beside no other time."""
        return self.sets_side_by_side and any(name not in _TIMES for name in self.by)

    @property
    def lists_rows(self) -> bool:
        """The answer has a row for each of something, whether or not it was said of what."""
        return bool(self.is_ranked or self.is_sorted or self.bounds or self.feature or self.is_shared or self.is_apiece
                    or self.lists_losers)

    @property
    def lists_losers(self) -> bool:
        """亏损的店铺: those with a profit below nothing."""
        return "lost" in self.all_events and not (self.asks_amount or self.is_ranked)

    @property
    def is_empty(self) -> bool:
        """Nothing of a question was said."""
        return not any((
            self.metrics, self.by, self.where, self.exclude, self.span, self.compare, self.other, self.is_versus,
            self.same_unit, self.bounds, self.is_ranked, self.is_sorted, self.direction, self.quality, self.limit,
            self.seller, self.feature, self.wants_trend, self.bare, self.unsplit, self.unsplit_of, self.widened,
            self.vague, self.asks_which, self.is_apiece, self.is_shared, self.uncompared))


def add_to(filters: dict[str, list[str]], dimension: str, value: str) -> None:
    values = filters.setdefault(dimension, [])
    if value not in values:
        values.append(value)


def is_of_stock(metric: str) -> bool:
    return METRICS[metric].is_of_the_moment and "sku" in METRICS[metric].dimensions


def next_content(tokens: Sequence[Token], at: int) -> int:
    """The first token from `at` that is more than a particle."""
    while at < len(tokens) and is_filler(tokens[at]):
        at += 1
    return at


def is_that_order(tokens: Sequence[Token], at: int) -> bool:
    """这单, and the 单 of 那单, the order of that order: one that nobody has named."""
    token = tokens[at]
    if token.text in _THIS_ORDER:
        return True
    before = tokens[at - 1].text if at and token.start - tokens[at - 1].end <= token.text.isascii() else ""
    return not token.names and ((token.text in _ORDER and before in _THAT) or (
        token.text == "订单" and before in {"那个", "这个", "该"}))


_THIS_ORDER = frozenset({"这单", "这个单", "这笔", "这笔订单", "那笔", "那笔订单", "那笔单", "该单", "此单", *(
    f"{which}一{order}" for which in ("最后", "最新", "最早", "最近", "第", "头") for order in ("单", "笔", "个订单"))})
_ORDER, _THAT = frozenset({"单", "order"}), frozenset({"那", "那个", "那一", "这", "这个", "该", "that", "this"})


def is_filler(token: Token) -> bool:
    return (not _PARTICLES.isdisjoint(token.senses) and _SPEAKING.isdisjoint(token.senses) and not token.names
            and token.number is None)


# A particle that also has one of these roles is more than a particle.
_SPEAKING = frozenset({"sep", "range", "since", "since_end", "to", "from", "add", "sign", "each", "no_split", "with"})
_PARTICLES = frozenset({"stop", "glue"})
