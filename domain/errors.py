"""Errors as sentences with facts, grouped by who must act.

ShopError
├── UserCanFix         shown to the person: wrong input, unknown name, missing right
│   ├── WrongUsage
│   ├── NotAllowed
│   │   └── NotCleared
│   └── UnknownName
├── OperatorMustAct    shown to whoever runs the program: settings, keys, files
└── RetryLater         the same call may succeed later: busy database, outage

Messages are a key of the message catalogue plus facts, so that the chat can say them in the asker's language;
`str(error)` is the English sentence.
"""

from typing import Any


class ShopError(Exception):
    """Something the shop can say in one sentence."""

    def __init__(self, sentence: str = "", *, key: str = "", **facts: Any) -> None:
        super().__init__(sentence or self.__doc__ or "")
        self.key = key
        self.facts = facts


class UserCanFix(ShopError):
    """The person who asked can put it right."""


class WrongUsage(UserCanFix):
    """A word that the command does not take, whatever the shop holds."""


class NotAllowed(UserCanFix):
    """The person's role does not allow this."""


class NotCleared(NotAllowed):
    """The person may know, but not everybody who would hear the answer."""


class UnknownName(UserCanFix):
    """A name that nothing in the shop bears."""


class OperatorMustAct(ShopError):
    """Whoever runs the program must act."""


class RetryLater(ShopError):
    """The same call may succeed later."""
