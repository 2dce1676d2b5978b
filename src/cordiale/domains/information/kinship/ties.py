"""Which sites are tied by their marks: graded, without what everybody has; groups are joined by what cannot be copied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

import msgspec

from cordiale.domains.information.kinship.mark import GRADES, Grade, Kind, Mark, Seen
from cordiale.domains.information.kinship.names import look_alikes
from cordiale.domains.information.kinship.reading import Look
from cordiale.joint.words import Words
from cordiale.platform.languages import _, text

PROFILE: Final = "kinship 2"

FEW: Final = 8
"""Sites below which nothing can be said of what share of sites has a mark."""

SHARE: Final = 0.25
"""Share of the sites on which a favicon or a structure is a theme that everybody uses."""

EVERYBODY: Final = 0.75
"""Share of the sites on which even an id is one that everybody uses (a tool's own, not an owner's)."""

COMPARED: Final = 1_500
"""Sites whose names are compared with one another."""

TIES: Final = 20_000
"""Ties of one result, those of one mark after the other."""

PAIRS: Final = 40
"""Sites with one mark that are tied pair by pair; of more, each is tied to the first."""

BECAUSE: Final[Mapping[Kind, str]] = {
    "analytics": _("Both report their readers under one account: {value}"),
    "advertising": _("Both are paid for advertising through one account: {value}"),
    "verification": _("Both prove their owner to one service by the same code: {value}"),
    "certificate": _("One certificate names both: {value}"),
    "favicon": _("Both show the same icon, byte for byte (SHA-256 {value})"),
    "structure": _("Their pages are built of the same elements in the same order (hash {value})"),
    "redirect": _("One sends its readers to the other: {value}"),
    "look-alike": _("Their names look alike: {value}"),
}
HOW: Final[Mapping[str, str]] = {
    "letters": _("letters that look the same"),
    "ending": _("the same name with another ending"),
    "typo": _("one letter differs"),
    "inside": _("one name stands inside the other"),
}


class Tie(msgspec.Struct, frozen=True, kw_only=True):
    """Two sites and one mark that they share: how much it is worth, why in both languages, and where it was seen on each."""

    one: str
    other: str
    kind: Kind
    grade: Grade
    value: str
    because: Words
    seen: tuple[Seen, ...]


class Ordinary(msgspec.Struct, frozen=True, kw_only=True):
    """A mark that ties nothing: on how many sites it is, and why it says nothing (`share`, `beside` or `named`)."""

    kind: Kind
    value: str
    sites: int
    why: str


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """A site that was looked at: in which files, with how many marks of each kind."""

    name: str
    files: tuple[str, ...]
    marks: Mapping[str, int]


class Kinship(msgspec.Struct, frozen=True, kw_only=True):
    """What was found. `groups` are sites held together by strong ties, or by redirects both ways with another moderate tie, the largest first.

    `unnamed` counts sites past `COMPARED`, whose names were not compared with others.
    """

    sites: tuple[Site, ...]
    ties: tuple[Tie, ...]
    groups: tuple[tuple[str, ...], ...]
    ordinary: tuple[Ordinary, ...]
    files: Mapping[str, str]
    profile: str = PROFILE
    unnamed: int = 0


def kinship(looks: Sequence[Look], *, beside: Iterable[Look] = (), ignored: Collection[str] = ()) -> Kinship:
    """Return the ties between the sites of some files.

    `beside` are files of sites that have nothing to do with these: what is on them ties nothing. `ignored` are values that a
    person says are common (an agency's analytics, a provider's certificate).
    """
    marks = [mark for one in looks for mark in one.marks]
    sites = sorted({site for one in looks for site in one.sites})
    controls = {(mark.kind, mark.value) for one in beside for mark in one.marks}
    of: dict[tuple[Kind, str], dict[str, Mark]] = {}
    for mark in marks:
        if mark.kind != "redirect":
            of.setdefault((mark.kind, mark.value), {}).setdefault(mark.site, mark)
    ordinary: list[Ordinary] = []
    ties: list[Tie] = []
    for (kind, value), on in sorted(of.items()):
        why = _ordinary(kind, value, len(on), len(sites), controls, ignored)
        if why:
            ordinary.append(Ordinary(kind=kind, value=value, sites=len(on), why=why))
        elif len(on) > 1 and len(ties) < TIES:
            ties += list(_shared(kind, value, on))
    ties += _redirects(marks, sites, ignored)
    ties += _alike(sites)
    order = {"strong": 0, "moderate": 1, "weak": 2}
    ties.sort(key=lambda tie: (order[tie.grade], tie.one, tie.other, tie.kind, tie.value))
    return Kinship(
        sites=tuple(_site(name, looks, marks) for name in sites),
        ties=tuple(ties),
        groups=groups(ties),
        ordinary=tuple(ordinary),
        files={one.file: one.sha256 for one in looks},
        unnamed=max(0, len(sites) - COMPARED),
    )


def groups(ties: Iterable[Tie]) -> tuple[tuple[str, ...], ...]:
    """Return the sites that hang together, the largest group first.

    By a strong tie, or by redirects both ways with another moderate tie: a clone copies the icon, takes a name that looks alike and
    sends its readers on, all by itself, and its victim does not thereby belong to its owner.
    """
    kinds: dict[tuple[str, str], set[str]] = {}
    ways: dict[tuple[str, str], set[str]] = {}
    strong: set[tuple[str, str]] = set()
    for tie in ties:
        pair = (tie.one, tie.other)
        if tie.grade == "strong":
            strong.add(pair)
        elif tie.kind == "redirect":
            ways.setdefault(pair, set()).add(tie.value)
        elif tie.grade == "moderate":
            kinds.setdefault(pair, set()).add(tie.kind)
    joined = strong | {pair for pair, both in ways.items() if len(both) > 1 and pair in kinds}
    parent: dict[str, str] = {}

    def root(site: str) -> str:
        while parent.setdefault(site, site) != site:
            parent[site] = parent[parent[site]]
            site = parent[site]
        return site

    for one, other in sorted(joined):
        first, second = sorted((root(one), root(other)))
        parent[second] = first
    found: dict[str, list[str]] = {}
    for site in sorted(parent):
        found.setdefault(root(site), []).append(site)
    return tuple(sorted((tuple(one) for one in found.values()), key=lambda one: (-len(one), one)))


def _ordinary(
    kind: Kind,
    value: str,
    on: int,
    sites: int,
    controls: Collection[tuple[Kind, str]],
    ignored: Collection[str],
) -> str:
    if value in ignored or value.rpartition(" ")[2] in ignored:
        return "named"
    if (kind, value) in controls:
        return "beside"
    most = SHARE if kind in ("favicon", "structure") else EVERYBODY
    return "share" if sites >= FEW and on > most * sites else ""


def _shared(kind: Kind, value: str, on: Mapping[str, Mark]) -> Iterator[Tie]:
    named = sorted(on)
    pairs = combinations(named, 2) if len(named) <= PAIRS else ((named[0], one) for one in named[1:])
    for one, other in pairs:
        if not _of_one(one, other):
            yield _tie(one, other, kind, GRADES[kind], value, (on[one].seen, on[other].seen))


def _redirects(marks: Iterable[Mark], sites: Collection[str], ignored: Collection[str]) -> Iterator[Tie]:
    led: dict[tuple[str, str], Mark] = {}
    into: Counter[str] = Counter()
    for mark in marks:
        if mark.kind == "redirect" and (mark.site, mark.other) not in led:
            led[mark.site, mark.other] = mark
            into[mark.other] += 1
    for (site, other), mark in sorted(led.items()):
        if other not in sites or other in ignored or _of_one(site, other):
            continue
        one, second = sorted((site, other))
        yield _tie(one, second, "redirect", GRADES["redirect"], f"{site} → {other}", (mark.seen,))


def _alike(sites: Sequence[str]) -> Iterator[Tie]:
    for one in look_alikes(sites[:COMPARED]):
        grade: Grade = "moderate" if one.how == "letters" else "weak"
        value = f"{one.one} / {one.other}"
        words = Words(*(f"{text(lang, BECAUSE['look-alike'], value=value)} ({text(lang, HOW[one.how])})" for lang in ("en", "fr")))  # fmt: skip
        yield Tie(one=one.one, other=one.other, kind="look-alike", grade=grade, value=one.how, because=words, seen=())  # fmt: skip


def _tie(one: str, other: str, kind: Kind, grade: Grade, value: str, seen: tuple[Seen, ...]) -> Tie:
    said = value[:24] + "…" if kind in ("favicon", "certificate") and len(value) > 24 else value
    words = Words(*(text(lang, BECAUSE[kind], value=said) for lang in ("en", "fr")))
    return Tie(one=one, other=other, kind=kind, grade=grade, value=value, because=words, seen=seen)


def _of_one(one: str, other: str) -> bool:
    """Tell whether two names are of one site: a part of it ties nothing."""
    return one.endswith("." + other) or other.endswith("." + one)


def _site(name: str, looks: Iterable[Look], marks: Iterable[Mark]) -> Site:
    counted = Counter(mark.kind for mark in marks if mark.site == name)
    return Site(
        name=name,
        files=tuple(dict.fromkeys(one.file for one in looks if name in one.sites)),
        marks=dict(sorted(counted.items())),
    )
