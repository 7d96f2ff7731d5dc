"""Words that only make sense after another question: 那, 呢, instead, as well, 也一起看, 再按类目细分."""

from collections.abc import Callable, Sequence

from bot.understanding.questions.draft import Draft, is_filler
from bot.understanding.text.scan import Token


def read_follow(tokens: Sequence[Token], draft: Draft) -> None:
    """Words that only make sense after another question."""
    if not tokens:
        return
    is_opened = tokens[0].has("follow") or tokens[0].has("retract")
    draft.follows = is_opened or _ends_with_ne(tokens) or _says_instead(tokens) or (
        any(token.text in _CHANGES for token in tokens))
    if (tokens[0].has("metric") and tokens[0].text.startswith("in ")) or (
            tokens[0].text == "in" and any(token.has("metric") for token in tokens[1:2])):
        draft.follows = True  # in revenue
    draft.adds = _adds(tokens, is_opened=is_opened)
    draft.adds_figures = "add" in draft.kinds and _adds_figures(tokens)
    if "sep" in draft.kinds:
        _read_adding(tokens, draft)
    if "unchanged" in draft.kinds:
        for token in tokens:
            token.used = token.used or token.has("unchanged")
        draft.follows = True
    if "enough" in draft.kinds:
        _read_enough(tokens, draft)
    if not draft.kinds.isdisjoint(_OF_LAST):
        _read_of_last(tokens, draft)
    if not draft.kinds.isdisjoint({"no_split", "whole"}):
        _read_unsplit(tokens, draft)


def _read_unsplit(tokens: Sequence[Token], draft: Draft) -> None:
    """合计, 全店: one row for all; 不分平台: rows of anything but that."""
    said = [token.senses["no_split"] for token, behind in zip(tokens, (*tokens[1:], None), strict=True)
            if token.has("no_split") and not (token.has("not_by") and behind and _names_figure(behind))]  # 不按件数
    draft.widened = [token.senses["whole"] for token in tokens if token.has("whole")]
    draft.unsplit = "no_split" in said or "all" in draft.widened
    draft.unsplit_of = [name for name in said if name != "no_split"]
    draft.unsplit_of += [token.senses["whole"] for token in tokens
                         if token.has("whole") and token.text.startswith("不分")]


def changed_to(tokens: Sequence[Token]) -> list[str]:
    """The ROI of 换成投产比,再只看低于2的: what is wanted before what it is bounded by."""
    for change, figure, pause in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if change.text in _CHANGES and figure.has("metric") and not figure.names and (
                pause.has("sep") or pause.has("end")):
            return [figure.senses["metric"]]
    return []


_OF_LAST = frozenset({"uncompared", "points_back", "nests", "of_them"})


def _read_of_last(tokens: Sequence[Token], draft: Draft) -> None:
    """What is said of the last answer itself."""
    draft.nests = any(token.has("nests") and not token.names for token in tokens)
    draft.uncompared = any(token.has("uncompared") for token in tokens)
    draft.points_back = any(token.has("points_back") and not token.names for token in tokens)
    for token in tokens:
        token.used = token.used or (not _OF_LAST.isdisjoint(token.senses) and not token.names)


def _adds(tokens: Sequence[Token], *, is_opened: bool) -> bool:
    """Whether what is named comes beside what was named before: 再加京东, with ROI, by shop too, 口红也一起看."""
    said = [token for token in tokens if not token.has("end")]
    while len(said) > 1 and said[-1].text in _FINAL:
        said.pop()
    if any(token.has("add") and not (token.has("sep") and at) for at, token in enumerate(tokens)) and (
            tokens[0].has("add") or is_opened):
        return True
    if len(said) > 1 and said[-1].has("add") and not said[-1].has("sep"):
        return True  # 把转化率也加上
    if tokens[0].text == "with" and any(token.has("metric") for token in tokens[1:3]):
        return True
    while len(said) > 1 and is_filler(said[-1]) and said[-1].text not in {"too", "也"}:
        said.pop()  # 口红也看一下
    together = next((at for at, token in enumerate(said) if at and token.text == "也"), 0)
    return len(said) > 1 and (said[-1].text in _ALSO or (bool(together) and all(
        is_filler(token) or token.has("no_split") for token in said[together:])))


def _adds_figures(tokens: Sequence[Token]) -> bool:
    """按周看,加上复购率: behind another change a figure comes beside those of the last answer."""
    at = next((at for at, token in enumerate(tokens) if at and _adds_here(token, tokens[at - 1])), 0)
    before = tokens[at - 1] if at else None
    if before is None or not (before.has("sep") or before.has("follow") or before.text == "再"):
        return False
    behind = next((token for token in tokens[at + 1:] if not is_filler(token)), None)
    return behind is not None and behind.has("metric") and not behind.names and not any(
        token.has("metric") for token in tokens[:at])


def _adds_here(token: Token, before: Token) -> bool:
    """The 再加 of 按天看,再加个客单价; alone it only joins: 销售额再加退款率."""
    is_behind_pause = before.has("sep") and not before.has("add") and (token.has("add") or token.has("beside"))
    return not token.names and (is_behind_pause or (token.has("add") and not token.has("sep")))


def _read_adding(tokens: Sequence[Token], draft: Draft) -> None:
    """按天看,毛利率也带上; add margin, weekly; 拼多多也要,按周: a clause adds what it names, the others change more."""
    clauses: list[list[Token]] = [[]]
    for token in tokens:
        if token.has("sep") and not (token.has("with") or token.has("add") or token.names):
            clauses.append([])
        elif not token.has("end") and (not is_filler(token) or token.text in _WITH):
            clauses[-1].append(token)
    said = [clause for clause in clauses if clause]
    figures, values = ([clause for clause in said if _is_adding(clause, is_one)] for is_one in (_is_figure, _is_value))
    others = [token for clause in said if clause not in figures and clause not in values for token in clause]
    if len(said) < 2 or len(figures) > 1 or len(values) > 1 or any(_is_added(token) for token in others) or (
            not any((figures, values)) or (figures and not _figures(others) <= _figures(figures[0]))):
        return
    draft.adds, draft.adds_figures, draft.adds_values = False, bool(figures), bool(values)


def _figures(tokens: Sequence[Token]) -> set[str]:
    return {token.senses.get("metric") or token.senses["order_status"] for token in tokens if _names_figure(token)}


def _is_adding(clause: Sequence[Token], is_one: Callable[[Token], bool]) -> bool:
    """Whether it names these alone, and says that they come beside."""
    named = [token for token in clause if is_one(token)]
    others = [token for token in clause if not (is_one(token) or token.has("follow") or token.has("with"))]
    adds = clause[0].text in _WITH or _is_added(clause[0]) or _is_added(clause[-1])
    return bool(named) and adds and all(_is_added(token) or token.text in _WITH for token in others)


def _is_added(token: Token) -> bool:
    return not token.names and (token.has("add") or token.has("beside"))


def _is_figure(token: Token) -> bool:
    return not token.names and any(token.has(kind) for kind in ("metric", "order_status", "event", "vague"))


def _is_value(token: Token) -> bool:
    return bool(token.names) or any(token.has(kind) for kind in ("platform", "province", "segment"))


_WITH = frozenset({"with", "plus"})


def _names_figure(token: Token) -> bool:
    return (token.has("metric") or token.has("order_status")) and not token.names


_FINAL = frozenset({"吧", "呗", "呢", "了", "一下", "看看", "please", "pls"})
_ALSO = frozenset({"too", "as well", "也要", "也看", "也看看"})
_CHANGES = frozenset({"换成", "改成", "改为", "改看", "换看", "换成看", "再看", "switch to", "change it to"})
_INSTEAD = frozenset({"instead", "rather", "terms"})  # in revenue terms


def _read_enough(tokens: Sequence[Token], draft: Draft) -> None:
    """Weekly is enough, 京东就够了: no more is wanted. 华东仓够吗 asks."""
    for token, behind in zip(tokens, (*tokens[1:], None), strict=True):
        ends = behind is None or behind.has("sep") or (behind.has("end") and behind.text != "?")
        is_told = ends and token.text.startswith(("就", "即", "is ", "are ", "will ", "would "))
        if token.has("enough") and not token.names and (is_told or "split" in draft.kinds):
            token.used = True


def _says_instead(tokens: Sequence[Token]) -> bool:
    """Show me orders instead, for this month: behind it, what else changes."""
    behind = (*tokens[1:], None)
    return any(token.text in _INSTEAD and (after is None or after.has("sep") or after.has("end") or after.has("glue"))
               for token, after in zip(tokens, behind, strict=True))


def _ends_with_ne(tokens: Sequence[Token]) -> bool:
    """京东呢. In 双11卖了多少,比去年呢 it is the second half that goes on from the first."""
    said = [token for token in tokens if not token.has("end")]
    return bool(said) and said[-1].text == "呢" and not any(
        one.has("sep") and any(token.has("event") or token.has("metric") for token in said[:at])
        for at, one in enumerate(said))
