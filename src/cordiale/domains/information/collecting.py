"""Take an export of posts into a dataset, or only look at it: what it is, how much, over which days, what was set aside."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from cordiale.desk.analysis.datasets import dataset_append
from cordiale.desk.incoming.sources import of_file, unpacked
from cordiale.domains.information.posts import DATASET
from cordiale.domains.information.readers.posts.packed import chunks, packed
from cordiale.domains.information.readers.posts.profile import Profile
from cordiale.domains.information.readers.posts.reading import Reading, read_posts
from cordiale.domains.information.readers.result import MOST, Aside
from cordiale.platform.clock import SECOND, Instant

if TYPE_CHECKING:
    import pyarrow as pa

    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

EXPANSION = 200
TOTAL = 64 << 30
"""How many times its compressed size an export may have, and its bytes at most."""


class Collected(msgspec.Struct, kw_only=True):
    """What an export gave. Instants are ISO 8601; `reasons` counts what was set aside, `aside` lists the first of it."""

    name: str
    sha256: str
    kind: str = ""
    profile: Profile | None = None
    posts: int = 0
    accounts: int = 0
    first: str = ""
    last: str = ""
    undated: int = 0
    reposts: int = 0
    languages: dict[str, int] = msgspec.field(default_factory=dict)
    reasons: dict[str, int] = msgspec.field(default_factory=dict)
    aside: list[Aside] = msgspec.field(default_factory=list)


def look(
    path: Path, now: Instant, *, given: Profile | None = None, network: str = "", account: str = ""
) -> Collected:
    """Read an export whole and keep nothing of it; raises InputError when it cannot be read."""
    found, batches = _begun(path, now, given, network, account)
    for _batch in batches:
        pass
    return found


def collect(
    desk: Desk,
    actor: Actor,
    path: Path,
    dataset: str,
    *,
    given: Profile | None = None,
    network: str = "",
    account: str = "",
) -> Collected:
    """Append the posts of an export to a dataset, all that can be read or none; what is set aside is in the answer.

    Raises what `dataset_append` raises, among it Conflict for a file that is in the dataset already.
    """
    found, batches = _begun(path, desk.clock(), given, network, account)
    dataset_append(desk, actor, dataset, DATASET, batches, origin=found.sha256)
    return found


def _begun(
    path: Path, now: Instant, given: Profile | None, network: str, account: str
) -> tuple[Collected, Iterator[pa.RecordBatch]]:
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    when = datetime.fromtimestamp(now / SECOND, UTC)
    archive = packed(path)
    parts = (
        [chunks(archive, name) for name in archive.names]
        if archive
        else [unpacked(of_file(path).open(), EXPANSION, TOTAL)]
    )
    account = account or (archive.account if archive else "")
    readings = [
        read_posts(path.name, part, when, given=given, network=network, account=account) for part in parts
    ]
    found = Collected(name=path.name, sha256=sha256, kind=readings[0].kind, profile=readings[0].profile)
    return found, _counted(readings, found)


def _counted(readings: Sequence[Reading], found: Collected) -> Iterator[pa.RecordBatch]:
    accounts: set[int] = set()
    languages: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for part in chain.from_iterable(reading.parts for reading in readings):
        if isinstance(part, Aside):
            reasons[part.code] += 1
            if len(found.aside) < MOST:
                found.aside.append(part)
            continue
        _add(found, part, accounts, languages)
        yield part
    found.accounts = len(accounts)
    found.undated = sum(reading.undated for reading in readings)
    found.languages = dict(languages.most_common(20))
    found.reasons = dict(reasons.most_common())


def _add(found: Collected, part: pa.RecordBatch, accounts: set[int], languages: Counter[str]) -> None:
    import pyarrow.compute as pc

    found.posts += part.num_rows
    found.reposts += part.num_rows - part.column("repost_of").null_count
    accounts.update(map(hash, pc.unique(part.column("account")).to_pylist()))
    for one in pc.value_counts(part.column("lang")).to_pylist():
        languages[one["values"] or ""] += one["counts"]
    bounds: dict[str, Any] = pc.min_max(part.column("at")).as_py()
    if bounds["min"] is not None:
        first, last = (bounds[end].isoformat().replace("+00:00", "Z") for end in ("min", "max"))
        found.first = min(found.first or first, first)
        found.last = max(found.last, last)
