"""From a message to its reading: commands, a pending action, an action, a question, a follow-up, or an honest no."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from bot.understanding import acts, order_verbs
from bot.understanding.arguments import Message, has_amount
from bot.understanding.asks import Setting, Trouble, question
from bot.understanding.commands import chosen, command_of
from bot.understanding.corrections import left_standing
from bot.understanding.draft import Draft, is_of_stock
from bot.understanding.drafting import read_draft
from bot.understanding.exceptions import about_exceptions
from bot.understanding.filters import CLOSED
from bot.understanding.followups import continued, continues, rebounded, relimited
from bot.understanding.gate import has_trade_words, objection, off_topic, unexplained
from bot.understanding.gazetteer import Gazetteer, LiveGazetteer
from bot.understanding.lexicon import lexicon
from bot.understanding.matching import matching_of
from bot.understanding.normalise import Normalised, normalise
from bot.understanding.offers import offer
from bot.understanding.readings import (
    Act,
    Ask,
    Command,
    Context,
    Language,
    Reading,
    Refused,
    Request,
    Unclear,
    Understood,
    Wants,
)
from bot.understanding.repairs import Repair, repairs
from bot.understanding.requests import as_figure, requested
from bot.understanding.scan import Token, scan, unknown_length
from bot.understanding.teaching import teaching_of
from bot.understanding.times_of_day import take_time
from bot.understanding.variants import with_variant
from domain.metrics.query import MetricQuery
from domain.ports import Names

MAX_LENGTH = 600  # characters; the longest purchase order that still reads as one message
MAX_CHOICES = 3
MAX_TOKENS = 160  # a message of more words than this is a document
_CLOSED = frozenset(CLOSED)
_NOT_EXPLAINED = frozenset({"unknown_words", "unsure_about", "not_understood", "nothing_said"})  # words left over
_MAY_BE_MISHEARD = _NOT_EXPLAINED | {"vague_period"}  # 上各月, where 各 and 月 are words
_SUBSCRIBE = re.compile(r"/(subscribe|unsubscribe)\s+(\S{1,40})(?:\s.*)?", re.IGNORECASE)
_HAS_WORDS = re.compile(r"[\u4e00-\u9fff]|(?<![\w-])[A-Za-z]{2,}(?![\w-])")
_CLAUSE_ENDS = re.compile(r"[?？;；!！。\n,]")
_CLAUSE_END = re.compile(r"[?？;；!！。\n]+|,\s*(?:and\s+)?(?=how |what |which )")


@dataclass(frozen=True, slots=True)
class _Turn:
    """What one message is read in: when, after what, beside which names. They are asked for once a message."""

    at: datetime
    context: Context
    gazetteer: Gazetteer


class Understanding:
    """Reads messages. Pure but for the names it follows: the same message, moment and context give the same reading."""

    def __init__(self, names: Names, base_currency: str = "CNY") -> None:
        self._live = LiveGazetteer(names)
        self._currency = base_currency

    def read(self, text: str, at: datetime, context: Context) -> Understood:
        """The reading of one message sent at the moment, on the shop's wall clock. Never raises on any text."""
        understood = self._read(text, at, context)
        if context.language is None or context.language == understood.language or _HAS_WORDS.search(text[:MAX_LENGTH]):
            return understood
        return replace(understood, language=context.language)  # a bare order number

    def _read(self, text: str, at: datetime, context: Context) -> Understood:
        if len(text) > MAX_LENGTH:
            return Understood(Refused("too_long", {"most": str(MAX_LENGTH)}), _language_of(text[:MAX_LENGTH]))
        said = text.strip()
        if command := command_of(said):
            return Understood(command, _language_of(said), "command")
        if minded := about_exceptions(said, at):
            return Understood(minded, _language_of(said), "command")
        turn = _Turn(at, context, self._live.current())
        if timed := self._timed_subscription(said, turn):
            return timed
        said = chosen(said, context) or said
        if taught := teaching_of(said, turn.gazetteer):
            return Understood(taught, _language_of(said))
        if matched := matching_of(said, turn.gazetteer):
            return Understood(matched, _language_of(said))
        message = normalise(said.removeprefix("/"))
        if wanted := requested(message):
            return self._requested(wanted, turn, _language_of(said))
        return self._plain(said, message, turn)

    def _plain(self, said: str, message: Normalised, turn: _Turn) -> Understood:
        tokens = scan(message, turn.gazetteer)
        reading = _Reader(self, turn.at, turn.context, turn.gazetteer).read(message, tokens)
        named = _SUBSCRIBE.fullmatch(said) if said.startswith("/") else None
        if named and isinstance(reading, Unclear | Refused):  # the desk says which reports there are
            reading = Act(named[1].lower(), {"report": named[2]})
        return Understood(reading, language(tokens, message))

    def _requested(self, wanted: tuple[Request, str], turn: _Turn, spoken: Language) -> Understood:
        """The question that is left, or the one before, with what is wanted of it."""
        request, rest = wanted
        if not rest:
            return Understood(_of_last(request, turn.context), spoken)
        found = self._plain(rest, normalise(rest.removeprefix("/")), turn)
        if not isinstance(found.reading, Ask) and (figure := as_figure(rest)):
            found = self._plain(figure, normalise(figure.removeprefix("/")), turn)
        if not isinstance(found.reading, Ask):
            return found
        return Understood(replace(found.reading, request=request), spoken)

    def _timed_subscription(self, said: str, turn: _Turn) -> Understood | None:
        """每天9点07分发日报: the time is taken out, and what is left must be a subscription by itself."""
        taken = take_time(said)
        if taken is None:
            return None
        message = normalise(taken.rest.removeprefix("/"))
        rest = self._plain(taken.rest, message, replace(turn, context=Context()))
        act = rest.reading
        if isinstance(act, Act) and act.action == "subscribe":
            return replace(rest, reading=Act(act.action, {**act.arguments, "at": taken.at}))
        return None

    def alone(self, text: str, at: datetime) -> Reading:
        """The reading of a text outside any conversation."""
        return self.read(text, at, Context()).reading

    def gazetteer(self) -> Gazetteer:
        """The shop's names as they are now."""
        return self._live.current()

    @property
    def currency(self) -> str:
        return self._currency


class _Reader:
    """One message in one conversation."""

    def __init__(self, owner: Understanding, at: datetime, context: Context, gazetteer: Gazetteer, *,
                 is_trial: bool = False) -> None:
        self._is_trial = is_trial
        self._owner = owner
        self._at = at
        self._context = context
        self._gazetteer = gazetteer
        self._setting = Setting(at.date(), owner.currency)

    def read(self, message: Normalised, tokens: list[Token]) -> Reading:
        if not tokens:
            return Refused("empty")
        if len(tokens) > MAX_TOKENS:
            return Refused("too_long", {"most": str(MAX_LENGTH)})
        if two := self._two(message, tokens):
            return two
        reading = (self._of_order(message, tokens) or self._pending(message, tokens) or self._act(message, tokens)
                   or self._ask(message, tokens))
        repaired = self._repaired(reading, message, tokens)
        return repaired if repaired is not None else self._with_offers(reading, message)

    def _repaired(self, reading: Reading, message: Normalised, tokens: list[Token], depth: int = 1) -> Reading | None:
        """The message with its slips put right, where that can be meant in one way only; else the ways are offered."""
        if not isinstance(reading, Unclear | Refused) or reading.key not in _MAY_BE_MISHEARD or reading.choices:
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

    def _chosen_repair(self, reading: Refused | Unclear, message: Normalised,
                       found: list[tuple[Repair, Normalised, Reading]]) -> Reading | None:
        if not found:
            return None
        best = [one for one in found if one[0].cost == found[0][0].cost]
        repair, corrected, meant = best[0]
        is_one = all(other == meant for _, _, other in best)
        is_doubtful = repair.is_name and not self._is_part_of_word(repair, corrected) and self._stands_without(
            repair, message, meant)
        if is_one and repair.is_sure and not is_doubtful:
            return self._with_offers(meant, corrected)
        choices = [corrected.message for _, corrected, meant in found if isinstance(meant, Ask | Act)]
        return replace(reading, choices=tuple(dict.fromkeys(choices))[:MAX_CHOICES]) if choices else None

    def _is_part_of_word(self, repair: Repair, corrected: Normalised) -> bool:
        """Proft in gross proft margin: the words beside it leave no doubt."""
        return any(token.start <= repair.start and repair.start + len(repair.word) <= token.end
                   and len(token.text) > len(repair.word) for token in scan(corrected, self._gazetteer))

    def _stands_without(self, repair: Repair, message: Normalised, meant: Reading) -> bool:
        """毛丽昨天发了几单: another question without the unknown word, which then may well be somebody's name."""
        rest = self._apart().reading_without_offers(normalise(message.replaced(repair.start, repair.end, "")))
        return isinstance(rest, Ask | Act) and rest != meant

    def _apart(self) -> "_Reader":
        """A reader that tries other messages in the same conversation."""
        return _Reader(self._owner, self._at, replace(self._context, pending=None), self._gazetteer, is_trial=True)

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
        rest = normalise(found.rest)
        return acts.read_act(found.action, self._message(rest, scan(rest, self._gazetteer)), found.known)

    def _ask(self, message: Normalised, tokens: list[Token]) -> Reading:
        last = self._context.last.query if self._context.last else None
        if off := off_topic(tokens):
            return off
        if any(token.is_code for token in tokens):
            return self._of_one_order(message, tokens)
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
        if len(known.get(dimension, ())) != count:
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
            return question(draft, self._setting)

    def _two(self, message: Normalised, tokens: list[Token]) -> Unclear | None:
        """Two questions in one message: asked which one, unless they are figures of the same thing."""
        if not _CLAUSE_ENDS.search(message.message):
            return None
        clauses = [clause.strip() for clause in _CLAUSE_END.split(message.message) if clause.strip()]
        if not 2 <= len(clauses) <= MAX_CHOICES:
            return None
        found = [self._owner.alone(one, self._at) for one in clauses]
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
        return self._of_order(message, tokens) or self._act(message, tokens) or self._ask(message, tokens)


# What an order shows of itself: 多少钱, 退款, 签收了吗.
_ON_ORDER = frozenset({"revenue", "refund_amount", "refund_orders", "orders", "orders_to_ship", "orders_to_pay",
                       "orders_shipped", "orders_signed", "orders_overdue", "units", "discount"})
_DOINGS = ("event", "order_status", "action")  # 取消订单 TB… is no question
_THOSE = frozenset({"those", "these", "them", "这些", "那些", "它们", "those ones", "these ones"})


def _rows_meant(tokens: Sequence[Token], draft: Draft) -> str:
    """Stock of those: which rows of the answer before, nobody said; empty where the whole answer may be meant."""
    return next((token.text for token in tokens if token.text in _THOSE and draft.metrics), "")


def _of_last(request: Request, context: Context) -> Ask | Unclear:
    """What is wanted of the answer just given; of a list of details or of reasons, a file is wanted of that."""
    last = context.last
    if last is None:
        return Unclear(f"nothing_before_{request.wants}")
    given = last.request.wants if last.request else Wants.FIGURES
    if request.wants is Wants.EXPORT and request.of is Wants.FIGURES and given in {Wants.DETAILS, Wants.WHY}:
        request = replace(request, of=given)
    return replace(last, request=request)


_LATIN = re.compile("[a-z]")
_HAN = re.compile("[\u4e00-\u9fff]")


def _language_of(text: str) -> Language:
    return "zh" if _HAN.search(text) else "en"


def language(tokens: Sequence[Token], message: Normalised) -> Language:
    """Chinese when anything but a name is; else English when any word of it is no word of Chinese sentences, too."""
    if not _LATIN.search(message.text) and _HAN.search(message.text):
        return "zh"
    english = lexicon().english
    spoken = [token for token in tokens if not token.names and not token.is_code]
    for token in spoken:
        if not token.text.isascii() and token.senses and _CLOSED.isdisjoint(token.senses) and _HAN.search(token.text):
            return "zh"
    if any(token.text in english or (token.is_unknown and token.text[:1].isascii() and token.text[:1].isalpha())
           for token in spoken):
        return "en"  # with a Chinese name that nobody knows in it, too
    return "zh" if _language_of(message.message) == "zh" or spoken else "en"
