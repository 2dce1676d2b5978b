"""Which file is attached to which object, and under which marking.

Rows say nothing about who may see them: `cordiale.desk` joins an attachment's marking with its
object's before it shows, serves or sends one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import msgspec
import sqlalchemy as sa

metadata = sa.MetaData()

attachments = sa.Table(
    "evidence_attachment",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("object_id", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("marking", sa.Text, nullable=False),
    sa.Column("origin", sa.String(8), nullable=False),
    sa.Column("held", sa.Boolean, nullable=False),
    sa.Column("added", sa.BigInteger, nullable=False),
    sa.Column("added_by", sa.Text, nullable=False),
    sa.Column("proof", sa.Text, nullable=False, server_default=""),
    sa.UniqueConstraint("object_id", "source", "sha256", name="evidence_attachment_once"),
    sa.Index("evidence_attachment_file", "sha256"),
)

_PARTS = sa.table("evidence_part", sa.column("sha256"))
"""The files of datasets (`cordiale.evidence.datasets.records`), whose addresses lie in the same folder."""


class Transaction(Protocol):
    """What this room needs of a store's transaction."""

    @property
    def connection(self) -> sa.Connection:
        """Return the connection the caller's transaction runs on."""

    def rows(self, statement: str, /, *params: Any) -> list[Any]:
        """Run a query and return all its rows."""


class Attachment(msgspec.Struct, frozen=True):
    """One file under one statement (object id, source node); `marking` is its own, not yet joined.

    `held` is false while a received attachment's content has not arrived. `proof` is what its originator signed of it,
    empty where nothing came.
    """

    object_id: str
    source: str
    sha256: str
    name: str
    media_type: str
    size: int
    marking: frozenset[str]
    origin: str
    held: bool
    added: int
    added_by: str
    proof: str = ""


def add(tx: Transaction, attachment: Attachment) -> bool:
    """Record an attachment; False when this file is attached to this statement already.

    A repeated one takes the newer name and joins the markings, so that repeating never lowers.
    """
    found = one(tx, attachment.object_id, attachment.sha256, attachment.source)
    if found is None:
        tx.connection.execute(attachments.insert().values(**_columns(attachment)))
        return True
    tx.connection.execute(
        attachments.update()
        .where(_is(attachment.object_id, attachment.source, attachment.sha256))
        .values(
            name=attachment.name,
            media_type=attachment.media_type,
            marking=_text(found.marking | attachment.marking),
            held=found.held or attachment.held,
        )
    )
    return False


def mark(tx: Transaction, attachment: Attachment, marking: frozenset[str]) -> None:
    """Replace the attachment's own marking (what the sender signed)."""
    tx.connection.execute(
        attachments.update()
        .where(_is(attachment.object_id, attachment.source, attachment.sha256))
        .values(marking=_text(marking))
    )


def prove(tx: Transaction, attachment: Attachment, proof: str) -> None:
    """Keep what the originator of an attachment signed of it."""
    tx.connection.execute(
        attachments.update()
        .where(_is(attachment.object_id, attachment.source, attachment.sha256))
        .values(proof=proof)
    )


def arrived(tx: Transaction, attachment: Attachment) -> None:
    """Record that the content of an attachment is here now."""
    tx.connection.execute(
        attachments.update()
        .where(_is(attachment.object_id, attachment.source, attachment.sha256))
        .values(held=True)
    )


def one(tx: Transaction, object_id: str, sha256: str, source: str | None = None) -> Attachment | None:
    """Return one attachment of an object, of any or of one source; None when there is none."""
    asked = sa.select(attachments).where(attachments.c.object_id == object_id, attachments.c.sha256 == sha256)
    if source is not None:
        asked = asked.where(attachments.c.source == source)
    row = tx.connection.execute(asked.order_by(attachments.c.number)).mappings().first()
    return None if row is None else _attachment(row)


def of_object(tx: Transaction, object_id: str) -> list[Attachment]:
    """Return the attachments of an object, oldest first."""
    asked = sa.select(attachments).where(attachments.c.object_id == object_id)
    rows = tx.connection.execute(asked.order_by(attachments.c.number)).mappings()
    return [_attachment(row) for row in rows]


def every(tx: Transaction, origin: str | None = None, held: bool | None = None) -> list[Attachment]:
    """Return all attachments, oldest first."""
    asked = sa.select(attachments)
    if origin is not None:
        asked = asked.where(attachments.c.origin == origin)
    if held is not None:
        asked = asked.where(attachments.c.held == held)
    rows = tx.connection.execute(asked.order_by(attachments.c.number)).mappings()
    return [_attachment(row) for row in rows]


def objects(tx: Transaction) -> set[tuple[str, str]]:
    """Return every (object id, source) that has an attachment."""
    return {(row[0], row[1]) for row in tx.rows("SELECT DISTINCT object_id, source FROM evidence_attachment")}


def forget(tx: Transaction, object_id: str, source: str) -> list[str]:
    """Remove the attachments of a statement; return the files that nothing refers to any more."""
    mine = sa.and_(attachments.c.object_id == object_id, attachments.c.source == source)
    files = list(tx.connection.execute(sa.select(attachments.c.sha256).where(mine)).scalars())
    tx.connection.execute(attachments.delete().where(mine))
    return [sha256 for sha256 in files if not referenced(tx, sha256)]


def forget_one(tx: Transaction, object_id: str, source: str, sha256: str) -> bool:
    """Remove one attachment; tell whether its file is referred to by nothing any more."""
    tx.connection.execute(attachments.delete().where(_is(object_id, source, sha256)))
    return not referenced(tx, sha256)


def referenced(tx: Transaction, sha256: str) -> bool:
    """Tell whether any object has this file attached, or any dataset is made of it."""
    attached = sa.exists().where(attachments.c.sha256 == sha256)
    part = sa.exists(sa.select(sa.literal(1)).select_from(_PARTS).where(_PARTS.c.sha256 == sha256))
    return bool(tx.connection.execute(sa.select(sa.or_(attached, part))).scalar())


def _is(object_id: str, source: str, sha256: str) -> sa.ColumnElement[bool]:
    return sa.and_(
        attachments.c.object_id == object_id,
        attachments.c.source == source,
        attachments.c.sha256 == sha256,
    )


def _text(marking: Iterable[str]) -> str:
    return "\n".join(sorted(marking))


def _columns(attachment: Attachment) -> dict[str, Any]:
    return {**msgspec.structs.asdict(attachment), "marking": _text(attachment.marking)}


def _attachment(row: Any) -> Attachment:
    fields: Sequence[str] = Attachment.__struct_fields__
    values = {name: row[name] for name in fields}
    values["marking"] = frozenset(filter(None, row["marking"].split("\n")))
    values["held"] = bool(row["held"])
    return Attachment(**values)
