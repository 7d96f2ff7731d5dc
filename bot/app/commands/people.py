"""`shop` and `staff`: where the shop sells and who works in it."""

import argparse
from typing import Any


def add_to(commands: Any) -> None:
    shop = commands.add_parser("shop", help="the shops and their platforms").add_subparsers(required=True)
    add = shop.add_parser("add", help="add a shop")
    add.add_argument("name")
    add.add_argument("--platform", required=True, metavar="P",
                     help="taobao, jd, pdd, douyin, xhs, shopify, woocommerce or other")
    add.add_argument("--currency", metavar="C", help="three letters (default: the base currency)")
    for option, what in (("--app-key", "the platform's app key"), ("--app-secret", "the app secret"),
                         ("--token", "the access token")):
        add.add_argument(option, metavar="TEXT", help=f"{what}; - reads it from standard input")
    add.add_argument("--gateway", metavar="URL", help="the platform's address, when it is not the usual one")
    add.add_argument("--merchant-id", metavar="ID")
    add.set_defaults(run=_add_shop)
    shop.add_parser("list", help="list the shops").set_defaults(run=_list_shops)
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


def _add_shop(arguments: argparse.Namespace) -> int:
    from bot.app.commands import opened, say  # noqa: PLC0415

    secrets = {name: _secret(getattr(arguments, name)) for name in ("app_key", "app_secret", "token")}
    with opened(arguments) as shop:
        shop.roster.add_shop(arguments.name, arguments.platform, currency=arguments.currency or shop.currency,
                             gateway=arguments.gateway, merchant_id=arguments.merchant_id, secrets=secrets,
                             at=shop.now())
    say(f"added the shop {arguments.name}")
    return 0


def _secret(given: str | None) -> str | None:
    """What the option says, or one line of standard input for `-`, so that it does not stand in the shell's history."""
    import sys  # noqa: PLC0415

    return sys.stdin.readline().strip() or None if given == "-" else given


def _list_shops(arguments: argparse.Namespace) -> int:
    from bot.app.commands import opened, say  # noqa: PLC0415

    with opened(arguments) as shop:
        for name, platform, currency, has_keys in shop.roster.shops():
            say(f"{name}\t{platform}\t{currency}\t{'with keys' if has_keys else 'without keys'}")
    return 0


def _add_staff(arguments: argparse.Namespace) -> int:
    from bot.app.commands import opened, say  # noqa: PLC0415

    with opened(arguments) as shop:
        shop.roster.add_staff(arguments.name, arguments.role, at=shop.now())
    say(f"added {arguments.name} as {arguments.role}")
    return 0


def _change_role(arguments: argparse.Namespace) -> int:
    from bot.app.commands import opened, say  # noqa: PLC0415

    with opened(arguments) as shop:
        shop.roster.change_role(arguments.name, arguments.role)
    say(f"{arguments.name} is now {arguments.role}")
    return 0


def _limit_staff(arguments: argparse.Namespace) -> int:
    from bot.app.commands import opened, say  # noqa: PLC0415
    from bot.app.limiting import limit  # noqa: PLC0415

    with opened(arguments) as shop:
        say(limit(shop, arguments.name, arguments.shops))
    return 0


def _list_staff(arguments: argparse.Namespace) -> int:
    from bot.app.commands import opened, say  # noqa: PLC0415

    with opened(arguments) as shop:
        for name, role, is_active, shops in shop.roster.staff():
            limit = "" if shops is None else f"\tonly {', '.join(shops)}"
            say(f"{name}\t{role}{limit}" + ("" if is_active else "\tinactive"))
    return 0


def _bind_code(arguments: argparse.Namespace) -> int:
    from bot.app.commands import opened, say  # noqa: PLC0415
    from bot.app.serving import bindings  # noqa: PLC0415
    from bot.app.wiring import clock  # noqa: PLC0415

    with opened(arguments) as shop:
        code, expires_at = bindings(shop).issue(arguments.name, clock())
        until = shop.calendar.local(expires_at)
    say(code)
    say(f"{arguments.name} sends the bot in private: /bind {code}   (绑定 {code}), once, before {until:%Y-%m-%d %H:%M}")
    return 0


def _unbind(arguments: argparse.Namespace) -> int:
    from bot.app.commands import opened, say  # noqa: PLC0415
    from bot.app.serving import bindings  # noqa: PLC0415
    from bot.app.wiring import clock  # noqa: PLC0415

    with opened(arguments) as shop:
        count = bindings(shop).revoke(arguments.name, clock())
    say(f"{arguments.name} had {count} chat accounts bound; none is now")
    return 0
