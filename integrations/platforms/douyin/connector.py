"""Douyin shops, told of shipments through order/logisticsAdd."""

from pathlib import Path

from integrations.platforms.account import Account
from integrations.platforms.douyin.client import DouyinClient
from integrations.platforms.gateway import Gateway
from integrations.platforms.shipping import PlatformTeller, carriers_of

GATEWAY = "https://openapi-fxg.jinritemai.com"


def open_teller(account: Account, gateway: str) -> PlatformTeller:
    return PlatformTeller(DouyinClient(account, Gateway(gateway)), carriers_of(Path(__file__).parent))
