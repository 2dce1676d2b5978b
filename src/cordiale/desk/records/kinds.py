"""What is stored, counted or read by marking, type, source and creator."""

from __future__ import annotations

from collections.abc import Iterator

from cordiale.store.connection import Transaction

_KIND = "v.effective_mid, v.full_mid, t.name, s.name, c.id"


_KINDS = (
    "FROM versions v JOIN terms t ON t.no = v.type_no JOIN terms s ON s.no = v.source_no "
    "LEFT JOIN objects c ON c.oid = v.creator"
)


# Counted by number first: names are looked up for each group, not for each of a million versions. The plus keeps
# SQLite from walking the index of current versions, which would fetch each row from another place.
_COUNTED = _KINDS.replace(
    "FROM versions v",
    "FROM (SELECT effective_mid, full_mid, type_no, source_no, creator, count(*) AS n FROM versions"
    " WHERE +current = 1 GROUP BY effective_mid, full_mid, type_no, source_no, creator) v",
)


def current_kinds(
    tx: Transaction,
) -> dict[tuple[int, int, str, str, str | None, tuple[str, ...]], int]:
    """Count current versions by effective and full marking id, type, source and creator.

    The last part of a key is empty: it holds labels where they are asked for.
    """
    rows = tx.rows(f"SELECT {_KIND}, v.n {_COUNTED}")
    return {(row[0], row[1], row[2], row[3], row[4], ()): int(row[5]) for row in rows}


def waiting_text(tx: Transaction) -> int:
    """Return how many versions wait for the text index."""
    return int(tx.row("SELECT count(*) FROM text_dirty")[0])


def current_bodies(
    tx: Transaction, page: int = 5000
) -> Iterator[tuple[int, int, str, str, str | None, bytes]]:
    """Yield the same of each current version with its raw bytes, in pages."""
    after = 0
    while rows := tx.rows(
        f"SELECT v.vid, {_KIND}, b.raw {_KINDS} JOIN bodies b ON b.vid = v.vid "
        "WHERE v.current = 1 AND v.vid > ? ORDER BY v.vid LIMIT ?",
        after,
        page,
    ):
        after = rows[-1][0]
        for row in rows:
            yield row[1], row[2], row[3], row[4], row[5], bytes(row[6])
