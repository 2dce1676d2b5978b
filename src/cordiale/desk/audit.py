"""Write down who did what: acts in the database with what they changed, reading in a file beside.

An act and its audit row are one transaction. Reading must not wait for a writer (an import holds
the write lock for a second at a time), so what was read goes to `logs/reads.jsonl`, one line
per verb, appended whole.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import msgspec

from cordiale.desk import records
from cordiale.platform.clock import format_instant

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction

READS = "reads.jsonl"


def acted(tx: Transaction, desk: Desk, actor: Actor, verb: str, **details: Any) -> None:
    """Record an act in the transaction that does it."""
    records.append(tx, desk.clock(), actor.name, verb, details, desk.random(16))


def read(desk: Desk, actor: Actor, verb: str, **details: Any) -> None:
    """Record what somebody asked to see; a full disk stops the reading, never the record."""
    line = {"at": format_instant(desk.clock(), 6), "actor": actor.name, "verb": verb, **details}
    folder = desk.folder / "logs"
    folder.mkdir(exist_ok=True)
    handle = os.open(folder / READS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, msgspec.json.encode(line) + b"\n")
    finally:
        os.close(handle)
