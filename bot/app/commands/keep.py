"""`verify`, `doctor` and `db upgrade`: keeping the shop's data sound."""

import argparse
import json
from typing import Any


def add_to(commands: Any) -> None:
    check = commands.add_parser("verify", help="check every rule that the shop's data must keep")
    check.add_argument("--json", action="store_true")
    check.set_defaults(run=_verify)
    commands.add_parser("doctor", help="what is configured, what is missing, what cannot be reached").set_defaults(
        run=_doctor)
    database = commands.add_parser("db", help="the database's tables").add_subparsers(required=True)
    database.add_parser("upgrade", help="bring the tables up to date").set_defaults(run=_upgrade)
    database.add_parser("rebuild", help="add up the days again from the orders, refunds and charges").set_defaults(
        run=_rebuild)


def _verify(arguments: argparse.Namespace) -> int:
    from bot.app import wiring  # noqa: PLC0415
    from bot.app.commands import is_demo, say, settings_of  # noqa: PLC0415
    from bot.rendering.laws import as_json, sentences  # noqa: PLC0415
    from domain.invariants import LAWS  # noqa: PLC0415
    from storage.upkeep.verify import verify  # noqa: PLC0415

    settings = settings_of(arguments)
    with wiring.open_shop(settings, demo=is_demo(arguments)) as shop:
        breaks = verify(shop.database)
    if arguments.json:
        say(json.dumps(as_json(breaks, len(LAWS)), ensure_ascii=False))
    else:
        say("\n".join(sentences(breaks, len(LAWS), settings.language)))
    return 1 if breaks else 0


def _rebuild(arguments: argparse.Namespace) -> int:
    from bot.app import wiring  # noqa: PLC0415
    from bot.app.commands import is_demo, settings_of, tell  # noqa: PLC0415
    from storage.customers import refresh_customers  # noqa: PLC0415
    from storage.rollups import rebuild  # noqa: PLC0415

    with wiring.open_shop(settings_of(arguments), demo=is_demo(arguments)) as shop, shop.database.write() as connection:
        rebuild(connection)
        refresh_customers(connection)
    tell("rebuilt")
    return 0


def _upgrade(arguments: argparse.Namespace) -> int:
    from bot.app import wiring  # noqa: PLC0415
    from bot.app.commands import is_demo, settings_of, tell  # noqa: PLC0415
    from storage.engine import open_database  # noqa: PLC0415
    from storage.migrate import upgrade  # noqa: PLC0415

    settings = settings_of(arguments)
    wiring.make_folder(settings.data_dir)
    database = open_database(wiring.database_url(settings, demo=is_demo(arguments)))
    try:
        upgrade(database)
    finally:
        database.close()
    tell("upgraded")
    return 0


def _doctor(arguments: argparse.Namespace) -> int:
    from bot.app.commands import is_demo, say, settings_of  # noqa: PLC0415
    from bot.app.doctor import findings  # noqa: PLC0415

    well = True
    for finding in findings(settings_of(arguments), demo=is_demo(arguments)):
        say(f"{'ok ' if finding.is_well else '!! '} {finding.sentence}")
        well = well and finding.is_well
    return 0 if well else 1
