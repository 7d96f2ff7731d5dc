"""`chatting`: a message in by webhook until its answer arrives, beside bare echo bots of two libraries in one run."""

import argparse
import asyncio
import logging
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any, cast

from sqlalchemy import insert, select
from sqlmodel import col

from benchmarks.chat_peers import SECRET
from benchmarks.chat_world import Crowd, World
from benchmarks.report import Report, Spread, Table, percentile
from bot.app import demo_shop, serving
from bot.app.server import run as serve
from bot.app.settings import Settings
from bot.app.wiring import clock, open_shop
from bot.rendering.reply import Reply
from domain.messaging.model import StaffIdentity
from domain.messaging.pacing import Rate
from domain.people import Role, Staff

NAME = "chatting"
WHAT = "a message in by webhook until its answer arrives, beside bare echo bots in one run"
OURS = ("zhanggui, echo", "zhanggui, stock")
_TEXTS = {"zhanggui, stock": "YS-01-M 还剩多少"}
_WARM_UP_S = 1.0
_START_WITHIN_S = 60.0
# Telegram's paces would hold any bot to thirty a second: they are counted as ever, and never bind.
_DIGITS = {"turns_a_second": 0, "p50_ms": 1, "p99_ms": 1, "cpu_ms": 2}
_NO_LIMIT = Rate(every_s=0.000001, burst=1_000_000)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--chats", type=int, nargs="+", default=[100])
    parser.add_argument("--seconds", type=float, default=4.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="all bots after each other, so many times")
    parser.add_argument("--aiogram", metavar="PYTHON", help="a Python that has aiogram, which is none of our libraries")
    parser.add_argument("--only", metavar="PART", default="", help="bots with this in their name")


@dataclass(frozen=True, slots=True)
class Bot:
    """What to start, and where it listens for updates."""

    name: str
    command: Sequence[str]
    path: str

    @property
    def text(self) -> str:
        return _TEXTS.get(self.name, "今天天气不错")


def run(given: argparse.Namespace, report: Report) -> None:
    with TemporaryDirectory(prefix="zhanggui-bench-") as folder:
        _fill(Path(folder), max(given.chats))
        bots = [bot for bot in _bots(given.aiogram, folder) if given.only in bot.name]
        figures = asyncio.run(_measured(bots, given))
    for chats in given.chats:
        rows = [row for row in figures if row["chats"] == chats]
        report.add(_table(chats, [bot.name for bot in bots], rows))
    report.note("paces are counted but do not bind; the Telegram here answers at once and shares the machine")


def _bots(aiogram: str | None, folder: str) -> Iterator[Bot]:
    peers = str(Path(__file__).with_name("chat_peers.py"))
    yield Bot("python-telegram-bot", [sys.executable, peers, "python-telegram-bot"], "/hook")
    if aiogram:
        yield Bot("aiogram", [aiogram, peers, "aiogram"], "/hook")
    for name in OURS:
        yield Bot(name, [sys.executable, "-m", "benchmarks.chatting", name, folder], "/channels/telegram")


async def _measured(bots: Sequence[Bot], given: argparse.Namespace) -> list[dict[str, Any]]:
    world = World()
    base_url = await world.open()
    return [{"bot": bot.name, "chats": chats, **await _one(bot, world, base_url, chats=chats, seconds=given.seconds)}
            for _ in range(given.rounds) for chats in given.chats for bot in bots]


async def _one(bot: Bot, world: World, base_url: str, *, chats: int, seconds: float) -> dict[str, float]:
    port = _free_port()
    with _started([*bot.command, base_url, str(port)]) as process:
        await asyncio.to_thread(_wait_for, port, process)
        await world.quiet()
        crowd = Crowd(world, port, bot.path, SECRET, bot.text, number=world.messages * 2)
        await crowd.write(range(1, chats + 1), _WARM_UP_S)
        cpu_s = _cpu_s(process.pid)
        rate = await crowd.write(range(1, chats + 1), seconds)
        cpu_s = _cpu_s(process.pid) - cpu_s
    found = crowd.turns_ms
    return {"turns_a_second": rate, "p50_ms": percentile(found, 0.5), "p99_ms": percentile(found, 0.99),
            "cpu_ms": cpu_s * 1000 / len(found)}


def _cpu_s(pid: int) -> float:
    """What the process has computed so far: others at work on the machine change the turns a second, and not this."""
    told = Path(f"/proc/{pid}/stat")
    if not told.exists():
        return float("nan")
    user, system = told.read_text(encoding="ascii").rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _started(command: Sequence[str]) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(command)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = perf_counter() + _START_WITHIN_S
    while perf_counter() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2).close()
        except urllib.error.HTTPError as error:
            if error.code == 404:  # a bot that has no such route is ready when it answers
                return
        except OSError:
            pass
        else:
            return
        sleep(0.1)
    raise ValueError("a bot did not start")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _table(chats: int, names: Sequence[str], figures: Sequence[dict[str, Any]]) -> Table:
    spreads = {name: {key: Spread.of(row[key] for row in figures if row["bot"] == name)
                      for key in ("turns_a_second", "p50_ms", "p99_ms", "cpu_ms")} for name in names}
    ours = spreads.get(OURS[0])
    rows = [[name, *(spread.shown(_DIGITS[key]) for key, spread in found.items()),
             f"{ours['turns_a_second'].middle / found['turns_a_second'].middle:.2f}" if ours else "—"]
            for name, found in spreads.items()]
    return Table(f"{chats} chats: turns/s and ms (least / middle / most of the rounds)",
                 ("bot", "turns/s", "p50 ms", "p99 ms", "CPU ms a turn", "our echo / this"), rows, figures)


def _fill(folder: Path, people: int) -> None:
    """The demo shop with so many people on Telegram."""
    settings = Settings(data_dir=folder, database_url=f"sqlite:///{folder / 'shop.db'}")
    demo_shop.build(settings, at="2026-11-23T15:00", fresh=False)
    with open_shop(settings) as shop, shop.database.write() as connection:
        connection.execute(insert(Staff), [{"name": f"P{number}", "role": Role.OWNER, "is_active": True,
                                            "created_at": clock()} for number in range(1, people + 1)])
        made = connection.execute(select(col(Staff.id), col(Staff.name)).where(col(Staff.name).startswith("P")))
        connection.execute(insert(StaffIdentity), [
            {"staff_id": number, "channel": "telegram", "external_id": name[1:], "bound_at": clock()}
            for number, name in made])


class _Echo:
    """Stands where the dispatcher does: everything of a turn but its understanding and its answer."""

    def __init__(self, stood_here: Any) -> None:
        self.reader = stood_here.reader  # loaded at the start of every serve

    def reply(self, text: str, **_: object) -> Reply:
        return Reply("answer", text)


def _ours(name: str, folder: str, base_url: str, port: int) -> None:
    """`zhanggui serve` on the filled shop."""
    from bot.channels import telegram_sending
    from bot.conversing import doors

    logging.basicConfig(level=logging.WARNING)
    for module, rates in ((telegram_sending, ("CHAT_RATE", "BOT_RATE")), (doors, ("CHAT_RATE", "PERSON_RATE"))):
        for rate in rates:
            setattr(module, rate, _NO_LIMIT)
    settings = Settings(data_dir=Path(folder), database_url=f"sqlite:///{folder}/shop.db", telegram_token="123456:ABC",
                        telegram_base_url=f"{base_url}/bot", telegram_webhook_secret=SECRET)
    with open_shop(settings) as shop, shop.database.write() as connection:
        for table in ("inbox", "outbox"):  # of the round before
            connection.exec_driver_sql(f"DELETE FROM {table}")
    with open_shop(settings) as shop:
        if name == OURS[0]:
            shop.dispatcher = cast("Any", _Echo(shop.dispatcher))
        serve(serving.put_together(shop, with_scheduler=False), "127.0.0.1", port)


if __name__ == "__main__":
    _ours(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
