"""What of a question is kept: no telephone, order or account numbers, no addresses of mail."""

import re

from domain.learning.model import MOST_CHARACTERS

_NUMBERS = re.compile(r"\d(?:[ -]?\d){5,}")  # six digits and more are somebody's or something's own
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def masked(text: str) -> str:
    """The question as it may be kept, on one line."""
    plain = " ".join(text.split())[:MOST_CHARACTERS]
    return _NUMBERS.sub("***", _MAIL.sub("***", plain))
