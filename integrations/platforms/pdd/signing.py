"""How Pinduoduo wants a request: every parameter flat, all of them signed."""

from collections.abc import Mapping
from datetime import datetime

from integrations.platforms.account import Account
from integrations.platforms.digests import wrapped_md5


def request(account: Account, method: str, business: Mapping[str, str], at: datetime) -> dict[str, str]:
    """The form as it is posted. The moment is in UNIX seconds; the gateway takes ten minutes off either way."""
    form = {"type": method, "client_id": account.app_key, "access_token": account.token,
            "timestamp": str(int(at.timestamp())), "data_type": "JSON", "version": "V1", **business}
    return {**form, "sign": wrapped_md5(account.secret, form)}
