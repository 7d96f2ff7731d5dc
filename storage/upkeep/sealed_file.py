r"""A file sealed with a key of its own, written and read as a stream: what a backup is kept in.

`ZHGBAK1\n`, the length of the head (4 bytes), the head (JSON: what it is, salt, key id), then pieces of at most 1 MiB,
each AES-256-GCM with its number, whether it is the last, and the head authenticated with it. So nothing can be cut
off, swapped or changed, and a head cannot be put before another body. The contents are compressed first.
"""

import hashlib
import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.errors import OperatorMustAct

MAGIC = b"ZHGBAK1\n"
PIECE = 1 << 20  # bytes read and sealed at a time
MAX_HEAD = 4096
SALT_BYTES = 16
_TAG_BYTES = 16
_LEVEL = 6  # zlib's own default: slower ones gain a few percent


@dataclass(frozen=True, slots=True)
class Head:
    """What a sealed file says of itself, in the clear."""

    kind: str  # of database: sqlite or postgresql
    revision: str  # of its tables
    made_at: str
    key_id: str
    salt: str

    def as_bytes(self) -> bytes:
        return json.dumps({name: getattr(self, name) for name in self.__slots__}, sort_keys=True).encode()


def key_id(secret: str) -> str:
    """Tells two keys apart and gives neither away."""
    return hashlib.sha256(_derive(secret, b"", b"zhanggui backup id")).hexdigest()[:8]


def seal(source: Path, target: Path, secret: str, *, kind: str, revision: str, made_at: str) -> Head:
    """Write the sealed twin of a file; only its owner can read it. The target appears whole or not at all."""
    head = Head(kind, revision, made_at, key_id(secret), os.urandom(SALT_BYTES).hex())
    unfinished = target.with_name(f".{target.name}.unfinished")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as out, source.open("rb") as plain:
            _write(out, _compressed(plain), head, _cipher(secret, head))
            out.flush()
            os.fsync(out.fileno())
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return head


def read_head(source: Path) -> Head:
    """Raise OperatorMustAct for a file that is no backup."""
    with source.open("rb") as sealed:
        return _head(sealed, source)[0]


def unseal(source: Path, target: Path, secret: str) -> Head:
    """Write what is in the sealed file; raise OperatorMustAct for another key and for any change to the file."""
    with source.open("rb") as sealed:
        head, raw = _head(sealed, source)
        if head.key_id != key_id(secret):
            raise OperatorMustAct(f"{source.name} was sealed with another key; give the key of the shop it was made "
                                  "from as ZHANGGUI_SECRET_KEY, or put its secret.key into the data folder")
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out:
            for piece in _pieces(sealed, _cipher(secret, head), raw, source):
                out.write(piece)
    return head


def _derive(secret: str, salt: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt or None, info=purpose).derive(secret.encode())


def _cipher(secret: str, head: Head) -> AESGCM:
    return AESGCM(_derive(secret, bytes.fromhex(head.salt), b"zhanggui backup"))


def _nonce(number: int, *, is_last: bool) -> bytes:
    """Never used twice: every file has a key of its own."""
    return number.to_bytes(11, "big") + (b"\x01" if is_last else b"\x00")


def _compressed(plain: BinaryIO) -> Iterator[bytes]:
    """Pieces of the compressed contents, each but the last PIECE long."""
    packer, ready = zlib.compressobj(_LEVEL), bytearray()
    while read := plain.read(PIECE):
        ready += packer.compress(read)
        while len(ready) > PIECE:
            yield bytes(ready[:PIECE])
            del ready[:PIECE]
    ready += packer.flush()
    while len(ready) > PIECE:
        yield bytes(ready[:PIECE])
        del ready[:PIECE]
    yield bytes(ready)


def _write(out: BinaryIO, pieces: Iterator[bytes], head: Head, cipher: AESGCM) -> None:
    raw = head.as_bytes()
    out.write(MAGIC + len(raw).to_bytes(4, "big") + raw)
    piece, number = next(pieces), 0
    while piece is not None:
        following = next(pieces, None)
        sealed = cipher.encrypt(_nonce(number, is_last=following is None), piece, raw)
        out.write(len(sealed).to_bytes(4, "big") + sealed)
        piece, number = following, number + 1  # type: ignore[assignment]


def _head(sealed: BinaryIO, source: Path) -> tuple[Head, bytes]:
    try:
        is_ours = sealed.read(len(MAGIC)) == MAGIC
        length = int.from_bytes(sealed.read(4), "big")
        raw = sealed.read(length) if is_ours and length <= MAX_HEAD else b""
        return Head(**json.loads(raw)), raw
    except (ValueError, TypeError) as error:
        raise OperatorMustAct(f"{source.name} is no backup of zhanggui, or its beginning is damaged") from error


def _pieces(sealed: BinaryIO, cipher: AESGCM, head: bytes, source: Path) -> Iterator[bytes]:
    """The contents; a piece is only given out once it is known to be genuine, and the last must be there."""
    damaged = OperatorMustAct(f"{source.name} is damaged or was changed; nothing was restored")
    unpacker, number, is_last = zlib.decompressobj(), 0, False
    try:
        while not is_last:
            length = int.from_bytes(sealed.read(4), "big")
            if not _TAG_BYTES <= length <= PIECE + _TAG_BYTES:
                raise damaged
            body = sealed.read(length)
            is_last = not sealed.peek(1)  # type: ignore[attr-defined]
            yield unpacker.decompress(cipher.decrypt(_nonce(number, is_last=is_last), body, head))
            number += 1
        yield unpacker.flush()
    except (InvalidTag, zlib.error) as error:
        raise damaged from error
