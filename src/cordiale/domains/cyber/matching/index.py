"""The index of indicators: their values by family, each found at a cost that does not follow how many there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cordiale.desk.analysis.kernels import texts
from cordiale.domains.cyber.matching.addresses import Intervals, intervals
from cordiale.domains.cyber.matching.alike import Alike, alike
from cordiale.domains.cyber.matching.hashing import Table, backwards, forwards, table
from cordiale.domains.cyber.patterns.records import General, general

VALUES = pa.schema(
    [
        # the indicator's place in the list that a run keeps
        pa.field("indicator", pa.int32(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        # as `values.folded` writes it
        pa.field("value", pa.string(), nullable=False),
        # microseconds since 1970; the largest number where it does not end
        pa.field("until", pa.int64(), nullable=False),
    ]
)
"""A value that an indicator is met by."""

NEVER: Final = int(np.iinfo(np.int64).max)

FAMILIES: Final[Mapping[str, str]] = {
    "ipv4-addr": "address",
    "ipv6-addr": "address",
    "cidr": "address",
    "domain-name": "name",
    "url": "url",
    "email-addr": "mail",
    "md5": "digest",
    "sha1": "digest",
    "sha256": "digest",
    "sha512": "digest",
    "ssdeep": "alike",
    "tlsh": "alike",
    "file-name": "file",
    "user-agent": "agent",
    "email-subject": "subject",
}
"""Kinds that are looked up in records, by the way they are."""

_EMPTY: Final = pa.array([], pa.string())


PATTERN: Final = "pattern"
"""The kind of a value that is a whole STIX pattern, more than a list of values: it, or its parts, are tried on each record."""


class Index(NamedTuple):
    """Everything that is looked for.

    Value n, of all families together, is `values[n]`; the indicators met by it are `members[offsets[n]:offsets[n + 1]]`.
    `until` is when each value's indicator ends, beside `members`.
    `patterns` are those that are more than a list of values, the indicators they belong to, and when each of these ends.
    `alike` are digests that are met by those of files alike.
    """

    v4: Intervals
    v6: Intervals
    tables: Mapping[str, Table]
    values: pa.Array
    offsets: npt.NDArray[np.int64]
    members: npt.NDArray[np.int32]
    until: npt.NDArray[np.int64]
    patterns: General | None
    pattern_members: npt.NDArray[np.int32]
    pattern_until: npt.NDArray[np.int64]
    alike: Alike | None


def index(given: pa.Table) -> Index:
    """Return the index of a table of `VALUES`; kinds that no record has are left out of it."""
    families = pa.array([FAMILIES.get(kind, "") for kind in _kinds(given)], pa.string())
    encoded = given["kind"].combine_chunks().dictionary_encode()
    family = families.take(encoded.indices)
    tables: dict[str, Table] = {}
    distinct: list[pa.Array] = []
    numbers = np.full(given.num_rows, -1, np.int64)
    total = 0
    addresses: tuple[Any, int] = (_EMPTY, 0)
    digests: Alike | None = None
    for name in dict.fromkeys(FAMILIES.values()):
        rows = np.flatnonzero(pc.equal(family, name).to_numpy(zero_copy_only=False))
        held = given["value"].combine_chunks().take(pa.array(rows)).dictionary_encode()
        numbers[rows] = held.indices.to_numpy() + total
        own = np.arange(total, total + len(held.dictionary), dtype=np.int32)
        if name == "address":
            addresses = (held.dictionary, total)
        elif name == "alike":
            digests = alike(held.dictionary.to_pylist(), total)
        else:
            hashed = backwards if name == "name" else forwards
            tables[name] = table(hashed(*texts(held.dictionary)), own)
        distinct.append(held.dictionary)
        total += len(held.dictionary)
    known = numbers >= 0
    order = np.argsort(numbers[known], kind="stable")
    offsets = np.zeros(total + 1, np.int64)
    np.cumsum(np.bincount(numbers[known], minlength=total), out=offsets[1:])
    written, first = addresses
    said = given.filter(pc.equal(given["kind"], PATTERN))
    wide = pc.match_substring(written, ":").to_numpy(zero_copy_only=False)
    return Index(
        _networks(4, written, first, ~wide),
        _networks(6, written, first, wide),
        tables,
        pa.concat_arrays([one.cast(pa.string()) for one in distinct]),
        offsets,
        given["indicator"].to_numpy()[known][order].astype(np.int32),
        given["until"].to_numpy()[known][order],
        general(said["value"].to_pylist()) if said.num_rows else None,
        said["indicator"].to_numpy().astype(np.int32),
        said["until"].to_numpy(),
        digests,
    )


def _networks(version: int, written: pa.Array, first: int, chosen: npt.NDArray[np.bool_]) -> Intervals:
    places = np.flatnonzero(chosen)
    return intervals(version, written.take(pa.array(places)).to_pylist(), (places + first).tolist())


def _kinds(given: pa.Table) -> list[str]:
    found: list[str] = given["kind"].combine_chunks().dictionary_encode().dictionary.to_pylist()
    return found
