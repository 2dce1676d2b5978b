"""What could not be taken in: listed with its reasons, and tried again once the cause is gone."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection
from typing import TYPE_CHECKING

import msgspec

from cordiale.desk import audit, definitions, jobs, records
from cordiale.desk.actor import authorise
from cordiale.desk.answers import ImportReport, SetAside
from cordiale.desk.incoming import importing
from cordiale.desk.incoming.intake import prepare
from cordiale.desk.incoming.tally import Tally, shown
from cordiale.desk.summary import lines
from cordiale.exchange.receive.claims import speaking_for_us
from cordiale.platform.errors import NotFound
from cordiale.platform.ids import uuid4
from cordiale.platform.languages import _
from cordiale.release.marking import from_text
from cordiale.store import versions

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

PAGE = 500
LIMIT = 10_000
"""Most lines of one list."""


def set_aside(desk: Desk, actor: Actor, *, after: int | None = None, limit: int = 100) -> list[SetAside]:
    """Return what is set aside, oldest first, after a number; raises InputError for no lines at all.

    Nobody has decided what may be seen of it: whoever may not see everything gets what they imported themselves.
    """
    authorise(actor, "set-aside")
    limit = lines(limit, LIMIT)
    with desk.store.read() as tx:
        return [shown(thing) for thing in records.kept(tx, after=after or 0, limit=limit, by=whose(actor))]


def set_aside_bytes(desk: Desk, actor: Actor, number: int) -> bytes:
    """Return the bytes of one thing set aside, for a person to correct; empty when there is none."""
    authorise(actor, "set-aside")
    with desk.store.read() as tx:
        found = records.kept(tx, numbers=[number], by=whose(actor))
    return found[0].raw if found else b""


def whose(actor: Actor) -> str | None:
    """Return whose imports an actor is told of, None for everybody's."""
    return None if actor.recipient is None else actor.name


def set_aside_retry(desk: Desk, actor: Actor, numbers: Collection[int] | None = None) -> ImportReport:
    """Try again to take in what was set aside: all of it, or these numbers; what succeeds leaves the list.

    Raises NotFound for a number under which nothing is set aside, before anything is tried.
    """
    authorise(actor, "set-aside")
    _all_there(desk, actor, numbers or ())
    started, now = time.monotonic(), desk.clock()
    job = records.Job(
        id=uuid4(desk.random)[:8],
        kind="retry",
        state="running",
        by=actor.name,
        started=now,
        updated=now,
        process=jobs.process(),
    )
    tally = Tally.of(job)
    limits = importing.limits_of(desk)
    after = 0
    while True:
        with desk.store.write() as tx:
            things = records.kept(tx, after=after, limit=PAGE, numbers=numbers, by=whose(actor))
            if not things:
                records.put_job(tx, tally.job(job, desk.clock(), "done"))
                audit.acted(tx, desk, actor, "set-aside-retry", job=job.id, done=tally.read)
                break
            after = things[-1].number
            taken: list[int] = []
            secret: list[int] = []
            for thing in (t for t in things if t.raw):
                given = from_text(thing.marking) or None
                known = definitions.believed(tx, desk, thing.source)
                intake = prepare([(thing.place, thing.raw)], known, given, limits)
                puts = list(intake.puts)
                if thing.source != desk.node:
                    claimed = speaking_for_us(tx, desk.home, [put.version for put in puts])
                    if any(claimed.values()):
                        continue  # quarantined for good: no retry makes a partner's words ours
                    puts = [msgspec.structs.replace(put, origin="received") for put in puts]
                outcomes = versions.put(tx, thing.source, now, puts, own=desk.home.identities)
                told = importing.as_told(tx, desk, actor, outcomes)
                if intake.refused or any(o.kind == "conflict" for o in told):
                    tally.set_aside += 1
                    tally.reasons += Counter(p.code for p in thing.problems[:1])
                    tally.read += 1
                    continue
                if any(o.kind == "conflict" for o in outcomes):
                    secret.append(thing.number)
                else:
                    taken.append(thing.number)
                tally.add(intake, told, ())
            records.drop_kept(tx, taken)
            records.hand_over(tx, secret)
    importing.index_all(desk)
    desk.wake()
    return tally.report(job, "done", time.monotonic() - started)


def _all_there(desk: Desk, actor: Actor, numbers: Collection[int]) -> None:
    held: set[int] = set()
    if numbers:
        with desk.store.read() as tx:
            found = records.kept(tx, limit=len(numbers), numbers=numbers, by=whose(actor))
            held = {thing.number for thing in found}
    missing = sorted(set(numbers) - held)
    if missing:
        raise NotFound(
            "no-set-aside",
            _("Nothing is set aside under {numbers}. See: cordiale set-aside list"),
            numbers=", ".join(map(str, missing)),
        )
