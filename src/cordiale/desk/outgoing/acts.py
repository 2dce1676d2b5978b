"""Acts of officers as they stand now: what one let go, which wait for a second officer, and what was done when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec

from cordiale.desk.actor import authorise
from cordiale.desk.answers import Acted, Answer
from cordiale.desk.outgoing.recall import seen_by
from cordiale.desk.outgoing.release import acted
from cordiale.desk.partnerships import partnerships
from cordiale.desk.summary import lines
from cordiale.desk.visible import visible
from cordiale.exchange.recall.ledger import recalls
from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _
from cordiale.release import records
from cordiale.store import markings, versions
from cordiale.store.types import Filter

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.release.partnership import Query
    from cordiale.release.records import Applied, Signed
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Visible

LIMIT: Final = 200
"""Most lines of one list."""

JUDGED: Final = 200
"""Objects of one act that are looked at one by one."""

Kind = Literal["release", "recall", "rules"]


class ActView(Answer, frozen=True, kw_only=True):
    """One approval: by whom, for whom, what it names, and what partners have of that now.

    `ids` are those that this reader sees; `query` says what an act without ids asks for. `now` is empty where the partner
    is no partner any more.
    """

    act: str
    partner: str
    officer: str
    at: int
    reason: str
    ids: tuple[str, ...]
    query: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    until: int | None = None
    second: str | None = None
    second_at: int | None = None
    withdrawn_by: str | None = None
    withdrawn_at: int | None = None
    now: Acted | None = None


class Happened(Answer, frozen=True, kw_only=True):
    """One line of what was done in time: a release, a recall or rules; `id` opens it."""

    at: int
    kind: Kind
    by: str
    partner: str
    id: str
    objects: int
    state: str = ""
    reason: str = ""


def act_show(desk: Desk, actor: Actor, act: str) -> ActView:
    """Return one approval and what the partner has of it now; raises NotFound, alike for what the actor sees nothing of."""
    authorise(actor, "preview")
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        found = records.signed_acts(tx, 1, only=act) if act.replace("-", "").isalnum() else []
        ids = _ids(tx, found[0], seen) if found else []
        if not found or (seen is not None and not ids):
            raise NotFound("no-act", _("There is no act {act}."), act=act[:60])
        signed = found[0]
        one = partnerships(tx, desk.node).get(signed.act.to[0])
        covered = (ids or _asked(tx, signed.act.where, seen))[:JUDGED]
        now = acted(tx, desk, one, signed.act, "release", covered) if one is not None else None
    return ActView(
        act=signed.act.id,
        partner=signed.act.to[0],
        officer=signed.act.officer,
        at=signed.act.at,
        reason=signed.reason,
        ids=tuple(ids),
        query=_query(signed.act.where),
        until=signed.act.until,
        second=signed.act.second,
        second_at=signed.second_at,
        withdrawn_by=signed.withdrawn_by,
        withdrawn_at=signed.withdrawn_at,
        now=now,
    )


def release_log(desk: Desk, actor: Actor, *, before: int | None = None, limit: int = 50) -> list[Happened]:
    """Return what was released, recalled and ruled, newest first, before an instant (microseconds).

    A person who may not see everything gets what they see all of. Raises InputError.
    """
    authorise(actor, "preview")
    limit = lines(limit, LIMIT)
    end = before if before is not None else (1 << 62)
    found: list[Happened] = []
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        for signed in records.signed_acts(tx, limit, end):
            ids = _ids(tx, signed, seen)
            if seen is None or len(ids) == len(signed.act.ids) > 0:
                found.append(_released(signed, len(ids)))
        for one in recalls(tx):
            if one.at < end and seen_by(tx, one.ids, seen):
                state = one.at_instant(desk.clock())
                found.append(
                    Happened(
                        at=one.at,
                        kind="recall",
                        by=one.by,
                        partner=one.partner,
                        id=one.id,
                        objects=len(one.ids),
                        state=state,
                        reason=one.reason,
                    )
                )
        for name in records.current_rules(tx):
            past = records.rules_history(tx, name)
            found += [_ruled(name, one) for one in past if one.at < end]
    return sorted(found, key=lambda one: (-one.at, one.id))[:limit]


def _ruled(partnership: str, one: Applied) -> Happened:
    return Happened(at=one.at, kind="rules", by=one.by, partner=partnership, id=one.rules.version, objects=0)


def _released(signed: Signed, objects: int) -> Happened:
    act = signed.act
    state = "withdrawn" if act.withdrawn else "confirmed" if act.second else "approved"
    return Happened(
        at=act.at,
        kind="release",
        by=f"{act.officer}, {act.second}" if act.second else act.officer,
        partner=act.to[0],
        id=act.id,
        objects=objects,
        state=state,
        reason=signed.reason,
    )


def _ids(tx: Transaction, signed: Signed, seen: Visible) -> list[str]:
    named = sorted(signed.act.ids)
    return named if seen is None else [one for one in named if versions.get(tx, one, seen)]


def _query(where: Query | None) -> dict[str, tuple[str, ...]]:
    if where is None:
        return {}
    found = {"types": where.type, "marking_within": where.marking_within, "labels": where.labels}
    return {name: asked for name, asked in found.items() if asked or name != "labels"}


def _asked(tx: Transaction, where: Query | None, seen: Visible) -> list[str]:
    """Return the newest of what an approval by query speaks of."""
    if where is None or where.labels:  # an approval by label is for what comes
        return []
    within = frozenset(where.marking_within)
    mids = tuple(mid for mid, one in markings.all_markings(tx).items() if one <= within) if within else ()
    if within and not mids:
        return []
    page = versions.current(tx, Filter(types=where.type, markings=mids), None, JUDGED, seen, raw=False)
    return [row.id for row in page.rows if row.origin != "derived"]
