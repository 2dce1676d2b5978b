"""Remove what was kept as long as its source and purpose allow, by rules that a named person approved.

An object's days count from when its source last stated it. Who set a last day on it by `retain-until` set that day: it
is kept until then, whatever the rules of its source say, and goes as soon as it has passed and the rules ask for it.
What partners hold of it is asked back with the reason `retention`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from cordiale.desk import audit, records
from cordiale.desk.actor import Actor, authorise, named
from cordiale.desk.answers import Answer
from cordiale.desk.files import attachments
from cordiale.desk.incoming import profiles
from cordiale.desk.upkeep.removing import take_away
from cordiale.desk.visible import visible
from cordiale.platform.clock import DAY, HOUR, Instant, parse_instant
from cordiale.platform.log import logger
from cordiale.release.marking import Marking, parse_atom
from cordiale.store import aged, backup, markings

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk
    from cordiale.platform.configuration import Settings
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Visible

REASON: Final = "retention"

_PAGE: Final = 500
_APPROVED, _ENDED, _REMOVED = "retention-approve", "retention-end", "retention-remove"
_NODE = "cordiale"

log = logger("desk")


class Due(Answer, frozen=True, kw_only=True):
    """Count what one source stated of one type that is due, and what of it is kept by a last day of its own."""

    source: str
    purpose: str
    days: int
    type: str
    objects: int
    kept: int = 0


class RetentionPlan(Answer, frozen=True, kw_only=True):
    """Say what the rules of now remove, or removed, and who approved them; `approved` is None when nobody did."""

    due: tuple[Due, ...]
    rules: str
    approved: str | None = None
    approved_at: Instant | None = None
    removed: int = 0
    asked_back: int = 0


class Removal(Answer, frozen=True, kw_only=True):
    """One line of the log: what was removed, how much, under which rule, and by whose approval."""

    at: Instant
    by: str
    source: str
    purpose: str
    days: int
    types: dict[str, int]
    asked_back: dict[str, int]


def retention_preview(desk: Desk, actor: Actor) -> RetentionPlan:
    """Count what is due by source and type, of what the actor sees; nothing is changed."""
    authorise(actor, "retention")
    now = desk.clock()
    found: Counter[Rule] = Counter()
    held: Counter[Rule] = Counter()
    with desk.store.read() as tx:
        kept = _kept(tx, now)
        seen = visible(tx, desk, actor)
        for source in aged.sources(tx):
            for page in _pages(tx, desk, source, now):
                for one, rule in page.due:
                    if seen is not None and one.effective_mid not in seen:
                        continue
                    (held if one.effective_mid in kept else found)[rule] += 1
        approval = _approval(tx)
    due = tuple(
        Due(
            source=rule.source,
            purpose=rule.purpose,
            days=rule.days,
            type=rule.type,
            objects=found[rule],
            kept=held[rule],
        )
        for rule in sorted({*found, *held})
    )
    rules = token(desk.settings)
    valid = approval is not None and approval[0] == rules
    return RetentionPlan(
        due=due,
        rules=rules,
        approved=approval[1] if approval and valid else None,
        approved_at=approval[2] if approval and valid else None,
    )


def retention_apply(
    desk: Desk,
    actor: Actor,
    *,
    standing: bool = True,
    progress: Callable[[int, int | None], None] = lambda _done, _of: None,
) -> RetentionPlan:
    """Remove what is due now; with `standing` the node goes on by itself until the rules change or somebody ends it.

    The person answers for the rules of this moment: a changed setting needs a new approval. What they do not see they do
    not remove; a standing approval is of the rules, and reaches all that these name. It can be stopped and repeated.
    """
    authorise(actor, "retention-apply")
    named(actor, "retention apply")
    plan = retention_preview(desk, actor)
    if standing:
        with desk.store.write() as tx:
            audit.acted(tx, desk, actor, _APPROVED, rules=plan.rules, by=actor.name)
    total = sum(one.objects for one in plan.due)
    removed, asked = _remove(desk, actor, actor.name, lambda done: progress(done, total))
    after = retention_preview(desk, actor)
    return msgspec.structs.replace(
        plan, approved=after.approved, approved_at=after.approved_at, removed=removed, asked_back=asked
    )


def retention_end(desk: Desk, actor: Actor) -> RetentionPlan:
    """End a standing approval: nothing is removed any more until somebody approves again."""
    authorise(actor, "retention-apply")
    named(actor, "retention end")
    with desk.store.write() as tx:
        audit.acted(tx, desk, actor, _ENDED, by=actor.name)
    return retention_preview(desk, actor)


def retention_log(desk: Desk, actor: Actor, *, limit: int = 50) -> list[Removal]:
    """Return what was removed, newest first: counts and rules, nothing of any object.

    Who does not see everything is told of what was marked as they may see, and what was asked back only where that was
    all of it. A line from before markings were written down tells them nothing.
    """
    authorise(actor, "retention")
    with desk.store.read() as tx:
        rows = records.latest_audit(tx, max(1, limit), verb=_REMOVED)
        seen = visible(tx, desk, actor)
    told = [(row["at"], dict(row["details"])) for row in rows]
    return [
        msgspec.convert({"at": at, **details}, Removal) for at, details in told if _as_seen(details, seen)
    ]


def _as_seen(details: dict[str, Any], seen: Visible) -> bool:
    """Leave of a line's counts those of markings that a reader passes; tell whether any is left."""
    marked: dict[str, dict[str, int]] = details.pop("marked", {})
    if seen is None:
        return True
    shown = [types for mid, types in marked.items() if int(mid) in seen]
    counted: Counter[str] = Counter()
    for types in shown:
        counted.update(types)
    if len(shown) < len(marked):
        details["asked_back"] = {}
    details["types"] = dict(counted)
    return bool(counted)


def tick(desk: Desk) -> int:
    """Remove what has come of age under approved rules; looks once an hour, whenever it is called."""
    now = desk.clock()
    # between two looks of the background at what has come of age
    if now - desk.cache.get("retention.looked", -HOUR) < HOUR:
        return 0
    desk.cache["retention.looked"] = now
    with desk.store.read() as tx:
        approval = _approval(tx)
    if approval is None or approval[0] != token(desk.settings):
        return 0
    removed, _asked = _remove(desk, Actor(name=_NODE), approval[1], lambda _done: None)
    if removed:
        log.info("retention removed objects", count=removed)
    return removed


def token(settings: Settings) -> str:
    """Return what stands for the rules of retention, and changes with them."""
    said = [
        settings.retention.days,
        sorted((name, one.days) for name, one in settings.purpose.items()),
        sorted((name, one.purpose, one.days) for name, one in settings.source.items()),
    ]
    return sha256(msgspec.json.encode(said)).hexdigest()[:16]


def days_of(settings: Settings, source: str) -> tuple[int, str]:
    """Return for how many days what a source states is kept, and for which purpose; 0 is for ever."""
    profile = settings.source.get(source)
    purpose = profile.purpose if profile else ""
    meant = settings.purpose.get(purpose)
    for days in (profile.days if profile else 0, meant.days if meant else 0, settings.retention.days):
        if days:
            return max(0, days), purpose
    return 0, purpose


class Rule(NamedTuple):
    """The rule under which something is due: whose profile, how many days, for which purpose, of which type."""

    source: str
    days: int
    purpose: str
    type: str


class _Page(NamedTuple):
    due: list[tuple[aged.Aged, Rule]]
    last: int


def _pages(tx: Transaction, desk: Desk, source: str, now: Instant) -> Iterator[_Page]:
    after = 0
    while (page := _page(tx, desk, source, now, after)) is not None:
        yield page
        after = page.last


def _page(tx: Transaction, desk: Desk, source: str, now: Instant, after: int) -> _Page | None:
    """Return what is due among the next statements of a source; None behind the last."""
    settings = desk.settings
    least = _least(settings, source, own=source == desk.node)
    found = aged.aged(tx, source, now - least * DAY, after, _PAGE) if least else []
    if not found:
        return None
    taken = profiles.profiles_of(tx, [one.oid for one in found]) if source == desk.node else {}
    due = []
    for one in found:
        name = taken.get(one.oid, source)
        days, purpose = days_of(settings, name)
        if days and one.at < now - days * DAY:
            due.append((one, Rule(name, days, purpose, one.type)))
    return _Page(due, found[-1].vid)


def _least(settings: Settings, source: str, *, own: bool) -> int:
    """Return the fewest days after which anything of a source may be due; 0 when nothing ever is."""
    named = {source, *(settings.source if own else ())}
    return min((days for name in named if (days := days_of(settings, name)[0])), default=0)


def _approval(tx: Transaction) -> tuple[str, str, Instant] | None:
    """Return (rules, by whom, when) of the standing approval."""
    last = records.latest_audit(tx, 1, verb=_APPROVED)
    ended = records.latest_audit(tx, 1, verb=_ENDED)
    if not last or (ended and ended[0]["number"] > last[0]["number"]):
        return None
    return str(last[0]["details"]["rules"]), str(last[0]["actor"]), int(last[0]["at"])


def _kept(tx: Transaction, now: Instant) -> frozenset[int]:
    """Return the markings that name a last day which is still to come."""

    def ahead(marking: Marking) -> bool:
        parsed = [parse_atom(atom) for atom in marking]
        ends = [parse_instant(one.value) for one in parsed if one.axis == "retain-until"]
        return bool(ends) and min(ends) > now

    return frozenset(mid for mid, marking in markings.all_markings(tx).items() if ahead(marking))


def _by_marking(those: Sequence[aged.Aged]) -> dict[str, dict[str, int]]:
    """Count types by effective marking, so that later readers are told of what they may see."""
    found: dict[str, Counter[str]] = {}
    for one in those:
        found.setdefault(str(one.effective_mid), Counter())[one.type] += 1
    return {mid: dict(types) for mid, types in found.items()}


def _remove(desk: Desk, actor: Actor, approved: str, progress: Callable[[int], None]) -> tuple[int, int]:
    now = desk.clock()
    removed = asked = 0
    with desk.store.read() as tx:
        sources = aged.sources(tx)
    for source in sources:
        after = 0
        while True:
            with desk.store.write() as tx:
                seen = visible(tx, desk, actor)
                page = _page(tx, desk, source, now, after)
                if page is None:
                    break
                after = page.last
                kept = _kept(tx, now)
                going: dict[Rule, list[aged.Aged]] = {}
                for one, rule in page.due:
                    if one.effective_mid not in kept and (seen is None or one.effective_mid in seen):
                        going.setdefault(rule._replace(type=""), []).append(one)
                for rule, those in sorted(going.items()):
                    oids = [one.oid for one in those]
                    back = take_away(tx, desk, source, oids, REASON, approved, now)
                    audit.acted(
                        tx,
                        desk,
                        actor,
                        _REMOVED,
                        by=approved,
                        source=rule.source,
                        purpose=rule.purpose,
                        days=rule.days,
                        types=dict(Counter(one.type for one in those)),
                        marked=_by_marking(those),
                        asked_back=back,
                    )
                    removed += len(those)
                    asked += sum(back.values())
            progress(removed)
    if removed:
        attachments.collect(desk)
        backup.scrub_owed(desk.store)
        desk.wake()
    return removed, asked
