"""A case of three nodes: who is told, who stands where, and what keeps a text from being agreed."""

from __future__ import annotations

import pytest

from cordiale.desk.rules import rules_apply, rules_diff
from cordiale.joint import agreement, case, contribution, position, revision, task
from cordiale.joint.moment import MINUTE
from cordiale.joint.revision import Parity, Text
from cordiale.joint.tally import Tally
from cordiale.joint.words import Words
from cordiale.platform.errors import Conflict, InputError, NotAllowed, NotFound
from tests.unit.joint.conftest import MARKING, OFFICER, RULES, Three

TITLE = Words("False winters", "Faux hivers")
EN = Text("Joint statement", "We will consider measures.")
FR = Text("Déclaration commune", "Nous envisagerons des mesures.")
RESERVE = Words("Our law does not allow naming accounts.", "Notre droit ne permet pas de nommer des comptes.")
PARITY = Parity(by="Claire Martin", at="2027-01-15T08:00:00.000Z", how="stated", reason="read side by side")


def opened(three: Three, **more: object) -> str:
    made = case.open_case(
        three["can"],
        OFFICER,
        title=TITLE,
        members=more.pop("members", ["fra", "gbr"]),  # type: ignore[arg-type]
        marking=MARKING,
        **more,  # type: ignore[arg-type]
    )
    assert [one.state for one in made.sent] == ["goes"] * len(made.sent)
    three.exchange()
    return made.id


def proposed(three: Three, of: str, en: Text = EN, minutes: int = 60) -> str:
    deadline = three["can"].clock() + minutes * MINUTE
    made = revision.propose(three["can"], OFFICER, of, en=en, fr=FR, deadline=deadline)
    three.exchange()
    return made.hash


def standing(three: Three, node: str, of: str) -> Tally:
    desk = three[node]
    with desk.store.read() as tx:
        held = case.find(tx, desk, OFFICER, of)
        return agreement.stands(tx, desk, OFFICER, held, revision.revisions(tx, desk, OFFICER, held)[0])


def words(tally: Tally) -> dict[str, str]:
    return {one.node: one.position for one in tally.stands}


def test_every_member_reads_the_same_text_and_the_same_stands_at_every_node(three: Three) -> None:
    of = opened(three)
    hash = proposed(three, of)
    for node, stand in (("can", "join"), ("gbr", "no-objection")):
        position.take(three[node], OFFICER, of, stand, hash[:8])
    position.take(three["fra"], OFFICER, of, "join-with-footnote", hash[:8], footnote=RESERVE)
    three.exchange()
    seen = [standing(three, node, of) for node in ("can", "fra", "gbr")]
    assert words(seen[0]) == {"can": "join", "fra": "join-with-footnote", "gbr": "no-objection"}
    assert [words(one) for one in seen] == [words(seen[0])] * 3
    assert [one.reserves[0].words for one in seen] == [RESERVE] * 3
    assert {one.proof for tally in seen for one in tally.stands} == {"signed"}
    done = agreement.agree(three["can"], OFFICER, of, hash, PARITY)
    assert [one.state for one in done.sent] == ["goes", "goes"]
    three.exchange()
    for node in ("can", "fra", "gbr"):
        with three[node].store.read() as tx:
            held = case.find(tx, three[node], OFFICER, of)
            (record,) = agreement.agreements(tx, three[node], OFFICER, held)
        signed = [position.signed_in(one) for one in record.said.positions]
        assert [(one.node, one.position, one.revision) for one in signed if one] == [
            ("can", "join", hash),
            ("fra", "join-with-footnote", hash),
            ("gbr", "no-objection", hash),
        ]


def test_what_is_agreed_is_changed_by_a_new_revision_alone(three: Three) -> None:
    of = opened(three, members=["fra"])
    first = proposed(three, of)
    for node in ("can", "fra"):
        position.take(three[node], OFFICER, of, "join", first)
    three.exchange()
    agreement.agree(three["can"], OFFICER, of, first, PARITY)
    three.exchange()
    with pytest.raises(Conflict, match="agreed already"):
        position.take(three["fra"], OFFICER, of, "object", first)
    with pytest.raises(InputError, match="Nothing differs"):
        proposed(three, of)
    second = proposed(three, of, Text("Joint statement", "We will take measures."))
    assert words(standing(three, "can", of)) == {"can": "waiting", "fra": "waiting"}
    with pytest.raises(Conflict, match="not the text that stands"):
        position.take(three["fra"], OFFICER, of, "join", first)
    position.take(three["fra"], OFFICER, of, "join", second)


def test_an_objection_is_printed_or_withdrawn_before_anything_is_agreed(three: Three) -> None:
    of = opened(three, members=["fra"])
    hash = proposed(three, of)
    position.take(three["can"], OFFICER, of, "join", hash)
    position.take(three["fra"], OFFICER, of, "object", hash)
    three.exchange()
    with pytest.raises(Conflict, match="fra objects, and wrote nothing"):
        agreement.agree(three["can"], OFFICER, of, hash, PARITY, printed=["fra"])
    position.take(three["fra"], OFFICER, of, "object", hash, footnote=RESERVE)
    three.exchange()
    with pytest.raises(Conflict, match="withdrawn, or printed"):
        agreement.agree(three["can"], OFFICER, of, hash, PARITY)
    agreement.agree(three["can"], OFFICER, of, hash, PARITY, printed=["fra"])


@pytest.mark.parametrize(("silence", "stand"), [("assent", "silence"), ("nothing", "unanswered")])
def test_silence_counts_only_where_the_framework_says_so(three: Three, silence: str, stand: str) -> None:
    framework = case.Framework(silence=silence, joins=1)  # type: ignore[arg-type]
    of = opened(three, framework=framework)
    hash = proposed(three, of, minutes=30)
    for node in ("can", "fra"):
        position.take(three[node], OFFICER, of, "join", hash)
    three.exchange()
    with pytest.raises(Conflict, match="Still awaited: gbr"):
        agreement.agree(three["can"], OFFICER, of, hash, PARITY)
    three.pass_time(31 * 60)
    assert words(standing(three, "gbr", of))["gbr"] == stand
    agreement.agree(three["can"], OFFICER, of, hash, PARITY)
    with three["can"].store.read() as tx:
        held = case.find(tx, three["can"], OFFICER, of)
        (record,) = agreement.agreements(tx, three["can"], OFFICER, held)
    assert (record.said.silent, record.said.unanswered) == (
        (("gbr",), ()) if silence == "assent" else ((), ("gbr",))
    )


def test_an_observer_reads_and_takes_no_position(three: Three) -> None:
    of = opened(three, members=["fra"], observers=["gbr"])
    hash = proposed(three, of)
    assert words(standing(three, "gbr", of)) == {"can": "waiting", "fra": "waiting"}
    with pytest.raises(NotAllowed, match="takes no position"):
        position.take(three["gbr"], OFFICER, of, "join", hash)
    with pytest.raises(NotAllowed, match="takes no position"):
        contribution.contribute(three["gbr"], OFFICER, of, "assessment", Words("grave", "grave"))


def test_only_the_chair_proposes_agrees_and_closes(three: Three) -> None:
    of = opened(three, members=["fra"])
    hash = proposed(three, of)
    with pytest.raises(NotAllowed, match="chaired by can"):
        revision.propose(three["fra"], OFFICER, of, en=EN, fr=FR)
    with pytest.raises(NotAllowed, match="chaired by can"):
        agreement.agree(three["fra"], OFFICER, of, hash, PARITY)
    with pytest.raises(NotFound):
        case.close_case(three["gbr"], OFFICER, of)
    case.close_case(three["can"], OFFICER, of)
    three.exchange()
    with pytest.raises(Conflict, match="is closed"):
        position.take(three["fra"], OFFICER, of, "join", hash)


def test_a_task_is_as_its_owner_says(three: Three) -> None:
    of = opened(three)
    due = three["can"].clock() + 60 * MINUTE
    given = task.give(
        three["can"], OFFICER, of, "fra", Words("Refer the accounts", "Signaler les comptes"), due=due
    )
    three.exchange()
    task.report(three["gbr"], OFFICER, of, given.id, "done", Words("I say so", "Je le dis"))
    three.exchange()
    desk = three["can"]
    with desk.store.read() as tx:
        (before,) = task.tasks(tx, desk, OFFICER, case.find(tx, desk, OFFICER, of))
    assert (before.state, before.late) == ("open", False)
    three.pass_time(2 * 3600)
    task.report(three["fra"], OFFICER, of, given.id, "under-way", Words(fr="En cours"))
    three.exchange()
    with three["gbr"].store.read() as tx:
        held = case.find(tx, three["gbr"], OFFICER, of)
        (after,) = task.tasks(tx, three["gbr"], OFFICER, held)
    assert (after.state, after.late, after.note.fr) == ("under-way", True, "En cours")


def test_rules_that_let_nothing_go_on_are_said_when_the_case_is_opened(three: Three) -> None:
    desk = three["can"]
    own = RULES.format(node="can", partner="fra").replace(
        'to = ["fra"]', 'to = ["fra"]\nwhere = { source = ["can"] }'
    )
    rules_apply(desk, OFFICER, own, "rules", rules_diff(desk, OFFICER, own).token)
    made = case.open_case(desk, OFFICER, title=TITLE, members=["fra", "gbr"], marking=MARKING)
    told = [(one.node, one.state, one.reason and one.reason.code) for one in made.sent]
    assert told == [("fra", "goes", None), ("gbr", "goes", None), ("fra", "withheld", "case-mandate")]
