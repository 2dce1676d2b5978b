"""The tables of playbooks: what they are, what they did, and whom they told. They never leave the node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from cordiale.desk.views.search import Question
from cordiale.joint.playbook.model import Entry, Playbook, Step
from cordiale.joint.records import metadata
from cordiale.store.connection import Transaction

playbooks = sa.Table(
    "joint_playbook",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("asked", sa.Text, nullable=False),
    sa.Column("steps", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("seen", sa.BigInteger, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)
entries = sa.Table(
    "joint_playbook_entry",
    metadata,
    sa.Column("playbook", sa.Text, primary_key=True),
    sa.Column("object_id", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("step", sa.Integer, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False, index=True),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("said", sa.Text, nullable=False),
    sa.Column("facts", sa.Text, nullable=False),
)
notices = sa.Table(
    "joint_playbook_notice",
    metadata,
    sa.Column("playbook", sa.Text, primary_key=True),
    sa.Column("object_id", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, primary_key=True, index=True),
    sa.Column("at", sa.BigInteger, nullable=False),
)

Statement = tuple[str, str]
"""An object's id, and who states it: what one reader may see of an object another may not."""

MOST: Final = 20_000
"""Lines of a log that are looked through for those that a reader may see."""

_steps = msgspec.json.Decoder(tuple[Step, ...])


def every(tx: Transaction, state: str | None = None) -> list[Playbook]:
    """Return all playbooks, or those in a state, by name."""
    asked = sa.select(playbooks).order_by(playbooks.c.name)
    if state is not None:
        asked = asked.where(playbooks.c.state == state)
    return [_playbook(dict(row)) for row in tx.connection.execute(asked).mappings()]


def put(tx: Transaction, given: Playbook) -> None:
    """Keep a new playbook."""
    tx.connection.execute(playbooks.insert().values(**_row(given)))


def change(tx: Transaction, given: Playbook) -> None:
    """Write a playbook as it is now."""
    tx.connection.execute(playbooks.update().where(playbooks.c.id == given.id).values(**_row(given)))


def drop(tx: Transaction, identifier: str) -> None:
    """Keep a playbook no longer, nor what it told; its log stays."""
    tx.connection.execute(playbooks.delete().where(playbooks.c.id == identifier))
    tx.connection.execute(notices.delete().where(notices.c.playbook == identifier))


def done(tx: Transaction, identifier: str, objects: list[str]) -> set[Statement]:
    """Return for whose statements of these objects a playbook began its steps already."""
    asked = sa.select(entries.c.object_id, entries.c.source).where(
        entries.c.playbook == identifier, entries.c.object_id.in_(objects)
    )
    return {(str(row[0]), str(row[1])) for row in tx.connection.execute(asked)}


def waiting(tx: Transaction, identifier: str) -> list[Entry]:
    """Return the steps of a playbook that were written down and not begun, oldest first."""
    asked = sa.select(entries).where(entries.c.playbook == identifier, entries.c.outcome == "waiting")
    ordered = asked.order_by(entries.c.at, entries.c.object_id, entries.c.source, entries.c.step)
    return [_entry(dict(row)) for row in tx.connection.execute(ordered).mappings()]


def says(tx: Transaction, identifier: str, object_id: str, sentence: str) -> bool:
    """Tell whether the log of a playbook says a sentence of an object, whoever states it."""
    found = sa.select(entries.c.step).where(
        entries.c.playbook == identifier, entries.c.object_id == object_id, entries.c.said == sentence
    )
    return tx.connection.execute(found).first() is not None


def said(tx: Transaction, sentence: str) -> list[Entry]:
    """Return the lines of all logs that say a sentence."""
    asked = sa.select(entries).where(entries.c.said == sentence)
    return [_entry(dict(row)) for row in tx.connection.execute(asked).mappings()]


def since(tx: Transaction, identifier: str, at: int) -> int:
    """Return for how many objects a playbook took steps since an instant."""
    asked = sa.select(sa.func.count(sa.distinct(entries.c.object_id))).where(
        entries.c.playbook == identifier, entries.c.at >= at
    )
    return int(tx.connection.execute(asked).scalar_one())


def note(tx: Transaction, given: Entry) -> None:
    """Write a line of the log, or what became of it."""
    values: dict[str, Any] = {**msgspec.structs.asdict(given), "facts": _text(given.facts)}
    key = (
        (entries.c.playbook == given.playbook)
        & (entries.c.object_id == given.object_id)
        & (entries.c.source == given.source)
        & (entries.c.step == given.step)
    )
    tx.connection.execute(entries.delete().where(key))
    tx.connection.execute(entries.insert().values(**values))


def log(tx: Transaction, identifier: str | None) -> Iterator[Entry]:
    """Yield the log of a playbook, or of all, newest first."""
    asked = sa.select(entries).order_by(
        entries.c.at.desc(), entries.c.object_id, entries.c.source, entries.c.step.desc()
    )
    if identifier is not None:
        asked = asked.where(entries.c.playbook == identifier)
    for row in tx.connection.execute(asked.limit(MOST)).mappings():
        yield _entry(dict(row))


def tell(tx: Transaction, identifier: str, about: Statement, person: str, at: int) -> None:
    """Keep that a person is to be told of a statement, once."""
    object_id, source = about
    key = (
        (notices.c.playbook == identifier)
        & (notices.c.object_id == object_id)
        & (notices.c.source == source)
        & (notices.c.person == person)
    )
    tx.connection.execute(notices.delete().where(key))
    tx.connection.execute(
        notices.insert().values(playbook=identifier, object_id=object_id, source=source, person=person, at=at)
    )


def told(tx: Transaction, person: str) -> dict[str, list[Statement]]:
    """Return what a person is to be told: playbook → statements, newest first."""
    asked = sa.select(notices).where(notices.c.person == person).order_by(notices.c.at.desc())
    found: dict[str, list[Statement]] = {}
    for row in tx.connection.execute(asked).mappings():
        found.setdefault(str(row["playbook"]), []).append((str(row["object_id"]), str(row["source"])))
    return found


def heard(tx: Transaction, identifier: str, person: str) -> None:
    """Forget what a person was told by a playbook: they have seen it."""
    tx.connection.execute(
        notices.delete().where(notices.c.playbook == identifier, notices.c.person == person)
    )


def _row(given: Playbook) -> dict[str, Any]:
    return {
        **msgspec.structs.asdict(given),
        "asked": _text(given.asked),
        "steps": _text(given.steps),
    }


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(**{**row, "facts": msgspec.json.decode(row["facts"], type=dict[str, str])})


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _playbook(row: dict[str, Any]) -> Playbook:
    asked = msgspec.json.decode(row["asked"], type=Question)
    return Playbook(**{**row, "asked": asked, "steps": _steps.decode(row["steps"])})
