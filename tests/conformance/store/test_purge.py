"""After a purge and a scrub no byte of the text is left in any file."""

from pathlib import Path

from cordiale.store.backup import check, scrub, scrub_owed
from cordiale.store.connection import Store
from cordiale.store.search import search
from cordiale.store.types import Filter
from cordiale.store.versions import current, purge, purge_all, tombstones
from tests.conformance.store.objects import START, index_all, keep, named, of, sdo


def held(folder: Path, *words: bytes) -> set[bytes]:
    """Return which words some file of the folder holds."""
    return {
        word for file in folder.rglob("*") if file.is_file() for word in words if word in file.read_bytes()
    }


def secret(n: int):
    return of(
        {
            "type": "indicator",
            "spec_version": "2.1",
            "id": named("indicator", f"s{n}"),
            "created": "2024-01-01T00:00:00.000Z",
            "modified": "2024-01-01T00:00:00.000Z",
            "valid_from": "2024-01-01T00:00:00Z",
            "pattern_type": "stix",
            "pattern": f"[domain-name:value = 'qzvcanary{n}.example']",
            "name": f"zyxwcanary{n} plus " + " ".join(f"qqfiller{n}x{m}" for m in range(900)),
        }
    )


def test_nothing_of_a_purged_version_stays(store: Store, backend: str, tmp_path: Path) -> None:
    keep(store, *[sdo("campaign", f"ordinary {n}", description="plain words " * 30) for n in range(300)])
    outcomes = keep(store, *[secret(n) for n in range(5)])
    keep(store, *[sdo("campaign", f"later {n}", description="plain words " * 30) for n in range(300)])
    words = [f"{word}{n}".encode() for n in range(5) for word in ("zyxwcanary", "qzvcanary", "qqfiller")]
    if backend == "sqlite":
        assert held(tmp_path, *words) == set(words)
    with store.write() as tx:
        for outcome in outcomes:
            assert purge(tx, outcome.vid, "recalled", START, b"salt")
    assert scrub_owed(store)  # whoever comes next does it, should the power have gone out before
    assert not scrub_owed(store)
    assert held(tmp_path, *words) == set()
    if backend == "memory":
        state = store.snapshot()
        assert not [word for word in words if word in state]
    with store.read() as tx:
        assert search(tx, "zyxwcanary1", None).rows == []
        assert len(search(tx, "ordinary", None, limit=1000).rows) == 300
        tables = ("versions", "bodies", "refs", "observed", "text_rows")
        vids = [outcome.vid for outcome in outcomes]
        for table in tables[:4]:
            assert tx.row(f"SELECT COUNT(*) FROM {table} WHERE vid IN INTS(?)", vids)[0] == 0
    assert check(store) == []


def test_nothing_stays_when_the_text_was_indexed_merged_and_superseded_before(
    store: Store, tmp_path: Path
) -> None:
    first = keep(store, sdo("campaign", "x", description="kqzjcanary " + "word " * 50))
    for n in range(40):
        keep(store, *[sdo("tool", f"{n} {m}", description=f"filler{n}x{m} " * 40) for m in range(10)])
    keep(store, sdo("campaign", "x", day=1, description="harmless"))
    index_all(store)
    with store.write() as tx:
        purge(tx, first[0].vid, "recalled", START, b"salt")
    scrub(store)
    assert held(tmp_path, b"kqzjcanary") == set()
    with store.read() as tx:
        assert [row.id for row in search(tx, "harmless", None).rows] == [named("campaign", "x")]
        assert len(current(tx, Filter(), None, 1000, None).rows) == 401


def test_purging_many_leaves_what_purging_one_by_one_leaves(store: Store) -> None:
    older = [sdo("campaign", f"c{n}") for n in range(6)]
    newer = [sdo("campaign", f"c{n}", day=1) for n in range(3)]
    keep(store, *older)
    outcomes = keep(store, *newer)
    index_all(store)
    vids = [o.vid for o in outcomes]
    with store.write() as tx:
        gone = purge_all(tx, [*vids, 1 << 30], "recall", START, lambda vid: vid.to_bytes(16, "big"))
        assert gone == sorted(vids)
        assert purge_all(tx, vids, "recall", START, lambda _vid: bytes(16)) == []
    index_all(store)
    with store.read() as tx:
        rows = current(tx, Filter(), None, 100, None).rows
        assert {row.hash for row in rows} == {version.hash for version in older}
        assert {t.vid for t in tombstones(tx)} == set(vids)
    assert check(store) == []
