"""Verbs: limit a person or a group to certain shops, or let them see all again."""

from domain.actions import Asked, Fact, Impossible, Note, Parameter, ParameterKind, Plan, Value, Word, action
from domain.books import Books, LimitFacts
from domain.catalog.model import NamedKind
from domain.changes.people import ShopLimitChange
from domain.people import Permission, Role

_WHO = Parameter("who", ParameterKind.TEXT, "谁(同事或群名)", "who (a colleague or the title of a group)")


@action(name="limit_shops", permission=Permission.MANAGE_STAFF, zh="限制只看某些店铺", en="limit somebody to shops",
        parameters=(_WHO, Parameter("shops", ParameterKind.SHOPS, "店铺", "shops")))
def limit_shops(books: Books, asked: Asked) -> Plan:
    """From the next message on, and for reports, nothing but these shops."""
    found = _one(books, asked)
    if found.role is Role.OWNER and not found.is_group:
        raise Impossible("limit_owner", who=found.name)
    shops = dict(_shop(books, name) for name in asked.arguments["shops"])
    return _plan(found, tuple(sorted(shops)), "、".join(shops[one] for one in sorted(shops)))


@action(name="unlimit_shops", permission=Permission.MANAGE_STAFF, zh="放开店铺限制", en="let somebody see all shops",
        parameters=(_WHO,))
def unlimit_shops(books: Books, asked: Asked) -> Plan:
    return _plan(_one(books, asked), None, Word("shop_limit.all"))


def _one(books: Books, asked: Asked) -> LimitFacts:
    who = asked.arguments["who"]
    found = books.limits(who)
    if not found:
        raise Impossible("nobody_called", who=who, choices=books.nearest("reader", who))
    if len(found) > 1:
        raise Impossible("several_called", who=who)
    return found[0]


def _shop(books: Books, text: str) -> tuple[int, str]:
    found = [one for one in books.named(text) if one.kind is NamedKind.SHOP]
    if len(found) != 1:
        raise Impossible("unknown_shop", shop=text, choices=books.nearest("shop", text))
    return found[0].id, found[0].name


def _plan(found: LimitFacts, after: tuple[int, ...] | None, said: Value) -> Plan:
    if found.shop_ids == after:
        raise Impossible("limited_so", who=found.name, shops=said)
    before: Value = Word("shop_limit.all") if found.shops is None else "、".join(found.shops)
    return Plan(
        facts=(Fact("shop_limit", found.name, before, said),),
        changes=(ShopLimitChange(found.id, found.is_group, found.shop_ids, after),),
        notes=(Note("shop_limit"),) if after else (),
        named={"who": found.name, "shops": said})
