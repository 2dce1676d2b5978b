"""An archive that is far larger inside than outside is refused or cut, whichever way it is packed."""

from __future__ import annotations

import gzip
import warnings
import zipfile
from pathlib import Path

import pytest

from cordiale.domains.information.readers import archive
from cordiale.domains.information.readers.posts import packed
from cordiale.domains.information.readers.result import MOST
from cordiale.platform.errors import InputError


def answer(number: int, kind: str, body: bytes) -> bytes:
    http = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\n\r\n" % kind.encode() + body
    head = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://e.example/%d\r\nContent-Length: %d\r\n\r\n"
    return head % (number, len(http)) + http + b"\r\n\r\n"


def wacz(path: Path, *members: bytes, method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as made:
        for n, member in enumerate(members):
            made.writestr(f"archive/{n}.warc", member)
    return path


def test_what_grows_in_the_zip_file_itself_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "SMALL", 1 << 20)
    with pytest.raises(InputError, match="200 times its size"):
        archive.read_wacz("a", wacz(tmp_path / "a.wacz", bytes(8 << 20)))
    twice = gzip.compress(gzip.compress(bytes(8 << 20)))
    assert archive.read_wacz("b", wacz(tmp_path / "b.wacz", twice)).documents == ()


def test_the_members_of_one_archive_count_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "TOTAL", 5 << 20)
    monkeypatch.setattr(archive, "SMALL", 5 << 20)
    film = answer(1, "video/mp4", bytes(1 << 20))
    archive.read_wacz("a", wacz(tmp_path / "a.wacz", *[film] * 4))
    with pytest.raises(InputError, match="refused"):
        archive.read_wacz("b", wacz(tmp_path / "b.wacz", *[film] * 6))


def test_a_compression_whose_growth_cannot_be_followed_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="packs archive.*not read here"):
        archive.read_wacz("a", wacz(tmp_path / "a.wacz", b"x" * 1000, method=zipfile.ZIP_LZMA))


def test_a_member_named_twice_is_read_once(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(tmp_path / "a.wacz", "w") as made:
            for n in range(3):
                made.writestr("archive/a.warc", answer(n, "image/png", b"p"))
    assert len(archive.read_wacz("a", tmp_path / "a.wacz").images) == 1


def test_what_is_set_aside_is_kept_up_to_its_maximum(tmp_path: Path) -> None:
    found = archive.read_wacz("a", wacz(tmp_path / "a.wacz", b"WARC/1.0\r\n\r\n" * (MOST + 500)))
    assert len(found.aside) == MOST


def test_images_and_pages_are_bounded_and_it_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "TOO_MANY", 3)
    found = archive.read_warc("a", [answer(n, "image/png", b"p") for n in range(9)])
    assert (len(found.images), [one.code for one in found.aside]) == (3, ["archive-full"])
    text = b"<p>The night ferry to the north runs again from Monday.</p>"
    monkeypatch.setattr(archive, "TOO_MANY", 100)
    monkeypatch.setattr(archive, "CHARACTERS", 1000)
    found = archive.read_warc("a", [answer(n, "text/html", text) for n in range(50)])
    assert 0 < len(found.documents) < 20
    assert [one.code for one in found.aside] == ["archive-full"]


def test_the_files_of_an_archive_of_posts_count_together_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as made:
            for name in ("data/tweets.js", "data/tweets.js", "data/tweets-part1.js"):
                made.writestr(name, b" " * 600)
    found = packed.packed(tmp_path / "x.zip")
    assert found is not None
    assert found.names == ("data/tweets-part1.js", "data/tweets.js")
    assert len(b"".join(packed.chunks(found, "data/tweets.js"))) == 600
    monkeypatch.setattr(packed, "TOTAL", 1000)
    with pytest.raises(InputError, match="unpacks to more"):
        list(packed.chunks(found, "data/tweets.js"))
