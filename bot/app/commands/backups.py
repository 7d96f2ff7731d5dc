"""`backup` and `restore`: the whole shop in one sealed file, and back."""

import argparse
from pathlib import Path
from typing import Any

from bot.app.commands import existing_file


def add_to(commands: Any) -> None:
    out = commands.add_parser("backup", help="write the whole database into one encrypted file")
    out.add_argument("out", metavar="OUT", type=Path, help="the file to write")
    out.set_defaults(run=_backup)
    back = commands.add_parser("restore", help="fill an empty database from a backup, and check it")
    back.add_argument("source", metavar="IN", type=existing_file, help="the file that backup wrote")
    back.add_argument("--into", metavar="URL", help="sqlite:///shop.db or postgresql://… (default: the shop's own)")
    back.set_defaults(run=_restore)


def _backup(arguments: argparse.Namespace) -> int:
    from bot.app import wiring  # noqa: PLC0415
    from bot.app.commands import is_demo, settings_of, tell  # noqa: PLC0415
    from domain.errors import UserCanFix  # noqa: PLC0415
    from storage.upkeep.backup import backup  # noqa: PLC0415

    if arguments.out.exists():
        raise UserCanFix(key="command.file_is_there", file=arguments.out)
    settings = settings_of(arguments)
    with wiring.open_shop(settings, demo=is_demo(arguments)) as shop:
        backup(shop.database, wiring.secret_of(settings), arguments.out, wiring.clock())
    tell("backed_up", file=arguments.out, mb=f"{arguments.out.stat().st_size / 1_000_000:,.1f}")
    if not settings.secret_key:
        tell("keep_the_key", file=settings.secret_file)
    return 0


def _restore(arguments: argparse.Namespace) -> int:
    from bot.app import wiring  # noqa: PLC0415
    from bot.app.commands import is_demo, say, settings_of, tell  # noqa: PLC0415
    from bot.rendering.laws import sentences  # noqa: PLC0415
    from domain.errors import UserCanFix  # noqa: PLC0415
    from domain.invariants import LAWS  # noqa: PLC0415
    from storage.upkeep.backup import restore  # noqa: PLC0415

    settings = settings_of(arguments)
    if not settings.secret_key and not settings.secret_file.exists():
        raise UserCanFix(key="command.no_key", folder=settings.data_dir)
    breaks = restore(arguments.source, wiring.secret_of(settings),
                       arguments.into or wiring.database_url(settings, demo=is_demo(arguments)))
    tell("restored")
    say("\n".join(sentences(breaks, len(LAWS), settings.language)))
    return 1 if breaks else 0
