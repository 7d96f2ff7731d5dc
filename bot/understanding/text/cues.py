"""Which forms of sentences a message may have, told in one look: what has none of its cues is not tried as a form."""

import re
from functools import lru_cache
from itertools import count
from typing import Generic, TypeVar

Form = TypeVar("Form")

_WORD = re.compile("[a-z]{2,}")
_TOLD_BY = 4  # letters of a word: reporting is as good as report
_numbers = count()
_characters: dict[str, int] = {}  # of each cue, a bit for every form that has it
_words: dict[str, int] = {}


class Forms(Generic[Form]):
    """Forms of sentences in the order in which they are tried."""

    def __init__(self, *forms: tuple[str, Form]) -> None:
        """Each behind its cues, of which one is in every sentence of that form: characters, and how words begin.

        「记忘 remember forget」 are two characters and two words.
        """
        self._forms = {1 << next(_numbers): form for _, form in forms}
        self._own = sum(self._forms)
        self._chosen: dict[int, tuple[Form, ...]] = {0: ()}
        for bit, (cues, _) in zip(self._forms, forms, strict=True):
            for cue in cues.split():
                told, keys = (_words, (cue[:_TOLD_BY],)) if cue.isascii() and cue.isalpha() else (_characters, cue)
                for key in keys:
                    told[key] = told.get(key, 0) | bit
        _cues_in.cache_clear()

    def of(self, text: str) -> tuple[Form, ...]:
        """The forms that a text may have; it has the spelling of the lexicon."""
        found = _cues_in(text) & self._own
        if found not in self._chosen:
            self._chosen[found] = tuple(form for bit, form in self._forms.items() if found & bit)
        return self._chosen[found]


@lru_cache(1)
def _cues_in(text: str) -> int:
    """The forms of all kinds that have a cue in the text: a message is looked at once, whoever asks about it."""
    found = 0
    for character in _characters.keys() & text:
        found |= _characters[character]
    for word in _WORD.findall(text):
        found |= _words.get(word[:_TOLD_BY], 0)
    return found
