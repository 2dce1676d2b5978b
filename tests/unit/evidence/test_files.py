"""Files are whole or absent, found by their content, and gone when nothing refers to them."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from cordiale.evidence import files
from cordiale.platform.clock import HOUR, SECOND
from cordiale.platform.errors import InputError, IntegrityError, NotFound
from cordiale.platform.ids import keyed_randomness

CONTENT = b"a scan of a letter\n" * 1000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "files"


def put(root: Path, content: bytes = CONTENT, limit: int = files.MAX_BYTES) -> files.Stored:
    random = keyed_randomness(content[:8] + str(limit).encode())
    return files.put(root, [content[:100], content[100:]], random, limit)


def test_a_file_is_found_under_the_digest_of_its_content(root: Path) -> None:
    stored = put(root)
    assert stored.sha256 == sha256(CONTENT).hexdigest()
    assert stored.size == len(CONTENT)
    assert b"".join(files.read(root, stored.sha256)) == CONTENT
    assert list(files.addresses(root)) == [stored.sha256]


def test_the_same_content_is_held_once(root: Path) -> None:
    assert put(root) == put(root)
    assert len(list(files.addresses(root))) == 1


def test_only_the_owner_can_read_a_file(root: Path) -> None:
    path = files.held(root, put(root).sha256)
    assert path.stat().st_mode & 0o077 == 0


def test_a_file_beyond_the_limit_leaves_nothing_behind(root: Path) -> None:
    with pytest.raises(InputError) as refused:
        put(root, limit=500)
    assert "500" in str(refused.value)
    assert [p for p in root.rglob("*") if p.is_file()] == []


def test_a_writer_that_fails_half_way_leaves_nothing_behind(root: Path) -> None:
    def failing() -> Iterator[bytes]:
        yield b"first half"
        raise RuntimeError("the line broke")

    with pytest.raises(RuntimeError):
        files.put(root, failing(), keyed_randomness(b"half"))
    assert [p for p in root.rglob("*") if p.is_file()] == []


@pytest.mark.parametrize("digest", ["../../etc/passwd", "", "AB" * 32, "0" * 63, "g" * 64])
def test_what_is_not_a_digest_never_becomes_a_path(root: Path, digest: str) -> None:
    with pytest.raises(InputError):
        files.address(root, digest)


def test_a_file_that_is_not_held_is_not_found(root: Path) -> None:
    with pytest.raises(NotFound):
        files.held(root, "0" * 64)


def test_a_changed_byte_is_noticed(root: Path) -> None:
    stored = put(root)
    files.verify(root, stored.sha256)
    path = files.held(root, stored.sha256)
    path.write_bytes(CONTENT[:-1] + b"!")
    with pytest.raises(IntegrityError):
        files.verify(root, stored.sha256)


def test_the_sweep_removes_orphans_but_not_what_was_just_written(root: Path) -> None:
    kept, orphan, fresh = put(root, b"kept"), put(root, b"orphan"), put(root, b"fresh")
    now = 1_800_000_000 * SECOND
    for stored in (kept, orphan):
        os.utime(files.held(root, stored.sha256), (now / SECOND - 7200,) * 2)
    os.utime(files.held(root, fresh.sha256), (now / SECOND - 60,) * 2)
    leftover = root / "incoming" / "cut-short"
    leftover.write_bytes(b"half")
    os.utime(leftover, (now / SECOND - 7200,) * 2)
    removed = files.sweep(root, lambda digest: digest == kept.sha256, now, HOUR)
    assert removed == (orphan.sha256,)
    assert set(files.addresses(root)) == {kept.sha256, fresh.sha256}
    assert not leftover.exists()


def test_removing_says_whether_it_was_there(root: Path) -> None:
    stored = put(root)
    assert files.remove(root, stored.sha256)
    assert not files.remove(root, stored.sha256)


def test_a_full_disk_is_said_in_one_sentence_and_leaves_nothing(root: Path) -> None:
    # RLIMIT_FSIZE stands in for a full disk; it holds for a process, so one of its own runs the test
    code = f"""
        import resource, signal
        from pathlib import Path
        from cordiale.evidence import files
        from cordiale.platform.errors import StorageFull
        from cordiale.platform.ids import system_randomness
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        try:
            files.put(Path({str(root)!r}), [b"x" * 10_000] * 50, system_randomness)
        except StorageFull as error:
            print("full:", error)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("full: The disk that holds")
    assert [p for p in root.rglob("*") if p.is_file()] == []
