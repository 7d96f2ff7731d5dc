"""`serve`: the channels, the HTTP server and the scheduled jobs in one process."""

import argparse
import os
import socket
from typing import Any

from domain.errors import UserCanFix


def add_to(commands: Any) -> None:
    serve = commands.add_parser("serve", help="run the chat channels, the HTTP server and the scheduled jobs")
    serve.add_argument("--host", default="127.0.0.1", metavar="H", help="the address to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", default=8000, type=_port, metavar="P", help="the port (default: 8000)")
    serve.add_argument("--no-scheduler", action="store_true",
                       help="start no jobs; what waits to be sent is sent all the same")
    serve.set_defaults(run=_serve)

def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text} is not a port; it takes 1 to 65535")
    return int(text)


def _refuse_taken(host: str, port: int) -> None:
    """Said in a sentence before anything is started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        number = error.errno or 0  # below zero where the host has no address
        reason = os.strerror(number) if number > 0 else str(error.strerror).partition(" (")[0]
        raise UserCanFix(key="command.port_taken", host=host, port=port, why=reason.lower()) from error


def _serve(arguments: argparse.Namespace) -> int:
    import logging  # noqa: PLC0415
    import sys  # noqa: PLC0415

    from bot.app.commands import aside, opened  # noqa: PLC0415
    from bot.app.server import run  # noqa: PLC0415
    from bot.app.serving import put_together  # noqa: PLC0415

    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for noisy in ("apscheduler", "procrastinate"):  # a line each time they look, several times a minute
        logging.getLogger(noisy).setLevel(logging.WARNING)
    for noisy in ("httpx", "httpx2", "httpcore", "httpcore2"):  # they would log the bot's token, part of every address
        logging.getLogger(noisy).setLevel(logging.WARNING)
    _refuse_taken(arguments.host, arguments.port)
    with opened(arguments) as shop:
        serving = put_together(shop, with_scheduler=not arguments.no_scheduler)
        if shop.demo_at is not None:
            aside("demo_stands_still", at=f"{shop.now():%Y-%m-%d %H:%M}")
        aside("listening", address=f"http://{arguments.host}:{arguments.port}")
        run(serving, arguments.host, arguments.port)
    return 0
