"""`staff`: who works in the shop."""

import argparse
from typing import Any


def add_to(commands: Any) -> None:
    staff = commands.add_parser("staff", help="the people and their roles").add_subparsers(required=True)
    person = staff.add_parser("add", help="add a person")
    person.add_argument("name")
    person.add_argument("--role", required=True, metavar="R", help="owner, manager, finance, warehouse or service")
    person.set_defaults(run=_add_staff)
    role = staff.add_parser("role", help="give a person another role")
    role.add_argument("name")
    role.add_argument("role", metavar="R")
    role.set_defaults(run=_change_role)
    staff.add_parser("list", help="list the people").set_defaults(run=_list_staff)
    add_shops(staff, "name", "the person's name", _limit_staff)
    for verb, run, what in (("bind-code", _bind_code, "make a one-time code that binds a person's chat account"),
                            ("unbind", _unbind, "take back all chat accounts of a person, such as a lost phone's")):
        one = staff.add_parser(verb, help=what)
        one.add_argument("name")
        one.set_defaults(run=run)


def add_shops(commands: Any, name: str, what: str, run: Any) -> None:
    """`shops WHO SHOP…`, for people and for groups."""
    shops = commands.add_parser("shops", help="limit to certain shops, or let all shops be seen")
    shops.add_argument(name, metavar=name.upper(), help=what)
    which = shops.add_mutually_exclusive_group(required=True)
    which.add_argument("shops", nargs="*", default=[], metavar="SHOP", help="the only shops to be seen")
    which.add_argument("--all", action="store_true", help="all shops may be seen")
    shops.set_defaults(run=run)


def _add_staff(arguments: argparse.Namespace) -> int:
    from bot.app.commands import opened, tell  # noqa: PLC0415

    with opened(arguments) as shop:
        shop.roster.add_staff(arguments.name, arguments.role, at=shop.now())
    tell("staff_added", name=arguments.name, role=arguments.role)
    return 0


def _change_role(arguments: argparse.Namespace) -> int:
    from bot.app.commands import opened, tell  # noqa: PLC0415

    with opened(arguments) as shop:
        shop.roster.change_role(arguments.name, arguments.role)
    tell("staff_role", name=arguments.name, role=arguments.role)
    return 0


def _limit_staff(arguments: argparse.Namespace) -> int:
    from bot.app.commands import opened, say  # noqa: PLC0415
    from bot.app.limiting import limit  # noqa: PLC0415

    with opened(arguments) as shop:
        say(limit(shop, arguments.name, arguments.shops))
    return 0


def _list_staff(arguments: argparse.Namespace) -> int:
    from bot.app.commands import aside, opened, say, worded  # noqa: PLC0415

    with opened(arguments) as shop:
        people = shop.roster.staff()
        if not people:
            aside("staff_none")
        for name, role, is_active, shops in people:
            limit = [] if shops is None else [worded("only_shops", shops=", ".join(shops))]
            say("\t".join([name, role, *limit, *([] if is_active else [worded("staff_inactive")])]))
    return 0


def _bind_code(arguments: argparse.Namespace) -> int:
    from bot.app.commands import opened, say, tell  # noqa: PLC0415
    from bot.app.serving import bindings  # noqa: PLC0415
    from bot.app.wiring import clock  # noqa: PLC0415

    with opened(arguments) as shop:
        code, expires_at = bindings(shop).issue(arguments.name, clock())
        until = shop.calendar.local(expires_at)
    say(code)
    tell("bind_code", name=arguments.name, code=code, until=f"{until:%Y-%m-%d %H:%M}")
    return 0


def _unbind(arguments: argparse.Namespace) -> int:
    from bot.app.commands import opened, tell  # noqa: PLC0415
    from bot.app.serving import bindings  # noqa: PLC0415
    from bot.app.wiring import clock  # noqa: PLC0415

    with opened(arguments) as shop:
        count = bindings(shop).revoke(arguments.name, clock())
    tell("unbound", name=arguments.name, n=count)
    return 0
