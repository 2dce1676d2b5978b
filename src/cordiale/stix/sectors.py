"""Sectors that an object is about: as STIX names them, as partners name their critical infrastructure, as labels say them.

A sector is one word: of STIX's open vocabulary (`energy`), or of a scheme of critical infrastructure (`ca:energy-and-utilities`).
An object carries it in `sectors`, or as a label: `sector:energy`, `critical-infrastructure:ca="energy-and-utilities"`, or a
taxonomy of MISP.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

import msgspec

from cordiale.platform.languages import _, text

KIND: Final = "sector"
"""The kind of value under which an object is found by its sectors."""

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
    "legal": _("justice"),
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
_SCHEME_LABEL: Final = re.compile(
    r"critical-infrastructure:([a-z][a-z0-9-]{1,20})\s*=\s*\"?([a-z0-9-]{2,60})\"?"
).fullmatch
_CRITICAL_LABEL: Final = re.compile(
    r"(?:critical[ -_]infrastructure|infrastructures?[ -_]critiques?|ciip?)(?:[:=].*)?", re.IGNORECASE
).fullmatch


class Sector(msgspec.Struct, frozen=True):
    """One sector of critical infrastructure as a partner names it; `stix` are the words of STIX it stands for."""

    en: str
    fr: str
    stix: tuple[str, ...]


class Scheme(msgspec.Struct, frozen=True):
    """The sectors of critical infrastructure of one partner, and where they are laid down."""

    en: str
    fr: str
    source: str
    sectors: dict[str, Sector]


@cache
def schemes() -> Mapping[str, Scheme]:
    """Return every scheme of critical infrastructure that is known here, by its short name."""
    written = files(__package__).joinpath("critical_sectors.toml").read_bytes().decode()
    return msgspec.convert(tomllib.loads(written), dict[str, Scheme])


@cache
def critical_words() -> frozenset[str]:
    """Return the words of STIX that some scheme calls critical infrastructure, and what STIX itself calls so."""
    named = {word for one in schemes().values() for sector in one.sectors.values() for word in sector.stix}
    return frozenset(named | {"infrastructure"})


def known(sector: str) -> bool:
    """Tell whether a sector is one of STIX's or of a scheme."""
    scheme, colon, name = sector.partition(":")
    return sector in SECTORS if not colon else scheme in schemes() and name in schemes()[scheme].sectors


def label_of(sector: str) -> str:
    """Return the label by which an object says that it is about a sector."""
    scheme, colon, name = sector.partition(":")
    return f'critical-infrastructure:{scheme}="{name}"' if colon else f"sector:{sector}"


def sectors(labels: Iterable[str], said: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the sectors that labels name and that `sectors` properties say, with STIX's words for those of schemes."""
    found: dict[str, None] = {}
    for written in said:
        found[_plain(written)] = None
    for label in labels:
        for one in _labelled(label):
            found[one] = None
    return tuple(one for one in found if one)


def sectors_of(value: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the sectors that a decoded object names; none costs nothing."""
    labels, said = value.get("labels"), value.get("sectors")
    if type(labels) is not list and type(said) is not list:
        return ()
    return sectors(
        (one for one in labels if type(one) is str) if type(labels) is list else (),
        (one for one in said if type(one) is str) if type(said) is list else (),
    )


def critical(labels: Iterable[str], found: Iterable[str]) -> bool:
    """Tell whether a label or a sector says that critical infrastructure is concerned."""
    return any(":" in one or one in critical_words() for one in found) or any(
        _CRITICAL_LABEL(label.strip()) for label in labels
    )


def in_words(sector: str, lang: str) -> str:
    """Return what a sector is called, with whose sector it is; as it is written where nobody here knows it."""
    scheme, colon, name = sector.partition(":")
    if not colon or not known(sector):
        return text(lang, SECTORS[sector]) if sector in SECTORS else sector
    whose, found = schemes()[scheme], schemes()[scheme].sectors[name]
    fr = lang.startswith("fr")
    return f"{found.fr if fr else found.en} ({whose.fr if fr else whose.en})"


def to_show(found: Iterable[str]) -> tuple[str, ...]:
    """Return sectors without those words of STIX that one of a scheme beside them stands for."""
    held = tuple(found)
    meant = {word for one in held if ":" in one and known(one) for word in _of_scheme(one)}
    return tuple(one for one in held if one not in meant)


def _of_scheme(sector: str) -> tuple[str, ...]:
    scheme, _colon, name = sector.partition(":")
    return schemes()[scheme].sectors[name].stix


@lru_cache(maxsize=4096)
def _labelled(label: str) -> tuple[str, ...]:
    if len(label) > _LONGEST:
        return ()
    plain = label.strip()
    of_scheme = _SCHEME_LABEL(plain)
    if of_scheme:
        sector = f"{of_scheme[1]}:{of_scheme[2]}"
        return (sector, *_of_scheme(sector)) if known(sector) else ()
    match = _LABEL(plain)
    return (_plain(match[1]),) if match else ()


_LONGEST: Final = 200
"""Characters of a label beyond which it names no sector."""


def _plain(written: str) -> str:
    plain = written.strip().lower().replace("_", "-")
    plain = _SAME.get(plain, plain)
    return plain.replace(" ", "-") if plain.replace(" ", "-") in SECTORS else plain
