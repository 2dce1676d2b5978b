"""Pages of matching: a log is given, looked through beside the request, and what was seen is stated by a person."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cordiale.desk.actor import Actor, house
from cordiale.desk.analysis import runs
from cordiale.desk.domain import Sent
from cordiale.desk.marking.mark import mark
from cordiale.desk.upkeep.purge import purge
from cordiale.desk.views.show import show
from cordiale.desk.written import marking_of
from cordiale.domains.cyber.matching import forms, kept
from cordiale.domains.cyber.matching.pages import match, matches
from cordiale.domains.cyber.matching.sightings import no_stricter, state_sightings
from cordiale.node import Node, init, open_node
from cordiale.platform.errors import InputError, NotFound
from cordiale.release.recipient import Recipient
from cordiale.stix.atoms import id_of
from cordiale.web.site import site
from tests.unit.domains.cyber.test_matching_runs import LOG, WATCHED, id_, indicator, line, take
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


def test_what_met_a_pattern_is_for_who_reads_the_pattern(node: Node, tmp_path: Path) -> None:
    """The indicator is TLP:GREEN and what it looks for is TLP:RED: what it was met in would say it."""
    part = [{"marking_ref": id_of("tlp:red"), "selectors": ["pattern"]}]
    hidden = indicator(77, "[domain-name:value = 'good.example']", name="in part", granular_markings=part)
    take(node, hidden)
    run = given(node, tmp_path, "tlp:green")
    seen = kept.opened(node.desk, MARIE, run).seen
    told = kept.opened(node.desk, OUTSIDER, run).seen
    purge(node.desk, MARIE, id_(77), "for the other tests")
    assert id_(77) in {one.indicator for one in seen}
    assert id_(77) not in {one.indicator for one in told}
    assert "good.example" not in str(told)
    assert ("tlp:red",) in match(node.desk, MARIE, "en", {"run": run}).markings, "of a name that is shown"


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


def test_what_is_hidden_takes_no_place_among_those_shown(
    node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two places, and the indicators met most are hidden: the reader's own are shown as if those were not there."""
    monkeypatch.setattr(kept, "SHOWN", 2)
    monkeypatch.setattr(kept, "_ASKED", 2)
    secret = [indicator(n, "[domain-name:value = 'crowded.example']", name=f"h{n}") for n in range(50, 55)]
    take(node, *secret, marking="tlp:red")
    take(node, indicator(99, "[domain-name:value = 'one.crowded.example']", name="mine"))
    crowded = line(1, "crowded.example") * 3 + line(2, "one.crowded.example")
    run = given(node, tmp_path, "tlp:green", crowded)
    assert [one["name"] for one in match(node.desk, OUTSIDER, "en", {"run": run}).values["seen"]] == [
        "i5",
        "mine",
    ]
    assert len(kept.opened(node.desk, MARIE, run).seen) == 2


def test_a_run_tells_of_no_sighting_that_its_reader_may_not_see(node: Node, tmp_path: Path) -> None:
    run = given(node, tmp_path, "tlp:green", LOG + line(8, "evil.example"))
    before = kept.opened(node.desk, OUTSIDER, run)
    hidden = state_sightings(node.desk, MARIE, run, indicators=[id_(1)], marking="tlp:red").sightings[id_(1)]
    # equal as a whole: what the command and --json print is made of it
    assert kept.opened(node.desk, OUTSIDER, run) == before
    values = match(node.desk, OUTSIDER, "en", {"run": run}).values
    assert (values["stated"], [one["sighting"] for one in values["seen"]]) == (0, ["", "", "", ""])
    own = state_sightings(node.desk, OUTSIDER, run, indicators=[id_(1)], marking="tlp:green")
    assert (own.new, own.changed) == (1, 0)
    assert kept.opened(node.desk, OUTSIDER, run).seen[1].sighting == own.sightings[id_(1)] != hidden
    # a later one that is hidden does not take the place of theirs
    state_sightings(node.desk, MARIE, run, indicators=[id_(1)], marking="tlp:amber+strict")
    assert kept.opened(node.desk, OUTSIDER, run).seen[1].sighting == own.sightings[id_(1)]
    state_sightings(node.desk, MARIE, run, indicators=[id_(1)], marking="tlp:red")
    assert kept.opened(node.desk, OUTSIDER, run).seen[1].sighting == own.sightings[id_(1)]
    assert kept.opened(node.desk, MARIE, run).seen[1].sighting == hidden


def test_what_was_marked_more_strictly_since_is_not_lowered(node: Node, tmp_path: Path) -> None:
    """Stated green, then marked red by a person: who states it green again makes another, and is told nothing of it."""
    run = given(node, tmp_path, "tlp:green", LOG + line(9, "evil.example"))
    first = state_sightings(node.desk, MARIE, run, indicators=[id_(1)], marking="tlp:green").sightings[id_(1)]
    mark(node.desk, MARIE, first, "tlp:red")
    done = state_sightings(node.desk, OUTSIDER, run, indicators=[id_(1)], marking="tlp:green")
    assert (done.new, done.changed) == (1, 0)
    assert done.sightings[id_(1)] != first
    assert "tlp:red" in show(node.desk, MARIE, first).statements[0].summary.marking


@pytest.mark.parametrize(
    ("held", "stated", "expected"),
    [
        ("tlp:green", "tlp:green", True),
        ("tlp:green", "tlp:green rel:CAN|FRA", True),
        ("tlp:green rel:CAN|FRA", "tlp:green", False),
        ("tlp:green", "tlp:amber", True),
        ("tlp:amber", "tlp:green", False),
        ("tlp:red", "rel:CAN|FRA", False),
        ("pap:green", "tlp:red", False),
    ],
)
def test_whoever_may_see_the_new_one_may_see_what_it_leaves_out(
    held: str, stated: str, expected: bool
) -> None:
    one, other = (frozenset(map(id_of, marking_of(marking))) for marking in (held, stated))
    assert no_stricter(one, other) is expected
