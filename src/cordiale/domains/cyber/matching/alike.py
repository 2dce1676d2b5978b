"""Digests of files that are alike (ssdeep, TLSH): found by the parts that two of them share, then compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cordiale.domains.cyber.correlation.likeness import ALIKE, APART, ssdeep_score, tlsh_distance
from cordiale.stix.near import ssdeep_parts, tlsh_parts

COMPARED: Final = 1_000
"""Digests with which one is compared, those that share most parts with it: the parts of some families of files are everywhere."""

_SHORT: Final = 10
"""Characters that no such digest has: parts are shared from seven on, behind a size and a colon."""

_WHOLE: Final = (32, 40, 64, 128)
"""Characters of digests that are only the same or not."""


class Alike(NamedTuple):
    """Digests by their parts: `numbers[i]` is the place in `digests` of one that has the part with hash `parts[i]`, in order.

    `first` is the number of the first digest among all values.
    """

    first: int
    digests: tuple[str, ...]
    parts: npt.NDArray[np.int64]
    numbers: npt.NDArray[np.int32]


def alike(digests: Sequence[str], first: int) -> Alike | None:
    """Return digests made ready, None for none."""
    if not digests:
        return None
    held = [(hash(part), number) for number, one in enumerate(digests) for part in _parts(one)]
    parts = np.array([part for part, _number in held], np.int64)
    order = np.argsort(parts, kind="stable")
    numbers = np.array([number for _part, number in held], np.int32)
    return Alike(first, tuple(digests), parts[order], numbers[order])


def met(
    column: pa.Array, sizes: npt.NDArray[np.int64], held: Alike, near: bool
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
    """Return which texts are digests held, or with `near` alike one: rows, numbers of values, and whether only alike."""
    rows: list[int] = []
    numbers: list[int] = []
    part: list[bool] = []
    known: dict[str, list[tuple[int, bool]]] = {}
    asked = np.flatnonzero((sizes > _SHORT) & ~np.isin(sizes, _WHOLE))
    for row, written in zip(asked.tolist(), column.take(pa.array(asked)).to_pylist(), strict=True):
        found = known.get(written)
        if found is None:
            found = known[written] = _found(written, held, near)
        for number, only in found:
            rows.append(row)
            numbers.append(held.first + number)
            part.append(only)
    return np.array(rows, np.int64), np.array(numbers, np.int32), np.array(part, np.bool_)


def _found(written: str, held: Alike, near: bool) -> list[tuple[int, bool]]:
    hashes = np.array(sorted({hash(part) for part in _parts(written)}), np.int64)
    first, last = np.searchsorted(held.parts, hashes, "left"), np.searchsorted(held.parts, hashes, "right")
    shared = [held.numbers[a:b] for a, b in zip(first.tolist(), last.tolist(), strict=True) if a < b]
    if not shared:
        return []
    numbers, counts = np.unique(np.concatenate(shared), return_counts=True)
    chosen = numbers[np.lexsort((numbers, -counts))][:COMPARED]
    made = []
    for number in sorted(chosen.tolist()):
        theirs = held.digests[number]
        if _plain(written) == _plain(theirs):
            made.append((number, False))
        elif near and _close(written, theirs):
            made.append((number, True))
    return made


def _close(one: str, other: str) -> bool:
    score, distance = ssdeep_score(one, other), tlsh_distance(one, other)
    return (score is not None and score >= ALIKE) or (distance is not None and distance <= APART)


def _parts(digest: str) -> list[str]:
    return ssdeep_parts(digest) or tlsh_parts(digest)


def _plain(digest: str) -> str:
    """Return a digest as it is compared: that of TLSH in lower case and without its version, in that of ssdeep case tells."""
    return digest if ":" in digest else digest.lower().removeprefix("t1")
