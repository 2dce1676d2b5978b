"""Sectors that an object is about: as STIX names them, and as labels and taxonomies of MISP say them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from cordiale.platform.languages import _, text

SECTORS: Final[Mapping[str, str]] = {
    "agriculture": _("agriculture"),
    "aerospace": _("aerospace"),
    "automotive": _("automotive"),
    "chemical": _("chemical industry"),
    "commercial": _("commerce"),
    "communications": _("communications"),
    "construction": _("construction"),
    "defense": _("defence"),
    "education": _("education"),
    "energy": _("energy"),
    "entertainment": _("entertainment"),
    "financial-services": _("finance"),
    "government": _("government"),
    "emergency-services": _("emergency services"),
    "government-local": _("local government"),
    "government-national": _("national government"),
    "government-public-services": _("public services"),
    "government-regional": _("regional government"),
    "healthcare": _("health"),
    "hospitality-leisure": _("hospitality and leisure"),
    "infrastructure": _("infrastructure"),
    "dams": _("dams"),
    "nuclear": _("nuclear industry"),
    "water": _("water"),
    "insurance": _("insurance"),
    "manufacturing": _("manufacturing"),
    "mining": _("mining"),
    "non-profit": _("non-profit organisations"),
    "pharmaceuticals": _("pharmaceuticals"),
    "retail": _("retail"),
    "technology": _("technology"),
    "telecommunications": _("telecommunications"),
    "transportation": _("transport"),
    "utilities": _("utilities"),
}
"""The open vocabulary of STIX 2.1 (10.11), in words."""

CRITICAL: Final = frozenset(
    (
        "communications", "defense", "emergency-services", "energy", "financial-services", "government", "government-national",
        "healthcare", "infrastructure", "dams", "nuclear", "water", "telecommunications", "transportation", "utilities", "chemical", "agriculture",
    )
)  # fmt: skip
"""Sectors that Canada's national strategy and the NIS 2 directive (EU 2022/2555, annex I) name among those society rests on."""

_SAME: Final[Mapping[str, str]] = {
    "finance": "financial-services", "financial": "financial-services", "bank": "financial-services", "banking": "financial-services",
    "banks": "financial-services", "health": "healthcare", "transport": "transportation", "telecom": "telecommunications",
    "telecoms": "telecommunications", "defence": "defense", "food": "agriculture", "it": "technology", "public": "government",
    "drinking water": "water", "civil aviation": "aerospace", "electricity": "energy", "oil": "energy", "gas": "energy",
}  # fmt: skip

_LABEL: Final = re.compile(
    r"(?:sector|secteur|(?:misp-galaxy|dhs-ciip-sectors|dni-ism|nis|cssa|gsma-fraud)[:a-z0-9_-]*?sectors?[a-z-]*?)\s*[:=]\s*\"?([^\"]{2,60})\"?",
    re.IGNORECASE,
).fullmatch
_CRITICAL_LABEL: Final = re.compile(
    r"(?:critical[ -_]infrastructure|infrastructures?[ -_]critiques?|ciip?)(?:[:=].*)?", re.IGNORECASE
).fullmatch


def sectors(labels: Iterable[str], said: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the sectors that labels name (`sector:energy`, a taxonomy of MISP) and that `sectors` properties say."""
    found: dict[str, None] = {}
    for written in said:
        found[_known(written)] = None
    for label in labels:
        match = _LABEL(label.strip())
        if match:
            found[_known(match[1])] = None
    return tuple(one for one in found if one)


def critical(labels: Iterable[str], found: Iterable[str]) -> bool:
    """Tell whether a label or a sector says that critical infrastructure is concerned."""
    return not CRITICAL.isdisjoint(found) or any(_CRITICAL_LABEL(label.strip()) for label in labels)


def in_words(sector: str, lang: str) -> str:
    """Return what a sector is called; as it is written where it is none of STIX's."""
    return text(lang, SECTORS[sector]) if sector in SECTORS else sector


def _known(written: str) -> str:
    plain = written.strip().lower().replace("_", "-")
    plain = _SAME.get(plain, plain)
    return plain.replace(" ", "-") if plain.replace(" ", "-") in SECTORS else plain
