"""Personal data and secrets at rest: sealed with AES-256-GCM, looked up by a blind index.

A sealed value is version (1 byte) + key id (4) + nonce (12) + ciphertext with tag. The column's name is
authenticated with it, so a sealed phone cannot be moved into the address column. The blind index is a keyed
HMAC-SHA-256, cut to 16 bytes: equal inputs meet, nothing can be read back from it.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.errors import OperatorMustAct

KEY_BYTES = 32
MIN_SECRET_CHARS = 32  # a shorter text is a password, not a key
INDEX_BYTES = 16
_VERSION = b"\x01"
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Vault:
    """Seals and opens texts with keys derived from one secret."""

    seal_key: AESGCM
    index_key: bytes
    key_id: bytes
    nonce: Callable[[int], bytes] = os.urandom

    @classmethod
    def from_secret(cls, secret: str) -> "Vault":
        """Raise OperatorMustAct for a secret that is too short to be a key."""
        if len(secret) < MIN_SECRET_CHARS:
            raise OperatorMustAct(
                f"ZHANGGUI_SECRET_KEY is too short: give it at least {MIN_SECRET_CHARS} random characters")
        material = secret.encode()
        seal, index = _derive(material, b"seal"), _derive(material, b"index")
        return cls(AESGCM(seal), index, hashlib.sha256(seal).digest()[:4])

    def seal(self, column: str, text: str | None) -> bytes | None:
        if not text:
            return None
        nonce = self.nonce(_NONCE_BYTES)
        return _VERSION + self.key_id + nonce + self.seal_key.encrypt(nonce, text.encode(), column.encode())

    def open(self, column: str, sealed: bytes | None) -> str | None:
        """Raise OperatorMustAct when the value was sealed with another key, for another column, or was changed."""
        if sealed is None:
            return None
        if sealed[:1] != _VERSION or sealed[1:5] != self.key_id:
            raise OperatorMustAct("these data were sealed with another key; set ZHANGGUI_SECRET_KEY to that key")
        nonce, ciphertext = sealed[5 : 5 + _NONCE_BYTES], sealed[5 + _NONCE_BYTES :]
        try:
            return self.seal_key.decrypt(nonce, ciphertext, column.encode()).decode()
        except InvalidTag as error:
            raise OperatorMustAct(f"a sealed value of {column} has been changed and cannot be opened") from error

    def index(self, column: str, text: str | None) -> bytes | None:
        if not text:
            return None
        return hmac.new(self.index_key, f"{column}\0{text}".encode(), hashlib.sha256).digest()[:INDEX_BYTES]

    def phone_index(self, phone: str | None) -> bytes | None:
        """Of a whole phone number only: a masked one (138****8000) is shared by thousands of people."""
        digits = "".join(filter(str.isdigit, phone or ""))
        if "*" in (phone or "") or not 7 <= len(digits) <= 15:
            return None
        return self.index("phone", digits.removeprefix("86") if len(digits) == 13 else digits)


def _derive(material: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"zhanggui " + purpose).derive(material)


def load_or_make_secret(path: Path) -> str:
    """The secret kept in the data folder; made at the first call, readable by its owner alone."""
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    secret = base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process was quicker
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secret + "\n")
    return secret
