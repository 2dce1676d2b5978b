"""Tell an indicator from what only looks like one: how sure, and why; or the reason for leaving it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from cordiale.domains.cyber.readers.endings import EXECUTABLE, SYSTEM
from cordiale.domains.cyber.readers.scanning import Candidate

DEFANGED: Final = 85
SECTION: Final = 80
LISTED: Final = 70
FORM: Final = 60
PLAIN: Final = 40
LOW: Final = 30
"""Confidence (STIX 2.1, 0–100) by the strongest reason; two strong reasons add `BOTH`."""
BOTH: Final = 5

WIDEST: Final = {4: 8, 6: 19}
"""Shortest prefix of a network that is taken: a wider one names half a continent."""

NEAR: Final = 200
"""Characters before a value that are looked at: what stands further away says nothing about it."""

_VERSION = re.compile(r"(?:versions?|ver\.?|v|release|build|firmware|rev(?:ision)?|update|patch|mise à jour|section|chapter|chapitre|table|tableau|figure|§)[\s:.(]*$", re.IGNORECASE)  # fmt: skip
_PRODUCT = re.compile(r"[A-Za-z][\w .-]{1,40}/$")
_AFTER = re.compile(r"^\s*(?:and|or|to|through|et|ou|à|,|–|-)?\s*(?:earlier|later|prior|before|and below|antérieure)", re.IGNORECASE)  # fmt: skip
_COMMIT = re.compile(r"(?:commit|revision|git|tree|blob)\W*$", re.IGNORECASE)
_CONTACT = re.compile(
    r"(?:contact|write to|e-?mail us|report (?:it )?to|reach us|écri(?:re|vez)|joindre|signaler|pgp)",
    re.IGNORECASE,
)
_EMPTY: Final = frozenset(
    (
        "d41d8cd98f00b204e9800998ecf8427e",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
    )
)
_DOCUMENTATION: Final = tuple(
    ipaddress.ip_network(one)
    for one in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20")
)
_SHARED = ipaddress.ip_network("100.64.0.0/10")
DIGESTS: Final = frozenset(("md5", "sha1", "sha256", "sha512"))

Warned = Callable[[str, str], str]
"""Names the list of false positives that holds a value of a kind, "" for none."""


class Place(NamedTuple):
    """Where a candidate stands: its line, whether by itself, under which kind of heading, and what the text is like."""

    line: str
    listed: bool
    section: str
    harmless: bool
    own: frozenset[str]


class Verdict(NamedTuple):
    """Taken, with a confidence and reasons; or left, with the reason."""

    confidence: int
    reasons: tuple[str, ...]
    left: str = ""


def judged(one: Candidate, place: Place) -> Verdict:
    """Judge one candidate by what it is and where it stands."""
    left = _never(one, place) or _seldom(one, place)
    if left:
        return Verdict(0, (), left)
    reasons = [
        name
        for name, holds in (
            ("defanged", one.defanged),
            ("section", place.section == "indicators"),
            ("listed", place.listed),
            ("form", one.kind in DIGESTS or one.kind in ("cve", "tlsh", "ssdeep", "windows-registry-key")),
        )
        if holds
    ]
    strengths = sorted((_STRENGTH[name] for name in reasons), reverse=True)
    confidence = strengths[0] + BOTH * (len(strengths) > 1) if strengths else PLAIN
    if one.kind in ("file-name", "mac-addr") and not place.listed:
        confidence = min(confidence, LOW)
    if one.assumed:
        reasons.append("scheme")
    if _documentation(one):
        reasons.append("documentation")
    return Verdict(confidence, tuple(reasons or ("plain",)))


_STRENGTH: Final = {"defanged": DEFANGED, "section": SECTION, "listed": LISTED, "form": FORM}


def special(kind: str, value: str) -> str:
    """Return why an address or a network is never taken: private, local, special, broad; "" where it may be."""
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return ""
    if any(network.version == kept.version and network.subnet_of(kept) for kept in _DOCUMENTATION):  # type: ignore[arg-type]
        return ""
    first = network.network_address
    if first.is_loopback or first.is_link_local:
        return "local"
    if first.is_multicast or first.is_unspecified or first.is_reserved or str(first) == "255.255.255.255":
        return "special"
    if first.is_private or (first.version == 4 and first in _SHARED):
        return "private"
    if kind == "cidr" and network.prefixlen < WIDEST[network.version]:
        return "broad"
    return ""


def host_of(kind: str, value: str) -> str:
    """Return the host that a URL, a mail address or a domain names, "" for other kinds."""
    if kind == "url":
        try:
            return (urlsplit(value).hostname or "").lower()
        except ValueError:
            return ""
    if kind == "email-addr":
        return value.rpartition("@")[2].lower()
    return value if kind == "domain-name" else ""


def within(host: str, domains: frozenset[str]) -> bool:
    """Tell whether a host is one of these domains or lies below one."""
    parts = host.split(".")
    return any(".".join(parts[n:]) in domains for n in range(len(parts)))


def _never(one: Candidate, place: Place) -> str:
    """Return why a value is no indicator wherever it stands."""
    if one.kind in ("ipv4-addr", "ipv6-addr", "cidr"):
        before, after = place.line[max(0, one.start - NEAR) : one.start], place.line[one.end :]
        number = _VERSION.search(before) or _PRODUCT.search(before) or _AFTER.match(after)
        if number and not one.defanged and one.kind != "ipv6-addr":
            return "version"
        return special(one.kind, one.value)
    if one.kind == "url":
        host = host_of("url", one.value)
        return special("ipv4-addr", host) if host.replace(".", "").isdigit() else _own(host, one, place)
    if one.kind in DIGESTS:
        if one.value in _EMPTY:
            return "empty"
        if len(set(one.value)) < 5:
            return "placeholder"
        return (
            "commit"
            if one.kind == "sha1" and _COMMIT.search(place.line[max(0, one.start - NEAR) : one.start])
            else ""
        )
    if one.kind == "file-name" and one.value.lower() in SYSTEM:
        return "system"
    return _own(host_of(one.kind, one.value), one, place)


def _own(host: str, one: Candidate, place: Place) -> str:
    return "own" if host and not one.defanged and within(host, place.own) else ""


def _seldom(one: Candidate, place: Place) -> str:
    """Return why a value is no indicator where it stands."""
    if one.defanged or place.section == "indicators":
        return ""
    if one.kind in ("url", "domain-name", "email-addr"):
        if place.section == "references":
            return "reference"
        if one.kind == "email-addr" and _CONTACT.search(place.line):
            return "contact"
        if place.harmless and not place.listed:
            return "plain"
    ending = one.value.rpartition(".")[2].lower()
    return "plain" if one.kind == "file-name" and not place.listed and ending not in EXECUTABLE else ""


def _documentation(one: Candidate) -> bool:
    try:
        found = ipaddress.ip_network(one.value, strict=False)
    except ValueError:
        return False
    return any(found.version == kept.version and found.subnet_of(kept) for kept in _DOCUMENTATION)  # type: ignore[arg-type]
