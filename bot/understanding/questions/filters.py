"""Which part of the shop: names and closed values, kept in or left out."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.understanding.questions.draft import Draft, add_to, is_filler, is_of_stock, next_content
from bot.understanding.readings import Unclear
from bot.understanding.text.normalise import Normalised
from bot.understanding.text.scan import NAMED, NUMBERED, Token
from domain.metrics.catalog import DIMENSIONS, METRICS
from domain.metrics.measures import GOODS, Source
from domain.ports import Name

CLOSED = ("platform", "order_status", "segment", "province", "currency")
_LABELS = {"shop": {"shop"}, "platform": {"platform", "shop"}, "warehouse": {"warehouse"}, "province": {"province"},
           "category": {"category", "product", "goods"}, "product": {"product", "goods"}, "sku": {"sku", "goods"},
           "staff": {"staff"}, "customer": {"customer"}, "segment": {"segment", "customer"},
           "order_status": {"order_status"}, "currency": {"currency"}, "campaign": {"campaign"}, "account": {"account"}}
_OF_GOODS = GOODS | {"goods"}
MAX_CHOICES = 3
_OF_PLACES = {Source.STOCK, Source.SHIPMENTS, Source.SIGNED}


_FILTERING = frozenset({*CLOSED, "exclude", "exclude_end", "counted_in", "not_this", "rest"})
FILTERING = _FILTERING | {NAMED, "retract"}  # no 女装


def read_filters(tokens: Sequence[Token], message: Normalised, draft: Draft) -> None:
    """Every name and closed value becomes a filter; after 除了 it is left out."""
    reader = _FilterReader(tokens, message, draft)
    for at, token in enumerate(tokens):
        if reader.out or token.names or not _FILTERING.isdisjoint(token.senses) or token.text == "no":
            reader.read(at)
    if NUMBERED in draft.kinds and (draft.where or draft.exclude):
        _use_counts(tokens, draft)
    if draft.several and (
            contrast := _contrast(tokens, draft.several[0], says_of_one=bool(draft.feature))):
        draft.object_to(Unclear("unsure_about", {"words": contrast.text}))
    if {"shop", "platform"} <= draft.where.keys():
        _ask_for_one_kind(tokens, message, draft)


_CONTRASTS = frozenset({"但", "但是", "不过", "可是", "却", "but", "yet", "while", "whereas"})


def _contrast(tokens: Sequence[Token], dimension: str, *, says_of_one: bool) -> Token | None:
    """The 但 of 华南仓没货但华东仓有: of the one something else is said than of the other."""
    named = [at for at, token in enumerate(tokens) if token.used and (
        dimension in token.senses or any(name.dimension == dimension for name in token.names))]
    between = tokens[named[0] if not says_of_one else 0:named[-1]] if named else ()
    return next((token for token in between if token.text in _CONTRASTS), None)


def _use_counts(tokens: Sequence[Token], draft: Draft) -> None:
    """浙江江苏两省, 江苏和浙江两个省: how many were just named says nothing more; another number is asked about."""
    for at, token in enumerate(tokens[:-1]):
        if token.number is None or token.used or token.names:
            continue
        dim = at + 1 + (tokens[at + 1].has("piece_unit") and not tokens[at + 1].has("dim"))
        kind = tokens[dim].senses.get("dim", "") if dim < len(tokens) and not tokens[dim].names else ""
        named = draft.where.get(kind) or draft.exclude.get(kind) or ()
        if kind and len(named) == token.number:
            for one in tokens[at:dim + 1]:
                one.used = True


def _ask_for_one_kind(tokens: Sequence[Token], message: Normalised, draft: Draft) -> None:
    """天猫旗舰店和拼多多: a shop and a platform side by side would be read as what is in both: nothing."""
    for before, between, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        kinds = [{name.dimension for name in token.names} or token.senses.keys() & set(CLOSED)
                 for token in (before, after)]
        if _sets_beside(between) and {"shop"} in kinds and {"platform"} in kinds:
            words = message.original(before.start, after.end)
            draft.object_to(Unclear("unsure_about", {"words": words}))


def _sets_beside(token: Token) -> bool:
    """天猫和京东, 天猫比京东: two of a kind."""
    return token.has("sep") or token.has("versus")


def _is_rhetorical(tokens: Sequence[Token]) -> bool:
    return any(token.text in {"吗", "么", "嘛", "吧"} for token in tokens[-2:])


def _leaves_out(tokens: Sequence[Token], at: int) -> bool:
    """除了; the 不是 of 不是美妆的; and the no of top 3, no 女装, which in no, last week takes something back.

    不是京东卖得最多吗 denies nothing.
    """
    if tokens[at].text == "but" and _goes_on_with(tokens, at):
        return False
    says_no = tokens[at].text == "no" or (tokens[at].has("not_this") and not _is_rhetorical(tokens))
    is_no = says_no and _is_named(tokens, next_content(tokens, at + 1))
    return is_no or (tokens[at].has("exclude") and not tokens[at].names)


def _goes_on_with(tokens: Sequence[Token], at: int) -> bool:
    """The but of same but for JD, and of but only JD, which leaves nothing out."""
    before = next((token for token in reversed(tokens[:at]) if token.has("follow") or not is_filler(token)), None)
    goes_on = any(token.has("only") for token in tokens) or (before is not None and before.has("follow"))
    tokens[at].used = tokens[at].used or goes_on
    return goes_on


def _is_named(tokens: Sequence[Token], at: int) -> bool:
    return at < len(tokens) and (bool(tokens[at].names) or not _ALL_CLOSED.isdisjoint(tokens[at].senses))


def _ends_clause(tokens: Sequence[Token], at: int) -> bool:
    """京东不算,拼多多卖了多少: what is left out was just named, and a pause stands behind."""
    return at > 0 and _is_named(tokens, at - 1) and at + 1 < len(tokens) and tokens[at + 1].text in _PAUSES


_PAUSES = frozenset({",", "。", ".", ";"})


def _names_behind(tokens: Sequence[Token], at: int) -> bool:
    """Whether 去掉 has what it takes away behind it, or before it: 把抖音去掉."""
    return any(_is_named(tokens, behind) for behind in range(at + 1, len(tokens)))


@dataclass(slots=True)
class _FilterReader:
    """Goes over the tokens from left to right."""

    tokens: Sequence[Token]
    message: Normalised
    draft: Draft
    out: Token | None = None  # the 除了 that is still in force
    last: list[tuple[str, str]] = field(default_factory=list)  # the values right before: what 以外 leaves out
    last_at: int = 0

    def read(self, at: int) -> None:
        token = self.tokens[at]
        if token.used:
            self.out = self.out if self.out and (is_filler(token) or token.has("sep")) else None
        elif _leaves_out(self.tokens, at):
            is_end = token.has("exclude_end") and self.last and (
                not _names_behind(self.tokens, at) or _ends_clause(self.tokens, at))
            self.out = None if is_end else token
            if is_end:
                self._end(at)
        elif _is_person(token) and _is_asker(self.tokens, at):
            token.used = self.tokens[at + 1].used = True
        elif (_is_person(token) and _is_spoken_to(self.tokens, at)) or (
                token.has("counted_in") and self.draft.exclude):
            token.used = True
        elif self.draft.exclude and (token.has("rest") or token.senses.get("platform") == "other"):
            self._rest(at)
        elif (found := _values(self.tokens, at, self.message, self.draft)) is not None:
            self._keep(at, found)
        elif token.has("exclude_end"):
            self._end(at)
        elif not (token.has("sep") or is_filler(token) or token.has("dim")):
            self.out = None

    def _rest(self, at: int) -> None:
        """其他平台, once some were left out: all that is left."""
        self.tokens[at].used, self.out = True, None
        if at + 1 < len(self.tokens) and self.tokens[at + 1].has("dim") and not self.tokens[at + 1].has("metric"):
            self.tokens[at + 1].used = True

    def _keep(self, at: int, found: list[tuple[str, str]]) -> None:
        self.tokens[at].used = True
        if self.out and self.last and at == self.last_at + 1 and self.last[-1][0] != found[0][0]:
            words = self.message.original(self.tokens[self.last_at].start, self.tokens[at].end)
            self.draft.object_to(Unclear("unsure_about", {"words": words}))  # 除开面膜美妆: both, or one of the other?
        if self.out and at and self.tokens[at - 1].text == "," and self.last and (
                self.last[-1][0] != found[0][0] or self._is_asked(at)):
            self.out = None  # 不算咖啡豆,食品类卖了多少; 除了京东,拼多多卖了多少
        self.last = [*self.last, *found] if self._goes_on(at, found) else found
        self.last_at = at
        for dimension, value in found:
            add_to(self.draft.exclude if self.out else self.draft.where, dimension, value)
            _use_label(self.tokens, at, dimension)
        if self.out:
            self.out.used = True
        if at and self.tokens[at - 1].text == "@":
            self.tokens[at - 1].used = True  # @ Shanghai wh: no price of a piece
        _use_by(self.tokens, at)

    def _is_asked(self, at: int) -> bool:
        """Whether no other pause follows in Chinese: what stands behind the one comma is what is asked about."""
        said = self.out is not None and not self.out.text.isascii() and self.tokens[self.last_at].end
        return bool(said) and not any(
            token.has("sep") or token.has("rest") or token.has("exclude_end") or token.text in _PAUSES
            for token in self.tokens[at + 1:])

    def _goes_on(self, at: int, found: list[tuple[str, str]]) -> bool:
        """京东、拼多多 is one list; 食品类上周卖了多少,枸杞 and 食品类,枸杞 are none."""
        between = self.tokens[self.last_at + 1:at]
        if not (between and between[-1].has("sep") and all(
                token.has("sep") or token.has("dim") or is_filler(token) for token in between)):
            return False
        return between[-1].text != "," or [kind for kind, _ in self.last[-1:]] == [kind for kind, _ in found[:1]]

    def _end(self, at: int) -> None:
        """京东以外, 京东以外的平台: the values just named are not wanted."""
        token, draft = self.tokens[at], self.draft
        for dimension, value in self.last if self.out is None and token.text != "外" else ():
            if value not in draft.where.get(dimension, ()):
                continue  # 除了京东卖的以外: left out already
            draft.where[dimension].remove(value)
            if not draft.where[dimension]:
                del draft.where[dimension]
            add_to(draft.exclude, dimension, value)
        token.used, self.out = bool(draft.exclude), None
        named = self.tokens[at - 1]
        if token.used and named.senses.get("dim") in _OF_GOODS and not _OF_GOODS.isdisjoint(draft.exclude):
            named.used = True  # 女装的SKU不算
        behind = next_content(self.tokens, at + 1)
        if behind < len(self.tokens) and any(self.tokens[behind].senses.get("dim") in _LABELS.get(one, {one})
                                             for one in draft.exclude):
            self.tokens[behind].used = True


def _is_person(token: Token) -> bool:
    return bool(token.names) and any(name.dimension == "staff" for name in token.names)


def _is_asker(tokens: Sequence[Token], at: int) -> bool:
    """老板要看 …, 老板要昨天的销售额: the first word says who wants to know, not whose figures."""
    opens = at == 0 or tokens[at - 1].has("sep") or tokens[at - 1].has("end")  # …,老板等着呢
    return opens and at + 1 < len(tokens) and (tokens[at + 1].has("asker") or tokens[at + 1].text == "要")


_TELLS = frozenset({"汇报", "报告", "看", "看看", "看下", "看一下", "说", "说说", "说一下", "交差"})


def _is_spoken_to(tokens: Sequence[Token], at: int) -> bool:
    """请问老板,… and 要给老板汇报: somebody who is addressed or told, not whose figures they are."""
    if at + 1 == len(tokens):
        return False
    behind = tokens[at + 1]
    if at and tokens[at - 1].text in {"给", "跟", "向"} and behind.text in _TELLS:
        return True
    if at and tokens[at - 1].text in {"帮", "替"} and all(is_filler(token) for token in tokens[:at - 1]):
        return True  # 帮会计导一份上月利润
    greeted = next((token for token in tokens[at + 1:] if not (
        is_filler(token) or token.has("query_word") or token.text == "在")), behind)  # 老板在吗,
    return greeted.text in {",", "!"} and all(is_filler(token) or token.has("end") for token in tokens[:at])


def _use_by(tokens: Sequence[Token], at: int) -> None:
    """Shipped by 小王."""
    if at and tokens[at - 1].text == "by" and _is_person(tokens[at]):
        tokens[at - 1].used = True


_ALL_CLOSED = frozenset(CLOSED)


def _closed(token: Token) -> str | None:
    """The first of the closed lists that has the word."""
    return None if _ALL_CLOSED.isdisjoint(token.senses) else next(kind for kind in CLOSED if kind in token.senses)


_REACHED = frozenset({"完成"})  # 销售额完成了多少: reached so far, not orders that are completed


def _values(tokens: Sequence[Token], at: int, message: Normalised, draft: Draft) -> list[tuple[str, str]] | None:
    """What the token filters by; None when it filters nothing."""
    token = tokens[at]
    closed = _closed(token)
    if token.names:
        return _named(tokens, at, message, draft)
    if closed is None or (closed == "segment" and token.has("metric") and not _other_metrics(draft, token)):
        return None
    if closed == "province" and _begins_name(tokens, at):
        return []
    if closed == "order_status" and token.has("event"):
        return None
    if closed == "order_status" and draft.metrics == ["ship_hours"]:
        return []  # slowest to ship
    if token.text in _REACHED and at + 1 < len(tokens) and tokens[at + 1].text in {"了", "多少"}:
        return []
    return [(closed, value) for value in token.senses[closed].split()]  # 江浙沪 is three


def _begins_name(tokens: Sequence[Token], at: int) -> bool:
    """云南咖啡豆, where goods are called 云南小粒咖啡豆: what they are called, not where buyers live."""
    behind = tokens[at + 1] if at + 1 < len(tokens) else None
    return behind is not None and behind.start == tokens[at].end and any(
        name.dimension == "product" and name.value.startswith(tokens[at].text) for name in behind.names)


def _other_metrics(draft: Draft, token: Token) -> bool:
    return any(metric != token.senses["metric"] for metric in draft.metrics)


def _named(tokens: Sequence[Token], at: int, message: Normalised, draft: Draft) -> list[tuple[str, str]]:
    token = tokens[at]
    closed, names = _closed(token), token.names
    if len(names) == 1 and closed is None:
        _doubt_bare_place(names[0], token, message, draft)
        return [(names[0].dimension, names[0].value)]
    if len({name.dimension for name in names}) == 1 and names[0].dimension == "sku" and len(
            {name.within for name in names}) == 1:
        return [(name.dimension, name.value) for name in names]
    labelled = [name for name in names if _label_beside(tokens, at, name.dimension)]
    names = tuple(labelled) or names
    if closed == "province" and not labelled:
        return _place(tokens, at, names, draft)
    if closed == "platform" and not labelled and _is_beside_platform(tokens, at):
        return [(closed, token.senses[closed])]
    if len(names) == 1:
        _doubt_bare_place(names[0], token, message, draft)
        return [(names[0].dimension, names[0].value)]
    if closed:
        return [(closed, token.senses[closed])]
    said = message.original(token.start, token.end)
    draft.object_to(Unclear("which_name", {"name": said}, _choices(token, names, message)))
    return [(names[0].dimension, names[0].value)]


def _is_beside_platform(tokens: Sequence[Token], at: int) -> bool:
    """天猫和京东, 天猫卖得比京东多, where only the first is also what a shop is called: both are platforms then."""
    if any(token.has("versus") or token.has("count") for token in tokens):  # 京东多少单天猫多少单
        return any(token.has("platform") and not token.names for token in tokens)
    return any(0 <= beside < len(tokens) and _sets_beside(tokens[step]) and tokens[beside].has("platform")
               and not tokens[beside].names for beside, step in ((at - 2, at - 1), (at + 2, at + 1)))


_FROM = ("from", "out of", "从")


def _place(tokens: Sequence[Token], at: int, names: tuple[Name, ...], draft: Draft) -> list[tuple[str, str]]:
    """北京 is where buyers live in a question on sales, and a warehouse in one on stock; so is what is shipped from."""
    token = tokens[at]
    is_out_of = at > 1 and tokens[at - 1].text == "of" and tokens[at - 2].text.endswith("out")
    is_shipped = at > 0 and (is_out_of or tokens[at - 1].text.endswith(_FROM)) and any(
        METRICS[metric].sources & {Source.SHIPMENTS} for metric in draft.metrics)
    is_of_place = any(is_of_stock(metric) for metric in draft.metrics) or (draft.is_after_stock and not draft.metrics)
    if is_shipped or is_of_place or draft.feature:
        return [(names[0].dimension, names[0].value)]
    return [("province", token.senses["province"])]


def _doubt_bare_place(name: Name, token: Token, message: Normalised, draft: Draft) -> None:
    """广州 may be the warehouse's name for people in it, yet in a question on sales it may mean the buyers' town."""
    is_plain = name.dimension == "warehouse" and "仓" not in token.text and "warehouse" not in token.text
    if is_plain and any(not METRICS[metric].sources & _OF_PLACES for metric in draft.metrics):
        draft.object_to(Unclear("place_or_warehouse", {"name": message.original(token.start, token.end)},
                                (message.replaced(token.start, token.end, name.value),)))


def _choices(token: Token, names: tuple[Name, ...], message: Normalised) -> tuple[str, ...]:
    """The message with the full name for the ambiguous one, or with the kind of thing where that does not differ."""
    said = message.original(token.start, token.end)
    distinct = len({name.value for name in names}) == len(names) and all(name.value != said for name in names)
    texts = [name.value if distinct else f"{name.value}{DIMENSIONS[name.dimension].zh}" for name in names]
    return tuple(message.replaced(token.start, token.end, text) for text in texts[:MAX_CHOICES])


def _label_beside(tokens: Sequence[Token], at: int, dimension: str) -> bool:
    return any(0 <= beside < len(tokens) and tokens[beside].senses.get("dim") == dimension and not tokens[beside].names
               for beside in (at + 1, at - 1))


_THOSE = frozenset({"那批", "这批", "那一批", "这一批", "那些", "这些"})


def _use_label(tokens: Sequence[Token], at: int, dimension: str) -> None:
    """京东平台, 类目女装: the word for the kind of thing says nothing more."""
    labels = _LABELS.get(dimension, {dimension})
    those = at + 1 < len(tokens) and tokens[at + 1].text in _THOSE  # 快流失的那批客户
    for beside in (at + 1 + those, at - 1):
        if not 0 <= beside < len(tokens) or tokens[beside].used or tokens[beside].names:
            continue
        is_split = beside and any(tokens[beside - 1].has(kind) for kind in ("each", "which", "rank"))
        is_label = tokens[beside].senses.get("dim") in labels and not is_split
        if is_label and (those or _touches(tokens, at, beside)):
            for one in (beside, at + those):
                tokens[one].used = True


def _touches(tokens: Sequence[Token], at: int, beside: int) -> bool:
    first, second = sorted((at, beside))
    return tokens[second].start - tokens[first].end <= 1
