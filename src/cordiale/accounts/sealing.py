"""Keys for single purposes from the node's secret, and what is kept sealed with one."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from cordiale.platform.errors import IntegrityError
from cordiale.platform.ids import Randomness
from cordiale.platform.languages import _

BROKEN = _(
    "What {name} signs in with cannot be read: keys/node.secret is another one. Bring it back from a backup."
)

_NONCE: Final = 12


@lru_cache(maxsize=16)
def key_for(secret: bytes, purpose: str) -> bytes:
    """Return the key (32 bytes) for one purpose (HKDF with SHA-256, RFC 5869)."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    made: bytes = HKDF(hashes.SHA256(), 32, None, b"cordiale accounts " + purpose.encode()).derive(secret)
    return made


def seal(secret: bytes, content: bytes, about: str, random: Randomness) -> bytes:
    """Return content that only this node can read, and only as being about somebody (AES-256-GCM)."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = random(_NONCE)
    return nonce + AESGCM(key_for(secret, "sealing")).encrypt(nonce, content, about.encode())


def unseal(secret: bytes, sealed: bytes, about: str, name: str) -> bytes:
    """Return what was sealed about somebody called `name`; raises IntegrityError for anything else."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        found: bytes = AESGCM(key_for(secret, "sealing")).decrypt(
            sealed[:_NONCE], sealed[_NONCE:], about.encode()
        )
    except (InvalidTag, ValueError) as error:
        raise IntegrityError("account.sealed", BROKEN, name=name) from error
    return found
