"""A node's keys as eight words that its people read aloud to a partner.

Each side reads out the words of its own keys. An attacker in the middle must therefore find a
key with the very same words (a second preimage: 2^64 tries, each stretched by scrypt), not two
keys that happen to agree (a collision: 2^32), which is what one fingerprint over both keys gives.
"""

from __future__ import annotations

import hashlib
import unicodedata
from functools import lru_cache
from importlib.resources import files

WORDS = 8
LANGUAGES = ("en", "fr")

# scrypt with 16 MiB costs a person some 50 ms and an attacker the same for each of 2^64 tries.
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**14, 8, 1


@lru_cache(maxsize=2)
def words(lang: str) -> tuple[str, ...]:
    """Return the 256 words of a language; anything that is not French reads English."""
    name = "fr" if lang.startswith("fr") else "en"
    text = (files("cordiale.exchange.partners.words") / f"{name}.txt").read_text(encoding="utf-8")
    return tuple(text.split())


@lru_cache(maxsize=256)
def _digest(node: str, keys: tuple[bytes, ...], bound: tuple[bytes, ...]) -> bytes:
    # each is 32 bytes, and the count before them says where the keys end: nothing can be read in two ways
    material = b"".join(sorted(keys))
    salt = b"cordiale fingerprint v1\0" + node.encode()
    if bound:
        material = len(keys).to_bytes(4, "big") + material + b"".join(sorted(bound))
        salt = b"cordiale fingerprint v2\0" + node.encode()
    return hashlib.scrypt(material, salt=salt, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P, dklen=WORDS)


def fingerprint(
    node: str, keys: tuple[bytes, ...], lang: str, bound: tuple[bytes, ...] = ()
) -> tuple[str, ...]:
    """Return the eight words that stand for a node's name and keys, in one of the two languages.

    `bound` are what the words vouch for besides the signing keys, 32 bytes each: TLS pins, and the hash of the offline root.
    """
    listed = words(lang)
    return tuple(listed[octet] for octet in _digest(node, keys, bound))


def bound_to(pins: tuple[bytes, ...], root: bytes) -> tuple[bytes, ...]:
    """Return what the words of a node vouch for besides its signing keys."""
    named = (hashlib.sha256(b"cordiale root\0" + root).digest(),) if root else ()
    return (*pins, *named)


def same_words(
    node: str, keys: tuple[bytes, ...], spoken: tuple[str, ...], bound: tuple[bytes, ...] = ()
) -> bool:
    """Tell whether words as typed (either language, accents and case ignored) are the node's."""
    heard = tuple(_plain(word) for word in spoken)
    return any(
        heard == tuple(_plain(word) for word in fingerprint(node, keys, lang, bound)) for lang in LANGUAGES
    )


def _plain(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.strip().casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))
