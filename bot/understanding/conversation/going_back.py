"""Back to an earlier question, by what it was about: back to overdue, 回到退款, back to the categories."""

from collections.abc import Iterable

from bot.understanding.conversation.pointed import EDGES, Pointed, Pointing
from bot.understanding.readings import Ask, NotRead
from bot.understanding.text.normalise import normalise
from bot.understanding.text.scan import Token, scan
from domain.metrics.catalog import METRICS
from domain.metrics.query import MetricQuery


def back(turn: Pointing) -> Pointed | NotRead | None:
    """Back to overdue, 刚说的超时单: the latest question that was of what is named."""
    rest = turn.rest
    asked = (turn.context.last, *turn.context.earlier)
    tokens = scan(normalise(rest), turn.gazetteer)
    figures, is_ranking = {*_figures(tokens), *_figures_of(tokens)}, any(token.has("rank") for token in tokens)
    for ask in asked:
        if ask and set(_figures(tokens)).isdisjoint(ask.query.metrics) and figures & set(ask.query.metrics):
            return turn.on(ask.query, _without_figures(turn, tokens))
        if ask and (figures & set(ask.query.metrics) or (is_ranking and not figures and ask.query.limit)):
            is_alone = all(not _says(token) for token in tokens)
            return turn.on(ask.query, "" if is_alone else rest)
    named, _, behind = rest.partition(":")
    if behind.strip() and (query := _rows_named(scan(normalise(named), turn.gazetteer), asked)):
        return turn.on(query, behind.strip())
    if Pointed(rest, turn.context).says_no_more:
        return turn.on(turn.context.earlier[0].query, "") if turn.context.earlier else turn.unclear()
    return turn.on(turn.last)


def _rows_named(tokens: Iterable[Token], asked: Iterable[Ask | None]) -> MetricQuery | None:
    """Back to the categories: the latest question that had rows of what alone is named."""
    told = [token for token in tokens if not (token.has("stop") or token.has("glue") or token.has("end"))]
    name = told[0].senses.get("dim") or told[0].senses.get("split") if len(told) == 1 else None
    return next((ask.query for ask in asked if ask and name in ask.query.by), None)


def _without_figures(turn: Pointing, tokens: Iterable[Token]) -> str:
    """What is said besides which question is meant."""
    rest = normalise(turn.rest)
    said = next(token for token in tokens if token.has("metric") and not token.names)
    return EDGES.sub("", rest.replaced(said.start, said.end, ""))


def _figures_of(tokens: Iterable[Token]) -> Iterable[str]:
    """退款 is what 退款金额, 退款率 and 退款单数 are of."""
    for token in tokens:
        if token.has("metric") and not token.names and len(token.text) > 1:
            word = token.text.removesuffix("s")
            yield from (name for name, one in METRICS.items() if (one.zh.startswith(word) and one.zh != word)
                        or one.en.startswith(f"{word} "))


def _figures(tokens: Iterable[Token]) -> Iterable[str]:
    for token in tokens:
        for kind in ("metric", "vague"):
            yield from token.senses.get(kind, "").split()
        if token.senses.get("order_status") in {"to_ship", "to_pay"}:
            yield f"orders_{token.senses['order_status']}"


def _says(token: Token) -> bool:
    """Whether the token says more than which question is meant."""
    return bool(token.names) or token.number is not None or not (
        token.has("stop") or token.has("glue") or token.has("end") or token.has("sep") or token.has("metric")
        or token.has("follow") or token.has("vague") or token.has("count"))
