"""Processes of their own, to be killed: forked from one that has imported the program, which takes seconds of a core.

Each worker of the suite has one such server; nothing is opened in it before the fork. That the program starts by
itself, too, is shown by the tests of the terminal and of what a question loads.
"""

import multiprocessing
import os
import sys
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from bot.app.cli import main

FORKSERVER = multiprocessing.get_context("forkserver")
FORKSERVER.set_forkserver_preload([
    "bot.app.serving", "bot.app.worker", "bot.channels.telegram_polling", "uvicorn", __name__,
    "tests.scheduler.siege", "tests.storage.killing", "tests.storage.reserving_work"])


def started(*words: str, says_to: Path = Path(os.devnull), **environment: str) -> ForkServerProcess:
    """`zhanggui WORDS` as a process; what it says on standard error is added to a file."""
    process = FORKSERVER.Process(target=_program, args=(
        words, says_to, {**os.environ, **environment}))  # noqa: TID251 (what a child of this process would have)
    process.start()
    return process


def _program(words: tuple[str, ...], says_to: Path, environment: Mapping[str, str]) -> None:
    os.environ.clear()  # noqa: TID251 (the server was started when a test before needed it)
    os.environ.update(environment)  # noqa: TID251
    with says_to.open("ab") as said:
        os.dup2(said.fileno(), sys.stderr.fileno())
    sys.exit(main(list(words)))
