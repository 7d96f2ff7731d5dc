"""A message that only turns the last question: drop the filter, take Taobao out, put JD back in, 倒过来, 再往前7天.

Such a message has a form of its own, in which a part of the question is taken away, put back, turned round or moved;
what that part is, is read like any other words.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import date

from bot.understanding.conversation import period_turns, unit_turns
from bot.understanding.conversation.turning import Form, Turn, count_of, form
from bot.understanding.questions.asks import DEFAULT_LIMIT
from bot.understanding.questions.draft import Draft, family
from bot.understanding.text.cues import Forms
from domain.metrics.catalog import DIMENSIONS
from domain.metrics.query import MAX_LIMIT, Direction, Filter, MetricQuery, Order

_OPENING = re.compile(r"(?:(?:(?:ok(?:ay)?|now|and|then|so|well|hm+|actually|please|can you|could you|let'?s|just"
                      r"|but)\b"
                      r"|那么?|那?就|好的?|请|帮我|麻烦你?|你|先|还是|把|将|给我)[\s,]*)+(?=\S)")
_CLOSING = re.compile(r"(?:[\s,.!?吧呢啊呗嘛吗]|看看|看下|看|一下|\b(?:please|pls|then|now|for me|thanks?)\b)*$")
APART = re.compile(r",|\band(?: then)?\b|\bthen\b|然后|,?并且?|,?再")

# What is said of the last answer before another one is asked for: 太密了,按周吧.
_REMARK = re.compile(r"(?:按.{1,2}看?|每.|这样?|看着|数据)?(?:有点|还是)?太.{1,4}了?|换个(?:角度|看法|方式)"
                     r"|(?:(?:that|it|daily|weekly|monthly|hourly|by \w+)(?:'?s| is| was) |this is )?"
                     r"(?:a bit |way |far )?too \w+(?: \w+)?")


def turned(text: str, last: MetricQuery, today: date, read: Callable[[str], Draft | None]) -> MetricQuery | None:
    """The last question turned as the whole text says; None for any other message."""
    if not _FORMS.of(text):
        return None
    said = _CLOSING.sub("", text)
    if opening := _OPENING.match(said):
        said = said[opening.end():]
    for pattern, does in _FORMS.of(said):
        found = pattern.fullmatch(said)
        if found and (query := does(Turn((found["what"] or "").strip(), read, today), last)):
            return query
    return None


def turned_first(text: str, last: MetricQuery, today: date,
                 read: Callable[[str], Draft | None]) -> tuple[MetricQuery, str] | None:
    """Drop the filter and split it by shop: the question turned, and where the rest of the message begins."""
    for pause in APART.finditer(text):
        if _REMARK.fullmatch(text[:pause.start()].strip()):
            return last, text[pause.end():]
        if _REMARK.fullmatch(_CLOSING.sub("", text[pause.end():]).strip()):
            return last, text[:pause.start()]
        if (query := turned(text[:pause.start()], last, today, read)) and text[pause.end():].strip():
            return query, text[pause.end():]
    return None


def keeps_change(before: MetricQuery, changed: MetricQuery, after: MetricQuery) -> bool:
    """Whether all that the first change made of the question is in what the second made of it."""
    return after != changed and all(
        getattr(changed, part.name) == getattr(before, part.name)
        or _holds(getattr(after, part.name), getattr(changed, part.name)) for part in fields(MetricQuery))


def _holds(after: object, changed: object) -> bool:
    if isinstance(after, tuple) and isinstance(changed, tuple):
        return set(changed) <= set(after) if changed else not after
    if isinstance(after, Mapping) and isinstance(changed, Mapping) and changed:
        return all(after.get(name) == values for name, values in changed.items())
    return after == changed


# What is called a part of a question; of several the first that there is.
_PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"filter(?:s|ing)?|restrictions?|constraints?|筛选|过滤", ("filters", "having")),
    (r"conditions?|条件|限定", ("having", "filters")),
    (r"thresholds?|cut-?offs?|bounds?|minimum|maximum|门槛|阈值", ("having",)),
    (r"limits?|限制", ("limit", "having", "filters")),
    (r"comparisons?|compar(?:e|ing)|对比|比较|同比|环比", ("compare",)),
    (r"break-?downs?|splits?|splitting|grouping|拆分|分组|细分", ("by",)),
    (r"sort(?:ing)?|order(?:ing)?|ranking|排序|排名", ("order",)))
_PART = re.compile(rf"(?:(?:the|that|this|those|these|all|any|every|那个|这个|所有)\b\s*)*(?P<of>.*?)\s*的?"
                   rf"(?P<part>{'|'.join(words for words, _ in _PARTS)})(?:条件)?")


def _remove(turn: Turn, last: MetricQuery) -> MetricQuery | None:
    if (named := _PART.fullmatch(turn.words)) and (query := _without_part(turn, named, last)):
        return query
    if last.compare and turn.words in _COMPARED:
        return replace(last, compare=None)
    draft = None if _MORE.search(turn.words) else turn.read(turn.words)
    if draft is None or draft.span or draft.asks_amount or draft.asks_which or draft.all_events or draft.lists_rows:
        return None  # 取消的订单有几个 names nothing, it asks
    dimensions = [*draft.by, *(name for name, _ in draft.bare)]
    if draft.metrics and not (draft.where or dimensions):
        return _without_figures(draft.metrics, last)
    if dimensions and not (draft.where or draft.metrics):
        return _without_splits(dimensions, last)
    return _left_out(draft.where, last) if draft.where and not (draft.metrics or dimensions) else None


_COMPARED = frozenset({"yoy", "mom", "wow", "the yoy", "the mom", "the wow", "last year", "去年", "去年同期", "上期"})
# 不要京东,看拼多多: what is wanted, too.
_MORE = re.compile(r"[要看换改只是]|\b(?:just|only|show|use|keep|but|give)\b")


def _without_part(turn: Turn, named: re.Match[str], last: MetricQuery) -> MetricQuery | None:
    kinds = next(kinds for words, kinds in _PARTS if re.fullmatch(words, named["part"]))
    kind = next((kind for kind in kinds if _has(last, kind)), None)
    if kind is None:
        return None
    if not named["of"]:
        is_open = kind == "filters" and len({**last.where, **last.exclude}) > 1 and not _OF_ALL.search(turn.words)
        return None if is_open else _EMPTIED[kind](last)
    draft = turn.read(named["of"])
    if draft is None:
        return None
    of = [*draft.by, *(name for name, _ in draft.bare), *draft.where]
    if kind == "by" and of:
        return _without_splits(of, last)
    if kind == "filters" and of:
        left = {name for one in of for name in family(one)}
        return _if_other(last, replace(
            last, where={name: values for name, values in last.where.items() if name not in left},
            exclude={name: values for name, values in last.exclude.items() if name not in left}))
    is_bound = kind == "having" and (draft.bounds or set(draft.metrics) & {one.metric for one in last.having})
    return _EMPTIED[kind](last) if is_bound or (kind == "compare" and (draft.compare or draft.span)) else None


_OF_ALL = re.compile(r"s$|\ball\b|所有|全部")  # the filter: which of the two?


def _has(query: MetricQuery, kind: str) -> bool:
    return bool(query.where or query.exclude) if kind == "filters" else bool(getattr(query, kind))


_EMPTIED: dict[str, Callable[[MetricQuery], MetricQuery]] = {
    "filters": lambda last: replace(last, where={}, exclude={}),
    "having": lambda last: replace(last, having=()),
    "limit": lambda last: replace(last, limit=None),
    "compare": lambda last: replace(last, compare=None),
    "by": lambda last: replace(last, by=(), having=(), order=(), limit=None),
    "order": lambda last: replace(last, order=(), limit=None)}


def _if_other(last: MetricQuery, query: MetricQuery) -> MetricQuery | None:
    return query if query != last else None


def _without_figures(figures: list[str], last: MetricQuery) -> MetricQuery | None:
    """转化率不要了: the others stay; the only one cannot go."""
    left = tuple(one for one in last.metrics if one not in figures)
    if not left or not set(figures) <= set(last.metrics):
        return None
    order = tuple(one for one in last.order if one.by not in figures)
    return replace(last, metrics=left, order=order, limit=last.limit if order == last.order else None,
                   having=tuple(one for one in last.having if one.metric not in figures))


def _without_splits(dimensions: list[str], last: MetricQuery) -> MetricQuery | None:
    if not set(dimensions) <= set(last.by):
        return None
    return replace(last, by=tuple(one for one in last.by if one not in dimensions), having=(), order=(), limit=None)


def _left_out(names: dict[str, list[str]], last: MetricQuery) -> MetricQuery | None:
    """Taken from those that were named, else left out of all; what alone was asked about cannot go."""
    where, exclude = dict(last.where), dict(last.exclude)
    for dimension, values in names.items():
        if kept := where.get(dimension):
            where[dimension] = tuple(value for value in kept if value not in values)
            if not where[dimension] or len(where[dimension]) == len(kept):
                return None
        else:
            exclude[dimension] = tuple(dict.fromkeys([*exclude.get(dimension, ()), *values]))
    return replace(last, where=where, exclude=exclude)


def _restore(turn: Turn, last: MetricQuery) -> MetricQuery | None:
    """Put JD back in: of what was left out; put it back: all that was."""
    is_one = turn.words in _ONE and len([one for values in last.exclude.values() for one in values]) == 1
    if turn.words in _IT or is_one:
        return replace(last, exclude={}) if last.exclude else None
    draft = turn.read(turn.words)
    names = {**draft.where, **draft.exclude} if draft else {}
    if not names or (draft and draft.metrics) or any(
            not set(values) <= set(last.exclude.get(dimension, ())) for dimension, values in names.items()):
        return None
    left: Filter = {dimension: tuple(value for value in values if value not in names.get(dimension, ()))
                    for dimension, values in last.exclude.items()}
    return replace(last, exclude={dimension: values for dimension, values in left.items() if values})


_IT = frozenset({"", "it", "that", "them", "those", "them all", "all of them", "它", "它们", "都", "全部"})
_ONE = frozenset({"that one", "this one", "the one", "那个", "这个", "那家", "这家", "那一个", "那一家", "个", "家",
                  "一个"})


def _reverse(_turn: Turn, last: MetricQuery) -> MetricQuery | None:
    """Rows without an order are shown as time runs, or the largest first."""
    if not last.by:
        return None
    if last.order:
        return replace(last, order=tuple(replace(one, direction=_OTHER_WAY[one.direction]) for one in last.order))
    time = next((name for name in last.by if DIMENSIONS[name].is_time), None)
    order = Order(time, Direction.DESC) if time else Order(last.metrics[0], Direction.ASC)
    return replace(last, order=(order,))


_OTHER_WAY = {Direction.ASC: Direction.DESC, Direction.DESC: Direction.ASC}

def _limited(turn: Turn, last: MetricQuery) -> MetricQuery | None:
    """Cut it to three: of the rows as they stand."""
    count = count_of(turn.words)
    if not (last.by and count and count <= MAX_LIMIT) or (last.having and not last.limit):
        return None
    return replace(last, order=last.order or (Order(last.metrics[0], Direction.DESC),), limit=count)


def _unlimited(_turn: Turn, last: MetricQuery) -> MetricQuery | None:
    """Show all: of a list that was cut short, else of one that a bound thinned; of what is filtered it is open."""
    if last.limit or last.having:
        return replace(last, limit=None) if last.limit else replace(last, having=())
    return None if last.where or last.exclude else last


def _more(turn: Turn, last: MetricQuery) -> MetricQuery | None:
    """再多给几个: of a list that was cut short; how many, where it is said."""
    if last.limit is None:
        return None
    more = 0 if turn.words in _A_FEW else count_of(turn.words)
    if not more and turn.words not in _A_FEW:
        return None
    limit = last.limit + more if more else max(DEFAULT_LIMIT, 2 * last.limit)
    return replace(last, limit=min(limit, MAX_LIMIT))


_A_FEW = frozenset({"", "几", "a few", "some"})


_ROWS = r"(?: (?:it|that|this|them|the (?:list|rows|table|order|sort(?:ing)?)))?"
_FORMS: Forms[Form] = Forms(
    ("hide exclude ignore minus", form(r"(?:hide|exclude|ignore|minus)\s+(?P<what>[^,].*?)", _remove)),
    ("drop never lose remov forget scrap clear ditch undo lift cancel get delete no without leave take skip", form(
        r"(?:drop|lose|remove|forget(?: about)?|never mind|scrap|clear|ditch|undo|lift|cancel|get rid of|delete|skip"
        r"|leave out|no more|no|without|take (?:off|out|away))\s+(?P<what>[^,].*?)(?: again)?", _remove)),
    ("take leave kick throw cut keep pull filter", form(
        r"(?:take|leave|kick|throw|cut|keep|pull|filter)\s+(?P<what>.+?)\s+(?:out|off|away)"
        r"(?: of (?:it|that|this|there))?", _remove)),
    ("去取不拿撤删清解放忽关移别剔踢扔刨排", form(
        r"(?:[去拿撤删剔踢扔刨排]掉|取消|不要|别要|撤销|删除|清[除空]|解除|不用|不看|忽略|关掉|移除|放开)"
        r"(?P<what>[^的].*?)了?", _remove)),
    ("去取不拿撤删清解移别剔踢扔刨排", form(
        r"(?P<what>.+?)(?:也|就|先|都)*(?:不要了?|[去拿撤删清剔踢扔刨排]掉|取消|撤了|解除|移除"
        r"|不用[看列要]?了?|不看了?|别要了?)了?", _remove)),
    ("back", form(
        r"(?:put|bring|add|include|let|take)\s+(?P<what>.+?)\s+back(?: in(?:to it)?)?(?: again)?", _restore)),
    ("back restore reinclude", form(
        r"(?:(?:put|bring|add) back(?: in)?|restore|re-?include)\s+(?P<what>.+?)", _restore)),
    ("回", form(r"(?P<what>.+?)(?:再|重新)?[加放算补拿要]回[来去]", _restore)),
    ("回恢", form(r"(?:再|重新)?(?:[加放算]回[来去]?|恢复)(?P<what>.*)", _restore)),
    ("include count", form(r"(?:include|count)\s+(?P<what>.+?)(?: (?:again|after all))", _restore)),
    ("way reverse flip invert upside backwards opposite", form(
        rf"(?P<what>)(?:(?:sort|order|rank|show|list|put|turn|do)\b{_ROWS}(?: in)?\s*)?"
        rf"(?:(?:flip|reverse|invert|turn)\b{_ROWS}(?: (?:around|round|over))?"
        r"|(?:the )?other way (?:a?round)?|reversed|(?:the )?(?:reverse|opposite)(?: order| way)?|upside down"
        r"|backwards)(?: order)?", _reverse)),
    ("倒反逆颠", form(
        r"(?P<what>)(?:排序|顺序|排列)?(?:(?:倒|反|颠倒?)(?:过来|着|序|向|转|一下)|逆序|倒序|反序)来?"
        r"(?:排列?|排序|排一?下|一下)?", _reverse)),
    ("cut trim limit narrow reduce shorten bring keep", form(
        r"(?:cut|trim|limit|narrow|reduce|shorten|bring|keep)(?: (?:it|that|this|them|the list))?(?: down)? to "
        r"(?:the )?(?P<what>\d+|[a-z]+)(?: rows)?", _limited)),
    ("show list give", form(r"(?:show|list|give)(?: me)? (?P<what>\d+)(?: rows| of them)?", _limited)),
    ("缩减压砍", form(
        r"(?:缩|减|压|砍|缩减|缩短)[小少]?(?:到|成|为)前?(?P<what>\d+|[一二两三四五六七八九十]+)[个名条]", _limited)),
    ("all everything", form(
        r"(?P<what>)(?:no,? )?(?:(?:show|list|give|see)(?: me)? )?(?:all(?: of (?:them|it|those))?|them all|everything)"
        r"(?: again)?", _unlimited)),
    ("全都", form(
        r"(?P<what>)(?:放宽|放开|不,?|不对)?,?(?:(?:全部?|都)(?:再|重新)?(?:给我)?(?:显示|列|看)(?:一遍|一下|出来|看)?"
        r"|(?:再|重新)?(?:显示|列|看)(?:一遍|一下)?(?:全部|所有)的?)", _unlimited)),
    ("more", form(
        r"(?:(?:show|give|list|see|get)(?: me)? )?(?:a few |some |(?P<what>\d+|[a-z]+) )?more(?: of (?:them|those))?"
        r"(?: (?:rows|lines|of them))?", _more)),
    ("多", form(
        r"(?:再|还)?(?:多)(?:给|来|列|看|要|显示)(?:我)?(?:出)?(?P<what>\d+|[几一二两三四五六七八九十]+)"
        r"(?:个|款|条|名|家|行|位|种)", _more)),
    *unit_turns.FORMS,
    *period_turns.FORMS)
