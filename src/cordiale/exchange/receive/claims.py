"""What arrives from others and speaks in the name of this node."""

from __future__ import annotations

from collections.abc import Sequence

from cordiale.exchange import records
from cordiale.exchange.home import Home
from cordiale.stix.version import Version
from cordiale.store import versions
from cordiale.store.connection import Transaction


def speaking_for_us(tx: Transaction, home: Home, read: Sequence[Version]) -> dict[bytes, bool]:
    """Return content hashes of what speaks for us: True to quarantine, False when it is our own, come back."""
    ids = versions.oids(tx, [version.id for version in read])
    ours = records.own_hashes(tx, home.node, list(ids.values())) if ids else {}
    found: dict[bytes, bool] = {}
    for version in read:
        own = ours.get(ids.get(version.id, 0), frozenset())
        if version.hash in own:
            found[version.hash] = False
        elif (
            version.created_by in home.identities
            or version.id in home.identities
            or (own and version.modified is not None)
        ):
            found[version.hash] = True
    return found
