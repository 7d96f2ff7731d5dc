"""Codes of goods typed without their hyphens: JJ02, jj 02. Spelled as the shop spells them before anything is read."""

import re

from bot.understanding.text.gazetteer import Gazetteer
from bot.understanding.text.normalise import Normalised, normalise
from bot.understanding.text.scan import UNKNOWN, Words

_TYPED = re.compile(r"(?<![a-z\d-])[a-z]{1,8}[ _-]?\d[a-z\d]*(?:[ _-][a-z\d]{1,6})?(?![a-z\d-])")


def with_codes(message: Normalised, tokens: Words, gazetteer: Gazetteer) -> Normalised:
    """The message with each such code as it is in the books; the same message where there is none."""
    if UNKNOWN not in tokens.kinds:
        return message
    strange = [token for token in tokens if token.is_unknown and token.text[:1].isascii()]
    for found in reversed(list(_TYPED.finditer(message.text))) if strange else ():
        if not any(token.start < found.end() and token.end > found.start() for token in strange):
            continue
        for typed in (found[0], found[0][:len(found[0]) - len(re.split("[ _-]", found[0])[-1])].rstrip(" _-")):
            if code := gazetteer.code_of(typed):
                message = normalise(message.replaced(found.start(), found.start() + len(typed), code))
                break
    return message
