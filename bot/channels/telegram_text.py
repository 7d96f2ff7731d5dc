"""Text as Telegram counts and shows it: UTF-16 units, pieces that fit, tables in fixed width."""

import html
import re
from collections.abc import Iterator

MAX_TEXT = 4096  # UTF-16 units of a message
MAX_CAPTION = 1024  # of what stands below a picture
MAX_LABEL = 60  # characters of a button; more are cut by the phone
_COLUMNS = re.compile(r"\S {2,}\S|^─+$|^ {2,}\S")
_LEAST_TABLE_LINES = 2
Block = tuple[bool, list[str]]  # is it a table, and its lines


def units(text: str) -> int:
    """Length in UTF-16 units, as Telegram counts: most emoji are two."""
    return len(text.encode("utf-16-le")) // 2


def pieces(text: str, most: int = MAX_TEXT) -> list[str]:
    """The text as HTML messages of at most so many units, markup and escapes included; cut between lines."""
    whole = as_html(text.lstrip("\n"))
    if text.strip() and units(whole) <= most:
        return [whole]
    found = [""]
    for line in _lines(text, most):
        longer = f"{found[-1]}\n{line}" if found[-1] else line
        if units(as_html(longer)) <= most:
            found[-1] = longer
        else:
            found.append(line)
    return [as_html(piece) for piece in found if piece.strip()] or ["…"]


def as_html(text: str) -> str:
    """Escaped, with every table in fixed width so that its columns stand."""
    return "\n".join(_shown(is_table, lines) for is_table, lines in _blocks(text.split("\n")))


def plain(marked: str) -> str:
    """The text of HTML made here."""
    return html.unescape(re.sub(r"</?pre>", "", marked))


def label(text: str) -> str:
    return text if len(text) <= MAX_LABEL else text[:MAX_LABEL - 1] + "…"


def _shown(is_table: bool, lines: list[str]) -> str:  # noqa: FBT001  (one of a pair)
    text = html.escape("\n".join(lines), quote=False)
    return f"<pre>{text}</pre>" if is_table else text


def _blocks(lines: list[str]) -> Iterator[Block]:
    """Runs of lines that are laid out in columns, and the rest."""
    block: list[str] = []
    is_table = False
    for line in lines:
        has_columns = _COLUMNS.search(line) is not None
        if has_columns != is_table and block:
            yield is_table and len(block) >= _LEAST_TABLE_LINES, block
            block = []
        is_table = has_columns
        block.append(line)
    if block:
        yield is_table and len(block) >= _LEAST_TABLE_LINES, block


def _lines(text: str, most: int) -> Iterator[str]:
    """Lines, those that are too long for a message by themselves cut into several."""
    for line in text.split("\n"):
        rest = line
        while units(as_html(rest)) > most:
            size = _fitting(rest, most)
            yield rest[:size]
            rest = rest[size:]
        yield rest


def _fitting(text: str, most: int) -> int:
    """How many characters from the start fit; never half of one."""
    low, high = 1, min(len(text), most)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if units(as_html(text[:middle])) <= most else (low, middle - 1)
    return low
