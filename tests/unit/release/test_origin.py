"""A batch proves whose an object is, and nothing else."""

import os

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from cordiale.platform.errors import ProtocolError
from cordiale.release import merkle, multiproof, origin
from cordiale.release.egress.client import local_egress
from cordiale.release.keys import ed25519_signer, verify_ed25519, verify_keyed
from cordiale.release.marking import marking_hash
from cordiale.release.segment import leaf, message
from tests.unit.release import test_egress as egress_given

KEY = ed25519_signer(b"k" * 32)
COUNTS = st.sampled_from([1, 2, 31, 32, 33, 40])


def batch(count: int, seed: bytes = b"s" * 32) -> tuple[origin.Batch, list[bytes], list[bytes]]:
    contents = [bytes([i % 256, i // 256]) * 16 for i in range(count)]
    markings = [b"m" * 32] * count
    return origin.seal("CAN", KEY.public_key, seed, contents, markings), contents, markings


@given(st.integers(0, 5), st.data())
def test_a_proof_of_several_leaves_makes_the_root_and_nothing_more(height, data):
    leaves = [merkle.leaf_hash(bytes([i])) for i in range(1 << height)]
    tree = multiproof.full_tree(leaves)
    assert tree[height, 0] == merkle.root(leaves)
    places = data.draw(st.sets(st.integers(0, len(leaves) - 1), min_size=1))
    nodes = multiproof.prove(height, tree, places)
    found = multiproof.rebuild(height, {place: leaves[place] for place in places}, nodes)
    assert found is not None
    assert found[height, 0] == tree[height, 0]
    assert {leaf for (level, _p), leaf in found.items() if level == 0} >= {leaves[p] for p in places}
    # a part of what was proven can be proven again from what is known
    some = data.draw(st.sets(st.sampled_from(sorted(places)), min_size=1))
    again = multiproof.prove(height, found, some)
    assert multiproof.prove(height, tree, some) == again
    for bad in ([*nodes, b"x" * 32], nodes[:-1], [b"x" * 31, *nodes[1:]]):
        if bad != nodes:
            rebuilt = multiproof.rebuild(height, {place: leaves[place] for place in places}, bad)
            assert rebuilt is None or rebuilt[height, 0] != tree[height, 0]


@given(st.integers(0, 5), st.data())
def test_the_proof_of_one_leaf_is_the_audit_path_of_the_rfc(height, data):
    leaves = [merkle.leaf_hash(bytes([i])) for i in range(1 << height)]
    place = data.draw(st.integers(0, len(leaves) - 1))
    path = multiproof.prove(height, multiproof.full_tree(leaves), [place])
    assert tuple(path) == merkle.inclusion_proof(leaves, place)
    theirs = InmemoryTree(algorithm="sha256")
    for i in range(1 << height):
        theirs.append_entry(bytes([i]))
    assert theirs.get_root() == multiproof.full_tree(leaves)[height, 0]


@given(COUNTS)
def test_every_object_of_a_batch_can_be_proven_alone(count):
    made, contents, markings = batch(count)
    header = origin.read_header(made.header)
    assert header is not None
    assert header.size == (32 if count <= 32 else 1024)
    for i in {0, count // 2, count - 1}:
        path = multiproof.prove(made.height, made.tree, [made.places[i]])
        salted = leaf(made.salts[i], contents[i], markings[i])
        assert origin.proven(header, {made.places[i]: salted}, path) is not None
        assert origin.proven(header, {made.places[i] ^ 1: salted}, path) is None
        other = leaf(made.salts[i], contents[i], b"n" * 32)
        assert origin.proven(header, {made.places[i]: other}, path) is None


def test_a_header_and_a_path_tell_nothing_of_recipients_numbers_or_neighbours():
    made, contents, _markings = batch(3)
    value = orjson.loads(made.header)
    assert set(value) == {"format", "key", "node", "root", "size"}
    # the batch of one object looks like that of three: same size, as many hashes, none of a known content
    alone, *_rest = batch(1)
    path, other = (multiproof.prove(b.height, b.tree, [b.places[0]]) for b in (made, alone))
    assert len(path) == len(other) == 5
    known = {leaf(bytes(16), c, b"m" * 32) for c in contents} | set(contents)
    assert known.isdisjoint(path)


def test_places_are_not_the_order_of_the_stream():
    seen = {batch(4, bytes([n]) * 32)[0].places for n in range(20)}
    assert len(seen) > 15
    assert all(places != tuple(range(4)) for places in seen)


def test_the_same_seed_gives_the_same_batch():
    assert batch(5)[0] == batch(5)[0]
    assert batch(5)[0].header != batch(5, os.urandom(32))[0].header


def test_an_origin_signature_serves_for_nothing_else():
    made, *_rest = batch(2)
    signature = KEY.sign(message(origin.PURPOSE, made.header))
    assert origin.signed(made.header, signature, KEY.public_key, verify_ed25519)
    for purpose in ("segment", "checkpoint", "recall"):
        other = KEY.sign(message(purpose, made.header))
        assert not origin.signed(made.header, other, KEY.public_key, verify_ed25519)


@pytest.mark.parametrize(
    "data", [b"", b"{}", b'{"format":1,"key":"00","node":"C","root":"","size":32}', b"\xff"]
)
def test_what_is_not_a_header_is_nothing(data):
    assert origin.read_header(data) is None
    assert origin.read_header(batch(1)[0].header + b" ") is None


def test_no_objects_and_too_many_make_no_batch():
    for count in (0, 1025):
        with pytest.raises(ValueError, match="objects in one batch"):
            batch(count)


def sealing(*held, **more):
    entries = [egress_given.entry(one) for one in held]
    return egress_given.request(*entries, **({"mine": tuple(range(len(held))), "origin": b"o" * 32} | more))


def test_the_egress_puts_its_name_to_what_may_leave_and_to_nothing_else():
    fine = egress_given.value()
    red = egress_given.value(identifier="campaign--77777777-7777-4777-8777-777777777777")
    asked = sealing(fine, red)
    asked = msgspec.structs.replace(
        asked,
        markings=("tlp:amber", "tlp:red"),
        entries=(asked.entries[0], msgspec.structs.replace(asked.entries[1], marking=1)),
    )
    found = local_egress(egress_given.SIGNER).sign_segment(asked)
    assert [r.index for r in found.refused] == [1]
    passed = asked.entries[0].hash
    made = origin.seal(
        "home", egress_given.SIGNER.public_key, b"o" * 32, [passed], [marking_hash(["tlp:amber"])]
    )
    assert origin.signed(made.header, found.origin, egress_given.SIGNER.public_key, verify_keyed)


def test_the_egress_signs_no_batch_that_it_did_not_make():
    made, *_rest = batch(1)
    with pytest.raises(ProtocolError):
        local_egress(egress_given.SIGNER).sign(origin.PURPOSE, made.header)
    assert local_egress(egress_given.SIGNER).sign_segment(egress_given.request()).origin == b""
    with pytest.raises(ProtocolError):
        local_egress(egress_given.SIGNER).sign_segment(sealing(egress_given.value(), origin=b"short"))
