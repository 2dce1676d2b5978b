"""Which datasets there are, of which files each is made, and what stays of those that were purged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec
import sqlalchemy as sa

from cordiale.evidence.records import Transaction, metadata

datasets = sa.Table(
    "evidence_dataset",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("basis", sa.Text, nullable=False),
    sa.Column("purge_on", sa.BigInteger, nullable=False),
    sa.Column("marking", sa.Text, nullable=False),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("salt", sa.LargeBinary, nullable=False),
    sa.Column("seal", sa.String(64), nullable=False),
    sa.Column("rows", sa.BigInteger, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("parts", sa.BigInteger, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("ending", sa.Text, nullable=False),
    sa.Column("proof", sa.Text, nullable=False),
)

parts_table = sa.Table(
    "evidence_part",
    metadata,
    sa.Column("dataset", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("partition", sa.Text, nullable=False),
    sa.Column("rows", sa.BigInteger, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    # what the rows were read from, where that is known
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("seal", sa.String(64), nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Index("evidence_part_file", "sha256"),
)


class Dataset(msgspec.Struct, frozen=True, kw_only=True):
    """One dataset: why it is kept, whose it is, until when (instants in microseconds), and its seal as of now.

    `state` is `open`, `purging` (its rows are read no more) or `purged`. `salt` begins the chain of seals and goes with
    the rows, so that nobody can guess rows from the seal that stays. `ending` is why it was purged, `proof` the signed
    statement of it.
    """

    id: str
    name: str
    kind: str
    version: int
    owner: str
    purpose: str
    basis: str
    purge_on: int
    marking: frozenset[str]
    created: int
    created_by: str
    salt: bytes
    seal: str
    state: str = "open"
    rows: int = 0
    size: int = 0
    parts: int = 0
    ending: str = ""
    proof: str = ""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a dataset, as it was appended; `seal` is the dataset's from then on."""

    dataset: str
    number: int
    sha256: str
    partition: str
    rows: int
    size: int
    origin: str
    seal: str
    at: int
    by: str


class Written(msgspec.Struct, frozen=True):
    """A file of rows that lies at its address and belongs to no dataset yet."""

    sha256: str
    partition: str
    rows: int
    size: int


def first_seal(salt: bytes, kind: str, version: int) -> str:
    """Return the seal of an empty dataset: SHA-256 over salt, kind and version of the columns, in hexadecimal."""
    return hashlib.sha256(salt + f"{kind}\n{version}".encode()).hexdigest()


def next_seal(seal: str, part: Written) -> str:
    """Return the seal after one more file: SHA-256 over the one before and what the file is."""
    said = f"{seal}\n{part.sha256}\n{part.partition}\n{part.rows}"
    return hashlib.sha256(said.encode()).hexdigest()


def add(tx: Transaction, dataset: Dataset) -> None:
    """Record a new dataset."""
    tx.connection.execute(datasets.insert().values(**_columns(dataset)))


def get(tx: Transaction, identifier: str) -> Dataset | None:
    """Return a dataset by its id; None when there is none."""
    row = tx.connection.execute(sa.select(datasets).where(datasets.c.id == identifier)).mappings().first()
    return None if row is None else _dataset(row)


def called(tx: Transaction, name: str) -> list[Dataset]:
    """Return the datasets of this name, in the order of their ids; a name is taken once among those that one reader sees."""
    asked = sa.select(datasets).where(datasets.c.name == name).order_by(datasets.c.id)
    return [_dataset(row) for row in tx.connection.execute(asked).mappings()]


def every(tx: Transaction) -> list[Dataset]:
    """Return all datasets by name, those that were purged as well."""
    rows = tx.connection.execute(sa.select(datasets).order_by(datasets.c.name)).mappings()
    return [_dataset(row) for row in rows]


def append(
    tx: Transaction, dataset: Dataset, written: Iterable[Written], origin: str, at: int, by: str
) -> Dataset:
    """Add files to a dataset, in one transaction with its new seal; return it as it is then."""
    seal, number = dataset.seal, dataset.parts
    rows = size = 0
    for one in written:
        seal = next_seal(seal, one)
        tx.connection.execute(
            parts_table.insert().values(
                dataset=dataset.id,
                number=number,
                origin=origin,
                seal=seal,
                at=at,
                by=by,
                **msgspec.structs.asdict(one),
            )
        )
        number, rows, size = number + 1, rows + one.rows, size + one.size
    after = msgspec.structs.replace(
        dataset, seal=seal, parts=number, rows=dataset.rows + rows, size=dataset.size + size
    )
    change(tx, after)
    return after


def change(tx: Transaction, dataset: Dataset) -> None:
    """Write what became of a dataset."""
    tx.connection.execute(datasets.update().where(datasets.c.id == dataset.id).values(**_columns(dataset)))


def parts(tx: Transaction, dataset: str) -> list[Part]:
    """Return the files of a dataset in the order of its seals."""
    asked = sa.select(parts_table).where(parts_table.c.dataset == dataset).order_by(parts_table.c.number)
    return [Part(**row) for row in tx.connection.execute(asked).mappings()]


def holds(tx: Transaction, dataset: str, origin: str) -> bool:
    """Tell whether rows of this origin were appended already."""
    found = sa.exists().where(parts_table.c.dataset == dataset, parts_table.c.origin == origin)
    return bool(tx.connection.execute(sa.select(found)).scalar())


def forget_parts(tx: Transaction, dataset: str) -> None:
    """Remove the record of which files a dataset was made of."""
    tx.connection.execute(parts_table.delete().where(parts_table.c.dataset == dataset))


def _columns(dataset: Dataset) -> dict[str, Any]:
    return {**msgspec.structs.asdict(dataset), "marking": "\n".join(sorted(dataset.marking))}


def _dataset(row: Any) -> Dataset:
    values = {name: row[name] for name in Dataset.__struct_fields__}
    values["marking"] = frozenset(filter(None, row["marking"].split("\n")))
    return Dataset(**values)
