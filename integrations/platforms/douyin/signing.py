"""How Douyin wants a request: one JSON body, and a query that signs it byte for byte."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from integrations.platforms.account import Account

_VERSION = "2"


def body_of(business: Mapping[str, Any]) -> str:
    """The JSON that is signed and sent: keys sorted, no spaces, letters as they are."""
    return json.dumps(business, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def query(account: Account, method: str, body: str, at: datetime) -> dict[str, str]:
    """The token and the name of the algorithm go along unsigned; without the name the gateway takes MD5 for meant."""
    signed = {"app_key": account.app_key, "method": method, "param_json": body,
              "timestamp": str(int(at.timestamp())), "v": _VERSION}
    signature = digest(account.secret, signed)
    return {**{name: text for name, text in signed.items() if name != "param_json"},
            "access_token": account.token, "sign_method": "hmac-sha256", "sign": signature}


def digest(secret: str, signed: Mapping[str, str]) -> str:
    """HMAC-SHA-256 in lower-case hex over secret + k1v1k2v2… + secret."""
    said = "".join(f"{name}{signed[name]}" for name in sorted(signed))
    return hmac.new(secret.encode(), f"{secret}{said}{secret}".encode(), hashlib.sha256).hexdigest()
