"""Put, get, list, remark and purge versions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal

from cordiale.store.connection import Transaction
from cordiale.store.types import (
    Filter,
    Key,
    Marking,
    Outcome,
    Page,
    Put,
    Row,
    Tombstone,
    Visible,
)


def put(
    tx: Transaction,
    source: str,
    received: int,
    items: Sequence[Put],
    *,
    own: Collection[str] = (),
    markings: Literal["join", "replace"] = "join",
) -> list[Outcome]:
    """Store versions stated by `source` and recompute every effective marking they touch.

    `own`: identity ids of the source node itself; for objects they created, a second content for
    one (id, modified) is a conflict. `markings`: what a version already held does with another
    marking than it came with: take both (a repeated import never lowers) or the new one (what
    the sender signed).
    """
    raise NotImplementedError


def get(tx: Transaction, stix_id: str, visible: Visible, *, history: bool = False) -> list[Row]:
    """Return the current statements about an id, or with `history` all versions, newest first."""
    raise NotImplementedError


def by_vid(tx: Transaction, vids: Iterable[int], visible: Visible) -> dict[int, Row]:
    """Return rows with bodies by version id, leaving out what is not held or not visible."""
    raise NotImplementedError


def bodies(tx: Transaction, vids: Iterable[int]) -> dict[int, bytes]:
    """Return raw bytes by version id, for callers that decided already."""
    raise NotImplementedError


def current(
    tx: Transaction,
    filter: Filter,
    after: Key | None,
    limit: int,
    visible: Visible,
    *,
    raw: bool = True,
) -> Page:
    """List current statements, latest modified first, continuing after a key."""
    raise NotImplementedError


def remark(
    tx: Transaction, stix_id: str, source: str, overlay: Marking, when: int
) -> list[int]:
    """Join a stricter local marking to a statement and return the vids whose marking changed."""
    raise NotImplementedError


def purge(tx: Transaction, vid: int, reason: str, when: int, salt: bytes) -> bool:
    """Remove one version for good, leaving a tombstone; False when it is not held."""
    raise NotImplementedError


def bury(
    tx: Transaction,
    stix_id: str,
    source: str | None,
    content_hash: bytes | None,
    reason: str,
    when: int,
    salt: bytes,
) -> list[int]:
    """Purge what matches and refuse it from now on: one content, or with None all versions; return purged vids."""
    raise NotImplementedError


def tombstones(tx: Transaction, stix_id: str | None = None) -> list[Tombstone]:
    """Return the ledger of purged versions, of one id or whole, oldest first."""
    raise NotImplementedError


def oids(tx: Transaction, ids: Iterable[str]) -> Mapping[str, int]:
    """Return the internal numbers of the ids known here."""
    raise NotImplementedError


__all__ = ["Filter", "Key", "Marking", "Outcome", "Page", "Put", "Row", "Tombstone", "Visible"]
