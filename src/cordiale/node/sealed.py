"""Encrypt a stream in blocks that can be neither altered, reordered, cut off nor added to without being noticed.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its
Nonce-Reuse Misuse-Resistance, CRYPTO 2015) over AES-256-GCM, laid out as in the age format: a block's nonce is
its number and whether it is the last. The key of the blocks follows from the file's own key and from every byte of its head.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, BinaryIO, Final

from cordiale.platform.errors import InputError, IntegrityError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC: Final = b"Cordiale backup 1\n"
BLOCK: Final = 256 * 1024
"""Bytes of content in a block; all but the last are full."""

TAG: Final = 16
_HEAD: Final = 1 << 16
"""Longest head, in bytes."""

NOT_SEALED: Final = _("{file} is no backup: it does not begin as one.")
CUT_SHORT: Final = _("{file} is cut short: its end is missing. Use another backup.")
END: Final = _("The end of {file} is missing or was altered. Use another backup.")
ADDED_TO: Final = _("{file} goes on behind its end: something was added. Use another backup.")
ALTERED: Final = _("{file} was altered: block {block} is damaged or out of place. Use another backup.")


class Sealer:
    """Write a head, then content in sealed blocks; `finish` writes the last one, without which nothing is read back."""

    def __init__(self, out: BinaryIO, head: bytes, key: bytes) -> None:
        begin = MAGIC + len(head).to_bytes(4, "big") + head
        out.write(begin)
        self._out = out
        self._cipher = _cipher(key, begin)
        self._waiting = bytearray()
        self._block = 0
        self.size = 0

    def write(self, data: bytes) -> int:
        """Take content; what fills a block and is not the end is sealed and written."""
        self._waiting += data
        self.size += len(data)
        while len(self._waiting) > BLOCK:
            self._seal(bytes(self._waiting[:BLOCK]), last=False)
            del self._waiting[:BLOCK]
        return len(data)

    def finish(self) -> None:
        """Seal what is left as the last block."""
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _seal(self, content: bytes, *, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._block, last=last), content, None))
        self._block += 1


class Unsealer:
    """Read what a `Sealer` wrote; every byte that `read` returns was checked.

    `head` is what was written before the blocks; `open` takes the file's key. Raises InputError for what is no such
    file, IntegrityError for one that was cut short, altered, reordered or added to.
    """

    def __init__(self, source: BinaryIO, name: str) -> None:
        self._source, self._name = source, name
        begin = source.read(len(MAGIC) + 4)
        length = int.from_bytes(begin[len(MAGIC) :], "big")
        if begin[: len(MAGIC)] != MAGIC or len(begin) != len(MAGIC) + 4 or length > _HEAD:
            raise InputError("backup.not-sealed", NOT_SEALED, file=name)
        self.head = source.read(length)
        if len(self.head) != length:
            raise IntegrityError("backup.cut-short", CUT_SHORT, file=name)
        self._begin = begin + self.head
        self._block = 0
        self._content = b""
        self._ahead = b""
        self._over = False

    def open(self, key: bytes) -> None:
        """Take the file's key, with which the head was sealed as well."""
        self._cipher = _cipher(key, self._begin)
        self._ahead = self._source.read(BLOCK + TAG)

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, none at the end."""
        while not self._over and (size < 0 or len(self._content) < size):
            self._content += self._next()
        size = len(self._content) if size < 0 else size
        given, self._content = self._content[:size], self._content[size:]
        return given

    def _next(self) -> bytes:
        sealed, self._ahead = self._ahead, self._source.read(BLOCK + TAG)
        last = not self._ahead
        content = self._unsealed(sealed, last=last)
        if content is None:
            if last and (len(sealed) < TAG or self._unsealed(sealed, last=False) is not None):
                raise IntegrityError("backup.cut-short", CUT_SHORT, file=self._name)
            if last:
                raise IntegrityError("backup.end", END, file=self._name)
            if not last and self._unsealed(sealed, last=True) is not None:
                raise IntegrityError("backup.added-to", ADDED_TO, file=self._name)
            raise IntegrityError("backup.altered", ALTERED, file=self._name, block=self._block + 1)
        self._block += 1
        self._over = last
        return content

    def _unsealed(self, sealed: bytes, *, last: bool) -> bytes | None:
        from cryptography.exceptions import InvalidTag

        if len(sealed) < TAG:
            return None
        try:
            return self._cipher.decrypt(_nonce(self._block, last=last), sealed, None)
        except InvalidTag:
            return None


def derived(key: bytes, salt: bytes, purpose: bytes) -> bytes:
    """Derive 32 bytes for one purpose (HKDF with SHA-256, RFC 5869)."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    made: bytes = HKDF(hashes.SHA256(), 32, salt, b"cordiale backup " + purpose).derive(key)
    return made


def _cipher(key: bytes, begin: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(derived(key, sha256(begin).digest(), b"blocks"))


def _nonce(block: int, *, last: bool) -> bytes:
    return block.to_bytes(11, "big") + bytes([last])
