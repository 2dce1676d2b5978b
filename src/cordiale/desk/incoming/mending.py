"""One thing that was set aside, with its bytes and all its reasons; and what a person made of it, taken in instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordiale.desk import audit, records
from cordiale.desk.actor import authorise
from cordiale.desk.answers import Answer, ImportReport, Reason, SetAside
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.set_aside import whose
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.incoming.tally import shown
from cordiale.platform.errors import InputError, NotAllowed, NotFound
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.desk.records import Kept
    from cordiale.store.connection import Transaction


class Broken(Answer, frozen=True, kw_only=True):
    """One thing set aside: its bytes as they came, and each reason with its path in `params`."""

    line: SetAside
    raw: bytes
    reasons: tuple[Reason, ...]
    job: str
    ours: bool


def set_aside_show(desk: Desk, actor: Actor, number: int) -> Broken:
    """Return one thing set aside with everything that is wrong with it; raises NotFound."""
    authorise(actor, "set-aside")
    with desk.store.read() as tx:
        thing = _thing(tx, actor, number)
    return Broken(
        line=shown(thing),
        raw=thing.raw,
        reasons=tuple(
            Reason(code=p.code, message_id=p.message_id, params={**p.params, "path": p.path})
            for p in thing.problems
        ),
        job=thing.job,
        ours=thing.source == desk.node,
    )


def set_aside_mend(desk: Desk, actor: Actor, number: int, raw: bytes) -> ImportReport:
    """Import what a person made of something set aside; it leaves the list.

    What is still wrong is set aside anew, with the corrected bytes and the reasons they have. Raises NotFound, InputError
    for nothing at all or too much, NotAllowed for what a partner stated.
    """
    authorise(actor, "set-aside")
    authorise(actor, "import")
    with desk.store.read() as tx:
        thing = _thing(tx, actor, number)
    if thing.source != desk.node:
        raise NotAllowed(
            "mend-others",
            _("This came from {source}: only they can correct what they state."),
            source=thing.source,
        )
    if not raw.strip() or len(raw) > desk.settings.limits.object_bytes:
        raise InputError(
            "mend-size",
            _("Give the corrected object, of at most {most} bytes."),
            most=desk.settings.limits.object_bytes,
        )
    marking = tuple(thing.marking.split("\n")) if thing.marking else None
    done = import_(desk, actor, [of_bytes(thing.file, raw)], marking=marking)
    with desk.store.write() as tx:
        # what is wrong as before, byte for byte, is kept once: then the line stays as it is
        if not done.set_aside or records.kept(tx, job=done.job, limit=1):
            records.drop_kept(tx, [number])
        audit.acted(tx, desk, actor, "set-aside-mend", job=done.job, number=number)
    return done


def _thing(tx: Transaction, actor: Actor, number: int) -> Kept:
    found = records.kept(tx, numbers=[number], by=whose(actor))
    if not found:
        raise NotFound(
            "no-set-aside",
            _("Nothing is set aside under {numbers}. See: cordiale set-aside list"),
            numbers=number,
        )
    return found[0]
