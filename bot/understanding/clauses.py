"""What stands between two separators of a message, and what is asked to be counted there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bot.understanding.lexicon import lexicon
from bot.understanding.scan import Token
from domain.metrics.catalog import METRICS, Unit


@dataclass(slots=True)
class Clause:
    """What stands between two separators."""

    metrics: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    attributes: set[str] = field(default_factory=set)  # events that say which orders: 发货的订单金额
    counts: list[str] = field(default_factory=list)  # 多少单, 多少钱: asked for
    nouns: list[str] = field(default_factory=list)  # 订单: mentioned
    statuses: list[Token] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    asked: str = ""  # how many, how much: in English they ask for pieces and for money
    has_loose: bool = False
    has_time: bool = False
    asks_number: bool = False  # the number of orders
    asks_what: bool = False
    asking: list[str] = field(default_factory=list)  # the words that ask, in case nothing comes of them
    groups: list[Token] = field(default_factory=list)  # 新客户: a figure, or beside one a group of buyers
    features: list[Token] = field(default_factory=list)  # 要补: a list of goods, or with 多少 a figure

    @property
    def is_empty_question(self) -> bool:
        """And what did it bring us: asked, and nothing of it known."""
        return self.asks_what and self.is_topic_alone and not self.topics

    @property
    def is_topic_alone(self) -> bool:
        return not (self.metrics or self.events or self.counts or self.nouns or self.statuses or self.features)

    @property
    def is_plain(self) -> bool:
        """Nothing but the names of figures."""
        return not (self.events or self.counts or self.nouns or self.statuses or self.topics or self.groups
                    or self.features)


# What how many counts where it names nothing: never money.
_COUNTED_OF = {"sold": "pieces", "refunded": "orders"}
# What cannot be told from the words alone: how many of what people bought, and how much of what came in.
_OTHER_THAN = {"how many": "bought", "how much": "ordered"}


def counts_of(clause: Clause, strong: list[str]) -> list[str]:
    """What is asked to be counted: orders in 订单有多少, pieces in how many did we sell, money in how much."""
    counts = [one for one in clause.counts if one != "amount"] or clause.counts
    if counts != ["amount"]:
        return counts
    if clause.metrics or not clause.asked:
        return clause.nouns[:1] if clause.nouns and not (clause.asked == "how much" and strong) else counts
    if strong[-1:] == [_OTHER_THAN[clause.asked]] and (clause.nouns or clause.asked == "how much"):
        return ["number"]  # how many did people buy, how much came in
    if clause.asked == "how many" and strong and not clause.nouns:
        amount = lexicon().combine.get(strong[-1], {}).get("amount")
        is_money = amount is not None and METRICS[amount].unit is Unit.MONEY
        return [_COUNTED_OF.get(strong[-1], "number" if is_money else "amount")]
    return clause.nouns[:1] if clause.nouns and not (clause.asked == "how much" and strong) else counts


def hand_on_topics(clauses: Sequence[Clause]) -> None:
    """广告和快递各花了多少: what was only named before is asked about with what stands behind it."""
    for before, clause in pairwise(clauses):
        if before.topics and "spent" in clause.events and before.is_topic_alone:
            clause.topics[:0] = before.topics
