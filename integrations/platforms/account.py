"""What a platform knows one shop by."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Account:
    """The shop's keys, and the clock that requests are stamped with. The secrets never show."""

    app_key: str
    secret: str = field(repr=False)
    token: str = field(repr=False)
    clock: Callable[[], datetime] = field(repr=False)

    def scrubbed(self, text: str) -> str:
        """Somebody else's words without our secrets, in one line."""
        return " ".join(_without(text, (self.secret, self.token)).split())


def _without(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "***")
    return text
