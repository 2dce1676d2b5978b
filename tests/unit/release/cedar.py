"""The same question put to Cedar, a policy engine nobody here wrote: rules become policies, markings entities.

One request an atom, and a marking passes when Cedar allows every one. Only the translation is ours; ladders, rows,
dates, sets and the default deny are Cedar's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import cedarpy

from cordiale.platform.clock import parse_instant
from cordiale.release.marking import Marking
from cordiale.release.recipient import Recipient
from cordiale.release.rules import Rules

GENERAL = """
permit(principal, action, resource is Label) when { resource.rank <= principal.label };
permit(principal, action, resource is Clause) when { resource.names.containsAny(principal.names) };
permit(principal, action, resource is Compartment) when { principal.compartments.contains(resource.name) };
permit(principal, action, resource is Control) when { resource.node == principal.node };
permit(principal, action, resource is Control) when { context.consents.contains(resource.node) };
permit(principal, action, resource is Use);
permit(principal, action, resource is End) when { context.now < resource.at };
permit(principal, action, resource is Level) when { resource in principal.clearances };
forbid(principal, action, resource) when { principal.assurance < resource.least };
"""

RANKS = ("clear", "green", "amber", "amber+strict", "red")
ASSURANCES = ("file", "taxii", "node")


def allows(
    markings: Iterable[Marking], recipient: Recipient, now: int, rules: Rules, consents: frozenset[str]
) -> list[bool]:
    """Return Cedar's verdict over each marking."""
    atoms = {atom: number for number, atom in enumerate(sorted(set().union(*markings)))}
    entities, names = [*ladders(rules), principal(recipient, rules)], {}
    for atom, number in atoms.items():
        found = resource(atom, number, rules)
        names[atom] = f"{found['uid']['type']}::{quoted(found['uid']['id'])}"
        entities.append(found)
    context = {"now": now, "consents": sorted(consents)}
    requests = [
        {
            "principal": 'Recipient::"r"',
            "action": 'Action::"read"',
            "resource": names[atom],
            "context": context,
        }
        for atom in atoms
    ]
    answers = cedarpy.is_authorized_batch(requests, policies(rules), merged(entities))
    verdicts = {atom: answer.allowed for atom, answer in zip(atoms, answers, strict=True)}
    return [all(verdicts[atom] for atom in marking) for marking in markings]


def policies(rules: Rules) -> str:
    rows = []
    for row in rules.equivalences:
        until = f" && context.now < {row.until}" if row.until is not None else ""
        rows.append(
            f"permit(principal, action, resource == Level::{quoted(row.from_level)}) when {{ context.now >= {row.since}"
            f"{until} && Level::{quoted(row.to_level)} in principal.clearances }};"
        )
    return GENERAL + "\n".join(rows)


def ladders(rules: Rules) -> list[dict[str, Any]]:
    """A level is below those above it on its axis; a national mention is below none."""
    found = []
    for name, scale in rules.scales.items():
        for levels in [*scale.axes.values(), *((mention,) for mention in scale.national_only)]:
            for place, level in enumerate(levels):
                above = [{"type": "Level", "id": f"{name}/{one}"} for one in levels[place + 1 :]]
                found.append(
                    entity(
                        "Level", f"{name}/{level}", {"least": least(f"level:{name}/{level}", rules)}, above
                    )
                )
    return found


def principal(recipient: Recipient, rules: Rules) -> dict[str, Any]:
    known = {one["uid"]["id"] for one in ladders(rules)}
    attributes = {
        "node": recipient.node,
        "names": sorted(
            {recipient.node, recipient.nation, recipient.organisation, *recipient.communities} - {""}
        ),
        "label": RANKS.index(recipient.tlp) if recipient.tlp in RANKS else -1,
        "compartments": sorted(recipient.compartments),
        "clearances": [{"__entity": {"type": "Level", "id": c}} for c in recipient.clearances if c in known],
        "assurance": ASSURANCES.index(recipient.assurance),
    }
    return entity("Recipient", "r", attributes)


def resource(atom: str, number: int, rules: Rules) -> dict[str, Any]:
    axis, _colon, text = atom.partition(":")
    floor = {"least": least(atom, rules)}
    if axis == "tlp" and text in RANKS:
        return entity("Label", str(number), floor | {"rank": RANKS.index(text)})
    if axis == "rel" and all(text.split("|")):
        return entity("Clause", str(number), floor | {"names": text.split("|")})
    if axis == "compartment":
        return entity("Compartment", str(number), floor | {"name": text})
    if axis == "orcon":
        return entity("Control", str(number), floor | {"node": text})
    if axis == "pap":
        return entity("Use", str(number), floor)
    if axis in ("not-after", "retain-until"):
        return entity("End", str(number), floor | {"at": parse_instant(text)})
    if axis == "level" and text in {one["uid"]["id"] for one in ladders(rules)}:
        return next(one for one in ladders(rules) if one["uid"]["id"] == text)
    return entity("Other", str(number), floor)


def least(atom: str, rules: Rules) -> int:
    wanted = rules.assurance.get(atom) or rules.assurance.get(atom.split(":")[0] + ":*") or "node"
    return ASSURANCES.index(wanted)


def entity(kind: str, name: str, attributes: dict[str, Any], parents: Iterable[Any] = ()) -> dict[str, Any]:
    return {"uid": {"type": kind, "id": name}, "attrs": attributes, "parents": list(parents)}


def merged(entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({(e["uid"]["type"], e["uid"]["id"]): e for e in entities}.values())


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
