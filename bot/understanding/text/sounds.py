"""How characters sound, without tones: slips of the ear and of the input method keep the sound."""

from collections.abc import Mapping
from functools import cache

from bot.understanding.text.lexicon import read_table


@cache
def sounds() -> Mapping[str, tuple[str, ...]]:
    """The syllables of each usual character, the commonest first."""
    found: dict[str, tuple[str, ...]] = {}
    for syllable, characters in read_table("sounds").items():
        for character in characters:
            found[character] = (*found.get(character, ()), syllable)
    return found


def slurred(syllable: str) -> str:
    """The sounds zh and z, ch and c, sh and s as one. Not ang and an: 最忙 is no slip of 最慢."""
    return syllable[0] + syllable[2:] if syllable[:2] in {"zh", "ch", "sh"} else syllable
