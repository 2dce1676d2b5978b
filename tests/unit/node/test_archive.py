"""A backup is encrypted, opens for whom it was made, and is refused when anything about it was changed."""

from __future__ import annotations

import io
import os
import shutil
import signal
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from cordiale.cli.passphrase import new_passphrase
from cordiale.desk.actor import Actor
from cordiale.desk.files.attach import attach
from cordiale.desk.views.search import search
from cordiale.node import layout
from cordiale.node.archive import STAGE, archive, unpack
from cordiale.node.backup import backup, restore
from cordiale.node.node import Node
from cordiale.node.opening import open_node
from cordiale.node.recovery import for_passphrase, make_key, read_key, with_key, with_passphrase
from cordiale.node.sealed import BLOCK, MAGIC, TAG, Sealer, Unsealer
from cordiale.platform.errors import Conflict, CordialeError, InputError, IntegrityError, NotAllowed, explain
from cordiale.platform.ids import system_randomness
from tests.unit.desk.conftest import indicator
from tests.unit.desk.conftest import node as node
from tests.unit.node.conftest import marie as marie
from tests.unit.node.conftest import send

WORDS = "quatre phoques sur la banquise"
COST = 8  # of scrypt, so that a test does not wait
KEY = bytes(range(32))


@pytest.fixture
def filled(node: Node, marie: Actor) -> Node:
    send(node, marie, indicator(1), indicator(2))
    attach(node.desk, marie, indicator(1)["id"], [b"evidence"], name="note.txt")
    return node


def sealed(content: bytes, head: bytes = b"{}") -> bytes:
    out = io.BytesIO()
    sealer = Sealer(out, head, KEY)
    sealer.write(content)
    sealer.finish()
    return out.getvalue()


def opened(data: bytes) -> bytes:
    unsealer = Unsealer(io.BytesIO(data), "b.backup")
    unsealer.open(KEY)
    return unsealer.read()


def test_a_node_comes_back_with_its_recovery_key(filled: Node, marie: Actor, tmp_path: Path) -> None:
    file = archive(filled, tmp_path / "b.backup")
    opener = with_key(read_key(layout.recovery_key(filled.path)))
    back = restore(file, tmp_path / "back", opener=opener)
    with open_node(back, environ={}) as again:
        assert len(search(again.desk, marie).items) == 2
        assert [one.read_bytes() for one in (back / "files").glob("??/*")] == [b"evidence"]
    for name in ("signing.key", "node.secret", "tls.key", "backup.pub"):
        assert (back / "keys" / name).read_bytes() == (filled.path / "keys" / name).read_bytes()
    assert {one.name for one in back.iterdir()} == {one.name for one in filled.path.iterdir()} - {
        "recovery.key",
        "spool",
        "cordiale.db-wal",
        "cordiale.db-shm",
    }
    with pytest.raises(Conflict):
        archive(filled, file)


def test_nothing_of_a_node_can_be_read_in_its_backup(filled: Node, tmp_path: Path) -> None:
    data = archive(filled, tmp_path / "b.backup").read_bytes()
    plain = backup(filled, tmp_path / "plain")
    assert b"phishing page 1" in (plain / "store" / "cordiale.db").read_bytes()
    for secret in (
        b"phishing page",
        b"evidence",
        (filled.path / "keys" / "signing.key").read_bytes().strip(),
    ):
        assert secret not in data
    assert not list(filled.path.glob(f"{STAGE}*"))
    assert (tmp_path / "b.backup").stat().st_mode & 0o077 == 0


def test_a_passphrase_opens_it_and_another_does_not(filled: Node, tmp_path: Path) -> None:
    lock = for_passphrase(WORDS, "canada", system_randomness, 0, COST)
    file = archive(filled, tmp_path / "b.backup", lock)
    with pytest.raises(NotAllowed, match="does not open") as caught:
        restore(file, tmp_path / "back", opener=with_passphrase(lambda: WORDS + "."))
    assert "phrase secrète" in explain(caught.value, "fr")
    assert not (tmp_path / "back").exists()
    with pytest.raises(NotAllowed, match="passphrase"):
        unpack(file, with_key(KEY), tmp_path / "x")
    with pytest.raises(InputError, match="--key"):
        restore(file, tmp_path / "back")
    restore(file, tmp_path / "back", opener=with_passphrase(lambda: WORDS))
    with pytest.raises(InputError, match="12"):
        for_passphrase("short", "canada", system_randomness, 0, COST)


def test_another_recovery_key_does_not_open_it(filled: Node, tmp_path: Path) -> None:
    file = archive(filled, tmp_path / "b.backup")
    make_key(tmp_path / "other.key", "canada", system_randomness, 0)
    with pytest.raises(NotAllowed, match="another one"):
        unpack(file, with_key(read_key(tmp_path / "other.key")), tmp_path / "x")
    with pytest.raises(NotAllowed, match="--key"):
        unpack(file, with_passphrase(lambda: WORDS), tmp_path / "x")
    with pytest.raises(InputError):
        read_key(filled.path / "cordiale.toml")
    with pytest.raises(Conflict):
        make_key(tmp_path / "other.key", "canada", system_randomness, 0)


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK])
def test_what_was_sealed_is_read_back(size: int) -> None:
    content = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    assert opened(sealed(content)) == content


START = len(MAGIC) + 4 + 2
WHOLE = BLOCK + TAG


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d[: START + WHOLE], "cut short"),
        (lambda d: d[:START], "cut short"),
        (lambda d: d[: len(MAGIC) + 5], "cut short"),
        (lambda d: d[:-1], "missing or was altered"),
        (lambda d: d[: START + WHOLE + 5000], "missing or was altered"),
        (lambda d: d[:START] + d[START + WHOLE :], "block 1 is damaged or out of place"),
        (
            lambda d: d[:START] + d[START + WHOLE : START + 2 * WHOLE] + d[START : START + WHOLE] + d[START + 2 * WHOLE :],
            "block 1 is damaged or out of place",
        ),
        (lambda d: d[: START + WHOLE] + d[START:], "block 2 is damaged or out of place"),
        (lambda d: d[: START + WHOLE + 9] + bytes([d[START + WHOLE + 9] ^ 1]) + d[START + WHOLE + 10 :], "block 2 is damaged"),
        (lambda d: d[: START - 1] + b" " + d[START:], "block 1 is damaged"),
        (lambda d: d + b"more", "missing or was altered|added"),
    ],
)  # fmt: skip
def test_a_file_that_was_cut_altered_reordered_or_added_to_is_refused(
    change: Callable[[bytes], bytes], said: str
) -> None:
    data = sealed(bytes(2 * BLOCK + 100))
    with pytest.raises(IntegrityError, match=said):
        opened(change(data))


def test_something_behind_a_full_last_block_is_named() -> None:
    with pytest.raises(IntegrityError, match="something was added"):
        opened(sealed(bytes(BLOCK)) + b"more")
    with pytest.raises(InputError):
        opened(b"PK\3\4" + bytes(100))


def test_every_flipped_byte_is_noticed_and_leaves_nothing(filled: Node, tmp_path: Path) -> None:
    file = archive(filled, tmp_path / "b.backup")
    data = file.read_bytes()
    opener = with_key(read_key(layout.recovery_key(filled.path)))
    # every byte of the head's fields and one of each block, its tag too
    head = int.from_bytes(data[len(MAGIC) : len(MAGIC) + 4], "big")
    places = [
        *range(0, len(MAGIC) + 4 + head, 7),
        *range(len(MAGIC) + 4 + head, len(data), BLOCK // 2),
        len(data) - 1,
    ]
    for place in places:
        (tmp_path / "bad").write_bytes(data[:place] + bytes([data[place] ^ 0x04]) + data[place + 1 :])
        with pytest.raises(CordialeError):
            unpack(tmp_path / "bad", opener, tmp_path / "out")
        assert not (tmp_path / "out").exists()


def test_a_backup_that_is_killed_half_way_leaves_nothing_that_looks_like_one(
    filled: Node, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    pid = os.fork()
    if pid == 0:
        archive(filled, folder / "b.backup", progress=lambda _done, _of: os.kill(os.getpid(), signal.SIGKILL))
        os._exit(0)
    _pid, status = os.waitpid(pid, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    (left,) = folder.iterdir()
    assert left.name == ".b.backup.part"
    opener = with_key(read_key(layout.recovery_key(filled.path)))
    with pytest.raises(IntegrityError):
        unpack(left, opener, tmp_path / "out")
    archive(filled, folder / "b.backup")  # and the next one clears what was left
    assert [one.name for one in folder.iterdir()] == ["b.backup"]
    assert not list(filled.path.glob(f"{STAGE}*"))


def test_memory_does_not_grow_with_the_node(filled: Node, marie: Actor, tmp_path: Path) -> None:
    attach(
        filled.desk, marie, indicator(2)["id"], [os.urandom(1 << 20) for _n in range(24)], name="large.bin"
    )
    opener = with_key(read_key(layout.recovery_key(filled.path)))
    tracemalloc.start()
    file = archive(filled, tmp_path / "b.backup")
    unpack(file, opener, tmp_path / "out")
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert file.stat().st_size > 24 << 20
    assert peak < 12 << 20


def test_what_no_node_has_is_not_unpacked(tmp_path: Path) -> None:
    import tarfile

    import msgspec

    for name in ("../out", "/etc/x", "keys/../../x", "other", "store/a/b", "files/zz"):
        head, key = for_passphrase(WORDS, "canada", system_randomness, 0, COST)
        with (tmp_path / "b").open("wb") as out:
            sealer = Sealer(out, msgspec.json.encode(head), key)
            with tarfile.open(fileobj=sealer, mode="w|") as tar:  # type: ignore[call-overload]
                info = tarfile.TarInfo(name)
                info.size = 3
                tar.addfile(info, io.BytesIO(b"abc"))
            sealer.finish()
        with pytest.raises(CordialeError):
            unpack(tmp_path / "b", with_passphrase(lambda: WORDS), tmp_path / "in")
        assert sorted(one.name for one in tmp_path.iterdir()) == ["b"]


def test_a_passphrase_comes_from_a_file_or_a_person(tmp_path: Path) -> None:
    (tmp_path / "words").write_text(WORDS + "\n", "utf-8")
    assert new_passphrase(tmp_path / "words") == WORDS
    with pytest.raises(InputError):
        new_passphrase(tmp_path / "missing")


def test_a_node_of_before_is_told_how_to_get_a_key(filled: Node, tmp_path: Path) -> None:
    shutil.move(layout.recovery_public(filled.path), tmp_path / "away.pub")
    with pytest.raises(CordialeError, match="--new-key"):
        archive(filled, tmp_path / "b.backup")
    assert [one.name for one in tmp_path.glob("*b.backup*")] == []
