"""忘掉表头对应 3: what was remembered of a table's headers is to be asked again."""

import re

from bot.understanding.readings import Act
from bot.understanding.text.gazetteer import Gazetteer

_FORGET = re.compile(
    r"(?:请)?(?:忘掉|忘记|删掉|删除|取消)(?:表头|列)(?:的)?对应\s*#?(?P<zh>\d{1,9})(?:号)?"
    r"|forget (?:the )?(?:header |column )?mapping #?(?P<en>\d{1,9})", re.IGNORECASE)

CUES = "忘删取 forget"


def mapping_forgotten(said: str, _gazetteer: Gazetteer) -> Act | None:
    """forget_mapping; None for any other sentence."""
    found = _FORGET.fullmatch(said.rstrip("。.!\uff01 "))
    return Act("forget_mapping", {"mapping": int(found["zh"] or found["en"])}) if found else None
