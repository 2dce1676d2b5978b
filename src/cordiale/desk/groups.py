"""Current objects in groups that no rule can tell apart: what a change of rules is counted over."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

import orjson

from cordiale.desk import records
from cordiale.release import records as acts
from cordiale.release.diff import Group
from cordiale.release.mandate import Act
from cordiale.release.partnership import Rules
from cordiale.store import markings, versions

if TYPE_CHECKING:
    from cordiale.store.connection import Transaction

Kind = tuple[int, int, str, str, str | None, tuple[str, ...]]
"""Effective and full marking id, type, source, creator, labels."""


def groups(tx: Transaction, rules: Iterable[Rules | None], now: int) -> list[Group]:
    """Return the groups of all current versions, exactly.

    Labels stand in the objects themselves, so they are read only when a rule asks about them.
    Objects that an act or an exception names by id are counted apart.
    """
    found = acts.acts_by_query(tx)
    queries = [m.where for one in rules if one is not None for m in one.mandates]
    queries += [act.where for act in found if act.where is not None]
    with_labels = any(query.labels for query in queries)
    counted = _labelled(tx) if with_labels else Counter(records.current_kinds(tx))
    named = _named(tx, now)
    apart: Counter[tuple[Kind, frozenset[str], frozenset[str], frozenset[str]]] = Counter()
    for object_id, (once, twice, held) in named.items():
        for row in versions.get(tx, object_id, None):
            labels = _labels(row.raw) if with_labels else ()
            creator = _creator(row.raw)
            kind = (row.effective_mid, row.full_mid, row.type, row.source, creator, labels)
            if counted[kind] > 0:
                counted[kind] -= 1
                apart[kind, once, twice, held] += 1
    known = markings.all_markings(tx)
    nobody: frozenset[str] = frozenset()
    every = [((kind, nobody, nobody, nobody), n) for kind, n in counted.items() if n > 0]
    return [
        Group(
            effective=known[kind[0]],
            full=known[kind[1]],
            type=kind[2],
            source=kind[3],
            count=n,
            created_by=kind[4],
            labels=kind[5],
            approved=once,
            approved_twice=twice,
            held=held,
        )
        for (kind, once, twice, held), n in (*every, *apart.items())
    ]


def _named(tx: Transaction, now: int) -> dict[str, tuple[frozenset[str], frozenset[str], frozenset[str]]]:
    """Return, by object id, the nodes it is approved for once, approved for twice, and held from."""
    once: dict[str, set[str]] = defaultdict(set)
    twice: dict[str, set[str]] = defaultdict(set)
    held: dict[str, set[str]] = defaultdict(set)
    for act in acts.acts_about(tx):
        if _lasts(act, now):
            target = twice if act.second not in (None, act.officer) else once
            for object_id in act.ids:
                target[object_id].update(act.to)
    for exemption in acts.exceptions_about(tx):
        if exemption.until is not None and exemption.until <= now:
            continue
        place = held if exemption.kind != "act" else once
        place[exemption.object_id].add(exemption.to)
    ids = {*once, *twice, *held}
    return {i: (frozenset(once[i]), frozenset(twice[i]), frozenset(held[i])) for i in ids}


def _lasts(act: Act, now: int) -> bool:
    return not act.withdrawn and (act.until is None or now < act.until)


def _labelled(tx: Transaction) -> Counter[Kind]:
    counted: Counter[Kind] = Counter()
    for effective, full, kind, source, creator, raw in records.current_bodies(tx):
        counted[effective, full, kind, source, creator, _labels(raw)] += 1
    return counted


def _labels(raw: bytes | None) -> tuple[str, ...]:
    return tuple(sorted(set(orjson.loads(raw).get("labels") or ()))) if raw else ()


def _creator(raw: bytes | None) -> str | None:
    creator: str | None = orjson.loads(raw).get("created_by_ref") if raw else None
    return creator
