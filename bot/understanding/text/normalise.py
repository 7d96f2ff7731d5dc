"""One spelling for what people type: width, case, blanks, traditional characters, dialects; with the way back."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from bot.understanding.text.dialect import plainly_dialect, put_in_standard, telling_characters
from bot.understanding.text.lexicon import read_table
from domain.metrics.catalog import METRICS


@dataclass(slots=True)
class Normalised:
    """The message in one spelling. Character i of `text` comes from character `origin[i]` of `message`.

    Where words were put for words of a dialect, it comes from all of message[origin[i]:until[i]].
    """

    text: str
    message: str
    origin: Sequence[int]
    until: Sequence[int] | None = None

    @property
    def is_dialect(self) -> bool:
        return self.until is not None

    @property
    def in_own_case(self) -> str:
        """The text in simplified characters and standard words, its letters as they were typed."""
        typed = ((self.original(at, at + 1), one) for at, one in enumerate(self.text))
        return "".join(own if own.lower() == one else one for own, one in typed)

    def end_of(self, at: int) -> int:
        """Where the message goes on behind what text[at] comes from."""
        return self.until[at] if self.until is not None else self.origin[at] + 1

    def original(self, start: int, end: int) -> str:
        """What the person typed for text[start:end]."""
        if start >= end:
            return ""
        return self.message[self.origin[start]:self.end_of(end - 1)]

    def replaced(self, start: int, end: int, other: str) -> str:
        """The message with text[start:end] put in other words."""
        first = self.origin[start] if start < len(self.origin) else len(self.message)
        last = self.end_of(end - 1) if end > start else first
        return self.message[:first] + other + self.message[last:]


@cache
def _simplified() -> dict[int, str]:
    table = read_table("traditional")
    return {ord(old): new for old, new in zip("".join(table["traditional"]), "".join(table["simplified"]), strict=True)}


def spelled(text: str) -> str:
    """A name or word of the lexicon in the same spelling, without the way back."""
    if not text.isascii():
        text = _named_in_standard(unicodedata.normalize("NFKC", text).translate(_simplified()))
    text = text.lower()
    return " ".join(text.split()) if " " in text or "\t" in text else text


def _named_in_standard(name: str) -> str:
    """阿嫲嘅曲奇, spelled as in a message."""
    put = put_in_standard(name) if plainly_dialect().search(name) else None
    return put[0] if put else name


def all_spelled(texts: Sequence[str]) -> list[str]:
    """What `spelled` makes of each, in one go: a shop has tens of thousands of names."""
    together = "\n".join(texts)
    if together.count("\n") != len(texts) - 1:
        return [spelled(text) for text in texts]
    if not together.isascii():
        if not unicodedata.is_normalized("NFKC", together):
            together = unicodedata.normalize("NFKC", together)
        if _any_traditional().search(together):
            together = together.translate(_simplified())
        if plainly_dialect().search(together):
            together = "\n".join(map(_named_in_standard, together.split("\n")))
    return [" ".join(text.split()) if " " in text or "\t" in text else text
            for text in together.lower().split("\n")]


@cache
def _any_traditional() -> re.Pattern[str]:
    return re.compile("[" + "".join(map(chr, _simplified())) + "]")


# Nothing here has to be left out, and each character stays one: most messages are so.
_PLAIN = re.compile("[!-~\u4e00-\u9fff，？！：；（）]+(?: [!-~\u4e00-\u9fff，？！：；（）]+)*")


@cache
def _plain_spelling() -> dict[int, str]:
    return _simplified() | {ord(wide): unicodedata.normalize("NFKC", wide) for wide in "，？！：；（）"}


@cache
def _any_other_spelling() -> re.Pattern[str]:
    """Looked for first: asking a table for every character takes longer."""
    return re.compile("[" + "".join(map(chr, _plain_spelling())) + telling_characters() + "]")


def _plain(message: str) -> Normalised:
    if message.isascii():
        return Normalised(message.lower(), message, range(len(message)))
    is_other = _any_other_spelling().search(message) is not None
    text = message.translate(_plain_spelling()) if is_other else message
    plain = Normalised(text.lower(), message, range(len(message)))
    if " " in message:
        plain = _closed_up(plain)
    return _in_standard(plain) if is_other else plain


def is_traditional(text: str) -> bool:
    return not text.isascii() and _any_traditional().search(text) is not None


def _in_standard(message: Normalised) -> Normalised:
    """The message without words of dialects: 琴日賣咗幾多 is 昨天卖了多少."""
    put = put_in_standard(message.text)
    if put is None:
        return message
    text, spans = put
    return Normalised(text, message.message, [message.origin[start] for start, _ in spans],
                      [message.end_of(end - 1) for _, end in spans])


_IDS = re.compile(rf"(?<![0-9a-z_])(?:{'|'.join(one for one in METRICS if '_' in one)})(?![0-9a-z_])", re.IGNORECASE)


_TAGGED = re.compile(r"<([a-z]\w{0,9})>([^<>]*)</\1>", re.IGNORECASE)


def normalise(message: str) -> Normalised:
    """Line breaks become ';', other blanks one space; control and invisible characters go; ids are names."""
    if "_" in message:  # orders_to_ship, as it stands in the JSON
        message = _IDS.sub(lambda found: METRICS[found[0].lower()].en, message)
    if "</" in message:  # <b>昨天</b>, copied from a page
        message = _TAGGED.sub(r" \2 ", message)
    if _PLAIN.fullmatch(message):
        return _plain(message)
    table = _simplified()
    text: list[str] = []
    origin: list[int] = []
    for index, character in enumerate(message):
        for one in _spelled_character(character, table):
            if one == " " and (not text or text[-1] == " "):
                continue
            text.append(one)
            origin.append(index)
    return _in_standard(_closed_up(Normalised("".join(text), message, origin)))


# 销 售 额: single characters set apart are one word typed with blanks.
_SPACED = re.compile(r"(?<![^ ])[\u4e00-\u9fff](?: [\u4e00-\u9fff])+(?![^ ])")


def _closed_up(message: Normalised) -> Normalised:
    found = [at for run in _SPACED.finditer(message.text) for at in range(run.start() + 1, run.end(), 2)]
    if not found:
        return message
    kept = [at for at in range(len(message.text)) if at not in found]
    return Normalised("".join(message.text[at] for at in kept), message.message, [message.origin[at] for at in kept])


def _spelled_character(character: str, table: dict[int, str]) -> str:
    if "\u4e00" <= character <= "\u9fff":
        return table.get(ord(character), character)
    if character in "\n\r":
        return ";"
    wide = unicodedata.normalize("NFKC", character).lower()
    if wide.isspace():
        return " "
    return "".join(one for one in wide if one == " " or unicodedata.category(one) not in _INVISIBLE)


# Control, format, surrogate, private and unassigned; modifier and other symbols (emoji); marks that join emoji.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "So", "Sk", "Mn", "Me"})
