"""A file travels under its object, never without it and never where its own marking does not pass."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from cordiale.desk.files.attach import attach
from cordiale.desk.files.attachments import PATH, PURPOSE
from cordiale.desk.outgoing.recall import recall
from cordiale.desk.outgoing.release import release
from cordiale.desk.views.attached import attachment
from cordiale.desk.views.show import show
from cordiale.evidence import files, records
from cordiale.exchange.link.signatures import sign_request
from cordiale.exchange.message import Request, Response
from cordiale.exchange.signing import peek_statement, sign_statement
from cordiale.platform.errors import InputError, NotAllowed, NotFound
from tests.unit.desk.conftest import indicator
from tests.unit.node.conftest import Pair

ONE, TWO = indicator(1), indicator(2)
LETTER = b"%PDF a scanned letter" * 999


def test_a_file_goes_with_its_object_and_comes_out_byte_for_byte(pair: Pair) -> None:
    pair.take(ONE)
    view = attach(pair.canada.desk, pair.officer, ONE["id"], [LETTER], name="../a/letter.pdf")
    assert (view.name, view.size) == ("letter.pdf", len(LETTER))
    assert pair.exchange().attachments == 1
    found, path = attachment(pair.france.desk, pair.officer, ONE["id"], view.sha256)
    assert path.read_bytes() == LETTER
    assert found.marking == ("tlp:green",)
    assert [a.sha256 for a in show(pair.france.desk, pair.officer, ONE["id"]).attachments] == [view.sha256]


def test_a_stricter_file_stays_when_its_object_goes(pair: Pair) -> None:
    pair.take(ONE)
    attach(pair.canada.desk, pair.officer, ONE["id"], [LETTER], name="a", marking="tlp:red")
    assert pair.exchange().attachments == 0
    assert show(pair.france.desk, pair.officer, ONE["id"]).attachments == ()
    assert list(files.addresses(pair.france.path / "files")) == []


def test_a_file_whose_object_waits_waits_too(pair: Pair) -> None:
    pair.take(ONE, marking="tlp:amber")
    attach(pair.canada.desk, pair.officer, ONE["id"], [LETTER], name="a")
    assert pair.exchange().attachments == 0
    release(pair.canada.desk, pair.officer, "france", ids=[ONE["id"]])
    assert pair.exchange().attachments == 1


def test_two_objects_with_the_same_file_do_not_tell_of_each_other(pair: Pair) -> None:
    pair.take(ONE)
    pair.take(TWO, marking="tlp:red")
    shared = attach(pair.canada.desk, pair.officer, ONE["id"], [LETTER], name="open.pdf")
    attach(pair.canada.desk, pair.officer, TWO["id"], [LETTER], name="SECRET-NAME.pdf")
    pair.exchange()
    seen = show(pair.france.desk, pair.officer, ONE["id"]).attachments
    assert [(a.name, a.sha256) for a in seen] == [("open.pdf", shared.sha256)]
    with pytest.raises(NotFound):
        attachment(pair.france.desk, pair.officer, TWO["id"], shared.sha256)


def test_the_digest_alone_opens_nothing(pair: Pair) -> None:
    pair.take(ONE, TWO)
    view = attach(pair.canada.desk, pair.officer, ONE["id"], [LETTER], name="a")
    with pytest.raises(NotFound):
        attachment(pair.canada.desk, pair.officer, TWO["id"], view.sha256)
    answer = pair.canada.respond(Request("GET", f"{PATH}/{ONE['id']}/{view.sha256}"))
    assert answer.status == 401
    assert LETTER[:20] not in answer.body


def test_a_recall_takes_the_file_as_well(pair: Pair) -> None:
    pair.take(ONE)
    view = attach(pair.canada.desk, pair.officer, ONE["id"], [LETTER], name="a")
    pair.exchange()
    assert list(files.addresses(pair.france.path / "files")) == [view.sha256]
    recall(pair.canada.desk, pair.officer, ids=[ONE["id"]])
    pair.exchange()
    assert list(files.addresses(pair.france.path / "files")) == []
    # here it is still ours
    assert attachment(pair.canada.desk, pair.officer, ONE["id"], view.sha256)[1].exists()


def test_a_file_cannot_be_attached_to_what_others_state(pair: Pair) -> None:
    pair.take(ONE)
    pair.exchange()
    with pytest.raises(NotAllowed, match="canada"):
        attach(pair.france.desk, pair.officer, ONE["id"], [LETTER], name="a")
    with pytest.raises(InputError, match="media type"):
        attach(pair.canada.desk, pair.officer, ONE["id"], [b""], name="a", media_type="text")


def lying(pair: Pair, **changed: Any) -> None:
    """Let Canada offer something else than it signed when it attached it."""

    def respond(request: Request) -> Response:
        answer = pair.canada.respond(request)
        if request.path != PATH or answer.status != 200:
            return answer
        body, _signature = peek_statement(answer.body, PURPOSE)
        offers = [{**one, **changed} for one in orjson.loads(body)]
        return Response(200, answer.headers, sign_statement(pair.canada.desk.home, PURPOSE, offers))

    pair.broken = respond


@pytest.mark.parametrize(
    "changed",
    [{"sha256": "ab" * 32}, {"size": 7}, {"marking": []}, {"proof": "{}"}],
    ids=["bytes", "size", "marking", "proof"],
)
def test_a_file_that_is_not_what_its_originator_signed_is_not_taken(
    pair: Pair, changed: dict[str, Any]
) -> None:
    pair.take(ONE)
    view = attach(pair.canada.desk, pair.officer, ONE["id"], [LETTER], name="a", marking="pap:green")
    lying(pair, **changed)
    assert pair.exchange().attachments == 0
    assert show(pair.france.desk, pair.officer, ONE["id"]).attachments == ()
    pair.broken = None
    assert pair.exchange().attachments == 1
    assert [a.sha256 for a in show(pair.france.desk, pair.officer, ONE["id"]).attachments] == [view.sha256]


def test_what_a_forwarder_brought_says_whether_its_originator_signed_it(pair: Pair) -> None:
    pair.take(ONE)
    view = attach(pair.canada.desk, pair.officer, ONE["id"], [LETTER], name="a")
    pair.exchange()
    with pair.france.store.write() as tx:
        (kept,) = records.of_object(tx, ONE["id"])
        assert kept.proof
        assert (kept.sha256, kept.source) == (view.sha256, "canada")
        tx.run("UPDATE evidence_attachment SET added_by = 'britain'")  # as if that one had brought it

    def word_of() -> list[str]:
        return [a.word_of for a in show(pair.france.desk, pair.officer, ONE["id"]).attachments]

    assert word_of() == [""]
    for proof in ("", kept.proof.replace(view.sha256, "ab" * 32), kept.proof[:-9]):
        with pair.france.store.write() as tx:
            records.prove(tx, kept, proof)
        assert word_of() == ["britain"]


def test_a_node_of_the_release_before_is_told_of_files_as_it_reads_them(pair: Pair) -> None:
    pair.take(ONE)
    attach(pair.canada.desk, pair.officer, ONE["id"], [LETTER], name="a")
    pair.exchange()
    asked = sign_request(pair.france.desk.home, Request("GET", PATH), "canada")
    (offer,) = orjson.loads(peek_statement(pair.canada.respond(asked).body, PURPOSE)[0])
    assert "proof" not in offer
