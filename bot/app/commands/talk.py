"""`demo`, `chat` and `ask`: talking to the shop."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any


def add_to(commands: Any) -> None:
    demo = commands.add_parser("demo", help="build the demo shop and open the chat on it")
    demo.add_argument("--at", metavar="TIME", help="the moment the demo shop has reached (default: now)")
    demo.add_argument("--fresh", action="store_true", help="build it anew")
    _who(demo)
    demo.set_defaults(run=_demo)
    chat = commands.add_parser("chat", help="chat with the shop in the terminal")
    _who(chat)
    chat.set_defaults(run=_chat)
    ask = commands.add_parser("ask", help="one question, one answer; or a file of them")
    ask.add_argument("text", nargs="?", metavar="TEXT", help="the question, for example 昨天销售额")
    ask.add_argument("--batch", metavar="FILE", help="JSON lines with text, as, at, chat; - reads standard input")
    ask.add_argument("--json", action="store_true", help="the whole reply as JSON; --batch always answers so")
    ask.add_argument("--at", metavar="TIME", help="the moment the question is asked at (ISO 8601; default: now, "
                     "with --demo the moment the demo shop has reached)")
    ask.add_argument("--chart-dir", metavar="DIR", type=Path, help="draw charts into this folder")
    _who(ask)
    ask.set_defaults(run=_ask)


def _who(command: argparse.ArgumentParser) -> None:
    command.add_argument("--as", dest="who", default="owner", metavar="WHO",
                         help="a staff name or a role: owner, manager, finance, warehouse, service (default: owner)")


def _demo(arguments: argparse.Namespace) -> int:
    from bot.app import demo_shop, wiring  # noqa: PLC0415
    from bot.app.commands import settings_of  # noqa: PLC0415

    settings = settings_of(arguments)
    demo_shop.build(settings, at=arguments.at, fresh=arguments.fresh)
    with wiring.open_shop(settings, demo=True) as shop:
        return _converse(shop, arguments.who, arguments.at)


def _chat(arguments: argparse.Namespace) -> int:
    from bot.app import wiring  # noqa: PLC0415
    from bot.app.commands import is_demo, settings_of  # noqa: PLC0415

    with wiring.open_shop(settings_of(arguments), demo=is_demo(arguments)) as shop:
        return _converse(shop, arguments.who, None)


def _converse(shop: Any, who: str, at: str | None) -> int:
    from bot.channels.terminal import run_terminal  # noqa: PLC0415

    person = shop.person(who)
    moment = shop.moment(at)
    run_terminal(lambda text: shop.dispatcher.reply(text, person=person, at=moment or shop.now(), chat="terminal",
                                                    chart_dir=shop.chart_dir, only_asked_charts=True),
                 stdin=sys.stdin, stdout=sys.stdout, is_tty=sys.stdin.isatty() and sys.stdout.isatty())
    return 0


def _ask(arguments: argparse.Namespace) -> int:
    from bot.app import wiring  # noqa: PLC0415
    from bot.app.commands import is_demo, say, settings_of  # noqa: PLC0415
    from domain.errors import WrongUsage  # noqa: PLC0415

    if (arguments.text is None) == (arguments.batch is None):
        raise WrongUsage(key="command.ask_what")
    with wiring.open_shop(settings_of(arguments), demo=is_demo(arguments)) as shop:
        if arguments.batch is not None:
            return _batch(shop, arguments)
        moment = shop.moment(arguments.at) or shop.now()
        reply = shop.dispatcher.reply(arguments.text, person=shop.person(arguments.who), at=moment, chat="",
                                      chart_dir=arguments.chart_dir)
        say(_shown(reply, shop, as_json=arguments.json))
    return 0 if reply.kind != "error" else 1


def _shown(reply: Any, shop: Any, *, as_json: bool) -> str:
    if as_json:
        return json.dumps(reply.as_json(shop.calendar.zone), ensure_ascii=False)
    return "\n".join([reply.text, *(f"[{path}]" for path in (*reply.charts, *reply.files))])


def _batch(shop: Any, arguments: argparse.Namespace) -> int:
    """One line of JSON for each line of the file, in order; a line that cannot be read gets an error reply.

    Always JSON: a reply of several lines could not be told from the next one.
    """
    from bot.app.batch import replies  # noqa: PLC0415
    from domain.errors import WrongUsage  # noqa: PLC0415

    try:
        lines = sys.stdin if arguments.batch == "-" else Path(arguments.batch).open(encoding="utf-8")  # noqa: SIM115
    except OSError as error:
        raise WrongUsage(key="command.unreadable", file=arguments.batch, why=error.strerror) from error
    with lines:
        for reply in replies(shop, lines, who=arguments.who, at=arguments.at, chart_dir=arguments.chart_dir):
            sys.stdout.write(_shown(reply, shop, as_json=True) + "\n")
            sys.stdout.flush()
    return 0
