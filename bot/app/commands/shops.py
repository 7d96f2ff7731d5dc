"""`shop`: where the shop sells, and the keys its platforms know it by."""

import argparse
from typing import Any

_SECRETS = (("--app-key", "the platform's app key"), ("--app-secret", "the app secret"),
            ("--token", "the access token the shop's owner was given"))


def add_to(commands: Any) -> None:
    shop = commands.add_parser("shop", help="the shops and their platforms").add_subparsers(required=True)
    add = shop.add_parser("add", help="add a shop, with keys to connect it to its platform")
    add.add_argument("name")
    add.add_argument("--platform", required=True, metavar="P",
                     help="taobao, jd, pdd, douyin, xhs, shopify, woocommerce or other")
    add.add_argument("--currency", metavar="C", help="three letters (default: the base currency)")
    _take_keys(add)
    add.set_defaults(run=_add)
    keys = shop.add_parser("keys", help="connect a shop that is there, or renew its keys; those not given stay")
    keys.add_argument("name")
    _take_keys(keys)
    keys.set_defaults(run=_keys)
    remove = shop.add_parser("remove", help="forget a shop's keys; the shop itself when nothing belongs to it")
    remove.add_argument("name")
    remove.set_defaults(run=_remove)
    shop.add_parser("list", help="list the shops and what is missing to connect them").set_defaults(run=_list)


def _take_keys(command: argparse.ArgumentParser) -> None:
    for option, what in _SECRETS:
        command.add_argument(option, metavar="TEXT", help=f"{what}; - asks for it or reads a line of standard input, "
                                                          "env:NAME reads that variable")
    command.add_argument("--gateway", metavar="URL", help="the platform's address, when it is not the usual one")
    command.add_argument("--merchant-id", metavar="ID")


def _open(arguments: argparse.Namespace) -> Any:
    from bot.app import wiring  # noqa: PLC0415
    from bot.app.commands import is_demo, settings_of  # noqa: PLC0415

    return wiring.open_shop(settings_of(arguments), demo=is_demo(arguments))


def _given(arguments: argparse.Namespace) -> dict[str, Any]:
    secrets = {option.removeprefix("--").replace("-", "_"): option for option, _ in _SECRETS}
    return {"secrets": {name: _secret(option, getattr(arguments, name)) for name, option in secrets.items()},
            "gateway": _address(arguments.gateway), "merchant_id": arguments.merchant_id}


def _secret(option: str, given: str | None) -> str | None:
    """For `-` asked for at a terminal, else a line of standard input; of `env:NAME` the variable; else as given."""
    import sys  # noqa: PLC0415
    from getpass import getpass  # noqa: PLC0415

    from bot.app.settings import variable  # noqa: PLC0415

    if given is not None and given.startswith("env:"):
        return variable(given.removeprefix("env:"))
    if given != "-":
        return given
    return (getpass(f"{option}: ") if sys.stdin.isatty() else sys.stdin.readline()).strip() or None


def _address(given: str | None) -> str | None:
    from domain.errors import WrongUsage  # noqa: PLC0415

    if given is not None and not given.startswith(("http://", "https://")):
        raise WrongUsage(key="command.no_gateway", given=given)
    return given


def _add(arguments: argparse.Namespace) -> int:
    from bot.app.commands import tell  # noqa: PLC0415

    given = _given(arguments)
    with _open(arguments) as shop:
        shop.roster.add_shop(arguments.name, arguments.platform, currency=arguments.currency or shop.currency,
                             at=shop.now(), **given)
        tell("shop_added", name=arguments.name, state=_state(_found(shop, arguments.name)))
    return 0


def _keys(arguments: argparse.Namespace) -> int:
    from bot.app.commands import tell  # noqa: PLC0415

    given = _given(arguments)
    with _open(arguments) as shop:
        again = shop.roster.renew_keys(arguments.name, at=shop.now(), **given)
        state = _state(_found(shop, arguments.name))
        tell("shop_keys_again" if again else "shop_keys", name=arguments.name, state=state, n=again)
    return 0


def _remove(arguments: argparse.Namespace) -> int:
    from bot.app.commands import tell  # noqa: PLC0415

    with _open(arguments) as shop:
        is_gone = shop.roster.remove_shop(arguments.name)
    tell("shop_removed" if is_gone else "shop_stays", name=arguments.name)
    return 0


def _list(arguments: argparse.Namespace) -> int:
    from bot.app.commands import aside, say, worded  # noqa: PLC0415

    with _open(arguments) as shop:
        shops = shop.roster.shops()
        if not shops:
            aside("shop_none")
        for each in shops:
            keys = worded("without_keys" if "app_secret" in each.missing else "with_keys")
            say(f"{each.name}\t{each.platform}\t{each.currency}\t{keys}\t{_state(each)}")
    return 0


def _found(shop: Any, name: str) -> Any:
    return next(each for each in shop.roster.shops() if each.name == name.strip())


def _state(listed: Any) -> str:
    from bot.app.settings import spoken_language  # noqa: PLC0415
    from bot.app.tellers import connection_state  # noqa: PLC0415

    return connection_state(listed, spoken_language())
