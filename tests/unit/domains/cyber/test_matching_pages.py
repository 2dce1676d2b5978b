"""Pages of matching: a log is given, looked through beside the request, and what was seen is stated by a person."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cordiale.desk import runs
from cordiale.desk.actor import Actor, house
from cordiale.desk.domain import Sent
from cordiale.desk.show import show
from cordiale.domains.cyber.matching import forms, kept
from cordiale.domains.cyber.matching.pages import match, matches
from cordiale.node import Node, init, open_node
from cordiale.platform.errors import InputError, NotFound
from cordiale.release.recipient import Recipient
from cordiale.web.site import site
from tests.unit.domains.cyber.test_matching_runs import LOG, WATCHED, id_, indicator, take
from tests.unit.web.asgi import ask

MARIE = house("marie")
OUTSIDER = Actor("max", frozenset({"analyst"}), Recipient(node="canada", nation="CAN", organisation="CAN-LCC", tlp="green"))  # fmt: skip


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    folder = tmp_path_factory.mktemp("matched") / "node"
    init(folder, name="canada", nation="CAN", organisation="CAN-LCC", title="Canada")
    with open_node(folder, environ={}) as opened:
        take(opened, *WATCHED)
        take(opened, indicator(9, "[domain-name:value = 'good.example']", name="secret"), marking="tlp:red")
        yield opened


def given(node: Node, tmp_path: Path, marking: str, content: str = LOG) -> str:
    """Send a log by the form; return the id of the run it made."""
    path = tmp_path / "proxy.jsonl"
    path.write_text(content)
    before = {one.id for one in kept.kept(node.desk, MARIE)}
    where = forms.matches(node.desk, MARIE, "en", Sent({"marking": marking, "do": "match"}, {"log": (path,)}))
    assert where.startswith("/domains/cyber/match")
    for thread in threading.enumerate():
        if thread.name == "beside":
            thread.join(60)
    (made,) = {one.id for one in kept.kept(node.desk, MARIE)} - before
    return made


def test_a_log_is_looked_through_and_is_not_kept(node: Node, tmp_path: Path) -> None:
    run = given(node, tmp_path, "tlp:green")
    assert sorted(path.name for path in runs.folder(node.desk, run).iterdir()) == ["run.json", "seen.arrow"]
    values = match(node.desk, MARIE, "en", {"run": run}).values
    assert [(one["name"], one["count"], one["parts"]) for one in values["seen"]] == [
        ("i5", 3, 0),
        ("i1", 2, 1),
        ("i2", 1, 0),
        ("i4", 1, 0),
        ("secret", 1, 0),
    ]
    assert values["seen"][1]["lines"][0]["line"] == 1
    assert len(values["drawn"]["rows"]) == 5
    assert values["sources"][0]["first"] == [{"line": 4, "words": "This line is no JSON that can be read."}]


def test_who_may_not_read_an_indicator_is_not_told_that_it_was_seen(node: Node, tmp_path: Path) -> None:
    run = given(node, tmp_path, "tlp:green")
    values = match(node.desk, OUTSIDER, "en", {"run": run}).values
    assert [one["name"] for one in values["seen"]] == ["i5", "i1", "i2", "i4"]
    assert values["total"] == 4
    # how many indicators there are is not told either
    assert (values["indicators"], values["left_out"]) == (None, "")
    hidden = given(node, tmp_path, "tlp:red")
    with pytest.raises(NotFound):
        match(node.desk, OUTSIDER, "en", {"run": hidden})
    assert all(hidden not in one["href"] for one in matches(node.desk, OUTSIDER, "en", {}).values["runs"])


def test_sightings_are_stated_of_what_was_chosen(node: Node, tmp_path: Path) -> None:
    run = given(node, tmp_path, "tlp:green")
    fields = {"run": run, "do": "state", f"seen-{id_(1)}": "yes", "sector": "energy"}
    assert "done=1" in forms.match(node.desk, MARIE, "en", Sent(fields, {}))
    seen = kept.opened(node.desk, MARIE, run).seen
    assert [bool(one.sighting) for one in seen] == [False, True, False, False, False]
    assert show(node.desk, MARIE, seen[1].sighting).statements[0].value["count"] == 2
    with pytest.raises(InputError):
        forms.match(node.desk, MARIE, "en", Sent({"run": run, "do": "state"}, {}))
    assert (
        forms.match(node.desk, MARIE, "en", Sent({"run": run, "do": "drop"}, {})) == "/domains/cyber/matches"
    )
    with pytest.raises(NotFound):
        kept.opened(node.desk, MARIE, run)


def test_what_is_no_log_leaves_nothing_behind(node: Node, tmp_path: Path) -> None:
    before = runs.folders(node.desk)
    path = tmp_path / "words.txt"
    path.write_text("just words\n")
    with pytest.raises(InputError):
        forms.matches(node.desk, MARIE, "en", Sent({"marking": "tlp:green"}, {"log": (path,)}))
    with pytest.raises(InputError):
        forms.matches(node.desk, MARIE, "en", Sent({}, {}))
    assert runs.folders(node.desk) == before


def test_the_pages_are_served_in_both_languages(node: Node, tmp_path: Path) -> None:
    run = given(node, tmp_path, "tlp:green")
    pages: Any = site(node, MARIE)
    for lang, words in (("en", "Look for indicators"), ("fr", "Chercher les indicateurs")):
        page = ask(pages, "/domains/cyber/matches", accept_language=lang)
        assert page.status == 200
        assert words in page.body.decode()
        one = ask(pages, f"/domains/cyber/match?run={run}", accept_language=lang)
        assert "evil.example" in one.body.decode()
