"""Cases that run in a process of their own, so that each starts fresh and its memory is its own."""

import json
import multiprocessing
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

KIB_PER_MIB = 1024


@dataclass(slots=True)
class Measured:
    """`seconds` on the clock; `cpu_s` of this process and those it started, not of a server; the peak of them all."""

    rows: int = 0
    seconds: float = 0.0
    cpu_s: float = 0.0
    peak_mib: float = 0.0

    @property
    def rows_per_s(self) -> float:
        return self.rows / self.seconds

    @property
    def cpu_us_a_row(self) -> float:
        return self.cpu_s / self.rows * 1_000_000

    @contextmanager
    def timed(self) -> Iterator[None]:
        start, cpu = perf_counter(), _cpu_s()
        yield
        self.seconds, self.cpu_s = perf_counter() - start, _cpu_s() - cpu


def _cpu_s() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def run(module: str, case: str, **arguments: Any) -> Measured:
    """One case of a module that ends in `answer`. Raises ValueError with its last words when it fails."""
    done = subprocess.run([sys.executable, "-m", module, case, json.dumps(arguments)], check=False,
                          capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        raise ValueError(f"{case} failed: {done.stderr.strip()[-2000:]}")
    *said, last = done.stdout.splitlines()
    if said:
        print("\n".join(said))
    return Measured(**json.loads(last))


def answer(cases: Mapping[str, Callable[..., Measured]]) -> None:
    """The other end of `run`."""
    case, arguments = sys.argv[1:]
    measured = cases[case](**json.loads(arguments))
    measured.peak_mib = max(measured.peak_mib, _peak_mib())
    print(json.dumps(asdict(measured)))


def held_mib() -> float:
    """What this process and those it started hold just now; pages that they share count for each. Only Linux tells."""
    pids = (os.getpid(), *(child.pid for child in multiprocessing.active_children()))
    pages = [Path(f"/proc/{pid}/statm") for pid in pids]
    return sum(int(page.read_text(encoding="ascii").split()[1]) for page in pages
               if page.exists()) * resource.getpagesize() / KIB_PER_MIB**2


def _peak_mib() -> float:
    """The most memory this process held. Linux's ru_maxrss also counts what the parent held when it started us."""
    status = Path("/proc/self/status")
    if status.exists():
        found = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(found.split()[1]) / KIB_PER_MIB
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / KIB_PER_MIB / (KIB_PER_MIB if sys.platform == "darwin" else 1)
