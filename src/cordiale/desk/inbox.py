"""Take what a partner posts to the write-only inbox: checked as an import, stated by the partner."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from cordiale.desk import definitions, records
from cordiale.desk.importing import limits_of
from cordiale.desk.intake import prepare
from cordiale.exchange.service import Delivered
from cordiale.platform.clock import format_instant
from cordiale.platform.languages import fill
from cordiale.release.marking import UNMARKED, text_of
from cordiale.store import versions

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk


def take(desk: Desk, node: str, raws: tuple[bytes, ...]) -> tuple[Delivered, ...]:
    """Store the objects of one post under the partner's name and report on each, in order.

    What carries no marking stays in the house until somebody marks it.
    """
    limits = limits_of(desk)
    now = desk.clock()
    answers: list[Delivered] = []
    with desk.store.write() as tx:
        known = definitions.known(tx, desk)
        intake = prepare(list(enumerate(raws)), known, None, limits)
        puts = [msgspec.structs.replace(put, origin="received") for put in intake.puts]
        outcomes = versions.put(tx, node, now, puts)
        kept = [
            records.Kept(
                job=f"inbox:{node}",
                file=f"inbox:{node}",
                place=refused.place,
                object_id=refused.object_id,
                problems=refused.problems,
                at=now,
                raw=refused.raw,
                source=node,
                marking=text_of(UNMARKED),
            )
            for refused in intake.refused
        ]
        records.keep(tx, kept)
    desk.wake()
    for put, outcome in zip(puts, outcomes, strict=True):
        problem = outcome.reason or outcome.kind
        fine = outcome.kind in ("new", "same")
        answers.append(Delivered(put.version.id, _version(put.version), None if fine else problem))
    for refused in intake.refused:
        first = refused.problems[0]
        answers.append(
            Delivered(refused.object_id or "", format_instant(now), fill(first.message_id, first.params))
        )
    return tuple(answers)


def _version(version: object) -> str:
    stamp = getattr(version, "modified", None) or getattr(version, "created", None)
    return format_instant(stamp) if stamp is not None else ""
