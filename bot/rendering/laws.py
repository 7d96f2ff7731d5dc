"""Laws that hold or are broken, in words: for the chat and for `zhanggui verify`."""

from collections.abc import Sequence
from typing import Any

from bot.rendering.messages import say
from bot.rendering.reply import Reply
from domain.invariants import Breach, Break


def render_verified(breaks: Sequence[Break], checked: int, language: str) -> Reply:
    """Everything agrees, or what does not, which rows and what puts it right."""
    return Reply("answer", "\n".join(sentences(breaks, checked, language)))


def sentences(breaks: Sequence[Break], checked: int, language: str) -> list[str]:
    if not breaks:
        return [say("laws.hold", language, laws=checked)]
    lines = [say("laws.broken", language, laws=checked, broken=len(breaks))]
    for broken in breaks:
        law, more = broken.law, broken.count - len(broken.breaches)
        lines.append(say("laws.law", language, law=law.zh if language == "zh" else law.en, rows=broken.count))
        lines += [f"  - {_row(breach, language)}" for breach in broken.breaches]
        if more > 0:
            lines.append("  - " + say("laws.more", language, rows=more))
        lines.append("  " + say("laws.repair", language, repair=law.repair_zh if language == "zh" else law.repair_en))
    return lines


def _row(breach: Breach, language: str) -> str:
    if not breach.found:
        return breach.subject
    key = "laws.compared" if breach.expected else "laws.found"
    return say(key, language, subject=breach.subject, found=breach.found, expected=breach.expected)


def as_json(breaks: Sequence[Break], checked: int) -> dict[str, Any]:
    """What scripts read of `verify --json`."""
    return {"laws": checked, "breaks": [
        {"law": broken.law.id, "sentence": broken.law.en, "compared": broken.law.compared, "count": broken.count,
         "rows": [{"subject": breach.subject, "found": breach.found or None, "expected": breach.expected or None}
                  for breach in broken.breaches], "repair": broken.law.repair_en} for broken in breaks]}
