"""What can be wrong with a file as a whole, and how errors of the libraries become one sentence."""

import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from domain.errors import UserCanFix


class FileProblem(UserCanFix):
    """The file cannot be read as a table of the shop. `key` starts with file_, the facts are text."""


class ColumnMissing(FileProblem):
    """The table lacks a column that may be there under another name: which, and the headers nothing is read from."""

    column: str
    title: str
    headers: tuple[str, ...]

    def asking(self, column: str, title: str, headers: Iterable[str]) -> "ColumnMissing":
        self.column, self.title, self.headers = column, title, tuple(headers)
        return self


@contextmanager
def told_plainly(name: str) -> Iterator[None]:
    """Errors of the file system and of unpacking, as a FileProblem that names the file."""
    try:
        yield
    except FileNotFoundError as error:
        raise FileProblem(f"there is no file {name}", key="file_missing", file=name) from error
    except (PermissionError, IsADirectoryError) as error:
        raise FileProblem(f"{name} may not be read", key="file_unreadable", file=name) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise FileProblem(f"{name} is damaged or incomplete", key="file_damaged", file=name) from error
