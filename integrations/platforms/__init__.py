"""Other people's shops: a folder for each platform, called by the platform's id. Adding one touches nothing else.

A platform that can be told of shipments has a `connector.py` with `GATEWAY`, its usual address, and
`open_teller(account, gateway) -> domain.writebacks.telling.Teller`.
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from domain.writebacks.telling import Teller
from integrations.platforms.account import Account


def connectable() -> frozenset[str]:
    """Ids of the platforms that can be told of shipments. Nothing of theirs is imported."""
    return frozenset(_folders())


def open_teller(platform: str, account: Account, gateway: str | None = None) -> Teller:
    """The way to a shop's platform, at its usual address unless another is given."""
    connector = import_module(f"{__name__}.{platform}.connector")
    teller: Teller = connector.open_teller(account, gateway or connector.GATEWAY)
    return teller


def _folders() -> Iterator[str]:
    return (path.parent.name for path in Path(__file__).parent.glob("*/connector.py"))
