"""What a galaxy's tag names: the galaxy, the name of one of its clusters, and the code by which ATT&CK numbers that."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

PREFIX: Final = "misp-galaxy:"
ATTACK: Final = "mitre-attack"
"""Source of ATT&CK's codes in external references, as its own bundles write it."""

_TAG = re.compile(r'misp-galaxy:([A-Za-z0-9_.-]{1,80})="([^"]{1,300})"').fullmatch
_CODED = re.compile(r"(.{1,280}?)\s+-\s+(T\d{4}(?:\.\d{3})?|[GSMC]\d{4})").fullmatch


class Named(NamedTuple):
    """One cluster as a tag names it; `code` is ATT&CK's, "" where the tag has none."""

    galaxy: str
    name: str
    code: str


@lru_cache(maxsize=8192)
def named(tag: str) -> Named | None:
    """Return what a tag names, None where it is no galaxy's: `misp-galaxy:GALAXY="NAME"`, ATT&CK's with ` - CODE` at the end."""
    found = _TAG(tag)
    if found is None:
        return None
    galaxy, name = found[1].lower(), found[2].strip()
    coded = _CODED(name) if galaxy.startswith("mitre-") else None
    return Named(galaxy, coded[1].strip(), coded[2]) if coded else Named(galaxy, name, "")


def references(labels: Iterable[str]) -> list[dict[str, str]]:
    """Return the external references for the codes of ATT&CK that tags name, each once."""
    codes: dict[str, str] = {}
    for label in labels:
        if label.startswith(PREFIX):
            found = named(label)
            if found is not None and found.code:
                codes.setdefault(found.code, found.name)
    return [{"source_name": ATTACK, "external_id": code, "description": name} for code, name in codes.items()]
