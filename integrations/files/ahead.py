"""Reading in a process of its own, ahead of the one that writes: docs/adr/0019-a-long-file-is-read-ahead.md."""

import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections.abc import Generator, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from integrations.files.importing import Batch, ImportTable
from integrations.files.problems import FileProblem

ROWS_WORTH_IT = 20_000  # a shorter file is read before the second process has taken anything off the first

AHEAD_BYTES = 2**20  # three batches of orders; with less the two processes wait for each other within a batch


def batches_ahead(table: ImportTable) -> Generator[Batch]:
    """The batches of the table, read by another process where that is quicker. Errors are those of reading it here."""
    if table.can_be_read_elsewhere and (table.total_rows_hint or 0) >= ROWS_WORTH_IT and _may_fork():
        yield from read_elsewhere(table)
    else:
        yield from table.batches()


def _may_fork() -> bool:
    """A copy of a process with threads may wait for ever for what one of them held; other systems copy unsafely."""
    return sys.platform == "linux" and threading.active_count() == 1 and len(os.sched_getaffinity(0)) > 1


def read_elsewhere(table: ImportTable) -> Generator[Batch]:
    """The batches of the table, read by a copy of this process. None of it is left when the generator is closed."""
    context = multiprocessing.get_context("fork")
    receiving, sending = context.Pipe(duplex=False)
    if sys.platform == "linux":
        import fcntl  # noqa: PLC0415 (not every system has it)

        with suppress(OSError):  # it may be more than the system allows each user
            fcntl.fcntl(sending.fileno(), fcntl.F_SETPIPE_SZ, AHEAD_BYTES)
    reader = context.Process(target=_send, args=(table.batches(), receiving, sending), daemon=True)
    try:
        reader.start()
    except OSError:  # the machine allows no more processes
        yield from table.batches()
        return
    sending.close()
    try:
        yield from _received(receiving, table.name)
    finally:
        receiving.close()  # a reader that has not come to its end fails at its next batch
        reader.join()


def _received(receiving: "Connection[Any, Any]", name: str) -> Iterator[Batch]:
    while True:
        try:
            said = receiving.recv()
        except (EOFError, OSError) as error:
            raise FileProblem(f"the process that read {name} was ended", key="file_reader_ended", file=name) from error
        if said is None:
            return
        if isinstance(said, Exception):
            raise said
        yield said


def _send(batches: Iterator[Batch], receiving: "Connection[Any, Any]", sending: "Connection[Any, Any]") -> None:
    """All of the other process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches both, and the one that writes decides
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    receiving.close()  # so that writing fails once the other end is gone
    with suppress(BrokenPipeError):
        for said in _to_the_end(batches):
            sending.send(said)


def _to_the_end(batches: Iterator[Batch]) -> Iterator[Batch | Exception | None]:
    """Batches, then None or the error that stopped the reading."""
    try:
        yield from batches
        yield None
    except Exception as error:  # noqa: BLE001 (it is raised again on the other side)
        error.add_note("".join(traceback.format_exception(error)))
        yield error
