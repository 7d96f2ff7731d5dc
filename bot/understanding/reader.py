"""From the words of a message to its reading: a pending action, an action, a question, a follow-up, an honest no."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.understanding.actions import acts, arrivals, order_verbs, sku_rules, suppliers
from bot.understanding.actions.arguments import Message, has_amount
from bot.understanding.actions.arrivals import Spread
from bot.understanding.actions.phrasings import COUNTED, is_of_goods, phrased
from bot.understanding.actions.reasons import TAKE_REASONS, with_reason
from bot.understanding.conversation.continuing import continues, says_more
from bot.understanding.conversation.followups import continued
from bot.understanding.conversation.resetting import rebounded, relimited
from bot.understanding.conversation.turns import turned, turned_first
from bot.understanding.conversation.variants import with_variant
from bot.understanding.drafting import read_draft
from bot.understanding.questions.asks import Setting, Trouble, question
from bot.understanding.questions.corrections import left_standing, restated, taken_back
from bot.understanding.questions.draft import Draft, family, is_of_stock, is_that_order
from bot.understanding.questions.gate import has_trade_words, objection, off_topic, unexplained
from bot.understanding.readings import Act, Ask, Command, Context, Reading, Refused, Unclear
from bot.understanding.sentences import subscriptions
from bot.understanding.text.cues import Forms
from bot.understanding.text.gazetteer import Gazetteer
from bot.understanding.text.normalise import Normalised, normalise
from bot.understanding.text.scan import CODED, Token, Words, scan
from domain.metrics.catalog import METRICS, Unit
from domain.metrics.measures import GOODS
from domain.metrics.query import MetricQuery

_DOING = COUNTED | {"action"}  # nothing is done without a word for it, or a number of something
_TAKE_OWN_WORDS = frozenset({"adjust_stock", "record_expense"})
# What an order shows of itself: 多少钱, 退款, 签收了吗.
_ON_ORDER = frozenset({"revenue", "refund_amount", "refund_orders", "orders", "orders_to_ship", "orders_to_pay",
                       "orders_shipped", "orders_signed", "orders_overdue", "units", "discount"})
_DOINGS = ("event", "order_status", "action")  # 取消订单 TB… is no question
# Reports; what is on its way, sent by a carrier or come, by its number; rules of a SKU; suppliers.
_FORMS: Forms[Callable[[Normalised, Spread], Reading | None]] = Forms(
    (subscriptions.CUES, lambda message, _: subscriptions.subscription_of(message)),
    (arrivals.TRANSFER_CUES, arrivals.of_transfer),
    (arrivals.BY_CARRIER_CUES, arrivals.sent_by_carrier),
    (sku_rules.CUES, lambda message, spread: sku_rules.asked_of(message) or sku_rules.rule_of(message, spread)),
    (suppliers.CUES, suppliers.about_suppliers))
_ASK_OF_ORDER = frozenset({"啥", "amount", "total", "where", "who", "what", "who bought", "who purchased"})
_OF_PARCEL = frozenset({"gone", "gone out", "went out", "gone off"})
_ASKING = ("query_word", "which", "whichdim", "tail")
_NUMBERED = frozenset({"purchase", "transfer"})  # asked for its number, that number is no look-up
_THOSE = frozenset({"those", "these", "them", "这些", "那些", "它们", "those ones", "these ones"})


class Reader:
    """One message in one conversation, read once."""

    def __init__(self, setting: Setting, context: Context, gazetteer: Gazetteer, *, is_trial: bool = False) -> None:
        """On trial nobody hears what is made of a message that is not understood."""
        self._is_trial = is_trial
        self._context = context
        self._gazetteer = gazetteer
        self._setting = setting

    def reading_of(self, message: Normalised) -> Reading:
        return self.reading(message, scan(message, self._gazetteer))

    def reading(self, message: Normalised, tokens: Words) -> Reading:
        """What the tokens of the message say; every kind of sentence in turn."""
        if not tokens:
            return Refused("empty")
        pending = self._context.pending
        if pending and pending.missing in _NUMBERED and (numbered := self._pending(message, tokens)):
            return numbered
        for form in _FORMS.of(message.text):
            if reading := form(message, self.spread):
                return reading
        return (self._of_order(message, tokens) or self._pending(message, tokens)
                or self._done_or_asked(message, tokens))

    def _pending(self, message: Normalised, tokens: Words) -> Reading | None:
        pending = self._context.pending
        if pending is None or pending.pending is None or acts.action_of(tokens) not in {None, pending.pending.action}:
            return None
        reading = acts.complete(pending, self._message(message, tokens))
        if reading is None:
            for token in tokens:
                token.used = False
        return reading

    def _message(self, message: Normalised, tokens: Words) -> Message:
        return Message(tokens, message, self._gazetteer, self._setting.today, self._setting.currency)

    def _done_or_asked(self, message: Normalised, tokens: Words) -> Reading:
        """An action in whatever words, else a question."""
        if (right := restated(message, tokens)) and isinstance(
                done := self._done_or_asked(right, self.spread(right).tokens), Act):
            return done
        acted = None if tokens.kinds.isdisjoint(_DOING) else self._done(message, tokens)
        takes_reason = not isinstance(acted, Act) or acted.action in TAKE_REASONS
        if takes_reason and is_of_goods(tokens):
            acted = with_reason(message, self.spread, self._done) or acted
        if isinstance(acted, Act) and (again := taken_back(message)):
            return Unclear("unsure_about", {"words": again})
        if isinstance(acted, Act):
            return acted
        return self._turned(message.text) or acted or self._ask(message, tokens)

    def _done(self, message: Normalised, tokens: Words) -> Reading | None:
        """What is known by its verb; where words are left that may be anybody's own, how it is said comes first."""
        acted = self._act(message, tokens)
        if isinstance(acted, Act) and acted.action not in _TAKE_OWN_WORDS:
            return acted
        phrasing = phrased(message, tokens, self.spread)
        return phrasing if isinstance(phrasing, Act) else acted if isinstance(acted, Act) else phrasing or acted

    def _act(self, message: Normalised, tokens: Words) -> Reading | None:
        action = acts.action_of(tokens)
        if action is None:
            return None
        said = self._message(message, tokens)
        if not (action == "record_expense" and has_amount(said)) and (off := off_topic(tokens)):
            return off
        return acts.read_act(action, said)

    def _of_order(self, message: Normalised, tokens: Words) -> Reading | None:
        """What is done to one order by its number, in words that mean other things elsewhere."""
        found = order_verbs.verb_of(message, tokens)
        if found is None:
            return None
        if found.action == "refund_order" and (why := with_reason(message, self.spread, self._of_order)):
            return why
        rest = self.spread(normalise(found.rest))
        reading = acts.read_act(found.action, rest, found.known)
        cancels_too = any(token.senses.get("action") == "unsubscribe" for token in rest.tokens)  # 不发了,取消
        return reading if not cancels_too and (found.is_sure or isinstance(reading, Act)) else None

    def spread(self, text: Normalised) -> Message:
        return self._message(text, scan(text, self._gazetteer))

    def _ask(self, message: Normalised, tokens: Words) -> Reading:
        last = self._context.last.query if self._context.last else None
        if off := off_topic(tokens):
            return off
        if CODED in tokens.kinds:
            return self._of_one_order(message, tokens)
        if "order_mark" in tokens.kinds and any(is_that_order(tokens, at) for at in range(len(tokens))):
            return Unclear("which_order")
        kept = left_standing(tokens, self._setting.today, has_last=last is not None)
        is_corrected = last is not None and len(kept) < len(tokens)  # 不看钱,看单量: of the same question
        tokens = kept if last is None else with_variant(kept, message, self._gazetteer, last)
        if last is not None and (changed := rebounded(tokens, last, self._setting) or relimited(tokens, last)):
            return Ask(changed, wants_chart=False)
        draft = read_draft(tokens, message, self._setting, last)
        draft.follows = draft.follows or is_corrected or self._context.goes_on
        if last is not None:
            _object_to_last(tokens, draft, last, message)
        if draft.said_of:
            self._check_count(draft, *draft.said_of)
        says_nothing = not (draft.metrics or draft.wants_chart or draft.trouble) and draft.is_empty
        if says_nothing and not has_trade_words(tokens):
            # Only particles (那个呢, how about that one?), or nothing of a shop at all.
            return Refused("not_understood") if unexplained(tokens) else Unclear("nothing_said")
        if trouble := objection(tokens, message, self._gazetteer, is_trial=self._is_trial) or draft.trouble:
            is_strange = isinstance(trouble, Unclear) and any(token.is_unknown for token in unexplained(tokens))
            says_when = draft.span and (not is_strange or draft.is_ranked or draft.asks_which)  # not 明天要不要带伞
            return trouble if has_trade_words(tokens) or says_when or draft.widened else Refused("not_understood")
        try:
            query = self._query(draft, last)
        except Trouble as found:
            return found.reading
        wants_chart = draft.wants_chart or bool(self._context.last and last is query)
        return Ask(query, wants_chart, wants_shares=draft.is_shared or self._goes_on_with_shares(query))

    def _goes_on_with_shares(self, query: MetricQuery) -> bool:
        """The same figures side by side, of another time or part of the shop."""
        last = self._context.last
        is_same = last is not None and (last.query.metrics, last.query.by) == (query.metrics, query.by)
        return last is not None and last.wants_shares and is_same

    def _turned(self, text: str) -> Reading | None:
        """Drop the filter, 倒过来; and where more is said behind it, that goes on from the question so turned."""
        if self._context.last is None:
            return None
        last, today = self._context.last.query, self._setting.today
        if query := turned(text, last, today, self._understood):
            return Ask(query, wants_chart=False)
        if (first := turned_first(text, last, today, self._understood)) is None:
            return None
        query, rest = first
        context = replace(self._context, last=Ask(query, wants_chart=False), pending=None)
        then = Reader(self._setting, context, self._gazetteer, is_trial=True).reading_of(normalise(rest))
        return then if isinstance(then, Ask) else None

    def _understood(self, words: str) -> Draft | None:
        """What the words name; None where not all of them are understood."""
        message = normalise(words)
        tokens = scan(message, self._gazetteer)
        draft = read_draft(tokens, message, self._setting, None)
        if isinstance(draft.trouble, Unclear) and draft.trouble.key == "split_or_total":  # the warehouse filter
            draft.bare.append((draft.trouble.facts["dimension"], 0))
        elif draft.trouble:
            return None
        is_clear = bool(draft.bare) or not draft.is_empty
        return None if not is_clear or objection(tokens, message, self._gazetteer, is_trial=True) else draft

    def _of_one_order(self, message: Normalised, tokens: Words) -> Reading:
        """TB202611220007 到哪了: the order is shown; of figures only those that it shows can have been asked for."""
        codes = [message.original(token.start, token.end).upper() for token in tokens if token.is_code]
        figures = {token.senses["metric"] for token in tokens if token.has("metric") and not token.names}
        orders_something = any(token.has(kind) for token in tokens for kind in _DOINGS)
        is_asked = message.text.endswith("?") or any(
            token.text in _ASK_OF_ORDER or token.senses.get("count", "orders") != "orders"
            or any(token.has(kind) for kind in _ASKING)
            for token in tokens)
        if (len(codes) > 1 or not figures <= _ON_ORDER or any(
                (token.is_unknown and token.text not in _OF_PARCEL) or token.names for token in tokens)
                or (orders_something and not is_asked)):
            return Refused("no_order_lookup")
        return Command("order", codes[0].removeprefix("#"))

    def _check_count(self, draft: Draft, dimension: str, count: int) -> None:
        """两个仓各有多少 where there are three: which two? In 广东浙江两个省各多少单 they were named."""
        known = {"warehouse": self._gazetteer.warehouses, "shop": self._gazetteer.shops, **draft.where}
        if count and len(known.get(dimension, ())) != count:
            draft.object_to(Unclear("which_of_them"))

    def _query(self, draft: Draft, last: MetricQuery | None) -> MetricQuery:
        if last is None or not continues(draft, last):
            if draft.wants_chart and draft.is_empty and last is not None:
                return last
            return question(draft, self._setting)
        try:
            return continued(draft, last, self._setting)
        except Trouble:
            names_list = draft.is_ranked and draft.span and (draft.by or draft.bare)
            if names_list and not (draft.metrics or draft.follows or draft.adds):
                return question(draft, self._setting)  # top 5 products this month, after a list of stock
            if draft.adds_values or (last.by and ("of_them" in draft.kinds or draft.adds or draft.adds_figures)):
                raise  # 带上库存, to a list by sales: no total of stock
            is_kind = bool(draft.metrics) and is_of_stock(draft.metrics[0]) == is_of_stock(last.metrics[0])
            if not draft.metrics or (is_kind and (last.where or draft.follows or draft.adds)):
                raise  # 华东仓哪些货要补, then 补多少: nobody means all warehouses; 换成净利 where it is not split so
            if not draft.filters:  # and how many are left: of the goods just spoken of
                draft.where = {name: list(values) for name, values in last.where.items() if name in GOODS}
            return self._at_the_same_time(draft, last)

    def _at_the_same_time(self, draft: Draft, last: MetricQuery) -> MetricQuery:
        """A question that cannot go on, such as one of another split: of the time that is spoken of all the same."""
        query = question(draft, self._setting)
        names_time = draft.span or draft.other or query.period is None or last.period is None
        return query if names_time else replace(query, period=last.period)


def _object_to_last(tokens: Words, draft: Draft, last: MetricQuery, message: Normalised) -> None:
    """What cannot be told of the last answer, and which of its rows are meant where nobody said so."""
    if "an_order" in tokens.kinds and (ratio := _of_each_order(draft, last, message)):
        draft.object_to(ratio)
    if draft.widened and _widens_nothing(draft, last):
        facts = {"at": "0", "end": str(len(message.text)), "dimension": draft.widened[0]}
        draft.object_to(Unclear("split_or_total", facts))
    if last.by and not draft.where and (those := _rows_meant(tokens, draft, last)):
        draft.object_to(Unclear("unsure_about", {"words": those}))


def _widens_nothing(draft: Draft, last: MetricQuery) -> bool:
    """Everyone, where the last question was of two platforms: of which part all are meant, is not said."""
    parts = {*last.where, *last.exclude}
    names_other = parts and all(family(name).isdisjoint({*parts, *last.by}) for name in draft.widened if name != "all")
    return bool(names_other) and "all" not in draft.widened and not (draft.metrics or says_more(draft))


def _of_each_order(draft: Draft, last: MetricQuery, message: Normalised) -> Refused | None:
    """每单平均 after what carriage cost: that for each order, which is not kept; what both are, is offered."""
    figure = last.metrics[0]
    is_money = METRICS[figure].unit is Unit.MONEY and not METRICS[figure].is_of_the_moment
    if not is_money or figure == "revenue" or says_more(draft) or not set(draft.metrics) <= {"aov"}:
        return None
    return Refused("no_ratio", {"metrics": f"{figure} orders", "at": "0", "end": str(len(message.text))})


def _rows_meant(tokens: Sequence[Token], draft: Draft, last: MetricQuery) -> str:
    """Stock of those: which rows of the answer before, nobody said; empty where the whole answer may be meant."""
    is_of_it = set(draft.metrics) <= set(last.metrics) or not (last.limit or last.having)
    named = {len(values) for values in last.where.values()}
    for token in tokens:
        count = next((count for word, count in _SO_MANY.items() if word in token.text), None)
        if token.text in _THOSE and draft.metrics:
            return token.text
        if token.has("points_back") and not (is_of_it and (count is None or count in {*named, last.limit})):
            return token.text
    return ""


_SO_MANY = {"two": 2, "both": 2, "俩": 2, "three": 3, "仨": 3}
