"""What ATT&CK says of its objects: codes, tactics, versions, what is still in force."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

MITRE: Final = "identity--c78cb6e5-0c4b-4611-8297-d1b8b55e40b5"
"""The MITRE Corporation, as its own bundles name it."""

KNOWLEDGE: Final = (
    "attack-pattern",
    "x-mitre-tactic",
    "intrusion-set",
    "malware",
    "tool",
    "campaign",
    "course-of-action",
    "x-mitre-data-source",
    "x-mitre-data-component",
    "x-mitre-detection-strategy",
    "x-mitre-analytic",
    "x-mitre-asset",
    "x-mitre-matrix",
)
"""Types of ATT&CK's objects that people look up, relationships apart."""

DOMAINS: Final[Mapping[str, str]] = {
    "enterprise-attack": "mitre-attack",
    "mobile-attack": "mitre-mobile-attack",
    "ics-attack": "mitre-ics-attack",
}
"""Domain → the name of its kill chain."""

_SOURCES: Final = frozenset((*DOMAINS.values(), "mitre-mobile-attack", "mitre-ics-attack"))
_CODE = re.compile(r"(?:T\d{4}(?:\.\d{3})?|TA\d{4}|[GSMCA]\d{4}|D[SC]\d{4}|DET\d{4}|AN\d{4})").fullmatch


def code(value: Mapping[str, Any]) -> str:
    """Return the code of an object of ATT&CK ("T1059.001"), "" for none."""
    for reference in listed(value.get("external_references")):
        written = str(reference.get("external_id") or "")
        if reference.get("source_name") in _SOURCES and _CODE(written):
            return written
    return ""


def is_theirs(value: Mapping[str, Any]) -> bool:
    """Tell whether an object is part of ATT&CK itself, not something that refers to it."""
    return value.get("created_by_ref") == MITRE or "x_mitre_attack_spec_version" in value


def phases(value: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the kill chain and phase of each tactic that a technique belongs to."""
    found = [
        (str(phase.get("kill_chain_name") or ""), str(phase.get("phase_name") or ""))
        for phase in listed(value.get("kill_chain_phases"))
    ]
    return tuple(dict.fromkeys(one for one in found if one[0] in DOMAINS.values()))


def ended(value: Mapping[str, Any]) -> bool:
    """Tell whether an object is revoked or deprecated."""
    return bool(value.get("revoked")) or bool(value.get("x_mitre_deprecated"))


def listed(found: Any) -> list[Mapping[str, Any]]:
    """Return the objects of a list, none of what is no list: what stands in a property is not checked by then."""
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
