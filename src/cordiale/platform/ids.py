"""Make identifiers from randomness that is passed in, so that the same seed gives the same node."""

import hashlib
import os
from collections.abc import Callable

Randomness = Callable[[int], bytes]
"""Given a count of bytes, return that many; `os.urandom` outside tests and simulations."""

system_randomness: Randomness = os.urandom


def uuid4(random: Randomness) -> str:
    """Return a version 4 UUID (RFC 9562 §5.4) of 16 bytes of the given randomness."""
    return as_uuid(random(16), version=4)


def uuid5(namespace: str, name: str) -> str:
    """Return the version 5 UUID (RFC 9562 §5.5) of a name within a namespace, itself a UUID."""
    octets = bytes.fromhex(namespace.replace("-", ""))
    return as_uuid(hashlib.sha1(octets + name.encode(), usedforsecurity=False).digest(), version=5)


def as_uuid(octets: bytes, version: int) -> str:
    """Write the first 16 octets as a UUID of the given version, for example of an HMAC."""
    number = int.from_bytes(octets[:16], "big") & ~(0xC000 << 48) & ~(0xF000 << 64)
    text = f"{number | 0x8000 << 48 | version << 76:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def keyed_randomness(key: bytes) -> Randomness:
    """Return randomness that repeats for the same key: BLAKE2b over the key and a counter.

    For tests, simulations and the demo; never for keys.
    """
    counter = 0

    def draw(size: int) -> bytes:
        nonlocal counter
        out = b""
        while len(out) < size:
            block = hashlib.blake2b(counter.to_bytes(8, "big"), key=hashlib.sha256(key).digest())
            out += block.digest()
            counter += 1
        return out[:size]

    return draw
