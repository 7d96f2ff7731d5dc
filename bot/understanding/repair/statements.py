"""Whether a clause states something: 快递员快到了, people complain we're slow. What limits a question is no sentence.

女装的, 含税, for members and the red ones are parts of what is asked; a statement has a subject and says something of
it, or says what is going on or planned. Told by the small words of which there are few, whatever it speaks of.
"""

import re
from functools import cache

from bot.understanding.text.lexicon import read_table
from bot.understanding.text.patterns import pattern_of

SHORTEST = 3  # characters of a statement in Chinese; 不要了 is what is wanted


def states_something(clause: str) -> bool:
    """Whether the clause, in the spelling of the lexicon, is a sentence of its own and nothing that is wanted."""
    if len(clause) < SHORTEST:
        return False
    language = "en" if clause.isascii() else "zh"
    return bool(_expression("states", language).search(clause)) and not _expression("wants", language).search(clause)


@cache
def _expression(name: str, language: str) -> re.Pattern[str]:
    listed = read_table("statements")[name][language]
    return pattern_of("statements", "|".join(f"(?:{each})" for each in listed))
