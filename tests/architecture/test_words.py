"""What the repository says of itself is true, and it says nothing of the machine it was written on."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app.cli import parser
from bot.app.settings import read_settings
from integrations.platforms import connectable
from tests.architecture import pages
from tests.architecture.tree import ROOT

# Written in two halves, so that this file is not its own finding.
TELLTALES = ["/" + "root/", "/" + "work/", "/" + "home/", ".py" + "env", "/" + "shared/", "pypi" + ".org",
             "python" + "hosted", "index" + "-url", "find" + "-links"]
LEFT_BEHIND = re.compile(r"^(\..*|__pycache__|dist|.*\.egg-info)$")
READMES = ("README.md", "README.zh-CN.md")


def own_files(folder: Path = ROOT) -> Iterator[Path]:
    """Every file a checkout has: hidden folders (a file called .git as well) hold the environment, caches, history."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and (path.name == ".ci" or not LEFT_BEHIND.match(path.name)):
            yield from own_files(path)
        elif path.is_file() and path.name not in {".env", ".git"}:
            yield path


def test_no_file_tells_where_it_was_made() -> None:
    found = []
    for path in own_files():
        text = path.read_bytes().decode("utf-8", errors="ignore")
        found += [f"{path.relative_to(ROOT)}: {word}" for word in TELLTALES if word in text]
    assert not found, "\n".join(found)


def test_every_link_between_pages_leads_somewhere() -> None:
    dead = [f"{page.relative_to(ROOT)}: {link}" for page in own_files() if page.suffix == ".md"
            for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
            if not (page.parent / link).exists()]
    assert not dead, "\n".join(dead)


def commands_of(page: str) -> list[str]:
    """Every command of the page that starts the program: a line of a code block, or a command in its text."""
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = "\n".join(re.findall(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE))
    in_text = re.findall(r"`zhanggui +([^`]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE))
    return re.findall(r"^(?:\.venv/bin/)?zhanggui +(.*)$", blocks, re.MULTILINE) + in_text


@pytest.mark.parametrize("page", [*READMES, "docs/telegram.md", "docs/operations.md", "docs/platforms.md"])
def test_every_command_of_the_pages_is_one_the_program_takes(
        page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    commands = [shlex.split(command, comments=True) for command in commands_of(page)]
    assert len(commands) >= 5
    for words in commands:
        for word in words:
            if re.search(r"\.(csv|xlsx|jsonl)$|^IN$|^文件$", word):
                Path(word).touch()
        parser().parse_args(words)


@pytest.mark.parametrize("page", ["README.md", "docs/operations.md"])
def test_every_file_a_page_names_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    folders = "|".join(path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] != ".")
    named = re.findall(rf"`((?:{folders})/[\w./-]*)`", text) + re.findall(r"^([a-z]+/) {2,}", text, re.MULTILINE)
    assert named
    gone = [name for name in named if not (ROOT / name).exists()]
    assert not gone


def test_both_readmes_show_the_same_commands() -> None:
    first, second = ({shlex.split(command)[0] for command in commands_of(readme)} for readme in READMES)
    assert first == second


def settings_in_the_example() -> dict[str, str]:
    """The variables this version reads, with their example values."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    read, _, later = text.partition("# --- later versions")
    assert later
    return dict(re.findall(r"^# (ZHANGGUI_\w+)=(.*)$", read, re.MULTILINE))


def test_every_setting_of_the_example_changes_something() -> None:
    example = settings_in_the_example()
    assert len(example) >= 5
    nothing = read_settings({"HOME": "/nowhere"})
    for name, value in example.items():
        assert read_settings({"HOME": "/nowhere", name: value}) != nothing, name


def test_every_setting_the_program_reads_is_in_the_example() -> None:
    source = (ROOT / "bot/app/settings.py").read_text(encoding="utf-8")
    names = {name.removeprefix("ZHANGGUI_") for name in settings_in_the_example()}
    read = re.search(r'f"ZHANGGUI_\{name\}".*? in \((.*?)\)', source, re.DOTALL)
    assert read
    of_platforms = {f"{platform.upper()}_BASE_URL" for platform in connectable()}
    always = set(re.findall(r'"(\w+)"', read[1]))
    assert always <= names <= always | of_platforms


@pytest.mark.parametrize("name", pages.PAGES)
def test_the_tables_of_the_docs_are_fresh(name: str) -> None:
    """`make docs` writes them anew from the catalogue and the import formats."""
    page = (ROOT / name).read_text(encoding="utf-8")
    assert "<!-- end -->" in page
    assert pages.refreshed(page) == page
