"""Objects that others published. The self-made siblings run where the shared data is absent."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from cordiale.stix.ingress import SetAside, bounded_gunzip, decode, split
from cordiale.stix.problem import Problem
from cordiale.stix.upgrade import is_20, read_20
from cordiale.stix.version import Version, read
from tests.unit.stix.examples import KINDS, smallest

SHARED = Path(__file__).parents[4] / "shared" / "data"
EXAMPLES = SHARED / "stix" / "examples"
OBSERVABLES = SHARED / "stix" / "sco-examples-bundle.json"
ATTACK = SHARED / "attack"
MISP = SHARED / "misp" / "misp-stix-fixtures"


def need(path: Path) -> Path:
    if not path.exists():
        pytest.skip(f"the shared data has no {path.name}")
    return path


def objects(path: Path) -> Iterator[tuple[Version, list[Problem]]]:
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = b"".join(bounded_gunzip([data], 1 << 30))
    for piece in split(data):
        assert not isinstance(piece, SetAside), piece
        value, _ = decode(piece)
        if is_20(value):
            yield from read_20(value)[0]
        else:
            yield read(piece)


def errors(problems: list[Problem]) -> list[tuple[str, str]]:
    return [(one.path, one.code) for one in problems if one.severity == "error"]


def test_every_example_of_the_committee_is_valid() -> None:
    files = sorted(need(EXAMPLES).rglob("*.json"))
    read_all = [pair for file in files for pair in objects(file)]
    assert len(read_all) == 260
    assert [(version.id, errors(problems)) for version, problems in read_all if errors(problems)] == []


def test_the_published_observables_are_valid_but_for_three_that_leave_their_payload_out() -> None:
    read_all = list(objects(need(OBSERVABLES)))
    assert len(read_all) == 82
    faults = Counter((version.type, one) for version, problems in read_all for one in errors(problems))
    assert faults == {("artifact", ("payload_bin", "base64")): 3}  # the text says "..." where bytes should be
    # The ids are older than the errata, which computed them anew.
    assert Counter(one.code for _, problems in read_all for one in problems if one.severity == "warning") == {
        "deterministic-id": 73
    }


@pytest.mark.parametrize(
    ("name", "count", "faults"),
    [
        ("enterprise-attack-21.json.gz", 24771, {}),
        ("ics-attack-18.1.json", 1826, {}),
        ("mobile-attack-17.1.json", 2148, {}),
        ("mobile-attack-14.1.json", 2187, {("modified", "order"): 1}),
    ],
)
def test_attack_is_read_whole_and_comes_back_in_value(
    name: str, count: int, faults: dict[tuple[str, str], int]
) -> None:
    read_all = list(objects(need(ATTACK / name)))
    assert len(read_all) == count
    assert Counter(one for _, problems in read_all for one in errors(problems)) == faults
    data = (ATTACK / name).read_bytes()
    published = orjson.loads(gzip.decompress(data) if name.endswith("gz") else data)["objects"]
    assert [orjson.loads(version.raw) for version, _ in read_all] == published
    assert len({version.hash for version, _ in read_all}) == count


@pytest.mark.parametrize("generation", ["stix20", "stix21"])
def test_what_misp_wrote_is_valid_after_the_upgrade_too(generation: str) -> None:
    files = sorted(need(MISP).glob(f"*_{generation}.json"))
    read_all = [pair for file in files for pair in objects(file)]
    assert len(read_all) > 50
    assert [(version.id, errors(problems)) for version, problems in read_all if errors(problems)] == []


def test_both_generations_of_misp_give_the_same_observables() -> None:
    def observed(generation: str) -> set[tuple[str, str]]:
        files = sorted(need(MISP).glob(f"test_attributes_*_{generation}.json"))
        return {value for file in files for version, _ in objects(file) for value in version.values}

    assert observed("stix20") == observed("stix21")


def test_a_self_made_bundle_of_every_type_is_read_whole(tmp_path: Path) -> None:
    made = [smallest(kind) for kind in KINDS] + [{"type": "malware"}]
    path = tmp_path / "all.json.gz"
    path.write_bytes(gzip.compress(orjson.dumps({"type": "bundle", "id": "bundle--1", "objects": made[:-1]})))
    read_all = list(objects(path))
    assert [errors(problems) for _, problems in read_all] == [[] for _ in KINDS]
    assert [orjson.loads(version.raw) for version, _ in read_all] == made[:-1]
