"""A partner asks whether a text was seen without showing it; what it may not see changes nothing that it is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import jsonschema
import orjson
import pytest

from cordiale.desk.actor import Actor
from cordiale.desk.desk import Desk
from cordiale.desk.domain import Sent
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.rules import rules_apply, rules_diff
from cordiale.desk.views.show import show
from cordiale.domains.information.shapes.opencti import OBSERVABLE_EXTENSION, shaped
from cordiale.domains.information.unshown import asking
from cordiale.domains.information.unshown.answering import answer_unseen, look
from cordiale.domains.information.unshown.asking import ask_unseen, questions
from cordiale.domains.information.unshown.forms import unshown as send
from cordiale.domains.information.unshown.pages import unshown as page
from cordiale.domains.information.unshown.sketch import KEPT, key_of, prepared, runs_of, sketch_of
from cordiale.joint.request import settle
from cordiale.platform.errors import Conflict, InputError, NotAllowed, NotFound
from cordiale.release.recipient import Recipient
from cordiale.stix.extensions import PUBLISHED, schema
from tests.simulation.world import NODES
from tests.unit.domains.information.test_sheet import DERIVED, SOURCE
from tests.unit.joint.conftest import OFFICER, RULES, Three
from tests.unit.joint.conftest import three as _three

TWO = "tlp:amber rel:nation-can|nation-fra"
OURS = "tlp:amber rel:nation-fra"
SALT = bytes(range(32))
ALLOW = f"""
[allow]
types = ["media-content"]
extensions = ["{OBSERVABLE_EXTENSION}"]
"""
OTHER = "The tide tables of the northern estuary were printed late this year, and fishermen complained about the many errors in them."


def nodes() -> Iterator[Three]:
    for made in _three.__wrapped__():  # type: ignore[attr-defined]
        for node in made.world.nodes.values():
            for partner in NODES:
                if partner != node.name:
                    rules = RULES.format(node=node.name, partner=partner) + ALLOW
                    rules_apply(
                        node.desk, OFFICER, rules, "rules", rules_diff(node.desk, OFFICER, rules).token
                    )
        yield made


@pytest.fixture
def three() -> Iterator[Three]:
    yield from nodes()


@pytest.fixture
def twin() -> Iterator[Three]:
    yield from nodes()


def media(desk: Desk, address: str, content: str, marking: str) -> str:
    value = shaped("media-content", "2026-03-01T00:00:00.000Z", {"title": "x", "url": address, "content": content, "publication_date": "2026-03-02T00:00:00.000Z"})  # fmt: skip
    import_(desk, OFFICER, [of_bytes("m", orjson.dumps([value]))], marking=marking)
    return str(value["id"])


def test_a_sketch_finds_the_text_and_its_parts_whatever_the_spelling() -> None:
    asked = prepared(sketch_of(SOURCE, SALT, "can", "fra"))
    assert asked.share(SOURCE) == 1.0
    assert asked.share(SOURCE.upper().replace("'", "’").replace(",", " ;")) == 1.0
    assert asked.share("Before. " + SOURCE + OTHER * 20) == 1.0
    assert 0.3 < asked.share(DERIVED) < 0.9
    assert asked.share(OTHER) == 0.0
    assert asked.share("") == 0.0


def test_a_sketch_says_nothing_between_two_others_or_with_another_salt() -> None:
    one = sketch_of(SOURCE, SALT, "can", "fra")
    for other in (
        sketch_of(SOURCE, SALT, "can", "gbr"),
        sketch_of(SOURCE, SALT, "fra", "can"),
        sketch_of(SOURCE, bytes(32), "can", "fra"),
    ):
        assert not set(one.sketch) & set(other.sketch)
    assert key_of(SALT, "ab", "c") != key_of(SALT, "a", "bc")
    assert len(one.sketch) == min(KEPT, len(runs_of(SOURCE)))
    assert one.runs >= len(runs_of(SOURCE)) > one.runs // 2
    long = sketch_of(" ".join(f"w{n}" for n in range(5000)), SALT, "can", "fra")
    assert len(long.sketch) == KEPT
    assert 0.35 < prepared(long).share(" ".join(f"w{n}" for n in range(2500))) < 0.65


def test_only_the_sketch_goes_and_the_answer_gives_what_the_asker_may_see(three: Three) -> None:
    can, fra = three["can"], three["fra"]
    given = media(fra, "https://quay.example/1", SOURCE, TWO)
    hidden = media(fra, "https://quay.example/2", SOURCE, OURS)
    made = ask_unseen(can, OFFICER, "fra", SOURCE, marking=TWO)
    assert not made.guessable
    value = show(can, OFFICER, made.request.id).statements[0].value
    jsonschema.validate(value, schema("information-fingerprint"), cls=jsonschema.Draft202012Validator)
    three.exchange()
    for node in ("can", "fra"):
        for words in (b"Ardmoor", b"second pier"):
            snapshot = three.world.nodes[node].store.snapshot()
            assert (words in snapshot) == (node == "fra")  # only where the text itself is held
    (question,) = questions(fra, OFFICER)
    found = look(fra, OFFICER, question.request.id)
    assert [(one.object, one.share) for one in found.theirs] == [(given, 1.0)]
    assert found.only_ours == 1
    answer_unseen(fra, OFFICER, question.request.id)
    three.exchange()
    (here,) = questions(can, OFFICER)
    (reply,) = here.request.answers
    assert reply.objects == (given,)
    assert (
        reply.words.en
        == "Of what you may see here, 1 text holds it nearly whole, 0 in part. The earliest is of 2 March 2026."
    )
    assert reply.words.fr.startswith(
        "Parmi ce que vous pouvez voir ici, 1 texte le contient presque entier, 0 en partie."
    )
    assert "2 mars 2026" in reply.words.fr
    assert hidden.encode() not in three.world.nodes["can"].store.snapshot()
    settle(can, OFFICER, made.request.id, "satisfied")
    definition = PUBLISHED[asking.NAME]
    assert definition not in show(can, OFFICER, made.request.id).statements[0].value["extensions"]


def answered(three: Three, *hidden: tuple[str, str]) -> tuple[bytes, dict[str, object]]:
    """Return what the asker holds after an answer, in a world where these texts are hidden from it."""
    can, fra = three["can"], three["fra"]
    media(fra, "https://quay.example/1", DERIVED, TWO)
    for address, content in hidden:
        media(fra, address, content, OURS)
    ask_unseen(can, OFFICER, "fra", SOURCE, marking=TWO)
    three.exchange()
    (question,) = questions(fra, OFFICER)
    answer_unseen(fra, OFFICER, question.request.id)
    three.exchange()
    (here,) = questions(can, OFFICER)
    (reply,) = here.request.answers
    said = {"words": reply.words, "objects": reply.objects, "at": reply.at, "state": reply.state}
    return reply.id.encode(), said


@pytest.mark.parametrize("hidden", [1, 3])
def test_an_asker_learns_nothing_of_hidden_texts(three: Three, twin: Three, hidden: int) -> None:
    texts = [(f"https://quay.example/h{n}", SOURCE) for n in range(hidden)]
    assert answered(three)[1] == answered(twin, *texts)[1]


def test_nothing_seen_and_nothing_to_be_seen_are_the_same_answer(three: Three, twin: Three) -> None:
    def told(world: Three) -> object:
        ask_unseen(world["can"], OFFICER, "fra", SOURCE, marking=TWO)
        world.exchange()
        (question,) = questions(world["fra"], OFFICER)
        answer_unseen(world["fra"], OFFICER, question.request.id)
        world.exchange()
        (reply,) = questions(world["can"], OFFICER)[0].request.answers
        return reply.words, reply.objects, reply.at

    media(twin["fra"], "https://quay.example/2", SOURCE, OURS)
    assert told(three) == told(twin)
    assert told is not None


def test_a_hold_keeps_an_object_out_of_an_answer(three: Three) -> None:
    from cordiale.desk.outgoing.release import hold

    can, fra = three["can"], three["fra"]
    given = media(fra, "https://quay.example/1", SOURCE, TWO)
    hold(fra, OFFICER, "can", ids=[given], until="2030-01-01T00:00:00.000Z", reason="a source to protect")
    ask_unseen(can, OFFICER, "fra", SOURCE, marking=TWO)
    three.exchange()
    assert look(fra, OFFICER, questions(fra, OFFICER)[0].request.id).theirs == ()


def test_who_was_not_asked_and_who_asks_cannot_answer(three: Three) -> None:
    made = ask_unseen(three["can"], OFFICER, "fra", SOURCE, marking="tlp:amber rel:nation-can|nation-fra|nation-gbr")  # fmt: skip
    three.exchange()
    with pytest.raises(NotFound):
        answer_unseen(three["gbr"], OFFICER, made.request.id)
    with pytest.raises(NotAllowed, match="not asked"):
        answer_unseen(three["can"], OFFICER, made.request.id)


def test_a_short_text_is_refused_and_a_shorter_one_warned_of(three: Three) -> None:
    with pytest.raises(InputError, match="can be guessed"):
        ask_unseen(three["can"], OFFICER, "fra", "The harbour stays closed.", marking=TWO)
    assert ask_unseen(three["can"], OFFICER, "fra", OTHER, marking=TWO).guessable


def test_both_sides_keep_a_limit(three: Three, monkeypatch: pytest.MonkeyPatch) -> None:
    from cordiale.domains.information.unshown import answering

    can, fra = three["can"], three["fra"]
    monkeypatch.setattr(answering, "A_DAY", 2)
    for _turn in range(3):
        ask_unseen(can, OFFICER, "fra", SOURCE, marking=TWO)
    three.exchange()
    first, second, third = questions(fra, OFFICER)
    answer_unseen(fra, OFFICER, first.request.id)
    answer_unseen(fra, OFFICER, second.request.id)
    with pytest.raises(Conflict, match="within a day"):
        answer_unseen(fra, OFFICER, third.request.id)
    monkeypatch.setattr(asking, "A_DAY", 3)
    with pytest.raises(Conflict, match="tomorrow"):
        ask_unseen(can, OFFICER, "fra", SOURCE, marking=TWO)
    three.pass_time(90_000)
    answer_unseen(fra, OFFICER, third.request.id)


def test_both_sides_write_it_down(three: Three) -> None:
    from cordiale.desk.upkeep.inspection import audit_show

    can, fra = three["can"], three["fra"]
    ask_unseen(can, OFFICER, "fra", SOURCE, marking=TWO)
    three.exchange()
    answer_unseen(fra, OFFICER, questions(fra, OFFICER)[0].request.id)
    assert [one.actor for one in audit_show(can, OFFICER, verb="ask-unseen").acts] == ["officer"]
    assert [one.actor for one in audit_show(fra, OFFICER, verb="answer-unseen").acts] == ["officer"]


def test_a_person_who_sees_less_than_the_asker_answers_with_less(three: Three) -> None:
    can, fra = three["can"], three["fra"]
    media(fra, "https://quay.example/1", SOURCE, TWO)
    ask_unseen(can, OFFICER, "fra", SOURCE, marking="tlp:green rel:nation-can|nation-fra")
    three.exchange()
    junior = Actor("paul", frozenset({"analyst"}), Recipient(node="fra", nation="nation-fra", organisation="fra-cert", person="paul", tlp="green"))  # fmt: skip
    assert look(fra, junior, questions(fra, junior)[0].request.id).theirs == ()


def test_the_page_asks_and_answers(three: Three) -> None:
    can, fra = three["can"], three["fra"]
    given = media(fra, "https://quay.example/1", SOURCE, TWO)
    fields = {"do": "ask", "to": "fra", "text": SOURCE, "marking": TWO}
    assert send(can, OFFICER, "en", Sent(fields, {})).endswith("told=goes")
    three.exchange()
    (row,) = page(fra, OFFICER, "fr", {}).values["rows"]
    assert row["open"]
    assert "empreinte" in row["words"]
    looked = page(fra, OFFICER, "en", {"look": row["id"]}).values["looked"]
    assert [one["name"] for one in looked["theirs"]] == [given]
    send(fra, OFFICER, "en", Sent({"do": "answer", "id": row["id"]}, {}))
    three.exchange()
    assert "nearly whole" in page(can, OFFICER, "en", {}).values["rows"][0]["answers"][0]["words"]
    with pytest.raises(InputError, match="ask, answer"):
        send(can, OFFICER, "en", Sent({}, {}))
    assert Path(str(page(can, OFFICER, "en", {}).template)).exists()


def test_a_page_leaves_many_posts_to_the_command_line(three: Three, monkeypatch: pytest.MonkeyPatch) -> None:
    from cordiale.domains.information.unshown import pages

    can, fra = three["can"], three["fra"]
    ask_unseen(can, OFFICER, "fra", SOURCE, marking=TWO)
    three.exchange()
    (row,) = page(fra, OFFICER, "en", {}).values["rows"]
    monkeypatch.setattr(pages, "MOST", -1)
    assert page(fra, OFFICER, "en", {"look": row["id"]}).values["looked"]["large"]
    with pytest.raises(InputError, match="seen-answer"):
        send(fra, OFFICER, "en", Sent({"do": "answer", "id": row["id"]}, {}))
