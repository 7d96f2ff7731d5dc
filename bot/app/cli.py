"""The command line: `zhanggui COMMAND`."""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from bot.app.commands import backups, files, groups, jobs, keep, people, serve, shops, talk
from domain.errors import ShopError, WrongUsage

DONE, FAILED, WRONG_USAGE = 0, 1, 2
GROUPS = (talk, files, shops, people, serve, groups, jobs, backups, keep)


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        self.exit(WRONG_USAGE, f"{self.prog}: {message}; see {self.prog} --help\n")


def parser() -> argparse.ArgumentParser:
    """All commands; the options of every command are taken before or after the command's name."""
    everywhere = Parser(add_help=False, argument_default=argparse.SUPPRESS)
    group = everywhere.add_argument_group("options of every command")
    group.add_argument("--database", metavar="URL",
                       help="sqlite:///shop.db or postgresql://… (default: in the data folder)")
    group.add_argument("--data-dir", metavar="DIR", help="where the shop's data are kept (default: ~/.zhanggui)")
    group.add_argument("--demo", action="store_true", help="use the demo shop's database")
    top = Parser(prog="zhanggui", parents=[everywhere], allow_abbrev=False,
                 description="掌柜: ask your online shop, in Chinese or English.",
                 epilog="zhanggui demo opens a shop to try things on; zhanggui COMMAND --help tells more.")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_with(everywhere))
    for each in GROUPS:
        each.add_to(commands)
    return top


def _with(everywhere: argparse.ArgumentParser) -> type[argparse.ArgumentParser]:
    class Command(Parser):
        def __init__(self, *args: object, **options: object) -> None:
            options.setdefault("parents", [everywhere])
            options.setdefault("allow_abbrev", False)
            super().__init__(*args, **options)  # type: ignore[arg-type]

    return Command


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. Errors are one sentence on standard error."""
    arguments = parser().parse_args(words)
    try:
        return int(arguments.run(arguments))
    except ShopError as error:
        sys.stderr.write(f"zhanggui: {_told(error)}\n")
        return WRONG_USAGE if isinstance(error, WrongUsage) else FAILED
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads on; that is no error of ours
        return DONE


def _told(error: ShopError) -> str:
    from bot.app.settings import spoken_language  # noqa: PLC0415 (only who fails has to wait for the catalogue)
    from bot.rendering.talk import error_sentence  # noqa: PLC0415

    return error_sentence(error, spoken_language())


if __name__ == "__main__":
    sys.exit(main())
