"""A file travels under its object, never without it and never where its own marking does not pass."""

from __future__ import annotations

import pytest

from cordiale.desk.attach import attach, attachment
from cordiale.desk.attachments import PATH
from cordiale.desk.recall import recall
from cordiale.desk.release import release
from cordiale.desk.show import show
from cordiale.evidence import files
from cordiale.exchange.message import Request
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
