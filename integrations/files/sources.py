"""From a path to the tables' bytes: plain files, .gz, and zips of several, with limits against bombs."""

import gzip
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from integrations.files.problems import FileProblem, told_plainly

MAX_UNPACKED = 8 * 2**30  # twenty years of a busy shop are below 4 GiB; a bomb is above
MAX_RATIO = 400  # tables shrink 5 to 100 times, a bomb about 1,000 times
RATIO_FREE = 64 * 2**20  # bytes that may unpack at any ratio: small files harm nobody
MAX_MEMBERS = 1_000  # a platform's monthly download holds a handful
SPOOL_IN_MEMORY = 8 * 2**20  # a packed workbook above this waits in a temporary file
COPY_BYTES = 2**18
TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".gz")

ZIP_MAGIC = b"PK\x03\x04"
EMPTY_ZIP_MAGIC = b"PK\x05\x06"
GZIP_MAGIC = b"\x1f\x8b"
OLE_MAGIC = b"\xd0\xcf\x11\xe0"

Opened = tuple[IO[bytes], Callable[[], float]]  # the bytes, and which fraction of them has been read


@dataclass(frozen=True, slots=True)
class Source:
    """One table file, whatever it is wrapped in. Every `open` starts at its first byte."""

    name: str
    open: Callable[[], AbstractContextManager[Opened]]

    def head(self, size: int) -> bytes:
        with told_plainly(self.name), self.open() as (stream, _):
            return stream.read(size)


def sources(path: Path) -> list[Source]:
    """The table files in the file: itself, or the members of a zip. FileProblem when there is none."""
    plain = Source(path.name, lambda: _open_plain(path))
    return _unwrap(plain)


def _unwrap(source: Source) -> list[Source]:
    head = source.head(4)
    if not head:
        raise FileProblem(f"{source.name} is empty", key="file_empty", file=source.name)
    if head.startswith(GZIP_MAGIC):
        return _unwrap(Source(source.name.removesuffix(".gz"), lambda: _open_gzip(source)))
    if head.startswith(EMPTY_ZIP_MAGIC):
        raise FileProblem(f"{source.name} holds no table", key="file_zip_without_table", file=source.name)
    if head.startswith(ZIP_MAGIC):
        return _unzip(source)
    return [source]


def _unzip(source: Source) -> list[Source]:
    with seekable(source) as stream, told_plainly(source.name), zipfile.ZipFile(stream) as archive:
        infos = archive.infolist()
        check_unpacked(source.name, infos)
    if any(info.filename == "[Content_Types].xml" for info in infos):
        return [source]  # a workbook
    members = [member for info in infos for member in _member(source, info)]
    if not members:
        raise FileProblem(f"{source.name} holds no table", key="file_zip_without_table", file=source.name)
    return members


def check_unpacked(name: str, infos: list[zipfile.ZipInfo]) -> None:
    """Refuse what would unpack to far more than a table needs. zipfile reads no more than a member declares."""
    unpacked, packed = sum(info.file_size for info in infos), sum(info.compress_size for info in infos)
    if len(infos) > MAX_MEMBERS or _is_bomb(packed, unpacked):
        raise _bomb(name)
    if any(info.flag_bits & 1 for info in infos):
        raise FileProblem(f"{name} is locked with a password", key="file_encrypted", file=name)


def _is_bomb(packed: int, unpacked: int) -> bool:
    return unpacked > MAX_UNPACKED or unpacked > max(RATIO_FREE, packed * MAX_RATIO)


def _bomb(name: str) -> FileProblem:
    return FileProblem(f"{name} unpacks to far more than a table needs", key="file_bomb", file=name,
                       limit=f"{MAX_UNPACKED // 2**30} GiB")


def _member(archive: Source, info: zipfile.ZipInfo) -> list[Source]:
    name = member_name(info)
    parts = name.replace("\\", "/").split("/")
    hidden = any(part.startswith((".", "__MACOSX")) for part in parts)
    if info.is_dir() or hidden or not parts[-1].lower().endswith(TABLE_ENDINGS):
        return []
    if not info.file_size:
        raise FileProblem(f"{name} is empty", key="file_empty", file=name)
    return _unwrap_member(Source(parts[-1], lambda: _open_member(archive, info)))


def _unwrap_member(source: Source) -> list[Source]:
    """A zip in a zip that is not a workbook is refused: nothing a platform sends looks so."""
    inner = _unwrap(source)
    if len(inner) != 1:
        raise FileProblem(f"{source.name} is a zip inside a zip", key="file_nested_zip", file=source.name)
    return inner


def member_name(info: zipfile.ZipInfo) -> str:
    """The member's name; one without the UTF-8 flag was mostly written on a Chinese Windows."""
    if info.flag_bits & 0x800:
        return info.filename
    raw = info.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


@contextmanager
def _open_plain(path: Path) -> Iterator[Opened]:
    size = max(path.stat().st_size, 1)
    with path.open("rb") as stream:
        yield stream, lambda: stream.tell() / size


@contextmanager
def _open_gzip(packed: Source) -> Iterator[Opened]:
    with packed.open() as (raw, fraction), _Watched(raw, packed.name) as stream:
        yield cast("IO[bytes]", stream), fraction


class _Watched(gzip.GzipFile):
    """Counts what comes out: a .gz does not say beforehand how large it is."""

    def __init__(self, raw: IO[bytes], name_shown: str) -> None:
        super().__init__(fileobj=raw, mode="rb")
        self._raw, self._name_shown = raw, name_shown

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self._check()
        return data

    def read1(self, size: int = -1) -> bytes:
        data = super().read1(size)
        self._check()
        return data

    def _check(self) -> None:
        if _is_bomb(self._raw.tell(), self.tell()):
            raise _bomb(self._name_shown)


@contextmanager
def _open_member(archive: Source, info: zipfile.ZipInfo) -> Iterator[Opened]:
    with seekable(archive) as packed, zipfile.ZipFile(packed) as unzipped, unzipped.open(info) as member:
        yield member, lambda: member.tell() / max(info.file_size, 1)


@contextmanager
def seekable(source: Source) -> Iterator[IO[bytes]]:
    """The bytes with random access, as zips need it; what is wrapped is copied aside first."""
    with told_plainly(source.name), source.open() as (stream, _):
        if hasattr(stream, "raw"):  # a buffered plain file
            yield stream
            return
        with tempfile.SpooledTemporaryFile(SPOOL_IN_MEMORY) as copy:
            shutil.copyfileobj(stream, copy, COPY_BYTES)
            copy.seek(0)
            yield copy
