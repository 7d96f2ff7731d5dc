"""What stands between two separators of a message, and what is asked to be counted there."""

from collections.abc import Sequence
from itertools import pairwise

from bot.understanding.text.lexicon import lexicon
from bot.understanding.text.scan import Token
from domain.metrics.catalog import METRICS, Unit


class Clause:
    """What stands between two separators."""

    asked = ""  # how many, how much: in English they ask for pieces and for money
    has_loose = False
    has_time = False
    asks_number = False  # the number of orders
    asks_what = False
    takes_in = False  # made in sales

    def __init__(self) -> None:
        self.metrics: list[str] = []
        self.events: list[str] = []
        self.attributes: set[str] = set()  # events that say which orders: 发货的订单金额
        self.counts: list[str] = []  # 多少单, 多少钱: asked for
        self.nouns: list[str] = []  # 订单: mentioned
        self.statuses: list[Token] = []
        self.topics: list[str] = []
        self.asking: list[str] = []  # the words that ask, in case nothing comes of them
        self.groups: list[Token] = []  # 新客户: a figure, or beside one a group of buyers
        self.features: list[Token] = []  # 要补: a list of goods, or with 多少 a figure

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


def told_in_turn(clauses: list[Clause]) -> list[Clause]:
    """Several clauses, each with what the others say of it."""
    _leave_out_openers(clauses)
    _hand_on_topics(clauses)
    return clauses


def _hand_on_topics(clauses: Sequence[Clause]) -> None:
    """广告和快递各花了多少: what was only named before is asked about with what stands behind it."""
    for before, clause in pairwise(clauses):
        if before.topics and "spent" in clause.events and before.is_topic_alone:
            clause.topics[:0] = before.topics


def _leave_out_openers(clauses: Sequence[Clause]) -> None:
    """卖得怎么样,有多少单: how sales went, of which is said behind it what is wanted."""
    for clause in clauses[:-1]:
        opens = clause.events == ["sold"] and clause.asking[-1:] == ["卖得"] and not (
            clause.metrics or clause.counts or clause.nouns or clause.features)
        if opens and any(one.counts or one.metrics for one in clauses):
            clause.events.clear()


def leave_out_topic(tokens: Sequence[Token], at: int, clause: Clause) -> None:
    """The 上周卖出去的货 of 上周卖出去的货,商品成本多少: what it is about, and no figure."""
    is_goods = at > 1 and tokens[at - 1].senses.get("dim") == "goods" and tokens[at - 2].text.endswith("的")
    if clause.events == ["sold"] and is_goods and not (clause.counts or clause.metrics) and any(
            one.has("metric") for one in tokens[at:]):
        clause.events.clear()
