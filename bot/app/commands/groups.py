"""`chat-group` and `quiet`: what may be said in which group, what comes there by itself, and when nothing does."""

import argparse
import re
from typing import Any

from bot.app.commands import opened, say, tell, worded
from bot.app.commands.people import add_shops
from domain.errors import UserCanFix, WrongUsage


def add_to(commands: Any) -> None:
    groups = commands.add_parser("chat-group", help="groups the bot is in, and what they may hear").add_subparsers(
        required=True)
    groups.add_parser("list", help="list the groups").set_defaults(run=_list)
    clear = groups.add_parser("clear", help="say how much may be said in a group")
    clear.add_argument("group", metavar="GROUP", help="its title or number")
    clear.add_argument("--role", required=True, metavar="R",
                       help="as much as somebody of this role may see; none: nothing but help")
    clear.set_defaults(run=_clear)
    add_shops(groups, "group", "its title or number", _limit_group)
    subscribe = groups.add_parser("subscribe", help="send a report to a group")
    subscribe.add_argument("group", metavar="GROUP", help="its title or number")
    subscribe.add_argument("report", metavar="REPORT", help="daily_profit, low_stock, weekly_review or to_ship")
    subscribe.add_argument("--at", metavar="HH:MM", type=_time, help="when, on the shop's clock")
    subscribe.set_defaults(run=_subscribe)
    unsubscribe = groups.add_parser("unsubscribe", help="send a report to a group no more")
    unsubscribe.add_argument("group", metavar="GROUP", help="its title or number")
    unsubscribe.add_argument("report", metavar="REPORT")
    unsubscribe.set_defaults(run=_unsubscribe)
    quiet = commands.add_parser("quiet", help="when nothing is pushed to a group or a person")
    quiet.add_argument("where", metavar="WHERE", help="a group's title or number, or somebody's name")
    quiet.add_argument("hours", metavar="HOURS", nargs="?",
                       help="22:00-08:00, off (everything comes at any hour) or usual; left out, it is shown")
    quiet.add_argument("--report", metavar="REPORT", help="of this report alone")
    quiet.set_defaults(run=_quiet)


def _time(text: str) -> str:
    if not re.fullmatch(r"(?:[01]\d|2[0-3]):[0-5]\d", text):
        raise argparse.ArgumentTypeError(f"{text} is not a time of day; write it like 09:07")
    return text


def _list(arguments: argparse.Namespace) -> int:
    from bot.app.robot import meet  # noqa: PLC0415
    from storage.messaging.chats import Chats  # noqa: PLC0415

    with opened(arguments) as shop:
        meet(shop)
        chats = Chats(shop.database)
        groups = chats.groups()
        if not groups:
            tell("group_none")
        for chat, reports in groups:
            found = chats.subscriptions(chat.key)
            own = "".join(f", {one.report} {one.quiet}" for one in found.reports if one.quiet is not None)
            limit = "" if chat.shops is None else f", {worded('only_shops', shops=', '.join(chat.shops))}"
            say("\t".join([chat.title, chat.key, chat.state, _cleared(chat.clearance) + limit,
                           ", ".join(reports) or worded("no_reports"), _quiet_hours(found.quiet) + own]))
    return 0


def _cleared(role: str | None) -> str:
    return worded("cleared_for", role=role) if role else worded("cleared_for_nothing")


def _quiet_hours(hours: str | None) -> str:
    return worded("quiet_hours", hours=hours) if hours else worded("quiet_usual")


def _clear(arguments: argparse.Namespace) -> int:
    from bot.app.robot import meet  # noqa: PLC0415
    from domain.people import Role  # noqa: PLC0415
    from storage.messaging.chats import Chats  # noqa: PLC0415

    wanted = arguments.role.lower()
    if wanted not in {"none", *Role}:
        raise WrongUsage(key="command.no_role", given=arguments.role, all=", ".join(("none", *Role)))
    with opened(arguments) as shop:
        meet(shop)
        chats = Chats(shop.database)
        chat = chats.group(arguments.group)
        chats.clear(chat.key, None if wanted == "none" else Role(wanted), _now())
        tell("group_hears_nothing" if wanted == "none" else "group_hears", group=chat.title, role=wanted)
    return 0


def _limit_group(arguments: argparse.Namespace) -> int:
    from bot.app.limiting import limit  # noqa: PLC0415
    from bot.app.robot import meet  # noqa: PLC0415
    from storage.messaging.chats import Chats  # noqa: PLC0415

    with opened(arguments) as shop:
        meet(shop)
        say(limit(shop, Chats(shop.database).group(arguments.group).key, arguments.shops))
    return 0


def _subscribe(arguments: argparse.Namespace) -> int:
    from bot.app.robot import meet  # noqa: PLC0415
    from domain.messaging.model import ChatState  # noqa: PLC0415
    from domain.people import may  # noqa: PLC0415
    from domain.reports import NEEDS  # noqa: PLC0415
    from storage.messaging.chats import Chats  # noqa: PLC0415

    report = _report(arguments.report)
    with opened(arguments) as shop:
        meet(shop)
        chats = Chats(shop.database)
        chat = chats.group(arguments.group)
        if chat.state is ChatState.LEFT:
            raise UserCanFix(key="command.group_left", group=chat.title or chat.key)
        if chat.clearance is None or not may(chat.clearance, NEEDS[report]):
            raise UserCanFix(key="command.group_may_not", group=chat.title, cleared=_cleared(chat.clearance))
        chats.subscribe(chat.key, report, at=arguments.at, by="owner", now=_now())
        tell("group_gets_at" if arguments.at else "group_gets", group=chat.title, report=report, at=arguments.at)
    return 0


def _unsubscribe(arguments: argparse.Namespace) -> int:
    from bot.app.robot import meet  # noqa: PLC0415
    from storage.messaging.chats import Chats  # noqa: PLC0415

    report = _report(arguments.report)
    with opened(arguments) as shop:
        meet(shop)
        chats = Chats(shop.database)
        chat = chats.group(arguments.group)
        did = chats.unsubscribe(chat.key, report)
    tell("group_gets_no_more" if did else "group_did_not_get", group=chat.title, report=report)
    return 0


def _quiet(arguments: argparse.Namespace) -> int:
    from bot.app.robot import meet  # noqa: PLC0415
    from domain.messaging.quiet import NoHours, normal  # noqa: PLC0415
    from storage.messaging.chats import Chats  # noqa: PLC0415

    report = _report(arguments.report) if arguments.report else None
    try:
        hours = normal(arguments.hours) if arguments.hours else None
    except NoHours as error:
        raise WrongUsage(key="command.no_hours", given=arguments.hours) from error
    with opened(arguments) as shop:
        meet(shop)
        chats = Chats(shop.database)
        places = _places(shop, chats, arguments.where)
        if hours is not None:
            for key in places:
                chats.keep_quiet(key, hours, report, by="owner", now=_now())
        for key, title in places.items():
            _tell_quiet(chats.subscriptions(key), title, report)
    return 0


def _places(shop: Any, chats: Any, where: str) -> dict[str, str]:
    """Key → title: somebody's private chats, or a group."""
    if (person := shop.roster.find_staff(where)) is None:
        try:
            group = chats.group(where)
        except UserCanFix as error:
            raise UserCanFix(key="command.neither", given=where) from error
        return {group.key: group.title}
    keys = chats.private_chats(person[0])
    if not keys:
        raise UserCanFix(key="command.not_bound", name=person[0])
    return dict.fromkeys(keys, person[0])


def _tell_quiet(found: Any, title: str, report: Any) -> None:
    """Of the place, and of each report that has hours of its own."""
    say(f"{title}\t{_quiet_hours(found.quiet)}")
    for one in found.reports:
        if one.quiet is not None:
            say(f"{title}\t{one.report}\t{_quiet_hours(one.quiet)}")
    if report is not None and report not in {one.report for one in found.reports}:
        tell("hours_count_later", title=title, report=report)


def _report(name: str) -> Any:
    from domain.messaging.model import Report  # noqa: PLC0415

    if name not in set(Report):
        raise WrongUsage(key="command.no_report", given=name, all=", ".join(Report))
    return Report(name)


def _now() -> Any:
    from bot.app.wiring import clock  # noqa: PLC0415

    return clock()
