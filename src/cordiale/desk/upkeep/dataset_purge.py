"""The end of a dataset: by a person with a reason, or by the node on its day; what is left is a signed statement."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import Actor, authorise, named
from cordiale.desk.analysis.datasets import DatasetView, one, purged_already, view, work_folder
from cordiale.evidence import files
from cordiale.evidence import records as evidence
from cordiale.evidence.datasets import records
from cordiale.evidence.datasets.records import Dataset
from cordiale.exchange.signing import sign_statement
from cordiale.platform.clock import format_instant
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _
from cordiale.platform.log import logger

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction

STATEMENT: Final = "dataset-purge"
PURGE_DAY: Final = "purge-day"
"""Why a dataset was purged by the node itself."""

_NODE = "cordiale"

log = logger("desk")


class Purged(msgspec.Struct, frozen=True, kw_only=True):
    """What a node states of a dataset that it purged: how much there was under which seal, never any of it."""

    id: str
    name: str
    kind: str
    owner: str
    purpose: str
    basis: str
    purge_on: str
    rows: int
    size: int
    parts: int
    seal: str
    purged: str
    by: str
    reason: str


def dataset_purge(desk: Desk, actor: Actor, name: str, reason: str) -> DatasetView:
    """Delete every row of a dataset and what analyses kept of them; leave a signed statement that it was done.

    Raises NotFound for a dataset the actor does not see, InputError without a reason, Conflict when it was purged already.
    """
    authorise(actor, "dataset-purge")
    named(actor, "dataset purge")
    if not reason.strip():
        raise InputError("dataset-purge-reason", _("A purge is written down with its reason: --reason."))
    with desk.store.write() as tx:
        found = one(tx, desk, actor, name)
        if found.state != "open":
            raise purged_already(found)
        found = _begin(tx, desk, actor, found, reason.strip())
    return view(_finish(desk, actor, found))


def tick(desk: Desk) -> int:
    """Purge datasets whose day has come, and end purges that a crash interrupted; return how many.

    What an analysis that was killed left of a purged dataset goes as well.
    """
    now = desk.clock()
    with desk.store.read() as tx:
        every = records.every(tx)
        due = [
            found
            for found in every
            if found.state == "purging" or (found.state == "open" and found.purge_on <= now)
        ]
    node = Actor(name=_NODE)
    for found in due:
        if found.state == "open":
            with desk.store.write() as tx:
                again = records.get(tx, found.id)
                if again is None or again.state != "open":
                    continue
                found = _begin(tx, desk, node, again, PURGE_DAY)
        _finish(desk, node, found)
    for found in every:
        if found.state == "purged":
            shutil.rmtree(work_folder(desk, found.id), ignore_errors=True)
    if due:
        log.info("datasets purged", count=len(due))
    return len(due)


def _begin(tx: Transaction, desk: Desk, actor: Actor, found: Dataset, reason: str) -> Dataset:
    """Write down that a dataset goes: from here on nobody reads it, and a crash only delays the rest."""
    going = msgspec.structs.replace(found, state="purging", ending=reason)
    records.change(tx, going)
    audit.acted(tx, desk, actor, "dataset-purge", dataset=going.id, name=going.name, reason=reason)
    return going


def _finish(desk: Desk, actor: Actor, going: Dataset) -> Dataset:
    with desk.store.read() as tx:
        parts = records.parts(tx, going.id)
    shutil.rmtree(work_folder(desk, going.id), ignore_errors=True)
    statement = Purged(
        id=going.id,
        name=going.name,
        kind=going.kind,
        owner=going.owner,
        purpose=going.purpose,
        basis=going.basis,
        purge_on=format_instant(going.purge_on),
        rows=going.rows,
        size=going.size,
        parts=going.parts,
        seal=going.seal,
        purged=format_instant(desk.clock()),
        by=actor.name,
        reason=going.ending,
    )
    with desk.store.write() as tx:
        records.forget_parts(tx, going.id)
        for part in parts:
            if not evidence.referenced(tx, part.sha256):
                files.remove(desk.files, part.sha256)
        # after the files are gone: what is signed here is true
        proof = sign_statement(desk.home, STATEMENT, msgspec.to_builtins(statement)).decode()
        done = msgspec.structs.replace(going, state="purged", proof=proof, salt=b"")
        records.change(tx, done)
        audit.acted(tx, desk, actor, "dataset-purged", dataset=done.id, rows=done.rows, seal=done.seal)
    return done
