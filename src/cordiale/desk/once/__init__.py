"""Do what a program asked once, however often it asks: it repeats a request whose answer it did not get."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cordiale.desk import jobs
from cordiale.desk.once import records
from cordiale.platform.clock import DAY
from cordiale.platform.errors import Conflict, InputError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

KEPT: Final = DAY
"""How long an answer is kept."""


def begin(desk: Desk, actor: Actor, key: str, digest: bytes) -> bytes | None:
    """Return what this very request was answered before; None when it is to be done now, which is written down.

    Raises InputError when the key stood for another request, Conflict while that one is under way, and when the node
    ended in the middle of it, so that nobody knows whether it was done.
    """
    now, who = desk.clock(), _who(actor)
    with desk.store.write() as tx:
        records.drop_before(tx, now - KEPT)
        found = records.get(tx, who, key)
        if found is None:
            records.put(tx, who, key, digest, now, jobs.process())
            return None
    known, process, answer = found
    if known != digest:
        raise InputError(
            "key-reused",
            _("This Idempotency-Key stood for another request: choose a new one for every request."),
        )
    if answer is None and jobs.alive(process):
        raise Conflict("under-way", _("This request is under way already: ask again in a moment."))
    if answer is None:
        raise Conflict(
            "interrupted",
            _(
                "The node ended while it did this: look whether it was done, and if not, ask again with another Idempotency-Key."
            ),
        )
    return answer


def keep(desk: Desk, actor: Actor, key: str, answer: bytes) -> None:
    """Keep what the request of this key was answered, for a day."""
    with desk.store.write() as tx:
        records.answered(tx, _who(actor), key, answer)


def forget(desk: Desk, actor: Actor, key: str) -> None:
    """Forget a request that failed here: it may be asked anew."""
    with desk.store.write() as tx:
        records.drop(tx, _who(actor), key)


def _who(actor: Actor) -> str:
    return f"{actor.person} {actor.name}"
