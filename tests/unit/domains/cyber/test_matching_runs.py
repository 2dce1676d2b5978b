"""A log is matched as a job; what was seen becomes sightings that count nothing twice and tell partners no more than they may."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from cordiale.desk import jobs
from cordiale.desk.actor import Actor, house
from cordiale.desk.analysis import datasets
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.resuming import job_resume
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.upkeep import dataset_purge
from cordiale.desk.views.search import search
from cordiale.desk.views.show import show
from cordiale.domains.cyber.logs.reading import read
from cordiale.domains.cyber.logs.records import DATASET
from cordiale.domains.cyber.matching import kept
from cordiale.domains.cyber.matching.found import Run
from cordiale.domains.cyber.matching.run import Asked, files_of, matched
from cordiale.domains.cyber.matching.sightings import Stated, ranges, state_sightings
from cordiale.node.initialise import init
from cordiale.node.node import Node
from cordiale.node.opening import open_node
from cordiale.platform.clock import DAY
from cordiale.platform.errors import Conflict, InputError, NotFound

WHEN = "2026-01-01T00:00:00.000Z"
MARIE = house("marie")


def indicator(number: int, pattern: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--00000000-0000-4000-8000-{number:012d}",
        "created": WHEN,
        "modified": WHEN,
        "name": f"i{number}",
        "pattern": pattern,
        "pattern_type": "stix",
        "valid_from": WHEN,
        **more,
    }


def id_(number: int) -> str:
    return f"indicator--00000000-0000-4000-8000-{number:012d}"


WATCHED = (
    indicator(1, "[domain-name:value = 'evil.example']"),
    indicator(2, "[ipv4-addr:value ISSUBSET '198.51.100.0/24']"),
    indicator(3, "[domain-name:value = 'evil.example']", revoked=True),
    indicator(4, "[domain-name:value = 'evil.example']", valid_until="2026-03-01T10:00:01.000Z"),
    indicator(5, "[domain-name:value LIKE '%.example']"),
    indicator(6, "[url:value = 'http://absent.example/']"),
    indicator(7, "alert tcp any any", pattern_type="suricata"),
)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    path = init(tmp_path / "node", name="canada", nation="CAN", organisation="LCC")
    with open_node(path, environ={}) as opened:
        take(opened, *WATCHED)
        yield opened


def take(node: Node, *objects: dict[str, Any], marking: str = "tlp:green") -> None:
    bundle = {
        "type": "bundle",
        "id": "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d",
        "objects": list(objects),
    }
    report = import_(node.desk, MARIE, [of_bytes("b.json", orjson.dumps(bundle))], marking=marking)
    assert not report.set_aside


def line(second: int, host: str, dst: str = "192.0.2.1") -> str:
    return f'{{"timestamp": "2026-03-01T10:00:{second:02d}Z", "src_ip": "10.0.0.1", "dest_ip": "{dst}", "host": "{host}"}}\n'


LOG = (
    line(0, "evil.example")
    + line(1, "www.evil.example")
    + line(2, "good.example", "198.51.100.9")
    + "{broken\n"
)


@pytest.fixture
def log(tmp_path: Path) -> Callable[..., Path]:
    def write(content: str = LOG, name: str = "proxy.jsonl") -> Path:
        (tmp_path / name).write_text(content)
        return tmp_path / name

    return write


def run(node: Node, *files: Path, keep: bool = True, **more: Any) -> Run:
    return matched(node.desk, MARIE, Asked(files=files_of(files), keep=keep, marking=("tlp:amber",), **more))


def stated(node: Node, found: Run, **more: Any) -> Stated:
    return state_sightings(node.desk, MARIE, found.id, **more)


def value(node: Node, id: str) -> dict[str, Any]:
    return show(node.desk, MARIE, id).statements[0].value


def test_what_was_seen_is_counted_with_its_lines(node: Node, log: Callable[..., Path]) -> None:
    found = run(node, log())
    assert [(one.indicator, one.count, one.exact) for one in found.seen] == [
        (id_(5), 3, 3),
        (id_(1), 2, 1),
        (id_(2), 1, 1),
        (id_(4), 1, 1),
    ]
    assert found.seen[0].fields == ("pattern",)
    first = found.seen[1]
    assert [(at.file, at.line) for at in first.lines] == [("proxy.jsonl", 1), ("proxy.jsonl", 2)]
    assert (first.last or 0) - (first.first or 0) == 1_000_000
    assert first.values == ("evil.example", "www.evil.example")
    assert found.records == 3
    assert found.sources[0].reasons == {"log-line-json": 1}
    assert found.sources[0].aside[0].line == 4
    assert found.left_out == {"revoked": 1, "language": 1}
    assert found.indicators == 5


def test_a_run_is_kept_only_where_asked(node: Node, log: Callable[..., Path]) -> None:
    lost = run(node, log(), keep=False)
    assert kept.kept(node.desk, MARIE) == []
    with pytest.raises(NotFound):
        kept.opened(node.desk, MARIE, lost.id)
    found = run(node, log())
    assert [one.id for one in kept.kept(node.desk, MARIE)] == [found.id]
    assert kept.opened(node.desk, MARIE, found.id).seen == found.seen
    kept.drop(node.desk, MARIE, found.id)
    assert kept.kept(node.desk, MARIE) == []


def test_sightings_say_how_often_and_keep_the_lines_at_home(node: Node, log: Callable[..., Path]) -> None:
    found = run(node, log())
    done = stated(node, found, sector="financial-services")
    assert (done.new, set(done.sightings)) == (4, {id_(1), id_(2), id_(4), id_(5)})
    said = value(node, done.sightings[id_(1)])
    assert said["count"] == 2
    assert (said["first_seen"], said["last_seen"]) == ("2026-03-01T10:00:00.000Z", "2026-03-01T10:00:01.000Z")
    assert said["external_references"][0]["hashes"]["SHA-256"] == found.sources[0].sha256
    assert said["external_references"][0]["description"] == "match 1; lines 1-2"
    assert said["granular_markings"][0]["selectors"] == ["external_references"]
    assert "vu" in said["description"].lower()
    where = value(node, said["where_sighted_refs"][0])
    assert (where["identity_class"], where["sectors"]) == ("class", ["financial-services"])
    assert search(node.desk, MARIE, type="sighting", value="sector=financial-services").items != ()
    assert kept.opened(node.desk, MARIE, found.id).seen[1].sighting == done.sightings[id_(1)]


def test_the_same_log_counts_nothing_twice(node: Node, log: Callable[..., Path]) -> None:
    first = stated(node, run(node, log()))
    again = stated(node, run(node, log(name="copy.jsonl")))
    assert (again.new, again.changed) == (0, 0)
    assert again.sightings == first.sightings


def test_of_two_logs_only_the_new_one_is_counted(node: Node, log: Callable[..., Path]) -> None:
    one, other = log(), log(line(30, "a.evil.example") * 1 + line(31, "b.evil.example"), "other.jsonl")
    first = stated(node, run(node, one))
    second = stated(node, run(node, one, other))
    counts = [value(node, done.sightings[id_(1)])["count"] for done in (first, second)]
    assert counts == [2, 2]
    assert first.sightings[id_(1)] != second.sightings[id_(1)]
    third = stated(node, run(node, one, other))
    assert (third.new, third.changed) == (0, 0)


def test_a_dataset_that_grew_gives_the_next_version_of_its_sighting(node: Node) -> None:
    datasets.dataset_create(
        node.desk, MARIE, DATASET, "proxy", purpose="p", basis="b", purge_on=node.desk.clock() + DAY,
        marking="tlp:amber",
    )  # fmt: skip
    add(node, LOG, "1")
    found = matched(node.desk, MARIE, Asked(dataset="proxy", keep=True))
    assert [(one.indicator, one.count) for one in found.seen][1:] == [(id_(1), 2), (id_(2), 1), (id_(4), 1)]
    first = stated(node, found)
    add(node, line(40, "evil.example"), "2")
    second = stated(node, matched(node.desk, MARIE, Asked(dataset="proxy", keep=True)))
    assert second.sightings[id_(1)] == first.sightings[id_(1)]
    assert (second.new, second.changed) == (0, 4)  # the seal is another for each of them
    assert value(node, first.sightings[id_(1)])["count"] == 3
    dataset_purge.dataset_purge(node.desk, MARIE, "proxy", "done")
    assert kept.kept(node.desk, MARIE) == []


def add(node: Node, content: str, origin: str) -> None:
    from cordiale.domains.cyber.logs.aside import Aside

    parts = (
        part for part in read([content.encode()], f"proxy-{origin}", 0).parts if not isinstance(part, Aside)
    )
    datasets.dataset_append(node.desk, MARIE, "proxy", DATASET, parts, origin=origin)


def test_an_empty_marking_is_refused_and_nothing_is_stated(node: Node, log: Callable[..., Path]) -> None:
    found = matched(node.desk, MARIE, Asked(files=files_of([log()]), keep=True))
    with pytest.raises(InputError, match="marking"):
        stated(node, found)


def test_a_stopped_run_goes_on(node: Node, log: Callable[..., Path]) -> None:
    import dataclasses

    asked: list[str] = []
    now = [node.desk.clock()]

    def clock() -> int:
        now[0] += 2_000_000
        return now[0]

    def stop(done: int, _of: int | None) -> None:
        if done >= 150 and len(asked) == 1:
            jobs.job_stop(node.desk, MARIE, asked[0])
            asked.append("stopped")

    ahead = dataclasses.replace(node.desk, clock=clock)
    with pytest.raises(Conflict, match="resume"):
        matched(ahead, MARIE, Asked(files=files_of([log()]), keep=True), progress=stop, began=asked.append)
    assert jobs.job_show(node.desk, MARIE, asked[0]).state == "stopped"
    # what was looked for stays as it was when the run began
    take(node, indicator(8, "[domain-name:value = 'good.example']"))
    done = job_resume(node.desk, MARIE, asked[0])
    assert isinstance(done, Run)
    assert [one.indicator for one in done.seen] == [id_(5), id_(1), id_(2), id_(4)]
    assert jobs.job_show(node.desk, MARIE, asked[0]).state == "done"


def test_what_is_no_log_is_refused_before_a_job_begins(node: Node, log: Callable[..., Path]) -> None:
    with pytest.raises(InputError):
        run(node, log("just words\n"))
    with pytest.raises(InputError):
        run(node, log(), profile="nothing")
    with pytest.raises(NotFound):
        matched(node.desk, MARIE, Asked(dataset="absent"))
    assert jobs.jobs(node.desk, MARIE) == [] or all(
        one.kind != "match" for one in jobs.jobs(node.desk, MARIE)
    )


def test_ranges_of_lines() -> None:
    assert ranges([3, 1, 2, 7, 9, 10]) == "1-3, 7, 9-10"


def test_who_may_not_match(node: Node, log: Callable[..., Path]) -> None:
    from cordiale.platform.errors import NotAllowed

    with pytest.raises(NotAllowed):
        matched(node.desk, Actor(name="x"), Asked(files=files_of([log()])))
