"""What the tokens of a period say by themselves: numbers, suffixes, years."""

from collections.abc import Sequence
from datetime import date

from bot.understanding.text.scan import Token

_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_MEASURES = ("piece_unit", "order_unit", "money_unit", "percent", "people_unit", "dim", "count")
_HOW_MANY = ("多少", "几", "好多")


class TokenReader:
    """Looks at single tokens of one message."""

    def __init__(self, tokens: Sequence[Token], today: date) -> None:
        self._tokens = tokens
        self._today = today

    def _is(self, at: int, kind: str) -> bool:
        return at < len(self._tokens) and kind in self._tokens[at].senses

    def _value(self, at: int, kind: str) -> str | None:
        return self._tokens[at].senses.get(kind) if at < len(self._tokens) else None

    def _count(self, at: int, most: int = 9999) -> int | None:
        """A whole number above zero that is said as such."""
        token = self._tokens[at] if at < len(self._tokens) else None
        if token is None or token.number is None or token.is_scaled or token.number != int(token.number):
            return None
        return int(token.number) if 1 <= token.number <= most else None

    def _past_glue(self, at: int) -> int:
        while self._is(at, "glue") and not self._tokens[at].names:
            at += 1
        return at

    def _adjoins(self, at: int) -> bool:
        """Whether the token stands right behind the one before it."""
        return at < len(self._tokens) and self._tokens[at].start == self._tokens[at - 1].end

    def _year_number(self, at: int) -> tuple[int | None, int]:
        offset = self._value(at, "offset") or ""
        if offset.startswith("year:"):
            return self._today.year + int(offset[5:]), at + 1
        number = self._count(at, _LAST_YEAR)
        if number is None:
            return None, at
        if self._is(at + 1, "year_suffix") and (number >= _FIRST_YEAR or len(self._tokens[at].text) == 2):
            return (number if number >= _FIRST_YEAR else 2000 + number), at + 2
        is_bare = number >= _FIRST_YEAR and len(self._tokens[at].text) == 4 and not self._measured(at + 1)
        return (number, at + 1) if is_bare and not self._bounded(at) else (None, at)

    def _bounded(self, at: int) -> bool:
        if at and self._is(at - 1, "sign") and not self._is(at - 1, "range"):
            return True
        return at > 0 and any(self._is(at - 1, kind) for kind in ("op", "rank", "cost_of", "set_to"))

    def _measured(self, at: int) -> bool:
        """Whether the token before it is how many of something; in 上周三多少单 it is not."""
        return any(self._is(at, kind) for kind in _MEASURES) and not self._tokens[at].text.startswith(_HOW_MANY)
