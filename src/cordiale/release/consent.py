"""An originator's consent: a signed statement that lets what it controls go to one more recipient.

It says nothing of who asked, nor of other recipients. What it covers is either a query, or objects as salted leaves
of a tree of fixed size: whoever gets one of them with its proof learns nothing of the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

import msgspec

from cordiale.platform.clock import Instant
from cordiale.release import multiproof, origin
from cordiale.release.partnership import Query
from cordiale.release.segment import SALT, leaf

PURPOSE: Final = "consent"

MOST: Final = origin.SIZES[-1]
"""Objects one consent covers by name; more are asked for in several."""

EVERY: Final = bytes(32)
"""Stands for every version where a content hash would stand for one."""


class Consent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """State that what `originator` controls may go to `to`, until an instant (µs) or until it is withdrawn.

    `to` names a node, nation or organisation as rules may. `root` (hexadecimal) is over the leaves of named objects,
    `where` a query instead. `derived` extends it to what others wrote about them under the originator's control.
    `key` is the originator's public key.
    """

    format: int = 1
    id: str
    originator: str
    key: str
    to: str
    at: Instant
    until: Instant | None = None
    derived: bool = False
    root: str = ""
    size: int = 0
    where: Query | None = None


class Item(msgspec.Struct, frozen=True):
    """Name one object, in all its versions or, with a content hash (hexadecimal), in one."""

    id: str
    content: str = ""


class Covered(msgspec.Struct, frozen=True, array_like=True):
    """Prove that a consent names an object: its place and salt in the tree, the hash it is pinned to, and the path."""

    place: int
    salt: bytes
    content: bytes
    path: tuple[bytes, ...]


def tree_of(items: Sequence[Item], seed: bytes) -> origin.Batch:
    """Put named objects into a tree; the same seed (32 bytes) gives the same one."""
    contents = [sha256(item.id.encode()).digest() for item in items]
    pinned = [bytes.fromhex(item.content) if item.content else EVERY for item in items]
    return origin.seal("", bytes(32), seed, contents, pinned)


def covered(items: Sequence[Item], seed: bytes, stix_id: str, content: bytes) -> Covered | None:
    """Return the proof that an object is among those named, None when it is not."""
    for place, item in enumerate(items):
        if item.id == stix_id and (not item.content or bytes.fromhex(item.content) == content):
            made = tree_of(items, seed)
            path = multiproof.prove(made.height, made.tree, [made.places[place]])
            pinned = bytes.fromhex(item.content) if item.content else EVERY
            return Covered(made.places[place], made.salts[place], pinned, tuple(path))
    return None


def names(consent: Consent, proof: Covered, stix_id: str, content: bytes) -> bool:
    """Tell whether a proof shows that the consent names this object with this content hash."""
    height = origin.HEIGHTS.get(consent.size)
    if height is None or len(proof.salt) != SALT or proof.content not in (EVERY, content):
        return False
    salted = leaf(proof.salt, sha256(stix_id.encode()).digest(), proof.content)
    tree = multiproof.rebuild(height, {proof.place: salted}, proof.path)
    return tree is not None and tree[height, 0].hex() == consent.root


def holds(consent: Consent, now: Instant) -> bool:
    """Tell whether a consent has not ended."""
    return consent.until is None or now < consent.until
