"""What was just said, per person and chat: bounded, forgotten after a while."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.understanding.readings import Context

REMEMBERED_FOR = timedelta(minutes=10)  # a later 「那上周呢」 is more likely about something else
MAX_SESSIONS = 10_000  # about 10 MB; the longest silent go first


@dataclass(slots=True)
class Sessions:
    """The contexts of running conversations."""

    _open: OrderedDict[tuple[str, str], tuple[datetime, Context]] = field(default_factory=OrderedDict)

    def context(self, chat: str, person: str, at: datetime) -> Context:
        """The conversation's context, fresh when it is new or went silent."""
        key = (chat, person)
        last_at, context = self._open.pop(key, (at, Context()))
        if abs(at - last_at) > REMEMBERED_FOR:
            context = Context()
        self._open[key] = (at, context)
        while len(self._open) > MAX_SESSIONS:
            self._open.popitem(last=False)
        return context
