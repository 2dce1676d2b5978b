"""Patterns of several observations in a run over logs: met by records together, once, in bounded time; or not known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
import pytest

from cordiale.desk.actor import house
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.views.show import show
from cordiale.domains.cyber.matching import together
from cordiale.domains.cyber.matching.found import Run
from cordiale.domains.cyber.matching.run import Asked, files_of, matched
from cordiale.domains.cyber.matching.sightings import state_sightings
from cordiale.node.initialise import init
from cordiale.node.node import Node
from cordiale.node.opening import open_node

WHEN = "2026-01-01T00:00:00.000Z"
MARIE = house("marie")
SOON = (
    "([domain-name:value = 'evil.example'] FOLLOWEDBY [ipv4-addr:value = '198.51.100.9']) WITHIN {} SECONDS"
)
OFTEN = "[domain-name:value = 'evil.example'] REPEATS {} TIMES"


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    path = init(tmp_path / "node", name="canada", nation="CAN", organisation="LCC")
    with open_node(path, environ={}) as opened:
        yield opened


def take(node: Node, *patterns: str, **more: object) -> None:
    objects = [
        {
            "type": "indicator", "spec_version": "2.1", "id": id_(n), "created": WHEN, "modified": WHEN, "name": f"i{n}",
            "pattern": pattern, "pattern_type": "stix", "valid_from": WHEN, **more,
        }
        for n, pattern in enumerate(patterns)
    ]  # fmt: skip
    report = import_(
        node.desk, MARIE, [of_bytes(f"{n}", orjson.dumps(one)) for n, one in enumerate(objects)], marking="tlp:green"
    )  # fmt: skip
    assert not report.set_aside


def id_(number: int) -> str:
    return f"indicator--00000000-0000-4000-8000-{number:012d}"


def line(second: int | None, host: str = "good.example", dst: str = "192.0.2.1") -> str:
    at = "" if second is None else f'"timestamp": "2026-03-01T10:{second // 60:02d}:{second % 60:02d}Z", '
    return f'{{{at}"src_ip": "10.0.0.1", "dest_ip": "{dst}", "host": "{host}"}}\n'


def run(node: Node, *logs: Path) -> Run:
    return matched(node.desk, MARIE, Asked(files=files_of(logs), keep=True, marking=("tlp:amber",)))


LOG = (
    line(0, "evil.example")
    + line(5)
    + line(30, dst="198.51.100.9")
    + line(40, "evil.example")
    + line(None, "evil.example")
)


def test_records_meet_a_pattern_together_once(node: Node, tmp_path: Path) -> None:
    take(node, SOON.format(60), SOON.format(20), OFTEN.format(2), OFTEN.format(3))
    (tmp_path / "a.jsonl").write_text(LOG)
    found = run(node, tmp_path / "a.jsonl")
    assert [(one.indicator, one.count, one.exact) for one in found.seen] == [(id_(0), 1, 1), (id_(2), 1, 1)]
    assert [[at.line for at in one.lines] for one in found.seen] == [[1, 3], [1, 4]]
    assert found.seen[0].fields == ("pattern",)
    assert found.seen[0].values == ()
    assert (found.seen[0].last or 0) - (found.seen[0].first or 0) == 30_000_000
    assert (found.indicators, found.left_out) == (4, {})


def test_they_may_lie_in_several_logs_in_whatever_order(node: Node, tmp_path: Path) -> None:
    take(node, SOON.format(60))
    for name, content in (("b.jsonl", line(30, dst="198.51.100.9")), ("a.jsonl", line(0, "evil.example"))):
        (tmp_path / name).write_text(content)
    (seen,) = run(node, tmp_path / "b.jsonl", tmp_path / "a.jsonl").seen
    assert [at.file for at in seen.lines] == ["a.jsonl", "b.jsonl"]


def test_a_sighting_says_that_it_was_seen_once(node: Node, tmp_path: Path) -> None:
    take(node, SOON.format(60))
    (tmp_path / "a.jsonl").write_text(LOG)
    found = run(node, tmp_path / "a.jsonl")
    (id,) = state_sightings(node.desk, MARIE, found.id).sightings.values()
    value = show(node.desk, MARIE, id).statements[0].value
    assert (value["count"], value["first_seen"], value["last_seen"]) == (
        1,
        "2026-03-01T10:00:00.000Z",
        "2026-03-01T10:00:30.000Z",
    )


def test_what_ended_before_is_no_part(node: Node, tmp_path: Path) -> None:
    take(node, SOON.format(60), valid_until="2026-03-01T10:00:10.000Z")
    (tmp_path / "a.jsonl").write_text(LOG)
    assert run(node, tmp_path / "a.jsonl").seen == ()


def test_more_records_than_are_looked_at_may_say_yes_and_never_no(
    node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "MOST", 20)
    take(node, OFTEN.format(5), SOON.format(1), "[domain-name:value = 'absent.example'] REPEATS 2 TIMES")
    (tmp_path / "a.jsonl").write_text("".join(line(n * 5, "evil.example") for n in range(50)))
    found = run(node, tmp_path / "a.jsonl")
    assert [(one.indicator, one.count) for one in found.seen] == [(id_(0), 1)]
    assert found.left_out == {"effort": 1}


def test_the_earliest_of_each_part_are_kept_wherever_a_log_is_divided(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(together, "MOST", 3)
    at = pa.array([50, 10, 40, 10, 20, 30, 5], pa.timestamp("us", tz="UTC"))
    keys = np.array([1, 1, 1, 2, 1, 1, 2], np.int64)
    assert together.earliest(at, keys).tolist() == [1, 3, 4, 5, 6]
    assert together.earliest(at.slice(0, 0), keys[:0]).tolist() == []
