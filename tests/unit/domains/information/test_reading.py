"""`cordiale information read`: what is in files is said; texts become evidence and posts rows, where asked for."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from cordiale.cli.main import main
from cordiale.desk.actor import house
from cordiale.desk.views import attached, show
from cordiale.domains.information.readers.addresses import archive
from cordiale.domains.information.readers.content import read_file
from cordiale.domains.information.readers.fetching import Fetched
from cordiale.node.initialise import init
from cordiale.node.opening import open_node

pytest.importorskip("pyarrow")

PAGE = b"<html><head><title>Ferry</title><link rel=canonical href='https://port.example/ferry'></head><body><h1>Ferry to run again</h1><p>The night ferry will run again from the first of May, the harbour master of Harby said on Friday.</p></body></html>"
TABLE = "id,author,created_at,text\n1,harby,2026-03-14T08:30:12Z,The night ferry runs again\n2,quay,2026-03-14T08:31:12Z,Again\n2,quay,2026-03-14T08:31:12Z,Again\n"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    contents = {"ferry.html": PAGE, "posts.csv": TABLE.encode(), "broken.bin": bytes(range(256)) * 20}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return {name: str(tmp_path / name) for name in contents}


@pytest.fixture
def node(tmp_path: Path) -> Path:
    return init(tmp_path / "node", name="canada", nation="CAN", organisation="LCC")


def read(capsys: pytest.CaptureFixture[str], *line: str, code: int = 0) -> Any:
    done = main(["--json", *line])
    said = capsys.readouterr()
    assert done == code, said
    return json.loads(said.out.splitlines()[0])


def test_each_file_is_said_for_what_it_is_and_a_bad_one_stops_nothing(
    files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    page, broken, table = read(
        capsys, "information", "read", files["ferry.html"], files["broken.bin"], files["posts.csv"]
    )["files"]
    assert page["kind"] == "page"
    assert page["documents"][0]["title"] == "Ferry to run again"
    assert broken["error"]["message"] == "broken.bin is not text: give plain text or a saved page."
    assert table["posts"]["posts"] == 2
    assert table["posts"]["profile"]["columns"]["post"] == "id"
    assert [(one["line"], one["code"]) for one in table["aside"]] == [(4, "duplicate-id")]


def test_nothing_that_can_be_read_is_an_error(
    files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    read(capsys, "information", "read", files["broken.bin"], code=4)


def test_a_mapping_is_proposed_kept_and_given_again(
    files: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "mapping.json"
    read(capsys, "information", "read", files["posts.csv"], "--save-profile", str(kept))
    kept.write_text(kept.read_text(encoding="utf-8").replace('"author"', '"created_at"'), encoding="utf-8")
    found = read(capsys, "information", "read", files["posts.csv"], "--profile", str(kept))["files"][0]
    assert found["posts"]["accounts"] == 2
    assert found["posts"]["profile"]["columns"]["account"] == "created_at"


def test_a_page_becomes_evidence_under_an_object_that_says_what_when_and_by_what(
    files: dict[str, str], node: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = read(
        capsys, "--node", str(node), "information", "read", files["ferry.html"], "--keep", "-m", "tlp:green"
    )
    kept = found["files"][0]["capture"]
    assert kept["sha256"] == hashlib.sha256(PAGE).hexdigest()
    with open_node(node, environ={}) as opened:
        marie = house("marie")
        (stated,) = show.show(opened.desk, marie, kept["id"]).statements
        _view, path = attached.attachment(opened.desk, marie, kept["id"], kept["sha256"])
        assert path.read_bytes() == PAGE
    said = stated.value
    assert said["external_references"][0]["description"].startswith("Cordiale ")
    assert said["first_observed"] == said["created"] == kept["captured"]
    assert kept["addresses"] == ["https://port.example/ferry"]


def test_posts_become_rows_of_a_dataset_that_says_what_for(
    files: dict[str, str], node: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ("--node", str(node), "information", "read", files["posts.csv"], "--dataset", "ferry")
    read(capsys, *line, code=4)
    said = ("--purpose", "ferry rumours", "--basis", "mandate", "--purge-on", "2099-01-31", "-m", "tlp:amber")
    assert read(capsys, *line, *said)["files"][0]["posts"]["posts"] == 2
    shown = read(capsys, "--node", str(node), "dataset", "show", "ferry")
    assert (shown["rows"], shown["kind"], shown["purpose"]) == (2, "posts", "ferry rumours")
    again = read(capsys, *line, code=4)["files"][0]
    assert again["error"]["message"] == "Dataset ferry holds the rows of this file already."


def test_the_archive_that_x_hands_out_is_read_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def tweets(first: int) -> str:
        one = {"created_at": "Sat Mar 14 08:30:12 +0000 2026", "full_text": "The ferry", "entities": {}}
        return f"window.YTD.tweets.part{first} = " + json.dumps(
            [{"tweet": {**one, "id_str": str(first + n)}} for n in range(2)]
        )

    with zipfile.ZipFile(tmp_path / "twitter.zip", "w") as archive:
        archive.writestr("data/account.js", 'window.YTD.account.part0 = [{"account": {"username": "harby"}}]')
        archive.writestr("data/tweets.js", tweets(0))
        archive.writestr("data/tweets-part1.js", tweets(10))
        archive.writestr("data/tweet-headers.js", "window.YTD.tweet_headers.part0 = []")
    (found,) = read(capsys, "information", "read", str(tmp_path / "twitter.zip"))["files"]
    assert (found["kind"], found["posts"]["posts"], found["posts"]["accounts"]) == ("X archive", 4, 1)
    assert found["aside"] == []


def test_a_list_of_addresses_is_not_fetched_unless_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "list.txt").write_text("http://127.0.0.1:1/a\nhttp://10.0.0.8/b\n", encoding="utf-8")
    line = ("information", "read", str(tmp_path / "list.txt"))
    (refused,) = read(capsys, *line, code=4)["files"]
    assert refused["error"]["code"] == "fetch-not-asked"
    (asked,) = read(capsys, *line, "--fetch")["files"]
    assert [one["code"] for one in asked["aside"]] == ["fetch-private", "fetch-private"]
    assert asked["documents"] == []


def test_what_was_fetched_is_kept_as_an_archive_that_is_read_again(tmp_path: Path) -> None:
    page = Fetched("https://port.example/a", "https://port.example/ferry", "text/html", PAGE)
    archive(tmp_path / "kept.warc.gz", [page], "2026-03-14T08:30:00.000Z", os.urandom)
    found = read_file(tmp_path / "kept.warc.gz", "kept")
    assert (found.kind, found.aside) == ("WARC", ())
    assert [(one.source, one.title) for one in found.documents] == [
        ("https://port.example/ferry", "Ferry to run again")
    ]
