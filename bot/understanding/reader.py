"""From the words of a message to its reading: a pending action, an action, a question, a follow-up, an honest no."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice

from bot.understanding import acts, arrivals, order_verbs, sku_rules, suppliers
from bot.understanding.arguments import Message, has_amount
from bot.understanding.asks import Setting, Trouble, question
from bot.understanding.corrections import left_standing, restated, taken_back
from bot.understanding.draft import Draft, is_of_stock, is_that_order
from bot.understanding.drafting import read_draft
from bot.understanding.followups import continued, continues, rebounded, relimited
from bot.understanding.gate import has_trade_words, objection, off_topic, unexplained
from bot.understanding.gazetteer import Gazetteer
from bot.understanding.misspelt import Respelling, put_right
from bot.understanding.normalise import Normalised, normalise
from bot.understanding.offers import offer
from bot.understanding.padding import unexcused, unnoted, unpadded
from bot.understanding.phrasings import is_of_goods, phrased
from bot.understanding.readings import (
    Act,
    Ask,
    Command,
    Context,
    Reading,
    Refused,
    Unclear,
)
from bot.understanding.reasons import TAKE_REASONS, with_reason
from bot.understanding.repairs import Repair, heard_name, repairs
from bot.understanding.scan import Token, scan, unknown_length
from bot.understanding.subscriptions import subscription_of
from bot.understanding.variants import with_variant
from domain.metrics.query import MetricQuery

MAX_LENGTH = 600  # characters; the longest purchase order that still reads as one message
MAX_CHOICES = 3
MAX_TOKENS = 160  # a message of more words than this is a document
_NOT_EXPLAINED = frozenset({"unknown_words", "unsure_about", "not_understood", "nothing_said"})  # words left over
_MAY_BE_MISHEARD = _NOT_EXPLAINED | {"vague_period"}  # 上各月, where 各 and 月 are words
_TAKE_OWN_WORDS = frozenset({"adjust_stock", "record_expense"})
_NAMES_NOBODY_KNOWS = _NOT_EXPLAINED | {"part_of_name"}
_CLAUSE_ENDS = re.compile(r"[?？;；!！。\n,]")
_CLAUSE_END = re.compile(r"[?？;；!！。\n]+|,\s*(?:and\s+)?(?=how |what |which )")
# What an order shows of itself: 多少钱, 退款, 签收了吗.
_ON_ORDER = frozenset({"revenue", "refund_amount", "refund_orders", "orders", "orders_to_ship", "orders_to_pay",
                       "orders_shipped", "orders_signed", "orders_overdue", "units", "discount"})
_OF_GOODS = ("product", "sku", "category")
_DOINGS = ("event", "order_status", "action")  # 取消订单 TB… is no question
_THOSE = frozenset({"those", "these", "them", "这些", "那些", "它们", "those ones", "these ones"})


class Reader:
    """One message in one conversation."""

    def __init__(self, setting: Setting, context: Context, gazetteer: Gazetteer, alone: Callable[[str], Reading], *,
                 is_trial: bool = False) -> None:
        """`alone` reads a text outside any conversation."""
        self._is_trial = is_trial
        self._alone = alone
        self._context = context
        self._gazetteer = gazetteer
        self._setting = setting

    def read(self, message: Normalised, tokens: list[Token]) -> Reading:
        if not tokens:
            return Refused("empty")
        if len(tokens) > MAX_TOKENS:
            return Refused("too_long", {"most": str(MAX_LENGTH)})
        if two := self._two(message, tokens):
            return two
        reading = (subscription_of(message) or self._of_goods(message) or self._of_order(message, tokens)
                   or self._pending(message, tokens) or self._done_or_asked(message, tokens))
        if isinstance(reading, Act):
            return self._without_padding(reading, message)
        if (spoken := self._spoken(reading, message)) is not None:
            return spoken
        repaired = self._repaired(reading, message, tokens) or self._respelled(reading, message, tokens)
        return repaired if repaired is not None else self._with_offers(reading, message)

    def _without_padding(self, act: Act, message: Normalised) -> Act:
        """麻烦你把马克杯减3个: what is said around an order is no reason for it."""
        bare = unpadded(message) if "reason" in act.arguments else None
        meant = self._apart().reading_without_offers(bare) if bare else act
        return meant if isinstance(meant, Act) and meant.action == act.action else act

    def _spoken(self, reading: Reading, message: Normalised) -> Reading | None:
        """What was said at length, without what is said around it; a clause of excuses goes before questions only."""
        if not isinstance(reading, Unclear | Refused) or reading.key not in _NAMES_NOBODY_KNOWS:
            return None
        for bare, may_be in ((unpadded(message), Ask | Act | Command), (unnoted(message), Act),
                             (unexcused(message, self._spread), Ask)):
            meant = self.read(bare, scan(bare, self._gazetteer)) if bare else None
            if isinstance(meant, may_be) or (isinstance(meant, Unclear) and meant.missing):
                return meant
        return None

    def _repaired(self, reading: Reading, message: Normalised, tokens: list[Token], depth: int = 1) -> Reading | None:
        """The message with its slips put right, where that can be meant in one way only; else the ways are offered."""
        if not isinstance(reading, Unclear | Refused):
            return None
        if heard := self._heard(reading, message, tokens):
            return heard
        if reading.key not in _MAY_BE_MISHEARD or reading.choices:
            return None
        found: list[tuple[Repair, Normalised, Reading]] = []
        for repair in repairs(message, tokens):
            if found and found[-1][0].cost < repair.cost:
                break  # the likelier ones are enough
            corrected = normalise(message.replaced(repair.start, repair.end, repair.word))
            anew = scan(corrected, self._gazetteer)
            if unknown_length(tokens) and unknown_length(anew) >= unknown_length(tokens):
                continue  # explains nothing more: not worth a reading
            meant = self._apart().reading_of(corrected, anew)
            if depth and isinstance(meant, Unclear | Refused) and meant.key in _NOT_EXPLAINED:
                again = self._repaired(meant, corrected, anew, depth - 1)
                meant = again if isinstance(again, Ask | Act) else meant
            is_told = repair.cost == 0 and isinstance(meant, Unclear | Refused) and meant.key not in _NOT_EXPLAINED
            if isinstance(meant, Ask | Act) or is_told:
                found.append((repair, corrected, meant))
        return self._chosen_repair(reading, message, found)

    def _respelled(self, reading: Reading, message: Normalised, tokens: list[Token]) -> Reading | None:
        """The message with every mistyped English word put right at once: waitng to be shiped. Orders are asked about.

        So is a message with a correct word that would be another one: meny orders this weak.
        """
        if not isinstance(reading, Unclear | Refused) or reading.key not in _NOT_EXPLAINED or reading.choices:
            return None
        found = [(one, self._apart().reading_without_offers(one.message)) for one in put_right(message, tokens)]
        meant = [(one, read) for one, read in found if isinstance(read, Ask | Act)]
        if not meant:
            return None
        best = self._in_longest_words(meant)
        first = best[0][1]
        is_one = isinstance(first, Ask) and all(read == first for _, read in best)
        if is_one and all(one.is_sure for one, _ in best) and not any(self._may_name(one) for one, _ in best):
            return first
        choices = (one.message.message for one, _ in meant)
        return Unclear("unsure_about", reading.facts, tuple(islice(choices, MAX_CHOICES)))

    def _in_longest_words(self, meant: Sequence[tuple[Respelling, Reading]]) -> list[tuple[Respelling, Reading]]:
        """Gros margin is gross margin, one word of the trade, before it is grow and margin."""
        sizes = [len(scan(one.message, self._gazetteer)) for one, _ in meant]
        return [one for one, size in zip(meant, sizes, strict=True) if size == min(sizes)]

    def _may_name(self, respelling: Respelling) -> bool:
        """Whether a word that was put right stands where a name may stand: beer in beer sales."""
        stands_alone = any(token.text in respelling.short for token in scan(respelling.message, self._gazetteer))
        return stands_alone and isinstance(self._apart().reading_without_offers(respelling.rest), Ask | Act)

    def _heard(self, reading: Unclear | Refused, message: Normalised, tokens: list[Token]) -> Reading | None:
        """蓝芽耳机, where one name sounds so: it is asked whether that one was meant."""
        if reading.key not in _NAMES_NOBODY_KNOWS:
            return None
        heard = heard_name(message, tokens, self._gazetteer)
        if heard is None:
            return None
        typed, corrected = heard
        meant = self._apart().reading_without_offers(corrected)
        return Unclear("sounds_like", {"words": typed}, (corrected.message,)) if isinstance(meant, Ask | Act) else None

    def _chosen_repair(self, reading: Refused | Unclear, message: Normalised,
                       found: list[tuple[Repair, Normalised, Reading]]) -> Reading | None:
        if not found:
            return None
        best = [one for one in found if one[0].cost == found[0][0].cost and not one[0].is_loose] or found[:1]
        repair, corrected, meant = best[0]
        is_one = all(other == meant for _, _, other in best)
        is_part = self._is_part_of_word(repair, corrected)
        is_sure = repair.is_sure or (is_part and repair.word.isascii())
        is_doubtful = not is_part and self._may_be_name(repair, message, meant)
        drops_rate = "率" in message.text[repair.start:repair.end] and "率" not in repair.word  # 签收率 is no 签收量
        if is_one and is_sure and not is_doubtful and not drops_rate:
            return self._with_offers(meant, corrected)
        choices = [corrected.message for _, corrected, meant in found if isinstance(meant, Ask | Act)]
        return replace(reading, choices=tuple(dict.fromkeys(choices))[:MAX_CHOICES]) if choices else None

    def _is_part_of_word(self, repair: Repair, corrected: Normalised) -> bool:
        """Proft in gross proft margin: the words beside it leave no doubt."""
        return any(token.start <= repair.start and repair.start + len(repair.word) <= token.end
                   and len(token.text) > len(repair.word) for token in scan(corrected, self._gazetteer))

    def _may_be_name(self, repair: Repair, message: Normalised, meant: Reading) -> bool:
        """毛丽昨天发了几单: another question without the unknown word, which then may well be somebody's name.

        So may an English word that says nothing when it is put right: ordero sales is no sales.
        """
        is_english = repair.word.isascii()
        if not (repair.is_name or is_english):
            return False
        rest = self._apart().reading_without_offers(normalise(message.replaced(repair.start, repair.end, "")))
        if not isinstance(rest, Ask | Act):
            return False
        return rest != meant if not is_english else repair.is_name or rest == meant

    def _apart(self) -> "Reader":
        """A reader that tries other messages in the same conversation."""
        return Reader(self._setting, replace(self._context, pending=None), self._gazetteer, self._alone, is_trial=True)

    def _pending(self, message: Normalised, tokens: list[Token]) -> Reading | None:
        pending = self._context.pending
        if pending is None or pending.pending is None or acts.action_of(tokens) not in {None, pending.pending.action}:
            return None
        reading = acts.complete(pending, self._message(message, tokens))
        if reading is None:
            for token in tokens:
                token.used = False
        return reading

    def _message(self, message: Normalised, tokens: list[Token]) -> Message:
        return Message(tokens, message, self._gazetteer, self._setting.today, self._setting.currency)

    def _done_or_asked(self, message: Normalised, tokens: list[Token]) -> Reading:
        """An action in whatever words, else a question."""
        if (right := restated(message, tokens)) and isinstance(
                done := self._done_or_asked(right, list(self._spread(right).tokens)), Act):
            return done
        acted = self._done(message, tokens)
        takes_reason = not isinstance(acted, Act) or acted.action in TAKE_REASONS
        if takes_reason and is_of_goods(tokens):
            acted = with_reason(message, self._spread, self._done) or acted
        if isinstance(acted, Act) and (again := taken_back(message)):
            return Unclear("unsure_about", {"words": again})
        return acted or self._ask(message, tokens)

    def _done(self, message: Normalised, tokens: list[Token]) -> Reading | None:
        """What is known by its verb; where words are left that may be anybody's own, how it is said comes first."""
        acted = self._act(message, tokens)
        if isinstance(acted, Act) and acted.action not in _TAKE_OWN_WORDS:
            return acted
        phrasing = phrased(message, tokens, self._spread)
        return phrasing if isinstance(phrasing, Act) else acted if isinstance(acted, Act) else phrasing or acted

    def _act(self, message: Normalised, tokens: list[Token]) -> Reading | None:
        action = acts.action_of(tokens)
        if action is None:
            return None
        said = self._message(message, tokens)
        if not (action == "record_expense" and has_amount(said)) and (off := off_topic(tokens)):
            return off
        return acts.read_act(action, said)

    def _of_order(self, message: Normalised, tokens: list[Token]) -> Reading | None:
        """What is done to one order by its number, in words that mean other things elsewhere."""
        found = order_verbs.verb_of(message, tokens)
        if found is None:
            return None
        if found.action == "refund_order" and (why := with_reason(message, self._spread, self._of_order)):
            return why
        rest = self._spread(normalise(found.rest))
        reading = acts.read_act(found.action, rest, found.known)
        cancels_too = any(token.senses.get("action") == "unsubscribe" for token in rest.tokens)  # 不发了,取消
        return reading if not cancels_too and (found.is_sure or isinstance(reading, Act)) else None

    def _of_goods(self, message: Normalised) -> Reading | None:
        """What is on its way, sent by a carrier or come, by its number; rules of a SKU; suppliers."""
        spread = self._spread
        return (arrivals.of_transfer(message, spread) or arrivals.sent_by_carrier(message, spread)
                or sku_rules.asked_of(message) or sku_rules.rule_of(message, spread)
                or suppliers.about_suppliers(message, spread))

    def _spread(self, text: Normalised) -> Message:
        return self._message(text, scan(text, self._gazetteer))

    def _ask(self, message: Normalised, tokens: list[Token]) -> Reading:
        last = self._context.last.query if self._context.last else None
        if off := off_topic(tokens):
            return off
        if any(token.is_code for token in tokens):
            return self._of_one_order(message, tokens)
        if any(is_that_order(tokens, at) for at in range(len(tokens))):
            return Unclear("which_order")
        kept = left_standing(tokens, self._setting.today, has_last=last is not None)
        is_corrected = last is not None and len(kept) < len(tokens)  # 不看钱,看单量: of the same question
        tokens = kept if last is None else with_variant(kept, message, self._gazetteer, last)
        if last is not None and (changed := rebounded(tokens, last, self._setting) or relimited(tokens, last)):
            return Ask(changed, wants_chart=False)
        draft = read_draft(tokens, message, self._setting, has_last=last is not None)
        draft.follows = draft.follows or is_corrected
        if last is not None and last.by and not draft.where and (those := _rows_meant(tokens, draft)):
            draft.object_to(Unclear("unsure_about", {"words": those}))
        if draft.said_of:
            self._check_count(draft, *draft.said_of)
        says_nothing = not (draft.metrics or draft.wants_chart or draft.trouble) and draft.is_empty
        if says_nothing and not has_trade_words(tokens):
            # Only particles (那个呢, how about that one?), or nothing of a shop at all.
            return Refused("not_understood") if unexplained(tokens) else Unclear("nothing_said")
        if trouble := objection(tokens, message, self._gazetteer, is_trial=self._is_trial) or draft.trouble:
            is_strange = isinstance(trouble, Unclear) and any(token.is_unknown for token in unexplained(tokens))
            says_when = draft.span and (not is_strange or draft.is_ranked or draft.asks_which)  # not 明天要不要带伞
            return trouble if has_trade_words(tokens) or says_when else Refused("not_understood")
        try:
            query = self._query(draft, last)
        except Trouble as found:
            return found.reading
        wants_chart = draft.wants_chart or bool(self._context.last and last is query)
        return Ask(query, wants_chart)

    def _of_one_order(self, message: Normalised, tokens: list[Token]) -> Reading:
        """TB202611220007 到哪了: the order is shown; of figures only those that it shows can have been asked for."""
        codes = [message.original(token.start, token.end).upper() for token in tokens if token.is_code]
        figures = {token.senses["metric"] for token in tokens if token.has("metric") and not token.names}
        orders_something = any(token.has(kind) for token in tokens for kind in _DOINGS)
        is_asked = message.text.endswith("?") or any(
            token.has("query_word") or token.has("tail") or token.senses.get("count", "orders") != "orders"
            for token in tokens)
        if (len(codes) > 1 or not figures <= _ON_ORDER or any(token.is_unknown or token.names for token in tokens)
                or (orders_something and not is_asked)):
            return Refused("no_order_lookup")
        return Command("order", codes[0].removeprefix("#"))

    def _check_count(self, draft: Draft, dimension: str, count: int) -> None:
        """两个仓各有多少 where there are three: which two?"""
        known = {"warehouse": self._gazetteer.warehouses, "shop": self._gazetteer.shops}
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
            if not draft.metrics or (last.where and is_of_stock(draft.metrics[0]) == is_of_stock(last.metrics[0])):
                raise  # 华东仓哪些货要补, then 补多少: nobody means all warehouses
            if draft.follows and not draft.filters:  # and how many are left: of the goods just spoken of
                draft.where = {name: list(values) for name, values in last.where.items() if name in _OF_GOODS}
            return question(draft, self._setting)

    def _two(self, message: Normalised, tokens: list[Token]) -> Unclear | None:
        """Two questions in one message: asked which one, unless they are figures of the same thing."""
        if not _CLAUSE_ENDS.search(message.message):
            return None
        clauses = [clause.strip() for clause in _CLAUSE_END.split(message.message) if clause.strip()]
        if not 2 <= len(clauses) <= MAX_CHOICES:
            return None
        found = [self._alone(one) for one in clauses]
        if not all(isinstance(one, Ask | Act) for one in found):
            return None
        figures = {one.query.metrics if isinstance(one, Ask) else None for one in found}
        is_one_sentence = not any(token.has("end") for token in tokens[:-1]) or len(figures) == 1
        if is_one_sentence and isinstance(self._apart().reading_without_offers(message), Ask):
            return None
        return Unclear("two_questions", choices=tuple(clauses))

    def _with_offers(self, reading: Reading, message: Normalised) -> Reading:
        """Choices that were checked: each is understood when it is sent back."""
        if not isinstance(reading, Unclear | Refused):
            return reading
        offered = reading.choices or offer(reading, message)
        if not offered:
            return reading
        kept = (one for one in dict.fromkeys(offered) if one != message.message and self._leads_on(one, reading.key))
        return replace(reading, choices=tuple(islice(kept, MAX_CHOICES)))

    def _leads_on(self, choice: str, key: str) -> bool:
        found = self._apart().reading_without_offers(normalise(choice))
        return isinstance(found, Ask | Act) or (isinstance(found, Unclear) and found.key != key and bool(found.pending))

    def reading_without_offers(self, message: Normalised) -> Reading:
        return self.reading_of(message, scan(message, self._gazetteer))

    def reading_of(self, message: Normalised, tokens: list[Token]) -> Reading:
        if not tokens:
            return Refused("empty")
        return (subscription_of(message) or self._of_goods(message) or self._of_order(message, tokens)
                or self._done_or_asked(message, tokens))


def _rows_meant(tokens: Sequence[Token], draft: Draft) -> str:
    """Stock of those: which rows of the answer before, nobody said; empty where the whole answer may be meant."""
    return next((token.text for token in tokens if token.text in _THOSE and draft.metrics), "")
