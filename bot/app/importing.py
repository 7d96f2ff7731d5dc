"""`zhanggui import`: files through their readers into the shop, as one unit."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from bot.app.progress import Progress
from bot.app.settings import Settings
from bot.app.wiring import OpenShop
from bot.rendering.mappings import said_of
from bot.rendering.messages import say
from domain.catalog.model import Platform
from domain.drafts import Counts, Kind, Reject
from domain.errors import OperatorMustAct, UserCanFix, WrongUsage
from domain.importing.model import KeptMapping
from domain.ports import ImportSink
from integrations.files.ahead import batches_ahead
from integrations.files.formats import header_key
from integrations.files.importing import ImportTable, open_import
from integrations.files.problems import FileProblem
from integrations.files.rejected import write_rejects
from storage.exceptions import ExceptionInbox
from storage.names.import_mappings import StoredMappings
from storage.room import free_bytes

MAX_NAMED_COLUMNS = 25  # in a sentence; the JSON names all
MAX_REJECTS_KEPT = 100_000  # of one file; a file with more is not what it was taken for
_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one import; what is above is refused before anything is set aside."""

    rows: int = 20_000_000  # forty years of a shop that sells half a million lines a year
    bytes_a_row: int = 800  # on the disk: set aside, in the tables, in the journal (measured: 250 to 700)


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says of all files."""

    kind: Kind | None = None
    shop: str | None = None
    platform: Platform | None = None
    mapping: Mapping[str, str] | None = None


@dataclass(slots=True)
class FileOutcome:
    """What one table of a file gave."""

    path: Path
    table: ImportTable
    rows: int = 0
    rejects: list[Reject] = field(default_factory=list)
    rejected_file: Path | None = None

    def holds(self, row_no: int) -> bool:
        """Whether the row is of this table; rows are numbered through all tables of the import."""
        return self.table.rows_before < row_no <= self.table.rows_before + self.rows


@dataclass(slots=True)
class Outcome:
    """What became of everything."""

    files: list[FileOutcome]
    counts: Mapping[Kind, Counts]
    dry_run: bool
    language: str
    exceptions: int = 0  # open now that the rows are in

    @property
    def rejected(self) -> int:
        return sum(counts.rejected for counts in self.counts.values())

    def as_json(self) -> dict[str, Any]:
        totals = [sum(column) for column in zip(*self.counts.values(), strict=True)] or [0, 0, 0]
        return {
            "dry_run": self.dry_run,
            **dict(zip(Counts._fields, totals, strict=True)),
            "kinds": {kind.value: counts._asdict() for kind, counts in self.counts.items()},
            "files": [{"file": str(item.path), "table": item.table.name, "kind": item.table.kind.value,
                       "format": item.table.format, "rows": item.rows, "rejected": len(item.rejects),
                       "remembered_mapping": dict(item.table.learned.kept.mapping) if item.table.learned else None,
                       "ignored_columns": list(item.table.ignored_columns),
                       "rejected_file": str(item.rejected_file) if item.rejected_file else None}
                      for item in self.files],
        }

    def sentences(self) -> Iterator[str]:
        for item in self.files:
            yield say("import_table", self.language, table=item.table.name, rows=f"{item.rows:,}",
                      kind=say(f"kind_{item.table.kind.value}", self.language), format=item.table.format)
            if item.table.learned is not None:
                yield say("import_remembered", self.language, number=item.table.learned.number,
                          columns=said_of(item.table.learned.kept))
            if item.table.ignored_columns:
                yield say("import_ignored", self.language, columns=self._listed(item.table.ignored_columns))
            if item.table.kind is Kind.ORDER_LINES and "quantity" not in item.table.columns:
                yield say("import_no_quantity", self.language)
        for kind, counts in self.counts.items():
            yield say("import_counts_dry" if self.dry_run else "import_counts", self.language,
                      kind=say(f"kind_{kind.value}", self.language), accepted=f"{counts.accepted:,}",
                      unchanged=f"{counts.unchanged:,}", rejected=f"{counts.rejected:,}")
        for item in self.files:
            if item.rejects and not self.dry_run:
                key = "import_rejected_file" if item.rejected_file else "import_rejected_nowhere"
                yield say(key, self.language, rejected=f"{len(item.rejects):,}", file=item.rejected_file)
                common = Counter(say(reject.reason, self.language, **reject.facts) for reject in item.rejects)
                yield from (f"  {times:,} × {reason}" for reason, times in common.most_common(5))
        if self.exceptions:
            yield say("exceptions.found", self.language, cases=self.exceptions)

    def _listed(self, columns: Sequence[str]) -> str:
        """The first columns by name; a sheet may have hundreds that mean nothing here."""
        named = ", ".join(columns[:MAX_NAMED_COLUMNS])
        more = len(columns) - MAX_NAMED_COLUMNS
        return say("ignored_more", self.language, columns=named, more=more) if more > 0 else named


def options_of(*, kind: str | None, shop: str | None, platform: str | None, mapping: Path | None) -> Options:
    """The command line's words as what they stand for."""
    return Options(_choice(Kind, kind, "--kind"), shop, _choice(Platform, platform, "--platform"),
                   _mapping(mapping) if mapping else None)


def _choice(kind: type[_Choice], text: str | None, option: str) -> _Choice | None:
    try:
        return kind(text.lower()) if text else None
    except ValueError as error:
        raise WrongUsage(key="command.no_choice", option=option, given=text, all=", ".join(kind)) from error


def _mapping(path: Path) -> dict[str, str]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserCanFix(key="command.not_json", file=path, why=error) from error
    if not isinstance(said, dict) or not all(isinstance(value, str) for value in said.values()):
        raise UserCanFix(key="command.no_mapping", file=path)
    return said


def import_files(shop: OpenShop, paths: Sequence[Path], options: Options, *, dry_run: bool,
                 progress: Progress, limits: Limits = LIMITS) -> Outcome:
    """All files in one transaction: after a crash there is all of it or nothing, and the command may be run again."""
    tables = [(path, table) for path in paths for table in open_import(
        path, calendar=shop.calendar, default_currency=shop.currency, kind=options.kind, shop=options.shop,
        mapping=options.mapping, platform=options.platform, remember=StoredMappings(shop.database).remembered)]
    _refuse_too_much(shop, tables, limits)
    files = [FileOutcome(path, table) for path, table in tables]
    with shop.ingest(shop.now()) as sink:
        read = 0
        for item in files:
            item.table.rows_before = read
            sink.begin_table()
            _read(item, sink, progress, shop.settings.language)
            read += item.rows
        progress.show(say("import_writing", shop.settings.language), 1.0, sum(item.rows for item in files))
        counts = dict(sink.finish(dry_run=dry_run))
        late = list(sink.rejects)
    progress.finish()
    for item in files:
        known = counts.get(item.table.kind, Counts())
        counts[item.table.kind] = known._replace(rejected=known.rejected + len(item.rejects))
    for kind, reject in late:  # found wrong only beside what the shop knows; already counted
        next(item for item in files if item.table.kind is kind and item.holds(reject.row_no)).rejects.append(reject)
    if not dry_run:
        _remember(shop, files, options.mapping or {})
        _write_rejected(files, shop.settings)
    exceptions = 0 if dry_run else ExceptionInbox(shop.database, shop.calendar).refresh(shop.now())
    return Outcome(files, counts, dry_run, shop.settings.language, exceptions)


def _refuse_too_much(shop: OpenShop, tables: Sequence[tuple[Path, ImportTable]], limits: Limits) -> None:
    """Before anything is set aside: a small packed file may hold more rows than the disk has room for."""
    rows = 0
    for path, table in tables:
        rows += table.total_rows_hint or 0
        if rows > limits.rows:
            raise FileProblem(f"{path.name} has too many rows", key="file_too_many_rows", file=path.name,
                              limit=f"{limits.rows:,}")
    needed, free = rows * limits.bytes_a_row, free_bytes(shop.database)
    if free is not None and needed > free:
        raise OperatorMustAct("there is too little room on the disk for this import", key="import_no_room",
                              rows=f"{rows:,}", needed=_gib(needed), free=_gib(free))


def _gib(size: int) -> str:
    return f"{size / 2**30:.1f} GiB"


def _remember(shop: OpenShop, files: Sequence[FileOutcome], mapping: Mapping[str, str]) -> None:
    """What was said of columns, so that a table with the same headers asks for nothing the next time."""
    for table in (item.table for item in files):
        said = {column: header for column, header in mapping.items()
                if header_key(table.columns.get(column, "")) == header_key(header)}
        if said:
            known = dict(table.learned.kept.mapping) if table.learned else {}
            StoredMappings(shop.database).keep(KeptMapping(
                table.headers_hash, tuple(filter(None, table.header)), table.kind,
                tuple({**known, **said}.items())), shop.now())


def _read(item: FileOutcome, sink: ImportSink, progress: Progress, language: str) -> None:
    with closing(batches_ahead(item.table)) as batches:
        for batch in batches:
            if batch.lines:
                sink.stage_orders(batch.orders, batch.lines)
            if batch.drafts:
                sink.stage(item.table.kind, batch.drafts)
            item.rejects.extend(batch.rejects)
            item.rows = batch.rows_read
            progress.show(item.path.name, batch.fraction, batch.rows_read)
            if len(item.rejects) > MAX_REJECTS_KEPT:
                first = say(item.rejects[0].reason, language, **item.rejects[0].facts)
                raise UserCanFix(key="command.too_many_rejects", most=f"{MAX_REJECTS_KEPT:,}", file=item.path.name,
                                 why=first)


def _write_rejected(files: Sequence[FileOutcome], settings: Settings) -> None:
    """Beside the file, or in the data folder where the file's own may not be written to."""
    taken: set[Path] = set()
    for item in files:
        if not item.rejects:
            continue
        number = sum(path.parent == item.path.parent and path.name.startswith(item.path.name) for path in taken) + 1
        name = f"{item.path.name}{'' if number == 1 else f'.{number}'}.rejected.csv"
        for folder in (item.path.parent, settings.data_dir):
            try:
                _write(folder / name, item, settings)
            except OSError:
                continue
            item.rejected_file = folder / name
            taken.add(item.path.parent / name)
            break


def _write(path: Path, item: FileOutcome, settings: Settings) -> None:
    rejects = item.table.own_rejects(item.rejects)
    write_rejects(path, item.table.header, rejects, lambda key, facts: say(key, settings.language, **facts))
