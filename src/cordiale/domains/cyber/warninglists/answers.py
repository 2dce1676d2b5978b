"""What warning lists answer."""

from __future__ import annotations

from typing import Literal

import msgspec

How = Literal["is", "within", "covers", "under", "holds", "fits"]
"""The value is the entry, lies within its network, covers a network of it, is a name under it, holds its text, fits its expression."""


class Hit(msgspec.Struct, frozen=True):
    """A list that holds a value: its name, its category (`false_positive` or `known`), the entry, and how it fits.

    `host` tells that it is the host of an address (URL) or the domain of a mailbox that fits, not the whole.
    """

    list: str
    category: str
    entry: str
    how: How
    host: bool = False


class Listed(msgspec.Struct, frozen=True):
    """A list that is loaded: what it says of itself, how many entries it has, and the digest of the file it came in.

    `subjects` are MISP's names of what it is about; none: everything.
    """

    name: str
    description: str
    version: str
    type: str
    category: str
    entries: int
    sha256: str
    subjects: tuple[str, ...]
