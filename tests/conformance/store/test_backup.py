"""A copy made while the store is in use comes back whole, or not at all."""

from contextlib import closing
from pathlib import Path

import pytest

from cordiale.platform.errors import Conflict, InputError, IntegrityError
from cordiale.store.backup import backup, check, restore
from cordiale.store.connection import Store, open_store
from cordiale.store.migrations import head
from cordiale.store.search import search
from cordiale.store.types import Filter
from cordiale.store.versions import current
from tests.conformance.store.objects import AMBER, RED, START, keep, named, relationship, sdo


def fill(store: Store) -> None:
    keep(store, *[sdo("campaign", f"tanker {n}\t\\N\n\x7f é") for n in range(30)])
    keep(store, relationship("r", named("campaign", "a"), named("tool", "t")), base=AMBER, full=AMBER | RED)


def listing(store: Store):
    with store.read() as tx:
        return current(tx, Filter(), None, 1000, None).rows, [
            row.vid for row in search(tx, "tanker", None).rows
        ]


def test_a_copy_comes_back_whole(store: Store, new_url, backend: str, tmp_path: Path) -> None:
    if backend == "memory":
        pytest.skip("a memory store lives in one process; its snapshot is its copy")
    fill(store)
    before = listing(store)
    folder = backup(store, tmp_path / "copy", START)
    keep(store, sdo("campaign", "later"))
    url = new_url()
    assert restore(folder, url).revisions == [head("store")]
    with closing(open_store(url)) as restored:
        assert listing(restored) == before
        assert check(restored) == []
        assert keep(restored, sdo("campaign", "next"))[0].vid == before[0][-1].vid + 31


def test_a_copy_is_made_while_a_writer_works(store: Store, new_url, backend: str, tmp_path: Path) -> None:
    if backend == "memory":
        pytest.skip("a memory store lives in one process; its snapshot is its copy")
    fill(store)
    before = listing(store)
    with store.write() as tx:
        tx.run("DELETE FROM text_dirty")
        folder = backup(store, tmp_path / "copy", START)
    url = new_url()
    restore(folder, url)
    with closing(open_store(url)) as restored:
        assert listing(restored) == before


def test_a_memory_store_can_be_copied_to_a_file(store: Store, backend: str, tmp_path: Path) -> None:
    if backend != "memory":
        pytest.skip("tested above")
    fill(store)
    folder = backup(store, tmp_path / "copy", START)
    restore(folder, str(tmp_path / "new.db"))
    with closing(open_store(str(tmp_path / "new.db"))) as restored:
        assert listing(restored) == listing(store)


def test_a_damaged_copy_is_refused(store: Store, new_url, tmp_path: Path) -> None:
    fill(store)
    folder = backup(store, tmp_path / "copy", START)
    with pytest.raises(Conflict):
        backup(store, folder, START)
    file = max(
        (file for file in folder.iterdir() if file.suffix != ".json"), key=lambda file: file.stat().st_size
    )
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(IntegrityError, match=file.name):
        restore(folder, new_url())
    file.unlink()
    with pytest.raises(IntegrityError):
        restore(folder, new_url())


def test_a_store_that_holds_something_is_not_overwritten(store: Store, tmp_path: Path, backend: str) -> None:
    if backend == "memory":
        pytest.skip("a memory store begins empty")
    folder = backup(store, tmp_path / "copy", START)
    with pytest.raises(Conflict):
        restore(folder, store.url)


def test_what_is_no_copy_is_refused(new_url, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        restore(tmp_path, new_url())
