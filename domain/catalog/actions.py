"""Verbs: teach another name for something in the shop, forget one; say what a platform's listing stands for."""

from collections.abc import Iterable

from domain.actions import Asked, Fact, Impossible, Note, Parameter, ParameterKind, Plan, Word, action
from domain.books import Books, ListingFacts, Named
from domain.catalog.model import NamedKind
from domain.changes.chats import AliasChange
from domain.changes.orders import ListingChange
from domain.lookups import sku_of
from domain.money import UNIT_SCALE, Money, minor_per_unit
from domain.people import Permission

SHORTEST_ALIAS = 2  # one character is a syllable of other words
LONGEST_ALIAS = 40  # longer than anybody says
LONGEST_LISTING = 80  # the width of the column that keeps it
MOST_CHOICES = 3
_ALIAS = Parameter("alias", ParameterKind.TEXT, "别名", "other name")
_TARGET = Parameter("target", ParameterKind.TEXT, "全名", "full name")


@action(name="teach_alias", parameters=(_ALIAS, _TARGET), permission=Permission.TEACH, zh="教一个别名",
        en="teach a name")
def teach_alias(books: Books, asked: Asked) -> Plan:
    alias, said = asked.arguments["alias"], asked.arguments["target"]
    _check(alias)
    target = _only(books, said)
    known = books.named(alias)
    if target in known:
        raise Impossible("alias_known", alias=alias, name=target.name)
    if known:
        raise Impossible("alias_taken", alias=alias, name=known[0].name, choices=(known[0].name,))
    return _plan(alias, target, is_kept=True)


@action(name="forget_alias", parameters=(_ALIAS,), permission=Permission.TEACH, zh="忘掉一个别名", en="forget a name")
def forget_alias(books: Books, asked: Asked) -> Plan:
    alias = asked.arguments["alias"]
    known = books.aliased(alias)
    if not known:
        raise Impossible("unknown_alias", alias=alias, choices=books.nearest("alias", alias))
    if len(known) > 1:
        raise Impossible("ambiguous_alias", alias=alias, names="、".join(one.name for one in known))
    return _plan(alias, known[0], is_kept=False)


def _check(alias: str) -> None:
    if not SHORTEST_ALIAS <= len(alias) <= LONGEST_ALIAS:
        raise Impossible("alias_length", least=SHORTEST_ALIAS, most=LONGEST_ALIAS)
    if not any(one.isalpha() for one in alias):
        raise Impossible("alias_number", alias=alias)  # 618 and 2026 mean days


def _only(books: Books, said: str) -> Named:
    """What the name stands for, where that is one thing."""
    found = books.named(said)
    if not found:
        raise Impossible("unknown_name", name=said, choices=books.nearest("name", said))
    if len(found) > 1:
        names = tuple(dict.fromkeys(one.name for one in found))
        raise Impossible("ambiguous_name", name=said, names="、".join(names[:MOST_CHOICES]),
                         choices=names[:MOST_CHOICES])
    return found[0]


def _plan(alias: str, target: Named, *, is_kept: bool) -> Plan:
    states = (Word("alias.unused"), Word("alias.used"))
    before, after = states if is_kept else states[::-1]
    return Plan(
        facts=(Fact("alias", alias, before, after),),
        changes=(AliasChange(target.kind, target.id, alias, not is_kept, is_kept),),
        named={"name": target.name})


@action(name="match_sku", permission=Permission.TEACH, zh="对上商品", en="match a listing", parameters=(
    Parameter("listing", ParameterKind.TEXT, "平台上的商品名或编码", "title or code on the platform"),
    Parameter("lines", ParameterKind.LINES, "商品和数量", "SKUs and quantities"),
    Parameter("shop", ParameterKind.TEXT, "店铺", "shop", required=False)))
def match_sku(books: Books, asked: Asked) -> Plan:
    """Lines that wait and lines of the past get what an import would have given them."""
    text = asked.arguments["listing"]
    skus = [(sku_of(books, line["sku"]), line["quantity"]) for line in asked.arguments["lines"]]
    listing = _listing(books, asked, text)
    before = tuple((sku_id, pieces) for sku_id, _, pieces in listing.stands_for)
    after = tuple(sorted((sku.id, pieces) for sku, pieces in skus))
    said = _parts((sku.code, pieces) for sku, pieces in skus)
    if before == after:
        raise Impossible("listing_known", listing=text, shop=listing.shop, lines=said)
    if before and books.is_moved(listing.shop_id, text):
        raise Impossible("listing_moved", listing=text, shop=listing.shop)
    stood = _parts((code, pieces) for _, code, pieces in listing.stands_for)
    return Plan(
        facts=(Fact("listing", text, stood or Word("listing.unmatched"), said),
               Fact("listing_cost", text, _cost(books, asked, listing, before), _cost(books, asked, listing, after),
                    right=Permission.PROFIT)),
        changes=(ListingChange(listing.shop_id, text, before, after, asked.base_currency),),
        notes=(Note("listing_lines", {"lines": listing.lines, "orders": listing.orders, "waiting": listing.waiting}),),
        named={"shop": listing.shop, "lines": said})


def _listing(books: Books, asked: Asked, text: str) -> ListingFacts:
    """The one shop's listing that is meant."""
    if len(text) > LONGEST_LISTING:
        raise Impossible("bad_text", parameter="listing", most=LONGEST_LISTING)
    found, shop = books.listings(text), asked.arguments.get("shop")
    if shop:
        named = {one.id for one in books.named(shop) if one.kind is NamedKind.SHOP}
        found = [one for one in found if one.shop_id in named or shop in one.shop_names]
    if not found:
        raise Impossible("unknown_listing", listing=text, choices=books.nearest("listing", text))
    if len(found) > 1:
        lines = _parts((line["sku"], line["quantity"]) for line in asked.arguments["lines"])
        raise Impossible("which_shop", listing=text, shops="、".join(one.shop for one in found),
                         choices=tuple(f"{one.shop}的「{text}」就是 {lines}" for one in found[:MOST_CHOICES]))
    return found[0]


def _cost(books: Books, asked: Asked, listing: ListingFacts, parts: tuple[tuple[int, int], ...]) -> Money | Word:
    """Of all its lines, each rounded by itself as it is booked."""
    cost = books.listing_cost(parts, asked.base_currency) if parts else None
    if cost is None:
        return Word("listing.no_cost")
    divisor = UNIT_SCALE // minor_per_unit(asked.base_currency)
    return Money(sum(times * ((pieces * cost + divisor // 2) // divisor)
                     for pieces, times in listing.lines_by_quantity), asked.base_currency)


def _parts(parts: Iterable[tuple[str, int]]) -> str:
    """YS-01-M × 2 + JJ-03: the very words that are understood when sent back."""
    return " + ".join(code if pieces == 1 else f"{code} × {pieces}" for code, pieces in parts)
