"""Which forms of sentences a message may have, told in one look: what has none of its cues is not tried as a form."""

import re
from collections.abc import Mapping
from typing import Generic, TypeVar

Form = TypeVar("Form")

_WORD = re.compile("[a-z]{2,}")
_TOLD_BY = 4  # letters of a word: reporting is as good as report


class Forms(Generic[Form]):
    """Forms of sentences in the order in which they are tried."""

    def __init__(self, *forms: tuple[str, Form]) -> None:
        """Each behind its cues, of which one is in every sentence of that form: characters, and how words begin.

        「记忘 remember forget」 are two characters and two words.
        """
        self._forms = tuple(form for _, form in forms)
        self._chosen: dict[int, tuple[Form, ...]] = {0: ()}
        characters: dict[str, int] = {}  # of each cue, a bit for every form that has it
        self._words: dict[str, int] = {}
        for place, (cues, _) in enumerate(forms):
            for cue in cues.split():
                bits, keys = (self._words, (cue[:_TOLD_BY],)) if cue.isascii() and cue.isalpha() else (characters, cue)
                for key in keys:
                    bits[key] = bits.get(key, 0) | 1 << place
        self._characters: Mapping[str, int] = characters
        self._any = frozenset(characters)

    def of(self, text: str) -> tuple[Form, ...]:
        """The forms that a text may have; it has the spelling of the lexicon."""
        found = 0
        for character in self._any.intersection(text):
            found |= self._characters[character]
        for word in _WORD.findall(text):
            found |= self._words.get(word[:_TOLD_BY], 0)
        if found not in self._chosen:
            self._chosen[found] = tuple(form for place, form in enumerate(self._forms) if found >> place & 1)
        return self._chosen[found]
