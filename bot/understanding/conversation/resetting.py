"""The last question with another number in it: 放宽到四成, make it 50, 三个就够."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from bot.understanding.questions.asks import Setting, Trouble, bound_value
from bot.understanding.questions.bounds import unit_of
from bot.understanding.questions.draft import Bound, is_filler
from bot.understanding.text.scan import Token
from domain.metrics.query import MAX_LIMIT, Direction, MetricQuery, Order


def rebounded(tokens: Sequence[Token], last: MetricQuery, setting: Setting) -> MetricQuery | None:
    """放宽到四成, make it 50: the last question with another number in its one bound; None for any other message."""
    numbers = [at for at, token in enumerate(tokens) if token.number is not None and not token.names]
    bounds = [bound for bound in last.having if not isinstance(bound.value, str)]
    if len(numbers) != 1 or len(bounds) != 1:
        return None
    unit, after = unit_of(tokens, numbers[0])
    beside = [*tokens[:numbers[0]], *tokens[after:]]
    if not any(_sets(token) for token in beside) or not all(_sets(token) or is_filler(token) for token in beside):
        return None
    bound = Bound(bounds[0].op, tokens[numbers[0]].number or Decimal(0), unit)
    try:
        value = bound_value(bound, bounds[0].metric, setting)
    except Trouble:
        return None
    return replace(last, having=tuple(replace(one, value=value) if one is bounds[0] else one for one in last.having))


def relimited(tokens: Sequence[Token], last: MetricQuery) -> MetricQuery | None:
    """三个就够, five is enough, make it 10: the list just given with so many rows; None for any other message."""
    counts = [token for token in tokens if token.number is not None and not token.names]
    others = [token for token in tokens if token.number is None and not (token.has("piece_unit") or token.has("rank"))]
    says_enough = any(token.has("enough") or bool(last.limit and (token.has("set_to") or token.has("only")))
                      for token in others)
    if not last.by or len(counts) != 1 or not says_enough or not all(
            _sets(one) or one.has("enough") or one.has("only") or is_filler(one) for one in others):
        return None
    limit = counts[0].number or Decimal(0)
    if counts[0].is_scaled or limit != int(limit) or not 1 <= limit <= MAX_LIMIT:
        return None
    return replace(last, order=last.order or (Order(last.metrics[0], Direction.DESC),), limit=int(limit))


def _sets(token: Token) -> bool:
    return not token.names and (token.has("set_to") or token.has("follow") or token.has("to") or token.has("end")
                                or token.has("bound_name"))
