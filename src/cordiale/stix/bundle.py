"""Write bundles without touching the bytes of the objects in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cordiale.platform.ids import Randomness, uuid4


def bundle_id(random: Randomness) -> str:
    """Return a new bundle id."""
    return f"bundle--{uuid4(random)}"


def write(objects: Iterable[bytes], identifier: str) -> Iterator[bytes]:
    """Yield the pieces of a bundle holding these objects verbatim, one a line."""
    yield b'{"type":"bundle","id":"' + identifier.encode() + b'","objects":[\n'
    first = True
    for raw in objects:
        yield raw if first else b",\n" + raw
        first = False
    yield b"\n]}\n"


def dump(objects: Iterable[bytes], identifier: str) -> bytes:
    """Return a whole bundle; without objects it has no ``objects`` property, as STIX asks."""
    held = list(objects)
    if not held:
        return b'{"type":"bundle","id":"' + identifier.encode() + b'"}\n'
    return b"".join(write(held, identifier))
