"""A copy of the files taken at any moment, torn anywhere in the write-ahead log, opens as some earlier commit, whole."""

import shutil
from pathlib import Path
from random import Random

from cordiale.store.backup import check
from cordiale.store.connection import open_store
from cordiale.store.migrations import migrate
from cordiale.store.search import counts
from tests.conformance.store.objects import keep, sdo

EACH = 20


def test_a_torn_write_ahead_log_opens_as_an_earlier_commit(tmp_path: Path) -> None:
    file = tmp_path / "cordiale.db"
    store = open_store(str(file))
    migrate(store)
    keep(store, *(sdo("campaign", f"first {n}") for n in range(EACH)))
    store.close()  # takes the log over into the file
    store = open_store(str(file))
    with store.read() as tx:
        before = sum(counts(tx, None).values())
        for batch in range(6):  # the reader keeps the log from being taken over into the file
            keep(store, *(sdo("campaign", f"{batch} {n}") for n in range(EACH)), index=batch % 2 == 0)
        for name in ("cordiale.db", "cordiale.db-wal"):
            shutil.copy(tmp_path / name, tmp_path / f"copy {name}")
    store.close()
    log = (tmp_path / "copy cordiale.db-wal").read_bytes()
    assert len(log) > 100_000
    random, seen = Random(1), set()
    for n in range(25):
        torn = tmp_path / f"torn{n}"
        torn.mkdir()
        shutil.copy(tmp_path / "copy cordiale.db", torn / "cordiale.db")
        at = random.randrange(len(log))
        tail = (b"", bytes(200), random.randbytes(200))[n % 3]  # cut, zeroed, or overwritten from there
        (torn / "cordiale.db-wal").write_bytes(log[:at] + tail + (log[at + 200 :] if tail else b""))
        again = open_store(str(torn / "cordiale.db"))
        assert check(again) == []
        with again.read() as tx:
            held = sum(counts(tx, None).values())
        again.close()
        assert held % EACH == 0
        assert 0 <= held <= before + 6 * EACH
        seen.add(held)
    assert len(seen) > 2  # the places were torn in different commits
