"""`import`: files into the shop."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from bot.app.commands import existing_file

DONE_IN_PART = 3
MOST_MAPPINGS = 1_000  # more than anybody reads


def add_to(commands: Any) -> None:
    read = commands.add_parser("import", help="read orders, products, stock and more from CSV, Excel or zip files")
    read.add_argument("files", nargs="+", metavar="FILE", type=existing_file)
    read.add_argument("--kind", metavar="K", help="what the rows are, when it cannot be told from the headers: "
                      "order_lines, products, stock, customers, expenses, ad_spend, traffic or fx_rates")
    read.add_argument("--shop", metavar="NAME", help="the shop the rows belong to")
    read.add_argument("--platform", metavar="P", help="the shop's platform, for tables that do not say it")
    read.add_argument("--mapping", metavar="FILE", type=existing_file,
                      help='JSON that says which header holds which column: {"order_no": "单号"}')
    read.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
    read.add_argument("--json", action="store_true")
    read.set_defaults(run=_import)
    write = commands.add_parser("export", help="write a table of the shop, or the answer to a question, into a file")
    write.add_argument("what", metavar="QUERY-or-KIND",
                       help="order_lines, products, stock, customers, expenses, ad_spend, traffic, fx_rates; "
                            "or a question such as 上月各平台销售额")
    write.add_argument("--out", required=True, metavar="FILE", type=Path, help="a file that ends in .csv or .xlsx")
    write.add_argument("--as", dest="who", default="owner", metavar="WHO", help="a staff name or a role")
    write.add_argument("--at", metavar="TIME", help="the moment a question is asked at (ISO 8601; default: now, "
                       "with --demo the moment the demo shop has reached)")
    write.set_defaults(run=_export)


    kept = commands.add_parser("mapping", help="which headers of imported tables are which columns, as once answered")
    verbs = kept.add_subparsers(required=True)
    verbs.add_parser("list", help="list what is remembered").set_defaults(run=_list_mappings)
    forget = verbs.add_parser("forget", help="forget one, so that it is asked again")
    forget.add_argument("number", type=int, metavar="NUMBER", help="as mapping list shows it")
    forget.set_defaults(run=_forget_mapping)


def _list_mappings(arguments: argparse.Namespace) -> int:
    from bot.app import wiring  # noqa: PLC0415
    from bot.app.commands import aside, is_demo, say, settings_of  # noqa: PLC0415
    from bot.rendering.mappings import said_of  # noqa: PLC0415
    from storage.names.import_mappings import StoredMappings  # noqa: PLC0415

    with wiring.open_shop(settings_of(arguments), demo=is_demo(arguments)) as shop:
        kept = StoredMappings(shop.database).listing(MOST_MAPPINGS)
        if not kept:
            aside("mappings_none")
        for one in kept:
            say(f"{one.number}\t{one.kept.kind}\t{said_of(one.kept)}\t{', '.join(one.kept.headers)}")
    return 0


def _forget_mapping(arguments: argparse.Namespace) -> int:
    from bot.app import wiring  # noqa: PLC0415
    from bot.app.commands import is_demo, settings_of, tell  # noqa: PLC0415
    from bot.app.deciding import decided  # noqa: PLC0415

    with wiring.open_shop(settings_of(arguments), demo=is_demo(arguments)) as shop:
        decided(shop, "forget_mapping", {"mapping": arguments.number})
    tell("mapping_forgotten", number=arguments.number)
    return 0


def _import(arguments: argparse.Namespace) -> int:
    from bot.app import wiring  # noqa: PLC0415
    from bot.app.commands import is_demo, say, settings_of  # noqa: PLC0415
    from bot.app.importing import import_files, options_of  # noqa: PLC0415
    from bot.app.progress import Progress  # noqa: PLC0415

    options = options_of(kind=arguments.kind, shop=arguments.shop, platform=arguments.platform,
                         mapping=arguments.mapping)
    with wiring.open_shop(settings_of(arguments), demo=is_demo(arguments)) as shop:
        progress = Progress(sys.stderr, is_tty=sys.stderr.isatty())
        outcome = import_files(shop, arguments.files, options, dry_run=arguments.dry_run, progress=progress)
    say(json.dumps(outcome.as_json(), ensure_ascii=False) if arguments.json else "\n".join(outcome.sentences()))
    return DONE_IN_PART if outcome.rejected else 0


def _export(arguments: argparse.Namespace) -> int:
    from bot.app import wiring  # noqa: PLC0415
    from bot.app.commands import is_demo, say, settings_of, tell  # noqa: PLC0415
    from bot.app.exporting import export_kind, export_question  # noqa: PLC0415
    from domain.drafts import Kind  # noqa: PLC0415
    from domain.errors import UserCanFix  # noqa: PLC0415
    from integrations.files.writing import check_name  # noqa: PLC0415

    check_name(arguments.out)
    with wiring.open_shop(settings_of(arguments), demo=is_demo(arguments)) as shop:
        person = shop.person(arguments.who)
        if arguments.what.lower() in set(Kind):
            written = export_kind(shop, Kind(arguments.what.lower()), arguments.out, person)
            tell("exported_masked" if written.is_masked else "exported", n=f"{written.rows:,}", file=arguments.out)
            return 0
        reply = export_question(shop, arguments.what, arguments.out, person=person,
                                at=shop.moment(arguments.at) or shop.now())
    if not reply.files:
        raise UserCanFix(reply.text)
    say(reply.text)
    return 0
