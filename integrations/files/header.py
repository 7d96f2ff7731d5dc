"""Which row is the header, which format the table has, and which column is what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from domain.catalog.model import Platform
from domain.drafts import Kind
from integrations.files.cells import clean
from integrations.files.formats import Format, formats, header_key
from integrations.files.problems import ColumnMissing, FileProblem

HEADER_ROWS = 30  # bills have up to 25 lines of preamble
MAX_COLUMNS = 1_000  # a platform's widest export has about a hundred
LISTED = 8  # headers named in a sentence
SHOWN_CHARS = 40  # of a header named in a sentence
# Headers that only the bills of Alipay and WeChat Pay and the statements of banks have: known, but not read.
_BILL_HEADERS = frozenset(map(header_key, (
    "收/支", "收支类型", "账务流水号", "支付宝交易号", "微信订单号", "微信支付业务单号", "账户余额", "联机余额",
    "对方户名", "收入金额（+元）", "商家实收")))


@dataclass(frozen=True, slots=True)
class Plan:
    """How to read one table."""

    format: Format
    header_at: int  # rows before it
    header: tuple[str, ...]  # cleaned
    raw_header: tuple[str, ...]
    columns: dict[str, int]  # our column → position
    ignored: tuple[str, ...]  # headers nothing is read from

    def titled(self, column: str) -> str:
        """The header of one of our columns, for sentences."""
        return self.header[self.columns[column]]


def make_plan(name: str, rows: Sequence[Sequence[str]], *, kind: Kind | None = None,
              platform: Platform | None = None, mapping: Mapping[str, str] | None = None) -> Plan:
    """The plan for a table that begins with these rows. FileProblem says what is missing or unsure."""
    if max(map(len, rows), default=0) > MAX_COLUMNS:
        raise FileProblem(f"{name} has more columns than can be read", key="file_too_wide", file=name,
                          limit=f"{MAX_COLUMNS:,}")
    wanted = [item for item in formats() if _fits(item, kind, platform)]
    found = [_Match.of(item, at, row, mapping or {}) for at, row in enumerate(rows[:HEADER_ROWS])
             for item in wanted if sum(map(bool, row)) > 1 or mapping]
    whole = [match for match in found if match.is_whole]
    if not whole:
        raise _unrecognised(name, rows, found)
    best = max(whole, key=_Match.rank)
    if lacking := [match for match in found if match.lacks_little_beside(best)]:
        raise _unrecognised(name, rows, lacking)
    _refuse_useless_mapping(name, best, mapping or {})
    _refuse_doubt(name, best, whole)
    header = tuple(map(clean, rows[best.at]))
    _refuse_twice(name, header, best)
    used = set(best.columns.values())
    ignored = tuple(cell for position, cell in enumerate(header) if position not in used and cell)
    return Plan(best.format, best.at, header, tuple(rows[best.at]), best.columns, ignored)


def _fits(item: Format, kind: Kind | None, platform: Platform | None) -> bool:
    return (kind is None or item.kind is kind) and (
        platform is None or item.platform is None or item.platform is platform)


@dataclass(frozen=True, slots=True)
class _Match:
    """A format laid over a row."""

    format: Format
    at: int
    keys: tuple[str, ...]
    columns: dict[str, int]

    @classmethod
    def of(cls, item: Format, at: int, row: Sequence[str], mapping: Mapping[str, str]) -> "_Match":
        keys = tuple(map(header_key, row))
        positions = {key: position for position, key in reversed(list(enumerate(keys))) if key}
        given = {column: positions[header_key(header)] for column, header in mapping.items()
                 if column in item.columns and header_key(header) in positions}
        taken = set(given.values())
        columns = dict(given)
        for column, aliases in item.columns.items():
            if column not in columns:
                here = next((positions[alias] for alias in aliases if alias in positions), None)
                if here is not None and (item.signature or here not in taken):
                    columns[column] = here
                    taken.add(here)
        return cls(item, at, keys, columns)

    @property
    def is_signed(self) -> bool:
        return all(any(key in words for key in self.keys) for words in self.format.signature)

    @property
    def missing(self) -> tuple[tuple[str, ...], ...]:
        return tuple(group for group in self.format.required if not any(column in self.columns for column in group))

    @property
    def is_whole(self) -> bool:
        return self.is_signed and not self.missing

    def lacks_little_beside(self, best: "_Match") -> bool:
        """Orders without their numbers also have the columns of products, but are none."""
        return (not best.format.signature and self.at == best.at and self.is_signed and len(self.missing) == 1
                and len(self.columns) > 2 * len(best.columns))

    def rank(self) -> tuple[bool, int, int]:
        """The better match: one with a signature, then more columns, then further up."""
        return (bool(self.format.signature), len(set(self.columns.values())), -self.at)


def _refuse_useless_mapping(name: str, best: _Match, mapping: Mapping[str, str]) -> None:
    for column, header in mapping.items():
        if column not in best.format.columns:
            raise FileProblem(f"there is no column {column} in {best.format.kind}", key="file_mapping_column",
                              file=name, column=column, columns=", ".join(best.format.columns))
        if header_key(header) not in best.keys:
            raise FileProblem(f"{name} has no column {header}", key="file_mapping_header", file=name, column=column,
                              header=header)


def _refuse_doubt(name: str, best: _Match, whole: list[_Match]) -> None:
    equals = sorted({match.format.kind.value for match in whole if match.rank() == best.rank()})
    if len(equals) > 1:
        raise FileProblem(f"{name} may hold {' or '.join(equals)}; say which", key="file_kind_unsure", file=name,
                          kinds=", ".join(equals))


def _refuse_twice(name: str, header: tuple[str, ...], best: _Match) -> None:
    for position in best.columns.values():
        if best.keys.count(best.keys[position]) > 1:
            raise FileProblem(f"the column {header[position]} stands twice in {name}", key="file_column_twice",
                              file=name, column=header[position])


def _unrecognised(name: str, rows: Sequence[Sequence[str]], found: list[_Match]) -> FileProblem:
    """What keeps the nearest format from fitting, and which of the other columns could be meant."""
    if any(_BILL_HEADERS.intersection(map(header_key, row)) for row in rows):
        return FileProblem(f"{name} is a bill or a bank statement; these are not read yet", key="file_bill", file=name)
    near = [match for match in found if match.is_signed and len(match.columns) > len(match.missing)]
    if not near:
        widest = max(rows, key=lambda row: sum(map(bool, row)), default=())
        headers = ", ".join(clean(cell)[:SHOWN_CHARS] for cell in widest[:LISTED] if clean(cell))
        return FileProblem(f"{name} is not a table of orders, products, stock or anything else that is known",
                           key="file_unknown_table", file=name, headers=headers or "-")
    best = max(near, key=lambda match: (len(match.columns) - 2 * len(match.missing), -match.at))
    used = set(best.columns.values())
    free = {key: clean(cell)[:SHOWN_CHARS] for position, (key, cell) in enumerate(
        zip(best.keys, rows[best.at], strict=True)) if position not in used and key}
    missing = "; ".join("/".join(_named(best.format, column) for column in group) for group in best.missing)
    meant = [free[key] for group in best.missing for column in group for alias in best.format.columns[column]
             for key in get_close_matches(alias, free, n=2, cutoff=0.5)]
    shown = list(dict.fromkeys(meant or free.values()))[:LISTED]
    problem = ColumnMissing(f"{name} looks like {best.format.kind} but lacks {missing}",
                            key="file_column_missing_near" if shown else "file_column_missing", file=name,
                            kind=best.format.kind.value, missing=missing, candidates=", ".join(shown))
    wanted = best.missing[0][0]
    return problem.asking(wanted, best.format.titles[wanted], dict.fromkeys((*shown, *free.values())))


def _named(item: Format, column: str) -> str:
    title = item.titles[column]
    return column if title == column else f"{column} ({title})"
