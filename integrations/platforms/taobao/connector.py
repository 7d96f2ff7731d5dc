"""Taobao and Tmall, told of shipments through taobao.logistics.offline.send."""

from pathlib import Path

from integrations.platforms.account import Account
from integrations.platforms.gateway import Gateway
from integrations.platforms.shipping import PlatformTeller, carriers_of
from integrations.platforms.taobao.client import TaobaoClient

GATEWAY = "https://eco.taobao.com/router/rest"


def open_teller(account: Account, gateway: str) -> PlatformTeller:
    return PlatformTeller(TaobaoClient(account, Gateway(gateway)), carriers_of(Path(__file__).parent))
