"""A variant alone, such as L码呢 or and the blue one: of the product that the question before was about."""

from bot.understanding.text.gazetteer import Gazetteer
from bot.understanding.text.normalise import Normalised
from bot.understanding.text.scan import NAMED, UNKNOWN, Token, Words
from domain.metrics.query import MetricQuery
from domain.ports import Name


def with_variant(tokens: Words, message: Normalised, gazetteer: Gazetteer, last: MetricQuery) -> Words:
    """The tokens with the first unknown ones read as a variant of the last question's product, where they spell one."""
    product = _product_of(last, gazetteer)
    if product is None or UNKNOWN not in tokens.kinds or NAMED in tokens.kinds:
        return tokens
    first = next(at for at, token in enumerate(tokens) if token.is_unknown)
    start = tokens[first].start
    codes, end = gazetteer.variant_at(message.text, start, product)
    after = next((at for at in range(first, len(tokens)) if tokens[at].start >= end), len(tokens))
    if not codes or tokens[after - 1].end > end:
        return tokens
    names = tuple(Name(code, "sku", code, product) for code in codes)
    return Words([*tokens[:first], Token(start, end, message.text[start:end], names=names), *tokens[after:]])


def _product_of(last: MetricQuery, gazetteer: Gazetteer) -> str | None:
    products = {*last.where.get("product", ()), *(
        gazetteer.products.get(code, "") for code in last.where.get("sku", ()))}
    return products.pop() if len(products) == 1 else None
