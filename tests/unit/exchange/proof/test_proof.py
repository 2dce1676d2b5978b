"""A file proves what went to whom, without a node, and says nothing of anything else."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import orjson
import pytest

from cordiale.exchange import records
from cordiale.exchange.partners import pairing as partners
from cordiale.exchange.partners.fingerprint import fingerprint
from cordiale.exchange.proof import checking, making
from cordiale.exchange.recall import sending
from cordiale.platform.errors import Conflict, InputError, NotFound, Unavailable
from cordiale.release.keys import verify_keyed
from tests.unit.exchange.world import Node, connect, id_of, indicator, make, malware, pull, relationship

ONE, TWO = indicator("one", marking=["tlp:green"]), malware("two")


@pytest.fixture
def three() -> dict[str, Node]:
    nodes = {name: make(name) for name in ("CAN", "FRA", "GBR")}
    for one, other in (("CAN", "FRA"), ("FRA", "GBR"), ("CAN", "GBR")):
        connect(nodes[one], nodes[other])
    return nodes


def exchange(one: Node, other: Node) -> None:
    one.cut(other.name)
    pull(other, one)


def proven(node: Node, partner: str, stix_id: str | None, **more: Any) -> checking.Proof:
    with node.store.read() as tx:
        known = partners.partner(tx, partner)
        return making.prove(tx, node.home, known, stix_id, node.clock(), **more)


def checked(made: checking.Proof, **trusted: str) -> checking.Verified:
    return checking.verify(checking.read_proof(checking.write(made)), verify_keyed, trusted)


def failures(made: checking.Proof, **trusted: str) -> list[str]:
    return [check.code for check in checked(made, **trusted).checks if not check.holds]


def words(node: Node, lang: str = "en") -> str:
    return " ".join(fingerprint(node.name, node.home.keys, lang))


def test_both_sides_prove_the_same_object_and_the_words_say_whose_keys_it_rests_on(three):
    can, fra = three["CAN"], three["FRA"]
    can.put(ONE, TWO, relationship(ONE, TWO))
    exchange(can, fra)
    for node, partner in ((can, "FRA"), (fra, "CAN")):
        found = checked(proven(node, partner, id_of(ONE)), CAN=words(can), FRA=words(fra, "fr"))
        assert found.holds, found.checks
        assert (found.sender, found.receiver) == ("CAN", "FRA")
        assert found.object_id == id_of(ONE)
        assert found.marking == ("tlp:green",)
        assert found.originator == "CAN"
        assert all(party.known for party in found.parties)
        assert {check.code for check in found.checks} == {
            "checkpoints", "content", "segment", "entry", "log", "origin",
        }  # fmt: skip


def test_a_third_party_that_got_it_from_another_proves_whose_it_is(three):
    can, fra, gbr = three["CAN"], three["FRA"], three["GBR"]
    can.put(ONE)
    exchange(can, fra)
    exchange(fra, gbr)
    found = checked(proven(gbr, "FRA", id_of(ONE)), CAN=words(can))
    assert found.holds
    assert (found.sender, found.receiver, found.originator) == ("FRA", "GBR", "CAN")


def test_it_reveals_nothing_of_other_objects_or_other_partners(three):
    can, fra, gbr = three["CAN"], three["FRA"], three["GBR"]
    hidden = [indicator(f"hidden-{n}", description="CANARY-TEXT") for n in range(5)]
    can.put(*hidden[:2], ONE, *hidden[2:])
    exchange(can, fra)
    exchange(can, gbr)
    exchange(fra, gbr)
    data = checking.write(proven(can, "FRA", id_of(ONE)))
    with can.store.read() as tx:
        salts = [bytes(row[0]) for row in tx.rows("SELECT salt FROM exchange_origin")]
        hashes = {row[0]: bytes(row[1]) for row in tx.rows("SELECT vid, hash FROM versions")}
        seeds = [bytes(row[0]) for row in tx.rows("SELECT seed FROM exchange_segment")]
    for raw in hidden:
        assert id_of(raw).encode() not in data
    assert b"CANARY" not in data
    assert b"GBR" not in data
    for secret in (*seeds, can.home.secret):
        assert secret.hex().encode() not in data
    assert sum(salt.hex().encode() in data for salt in salts) == 1
    assert not any(digest.hex().encode() in data for digest in hashes.values())


def replaced(made: checking.Proof, path: str, change: Any) -> checking.Proof:
    """Return a proof with one of its parts changed, as a forger would with an editor."""
    value = orjson.loads(checking.write(made))
    place = value
    *way, last = path.split(".")
    for step in way:
        place = place[int(step) if step.isdigit() else step]
    place[int(last) if last.isdigit() else last] = change(place[int(last) if last.isdigit() else last])
    return msgspec.convert(value, checking.Proof)


def flipped(text: str) -> str:
    return ("0" if text[0] != "0" else "1") + text[1:]


def other_signature(_text: str) -> str:
    return base64.b64encode(bytes(64)).decode()


@pytest.mark.parametrize(
    ("path", "change", "code"),
    [
        ("content", lambda text: text.replace('"one"', '"eno"'), "entry"),
        ("content", lambda text: text[:-5], "content"),
        ("marking", lambda _text: "tlp:clear", "entry"),
        ("entry.sequence", lambda n: n + 1, "entry"),
        ("entry.salt", flipped, "entry"),
        ("entry.path.0", flipped, "entry"),
        ("segment.header", lambda text: text.replace('"first":1', '"first":2'), "segment"),
        ("segment.signature", other_signature, "segment"),
        ("log.index", lambda n: n + 1, "log"),
        ("log.path", lambda path: [flipped(node) for node in path], "log"),
        ("checkpoints.0", lambda text: text.replace('\\"entries\\":', '\\"entries\\":1'), "checkpoints"),
        ("checkpoints", lambda both: both[:1], "checkpoints"),
        ("checkpoints", lambda both: [both[0], both[0]], "checkpoints"),
        ("origin.salt", flipped, "origin"),
        ("origin.place", lambda n: n ^ 1, "origin"),
        ("origin.marking", lambda _text: "tlp:clear", "origin"),
        ("origin.signature", other_signature, "origin"),
        ("receiver", lambda _name: "GBR", "checkpoints"),
        ("keys.CAN.keys.0", flipped, "segment"),
        ("entry.salt", lambda _text: "no hex", "entry"),
    ],
)  # fmt: skip
def test_whatever_is_changed_is_named(three, path, change, code):
    can, fra = three["CAN"], three["FRA"]
    can.put(ONE, TWO)
    exchange(can, fra)
    can.put(indicator("later"))
    exchange(can, fra)
    forged = replaced(proven(can, "FRA", id_of(ONE)), path, change)
    found = checked(forged)
    assert not found.holds
    assert code in failures(forged)


def test_keys_that_are_not_those_of_the_partner_are_named(three):
    can, fra = three["CAN"], three["FRA"]
    can.put(ONE)
    exchange(can, fra)
    made = proven(can, "FRA", id_of(ONE))
    assert failures(made, CAN=words(fra)) == ["keys"]
    assert failures(made, DEU=words(fra)) == ["keys"]
    assert failures(made, CAN=can.home.keys[0].hex()) == []


def test_a_log_only_grows(three):
    can, fra = three["CAN"], three["FRA"]
    can.put(ONE)
    exchange(can, fra)
    before = proven(can, "FRA", None)
    assert checked(before).holds
    for n in range(5):
        can.put(indicator(f"more-{n}"))
        exchange(can, fra)
    after = proven(fra, "CAN", None, received=True, since=before)
    found = checked(after)
    assert found.holds
    assert "earlier" in {check.code for check in found.checks}
    assert failures(replaced(after, "earlier.path.0", flipped)) == ["earlier"]
    with pytest.raises(Conflict):
        proven(can, "GBR", None, since=before) if _exchanged(three) else None


def _exchanged(three: dict[str, Node]) -> bool:
    exchange(three["CAN"], three["GBR"])
    return True


def test_what_cannot_be_proven_says_why(three):
    can, fra = three["CAN"], three["FRA"]
    can.put(ONE, TWO)
    with pytest.raises(NotFound):
        proven(can, "FRA", id_of(ONE))
    can.cut("FRA")
    with pytest.raises(Unavailable):
        proven(can, "FRA", id_of(ONE))
    pull(fra, can)
    can.put(indicator("later"))
    can.cut("FRA")
    with pytest.raises(Unavailable):
        proven(can, "FRA", id_of(indicator("later")))
    with can.store.write() as tx:
        joined = can.partnership("FRA")
        assert joined is not None
        made = sending.draft(tx, can.home, joined.partner, ids=[id_of(ONE)], reason="t", now=can.clock())
        assert made is not None
        sending.confirm(tx, can.home, joined, made.id, "officer", can.clock())
    with pytest.raises(Conflict):
        proven(can, "FRA", id_of(ONE), received=False)
    pull(fra, can)
    with pytest.raises(NotFound):
        proven(fra, "CAN", id_of(ONE))
    # what was beside it is proven as before
    assert checked(proven(can, "FRA", id_of(TWO))).holds
    assert checked(proven(fra, "CAN", id_of(TWO))).holds


def test_a_receiver_cannot_be_shown_a_rewritten_log(three):
    """The sender's own log is compared with what the partner signed before a proof is made of it."""
    can, fra = three["CAN"], three["FRA"]
    can.put(ONE)
    exchange(can, fra)
    with can.store.write() as tx:
        number = records.partner(tx, "FRA").number
        tx.run("UPDATE exchange_segment SET hash = ? WHERE pair = ?", bytes(32), number)
    with pytest.raises(Exception, match="another log"):
        proven(can, "FRA", None)


@pytest.mark.parametrize("data", [b"", b"[]", b'{"cordiale_proof":1}', b"\xff\xfe", b"{" * 10_000])
def test_what_is_no_proof_is_refused_in_words(data):
    with pytest.raises(InputError):
        checking.read_proof(data)
