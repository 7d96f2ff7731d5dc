"""A message that points at something in the conversation, and what is left of it once that is known."""

import re
from dataclasses import dataclass, replace

from bot.understanding.readings import Ask, Context, Unclear
from bot.understanding.text.gazetteer import Gazetteer
from bot.understanding.text.normalise import Normalised
from domain.metrics.query import MetricQuery


@dataclass(frozen=True, slots=True)
class Pointed:
    """What is left of the message, and the conversation as it is read in."""

    rest: str
    context: Context
    is_sure: bool = True  # whichever message came before

    @property
    def says_no_more(self) -> bool:
        return bool(_NO_MORE.fullmatch(self.rest))


@dataclass(frozen=True, slots=True)
class Pointing:
    """The message, where in it something is pointed at, and in which conversation."""

    message: Normalised
    found: re.Match[str]
    context: Context
    gazetteer: Gazetteer

    @property
    def last(self) -> MetricQuery:
        assert self.context.last is not None
        return self.context.last.query

    @property
    def rest(self) -> str:
        """The message as it was typed without the words that point."""
        start, end = self.found.span()
        before, behind = self.message.original(0, start), self.message.original(end, len(self.message.text))
        joint = " " if before[-1:].isascii() and behind[:1].isascii() else ""
        return EDGES.sub("", f"{before}{joint}{behind}")

    def on(self, query: MetricQuery, rest: str | None = None, *, is_sure: bool = True) -> Pointed:
        return Pointed(self.rest if rest is None else rest,
                       replace(self.context, last=Ask(query), pending=None, goes_on=True), is_sure)

    def unclear(self) -> Unclear:
        return Unclear("points_nowhere", {"words": self.message.original(*self.found.span()).strip()})


EDGES = re.compile(r"^[\s,,、::]+|[\s,,、]+$")
_NO_MORE = re.compile(r"(?:[\s,.!?,。!?呢吧啊吗的那就]|看看|看下|看一下|单独|情况|怎么样|咋样|如何|详细"
                      r"|\b(?:and|what about|how about|show|me|just|only|the|is|was|please|then|so)\b)*"
                      r"(?:(?:是|就是)?(?:谁|啥|什么|哪(?:个|家|款|位|种|里|儿|天|个店|个平台|个商品|家店|款商品)?)"
                      r"|\b(?:which|who|what)(?: (?:one|shop|product|platform))?(?: (?:is|was) (?:it|that))?)?"
                      r"[\s?呢啊呀]*")
