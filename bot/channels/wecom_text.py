"""Text as WeCom counts and shows it: bytes of UTF-8, cut between lines, nothing of it taken for markup."""

import re

from bot.rendering.messages import say

LANGUAGE = "zh"  # of a robot's group: WeCom is spoken in China
# Marks of WeCom's markdown, and its mentions (<@somebody>), become the wide signs that mean nothing to it.
_MARKS = str.maketrans({"*": "＊", "`": "｀", "<": "＜", "[": "［"})
_LINE_MARKS = re.compile(r"^(\s*)([#>])", re.MULTILINE)
_LEADING = re.compile(r"^ {3,}", re.MULTILINE)  # of a header above no name; an indent has two
_PADDING = re.compile(r" {3,}")
_WIDE = {"#": "＃", ">": "＞"}


def size(text: str) -> int:
    return len(text.encode())


def close_up(text: str) -> str:
    """Columns without their padding: WeCom's letters are of many widths, in which nothing is aligned by blanks."""
    return _PADDING.sub("  ", _LEADING.sub("", text))


def as_markdown(text: str) -> str:
    """The text as markdown that shows it as it is."""
    return _LINE_MARKS.sub(lambda found: found[1] + _WIDE[found[2]], text.translate(_MARKS))


def fitted(text: str, most: int) -> str:
    """At most so many bytes: whole lines from the start, and how many are missing."""
    if size(text) <= most:
        return text
    lines = text.split("\n")
    room = most - size(_hint(len(lines)))
    kept: list[str] = []
    for line in lines:
        if room < size(line) + 1:
            break
        kept.append(line)
        room -= size(line) + 1
    if not kept:  # one line longer than a message: as much of it as fits, never half a character
        kept = [lines[0].encode()[:max(0, room - 1)].decode(errors="ignore")]
    return "\n".join([*kept, _hint(len(lines) - len(kept) or 1)])


def _hint(lines: int) -> str:
    return say("reporting.cut", LANGUAGE, n=lines)
