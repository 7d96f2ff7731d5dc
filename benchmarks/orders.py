"""Whole orders a second, beside plain SQL that writes the same rows, and beside a peer, all in one run.

The peer is no dependency: it lives in an environment of its own, whose Python is named.

    python3 -m venv /tmp/peer && /tmp/peer/bin/pip install django-oscar==4.2.1 trytond==8.2.1 trytond_sale==8.2.0
    python -m benchmarks orders --peer /tmp/peer/bin/python
"""

import argparse
import json
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.cases import Measured
from benchmarks.cases import run as run_case
from benchmarks.report import Report, Spread, Table

NAME = "orders"
WHAT = "orders created, reserved for, confirmed and shipped a second, beside plain SQL and a peer"
_MODULE = "benchmarks.order_cases"
_PEERS = Path(__file__).parent / "order_peers.py"
_CASES = ("plain", "by_file", "by_chat")
_PEER_ORDERS = {"oscar": 100, "tryton": 60}  # they need seconds for so many, and no less for one when it is more
_MORE = {
    "oscar": "oscar also keeps baskets, prices, vouchers and shipping methods, and every event of an order",
    "tryton": "tryton also keeps parties, units, taxes, workflows of invoices and shipments, and the history of each",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--orders", type=int, default=5_000, help="of two lines, in each case")
    parser.add_argument("--postgresql", metavar="URL", help="an empty database, for the cases on PostgreSQL")
    parser.add_argument("--peer", metavar="PYTHON", help="of an environment with django-oscar or Tryton")
    parser.add_argument("--runs", type=int, default=3, help="of each case, in turns")


def run(asked: argparse.Namespace, report: Report) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _sqlite(asked, report, Path(folder))
    if asked.postgresql:
        report.add(_table("PostgreSQL", _measured(asked, lambda _: _emptied(asked.postgresql), {})))


def _sqlite(asked: argparse.Namespace, report: Report, folder: Path) -> None:
    peers = _peers_of(asked.peer) if asked.peer else ()

    def url(name: str) -> str:
        for old in folder.glob("*.db*"):
            old.unlink()
        return f"sqlite:///{folder / name}.db"

    report.add(_table("SQLite", _measured(asked, url, {
        peer: partial(_peer, asked.peer, peer, folder) for peer in peers})))
    for peer in peers:
        report.note(_MORE[peer])


def _measured(asked: argparse.Namespace, url: Callable[[str], str],
              peers: dict[str, Callable[[], Measured]]) -> dict[str, list[Measured]]:
    found: defaultdict[str, list[Measured]] = defaultdict(list)
    for _ in range(asked.runs):
        for case in _CASES:
            found[case].append(run_case(_MODULE, case, url=url(case), orders=asked.orders))
        for peer, measure in peers.items():
            found[peer].append(measure())
    return found


def _emptied(url: str) -> str:
    import psycopg

    with psycopg.connect(url, autocommit=True) as server:
        server.execute("DROP SCHEMA public CASCADE")
        server.execute("CREATE SCHEMA public")
    return url


def _peers_of(python: str) -> tuple[str, ...]:
    """Which of the peers that environment has."""
    said = subprocess.run([python, str(_PEERS), "list"], check=True, capture_output=True, text=True).stdout
    return tuple(said.split())


def _peer(python: str, peer: str, folder: Path) -> Measured:
    done = subprocess.run([python, str(_PEERS), peer, str(_PEER_ORDERS[peer]), str(folder)], check=False,
                          capture_output=True, text=True, cwd=folder)
    if done.returncode:
        raise ValueError(f"{peer} failed: {done.stderr.strip()[-2000:]}")
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def _table(title: str, found: dict[str, list[Measured]]) -> Table:
    rows, figures = [], []
    for name, runs in found.items():
        rate = Spread.of(one.rows_per_s for one in runs)
        beside = [Spread.of(one.rows_per_s / other.rows_per_s for one, other in zip(runs, others, strict=True))
                  for others in found.values()]
        rows.append([name, rate.shown(), *(ratio.shown(2) for ratio in beside)])
        figures.append({"case": name, "per_s": rate.middle,
                        "of": dict(zip(found, (ratio.middle for ratio in beside), strict=True))})
    return Table(f"{title}: least / middle / most of the runs",
                 ("case", "orders/s", *(f"of {name}" for name in found)), rows, figures)
