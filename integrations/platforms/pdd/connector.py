"""Pinduoduo, told of shipments through pdd.logistics.online.send."""

from pathlib import Path

from integrations.platforms.account import Account
from integrations.platforms.gateway import Gateway
from integrations.platforms.pdd.client import PddClient
from integrations.platforms.shipping import PlatformTeller, carriers_of

GATEWAY = "https://gw-api.pinduoduo.com/api/router"


def open_teller(account: Account, gateway: str) -> PlatformTeller:
    return PlatformTeller(PddClient(account, Gateway(gateway)), carriers_of(Path(__file__).parent))
