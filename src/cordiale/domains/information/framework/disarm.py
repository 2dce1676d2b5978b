"""Know DISARM's techniques and responses among objects, whatever name they carry their code under."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

FOUNDATION: Final = "identity--f1a0f560-2d9e-4c5d-bf47-7e96e805de82"
"""The DISARM Foundation, as its own bundle names it."""

PHASES: Final = "disarm"
"""The kill chain name under which this node writes DISARM's tactics."""

_CODE = re.compile(r"(?:T\d{4}(?:\.\d{3})?|TA\d{2}|[CF]\d{5}(?:\.\d{3})?)")
_OURS = re.compile(r"disarm", re.IGNORECASE)


def code(value: Mapping[str, Any]) -> str | None:
    """Return the DISARM code of an object ("T0014.001", "C00010"); None for what is not DISARM's.

    DISARM's own bundle says `mitre-attack` where it means itself, for the sake of a viewer made for ATT&CK. So what counts is who
    made the object and where a reference leads, before the name it is given.
    """
    theirs = value.get("created_by_ref") == FOUNDATION
    references = value.get("external_references")
    for reference in references if isinstance(references, list) else []:
        if not isinstance(reference, Mapping):
            continue
        written = str(reference.get("external_id") or "")
        named = str(reference.get("source_name") or "")
        leads = f"{named} {reference.get('url') or ''}"
        if _CODE.fullmatch(written) and (_OURS.search(leads) or (theirs and named == "mitre-attack")):
            return written
    return None


def tactics(value: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the tactics a DISARM object belongs to, as in its kill chain phases ("establish-assets")."""
    phases = value.get("kill_chain_phases")
    found = [
        str(phase.get("phase_name") or "")
        for phase in (phases if isinstance(phases, list) else [])
        if isinstance(phase, Mapping) and phase.get("kill_chain_name") in (PHASES, "mitre-attack", "DISARM")
    ]
    return tuple(dict.fromkeys(name for name in found if name))


def phase(name: str) -> str:
    """Return a tactic's name as a phase: "Establish Assets" is "establish-assets"."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
