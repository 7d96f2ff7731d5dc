"""How many there are of what the rows are: 两个仓各有, 两个仓一共, and the 5 of 最高的5个."""

from collections.abc import Sequence

from bot.understanding.questions.draft import Draft
from bot.understanding.text.scan import NUMBERED, Token
from domain.metrics.query import MAX_LIMIT

_COUNTING = frozenset({"several", NUMBERED})
CHOOSING = frozenset({"which", "whichdim", "apiece", "each", "versus"})


def read_said_of(tokens: Sequence[Token], draft: Draft) -> None:
    """两个仓哪个仓的…, 三个平台谁卖得多: how many there are to choose among, not how many to list."""
    if draft.kinds.isdisjoint(_COUNTING):
        return
    chooses = next((at for at, token in enumerate(tokens) if not token.names and (
        any(token.has(kind) for kind in ("which", "whichdim", "apiece")) or _is_each_alone(tokens, at))), 0)
    if not chooses and draft.sets_side_by_side and not draft.other:
        chooses = len(tokens) - 1  # 两个仓口红库存对比一下
    for at, token in enumerate(tokens[:chooses]):
        if token.has("several") and _is_plain_dimension(tokens[at + 1]) and not _is_ranked_before(tokens, at):
            draft.said_of = (tokens[at + 1].senses["dim"], 0)
            token.used = tokens[at + 1].used = True
            return
        unit = at + 1 + tokens[at + 1].has("piece_unit")
        is_count = token.number is not None and not (token.used or token.is_scaled or token.names)
        if is_count and unit < chooses and _is_plain_dimension(tokens[unit]) and not _is_ranked_before(tokens, at):
            draft.said_of = (tokens[unit].senses["dim"], int(token.number or 0))
            draft.is_apiece = draft.is_apiece or draft.is_versus
            token.used = tokens[unit - 1].used = True
            return


def read_all_of(tokens: Sequence[Token], draft: Draft) -> None:
    """两个仓一共还有多少: all that there are, in one sum."""
    for at in range(len(tokens) - 3):
        count, unit, dim, total = tokens[at:at + 4]
        if count.number is not None and not count.used and unit.has("piece_unit") and total.text in _IN_ALL and (
                _is_plain_dimension(dim) and dim.senses["dim"] in {"warehouse", "shop"}):
            draft.said_of = (dim.senses["dim"], int(count.number))
            count.used = unit.used = dim.used = total.used = True
            return


_IN_ALL = frozenset({"一共", "总共", "合计", "加起来", "合起来", "共"})


def _is_ranked_before(tokens: Sequence[Token], at: int) -> bool:
    return any(one.has(kind) for one in tokens[max(0, at - 2):at] for kind in ("rank", "extreme", "seller", "op"))


def _is_each_alone(tokens: Sequence[Token], at: int) -> bool:
    """The 各 of 六个店各卖了多少, not the one of 各店铺."""
    return tokens[at].has("each") and at + 1 < len(tokens) and not tokens[at + 1].has("dim")


def _is_plain_dimension(token: Token) -> bool:
    return token.has("dim") and not token.names and not token.has("unit") and not token.has("piece_unit")


_BUYERS = ("客户", "顾客", "买家", "客人", "会员")


def _are_buyers(token: Token) -> bool:
    return token.has("people_unit") and token.text.endswith(_BUYERS)


_GIVE = frozenset({"give me", "show me", "list", "show", "just", "only"})  # worst sellers, give me 5


def count_said(tokens: Sequence[Token], draft: Draft) -> int | None:
    """The 5 of 最高的5个, 5 best shops: a small number that counts nothing else; 5个客户 says of what, too."""
    for at, token in enumerate(tokens):
        if token.used or token.number is None or token.is_scaled or token.number != int(token.number):
            continue
        after = at + 1
        counts_buyers = after < len(tokens) and _are_buyers(tokens[after])
        counted = counts_buyers or (
            after < len(tokens) and (tokens[after].has("piece_unit") or tokens[after].has("dim")))
        ranked_beside = any(tokens[beside].has(kind) for kind in ("extreme", "seller", "ranking")
                            for beside in (at - 1, at - 2, at + 1) if 0 <= beside < len(tokens))
        ends_so = after == len(tokens) and at > 0 and tokens[at - 1].text in _GIVE
        if 1 <= token.number <= MAX_LIMIT and (counted or ranked_beside or ends_so):
            token.used = True
            if counts_buyers:
                split_by(draft, tokens[after], "customer")
            if after < len(tokens) and tokens[after].has("piece_unit") and not tokens[after].has("dim"):
                tokens[after].used = True
            return int(token.number)
    return None


def split_by(draft: Draft, token: Token, dimension: str) -> None:
    token.used = not token.has("metric")  # account balances also says of what
    if token.has("loosely") and "feature" in draft.kinds:
        dimension = token.senses["loosely"]  # which items are sold out
    if dimension not in draft.by:
        draft.by.append(dimension)
