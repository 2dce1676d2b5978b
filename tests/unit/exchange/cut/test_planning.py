"""What a partner is given of a web of references: never an id it may not know, always all it may have."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from cordiale.exchange import records
from cordiale.exchange.cut.planning import Planner
from cordiale.exchange.cut.sequencer import cut
from cordiale.exchange.cut.subjects import Subjects
from cordiale.release.form import Candidate, Verbatim, form
from cordiale.release.mandate import Mandated
from cordiale.store import changes
from tests.unit.exchange.world import (
    Node,
    connect,
    id_of,
    indicator,
    make,
    malware,
    pull,
    relationship,
    report,
)

LEVELS = ("tlp:green", "tlp:green", "tlp:red")


def web(plan: Sequence[tuple[int, list[int]]]) -> list[bytes]:
    """Make objects: plain ones, reports on earlier ones, relationships of two earlier ones."""
    made: list[bytes] = []
    for n, (kind, refs) in enumerate(plan):
        marking = [LEVELS[(kind + n) % 3]]
        targets = [made[ref % len(made)] for ref in refs] if made else []
        if kind % 3 == 2:  # no relationship of relationships
            targets = [raw for raw in targets if not id_of(raw).startswith("relationship--")]
        if kind % 3 == 0 or not targets:
            made.append(indicator(f"plain{n}", marking=marking))
        elif kind % 3 == 1:
            made.append(report(f"report{n}", targets, marking=marking))
        elif len(targets) > 1 and id_of(targets[0]) != id_of(targets[1]):
            made.append(relationship(targets[0], targets[1], marking=marking))
        else:
            made.append(malware(f"bad{n}", marking=marking))
    return list({id_of(raw): raw for raw in made}.values())


def red(raw: bytes) -> bool:
    return id_of(malware("x", marking=["tlp:red"])) != "" and b"e828b379-4e03-4974-9ac4-e53a884c97c1" in raw


def whole(items: list[bytes]) -> set[str]:
    """Work out by hand what goes as it is: nothing red, and nothing that names what does not go."""
    going = {id_of(raw): raw for raw in items if not red(raw)}
    while True:
        lost = {
            one
            for one, raw in going.items()
            if any(other.encode() in raw for other in {id_of(i) for i in items} - going.keys() - {one})
        }
        if not lost:
            return set(going)
        for one in lost:
            del going[one]


def cut_in_steps(node: Node, step: int) -> None:
    known = node.partnership("FRA")
    assert known is not None
    while True:
        with node.store.write() as tx:
            (done,) = cut(tx, node.home, [known], node.clock(), changes=step)
        if not done.behind:
            return


@settings(max_examples=15)
@given(
    st.lists(st.tuples(st.integers(0, 8), st.lists(st.integers(0, 30), min_size=1, max_size=3)), max_size=25),
    st.sampled_from([3, 10_000]),
)
def test_references_never_name_what_is_hidden_and_all_else_goes_whole(
    plan: list[tuple[int, list[int]]], step: int
) -> None:
    here, there = make("CAN"), make("FRA")
    connect(here, there)
    items = web(plan)
    expected = whole(items)
    here.put(*items)
    cut_in_steps(here, step)
    assert pull(there, here).link.state == "up"
    hidden = {id_of(raw) for raw in items} - expected
    content = there.store.snapshot()
    for stix_id in hidden:
        assert stix_id.encode() not in content
    assert expected <= there.ids()
    for stix_id in expected:
        assert there.raws(stix_id) == [raw for raw in items if id_of(raw) == stix_id]


@settings(max_examples=15)
@given(
    st.lists(st.tuples(st.integers(0, 8), st.lists(st.integers(0, 30), min_size=1, max_size=3)), max_size=20)
)
def test_the_quick_way_gives_what_form_gives(plan: list[tuple[int, list[int]]]) -> None:
    here = make("CAN")
    connect(here, make("FRA"))
    here.put(*web(plan))
    known = here.partnership("FRA")
    assert known is not None
    with here.store.read() as tx:
        subjects = Subjects(tx, here.name, [c.vid for c in changes.after(tx, 0, 1000)])
        planner = Planner(subjects, here.home, known, records.held(tx, known.partner.number), here.clock())
        subjects.complete(planner.may.could_go)
        planner.settle({})
        for place, subject in enumerate(subjects.all):
            verdict = planner.may.verdict(subject.row.id, subject.kind)
            if not isinstance(verdict, Mandated):
                continue
            made = form(
                Candidate(
                    subject.version,
                    subjects.marking(subject.row.base_mid),
                    subjects.marking(subject.row.full_mid),
                    subjects.marking(subject.row.effective_mid),
                    subject.ours,
                ),
                planner.may.compiled,
                here.clock(),
                mandated=verdict,
                targets={one: planner.target(one) for one in subject.asked},
                definitions=subjects.atoms,
                secret=here.home.secret,
            )
            assert isinstance(made, Verbatim) == (place in planner.whole)


def test_partners_under_the_same_verdicts_get_the_same_entries() -> None:
    here = make("CAN")
    for name in ("FRA", "GBR"):
        connect(here, make(name))
    hidden = malware("m", marking=["tlp:red"])
    here.put(*(indicator(f"i{n}") for n in range(20)), hidden, report("r", [indicator("i1"), hidden]))
    here.cut("FRA", "GBR")
    with here.store.read() as tx:
        one, two = ([bytes(row[2]) for row in records.page(tx, n, 1, 0, 10)] for n in (1, 2))
        assert one[0][: 4 * 20] == two[0][: 4 * 20]
        assert one != two  # the tear-line is each partner's own


def test_a_translation_follows_its_original() -> None:
    here, there = make("CAN"), make("FRA")
    connect(here, there)
    shown, hidden = indicator("shown"), malware("hidden", marking=["tlp:red"])

    def translation(of: bytes) -> bytes:
        return orjson.dumps(
            {
                "type": "language-content",
                "spec_version": "2.1",
                "id": id_of(of).replace(id_of(of).split("--")[0], "language-content"),
                "created": "2026-03-01T10:00:00.000Z",
                "modified": "2026-03-01T10:00:00.000Z",
                "object_ref": id_of(of),
                "contents": {"fr": {"name": "nom"}},
            }
        )

    here.rules[0] = here.rules[0]
    here.put(shown, hidden, translation(hidden))
    here.cut("FRA")
    pull(there, here)
    assert there.ids() == {id_of(shown)}
