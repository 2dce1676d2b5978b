"""Cedar, a general policy engine, asked the same question in batches: does this marking reach this recipient?"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence
from typing import Any

from bench import measure

NAME = f"Cedar (cedarpy {importlib.metadata.version('cedarpy')}, batch)"

POLICY = """
permit(principal, action == Action::"read", resource)
when {
  (resource.levels.isEmpty() || principal.clearances.containsAll(resource.levels)) &&
  (resource.tlp.isEmpty() || principal.tlp.containsAll(resource.tlp)) &&
  (resource.compartments.isEmpty() || principal.compartments.containsAll(resource.compartments)) &&
  (resource.releasable.isEmpty() || resource.releasable.containsAny(principal.names))
};
"""


def rate(markings: Sequence[frozenset[str]], rules: Any) -> float:
    """Give decisions per CPU-second over every marking for every partner of the rules."""
    import cedarpy

    entities = [_resource(number, marking) for number, marking in enumerate(markings)]
    entities += [_principal(node, recipient) for node, recipient in rules.partners.items()]
    requests = [
        {
            "principal": f'Node::"{node}"',
            "action": 'Action::"read"',
            "resource": f'Version::"{number}"',
            "context": {},
        }
        for node in rules.partners
        for number in range(len(markings))
    ]
    with measure.spent() as used:
        answers = cedarpy.is_authorized_batch(requests, POLICY, entities)
    if len(answers) != len(requests):
        raise RuntimeError("Cedar answered another number of requests than it was asked")
    return len(requests) / used.cpu


def _resource(number: int, marking: frozenset[str]) -> dict[str, Any]:
    axes: dict[str, list[str]] = {"level": [], "tlp": [], "compartment": [], "rel": []}
    for atom in marking:
        axis, _, value = atom.partition(":")
        axes[axis] += value.split("|") if axis == "rel" else [value]
    attributes = {
        "levels": axes["level"], "tlp": axes["tlp"], "compartments": axes["compartment"], "releasable": axes["rel"],
    }  # fmt: skip
    return {"uid": {"type": "Version", "id": str(number)}, "attrs": attributes, "parents": []}


def _principal(node: str, recipient: Any) -> dict[str, Any]:
    from bench.generate import LEVELS

    # What a clearance includes is written out, as Cedar has no ladder.
    top = max((LEVELS.index(one.partition("/")[2]) for one in recipient.clearances), default=-1)
    order = ("clear", "green", "amber", "amber+strict", "red")
    attributes = {
        "clearances": [f"CAN/{level}" for level in LEVELS[: top + 1]],
        "tlp": list(order[: order.index(recipient.tlp) + 1]),
        "compartments": sorted(recipient.compartments),
        "names": sorted({recipient.node, recipient.nation, recipient.organisation}),
    }
    return {"uid": {"type": "Node", "id": node}, "attrs": attributes, "parents": []}
