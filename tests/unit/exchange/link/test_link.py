"""Requests between nodes: who signed, for what, when, and only once; invitations and words."""

from __future__ import annotations

import msgspec
import orjson
import pytest

from cordiale.exchange import records
from cordiale.exchange.link import signatures
from cordiale.exchange.link.asking import ask
from cordiale.exchange.link.wire import BASE
from cordiale.exchange.message import Request, Response
from cordiale.exchange.partners import pairing as partners
from cordiale.exchange.partners.fingerprint import WORDS, fingerprint, same_words, words
from cordiale.exchange.signing import open_statement, sign_statement
from cordiale.exchange.taxii.cursor import Cursor, decode_cursor, encode_cursor
from cordiale.exchange.visit.listening import listen
from cordiale.platform.clock import DAY
from cordiale.platform.errors import Conflict, InputError, IntegrityError, NotFound
from cordiale.release.keys import ed25519_signer, verify_ed25519, verify_keyed
from tests.unit.exchange.world import SECOND, Clock, Node, connect, indicator, make, pull

NEWS = Request("GET", BASE + "news", "after=0")


def pair() -> tuple[Node, Node]:
    here, there = make("CAN"), make("FRA")
    connect(here, there)
    return here, there


def signed(node: Node, request: Request = NEWS, audience: str = "CAN") -> Request:
    return signatures.sign_request(node.home, request, audience)


def test_a_request_signed_by_the_partner_is_answered() -> None:
    here, there = pair()
    here.answer(signed(there))  # the first request of a process is challenged: see below
    there.clock.now += 1
    here.clock.now += 1
    assert here.answer(signed(there)).status == 200


@pytest.mark.parametrize(
    "change",
    [
        lambda r: msgspec.structs.replace(r, query="after=1"),
        lambda r: msgspec.structs.replace(r, path=BASE + "segments"),
        lambda r: msgspec.structs.replace(r, method="POST"),
        lambda r: msgspec.structs.replace(r, body=b"x"),
        lambda r: msgspec.structs.replace(r, headers={}),
        lambda r: msgspec.structs.replace(r, headers={"authorization": "Cordiale nonsense"}),
        lambda r: msgspec.structs.replace(r, headers={"authorization": "Cordiale " + "x" * 5000}),
    ],
)
def test_a_request_that_was_changed_is_refused(change) -> None:  # type: ignore[no-untyped-def]
    here, there = pair()
    here.answer(signed(there))
    for node in (here, there):
        node.clock.now += 1
    assert here.answer(change(signed(there))).status == 401


def test_a_request_for_another_node_or_by_a_stranger_is_refused_with_the_same_bytes() -> None:
    here, there = pair()
    stranger = make("GBR")
    elsewhere = here.answer(signed(there, audience="GBR"))
    unknown = here.answer(signed(stranger))
    assert (elsewhere.status, unknown.status) == (401, 401)
    assert elsewhere.body.replace(b"FRA", b"") == unknown.body.replace(b"GBR", b"")


def test_a_request_is_good_once() -> None:
    here, there = pair()
    here.answer(signed(there))
    for node in (here, there):
        node.clock.now += 1
    request = signed(there)
    assert here.answer(request).status == 200
    again = here.answer(request)
    assert (again.status, orjson.loads(again.body)["error"]) == (401, "exchange.link.replay")


def test_what_was_signed_before_a_restart_cannot_be_replayed_after_it() -> None:
    here, there = pair()
    here.answer(signed(there))
    for node in (here, there):
        node.clock.now += 1
    request = signed(there)
    assert here.answer(request).status == 200
    here.clock.now += 1
    restarted(here)
    assert here.answer(request).status == 401


def restarted(node: Node) -> None:
    """Start the process that answers again: what it remembered of requests is gone."""
    assert node.service is not None
    node.service = msgspec.structs.replace(node.service, nonces=signatures.Nonces())


def test_what_went_with_a_challenge_before_a_restart_cannot_be_replayed_after_it() -> None:
    here, there = make("CAN"), make("FRA", Clock(make("X").clock.now + DAY))
    connect(here, there)
    refusal = orjson.loads(here.answer(signed(there)).body)
    request = signatures.sign_request(there.home, NEWS, "CAN", challenge=refusal["challenge"])
    assert here.answer(request).status == 200
    restarted(here)
    here.clock.now += 1
    for _time in range(2):  # neither as the first request that the new process hears nor as a later one
        again = here.answer(request)
        assert (again.status, orjson.loads(again.body)["error"]) == (401, "exchange.link.clock")


def test_a_visit_goes_on_across_a_restart_of_the_one_visited_though_its_clock_is_off() -> None:
    here, there = make("CAN"), make("FRA", Clock(make("X").clock.now + DAY))
    connect(here, there)
    here.put(indicator("a"))
    here.cut("FRA")

    heard = 0

    def once(request: Request) -> Response:
        nonlocal heard
        heard += 1
        if heard == 3:
            restarted(here)
        return here.answer(request)

    pulled = pull(there, here, once)
    assert (pulled.link.state, pulled.new) == ("up", 1)


@pytest.mark.parametrize("difference", [DAY, -DAY, 3650 * DAY, 6 * 60 * SECOND])
def test_a_clock_a_day_off_is_named_and_the_link_works(difference: int) -> None:
    here, there = make("CAN"), make("FRA", Clock(make("X").clock.now + difference))
    connect(here, there)
    here.put(indicator("a"))
    here.cut("FRA")
    refusal = orjson.loads(here.answer(signed(there)).body)
    assert refusal["error"] == "exchange.link.clock"
    assert refusal["difference"] == difference
    assert str(abs(difference) // SECOND) in refusal["message"]
    pulled = pull(there, here)
    assert (pulled.link.state, pulled.new) == ("up", 1)
    assert pulled.link.clock_difference == -difference


def test_a_challenge_is_for_one_node_and_a_few_minutes() -> None:
    here, there = make("CAN"), make("FRA", Clock(make("X").clock.now + DAY))
    connect(here, there)
    refusal = orjson.loads(here.answer(signed(there)).body)
    for challenge in ("", "1.00", refusal["challenge"][:-1] + "0", "x" * 50, "9" * 30 + ".00"):
        request = signatures.sign_request(there.home, NEWS, "CAN", challenge=challenge)
        if challenge != refusal["challenge"]:
            assert here.answer(request).status == 401
    here.clock.now += 6 * 60 * SECOND
    late = signatures.sign_request(there.home, NEWS, "CAN", challenge=refusal["challenge"])
    assert here.answer(late).status == 401


def test_nonces_are_bounded_and_forgotten_after_the_window() -> None:
    nonces = signatures.Nonces(size=3)
    assert [nonces.fresh("FRA", str(n), 0, 10) for n in range(4)] == [True, True, True, False]
    assert nonces.fresh("FRA", "5", 100, 10)


def test_news_says_up_to_where_and_nothing_else() -> None:
    here, there = pair()
    with there.store.read() as tx:
        known = partners.partner(tx, "CAN")
    assert listen(there.store, there.home, known, here.answer, seconds=0) == 0
    here.put(indicator("a"))
    here.cut("FRA")
    assert listen(there.store, there.home, known, here.answer, seconds=0) == 1
    answer = ask(there.home, known, here.answer, NEWS)
    assert orjson.loads(answer.body) == {"last": 1, "recalls": 0}


@pytest.mark.parametrize(
    ("method", "name", "body"),
    [
        ("POST", "hello", b"nonsense"),
        ("POST", "receipts", b"nonsense"),
        ("POST", "checkpoints", b'{"purpose":"checkpoint","body":"{}","signature":"AAAA"}'),
        ("GET", "segments", b""),
        ("GET", "elsewhere", b""),
        ("DELETE", "segments", b""),
    ],
)
def test_nonsense_of_a_partner_is_answered_and_changes_nothing(method: str, name: str, body: bytes) -> None:
    here, there = pair()
    here.answer(signed(there))
    for node in (here, there):
        node.clock.now += 1
    before = here.store.snapshot()
    query = "after=-1" if name == "segments" else ""
    answer = here.answer(signed(there, Request(method, BASE + name, query, {}, body)))
    assert 400 <= answer.status < 600
    assert here.store.snapshot() == before


def test_both_sides_sign_the_same_checkpoint() -> None:
    here, there = pair()
    here.put(indicator("a"))
    here.cut("FRA")
    pull(there, here)
    with here.store.read() as tx:
        sent = records.pair(tx, 1)
    with there.store.read() as tx:
        received = records.link(tx, 1)
    assert sent.acknowledged == received.acknowledged == 1
    assert sent.receipt is not None
    assert received.checkpoint is not None
    theirs = orjson.loads(open_statement(sent.receipt, "checkpoint", there.home.keys, verify_keyed))
    ours = orjson.loads(open_statement(received.checkpoint, "checkpoint", here.home.keys, verify_keyed))
    assert (theirs["root"], theirs["entries"], theirs["by"]) == (ours["root"], 1, "FRA")
    assert ours["by"] == "CAN"


def test_a_partner_that_claims_another_history_is_not_countersigned() -> None:
    here, there = pair()
    here.put(indicator("a"))
    here.cut("FRA")

    def lying(request: Request) -> Response:
        answer = here.answer(request)
        return (
            Response(200, {}, b'{"purpose":"checkpoint","body":"{}","signature":""}')
            if "check" in request.path
            else answer
        )

    pulled = pull(there, here, lying)
    assert pulled.link.state == "garbage"
    assert pulled.new == 1


def test_word_lists_are_whole_and_unmistakable() -> None:
    for lang in ("en", "fr"):
        listed = words(lang)
        assert len(listed) == 256
        plain = {link_word.lower() for link_word in listed}
        assert len(plain) == 256
    assert words("fr-CA") == words("fr")


def test_the_words_of_a_node_are_the_same_on_both_sides_and_differ_between_nodes() -> None:
    here, there = make("CAN"), make("FRA")
    read_there = partners.read_invitation(partners.invite(here.home, here.clock()), there.home.verify)
    for lang in ("en", "fr"):
        spoken = fingerprint(read_there.node, read_there.keys, lang)
        assert spoken == fingerprint("CAN", here.home.keys, lang)
        assert len(spoken) == WORDS
        assert spoken != fingerprint("FRA", there.home.keys, lang)
        assert same_words("CAN", here.home.keys, tuple(f" {word.upper()} " for word in spoken))
    assert not same_words("CAN", here.home.keys, fingerprint("FRA", there.home.keys, "en"))
    assert not same_words("CAN", here.home.keys, fingerprint("CAN", here.home.keys, "en")[:7])
    assert not same_words("CAN", here.home.keys, ())


def test_french_words_may_be_typed_without_accents() -> None:
    listed = words("fr")
    key = next(
        bytes([n] * 32)
        for n in range(256)
        if any("é" in w for w in fingerprint("X", (bytes([n] * 32),), "fr"))
    )
    spoken = fingerprint("X", (key,), "fr")
    assert set(spoken) <= set(listed)
    assert same_words("X", (key,), tuple(word.replace("é", "e").replace("è", "e") for word in spoken))


def test_nothing_is_exchanged_before_the_words_are_confirmed() -> None:
    here, there = make("CAN"), make("FRA")
    invitation = partners.read_invitation(partners.invite(there.home, there.clock()), verify_keyed)
    with here.store.write() as tx:
        made = partners.add(tx, here.home, invitation, here.clock())
    assert (made.state, here.partnership("FRA")) == ("invited", None)
    with here.store.write() as tx, pytest.raises(InputError, match="not the words"):
        partners.confirm(tx, "FRA", words("en")[:8], "officer", here.clock())
    assert here.partnership("FRA") is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: b"",
        lambda d: b"{}",
        lambda d: d[:-20],
        lambda d: d.replace(b"FRA", b"FRB"),
        lambda d: d.replace(b"https", b"httpx"),
        lambda d: b"\xff\xfe",
        lambda d: b"[" * 100_000,
    ],
)
def test_a_damaged_or_forged_invitation_is_refused(damage) -> None:  # type: ignore[no-untyped-def]
    there = make("FRA")
    data = partners.invite(there.home, there.clock())
    with pytest.raises(InputError):
        partners.read_invitation(damage(data), verify_keyed)


def test_other_keys_for_a_confirmed_partner_are_refused() -> None:
    here, _there = pair()
    other = make("FRA", signer=ed25519_signer(bytes(32)), verify=verify_ed25519)
    forged = partners.read_invitation(partners.invite(other.home, other.clock()), verify_ed25519)
    with here.store.write() as tx, pytest.raises(Conflict, match="other keys"):
        partners.add(tx, here.home, forged, here.clock())
    with here.store.write() as tx, pytest.raises(InputError, match="this node itself"):
        partners.add(
            tx, here.home, partners.read_invitation(partners.invite(here.home, 0), verify_keyed), here.clock()
        )
    with here.store.read() as tx, pytest.raises(NotFound):
        partners.partner(tx, "NOBODY")


def test_a_statement_serves_one_purpose_only() -> None:
    node = make("CAN")
    data = sign_statement(node.home, "recall", {"a": 1})
    with pytest.raises(IntegrityError, match="“recall”"):
        open_statement(data, "checkpoint", node.home.keys, verify_keyed)
    with pytest.raises(IntegrityError):
        open_statement(
            data.replace(b'"purpose":"recall"', b'"purpose":"checkpoint"'),
            "checkpoint",
            node.home.keys,
            verify_keyed,
        )


def test_real_keys_work_too() -> None:
    here = make("CAN", signer=ed25519_signer(bytes([1] * 32)), verify=verify_ed25519)
    there = make("FRA", signer=ed25519_signer(bytes([2] * 32)), verify=verify_ed25519)
    connect(here, there)
    here.put(indicator("a"))
    here.cut("FRA")
    assert pull(there, here).new == 1


def test_a_cursor_is_opaque_and_only_ours() -> None:
    token = encode_cursor(b"secret", Cursor(1, 1, 77))
    assert decode_cursor(b"secret", token, 1) == Cursor(1, 1, 77)
    for bad in (token[:-1], token + "A", "", "é", token[::-1]):
        with pytest.raises(InputError):
            decode_cursor(b"secret", bad, 1)
    with pytest.raises(InputError):
        decode_cursor(b"other", token, 1)
    with pytest.raises(InputError):
        decode_cursor(b"secret", token, 2)
