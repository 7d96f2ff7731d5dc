"""The digest that Chinese platforms have inherited from Taobao. What is signed with it differs from one to the next."""

import hashlib
from collections.abc import Mapping


def wrapped_md5(secret: str, parameters: Mapping[str, str]) -> str:
    """MD5 in upper-case hex over secret + k1v1k2v2… + secret: keys in byte order, values as they are, UTF-8."""
    said = "".join(f"{key}{parameters[key]}" for key in sorted(parameters))
    return hashlib.md5(f"{secret}{said}{secret}".encode(), usedforsecurity=False).hexdigest().upper()
