"""Plays every chat in this folder against the demo shop: who says what, and what the reply must hold.

A file is Markdown. `**Who** (moment): message` is said by a person of the shop or a role; the moment is given once and
holds until the next. Under it, each line `> words` must be in the reply, `> kind: refused` is its kind, and
`> not: words` must not be in it. `{code}` in a message is the code of the last proposal, `{number}` the number of the
transfer or purchase order that was last spoken of.

The chats of the READMEs are played first, line for line, and what they did is undone: the stories after them find the
shop as it was.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.app.settings import Settings
from bot.app.wiring import OpenShop, open_shop
from bot.rendering.reply import Reply
from tests.architecture.tree import ROOT

AT = "2026-11-23T15:00"
STORIES = sorted(Path(__file__).parent.glob("*.md"))
LEAST_STORIES = 12
READMES = ("README.md", "README.zh-CN.md")
_CODE = re.compile(r"\b[2-9][A-Z][2-9]\b")
_NUMBER = re.compile(r"\b(?:DB|PO)\d{6}-\d+\b")
_SAID = re.compile(r"\*\*(?P<who>[^*]+)\*\*(?: \((?P<at>[^)]+)\))?: (?P<text>.+)")


@dataclass
class Step:
    """One message and what its reply is held to."""

    who: str
    at: str
    text: str
    expected: list[str] = field(default_factory=list)


def steps(story: Path) -> Iterator[Step]:
    step, at = None, AT
    for line in story.read_text(encoding="utf-8").splitlines():
        if said := _SAID.fullmatch(line.strip()):
            if step:
                yield step
            at = said["at"] or at
            step = Step(said["who"], at, said["text"])
        elif line.startswith("> ") and step:
            step.expected.append(line[2:].strip())
    if step:
        yield step


@pytest.fixture(scope="module")
def shop(demo_folder: Path) -> Iterator[OpenShop]:
    with open_shop(Settings(demo_folder), demo=True) as opened:
        yield opened


def test_there_are_enough_stories() -> None:
    assert len(STORIES) >= LEAST_STORIES


def shown_in(readme: str) -> Iterator[tuple[str, list[str]]]:
    """Each message of the readme's chats with the lines it shows of the reply; … stands for lines left out."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    for block in re.findall(r"^```text\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        for turn in re.split(r"^> ", block, flags=re.MULTILINE)[1:]:
            said, *shown = turn.splitlines()
            yield said, [line for line in shown if line not in {"", "…"}]


@pytest.mark.parametrize("readme", READMES)
def test_the_chats_of_the_readmes_go_as_they_are_written(readme: str, shop: OpenShop) -> None:
    """A code is drawn anew each time; everything else is to the letter."""
    moment, code, turns = shop.moment(AT), "", list(shown_in(readme))
    assert moment is not None
    assert len(turns) >= 4

    def answer(text: str) -> Reply:
        return shop.dispatcher.reply(text, person=shop.person("owner"), at=moment, chat=readme)

    for said, shown in turns:
        reply = answer(_CODE.sub(code, said))
        code = (reply.action or {}).get("confirmation") or code
        lines = reply.text.splitlines()
        missing = [line for line in shown if _CODE.sub(code, line) not in lines]
        assert not missing, f"{said}\n{missing}\n{reply.text}"
    assert answer(f"撤销 {code}").kind == "done"


def sentences_in(readme: str) -> list[str]:
    """What the readme's table of things to do says that one can say."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    table = re.search(r"^\| (?:what|办什么) \|.*?\n\n", text, re.DOTALL | re.MULTILINE)
    assert table
    return [code or quoted for code, quoted in re.findall(r"`([^`]+)`|「([^」]+)」", table[0])]


@pytest.mark.parametrize("readme", READMES)
def test_what_the_readmes_say_can_be_said_is_understood(readme: str, shop: OpenShop) -> None:
    moment, sentences = shop.moment(AT), sentences_in(readme)
    assert moment is not None
    assert len(sentences) >= 12
    for said in sentences:
        reply = shop.dispatcher.reply(said, person=shop.person("owner"), at=moment, chat=f"{readme} table")
        assert reply.kind in {"answer", "proposal"}, f"{said}\n{reply.kind}: {reply.text}"


@pytest.mark.parametrize("story", STORIES, ids=[story.stem for story in STORIES])
def test_the_chat_goes_as_it_is_written(story: Path, shop: OpenShop) -> None:
    code = number = ""
    for step in steps(story):
        moment = shop.moment(step.at)
        assert moment is not None
        assert step.expected, f"nothing is expected of the reply to {step.text}"
        said = step.text.replace("{code}", code).replace("{number}", number)
        reply = shop.dispatcher.reply(said, person=shop.person(step.who), at=moment, chat=story.stem)
        number = next(iter(_NUMBER.findall(reply.text)), number)
        code = (reply.action or {}).get("confirmation") or code
        for expected in step.expected:
            assert _holds(reply, expected), f"{step.who}: {step.text}\nexpected: {expected}\n{reply.kind}: {reply.text}"


def _holds(reply: Reply, expected: str) -> bool:
    rule, _, words = expected.partition(": ")
    if rule == "kind":
        return reply.kind == words
    if rule == "not":
        return words not in reply.text
    return expected in reply.text
