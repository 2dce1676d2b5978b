"""A collective response of three nodes, from the incident that is shared to the lessons."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
import pytest

from cordiale.desk.actor import Actor
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.domains.information.response import acts
from cordiale.domains.information.response.content import read_draft
from cordiale.domains.information.response.parity import divergences
from cordiale.domains.information.response.printed import statement
from cordiale.domains.information.response.standing import Response, response, responses
from cordiale.joint.revision import Text
from cordiale.joint.words import NONE, Words
from cordiale.platform.clock import format_instant
from cordiale.platform.errors import Conflict, InputError, NotAllowed
from tests.unit.joint.conftest import MARKING, OFFICER, Three, three

__all__ = ["three"]

INCIDENT = {
    "type": "incident",
    "spec_version": "2.1",
    "id": "incident--4f0a2d52-7f5c-4a53-9d70-5ee3c3f4a0aa",
    "created": "2026-03-01T08:00:00.000Z",
    "modified": "2026-03-01T08:00:00.000Z",
    "name": "False winters",
}
GRAVE = Words(
    "Copied by a dozen sites within minutes.", "Repris par une douzaine de sites en quelques minutes."
)
RESERVE = Words("France names no account.", "La France ne nomme aucun compte.")

DRAFT = """
deadline = {deadline}
embargo = {embargo}
[en]
title = "Statement on False Winters"
body = "We {verb} act together."
[fr]
title = "Déclaration sur Faux hivers"
body = "Nous agirons ensemble."
[[measures]]
kind = "imputation"
owner = "fra"
en = "The sites share one advertising account."
fr = "Les sites partagent un compte publicitaire."
[[measures]]
kind = "referral"
owner = "{owner}"
due = 2027-02-01
en = "Refer the accounts to the platform."
fr = "Signaler les comptes à la plateforme."
"""


def draft(
    three: Three, *, verb: str = "will", owner: str = "gbr", minutes: int = 30, embargo: int = 120
) -> bytes:
    now = three["can"].clock() // 60_000_000 * 60_000_000
    at = [format_instant(now + n * 60_000_000) for n in (minutes, embargo)]
    return DRAFT.format(deadline=at[0], embargo=at[1], verb=verb, owner=owner).encode()


def opened(three: Three, *, silence: str = "nothing", members: Sequence[str] = ("fra", "gbr"), observers: Sequence[str] = (), assessed: int = 2, joins: int = 2) -> str:  # fmt: skip
    import_(three["can"], OFFICER, [of_bytes("incident", orjson.dumps([INCIDENT]))], marking=MARKING)
    made = acts.open_response(
        three["can"],
        OFFICER,
        title=Words("False winters", "Faux hivers"),
        incident=[INCIDENT["id"]],
        members=members,
        observers=observers,
        marking=MARKING,
        framework="RRM",
        silence=silence,
        joins=joins,
        level="high",
        assessed=assessed,
    )
    three.exchange()
    return made.id


def proposed(three: Three, of: str, **more: object) -> str:
    made = acts.propose(three["can"], OFFICER, of, read_draft(draft(three, **more), "draft.toml"))  # type: ignore[arg-type]
    three.exchange()
    return made.hash


def read(three: Three, node: str, of: str) -> Response:
    return response(three[node], OFFICER, of)


def stood(three: Three, of: str, hash: str, **stands: str) -> None:
    for node, stand in stands.items():
        footnote = RESERVE if stand == "join-with-footnote" else NONE
        acts.stand(three[node], OFFICER, of, stand, hash, footnote)
    three.exchange()


def test_an_incident_becomes_a_response_with_effect_and_lessons(three: Three) -> None:
    of = opened(three)
    assert read(three, "gbr", of).stage == "assessing"
    for node, level in (("fra", "severe"), ("gbr", "high"), ("can", "low")):
        acts.assess(three[node], OFFICER, of, level, GRAVE, confidence="high")
    acts.option(three["fra"], OFFICER, of, "exposure", Words(fr="Publier l'analyse."))
    three.exchange()
    seen = read(three, "can", of)
    levels = {one.node: one.level for one in seen.assessments}
    assert levels == {"fra": "severe", "gbr": "high", "can": "low"}
    assert (seen.threshold.met, seen.threshold.needed, seen.threshold.reached) == (2, 2, True)
    assert [one.words.fr for one in seen.options] == ["Publier l'analyse."]
    hash = proposed(three, of)
    stood(three, of, hash, can="join", fra="join-with-footnote", gbr="no-objection")
    assert [one.code for one in read(three, "fra", of).blocking] == []
    acts.conclude(three["can"], OFFICER, of, hash, parity="Claire Martin", because="read side by side")
    three.exchange()
    for node in ("can", "fra", "gbr"):
        found = read(three, node, of)
        assert found.stage == "agreed"
        assert found.agreed is not None
        assert found.agreed.proof == "signed"
        assert {one.node: one.position for one in found.agreed.stands} == {
            "can": "join",
            "fra": "join-with-footnote",
            "gbr": "no-objection",
        }
        assert found.agreed.parity is not None
        assert (found.agreed.parity.by, found.agreed.parity.how) == ("Claire Martin", "stated")
    printed = statement(read(three, "gbr", of), "fr")
    assert "Nous agirons ensemble." in printed
    assert "1. fra: La France ne nomme aucun compte." in printed
    assert "S’y associent\u00a0: can, fra" in printed
    public = statement(read(three, "gbr", of), "en", public=True)
    assert "France names no account." in public
    assert "advertising account" not in public
    with pytest.raises(Conflict, match="under embargo until"):
        acts.publish(three["fra"], OFFICER, of, "https://example.org")
    three.pass_time(2 * 3600 + 120)
    for node in ("fra", "gbr"):
        acts.publish(three[node], OFFICER, of, f"https://{node}.example")
    acts.progress(three["gbr"], OFFICER, of, "1.2", "done", Words("Twelve accounts referred."))
    acts.effect(three["gbr"], OFFICER, of, Words("Shares a day"), measure="1.2", before=1200, after=90)
    acts.lesson(three["fra"], OFFICER, of, Words(fr="Demander plus tôt."))
    three.exchange()
    seen = read(three, "can", of)
    assert seen.stage == "published"
    assert {one.node: one.minutes for one in seen.published} == {"fra": 3, "gbr": 3}
    assert [(one.id, one.owner, one.state) for one in seen.measures] == [
        ("1.1", "fra", "open"),
        ("1.2", "gbr", "done"),
    ]
    assert [(one.details["before"], one.details["after"]) for one in seen.effects] == [(1200, 90)]
    assert [one.words.said("en") for one in seen.lessons] == ["Demander plus tôt."]
    assert [(one.stage, one.ours) for one in responses(three["gbr"], OFFICER)] == [
        ("published", "no-objection")
    ]


def test_a_threshold_that_is_not_reached_is_in_the_way(three: Three) -> None:
    of = opened(three)
    acts.assess(three["fra"], OFFICER, of, "moderate", GRAVE)
    three.exchange()
    hash = proposed(three, of)
    stood(three, of, hash, can="join", fra="join", gbr="join")
    assert [one.code for one in read(three, "gbr", of).blocking] == ["threshold"]
    with pytest.raises(Conflict, match="0 of 2 members"):
        acts.conclude(three["can"], OFFICER, of, hash, parity="Claire", because="read")


def test_silence_is_assent_only_after_the_deadline_and_by_the_framework(three: Three) -> None:
    of = opened(three, silence="assent", assessed=0, joins=1)
    hash = proposed(three, of)
    stood(three, of, hash, can="join", fra="abstain")
    assert [one.code for one in read(three, "can", of).blocking] == ["waiting"]
    three.pass_time(31 * 60)
    assert {one.node: one.position for one in read(three, "gbr", of).stands}["gbr"] == "silence"
    acts.conclude(three["can"], OFFICER, of, hash, parity="Claire", because="read")
    three.exchange()
    found = read(three, "fra", of).agreed
    assert found is not None
    assert (found.silent, found.unanswered) == (("gbr",), ())


def test_an_objection_stays_in_the_way_until_it_is_printed(three: Three) -> None:
    of = opened(three, assessed=0, joins=1)
    hash = proposed(three, of)
    stood(three, of, hash, can="join", gbr="join")
    acts.stand(three["fra"], OFFICER, of, "object", hash, RESERVE)
    three.exchange()
    with pytest.raises(Conflict, match="withdrawn, or printed"):
        acts.conclude(three["can"], OFFICER, of, hash, parity="Claire", because="read")
    assert response(three["can"], OFFICER, of, ["fra"]).blocking == ()
    acts.conclude(three["can"], OFFICER, of, hash, printed=["fra"], parity="Claire", because="read")
    three.exchange()
    assert "1. fra: France names no account." in statement(read(three, "gbr", of), "en")


@pytest.mark.parametrize(
    ("divergences", "by", "because", "how", "refused"),
    [
        (None, "", "", "", "Nobody answers yet"),
        (None, "Claire", "", "stated", ""),
        (0, "", "", "compared", ""),
        (2, "", "", "", "differ in 2 places"),
        (2, "Claire", "", "", "Claire has to say why"),
        (2, "Claire", "the press conditional", "stated", ""),
    ],
)
def test_somebody_answers_for_both_languages(
    three: Three, divergences: int | None, by: str, because: str, how: str, refused: str
) -> None:
    of = opened(three, assessed=0, members=["fra"])
    hash = proposed(three, of, owner="can")
    stood(three, of, hash, can="join", fra="join")
    compare = None if divergences is None else lambda en, fr: divergences

    def conclude() -> None:
        acts.conclude(three["can"], OFFICER, of, hash, parity=by, because=because, compare=compare)

    if refused:
        with pytest.raises((Conflict, InputError), match=refused):
            conclude()
        return
    conclude()
    found = read(three, "can", of).agreed
    assert found is not None
    assert found.parity is not None
    assert (found.parity.how, found.parity.by) == (how, by or "officer")


def test_a_later_change_is_a_new_revision_and_the_agreed_one_stays_readable(three: Three) -> None:
    of = opened(three, assessed=0, members=["fra"])
    first = proposed(three, of, owner="can")
    stood(three, of, first, can="join", fra="join")
    acts.conclude(three["can"], OFFICER, of, first, parity="Claire", because="read")
    second = proposed(three, of, owner="can", verb="shall")
    found = read(three, "fra", of)
    assert found.text is not None
    assert found.agreed is not None
    assert (found.stage, found.text.number, found.agreed.number) == ("positions", 2, 1)
    assert [one.hash for one in found.earlier] == [first]
    assert "not agreed" in statement(found, "en")
    with pytest.raises(Conflict, match="Nothing is agreed that could be published"):
        acts.publish(three["fra"], OFFICER, of, "")
    assert second != first


def test_an_observer_reads_everything_and_says_nothing(three: Three) -> None:
    of = opened(three, members=["fra"], observers=["gbr"], assessed=0, joins=1)
    hash = proposed(three, of, owner="fra")
    stood(three, of, hash, can="join", fra="join")
    found = read(three, "gbr", of)
    assert (found.here, [one.node for one in found.stands]) == ("observer", ["can", "fra"])
    for act in (
        lambda: acts.stand(three["gbr"], OFFICER, of, "join", hash),
        lambda: acts.assess(three["gbr"], OFFICER, of, "high", GRAVE),
        lambda: acts.lesson(three["gbr"], OFFICER, of, GRAVE),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_an_analyst_assesses_and_takes_no_position(three: Three) -> None:
    of = opened(three, assessed=0)
    hash = proposed(three, of)
    ann = Actor("ann", frozenset({"analyst"}))
    assert [one.state for one in acts.assess(three["fra"], ann, of, "high", GRAVE).sent] == ["officer"]
    with pytest.raises(NotAllowed, match="officer / liaison"):
        acts.stand(three["fra"], ann, of, "join", hash)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b"\xff", "not TOML in UTF-8"),
        (b"[en]\ntitle='a'\nbody='b'", r"\[fr\] needs a title"),
        (b"embargo = 2027-01-01T10:00:30Z", "whole minute"),
        (b"deadline = 'soon'\n[en]\ntitle='a'\nbody='b'\n[fr]\ntitle='a'\nbody='b'", "deadline is not an instant"),
        (b"[[measures]]\nkind='war'", "measure 1: kind is one of"),
        (b"[[measures]]\nkind='referral'\nowner='fra'\nen='only'", "write the owner"),
        (b"measures = 3\n[en]\ntitle='a'\nbody='b'\n[fr]\ntitle='a'\nbody=''", r"\[fr\] needs"),
    ],
)  # fmt: skip
def test_a_draft_that_cannot_be_used_says_where(written: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_draft(written, "draft.toml")


def test_a_measure_is_owned_by_a_member(three: Three) -> None:
    of = opened(three, members=["fra"], observers=["gbr"], assessed=0, joins=1)
    with pytest.raises(InputError, match="No member of this response: gbr"):
        proposed(three, of, owner="gbr")


def test_the_comparison_of_this_installation_sees_another_number() -> None:
    en = Text("Statement", "Twelve sites published the same claim in March.")
    same = Text("Déclaration", "Douze sites ont publié la même affirmation en mars.")
    other = Text("Déclaration", "Vingt sites ont publié la même affirmation en mars.")
    assert (divergences(en, same), divergences(en, other)) == (0, 1)
