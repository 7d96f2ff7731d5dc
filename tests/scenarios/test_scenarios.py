"""Plays every chat in this folder against the demo shop: who says what, and what the reply must hold.

A file is Markdown. `**Who** (moment): message` is said by a person of the shop or a role; the moment is given once and
holds until the next. Under it, each line `> words` must be in the reply, `> kind: refused` is its kind, and
`> not: words` must not be in it. `{code}` in a message is the code of the last proposal.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.app.settings import Settings
from bot.app.wiring import OpenShop, open_shop
from bot.rendering.reply import Reply

AT = "2026-11-23T15:00"
STORIES = sorted(Path(__file__).parent.glob("*.md"))
LEAST_STORIES = 12
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


@pytest.mark.parametrize("story", STORIES, ids=[story.stem for story in STORIES])
def test_the_chat_goes_as_it_is_written(story: Path, shop: OpenShop) -> None:
    code = ""
    for step in steps(story):
        moment = shop.moment(step.at)
        assert moment is not None
        assert step.expected, f"nothing is expected of the reply to {step.text}"
        reply = shop.dispatcher.reply(step.text.replace("{code}", code), person=shop.person(step.who), at=moment,
                                      chat=story.stem)
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
