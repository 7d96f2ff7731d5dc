"""Verbs: teach another name for something in the shop, forget one."""

from domain.actions import Asked, Fact, Impossible, Parameter, ParameterKind, Plan, Word, action
from domain.books import Books, Named
from domain.changes import AliasChange
from domain.people import Permission

SHORTEST_ALIAS = 2  # one character is a syllable of other words
LONGEST_ALIAS = 40  # longer than anybody says
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
