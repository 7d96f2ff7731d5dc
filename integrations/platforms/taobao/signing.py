"""How Taobao's gateway wants a request: every parameter flat, all of them signed, the moment on Chinese clocks."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from integrations.platforms.account import Account
from integrations.platforms.digests import wrapped_md5

_CHINA = ZoneInfo("Asia/Shanghai")


def request(account: Account, method: str, business: Mapping[str, str], at: datetime) -> dict[str, str]:
    """The form as it is posted, wherever the shop is; without `format` the answer would be XML."""
    form = {"method": method, "app_key": account.app_key, "session": account.token,
            "timestamp": f"{at.astimezone(_CHINA):%Y-%m-%d %H:%M:%S}", "format": "json", "v": "2.0",
            "sign_method": "md5", **business}
    return {**form, "sign": wrapped_md5(account.secret, form)}
