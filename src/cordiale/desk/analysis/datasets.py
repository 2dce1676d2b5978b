"""Datasets: rows that are kept for a purpose, on a legal basis, until a day; purged then, with a proof of it.

A dataset has one marking. Who does not pass it is told neither of its rows nor that it exists.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cordiale.desk import audit
from cordiale.desk.actor import Actor, authorise
from cordiale.desk.answers import Answer
from cordiale.desk.visible import passes
from cordiale.desk.written import marking_of
from cordiale.evidence import files
from cordiale.evidence.datasets import records
from cordiale.evidence.datasets.kind import Kind, available
from cordiale.evidence.datasets.records import Dataset
from cordiale.platform.clock import Instant, format_instant
from cordiale.platform.errors import Conflict, InputError, IntegrityError, NotFound
from cordiale.platform.ids import uuid4
from cordiale.platform.languages import _

if TYPE_CHECKING:
    import pyarrow as pa

    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction

__all__ = ["Kind"]

WORK: Final = "analysis"
"""Folder of a node in which analyses keep what they found, one folder a dataset."""


class DatasetView(Answer, frozen=True, kw_only=True):
    """A dataset as people see it; instants in microseconds, `size` in bytes, `seal` as of its last file.

    `state` is `open`, `purging` or `purged`; then `ending` says why, and `proof` is the signed statement of it.
    """

    id: str
    name: str
    kind: str
    version: int
    owner: str
    purpose: str
    basis: str
    purge_on: Instant
    marking: tuple[str, ...]
    state: str
    rows: int
    size: int
    parts: int
    seal: str
    created: Instant
    created_by: str
    ending: str = ""
    proof: str = ""


def dataset_create(
    desk: Desk,
    actor: Actor,
    kind: Kind,
    name: str,
    *,
    purpose: str,
    basis: str,
    purge_on: Instant,
    owner: str | None = None,
    marking: str | Iterable[str] | None = None,
) -> DatasetView:
    """Begin an empty dataset: for what it is kept, on which legal basis, whose it is, and when it is purged.

    Without a marking it gets the setting `import.marking`, and without that one it is for nobody but the house. Raises
    InputError where purpose, basis, name or owner is missing or the day has passed, Conflict for a name that is taken.
    """
    authorise(actor, "dataset")
    now = desk.clock()
    said = {"name": name, "purpose": purpose, "basis": basis, "owner": owner or actor.name}
    for what, words in said.items():
        if not words.strip():
            raise InputError(
                "dataset-says-nothing",
                _("A dataset needs a name, a purpose, a legal basis and an owner: {what} is empty."),
                what=what,
            )
    if purge_on <= now:
        raise InputError("dataset-purge-day", _("The day on which a dataset is purged has to be to come."))
    given = marking or desk.settings.import_.marking
    atoms = marking_of(given) if given else frozenset({"unmarked"})
    salt = desk.random(16)
    dataset = Dataset(
        id=f"dataset--{uuid4(desk.random)}",
        name=name.strip(),
        kind=kind.name,
        version=kind.version,
        owner=said["owner"].strip(),
        purpose=purpose.strip(),
        basis=basis.strip(),
        purge_on=purge_on,
        marking=atoms,
        created=now,
        created_by=actor.name,
        salt=salt,
        seal=records.first_seal(salt, kind.name, kind.version),
    )
    with desk.store.write() as tx:
        # one that this actor does not see takes no name: the refusal would tell of it
        if any(passes(tx, desk, actor, held.marking) for held in records.called(tx, dataset.name)):
            raise Conflict(
                "dataset-name",
                _("There is, or was, a dataset {name}: choose another name."),
                name=dataset.name,
            )
        records.add(tx, dataset)
        audit.acted(
            tx,
            desk,
            actor,
            "dataset-create",
            dataset=dataset.id,
            name=dataset.name,
            purpose=dataset.purpose,
            basis=dataset.basis,
            owner=dataset.owner,
            purge_on=format_instant(purge_on),
        )
    return view(dataset)


def dataset_append(
    desk: Desk,
    actor: Actor,
    name: str,
    kind: Kind,
    pieces: Iterable[pa.RecordBatch | pa.Table],
    *,
    origin: str = "",
) -> DatasetView:
    """Add rows to a dataset, all of them or none, and seal it anew; return it as it is then.

    `origin` is the SHA-256 of what the rows were read from: the same is not added twice. Raises NotFound for a dataset
    the actor does not see, Conflict for rows of another kind or version, or that are in it already.
    """
    authorise(actor, "dataset")
    available()
    from cordiale.evidence.datasets import rows

    with desk.store.read() as tx:
        _ready(tx, desk, actor, name, kind, origin)
    written = rows.write(desk.files, kind, pieces, desk.random)
    with desk.store.write() as tx:
        found = _ready(tx, desk, actor, name, kind, origin)
        for one in written:
            # written outside the transaction: a purge of its last other holder may have taken it away meanwhile
            files.held(desk.files, one.sha256)
        after = records.append(tx, found, written, origin, desk.clock(), actor.name)
        audit.acted(
            tx,
            desk,
            actor,
            "dataset-append",
            dataset=after.id,
            rows=after.rows - found.rows,
            parts=len(written),
            origin=origin,
            seal=after.seal,
        )
    return view(after)


def dataset_list(desk: Desk, actor: Actor) -> list[DatasetView]:
    """Return the datasets the actor may know of, by name."""
    authorise(actor, "dataset-list")
    with desk.store.read() as tx:
        return [view(one) for one in records.every(tx) if passes(tx, desk, actor, one.marking)]


def dataset_show(desk: Desk, actor: Actor, name: str) -> DatasetView:
    """Return one dataset by its name or id; raises NotFound in the same words for one that is not for this reader."""
    authorise(actor, "dataset-list")
    with desk.store.read() as tx:
        found = one(tx, desk, actor, name)
    audit.read(desk, actor, "dataset", dataset=found.id)
    return view(found)


def dataset_verify(desk: Desk, actor: Actor, name: str) -> DatasetView:
    """Read every file of a dataset and compare it with the seal; raises IntegrityError where a byte or a file differs."""
    authorise(actor, "dataset-list")
    with desk.store.read() as tx:
        found = one(tx, desk, actor, name)
        parts = records.parts(tx, found.id)
    seal = records.first_seal(found.salt, found.kind, found.version)
    for part in parts:
        files.verify(desk.files, part.sha256)
        written = records.Written(part.sha256, part.partition, part.rows, part.size)
        seal = records.next_seal(seal, written)
    if found.state == "open" and seal != found.seal:
        raise IntegrityError(
            "dataset-seal",
            _("Dataset {name} is not what its seal says: restore it from a backup."),
            name=found.name,
        )
    return view(found)


def one(tx: Transaction, desk: Desk, actor: Actor, name: str) -> Dataset:
    """Return a dataset the actor may see, by its id or name; raises NotFound, and Conflict where several have the name."""
    by_id = records.get(tx, name)
    held = records.called(tx, name) if by_id is None else [by_id]
    found = [one for one in held if passes(tx, desk, actor, one.marking)]
    if len(found) > 1:
        raise Conflict(
            "dataset-names",
            _("Several datasets are called {name}: say which one by its id: {ids}."),
            name=name[:200],
            ids=", ".join(one.id for one in found),
        )
    if not found:
        raise NotFound(
            "no-dataset",
            _("There is no dataset {name}. See: cordiale dataset list"),
            name=name[:200],
        )
    return found[0]


def opened(tx: Transaction, desk: Desk, actor: Actor, name: str) -> Dataset:
    """Return a dataset whose rows the actor may read; raises NotFound, and Conflict once it is purged."""
    found = one(tx, desk, actor, name)
    if found.state != "open":
        raise purged_already(found)
    return found


def purged_already(found: Dataset) -> Conflict:
    """Return the one answer for a dataset whose rows are gone."""
    return Conflict("dataset-purged", _("Dataset {name} was purged already."), name=found.name)


def dataset_rows(
    desk: Desk, actor: Actor, name: str, columns: Sequence[str] | None = None
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a dataset in pieces; raises NotFound for one the actor does not see."""
    authorise(actor, "dataset-list")
    available()
    from cordiale.evidence.datasets import rows

    with desk.store.read() as tx:
        found = opened(tx, desk, actor, name)
        parts = records.parts(tx, found.id)
    audit.read(desk, actor, "dataset-rows", dataset=found.id)
    return rows.read(desk.files, parts, columns)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, as the origin of the rows read from it."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def work_folder(desk: Desk, dataset: str) -> Path:
    """Return the folder in which analyses keep what they found in a dataset."""
    return desk.folder / WORK / dataset


def view(dataset: Dataset) -> DatasetView:
    """Return a dataset as people see it."""
    values = {name: getattr(dataset, name) for name in DatasetView.__struct_fields__}
    return DatasetView(**{**values, "marking": tuple(sorted(dataset.marking))})


def _ready(tx: Transaction, desk: Desk, actor: Actor, name: str, kind: Kind, origin: str) -> Dataset:
    found = opened(tx, desk, actor, name)
    if (found.kind, found.version) != (kind.name, kind.version):
        raise Conflict(
            "dataset-kind",
            _("Dataset {name} holds {held}, not {given}: begin another one for these rows."),
            name=found.name,
            held=f"{found.kind} {found.version}",
            given=f"{kind.name} {kind.version}",
        )
    if origin and records.holds(tx, found.id, origin):
        raise Conflict(
            "dataset-twice", _("Dataset {name} holds the rows of this file already."), name=found.name
        )
    return found
