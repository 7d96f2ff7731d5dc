"""`python -m benchmarks NAME`: one benchmark, its table on standard output and, with --json, in a file."""

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import chatting, importing, orders, questions, reservations, tasks, understanding
from benchmarks.report import Report

_EACH = (chatting, importing, orders, questions, reservations, tasks, understanding)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m benchmarks", description="How fast, beside the raw limit.")
    commands = made.add_subparsers(title="benchmarks", metavar="NAME")
    for each in _EACH:
        added = commands.add_parser(each.NAME, help=each.WHAT, description=each.WHAT,
                                    formatter_class=argparse.ArgumentDefaultsHelpFormatter)
        added.add_argument("--json", type=Path, metavar="OUT", help="write the figures there, too")
        each.add_arguments(added)
        added.set_defaults(run=each.run)
    return made


def main(words: Sequence[str]) -> int:
    asked = parser()
    given = asked.parse_args(words)
    if "run" not in given:
        asked.print_help()
        return 0
    report = Report(f"python -m benchmarks {shlex.join(words)}")
    try:
        given.run(given, report)
    except (OSError, ValueError) as error:
        print(f"{asked.prog}: {error}", file=sys.stderr)
        return 1
    report.finish(given.json)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
