"""A message read with patience: what is not understood is read again in other ways, one after another, then refused."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Any, ClassVar

from bot.understanding.conversation.turns import APART, keeps_change
from bot.understanding.questions.asks import Setting
from bot.understanding.reader import Reader
from bot.understanding.readings import Act, Ask, Command, Context, NotRead, Reading, Refused, Unclear
from bot.understanding.repair.circumstances import set_apart
from bot.understanding.repair.meant import asked_and_meant
from bot.understanding.repair.misspelt import Respelling, put_right
from bot.understanding.repair.mixed import in_chinese
from bot.understanding.repair.offers import offer
from bot.understanding.repair.padding import unnoted, unpadded
from bot.understanding.repair.repairs import Repair, heard_name, repairs
from bot.understanding.repair.shortened import with_whole_name
from bot.understanding.sentences.commands import command_of
from bot.understanding.text.gazetteer import Gazetteer
from bot.understanding.text.normalise import Normalised, normalise
from bot.understanding.text.scan import Words, scan, unknown_length
from domain.metrics.query import MetricQuery

MAX_LENGTH = 600  # characters; the longest purchase order that still reads as one message
MAX_CHOICES = 3
SHORTEST_LIKE = 4  # letters of an English word that may have been meant for the name of a thing
MAX_TOKENS = 160  # a message of more words than this is a document
_NOT_EXPLAINED = frozenset({"unknown_words", "unsure_about", "not_understood", "nothing_said"})  # words left over
_MAY_BE_MISHEARD = _NOT_EXPLAINED | {"vague_period"}  # 上各月, where 各 and 月 are words
_MAY_BE_BROKEN = _NOT_EXPLAINED | {"mixed_time"}
_MAY_BE_OF_TOPIC = _NOT_EXPLAINED | {"two_questions"}
_NAMES_NOBODY_KNOWS = _NOT_EXPLAINED | {"part_of_name"}
_MAY_BE_PADDED = _NAMES_NOBODY_KNOWS | {"no_hours", "no_order_lookup"}  # morning! how did we do
_WHICH_FIGURE = frozenset({"which_figure", "which_of"})
_MAY_BE_TWO = _NOT_EXPLAINED | {"split_or_total", "which_split", "mixed_time", "two_periods"}  # changes, one by one
# 直播刚下播, 刚发完工资, 月底了: what is not kept may be spoken of beside what is asked; so may what is no time of it.
_MAY_BE_BESIDE = _MAY_BE_PADDED | {
    "split_or_total", "mixed_time", "two_periods", "vague_period",
    *(f"off_{of}" for of in ("not_kept", "pay", "chatter", "price", "reviews", "others", "secret"))}
_CLAUSE_ENDS = re.compile(r"[?？;；!！。\n,]")
_CLAUSE_END = re.compile(r"[?？;；!！。\n]+|,\s*(?:and\s+)?(?=how |what |which )")
_STRAY_STOP = re.compile(r"(?<=[\u4e00-\u9fff])。(?=[\u4e00-\u9fff])")
_LEADS_ON = ("还有", "和", "跟", "以及", "然后", "再加", "加上", "的")
_OF_EACH = re.compile("^.{0,3}?(?:各|每|分别|都)")
# What begins or ends a second question behind the first, and what points back at the rows of the first.
_ASKS_ANEW = re.compile(r"^(?:那|and what about|what about|how about)\s*|呢$")
_OF_THOSE = re.compile(r"\b(?:their|its|them|those|these)\b|它们|他们|她们|这些|那些")


@dataclass(frozen=True, slots=True)
class _Missed:
    """A message that was not understood, and why."""

    reading: NotRead
    message: Normalised
    tokens: Words


_Way = tuple[frozenset[str], Callable[[Any, _Missed], Reading | None]]  # what it may mend, and how


class PatientReader:
    """One message in one conversation, and as many ways to read it as it takes."""

    def __init__(self, setting: Setting, context: Context, gazetteer: Gazetteer,
                 alone: Callable[[str], Reading]) -> None:
        """`alone` reads a text outside any conversation."""
        self._setting = setting
        self._context = context
        self._gazetteer = gazetteer
        self._alone = alone
        self._reader = Reader(setting, context, gazetteer)

    @cached_property
    def _apart(self) -> Reader:
        """A reader that tries other messages in the same conversation."""
        return self._in(replace(self._context, pending=None))

    def _in(self, context: Context) -> Reader:
        """A reader that tries messages in that conversation."""
        return Reader(self._setting, context, self._gazetteer, is_trial=True)

    def read(self, message: Normalised, tokens: Words) -> Reading:
        if len(tokens) > MAX_TOKENS:
            return Refused("too_long", {"most": str(MAX_LENGTH)})
        if two := self._two(message, tokens):
            return two
        if (chinese := in_chinese(message)) and (meant := self._in_chinese(chinese)):
            return meant
        reading = self._reader.reading(message, tokens)
        if isinstance(reading, Act):
            return self._without_padding(reading, message)
        if not isinstance(reading, NotRead):
            return reading
        again = self._again(_Missed(reading, message, tokens), self._WAYS)
        return again if again is not None else self._with_offers(reading, message)

    def _again(self, missed: _Missed, ways: Iterable[_Way]) -> Reading | None:
        """What the first way makes of the message that makes anything of it."""
        for keys, way in ways:
            if missed.reading.key in keys and (found := way(self, missed)) is not None:
                return found
        return None

    def _without_padding(self, act: Act, message: Normalised) -> Act:
        """麻烦你把马克杯减3个: what is said around an order is no reason for it."""
        bare = unpadded(message) if "reason" in act.arguments else None
        meant = self._apart.reading_of(bare) if bare else act
        return meant if isinstance(meant, Act) and meant.action == act.action else act

    def _unpadded(self, missed: _Missed) -> Reading | None:
        """What was said at length, without what is said around it; which may be a sentence of a fixed form."""
        bare = unpadded(missed.message)
        meant = self._shorter(bare, Ask | Act | Command)
        formed = self._alone(bare.message) if bare and meant is None else None
        return formed if isinstance(formed, Command) else meant

    def _unnoted(self, missed: _Missed) -> Reading | None:
        return self._shorter(unnoted(missed.message), Act)

    def _set_apart(self, missed: _Missed) -> Reading | None:
        """The request alone, where whatever stands beside it is a circumstance and says nothing of it."""
        spread = self._reader.spread
        apart = set_apart(missed.message, spread)
        if apart is None:
            return None
        meant = self.read(apart.request, scan(apart.request, self._gazetteer))
        is_told = not isinstance(meant, NotRead) or meant.key not in _MAY_BE_BESIDE or (
            isinstance(meant, Unclear) and meant.missing)
        goes_on = isinstance(meant, Ask) and not isinstance(self._alone(apart.request.message), Ask)
        return meant if is_told and apart.leaves(meant, spread, goes_on=goes_on) else None

    def _shorter(self, bare: Normalised | None, may_be: Any) -> Reading | None:
        meant = self.read(bare, scan(bare, self._gazetteer)) if bare else None
        is_asked = isinstance(meant, Unclear) and (meant.missing or meant.key not in _MAY_BE_PADDED)
        return meant if isinstance(meant, may_be) or is_asked else None

    def _shortened(self, missed: _Missed) -> Reading | None:
        """丝绒口红还有几支: the goods whose name has that part, where it is one product's alone and the only doubt."""
        if any(token.has("vague") for token in missed.tokens):
            return None
        whole = with_whole_name(missed.message, missed.tokens, self._gazetteer)
        if whole is None:
            return None
        meant = self._apart.reading_of(whole)
        is_asked = isinstance(meant, Unclear) and meant.pending is not None
        return self._with_offers(meant, whole) if is_asked or isinstance(meant, Ask | Act) else None

    def _said_anew(self, missed: _Missed) -> Reading | None:
        """What did we sell in August? Total revenue, I mean: the figure goes on from the question asked first."""
        said = asked_and_meant(missed.message)
        if said is None:
            return None
        first = self._with_offers(self._apart.reading_of(said[0]), said[0])
        if isinstance(first, Unclear) and first.key in _WHICH_FIGURE and first.choices:
            first = self._apart.reading_of(normalise(first.choices[0]))  # how was August: all of it but the figure
        alone = self._in(Context()).reading_of(said[1])
        if not (isinstance(first, Ask) and isinstance(alone, Ask)) or first.query.order or _says_more(alone.query):
            return None
        anew = self._in(Context(last=first)).reading_of(said[1])
        is_same = isinstance(anew, Ask) and anew.query == replace(first.query, metrics=alone.query.metrics)
        return anew if is_same else None

    def _heard(self, missed: _Missed) -> Reading | None:
        """蓝芽耳机, where one name sounds so: it is asked whether that one was meant."""
        heard = heard_name(missed.message, missed.tokens, self._gazetteer)
        if heard is None:
            return None
        typed, corrected = heard
        meant = self._apart.reading_of(corrected)
        return Unclear("sounds_like", {"words": typed}, (corrected.message,)) if isinstance(meant, Ask | Act) else None

    def _in_chinese(self, message: Normalised) -> Reading | None:
        """各店refund率, with its English words in Chinese: read so first, for net销售额 is no 销售额."""
        meant = command_of(message.message) or self.read(message, scan(message, self._gazetteer))
        is_asked = isinstance(meant, Unclear) and meant.missing
        return meant if is_asked or isinstance(meant, Ask | Act | Command) else None

    def _all_in_chinese(self, missed: _Missed) -> Reading | None:
        chinese = in_chinese(missed.message, has_blanks=True)
        return self._in_chinese(chinese) if chinese else None

    def _in_turn(self, missed: _Missed) -> Reading | None:
        """换成投产比,再去掉京东: two changes of the question before, one after the other, both of which stand."""
        last = self._context.last
        for pause in APART.finditer(missed.message.text) if last else ():
            said, rest = (missed.message.original(*stretch).strip() for stretch in (
                (0, pause.start()), (pause.end(), len(missed.message.text))))
            first = self._apart.reading_of(normalise(said)) if said and rest else None
            if last is None or not isinstance(first, Ask) or first.query == last.query:
                continue
            context = replace(self._context, last=first, pending=None, goes_on=True)
            then = self._in(context).reading_of(normalise(rest))
            if isinstance(then, Ask) and keeps_change(last.query, first.query, then.query):
                return then
        return None

    def _repaired_twice(self, missed: _Missed) -> Reading | None:
        """The message with its slips put right, and where one is not enough, with another one."""
        return self._repaired(missed, self._SECOND)

    def _repaired(self, missed: _Missed, further: Iterable[_Way] = ()) -> Reading | None:
        """The message with one slip put right, where that can be meant in one way only; else the ways are offered."""
        if missed.reading.choices:
            return None
        message, unknown = missed.message, unknown_length(missed.tokens)
        found: list[tuple[Repair, Normalised, Reading]] = []
        for repair in repairs(message, missed.tokens):
            if found and found[-1][0].cost < repair.cost:
                break  # the likelier ones are enough
            corrected = normalise(message.replaced(repair.start, repair.end, repair.word))
            anew = scan(corrected, self._gazetteer)
            if unknown and unknown_length(anew) >= unknown:
                continue  # explains nothing more: not worth a reading
            meant = self._apart.reading(corrected, anew)
            if isinstance(meant, NotRead) and meant.key in _NOT_EXPLAINED:
                again = self._again(_Missed(meant, corrected, anew), further)
                meant = again if isinstance(again, Ask | Act) else meant
            is_told = repair.cost == 0 and isinstance(meant, NotRead) and meant.key not in _NOT_EXPLAINED
            if isinstance(meant, Ask | Act) or is_told:
                found.append((repair, corrected, meant))
        return self._chosen_repair(missed.reading, message, found)

    def _chosen_repair(self, reading: NotRead, message: Normalised,
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
        rest = self._apart.reading_of(normalise(message.replaced(repair.start, repair.end, "")))
        if not isinstance(rest, Ask | Act):
            return False
        return rest != meant if not is_english else repair.is_name or rest == meant

    def _run_together(self, missed: _Missed) -> Reading | None:
        """这个月优惠多少,还有。新客有几个, said and not typed: a full stop where no sentence ends."""
        parts = _STRAY_STOP.split(missed.message.message)
        if len(parts) < 2 or not (parts[0].endswith(_LEADS_ON) or isinstance(self._alone(parts[-1]), NotRead)):
            return None
        meant = self._apart.reading_of(normalise("".join(parts)))
        return meant if isinstance(meant, Ask) else None

    def _topic_first(self, missed: _Missed) -> Reading | None:
        """今年其他费用,花了多少; 断货的SKU,各在途多少: before the comma what it is about, behind it what is asked."""
        topic, comma, rest = missed.message.text.partition(",")
        first = self._alone(topic) if comma and "," not in rest else None
        if not isinstance(first, Ask):
            return None
        meant = self._apart.reading_of(normalise(topic + rest))
        if not isinstance(meant, Ask) or meant.query.by != first.query.by:
            return None
        is_counted = (meant.query.metrics, meant.query.where) == (first.query.metrics, first.query.where)
        is_of_rows = bool(first.query.by) and _OF_EACH.match(rest) is not None
        return meant if is_counted or is_of_rows else None

    def _respelled(self, missed: _Missed) -> Reading | None:
        """The message with every mistyped English word put right at once: waitng to be shiped. Orders are asked about.

        So is a message with a correct word that would be another one: meny orders this weak.
        """
        if missed.reading.choices:
            return None
        found = [(one, self._apart.reading_of(one.message)) for one in put_right(missed.message, missed.tokens)]
        meant = [(one, read) for one, read in found if isinstance(read, Ask | Act)]
        if not meant:
            return None
        best = self._in_longest_words(meant)
        first = best[0][1]
        is_one = isinstance(first, Ask) and all(read == first for _, read in best)
        if is_one and all(one.is_sure for one, _ in best) and not any(self._may_name(one) for one, _ in best):
            return first
        choices = (one.message.message for one, _ in meant)
        return Unclear("unsure_about", missed.reading.facts, tuple(islice(choices, MAX_CHOICES)))

    def _in_longest_words(self, meant: Sequence[tuple[Respelling, Reading]]) -> list[tuple[Respelling, Reading]]:
        """Gros margin is gross margin, one word of the trade, before it is grow and margin."""
        sizes = [len(scan(one.message, self._gazetteer)) for one, _ in meant]
        return [one for one, size in zip(meant, sizes, strict=True) if size == min(sizes)]

    def _may_name(self, respelling: Respelling) -> bool:
        """Whether a word that was put right stands where a name may stand: beer in beer sales."""
        stands_alone = any(token.text in respelling.short for token in scan(respelling.message, self._gazetteer))
        return stands_alone and isinstance(self._apart.reading_of(respelling.rest), Ask | Act)

    def _two(self, message: Normalised, tokens: Words) -> Ask | Unclear | None:
        """Two questions in one message: asked which one, unless they are figures of the same thing."""
        if not _CLAUSE_ENDS.search(message.message):
            return None
        clauses = [clause.strip() for clause in _CLAUSE_END.split(message.message) if clause.strip()]
        if not 2 <= len(clauses) <= MAX_CHOICES:
            return None
        found = [self._alone(one) for one in clauses]
        first = found[0]
        if isinstance(first, Ask) and len(clauses) == 2 and (
                isinstance(found[1], NotRead) or _OF_THOSE.search(clauses[1].lower())):
            return self._goes_on(first, clauses, message)
        if not all(isinstance(one, Ask | Act) for one in found):
            return None
        figures = {one.query.metrics if isinstance(one, Ask) else None for one in found}
        is_one_sentence = not any(token.has("end") for token in tokens[:-1]) or len(figures) == 1
        if is_one_sentence and isinstance(self._apart.reading_of(message), Ask):
            return None
        return Unclear("two_questions", choices=tuple(clauses))

    def _goes_on(self, first: Ask, clauses: Sequence[str], message: Normalised) -> Ask | Unclear | None:
        """昨天卖了多少?按平台看 is one question; 昨天卖了多少?京东呢 are two: the last goes on from the first."""
        then = self._in(Context(last=first)).reading_of(normalise(clauses[1]))
        if not isinstance(then, Ask):
            return None
        whole, said = self._apart.reading_of(message), clauses[1].lower()
        is_both = isinstance(whole, Ask) and {*first.query.metrics, *then.query.metrics} <= {*whole.query.metrics}
        if isinstance(whole, Ask) and whole != then and (is_both or not _OF_THOSE.search(said)):
            return None  # 昨天京东卖了多少?那拼多多呢? is read as both
        if _ASKS_ANEW.search(said):
            return Unclear("two_questions", choices=(clauses[0], *self._said_at_once(clauses, then)))
        return then

    def _said_at_once(self, clauses: Sequence[str], then: Ask) -> tuple[str, ...]:
        """One message that asks what the second sentence asked, where there is such a one."""
        bare = _ASKS_ANEW.sub("", clauses[1]).strip()
        said = (f"{clauses[0]},只看{bare}", f"{clauses[0]} only {bare}", f"{bare}{clauses[0]}")
        return tuple(islice((one for one in said if self._alone(one) == then), 1))

    def _with_offers(self, reading: Reading, message: Normalised) -> Reading:
        """Choices that were checked: each is understood when it is sent back."""
        if not isinstance(reading, NotRead):
            return reading
        offered = (reading.choices or offer(reading, message) or self._with_common_names(reading, message)
                   or self._without_circumstances(reading, message))
        if not offered:
            return reading
        kept = (one for one in dict.fromkeys(offered) if one != message.message and self._leads_on(one, reading.key))
        return replace(reading, choices=tuple(islice(kept, MAX_CHOICES)))

    def _with_common_names(self, reading: NotRead, message: Normalised) -> tuple[str, ...]:
        """Buaety sales: what the shop's goods go by in English, one spelling of each thing."""
        words = reading.facts.get("words", "")
        if reading.key != "unknown_words" or not words.isascii() or len(words) < SHORTEST_LIKE:
            return ()
        like = {self._gazetteer.names[name][0].value: name for name in
                reversed(self._gazetteer.near_common.like(words.lower()))}
        return tuple(message.message.replace(words, name) for name in reversed(like.values()))

    def _without_circumstances(self, reading: NotRead, message: Normalised) -> tuple[str, ...]:
        """客户要买羊绒大衣,还有多少: what is said beside it may change it, so that only the person can leave it."""
        apart = set_apart(message, self._reader.spread) if reading.key in _MAY_BE_BESIDE else None
        return apart.offered(self._reader.spread) if apart else ()

    def _leads_on(self, choice: str, key: str) -> bool:
        found = self._apart.reading_of(normalise(choice))
        return isinstance(found, Ask | Act) or (isinstance(found, Unclear) and found.key != key and bool(found.pending))

    # In this order: the first that makes anything of a message that was not understood, for one of these reasons.
    _WAYS: ClassVar[tuple[_Way, ...]] = (
        (_NAMES_NOBODY_KNOWS, _all_in_chinese),
        (_NOT_EXPLAINED, _said_anew),
        (_MAY_BE_BROKEN, _run_together),
        (_MAY_BE_OF_TOPIC, _topic_first),
        (_MAY_BE_TWO, _in_turn),
        (_MAY_BE_PADDED | {"split_or_total"}, _unpadded),  # 客人要碎花裙L,还有吗
        (_NAMES_NOBODY_KNOWS, _unnoted),
        (_MAY_BE_BESIDE, _set_apart),
        (_NAMES_NOBODY_KNOWS, _shortened),
        (_NAMES_NOBODY_KNOWS, _heard),
        (_MAY_BE_MISHEARD, _repaired_twice),
        (_NOT_EXPLAINED, _respelled),
    )
    _SECOND: ClassVar[tuple[_Way, ...]] = ((_NAMES_NOBODY_KNOWS, _heard), (_MAY_BE_MISHEARD, _repaired))


def _says_more(query: MetricQuery) -> bool:
    """Whether it names more than figures."""
    return bool(query.by or query.where or query.exclude or query.having or query.order or query.compare)
