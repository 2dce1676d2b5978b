"""The store's values: what goes in and what comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec

if TYPE_CHECKING:
    from cordiale.stix.version import Version

Marking = frozenset[str]
"""Atom texts; the canonical text is the sorted atoms joined by a line feed."""

Visible = frozenset[int] | None
"""Marking ids the reader passes; `None` means everything and is for internal use only."""

Origin = Literal["local", "received", "derived"]

LISTED: Final = 1
"""Column `current` of what a statement says now."""
FORM: Final = 2
"""Column `current` of a form made for partners: read by its id; not listed, counted or searched beside its object."""
OutcomeKind = Literal["new", "same", "conflict", "tombstoned"]
ChangeKind = Literal["put", "remark", "purge", "revive"]

UNRESOLVED: Marking = frozenset({"unresolved"})
"""Carried by a version while an object it inherently refers to is not held here."""


class Put(msgspec.Struct, frozen=True, gc=False):
    """One version to store, with its base marking and its full one (granular joined in)."""

    version: Version
    base: Marking
    full: Marking
    origin: Origin = "received"


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What became of one `Put`.

    `vid` is the stored version for `new` and `same`, the one in the way for `conflict`, 0 for
    `tombstoned`. `remarked` says that a version already held took another marking.
    """

    kind: OutcomeKind
    vid: int
    oid: int
    reason: str | None = None
    remarked: bool = False


class Row(msgspec.Struct, frozen=True, gc=False):
    """One stored version; instants in microseconds since the epoch.

    A reader who passes `effective_mid` but not `full_mid` gets `raw` None and `hash` empty: such
    a version reaches them redacted or not at all.
    """

    vid: int
    oid: int
    id: str
    type: str
    source: str
    hash: bytes
    created: int | None
    modified: int | None
    revoked: bool
    base_mid: int
    full_mid: int
    effective_mid: int
    received: int
    origin: Origin
    current: bool
    raw: bytes | None = None


Key = tuple[int, int]
"""Position in a listing: (instant by which it is ordered, vid)."""


class Page(msgspec.Struct, frozen=True):
    """Rows of one page, and the key to continue after (None at the end)."""

    rows: list[Row]
    next: Key | None


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """What a listing is narrowed to; empty means no narrowing. Several fields must all hold.

    `since` and `until` bound `modified` (received, for objects without): since ≤ t < until.
    `refers_to`: STIX id the version refers to; `referred_by`: STIX id whose current statements
    refer to it; `value`: (kind, value) of an observable value; `beyond`: stored after this version id; `without`: types
    that are left out.
    """

    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    creators: tuple[str, ...] = ()
    markings: tuple[int, ...] = ()
    since: int | None = None
    until: int | None = None
    refers_to: str | None = None
    referred_by: str | None = None
    value: tuple[str, str] | None = None
    beyond: int | None = None
    without: tuple[str, ...] = ()


class Tombstone(msgspec.Struct, frozen=True):
    """What is left of something purged: `salted_hash` = SHA-256(salt ‖ content hash), or None for all versions."""

    id: str
    source: str | None
    vid: int | None
    salt: bytes
    salted_hash: bytes | None
    reason: str
    when: int


class Change(msgspec.Struct, frozen=True, gc=False):
    """One entry of the change log."""

    seq: int
    vid: int
    kind: ChangeKind


class Link(msgspec.Struct, frozen=True, gc=False):
    """One reference of a version: the property it stands in and the STIX id it names."""

    path: str
    target: str
    inherent: bool
    strict: bool
