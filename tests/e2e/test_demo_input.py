"""`cordiale demo --input`: real files, checked by the reference evaluator."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from cordiale.stix import tlp
from tests.e2e.demonstration import run

SHARED = Path(__file__).parents[3] / "shared" / "data"


def checked(answer: dict[str, Any], words: bytes) -> None:
    assert answer["leaks"] == 0, words.decode()
    assert answer["imported"] > 0
    assert any(
        answer["released"][p] > 0 and sum(answer["withheld"][p].values()) > 0 for p in answer["released"]
    )
    assert answer["latency_ms"]["p50"] > 0


def test_a_file_of_ones_own_is_shared_in_part(tmp_path: Path) -> None:
    tools = [
        {
            "type": "tool",
            "spec_version": "2.1",
            "id": f"tool--00000000-0000-4000-8000-{n:012d}",
            "created": "2026-01-01T00:00:00.000Z",
            "modified": "2026-01-01T00:00:00.000Z",
            "name": f"invented tool number {n}",
        }
        for n in range(80)
    ]
    ties = [
        {
            "type": "relationship",
            "spec_version": "2.1",
            "id": f"relationship--00000000-0000-4000-8000-{n:012d}",
            "created": "2026-01-01T00:00:00.000Z",
            "modified": "2026-01-01T00:00:00.000Z",
            "relationship_type": "related-to",
            "source_ref": tools[n]["id"],
            "target_ref": tools[n + 1]["id"],
        }
        for n in range(79)
    ]
    red = {
        **tools[0],
        "id": "tool--00000000-0000-4000-8000-000000000999",
        "object_marking_refs": [tlp.IDS["tlp:red"]],
    }
    bundle = {
        "type": "bundle",
        "id": "bundle--00000000-0000-4000-8000-000000000000",
        "objects": [*tools, *ties, red],
    }
    (tmp_path / "mine.json").write_bytes(orjson.dumps(bundle))
    (tmp_path / "README.md").write_text("not STIX at all")
    answer, done = run("--folder", str(tmp_path / "demo"), "--input", str(tmp_path / "mine.json"), str(tmp_path / "README.md"), cwd=tmp_path)  # fmt: skip
    checked(answer, done.stderr)
    assert answer["set_aside"] == 1


@pytest.mark.timeout(600)
@pytest.mark.skipif(not SHARED.exists(), reason="the folder ../shared/data is not there")
def test_attack_and_the_oasis_examples_are_shared_in_part(tmp_path: Path) -> None:
    files = [str(SHARED / "attack" / "ics-attack-18.1.json"), str(SHARED / "stix" / "examples")]
    answer, done = run("--folder", str(tmp_path / "demo"), "--input", *files, cwd=tmp_path)
    checked(answer, done.stderr)
    assert answer["imported"] > 1800


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    answer, done = run(
        "--folder", str(tmp_path / "demo"), "--input", str(tmp_path / "nothing.json"), cwd=tmp_path
    )
    assert done.returncode == 5
    assert "nothing.json" in answer["error"]["message"]
