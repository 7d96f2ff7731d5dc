"""`job` and `worker`: what the clock does, by hand and as a process of its own."""

import argparse
import json
import sys
from datetime import datetime
from typing import Any

from domain.messaging.model import Report


def add_to(commands: Any) -> None:
    job = commands.add_parser("job", help="run one scheduled job once, now or for a due time")
    job.add_argument("name", metavar="NAME", type=_known_job, help="for example daily_profit, low_stock or backup")
    job.add_argument("--due", metavar="TIME", type=_moment,
                     help="the due time it runs for (ISO 8601; default: this minute)")
    job.add_argument("--json", action="store_true")
    job.set_defaults(run=_job)
    commands.add_parser("worker", help="scheduled jobs only, on PostgreSQL; any number of machines").set_defaults(
        run=_worker)


def _known_job(name: str) -> str:
    from scheduler.schedule import names  # noqa: PLC0415

    if name not in names():
        raise argparse.ArgumentTypeError(f"there is no job called {name}; it is one of {', '.join(names())}")
    return name


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a moment; write it like 2026-11-23T09:07") from None


def _job(arguments: argparse.Namespace) -> int:
    import asyncio  # noqa: PLC0415

    from bot.app import wiring  # noqa: PLC0415
    from bot.app.commands import is_demo, settings_of  # noqa: PLC0415
    from bot.app.jobs import runner_of  # noqa: PLC0415
    from domain.jobs import Due  # noqa: PLC0415
    from scheduler.runner import due_now  # noqa: PLC0415

    with wiring.open_shop(settings_of(arguments), demo=is_demo(arguments)) as shop:
        due_at = shop.calendar.local(arguments.due) if arguments.due else due_now(shop.now())
        ran = asyncio.run(runner_of(shop).run_due(Due(arguments.name, shop.calendar.utc(due_at)), is_by_hand=True))
        messages = _messages(shop, ran.queued) if ran else []
    _tell(arguments, due_at, ran, messages)
    return 1 if ran and ran.error else 0


def _messages(shop: Any, queued: Any) -> list[dict[str, str]]:
    """What goes to the chats, each in its language."""
    from bot.rendering.report import render_report  # noqa: PLC0415
    from storage.messaging.chats import Chats  # noqa: PLC0415

    chats = Chats(shop.database).known({one.chat for one in queued})
    return [{"chat": one.chat, "report": one.report.value,
             "text": render_report(one.payload, chats[one.chat].language if one.chat in chats else "zh").text}
            for one in queued]


def _tell(arguments: argparse.Namespace, due_at: datetime, ran: Any, messages: list[dict[str, str]]) -> None:
    from bot.app.commands import say, tell  # noqa: PLC0415

    said = _said(arguments.name, due_at, ran)
    is_well = ran is None or not ran.error
    if arguments.json:
        say(json.dumps({"job": arguments.name, "due": due_at.isoformat(), "claimed": ran is not None,
                        "messages": messages}, ensure_ascii=False))
    if arguments.json or not is_well:
        sys.stderr.write(f"zhanggui: {said}\n")
        return
    say(said)
    if ran is not None and not messages and arguments.name in set(Report) - {Report.LOW_STOCK}:  # it may be no news
        tell("job_to_nobody")
    for message in messages:
        say(f"\n→ {message['chat']}\n{message['text']}")


def _said(job: str, due_at: datetime, ran: Any) -> str:
    from bot.app.commands import worded  # noqa: PLC0415

    if ran is None:
        return worded("job_was_run", job=job, due=f"{due_at:%Y-%m-%d %H:%M}")
    if ran.error:
        return worded("job_failed", job=job, why=ran.error)
    return f"{job}: {worded(f'job.{ran.key}', **ran.facts) if ran.key else ran.said}"


def _worker(arguments: argparse.Namespace) -> int:
    import asyncio  # noqa: PLC0415

    from bot.app import wiring  # noqa: PLC0415
    from bot.app.commands import is_demo, settings_of  # noqa: PLC0415
    from bot.app.worker import work  # noqa: PLC0415

    with wiring.open_shop(settings_of(arguments), demo=is_demo(arguments)) as shop:
        asyncio.run(work(shop))
    return 0
