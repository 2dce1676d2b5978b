"""Positions in a list: sealed, so that nobody reads or makes one, and good for one reader of one list."""

from __future__ import annotations

import base64
import hmac
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

LONGEST: Final = 2000
_BLOCK: Final = 64
"""Positions are padded to this, so that a length tells little."""


def seal(desk: Desk, actor: Actor, of: str, position: str) -> str:
    """Write a position in the list `of` for one reader.

    The same position is always written alike (AES-SIV, RFC 5297): a page has the same ETag as long as it is the same.
    """
    raw = position.encode()
    padded = raw + b"\0" * (-len(raw) % _BLOCK)
    sealed = _cipher(desk).encrypt(padded, [f"{actor.name}\n{of}".encode()])
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def unseal(desk: Desk, actor: Actor, of: str, written: str | None) -> str | None:
    """Read a position back, None for none; raises InputError for one of another list, another reader or nobody."""
    if not written:
        return None
    try:
        sealed = base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))
        return _cipher(desk).decrypt(sealed, [f"{actor.name}\n{of}".encode()]).rstrip(b"\0").decode()
    except (ValueError, InvalidTag):
        raise unknown() from None


def unknown() -> InputError:
    """Return what answers a position that is not, or not any more, one of this list."""
    return InputError(
        "bad-cursor",
        _("“after” is no position in this list with these filters: start from its beginning."),
    )


def _cipher(desk: Desk) -> AESSIV:
    return AESSIV(hmac.digest(desk.home.secret, b"cordiale rest cursor v1", "sha512"))
