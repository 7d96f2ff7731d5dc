"""Files from a chat through `zhanggui import`'s own road: looked at without writing, or taken in."""

from collections.abc import Mapping
from dataclasses import replace
from io import StringIO
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from bot.app.importing import Options, Outcome, import_files
from bot.app.progress import Progress
from bot.app.wiring import OpenShop
from bot.conversing.ports import Looked, Question
from bot.outgoing import Document
from bot.rendering.messages import say
from integrations.files.problems import ColumnMissing
from integrations.files.waybills import read_waybills

MAX_NAME_CHARS = 80
MAX_SENTENCES = 25  # lines that fit a phone


class ChatFileDesk:
    """bot.conversing.ports.FileDesk over one open shop."""

    def __init__(self, shop: OpenShop) -> None:
        self._shop = shop

    def look(self, name: str, content: bytes, language: str, mapping: Mapping[str, str]) -> Looked:
        with TemporaryDirectory(prefix="zhanggui-chat-") as folder:
            path = _written(Path(folder), name, content)
            waybills = read_waybills(path)
            if waybills is not None:
                return Looked("", waybills="发货\n" + "\n".join(" ".join(filter(None, line)) for line in waybills))
            try:
                outcome = self._import(path, language, mapping, dry_run=True)
            except ColumnMissing as problem:
                return Looked("", question=Question(problem.column, problem.title, problem.headers))
        accepted = sum(counts.accepted for counts in outcome.counts.values())
        text = _said(outcome)
        return Looked(text if accepted else f"{text}\n{say('file.nothing_new', language)}", accepted > 0)

    def take_in(self, name: str, content: bytes, language: str, mapping: Mapping[str, str]) -> Looked:
        with TemporaryDirectory(prefix="zhanggui-chat-") as folder:
            outcome = self._import(_written(Path(folder), name, content), language, mapping, dry_run=False)
            files = [item.rejected_file for item in outcome.files if item.rejected_file]
            rejects = Document(files[0].name, files[0].read_bytes()) if files else None
            return Looked(_said(outcome).replace(f"{folder}/", ""), can_take=True, rejects=rejects)

    def _import(self, path: Path, language: str, mapping: Mapping[str, str], *, dry_run: bool) -> Outcome:
        settings = replace(self._shop.settings, language="zh" if language == "zh" else "en")
        return import_files(replace(self._shop, settings=settings), [path], Options(mapping=mapping or None),
                            dry_run=dry_run, progress=Progress(StringIO(), is_tty=False))


def _said(outcome: Outcome) -> str:
    return "\n".join(list(outcome.sentences())[:MAX_SENTENCES])


def _written(folder: Path, name: str, content: bytes) -> Path:
    """Under the last part of its name, which came from outside."""
    bare = PurePosixPath(name.replace("\\", "/")).name.strip(". ")[-MAX_NAME_CHARS:] or "file"
    path = folder / "".join(char if char.isprintable() and char != "/" else "_" for char in bare)
    path.write_bytes(content)
    return path
