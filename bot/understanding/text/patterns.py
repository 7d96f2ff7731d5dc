"""Regular expressions that are data: {name} in one of them stands for a class of the same table."""

import re
from functools import cache

from bot.understanding.text.lexicon import read_table

_CLASS = re.compile(r"\{([a-z]\w*)\}")


def pattern_of(table: str, said: str) -> re.Pattern[str]:
    """The expression with the classes of the lexicon's table put in their places."""
    classes = read_table(table)["class"]
    return re.compile(_CLASS.sub(lambda found: classes[found[1]], said))


@cache
def around(table: str, name: str) -> re.Pattern[str]:
    """What the table says of the words around a verb."""
    return pattern_of(table, read_table(table)["around"][name])
