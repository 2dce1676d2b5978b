"""Take a log into a dataset of records, or only look at it: what it is, how much, from when until when, what was set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from cordiale.desk.analysis.datasets import dataset_append, digest
from cordiale.domains.cyber.logs.aside import MOST, Aside
from cordiale.domains.cyber.logs.profile import Profile
from cordiale.domains.cyber.logs.reading import read_file
from cordiale.domains.cyber.logs.records import DATASET
from cordiale.platform.clock import Instant

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk


class Collected(msgspec.Struct, kw_only=True):
    """What a log gave; instants in microseconds. `reasons` counts what was set aside, `aside` lists the first of it."""

    name: str
    sha256: str
    form: str = ""
    profile: Profile | None = None
    records: int = 0
    first: Instant | None = None
    last: Instant | None = None
    reasons: dict[str, int] = msgspec.field(default_factory=dict)
    aside: list[Aside] = msgspec.field(default_factory=list)


def look_at(path: Path, now: Instant, *, given: Profile | None = None) -> Collected:
    """Read a log whole and keep nothing of it; raises InputError when it cannot be read."""
    found, pieces = _begun(path, now, given)
    for _piece in pieces:
        pass
    return found


def collect(desk: Desk, actor: Actor, path: Path, dataset: str, *, given: Profile | None = None) -> Collected:
    """Append the records of a log to a dataset, all that can be read or none; what is set aside is in the answer.

    Raises what `dataset_append` raises, among it Conflict for a file that is in the dataset already.
    """
    found, pieces = _begun(path, desk.clock(), given)
    dataset_append(desk, actor, dataset, DATASET, pieces, origin=found.sha256)
    return found


def _begun(path: Path, now: Instant, given: Profile | None) -> tuple[Collected, Iterator[pa.Table]]:
    sha256 = digest(path)
    # logs are rotated under one name: a line is known by the name and the content of its file
    log = read_file(path, now, name=f"{path.name} ({sha256[:8]})", given=given)
    found = Collected(name=path.name, sha256=sha256, form=log.kind, profile=log.profile)

    def pieces() -> Iterator[pa.Table]:
        reasons: Counter[str] = Counter()
        for part in log.parts:
            if isinstance(part, Aside):
                reasons[part.code] += 1
                if len(found.aside) < MOST:
                    found.aside.append(part)
                continue
            _add(found, part)
            yield part
        found.reasons = dict(reasons.most_common())

    return found, pieces()


def _add(found: Collected, part: pa.Table) -> None:
    found.records += part.num_rows
    bounds = pc.min_max(part["at"].cast(pa.int64())).as_py()
    if bounds["min"] is not None:
        found.first = min(found.first if found.first is not None else bounds["min"], bounds["min"])
        found.last = max(found.last if found.last is not None else bounds["max"], bounds["max"])
