"""Names as the model passes them on, resolved by the same reading as in any message."""

from bot.understanding.questions.draft import is_filler
from bot.understanding.questions.filters import CLOSED
from bot.understanding.questions.gate import nearest
from bot.understanding.text.gazetteer import Gazetteer
from bot.understanding.text.normalise import normalise, spelled
from bot.understanding.text.scan import Token, scan
from domain.metrics.catalog import DIMENSIONS

# What people type into order forms and titles: a model may take it for an order of its own.
WRITTEN_BY_STRANGERS = frozenset({"product", "sku", "category", "campaign", "province"})
# Whose names stay here.
OF_PEOPLE = frozenset({"customer", "staff", "account"})
AS_WRITTEN = frozenset({"customer", "hour", "weekday", "currency"})  # not in the gazetteer; the database decides


def values_of(dimension: str, text: str, gazetteer: Gazetteer) -> tuple[str, ...]:
    """What the text names in the dimension; more than one where it is ambiguous, empty when nothing bears the name."""
    if text in DIMENSIONS[dimension].values or dimension in AS_WRITTEN:
        return (text,)
    tokens = [token for token in scan(normalise(text), gazetteer) if not is_filler(token)]
    return _values(tokens[0], dimension) if len(tokens) == 1 else ()


def _values(token: Token, dimension: str) -> tuple[str, ...]:
    named = tuple(dict.fromkeys(name.value for name in token.names if name.dimension == dimension))
    if named or dimension not in CLOSED or dimension not in token.senses:
        return named
    return (token.senses[dimension],)


def skus_of(text: str, gazetteer: Gazetteer) -> tuple[str, ...]:
    """The SKUs that the text may mean: by code, by product and variant, or all of a product."""
    codes = values_of("sku", text, gazetteer)
    if codes:
        return codes
    products = values_of("product", text, gazetteer)
    return tuple(code for product in products for code in gazetteer.skus.get(product, ()))


def looking_like(text: str, gazetteer: Gazetteer) -> list[tuple[str, str]]:
    """(dimension, name) of what is called so or nearly so; people are left out."""
    exact = {name.value for name in gazetteer.names.get(spelled(text), ())}
    near = [*exact, *nearest(spelled(text), gazetteer)[0]] if text.strip() else []
    found = [(name.dimension, name.value) for value in near for name in gazetteer.names.get(spelled(value), ())
             if name.dimension not in OF_PEOPLE]
    return list(dict.fromkeys(found))
