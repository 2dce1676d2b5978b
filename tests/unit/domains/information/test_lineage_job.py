"""A lineage of many texts is a job: begun from the page, stopped, gone on with, and kept like any other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from cordiale.desk import verbs
from cordiale.desk.actor import house
from cordiale.desk.domain import Sent
from cordiale.domains.information.captures import capture
from cordiale.domains.information.lineage import taking
from cordiale.domains.information.lineage.kept import opened
from cordiale.domains.information.lineage.pages import lineages
from cordiale.domains.information.lineage.run import JOB, Asked, Traced, lineage_begun, sealed
from cordiale.domains.information.readers.content import read_file
from cordiale.node import Node, init, open_node
from cordiale.platform.errors import Conflict
from cordiale.web.site import site
from tests.unit.domains.information.test_sheet import DERIVED, SOURCE
from tests.unit.web.asgi import ask

MARIE = house("marie")


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    folder = tmp_path_factory.mktemp("job") / "node"
    init(folder, name="canada", nation="CAN", organisation="CAN-LCC", title="Canada")
    with open_node(folder, environ={}) as made:
        yield made


def asked(node: Node, folder: Path) -> Asked:
    paths = [(folder / "Daily Shore.txt", DERIVED), (folder / "Ministry.txt", SOURCE)]
    for path, words in paths:
        path.write_text(words)
    captures = [capture(node.desk, MARIE, path, read_file(path, path.name), "tlp:amber") for path, _w in paths]  # fmt: skip
    return Asked(files=sealed(captures, [False, True]), marking="tlp:amber", name="Ardmoor")


def test_a_run_is_written_down_and_its_result_kept_with_its_captures(node: Node, tmp_path: Path) -> None:
    done = lineage_begun(node.desk, MARIE, asked(node, tmp_path))
    assert (done.texts, done.edges) == (2, 1)
    result = opened(node.desk, MARIE, done.report)
    assert (result.name, [one.name for one in result.inputs]) == ("Ardmoor", ["Daily Shore.txt", "Ministry.txt"])  # fmt: skip
    assert result.kept.sources == (1,)
    (job,) = [one for one in verbs.jobs(node.desk, MARIE) if one.kind == JOB]
    assert (job.state, (job.result or {})["report"]) == ("done", done.report)


def test_a_run_that_was_stopped_goes_on_with_the_sealed_files(node: Node, tmp_path: Path) -> None:
    given = asked(node, tmp_path)
    begun: list[str] = []

    def stop(job: str) -> None:
        begun.append(job)
        verbs.job_stop(node.desk, MARIE, job)

    ticks = count()
    hurried = replace(node.desk, clock=lambda: node.desk.clock() + 2_000_000 * next(ticks))
    with pytest.raises(Conflict, match="was stopped"):
        lineage_begun(hurried, MARIE, given, began=stop)
    for path in tmp_path.iterdir():
        path.unlink()  # what is compared lies in the node
    assert verbs.job_show(node.desk, MARIE, begun[0]).state == "stopped"
    done = verbs.job_resume(node.desk, MARIE, begun[0])
    assert isinstance(done, Traced)
    assert done.edges == 1
    assert verbs.job_show(node.desk, MARIE, begun[0]).state == "done"


def test_many_texts_of_a_form_become_a_job_that_the_page_shows(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "TEXTS", 1)
    fields = {"suspect": DERIVED, "suspect_name": "Shore", "source": SOURCE, "source_name": "Source", "marking": "tlp:amber"}  # fmt: skip
    address = taking.lineages(node.desk, MARIE, "en", Sent(fields, {}))
    job = address.partition("?job=")[2]
    for thread in threading.enumerate():
        if thread.name == "beside":
            thread.join(60)
    assert verbs.job_show(node.desk, MARIE, job).state == "done"
    row = next(one for one in lineages(node.desk, MARIE, "fr", {}).values["jobs"] if one["id"] == job)
    assert row["href"].startswith("/domains/information/lineage?id=report--")
    page = ask(site(node, MARIE), "/domains/information/lineages", accept_language="fr")
    assert page.status == 200
    assert "Comparaisons en cours" in page.text
