"""Take what a partner posts to the write-only inbox: checked as an import, stated by the partner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from cordiale.desk import definitions, records
from cordiale.desk.incoming.importing import limits_of
from cordiale.desk.incoming.intake import Intake, Refused, prepare
from cordiale.desk.records import Problem
from cordiale.exchange.receive.claims import speaking_for_us
from cordiale.exchange.serve.service import Delivered
from cordiale.platform.clock import format_instant
from cordiale.platform.collector import held_back
from cordiale.platform.languages import _, fill
from cordiale.release.marking import UNMARKED, text_of
from cordiale.store import versions

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction


_CLAIM: Final = _("{node} sent {id} in the name of this node; it is kept in quarantine.")


def take(desk: Desk, node: str, raws: tuple[bytes, ...]) -> tuple[Delivered, ...]:
    """Do what `taken` does, in a transaction of its own."""
    with desk.store.write() as tx:
        return taken(tx, desk, node, raws)


def taken(tx: Transaction, desk: Desk, node: str, raws: tuple[bytes, ...]) -> tuple[Delivered, ...]:
    """Store the objects of one post under the partner's name and report on each, in order.

    What carries no marking stays in the house until somebody marks it.
    """
    now = desk.clock()
    answers: list[Delivered] = []
    known = definitions.believed(tx, desk, node)
    with held_back():
        intake = prepare(list(enumerate(raws)), known, None, limits_of(desk))
        claimed = speaking_for_us(tx, desk.home, [put.version for put in intake.puts])
        puts = [
            msgspec.structs.replace(put, origin="received")
            for put in intake.puts
            if put.version.hash not in claimed
        ]
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
        for refused in (*intake.refused, *_quarantined(intake, claimed, node))
    ]
    records.keep(tx, kept)
    refusals = {
        put.version.hash: outcome.reason or outcome.kind
        for put, outcome in zip(puts, outcomes, strict=True)
        if outcome.kind not in ("new", "same")
    }
    for put in intake.puts:
        # What is quarantined is answered as if it were taken: another answer would tell which ids are held here.
        version = put.version
        answers.append(Delivered(version.id, _version(version), refusals.get(version.hash)))
    for refused in intake.refused:
        first = refused.problems[0]
        answers.append(
            Delivered(refused.object_id or "", format_instant(now), fill(first.message_id, first.params))
        )
    return tuple(answers)


def _quarantined(intake: Intake, claimed: Mapping[bytes, bool], node: str) -> list[Refused]:
    """Return what speaks in our name; our own content that came back is nothing new and is left out."""
    return [
        Refused(
            place,
            put.version.raw,
            put.version.id,
            (Problem("id", "inbox.identity", _CLAIM, {"node": node, "id": put.version.id}),),
        )
        for place, put in enumerate(intake.puts)
        if claimed.get(put.version.hash)
    ]


def _version(version: object) -> str:
    stamp = getattr(version, "modified", None) or getattr(version, "created", None)
    return format_instant(stamp) if stamp is not None else ""
