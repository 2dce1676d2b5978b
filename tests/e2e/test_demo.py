"""`cordiale demo --once --json`: what it promises, and that a planted leak is found."""

import shutil
import sqlite3
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from cordiale.demo import checker, story
from cordiale.demo.chapter import objects_of
from cordiale.demo.expectation import expectation
from cordiale.demo.partnership import NODES
from tests.e2e.demonstration import COMMAND, environment, run

PARTNERS = ("canada", "france", "united-kingdom")
CANARY = "OSPREY-4417"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demonstration")


@pytest.fixture(scope="module")
def played(place: Path) -> tuple[dict[str, Any], str]:
    answer, done = run("--folder", str(place / "demo"), "--lang", "fr", cwd=place)
    assert done.returncode == 0, done.stderr.decode()
    return answer, done.stderr.decode()


@pytest.fixture
def france(played: object, place: Path, tmp_path: Path) -> Path:
    """A copy of France's folder, to plant things in."""
    shutil.copytree(place / "demo" / "france", tmp_path / "france")
    return tmp_path / "france"


def compared(source: str, holding: list[checker.Held]) -> checker.Compared:
    return checker.compare("france", source, objects_of(source), expectation().of(source, "france"), holding)


def leaks_of(folder: Path) -> list[checker.Leak]:
    holding = checker.held(folder)
    found = [leak for source in ("canada", "united-kingdom") for leak in compared(source, holding).leaks]
    return found + checker.search_folder("france", folder, expectation().canaries["france"])


def test_nothing_leaks_and_everything_arrives(played: tuple[dict[str, Any], str]) -> None:
    answer, words = played
    assert answer["leaks"] == 0, words
    assert answer["missing"] == {}
    assert answer["nodes"] == list(PARTNERS)
    assert answer["imported"] > 100
    assert answer["set_aside"] == 0


def test_the_three_agree_on_one_text_and_the_reserve_is_recorded(played: tuple[dict[str, Any], str]) -> None:
    response = played[0]["response"]
    assert response["stage"] == "agreed"
    assert response["stands"] == {
        "france": "join",
        "canada": "join-with-footnote",
        "united-kingdom": "no-objection",
    }
    assert response["hash"][:16] in played[1]


@pytest.mark.parametrize("partner", PARTNERS)
def test_every_partner_is_given_something_in_part_and_not_all(
    played: tuple[dict[str, Any], str], partner: str
) -> None:
    answer, _words = played
    assert answer["released"][partner] > 0
    assert answer["tear_lines"][partner] > 0
    assert sum(answer["withheld"][partner].values()) > 0


@pytest.mark.parametrize("partner", PARTNERS)
def test_what_is_withheld_is_withheld_for_the_expected_reasons(
    played: tuple[dict[str, Any], str], partner: str
) -> None:
    expected = Counter(
        code
        for (_chapter, p), share in expectation().shares.items()
        if p == partner
        for code in (*share.withheld.values(), *("approval-needed" for _key in share.waiting))
    )
    assert played[0]["withheld"][partner] == dict(expected)


def test_publication_is_measured(played: tuple[dict[str, Any], str]) -> None:
    latency = played[0]["latency_ms"]
    assert 0 < latency["p50"] <= latency["p99"] < 20_000


def test_it_speaks_french_when_asked(played: tuple[dict[str, Any], str]) -> None:
    words = played[1]
    for sentence in (
        "Aucune fuite",
        "objets ne sont pas communiqués",
        "versions expurgées",
        "De la décision du responsable",
    ):
        assert sentence in words


def test_no_process_is_left(played: object, place: Path) -> None:
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(place / "demo") not in running


def test_a_second_run_goes_on_where_the_first_ended(played: tuple[dict[str, Any], str], place: Path) -> None:
    again, done = run("--folder", str(place / "demo"), cwd=place)
    assert done.returncode == 0
    assert again == played[0]


def test_the_copy_is_clean_before_anything_is_planted(france: Path) -> None:
    assert leaks_of(france) == []


def test_a_canary_in_a_log_is_found(france: Path) -> None:
    with (france / "logs" / "serve.log").open("a") as log:
        log.write(f"debug: {CANARY}\n")
    assert [(x.kind, x.what) for x in leaks_of(france)] == [("string", CANARY)]


def test_a_canary_that_stands_in_the_write_ahead_log_alone_is_found(france: Path) -> None:
    database = sqlite3.connect(france / "cordiale.db", isolation_level=None)
    try:
        database.execute("PRAGMA wal_autocheckpoint=0")
        database.execute("CREATE TABLE planted (text)")
        database.execute("INSERT INTO planted VALUES (?)", (CANARY,))
        assert CANARY.encode() not in (france / "cordiale.db").read_bytes()
        found = checker.search_folder("france", france, [CANARY])
    finally:
        database.close()
    assert [x.where for x in found] == ["cordiale.db-wal (text)"]


def test_a_withheld_object_in_the_store_is_found(france: Path) -> None:
    hidden = checker.Held("canada", objects_of("canada")["phishing/note-expired"])
    leaks = compared("canada", [*checker.held(france), hidden]).leaks
    assert [(x.kind, x.what) for x in leaks] == [("object", "phishing/note-expired")]


def test_a_property_left_in_a_tear_line_is_found(france: Path) -> None:
    holding = checker.held(france)
    tear_line = compared("canada", holding).tear_lines["phishing/relays"]
    hidden = objects_of("canada")["phishing/relays"]["description"]
    leaky = [
        checker.Held(h.source, {**h.value, "description": hidden}) if h.value["id"] == tear_line else h
        for h in holding
    ]
    found = compared("canada", leaky).leaks
    assert [(x.kind, x.what) for x in found] == [("property", "phishing/relays: description")]


def test_an_altered_object_is_found(france: Path) -> None:
    altered = {**objects_of("canada")["phishing/campaign"], "objective": "something else"}
    found = compared("canada", [checker.Held("canada", altered)]).leaks
    assert [(x.kind, x.what) for x in found] == [("altered", "phishing/campaign")]


def test_the_attachment_is_where_its_object_is_and_nowhere_else(played: object, place: Path) -> None:
    where = {
        n.name: [
            p
            for p in (place / "demo" / n.name / "files").rglob("*")
            if p.is_file() and b"KESTREL-2096" in p.read_bytes()
        ]
        for n in NODES
    }
    assert {name: bool(files) for name, files in where.items()} == {
        "canada": True,
        "france": True,
        "united-kingdom": False,
    }


def test_a_folder_of_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    done = subprocess.run([*COMMAND, "--once", "--fresh", "--folder", str(tmp_path / "mine")], capture_output=True, env=environment(), check=False)  # fmt: skip
    assert done.returncode == 7
    assert b"choose another folder" in done.stderr
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


def test_officers_are_named_for_every_node() -> None:
    assert {story.officer(n) for n in NODES} == {"h.tremblay", "c.marchand", "r.ashworth"}
