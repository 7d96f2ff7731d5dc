"""What of the conversation a message points at: 第二名, 那家店, 这俩加起来, back to overdue, 先不管这个.

The words that point are taken out, and what they point at becomes the question that the rest goes on from.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from bot.understanding.conversation.called import (
    NOUNS_EN,
    NOUNS_ZH,
    ORDINALS,
    TIMES_EN,
    TIMES_ZH,
    dimensions_called,
)
from bot.understanding.conversation.going_back import back
from bot.understanding.conversation.pointed import Pointed, Pointing
from bot.understanding.questions.draft import family
from bot.understanding.readings import MOST_SHOWN, Context, NotRead, Unclear
from bot.understanding.text.cues import Forms
from bot.understanding.text.gazetteer import Gazetteer
from bot.understanding.text.normalise import Normalised
from bot.understanding.text.scan import scan
from domain.metrics.catalog import DIMENSIONS
from domain.metrics.periods import Grain, Period, previous, previous_year, step_of
from domain.metrics.query import Compare, Direction, MetricQuery, Order


def pointed(message: Normalised, context: Context, gazetteer: Gazetteer) -> Pointed | NotRead | None:
    """The conversation that the message speaks of, if it points at something in it; what cannot be told is asked."""
    for pattern, does in _FORMS.of(message.text):
        found = pattern.search(message.text)
        if found and (context.last or does is _left) and (meant := does(Pointing(message, found, context, gazetteer))):
            return meant
    return None


def _of_row(turn: Pointing) -> Pointed | NotRead | None:
    """第二名 of the list just shown; what the first alone is, is asked of the list itself."""
    last, shown = turn.last, turn.context.shown
    if not (last.by or (shown and shown.holds(last))):
        return None
    said = (turn.found["n"] or "last").split()[-1].lstrip("#no.")
    is_last = said == "last"
    at = len(shown.values) if shown and is_last else ORDINALS.get(said) or (int(said) if said.isdecimal() else 0)
    rest = Pointed(turn.rest, turn.context)
    if at == 1 and last.by and rest.says_no_more:
        return None
    if shown is None or not 1 <= at <= len(shown.values):
        return turn.unclear()
    query = _narrowed(last, shown.dimension, shown.values[at - 1])
    return turn.on(query) if query else turn.unclear()


def _of_extreme(turn: Pointing) -> Pointed | NotRead | None:
    """最高的那个平台客单价多少: of the row that is so in the list just shown."""
    last, shown, rest = turn.last, turn.context.shown, Pointed(turn.rest, turn.context)
    if shown is None or not last.by or rest.says_no_more:
        return None
    if DIMENSIONS[shown.dimension].is_time and not last.order:
        return turn.unclear()
    is_up = bool(last.order) and last.order[0].direction is Direction.ASC
    is_first = (turn.found["way"] in {"低", "少", "小"}) is is_up
    if not is_first and (last.limit or len(shown.values) >= MOST_SHOWN):
        return turn.unclear()
    query = _narrowed(last, shown.dimension, shown.values[0 if is_first else -1])
    return turn.on(query) if query else turn.unclear()


def _narrowed(last: MetricQuery, dimension: str, value: str) -> MetricQuery | None:
    """The question of one row of its answer; None for rows that no question can be narrowed to."""
    alone = replace(last, by=(), order=(), limit=None, having=())
    if DIMENSIONS[dimension].is_time:
        period = _period_of(dimension, value, last)
        return replace(alone, period=period) if period else None
    where = {name: values for name, values in last.where.items() if name not in family(dimension)}
    return replace(alone, where={**where, dimension: (value,)})


def _period_of(dimension: str, value: str, last: MetricQuery) -> Period | None:
    """The days of a row, as far as the question went."""
    step, period = step_of(dimension, value), last.period
    if step is None or period is None:
        return None
    end = min(step.end, period.end)
    whole = step.start >= period.start
    return Period(step.start, end, step.grain) if whole else Period(period.start, end, Grain.SPAN)


def _of_same(turn: Pointing) -> Pointed | NotRead | None:
    """那家店, 她: the one row just shown, or the one that was spoken of; of several it is asked which."""
    last, shown = turn.last, turn.context.shown
    groups = turn.found.groupdict()
    noun = groups.get("noun")
    if groups.get("it"):
        is_one = bool(shown and last.by and len(shown.values) == 1)
        query = _narrowed(last, shown.dimension, shown.values[0]) if shown and is_one else None
        return turn.on(query) if query else None
    if (noun := groups.get("time") or noun) and groups.get("time") and not (shown and last.by):
        return None
    dimensions = dimensions_called(noun or ("人" if groups.get("person") else None))
    if any(token.names or token.has("platform") for token in scan(turn.message, turn.gazetteer)):
        return None  # 天猫那家
    if shown and shown.dimension in dimensions and last.by:
        if len(shown.values) == 1:
            query = _narrowed(last, shown.dimension, shown.values[0])
            return turn.on(query) if query else turn.unclear()
        return turn.unclear() if noun or groups.get("person") else None
    kept = [name for name in dimensions if len(last.where.get(name, ())) == 1]
    if kept and (noun or groups.get("person")):
        return turn.on(last, is_sure=False)
    return turn.unclear() if groups.get("person") and not kept else None


def _of_both(turn: Pointing) -> Pointed | NotRead | None:
    """这俩加起来: what was just asked about and what before it; 两个仓加一块儿: all that there are."""
    noun = turn.found["noun"]
    dimensions, last = dimensions_called(noun), turn.last
    if any(len(last.where.get(name, ())) == 2 for name in dimensions):
        return turn.on(last, is_sure=False)
    for name in dimensions:
        run = _spoken_of(turn.context, name)
        if len(run) > 1:
            return turn.on(replace(last, where={**last.where, name: tuple(reversed(run[:2]))}), is_sure=False)
    known = {"warehouse": turn.gazetteer.warehouses, "shop": turn.gazetteer.shops}.get(dimensions[0], ())
    if noun and len(known) == 2:
        left = {name: values for name, values in last.where.items() if name not in family(dimensions[0])}
        query = replace(last, where=left, by=tuple(name for name in last.by if name != dimensions[0]))
        return turn.on(query, is_sure=False)
    return turn.unclear()


def _of_all_there_are(turn: Pointing) -> Pointed | NotRead | None:
    """两个仓都要,分仓库看: of all that there are; whether each or together is asked, where it is not said."""
    name = dimensions_called(turn.found["noun"])[0]
    known = {"warehouse": turn.gazetteer.warehouses, "shop": turn.gazetteer.shops}.get(name, ())
    last = turn.last
    if len(known) != 2 or not family(name) & last.where.keys():
        return None
    query = replace(last, where={kept: values for kept, values in last.where.items() if kept not in family(name)})
    rest = turn.on(query, is_sure=False)
    if not rest.says_no_more:
        return rest
    called = DIMENSIONS[name]
    is_chinese = not turn.message.text.isascii()
    choices = (f"按{called.zh}看", f"所有{called.zh}") if is_chinese else (f"by {called.en}", f"all {called.en}s")
    return Unclear("split_or_total", {"dimension": name}, choices)


def _of_other(turn: Pointing) -> Pointed | NotRead | None:
    """另外一个仓呢, of two."""
    name = dimensions_called(turn.found["noun"])[0]
    known = {"warehouse": turn.gazetteer.warehouses, "shop": turn.gazetteer.shops}.get(name, ())
    others = [one for one in known if one not in turn.last.where.get(name, ())]
    if len(known) != 2 or len(others) != 1:
        return turn.unclear()
    return turn.on(replace(turn.last, where={**turn.last.where, name: tuple(others)}), is_sure=False)


def _two_beside_each_other(turn: Pointing) -> Pointed | NotRead | None:
    """Compare the two, 这两个月对比: what was just asked about, and what before it."""
    context, last = turn.context, turn.last
    before = context.earlier[0].query if context.earlier else None
    if before is None or last.by != before.by:
        return None
    if before.period and last.period and replace(before, period=last.period) == last:
        late, early = sorted((last.period, before.period), key=lambda one: one.start, reverse=True)
        kinds = {previous(late).start: Compare.PREVIOUS_PERIOD, previous_year(late).start: Compare.PREVIOUS_YEAR}
        if (kind := kinds.get(early.start)) is None:
            return Unclear("compare_kinds")
        return turn.on(replace(last, period=late, compare=kind), "", is_sure=False)
    for name in last.where:
        if len(run := _spoken_of(context, name)) > 1:
            where = {**last.where, name: tuple(reversed(run[:2]))}
            return turn.on(replace(last, where=where, by=(name,)), "", is_sure=False)
    return None


def _spoken_of(context: Context, name: str) -> list[str]:
    """The values that the same question was asked of, one after another, the latest first."""
    found: list[str] = []
    last = context.last.query if context.last else None
    for ask in (context.last, *context.earlier):
        one = ask.query.where.get(name, ()) if ask else ()
        if ask is None or last is None or len(one) != 1 or replace(ask.query, where=last.where) != last:
            break
        if one[0] not in found:
            found.append(one[0])
    return found


def _of_all_spoken_of(turn: Pointing) -> Pointed | None:
    """加起来呢, 哪个最多 after one platform and another: of all that were just asked about."""
    last = turn.last
    found = {name: run for name in last.where for run in [_spoken_of(turn.context, name)] if len(run) > 1}
    if len(found) != 1 or last.by:
        return None
    (name, run), way = next(iter(found.items())), turn.found.groupdict().get("way")
    query = replace(last, where={**last.where, name: tuple(reversed(run))})
    if way:
        is_least = way in _LEAST
        order = (Order(last.metrics[0], Direction.ASC if is_least else Direction.DESC),)
        query = replace(query, by=(name,), order=order, limit=1)
    return turn.on(query, "", is_sure=False)


_LEAST = frozenset({"低", "少", "小", "lowest", "least", "fewest", "smallest"})


def _left(turn: Pointing) -> Pointed | None:
    """先不管这个,今天来了多少访客: a question of its own."""
    rest = turn.rest
    return Pointed(rest, replace(turn.context, last=None, shown=None, pending=None)) if rest else None


def _on_last(turn: Pointing) -> Pointed:
    """接着上一个答案: chosen where it was asked what a message goes on from."""
    return turn.on(turn.last)


_Does = Callable[[Pointing], Pointed | NotRead | None]
_Form = tuple[re.Pattern[str], _Does]


def _form(pattern: str, does: _Does) -> _Form:
    return re.compile(pattern), does


_THIS = "(?:那|这|该)(?:一)?"
_OF = r"(?:\b(?:of|for|in|at|on|from) )?\b"
_NTH = r"(?P<n>first|second|third|fourth|fifth|(?:number |no\.? ?|#)(?:one|two|three|\d)|last)\b"
_BOTH_EN = (r"(?:\b(?:for|of) )?\b(?:both|(?:the|those|these) two)(?: of (?:them|those|these))?"
            rf"(?: (?P<noun>{NOUNS_EN})s?(?:ies)?)?(?:,? (?:together|combined|in total|added (?:up|together)"
            r"|summed(?: up)?|as one)|,?(?= (?:per|by|for each|split by)\b))")
_FORMS: Forms[_Form] = Forms(
    ("接", _form(r"^接着上一个答案[::,]\s*", _on_last)),
    ("from", _form(r"^from the last answer[:,]\s*", _on_last)),
    ("不放换题另", _form(
        r"^(?:先)?(?:不管|不说|不看|不提|放下|放一放|别管|抛开)(?:这个|那个|这些|它|这)?(?:了)?(?:先)?[,;。 ]\s*"
        r"|^(?:换个(?:话题|问题|事)|问个别的|说点别的|另外(?:问|说)(?:一下|个)?(?:别的)?|题外话)[,;。: ]*", _left)),
    ("leave anyway moving different another new separately something way btw", _form(
        r"^(?:(?:ok|okay|right|well|oh|ah|hm+),? )?(?:leave (?:it|that)(?: aside| there| for now)?|anyways?|moving on"
        r"|different (?:question|topic|thing|subject)|on another note|new (?:topic|question|subject)|separately"
        r"|something else|by the way|btw)\s*[,.:;-]\s*", _left)),
    ("回刚之前上面接返切", _form(
        r"^(?:好的?|那|再|还是|先|我们?|咱们?|算了|[,\s])*(?:回到|返回到?|切回到?|说回|看回|回头(?:再)?看"
        r"|(?:接着|继续)(?:看|说)|(?:刚才?|刚刚|之前|前面|上面)(?:(?:我)?(?:说|问|看|讲|提)(?:到|过)?)?(?:的|那个))"
        r"(?:刚才?|刚刚|之前|前面|上面)?(?:的|那个)?", back)),
    ("back return", _form(
        r"^(?:(?:ok|okay|now|so|right|let'?s|can we|and|please|then|,|go|going|switch|get|jump)\s*)*"
        r"(?:(?:back|return(?:ing)?) to)\s+(?:the |that |those |our |my |see |seeing )*", back)),
    ("第头最垫", _form(
        r"(?:排|排在)?(?:第(?P<n>[一二三四五六七八九十]|\d{1,2})|(?:最后|垫底|末位|末尾)(?:的)?(?=一?(?:个|名|款|家|位|那)))"
        r"一?(?:名|个|款|家|位|种|样|行|项|那个|那家|那款|那位)(?!月|季|星|周|礼|半|小时|问|订单|单)"
        rf"(?:的)?(?:{NOUNS_ZH})?(?:的|它)?", _of_row)),
    ("first second third fourth fifth last number", _form(
        rf"{_OF}(?:the )?{_NTH}(?: (?:one|row|{NOUNS_EN})(?:'s)?\b|'s\b)(?! of )", _of_row)),
    ("first second third fourth fifth last number", _form(
        rf"{_OF}the {_NTH}(?=[\s?.!]*$| (?:spend|buy|sell|sold|cost|make|have|do|did|ship|bring)\b)", _of_row)),
    ("最", _form(
        rf"最(?P<way>高|多|大|低|少|小)的那(?:一)?(?:个|家|款|种|位)?(?:{NOUNS_ZH})?(?:的)?", _of_extreme)),
    ("那这该他她它", _form(
        rf"{_THIS}(?:(?:个|家|款|种|位|件)?(?P<noun>{NOUNS_ZH}))(?![\u4e00-\u9fff]{{0,2}}个?(?:月|周)前)(?:的)?"
        rf"|那(?:一)?个?(?P<time>{TIMES_ZH})(?:的)?|(?<!其)(?P<person>[他她])(?!们)(?:的)?|(?P<it>它(?!们)|那[里边儿])(?:的)?",
        _of_same)),
    ("that this he she him his her its there", _form(
        rf"(?:\b(?:of|for|in|at|on|from|by) )?\b(?:that|this) (?P<noun>{NOUNS_EN})(?:'s)?\b"
        rf"|(?:\b(?:of|for|in|on|from|during) )?\bthat (?P<time>{TIMES_EN})(?:'s)?\b"
        r"|(?:\b(?:by|for|of) )?\b(?P<person>he|she|him|her|his)\b|\b(?P<it>its|(?:in |from )?there)\b", _of_same)),
    ("俩两", _form(
        rf"(?:这|那|它|他)?(?:们)?(?:俩|两|2)(?:个|家|款|种|位|件)?(?P<noun>{NOUNS_ZH})?(?:都|的)?"
        r"(?:一起|一块儿?|加起来|加一起|加一块儿?|加在一起|合起来|合计|合在一起|放一起|放在一起|总共|一共|总和|相加"
        r"|(?:看看?|要|列)?,?(?=按|分[店平品仓天月周省类]))"
        r"(?!比|对比)(?:算|看|是多少|多少|有多少)?", _of_both)),
    ("both two", _form(_BOTH_EN, _of_both)),
    ("俩两", _form(
        rf"^(?:那|这|就)?(?:俩|两个?|2个)(?P<noun>{NOUNS_ZH})(?:都|全)(?:要|看|算|查|列)?(?:上|看|看看|一下|下)?(?=[,。!吧呢\s]|$)",
        _of_all_there_are)),
    ("both", _form(
        rf"^(?:and |ok |no |now |for |in |of )*both (?:of (?:the|our) )?(?P<noun>{NOUNS_EN})s?\b(?: please)?"
        r"(?=[\s,.!?]|$)",
        _of_all_there_are)),
    ("另别其", _form(r"(?:另外?|别的|其[他它余]的?|剩下的?)(?:一|那)?个?(?P<noun>仓库?|店铺?)(?!库存)", _of_other)),
    ("other", _form(r"(?:\b(?:in|at|for|of|from) )?\bthe other (?P<noun>warehouse|shop|store)\b", _of_other)),
    ("两俩", _form(
        r"^(?:那|把)?(?:这|那|它|他)?(?:两|俩)(?:个|家|款|天|日|周|个星期|个?月|年|个?季度|者)?(?:放一起|放在一起|一起)?"
        r"(?:对比|比较|比一?下|比比|比一比|相?差多少|比)(?:看看|看|一下|下)?[呢吧?\s]*$", _two_beside_each_other)),
    ("compare contrast side", _form(
        r"^(?:and |now |so |then |ok )?(?:(?:compare|contrast) (?:the two|them|both|these two|those two)"
        r"|(?:the two|both) side by side)[\s?.!]*$", _two_beside_each_other)),
    ("加合共总", _form(
        r"^(?:那|都|全|全部|再|[,\s])*(?:加起来|加一起|加在一起|加一块儿?|合起来|合在一起|合计|一共|总共|总计)"
        r"(?:一下|是|有|卖了)?(?:多少|几单)?[呢啊?\s]*$", _of_all_spoken_of)),
    ("add altogether total together combined", _form(
        r"^(?:and |so |now )?(?:add (?:them|those|it) (?:all )?up|(?:all )?together|combined|in total|altogether"
        r"|all told)[\s?.!]*$", _of_all_spoken_of)),
    ("哪谁", _form(
        r"^(?:那)?(?:这几个|这些|里面|其中)?(?:哪个|哪家|哪边|谁)(?:卖得|卖的|发得|的)?(?:最|更|比较)?(?P<way>多|高|大|好|低|少|小)"
        r"[呢啊?\s]*$", _of_all_spoken_of)),
    ("which highest most lowest least biggest", _form(
        r"^(?:and |so )?which (?:one |of (?:them|those|these) )?(?:is |was |sold |had |has )?(?:the )?"
        r"(?P<way>highest|most|biggest|largest|best|lowest|least|fewest|smallest)[\s?.!]*$", _of_all_spoken_of)))
