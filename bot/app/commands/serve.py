"""`serve` and `chat-group`: the channels, and what may be said in which group."""

import argparse
import re
from typing import Any


def add_to(commands: Any) -> None:
    serve = commands.add_parser("serve", help="run the chat channels, the HTTP server and the scheduled jobs")
    serve.add_argument("--host", default="127.0.0.1", metavar="H", help="the address to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", default=8000, type=_port, metavar="P", help="the port (default: 8000)")
    serve.add_argument("--no-scheduler", action="store_true",
                       help="start no jobs; what waits to be sent is sent all the same")
    serve.set_defaults(run=_serve)
    groups = commands.add_parser("chat-group", help="groups the bot is in, and what they may hear").add_subparsers(
        required=True)
    groups.add_parser("list", help="list the groups").set_defaults(run=_list)
    clear = groups.add_parser("clear", help="say how much may be said in a group")
    clear.add_argument("group", metavar="GROUP", help="its title or number")
    clear.add_argument("--role", required=True, metavar="R",
                       help="as much as somebody of this role may see; none: nothing but help")
    clear.set_defaults(run=_clear)
    subscribe = groups.add_parser("subscribe", help="send a report to a group")
    subscribe.add_argument("group", metavar="GROUP", help="its title or number")
    subscribe.add_argument("report", metavar="REPORT", help="daily_profit, low_stock, weekly_review or to_ship")
    subscribe.add_argument("--at", metavar="HH:MM", type=_time, help="when, on the shop's clock")
    subscribe.set_defaults(run=_subscribe)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text} is not a port; it takes 1 to 65535")
    return int(text)


def _time(text: str) -> str:
    if not re.fullmatch(r"(?:[01]\d|2[0-3]):[0-5]\d", text):
        raise argparse.ArgumentTypeError(f"{text} is not a time of day; write it like 09:07")
    return text


def _open(arguments: argparse.Namespace) -> Any:
    from bot.app import wiring  # noqa: PLC0415
    from bot.app.commands import is_demo, settings_of  # noqa: PLC0415

    return wiring.open_shop(settings_of(arguments), demo=is_demo(arguments))


def _serve(arguments: argparse.Namespace) -> int:
    import logging  # noqa: PLC0415
    import sys  # noqa: PLC0415

    from bot.app.server import run  # noqa: PLC0415
    from bot.app.serving import put_together  # noqa: PLC0415

    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for noisy in ("httpx", "httpx2", "httpcore", "httpcore2"):  # they would log the bot's token, part of every address
        logging.getLogger(noisy).setLevel(logging.WARNING)
    with _open(arguments) as shop:
        serving = put_together(shop, with_scheduler=not arguments.no_scheduler)
        sys.stderr.write(f"listening on http://{arguments.host}:{arguments.port}\n")
        run(serving, arguments.host, arguments.port)
    return 0


def _list(arguments: argparse.Namespace) -> int:
    from bot.app.commands import say  # noqa: PLC0415
    from storage.chats import Chats  # noqa: PLC0415

    with _open(arguments) as shop:
        groups = Chats(shop.database).groups()
        if not groups:
            say("the bot is in no group yet; invite it to one in Telegram")
        for chat, reports in groups:
            say(f"{chat.title}\t{chat.key}\t{chat.state}\tcleared for {chat.clearance or 'nothing'}\t"
                f"{', '.join(reports) or 'no reports'}")
    return 0


def _clear(arguments: argparse.Namespace) -> int:
    from bot.app.commands import say  # noqa: PLC0415
    from domain.errors import UserCanFix  # noqa: PLC0415
    from domain.people import Role  # noqa: PLC0415
    from storage.chats import Chats  # noqa: PLC0415

    wanted = arguments.role.lower()
    if wanted not in {"none", *Role}:
        raise UserCanFix(f"{arguments.role!r} is not a role; it is one of none, {', '.join(Role)}")
    with _open(arguments) as shop:
        chats = Chats(shop.database)
        chat = chats.group(arguments.group)
        chats.clear(chat.key, None if wanted == "none" else Role(wanted), _now())
        say(f"{chat.title} may hear {'nothing but help' if wanted == 'none' else f'what {wanted} may see'}")
    return 0


def _subscribe(arguments: argparse.Namespace) -> int:
    from bot.app.commands import say  # noqa: PLC0415
    from domain.errors import UserCanFix  # noqa: PLC0415
    from domain.messaging.model import ChatState, Report  # noqa: PLC0415
    from domain.people import may  # noqa: PLC0415
    from domain.reports import NEEDS  # noqa: PLC0415
    from storage.chats import Chats  # noqa: PLC0415

    if arguments.report not in set(Report):
        raise UserCanFix(f"{arguments.report!r} is not a report; it is one of {', '.join(Report)}")
    report = Report(arguments.report)
    with _open(arguments) as shop:
        chats = Chats(shop.database)
        chat = chats.group(arguments.group)
        if chat.state is ChatState.LEFT:
            raise UserCanFix(f"the bot is no longer in {chat.title or chat.key}; invite it again, then subscribe")
        if chat.clearance is None or not may(chat.clearance, NEEDS[report]):
            raise UserCanFix(f"{chat.title} is cleared for {chat.clearance or 'nothing'}, which may not see this "
                             f"report; see zhanggui chat-group clear")
        chats.subscribe(chat.key, report, at=arguments.at, by="owner", now=_now())
        say(f"{chat.title} gets {report}{f' at {arguments.at}' if arguments.at else ''}")
    return 0


def _now() -> Any:
    from bot.app.wiring import clock  # noqa: PLC0415

    return clock()
