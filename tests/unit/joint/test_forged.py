"""Who may say what is decided by who stated it: what an object claims about itself counts for nothing."""

from __future__ import annotations

from typing import Any

import msgspec

from cordiale.desk.desk import Desk
from cordiale.desk.marking.mark import mark
from cordiale.desk.marking.stating import state
from cordiale.joint import agreement, case, contribution, dossier, position, revision
from cordiale.joint.agreement import Agreement, Record
from cordiale.joint.contribution import Contribution
from cordiale.joint.position import Position, Signed
from cordiale.joint.revision import Revision, Text
from cordiale.joint.signed import sign
from cordiale.joint.tally import Tally
from cordiale.joint.words import Words
from cordiale.joint.written import object_of
from cordiale.store import rows
from tests.unit.joint.conftest import MARKING, OFFICER, Three

EN, FR = Text("Statement", "We will act."), Text("Déclaration", "Nous agirons.")
AT = "2027-01-15T08:00:00.000Z"


def begun(three: Three) -> tuple[str, revision.Proposed]:
    of = case.open_case(
        three["can"], OFFICER, title=Words("Joint", "Commun"), members=["fra", "gbr"], marking=MARKING
    ).id
    made = revision.propose(three["can"], OFFICER, of, en=EN, fr=FR)
    three.exchange()
    return of, made


def said(desk: Desk, value: dict[str, Any], *to: str, marking: str = MARKING) -> None:
    """Let a node state and release whatever it likes, past the acts that would refuse it."""
    from cordiale.desk.outgoing.release import release

    with desk.store.write() as tx:
        state(tx, desk, None, [value], frozenset(marking.split()))
    for node in to or ("can",):
        release(desk, OFFICER, node, ids=[value["id"]])


def stands(desk: Desk, of: str) -> Tally:
    with desk.store.read() as tx:
        held = case.find(tx, desk, OFFICER, of)
        return agreement.stands(tx, desk, OFFICER, held, revision.revisions(tx, desk, OFFICER, held)[0])


def claimed(desk: Desk, of: str, hash: str, node: str, **more: Any) -> Position:
    bare = Signed(case_ref=of, revision=hash, node=node, position="join", at=AT)
    made = Position(**msgspec.structs.asdict(bare), statement=sign(desk, position.PURPOSE, bare))
    return msgspec.structs.replace(made, **more)


def test_nobody_takes_a_position_in_another_s_name(three: Three) -> None:
    of, text = begun(three)
    fra = three["fra"]
    forged = claimed(fra, of, text.hash, "gbr")
    said(fra, object_of(fra, position.NAME, forged, "opinion", refs=[text.id], case=of, opinion="agree"))
    three.exchange()
    assert {one.node: one.position for one in stands(three["can"], of).stands}["gbr"] == "waiting"


def test_a_position_that_says_another_thing_than_was_signed_is_in_no_list(three: Three) -> None:
    of, text = begun(three)
    fra = three["fra"]
    for altered in ({"position": "object"}, {"footnote": Words("x", "y")}, {"statement": "{}"}):
        forged = claimed(fra, of, text.hash, "fra", **altered)
        said(fra, object_of(fra, position.NAME, forged, "opinion", refs=[text.id], case=of, opinion="agree"))
    three.exchange()
    assert {one.node: one.position for one in stands(three["can"], of).stands}["fra"] == "waiting"


def test_only_the_chair_s_own_word_is_a_text_or_an_agreement(three: Three) -> None:
    of, text = begun(three)
    fra, can = three["fra"], three["can"]
    other = Revision(case_ref=of, number=2, previous=text.hash, en=Text("Other", "x"), fr=FR)
    said(fra, object_of(fra, revision.NAME, other, "report", refs=[of], case=of, name="Other", published=AT))
    record = Record(case_ref=of, revision=text.hash, number=1, positions=(), at=AT)
    forged = Agreement(**msgspec.structs.asdict(record), statement=sign(fra, agreement.PURPOSE, record))
    said(fra, object_of(fra, agreement.NAME, forged, "report", refs=[of, text.id], case=of, name="Agreed", published=AT))  # fmt: skip
    three.exchange()
    with can.store.read() as tx:
        held = case.find(tx, can, OFFICER, of)
        assert [one.said.number for one in revision.revisions(tx, can, OFFICER, held)] == [1]
        assert agreement.agreements(tx, can, OFFICER, held) == []


def test_a_position_that_not_all_may_read_counts_for_nobody_and_is_in_the_way(three: Three) -> None:
    of, text = begun(three)
    taken = position.take(three["fra"], OFFICER, of, "join", text.hash)
    position.take(three["can"], OFFICER, of, "join", text.hash)
    mark(three["fra"], OFFICER, taken.id, "tlp:amber rel:nation-can|nation-fra pap:amber")
    three.exchange()
    at_can, at_gbr = stands(three["can"], of), stands(three["gbr"], of)
    assert (at_can.joined, at_gbr.joined) == (1, 1)
    assert {one.node: one.position for one in at_gbr.stands}["fra"] == "waiting"
    assert "position-hidden" in {one.code for one in at_can.blocking}
    assert "position-hidden" not in {one.code for one in at_gbr.blocking}


def test_what_a_chair_records_and_its_member_never_signed_is_dropped(three: Three) -> None:
    of, text = begun(three)
    can = three["can"]
    for node in ("can", "fra"):
        position.take(three[node], OFFICER, of, "join", text.hash)
    three.exchange()
    bare = Signed(case_ref=of, revision=text.hash, node="gbr", position="join-with-footnote", footnote=Words("Never said.", "Jamais dit."), at=AT)  # fmt: skip
    with can.store.read() as tx:
        held = case.find(tx, can, OFFICER, of)
        known = position.positions(tx, can, OFFICER, held, revision.revisions(tx, can, OFFICER, held)[0])
    signed = tuple(one.held.said.statement for one in known)
    record = Record(
        case_ref=of,
        revision=text.hash,
        number=1,
        positions=(*signed, sign(can, position.PURPOSE, bare), signed[0]),
        printed=("gbr",),
        at=AT,
    )
    made = Agreement(
        **{name: getattr(record, name) for name in Record.__struct_fields__},
        statement=sign(can, agreement.PURPOSE, record),
    )
    said(can, object_of(can, agreement.NAME, made, "report", refs=[of, text.id], case=of, name="Agreed", published=AT), "fra", "gbr")  # fmt: skip
    three.exchange()
    for node in ("fra", "gbr"):
        found = dossier.dossier(three[node], OFFICER, of).agreed
        assert found is not None
        assert [(one.node, one.proof) for one in found.stands] == [("can", "signed"), ("fra", "signed")]
        assert (found.reserves, found.dropped) == ((), 2)


def test_a_chair_cannot_change_what_silence_means_under_the_same_hash(three: Three) -> None:
    can = three["can"]
    framework = case.Framework(silence="nothing", joins=2)
    of = case.open_case(
        can, OFFICER, title=Words("Joint", "Commun"), members=["fra", "gbr"], marking=MARKING, framework=framework
    ).id  # fmt: skip
    text = revision.propose(can, OFFICER, of, en=EN, fr=FR, deadline=can.clock() + 3_600_000_000)
    three.exchange()
    for node in ("can", "fra"):
        position.take(three[node], OFFICER, of, "join", text.hash)
    three.exchange()
    with can.store.read() as tx:
        held = case.find(tx, can, OFFICER, of)
        (put,) = revision.revisions(tx, can, OFFICER, held)
    lenient = case.Framework(silence="assent", joins=1)

    # the case says another thing by now: the text stands under what it said then
    changed = msgspec.structs.replace(held.said, framework=lenient)
    said(can, object_of(can, case.NAME, changed, "incident", id=of, created=held.created, after=held.modified, case=of, name="Joint"), "fra", "gbr")  # fmt: skip
    three.exchange()
    three.pass_time(7200)
    at_fra = {one.node: one.position for one in stands(three["fra"], of).stands}
    assert at_fra == {"can": "join", "fra": "join", "gbr": "unanswered"}

    # the same words with an earlier deadline, or under another framework, are another text: nobody stands on it
    for more in ({"deadline": AT}, {"framework": lenient}):
        restated = msgspec.structs.replace(put.said, **more)
        assert restated.hash != text.hash
        said(can, object_of(can, revision.NAME, restated, "report", id=put.id, created=put.created, after=put.modified, refs=[of], case=of, name="Statement", published=AT), "fra", "gbr")  # fmt: skip
        three.exchange()
        assert "join" not in {one.position for one in stands(three["fra"], of).stands}


def test_a_label_of_a_case_carries_nothing_on_that_is_marked_otherwise(three: Three) -> None:
    of, _text = begun(three)
    fra = three["fra"]
    other = MARKING.replace("amber", "green")
    notes = {}
    for marking in (MARKING, other):
        added = Contribution(case_ref=of, role="option", words=Words("a", "b"), at=AT)
        value = object_of(fra, contribution.NAME, added, "note", refs=[of], case=of, content="a")
        said(fra, value, marking=marking)
        notes[marking] = value["id"]
    three.exchange()
    held = {}
    for node in ("can", "gbr"):
        with three[node].store.read() as tx:
            held[node] = {one: bool(rows.get(tx, id, None)) for one, id in notes.items()}
    assert held == {"can": {MARKING: True, other: True}, "gbr": {MARKING: True, other: False}}
