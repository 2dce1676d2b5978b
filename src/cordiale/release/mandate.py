"""Has anybody allowed this to leave: standing rules, acts of officers, exceptions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from cordiale.platform.clock import Instant
from cordiale.release.marking import NOTHING, Marking
from cordiale.release.partnership import Mandate, Query, Rules, matches_any
from cordiale.release.personal import NAMES
from cordiale.release.recipient import Recipient, addresses


class Facts(msgspec.Struct, frozen=True):
    """What a mandate may ask about a version; `marking` is its effective marking."""

    id: str
    type: str
    source: str
    marking: Marking
    created_by: str | None = None
    labels: tuple[str, ...] = ()


class Act(msgspec.Struct, frozen=True):
    """An officer's approval of ids or of a query for recipients; `second` is the other officer of `four_eyes`.

    It holds for later versions of the ids as well, until it ends or is withdrawn.
    """

    id: str
    to: tuple[str, ...]
    officer: str
    at: Instant
    ids: frozenset[str] = frozenset()
    where: Query | None = None
    second: str | None = None
    until: Instant | None = None
    withdrawn: bool = False


class Exemption(msgspec.Struct, frozen=True):
    """One exception for one object and recipient: act, hold, or consent needed."""

    object_id: str
    to: str
    kind: Literal["act", "hold", "consent-needed"]
    by: str
    at: Instant
    until: Instant | None = None
    second: str | None = None


class Mandated(msgspec.Struct, frozen=True):
    """Whether a version has a mandate, the code of the reason, and the mandate, act or person it rests on.

    Codes: `automatic`, `approved`; `held`, `consent-needed`, `second-officer-needed`, `approval-needed`, `no-mandate`.
    `named` is the act by which an officer named that very object, of what names a person (`release.personal`).
    """

    allowed: bool
    code: str
    mandate: str | None = None
    act: str | None = None
    by: str | None = None
    named: str = ""


def mandated(
    facts: Facts,
    recipient: Recipient,
    rules: Rules,
    acts: Iterable[Act],
    exemptions: Iterable[Exemption],
    now: Instant,
    consents: frozenset[str] = NOTHING,
) -> Mandated:
    """Return whether a version may go to a recipient: a standing rule or an act says so and no exception forbids.

    Of the rules that speak of this version and recipient the strictest governs: four eyes, then automatic, then
    approval. Exceptions come before all of them, a hold first.
    """
    called = addresses(recipient)
    if facts.type in NAMES:
        acts = tuple(acts)
        found = _mandated(facts, called, rules, acts, exemptions, now, consents)
        act = naming(facts.id, called, acts, now) if found.allowed else None
        return found if act is None else msgspec.structs.replace(found, named=act.id)
    return _mandated(facts, called, rules, acts, exemptions, now, consents)


def naming(stix_id: str, called: frozenset[str], acts: Iterable[Act], now: Instant) -> Act | None:
    """Return an act in force that names this very object for who is called so, None when there is none."""
    for act in acts:
        if stix_id in act.ids and not (act.withdrawn or called.isdisjoint(act.to)) and _lasts(act.until, now):
            return act
    return None


def _mandated(
    facts: Facts,
    called: frozenset[str],
    rules: Rules,
    acts: Iterable[Act],
    exemptions: Iterable[Exemption],
    now: Instant,
    consents: frozenset[str],
) -> Mandated:
    mine = [e for e in exemptions if e.object_id == facts.id and e.to in called and _lasts(e.until, now)]
    for exemption in mine:
        if exemption.kind == "hold":
            return Mandated(False, "held", by=exemption.by)
    for exemption in mine:
        if exemption.kind == "consent-needed" and not consents:
            return Mandated(False, "consent-needed", by=exemption.by)
    mandate = governing(facts, called, rules.mandates, now)
    if mandate is None:
        return Mandated(False, "no-mandate")
    if mandate.mode == "automatic":
        return Mandated(True, "automatic", mandate=mandate.name)
    lone: Mandated | None = None
    for officer, second, act in _approvals(facts, called, acts, mine, now):
        if not mandate.four_eyes or (second is not None and second != officer):
            return Mandated(True, "approved", mandate=mandate.name, act=act, by=officer)
        lone = lone or Mandated(False, "second-officer-needed", mandate=mandate.name, act=act, by=officer)
    return lone or Mandated(False, "approval-needed", mandate=mandate.name)


def governing(
    facts: Facts, called: frozenset[str], mandates: Iterable[Mandate], now: Instant
) -> Mandate | None:
    """Return the strictest mandate that speaks of these facts and this recipient, None when none does."""
    speaking = [
        m for m in mandates if in_force(m, now) and not called.isdisjoint(m.to) and asks_for(m.where, facts)
    ]
    return min(speaking, key=_strictness, default=None)


def in_force(mandate: Mandate, now: Instant) -> bool:
    """Tell whether a mandate holds at an instant."""
    return (mandate.since is None or mandate.since <= now) and _lasts(mandate.until, now)


def asks_for(query: Query, facts: Facts) -> bool:
    """Tell whether a saved query finds a version; an empty query finds everything."""
    return (
        (not query.type or matches_any(query.type, facts.type))
        and (not query.source or matches_any(query.source, facts.source))
        and (
            not query.created_by
            or (facts.created_by is not None and matches_any(query.created_by, facts.created_by))
        )
        and (not query.labels or any(matches_any(query.labels, label) for label in facts.labels))
        and (
            not query.marking or all(any(matches_any((p,), a) for a in facts.marking) for p in query.marking)
        )
        and (
            not query.marking_within or all(matches_any(query.marking_within, atom) for atom in facts.marking)
        )
    )


def _strictness(mandate: Mandate) -> tuple[int, str]:
    return (0 if mandate.four_eyes else 1 if mandate.mode == "automatic" else 2), mandate.name


def _approvals(
    facts: Facts, called: frozenset[str], acts: Iterable[Act], exemptions: Iterable[Exemption], now: Instant
) -> Iterable[tuple[str, str | None, str | None]]:
    """Yield who approved this version, the second officer, and the act."""
    for act in acts:
        if act.withdrawn or called.isdisjoint(act.to) or not _lasts(act.until, now):
            continue
        if facts.id in act.ids or (
            act.where is not None and act.where != Query() and asks_for(act.where, facts)
        ):
            yield act.officer, act.second, act.id
    for exemption in exemptions:
        if exemption.kind == "act":
            yield exemption.by, exemption.second, None


def _lasts(until: Instant | None, now: Instant) -> bool:
    return until is None or now < until
