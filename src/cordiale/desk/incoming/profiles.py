"""Remember under which source's profile objects were taken in: how long they are kept follows from it."""

from __future__ import annotations

from collections.abc import Collection

from cordiale.store.connection import Transaction


def profiled(tx: Transaction, oids: Collection[int], name: str) -> None:
    """Remember under which source's profile our own node last took in these objects."""
    tx.many(
        "INSERT INTO desk_profile (oid, name) VALUES (?, ?) ON CONFLICT (oid) DO UPDATE SET name = excluded.name",
        [(oid, name) for oid in sorted(oids)],
    )


def profiles_of(tx: Transaction, oids: Collection[int]) -> dict[int, str]:
    """Return the profiles of those of these objects that were taken in under one."""
    return dict(tx.rows("SELECT oid, name FROM desk_profile WHERE oid IN INTS(?)", sorted(oids)))


def forget_profiles(tx: Transaction, oids: Collection[int]) -> None:
    """Forget the profiles of objects that are gone."""
    tx.run("DELETE FROM desk_profile WHERE oid IN INTS(?)", sorted(oids))
