"""Where the time of an import goes: the slowest functions, and the slowest statements by their first words."""

import cProfile
import io
import pstats
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from sqlalchemy import Engine, event

SHOWN = 25
STATEMENT_CHARS = 110


@contextmanager
def profiled(engine: Engine, *, wanted: bool) -> Iterator[None]:
    """Prints both lists at the end. Profiling slows Python down about twofold and the database not at all."""
    if not wanted:
        yield
        return
    spent: defaultdict[str, float] = defaultdict(float)
    starts: list[float] = []

    def before(*_: Any) -> None:
        starts.append(perf_counter())

    def after(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        spent[re.sub(r"\s+", " ", statement)[:STATEMENT_CHARS]] += perf_counter() - starts.pop()

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    profile = cProfile.Profile()
    with profile:
        yield
    print("\n".join(_functions(profile)))
    print(f"\n{sum(spent.values()):8.3f} s in statements, without the filling of staging tables")
    for statement, seconds in sorted(spent.items(), key=lambda item: -item[1])[:SHOWN]:
        print(f"{seconds:8.3f} s  {statement}")


def _functions(profile: cProfile.Profile) -> list[str]:
    out = io.StringIO()
    pstats.Stats(profile, stream=out).strip_dirs().sort_stats("tottime").print_stats(SHOWN)
    return [line for line in out.getvalue().splitlines() if line.strip()]
