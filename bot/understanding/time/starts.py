"""Forms of periods, told by the kind of word that each may start with."""

from typing import Generic, TypeVar

from bot.understanding.text.scan import Token

Form = TypeVar("Form")


class Starts(Generic[Form]):
    """Forms of periods by the kinds of words they may start with, and whether with a number; the first that fits wins.

    Words are of few kinds: which forms each may start is looked for once.
    """

    def __init__(self, *forms: tuple[frozenset[str], bool, Form]) -> None:
        self._forms = forms
        self._chosen: dict[tuple[object, ...], tuple[Form, ...]] = {}

    def at(self, token: Token, *, is_number: bool) -> tuple[Form, ...]:
        key = (is_number, *token.senses)
        chosen = self._chosen.get(key)
        if chosen is None:
            chosen = self._chosen[key] = tuple(form for kinds, takes_number, form in self._forms
                                               if (takes_number and is_number) or not kinds.isdisjoint(token.senses))
        return chosen
