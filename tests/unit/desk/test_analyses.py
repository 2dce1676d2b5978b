"""An analysis is a job: it can be stopped and goes on, and what it found is current as long as the dataset's seal is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cordiale.desk import domain, jobs, records
from cordiale.desk.actor import Actor
from cordiale.desk.analysis import analyses, datasets
from cordiale.desk.analysis.datasets import Kind
from cordiale.desk.incoming.resuming import job_resume
from cordiale.desk.upkeep import dataset_purge
from cordiale.node.node import Node
from cordiale.platform.clock import DAY
from cordiale.platform.errors import Conflict, NotFound
from tests.conformance.engines import counting

LINES = Kind("lines", 1, counting.LINES, time="at")
COUNTING = domain.Domain(name="counting", analyses=("tests.conformance.engines.counting:COUNTING",))


@pytest.fixture(autouse=True)
def _declared(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(analyses, "domains", lambda: (COUNTING,))
    return


@pytest.fixture
def lines(node: Node, marie: Actor) -> str:
    datasets.dataset_create(
        node.desk, marie, LINES, "lines", purpose="p", basis="b", purge_on=node.desk.clock() + DAY
    )
    datasets.dataset_append(node.desk, marie, "lines", LINES, [counting.SAMPLE()])
    return "lines"


def test_what_was_found_is_current_until_rows_are_added(node: Node, marie: Actor, lines: str) -> None:
    first = analyses.analyse(node.desk, marie, lines, "counting")
    assert analyses.analyse(node.desk, marie, lines, "counting") == first
    _finding, rows = analyses.found(node.desk, marie, lines, "counting")
    assert rows.num_rows == first.rows > 0
    datasets.dataset_append(node.desk, marie, lines, LINES, [counting.SAMPLE()])
    assert analyses.analyse(node.desk, marie, lines, "counting").seal != first.seal


def test_a_stopped_analysis_goes_on(node: Node, marie: Actor, lines: str) -> None:
    asked: list[str] = []

    def stop(done: int, _of: int | None) -> None:
        if done > 300 and len(asked) == 1:
            jobs.job_stop(node.desk, marie, asked[0])

    ahead = _seconds_apart(node)
    with pytest.raises(Conflict, match="resume"):
        analyses.analyse(ahead, marie, lines, "counting", progress=stop, began=asked.append)
    assert jobs.job_show(node.desk, marie, asked[0]).state == "stopped"
    done = job_resume(node.desk, marie, asked[0])
    assert isinstance(done, analyses.Finding)
    assert jobs.job_show(node.desk, marie, asked[0]).state == "done"


def test_purging_a_dataset_takes_what_was_found(node: Node, marie: Actor, lines: str) -> None:
    finding = analyses.analyse(node.desk, marie, lines, "counting")
    folder = datasets.work_folder(node.desk, finding.dataset)
    assert list(folder.rglob("*.arrow"))
    dataset_purge.dataset_purge(node.desk, marie, lines, "done")
    assert not folder.exists()
    with pytest.raises(Conflict):
        analyses.found(node.desk, marie, lines, "counting")


def test_an_analysis_that_a_purge_overtakes_leaves_nothing(node: Node, marie: Actor, lines: str) -> None:
    told = 0
    for moment in range(1, 12):
        name = f"lines-{moment}"
        made = datasets.dataset_create(
            node.desk, marie, LINES, name, purpose="p", basis="b", purge_on=node.desk.clock() + DAY
        )
        datasets.dataset_append(node.desk, marie, name, LINES, [counting.SAMPLE()])
        looks: list[int] = []

        def purge(
            done: int, _of: int | None, *, name: str = name, moment: int = moment, looks: list[int] = looks
        ) -> None:
            looks.append(done)
            if len(looks) == moment:
                dataset_purge.dataset_purge(node.desk, marie, name, "order of the court")

        desk = node.desk if moment % 2 else _seconds_apart(node)
        try:
            analyses.analyse(desk, marie, name, "counting", progress=purge)
        except Conflict as error:
            assert error.code == "dataset-purged"
            told += 1
        else:
            assert len(looks) < moment
        assert datasets.work_folder(node.desk, made.id).exists() == (len(looks) < moment)
    assert told > 2


def test_what_a_killed_analysis_left_of_a_purged_dataset_goes(node: Node, marie: Actor, lines: str) -> None:
    folder = datasets.work_folder(node.desk, datasets.dataset_show(node.desk, marie, lines).id)
    dataset_purge.dataset_purge(node.desk, marie, lines, "done")
    (folder / "counting").mkdir(parents=True)
    (folder / "counting" / "members.arrow").write_text("a name")
    dataset_purge.tick(node.desk)
    assert not folder.exists()


def test_an_unknown_analysis_names_those_there_are(node: Node, marie: Actor, lines: str) -> None:
    with pytest.raises(NotFound, match="counting"):
        analyses.analyse(node.desk, marie, lines, "guessing")


def test_a_failed_analysis_says_so(node: Node, marie: Actor, lines: str) -> None:
    def broken(_done: int, _of: int | None) -> None:
        raise ValueError

    with pytest.raises(ValueError):
        analyses.analyse(node.desk, marie, lines, "counting", progress=broken)
    with node.desk.store.read() as tx:
        assert [job.state for job in records.all_jobs(tx) if job.kind == "analysis"] == ["failed"]


def _seconds_apart(node: Node) -> analyses.Desk:
    """Return the desk with a clock on which every look is a second later."""
    import dataclasses

    now = [node.desk.clock()]

    def clock() -> int:
        now[0] += 1_000_001
        return now[0]

    return dataclasses.replace(node.desk, clock=clock)
