"""`cordiale cyber pattern`: what a person and a program are told of a pattern."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cordiale.cli.main import main

OBSERVED = "observed-data--0eae5c46-70ee-4bee-8d3d-48aa8cb610a4"
BROKEN = "observed-data--1eae5c46-70ee-4bee-8d3d-48aa8cb610a4"
ADDRESS = "ipv4-addr--2eae5c46-70ee-4bee-8d3d-48aa8cb610a4"


@pytest.fixture
def bundle(tmp_path: Path) -> str:
    seen = {"type": "observed-data", "first_observed": "2026-01-01T00:00:00Z", "object_refs": [ADDRESS]}
    objects = [
        {**seen, "id": OBSERVED, "last_observed": "2026-01-01T00:00:01Z", "number_observed": 3},
        {**seen, "id": BROKEN},
        {"type": "ipv4-addr", "id": ADDRESS, "value": "10.1.2.3"},
    ]
    file = tmp_path / "observed.json"
    file.write_text(json.dumps({"type": "bundle", "id": "bundle--1", "objects": objects}))
    return str(file)


def test_a_person_reads_what_it_looks_for_and_what_it_found(
    bundle: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "[ipv4-addr:value ISSUBSET '10.0.0.0/8'] REPEATS 3 TIMES WITHIN 600 SECONDS"
    assert main(["cyber", "pattern", said, "--match", bundle]) == 0
    told = capsys.readouterr().out
    assert (
        "    one observation, in which for one object:\n      ipv4-addr:value lies in the network “10.0.0.0/8”\n"
        in told
    )
    assert "It matches (tried on 1 observation), by:\n" in told
    assert OBSERVED in told
    assert "Add first_observed" in told
    assert main(["cyber", "pattern", said, "--match", bundle, "--lang", "fr"]) == 0
    assert "est dans le réseau «\u00a010.0.0.0/8\u00a0»" in capsys.readouterr().out


def test_a_program_is_told_values_remarks_and_observations(
    bundle: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "[ipv4-addr:value = '10.1.2.3' OR file:hashes.MD5 = 'a']"
    assert main(["cyber", "pattern", said, "--match", bundle, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["pattern"] == said
    assert told["values"] == [{"kind": "ipv4-addr", "value": "10.1.2.3"}, {"kind": "md5", "value": "a"}]
    assert [one["code"] for one in told["remarks"]] == ["pattern-hash"]
    assert (told["tried"]["matched"], told["tried"]["observations"]) == (True, [OBSERVED])
    assert [one["code"] for one in told["tried"]["unusable"]] == [BROKEN]


def test_a_fault_is_pointed_at(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cyber", "pattern", "[file:hashes.SHA-256 = 'x']", "--lang", "fr"]) == 4
    told = capsys.readouterr().err.splitlines()
    assert told[:2] == ["[file:hashes.SHA-256 = 'x']", "             ^"]
    assert told[2].startswith("Erreur\u00a0: Ligne 1, caractère 14\u00a0: un nom qui a un trait d’union")
    assert main(["cyber", "pattern", "[file:hashes.SHA-256 = 'x']", "--json"]) == 4
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "pattern-syntax"
    assert main(["cyber", "pattern", "[file:hashes.SHA-256 = 'x']", "--loose"]) == 0


def test_a_pattern_may_stand_in_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "pattern.txt"
    file.write_text("[file:name LIKE '%.exe']\n")
    assert main(["cyber", "pattern", str(file)]) == 0
    assert "file:name has the form “%.exe”" in capsys.readouterr().out


def test_what_cannot_be_tried_is_not_said_not_to_match(
    bundle: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cyber", "pattern", "[ipv4-addr:value MATCHES '(?=1)']", "--match", bundle]) == 0
    assert "It is not known whether it matches" in capsys.readouterr().out


def test_it_is_tried_on_a_log_as_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "log.csv"
    log.write_text(
        "time,src_ip,dst_ip,dst_port,host\n"
        "2026-01-01T00:00:00Z,10.0.0.1,198.51.100.3,443,login7.example.test\n"
        "2026-01-01T00:00:09Z,10.0.0.2,198.51.100.4,8443,mail.example\n"
        ",10.0.0.2,198.51.100.5,8443,other.example\n"
    )
    said = "[domain-name:value LIKE 'login%'] FOLLOWEDBY [network-traffic:dst_port > 8000]"
    assert main(["cyber", "pattern", said, "--log", str(log), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["tried"]
    assert (told["matched"], told["observed"], told["observations"]) == (True, 3, ["log.csv:2", "log.csv:3"])
    assert main(["cyber", "pattern", "[network-traffic:dst_port > 8000]", "--log", str(log)]) == 0
    told = capsys.readouterr().out
    assert "network-traffic:dst_port is above 8000" in told
    assert "log.csv:4" in told
    assert main(["cyber", "pattern", "[url:value = 'x']", "--log", str(log), "--match", str(log)]) == 4
