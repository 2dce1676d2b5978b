"""Prove several leaves of one full Merkle tree at once, with no more of the others than their joined hashes.

The tree is that of RFC 9162 section 2.1 over a power of two of leaves, where every node has a sibling. For one leaf
the proof is the audit path of the RFC; for several, what can be worked out from the others is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256

from cordiale.release.merkle import node_hash

Tree = Mapping[tuple[int, int], bytes]
"""What is known of a tree: (level, place) → hash; level 0 are the leaves."""


def full_tree(leaves: Sequence[bytes]) -> Tree:
    """Return every node of the tree over a power of two of leaf hashes.

    Raises ValueError for another number of leaves.
    """
    size = len(leaves)
    if size < 1 or size & (size - 1):
        raise ValueError(f"{size} is not a power of two")
    found = {(0, place): leaf for place, leaf in enumerate(leaves)}
    level, row = 0, list(leaves)
    while len(row) > 1:
        each = iter(row)
        row = [sha256(b"\x01" + left + right).digest() for left, right in zip(each, each, strict=True)]
        level += 1
        for place, node in enumerate(row):
            found[level, place] = node
    return found


def prove(height: int, tree: Tree, places: Iterable[int]) -> list[bytes]:
    """Return the hashes beside the ways from these leaves to the root, lowest level first, left to right.

    Raises KeyError when the tree does not hold one of them.
    """
    known, found = sorted(set(places)), []
    for level in range(height):
        row = set(known)
        found += [tree[level, place ^ 1] for place in known if place ^ 1 not in row]
        known = sorted({place >> 1 for place in known})
    return found


def rebuild(height: int, leaves: Mapping[int, bytes], nodes: Sequence[bytes]) -> Tree | None:
    """Return what leaves and proof make known of the tree, the root at (height, 0); None when they do not fit together."""
    if not leaves or min(leaves) < 0 or max(leaves) >= 1 << height:
        return None
    found = {(0, place): leaf for place, leaf in leaves.items()}
    take: Callable[[], bytes | None] = iter([*nodes, None]).__next__
    known = sorted(leaves)
    for level in range(height):
        row = set(known)
        for place in known:
            if place ^ 1 not in row:
                node = take()
                if node is None or len(node) != 32:
                    return None
                found[level, place ^ 1] = node
        known = sorted({place >> 1 for place in known})
        for place in known:
            found[level + 1, place] = node_hash(found[level, 2 * place], found[level, 2 * place + 1])
    return found if take() is None else None
