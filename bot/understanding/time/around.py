"""Days beside a day that was named: 双11后一周, 618之前三天, the week after Double 11, three days before 1 October."""

from bot.understanding.time import almanac
from bot.understanding.time.points import Point, PointReader
from domain.metrics.periods import Grain

_BEFORE = frozenset({"前", "之前", "以前", "before", "leading up to", "prior to", "ahead of"})
_AFTER = frozenset({"后", "之后", "以后", "过后", "after", "following"})
PAST = frozenset({"之后", "以后", "过后"})
_OUTSIDE = PAST | {"之前", "以前"}  # 国庆前三天 are the first three of it
_WHOLE_UNITS = frozenset({"half_month", "half_year"})  # say how many of them there are
_ONE_OF = ("的一", "的那一")


class AroundReader(PointReader):
    """Reads so many days before or after a day or festival."""

    def _around(self, at: int, named: Point) -> Point | None:
        """双11后一周, 10月15号之后的三天, 双11前一天: the days beside the point that starts at `at`."""
        (start, end), grain, after_named = named
        at_side = self._past_glue(after_named)
        at_side += at_side < len(self._tokens) and self._tokens[at_side].text == "过"  # 双11过后三天
        if not self._may_have_sides(at, grain) or not self._adjoins(at_side):
            return None
        side = self._tokens[at_side]
        if side.has("before") and side.text.startswith(("前", "头")):
            return _point(almanac.beside((start, end), 1, side.senses["before"], is_after=False), at_side + 1)
        if side.text not in _BEFORE | _AFTER:
            return None
        length = self._length(at_side + 1)
        if length is None:
            return None
        count, unit, after = length
        found = almanac.beside((start, end), count, unit, is_after=side.text in _AFTER)
        is_within = side.text not in _OUTSIDE and found is not None and found[1] - found[0] < end - start
        return None if is_within else _point(found, after)

    def _around_behind(self, at: int) -> Point | None:
        """The week after Double 11, 3 days before 1 October: how many days stands before which day."""
        count = self._count(at)
        unit_at = at + (count is not None)
        if unit := self._value(at, "before"):
            after = at + 1
        elif (unit := self._value(unit_at, "unit")) and unit_at + 1 < len(self._tokens) and (
                self._tokens[unit_at].text.isascii() and self._tokens[unit_at + 1].text in _BEFORE | _AFTER):
            after = unit_at + 2
        else:
            return None
        named = self._point(self._past_glue(after), None) if self._tokens[after - 1].text.isascii() else None
        if named is None or not self._may_have_sides(self._past_glue(after), named[1]):
            return None
        found = almanac.beside(named[0], count or 1, unit, is_after=self._tokens[after - 1].text in _AFTER)
        return _point(found, named[2])

    def _may_have_sides(self, at: int, grain: Grain) -> bool:
        return grain is Grain.DAY or any(self._is(one, "festival") for one in (at, at + 1))

    def _length(self, at: int) -> tuple[int, str, int] | None:
        """How many of which unit, and the token after them; the 的一周 of 双11后的一周 is one token."""
        if at < len(self._tokens) and self._tokens[at].text.startswith(_ONE_OF) and (
                unit := self._value(at, "whichdim")):
            return 1, unit, at + 1
        at = self._past_glue(at)
        count = self._count(at)
        unit = self._value(at + (count is not None), "unit")
        if unit is None or (count is None and unit not in _WHOLE_UNITS):
            return None
        return count or 1, unit, at + 1 + (count is not None)


def _point(days: almanac.Range | None, after: int) -> Point | None:
    if days is None:
        return None
    return days, Grain.DAY if days[1] - days[0] == almanac.DAY else Grain.SPAN, after
