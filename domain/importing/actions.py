"""Verb: forget which headers of a table are which columns, so that it is asked again."""

from domain.actions import Asked, Fact, Impossible, Parameter, ParameterKind, Plan, Word, action
from domain.books import Books
from domain.changes.mappings import MappingChange
from domain.people import Permission


@action(name="forget_mapping", permission=Permission.IMPORT, zh="忘掉表头对应",
        en="forget a header mapping", parameters=(Parameter("mapping", ParameterKind.QUANTITY, "编号", "number"),))
def forget_mapping(books: Books, asked: Asked) -> Plan:
    number = asked.arguments["mapping"]
    kept = books.mapping(number)
    if kept is None:
        raise Impossible("unknown_mapping", mapping=str(number))
    said = "、".join(f"{header} = {column}" for column, header in kept.mapping)
    return Plan(
        facts=(Fact("mapping", str(number), said, Word("mapping.forgotten")),),
        changes=(MappingChange(number, kept),),
        named={"mapping": str(number)})
