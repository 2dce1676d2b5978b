"""Trees and proofs as RFC 9162 defines them, with pymerkle as a second opinion."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree
from pymerkle import verify_consistency as their_consistency
from pymerkle import verify_inclusion as their_inclusion

from cordiale.release import merkle

ENTRIES = st.lists(st.binary(min_size=1, max_size=8), min_size=1, max_size=40)


def theirs(entries: list[bytes]) -> InmemoryTree:
    tree = InmemoryTree(algorithm="sha256")
    for entry in entries:
        tree.append_entry(entry)
    return tree


def test_the_roots_of_the_test_vectors_of_certificate_transparency():
    entries = [bytes.fromhex(e) for e in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                                          "606162636465666768696a6b6c6d6e6f")]  # fmt: skip
    roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]
    for size, expected in enumerate(roots):
        assert merkle.root([merkle.leaf_hash(entry) for entry in entries[:size]]).hex() == expected


@given(ENTRIES)
def test_the_root_is_the_one_pymerkle_finds(entries):
    assert merkle.root([merkle.leaf_hash(e) for e in entries]) == theirs(entries).get_root()


@given(ENTRIES, st.data())
def test_an_inclusion_proof_holds_for_its_leaf_and_no_other(entries, data):
    leaves = [merkle.leaf_hash(e) for e in entries]
    index, root = data.draw(st.integers(0, len(leaves) - 1)), merkle.root(leaves)
    path = merkle.inclusion_proof(leaves, index)
    assert merkle.verify_inclusion(leaves[index], index, len(leaves), path, root)
    assert not merkle.verify_inclusion(merkle.leaf_hash(b"other, longer"), index, len(leaves), path, root)
    assert not merkle.verify_inclusion(leaves[index], index + len(leaves), len(leaves), path, root)
    assert not merkle.verify_inclusion(leaves[index], index, len(leaves), [*path, root], root)
    tree = theirs(entries)
    proof = tree.prove_inclusion(index + 1)
    their_inclusion(leaves[index], root, proof)


@given(ENTRIES, st.data())
def test_a_consistency_proof_holds_for_a_prefix_and_for_nothing_else(entries, data):
    leaves = [merkle.leaf_hash(e) for e in entries]
    first = data.draw(st.integers(1, len(leaves)))
    before, after = merkle.root(leaves[:first]), merkle.root(leaves)
    path = merkle.consistency_proof(leaves, first)
    assert merkle.verify_consistency(first, len(leaves), before, after, path)
    changed = merkle.root([merkle.leaf_hash(b"rewritten entry"), *leaves[1:first]])
    assert not merkle.verify_consistency(first, len(leaves), changed, after, path)
    tree = theirs(entries)
    their_consistency(tree.get_root(first), after, tree.prove_consistency(first, len(leaves)))


def test_there_is_no_proof_for_what_is_not_there():
    with pytest.raises(IndexError):
        merkle.inclusion_proof([merkle.EMPTY], 1)
    with pytest.raises(ValueError, match="no tree of 0"):
        merkle.consistency_proof([merkle.EMPTY], 0)
    assert not merkle.verify_consistency(2, 1, merkle.EMPTY, merkle.EMPTY, [])
    assert not merkle.verify_consistency(1, 2, merkle.EMPTY, merkle.EMPTY, [])
