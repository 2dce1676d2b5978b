"""The matrix of ATT&CK with what is held of each technique: whose, under which marking, counted over what the reader sees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.domains.cyber.attack.held import Seen, every
from cordiale.domains.cyber.attack.objects import DOMAINS, code, ended, is_theirs, phases
from cordiale.domains.cyber.writers.selection import techniques

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

SAYING: Final = frozenset(("indicates", "uses", "detects", "related-to", "attributed-to", "mitigates"))
"""Relationships by which something covers a technique."""


class Cover(msgspec.Struct, frozen=True):
    """What is held of one technique, ATT&CK's own examples apart: objects by type, by who states them, by marking."""

    ids: tuple[str, ...] = ()
    types: tuple[tuple[str, int], ...] = ()
    sources: tuple[tuple[str, int], ...] = ()
    markings: tuple[frozenset[str], ...] = ()


class Technique(msgspec.Struct, frozen=True):
    """One technique or sub-technique: its tactics by short name, the technique it is part of, and what covers it."""

    id: str
    code: str
    name: str
    tactics: tuple[str, ...]
    part_of: str
    cover: Cover
    url: str = ""

    @property
    def count(self) -> int:
        """Return how many objects cover it."""
        return len(self.cover.ids)


class Tactic(msgspec.Struct, frozen=True):
    """One column: its short name, what it is called, its code."""

    short: str
    name: str
    code: str = ""


class Matrix(msgspec.Struct, frozen=True):
    """The techniques of one domain in force, by code, under tactics in their order."""

    domain: str
    version: str
    tactics: tuple[Tactic, ...]
    techniques: tuple[Technique, ...]
    domains: tuple[str, ...]
    """Domains of which techniques are held."""
    source: str = ""
    marking: str = ""
    """What it was narrowed to: who states what is counted, and an atom of its marking; empty for all."""
    sources: tuple[tuple[str, int], ...] = ()
    markings: tuple[tuple[str, int], ...] = ()
    """What it can be narrowed to, with how many techniques are covered then, most first: each counted as if none of its kind was chosen."""

    def under(self, tactic: str) -> tuple[Technique, ...]:
        """Return the techniques of a tactic, without sub-techniques."""
        return tuple(one for one in self.techniques if tactic in one.tactics and not one.part_of)

    def parts(self, technique: str) -> tuple[Technique, ...]:
        """Return the sub-techniques of a technique."""
        return tuple(one for one in self.techniques if one.part_of == technique)


def matrix(desk: Desk, actor: Actor, domain: str = "", *, source: str = "", marking: str = "") -> Matrix:
    """Return the matrix of a domain as the actor sees it; without one, of the first of which techniques are held.

    With a source, it counts what that source states; with an atom (`tlp:green`), what carries it. One that the actor sees
    nothing of counts nothing, whether or not this node holds any.
    """
    authorise(actor, "search")
    patterns = [one for one in every(desk, actor, "attack-pattern") if code(one.value)]
    known = tuple(name for name, chain in DOMAINS.items() if any(_in(one.value, chain) for one in patterns))
    chosen = domain if domain in known else next(iter(known), "")
    chain = DOMAINS.get(chosen, "")
    shown = {
        str(one.value["id"]): one.value for one in patterns if _in(one.value, chain) and not ended(one.value)
    }
    covering = _covering(desk, actor, shown)
    covers = {
        i: _cover(one for one in found if _counts(one.said, source, marking)) for i, found in covering.items()
    }
    found = [
        Technique(
            id=i,
            code=code(value),
            name=str(value.get("name") or ""),
            tactics=tuple(phase for name, phase in phases(value) if name == chain),
            part_of=code(value).partition(".")[0] if "." in code(value) else "",
            cover=covers.get(i, Cover()),
            url=_url(value),
        )
        for i, value in shown.items()
    ]
    audit.read(desk, actor, "attack-matrix", domain=chosen, found=len(found), source=source, marking=marking)
    tactics = _tactics(desk, actor, chosen, [phase for one in found for phase in one.tactics])
    return Matrix(
        domain=chosen,
        version=_version(desk, actor, chosen),
        tactics=tactics,
        techniques=tuple(sorted(found, key=lambda one: one.code)),
        domains=known,
        source=source,
        marking=marking,
        sources=_counted(
            name
            for found in covering.values()
            for name in {one.said.source for one in found if _counts(one.said, "", marking)}
        ),
        markings=_counted(
            atom
            for found in covering.values()
            for atom in {atom for one in found if _counts(one.said, source, "") for atom in one.said.marking}
        ),
    )


def _in(value: Mapping[str, Any], chain: str) -> bool:
    return any(name == chain for name, _phase in phases(value))


class _Covering(msgspec.Struct, frozen=True):
    """One statement by which an object covers a technique."""

    id: str
    said: Seen


def _counts(said: Seen, source: str, marking: str) -> bool:
    return (not source or said.source == source) and (not marking or marking in said.marking)


def _covering(desk: Desk, actor: Actor, shown: Mapping[str, Mapping[str, Any]]) -> dict[str, list[_Covering]]:
    """Return what covers each technique: relationships of somebody else than ATT&CK, and indicators that name its code."""
    by_code = {code(value): i for i, value in shown.items()}
    covering: dict[str, list[_Covering]] = {}
    for one in every(desk, actor, "relationship"):
        value = one.value
        if value.get("revoked") or is_theirs(value) or value.get("relationship_type") not in SAYING:
            continue
        for here, there in (("target_ref", "source_ref"), ("source_ref", "target_ref")):
            if value.get(here) in shown and value.get(there) not in shown:
                covering.setdefault(str(value[here]), []).append(_Covering(str(value.get(there)), one))
    for one in every(desk, actor, "indicator"):
        if not one.value.get("revoked"):
            for name in techniques(one.value):
                if name in by_code:
                    covering.setdefault(by_code[name], []).append(_Covering(str(one.value["id"]), one))
    return covering


def _cover(found: Iterable[_Covering]) -> Cover:
    """Return what is counted of one technique: each object once, and once for each who states that it covers it."""
    counted = list(found)
    ids = sorted({one.id for one in counted})
    return Cover(
        ids=tuple(ids),
        types=_counted(i.partition("--")[0] for i in ids),
        sources=_counted(source for source, _id in {(one.said.source, one.id) for one in counted}),
        markings=tuple(dict.fromkeys(one.said.marking for one in counted)),
    )


def _counted(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(names).items(), key=lambda pair: (-pair[1], pair[0])))


def _tactics(desk: Desk, actor: Actor, domain: str, used: Iterable[str]) -> tuple[Tactic, ...]:
    """Return the columns in the order of the domain's matrix; those that no matrix names follow."""
    held = {str(one.value["id"]): one.value for one in every(desk, actor, "x-mitre-tactic")}
    order: list[str] = []
    for one in every(desk, actor, "x-mitre-matrix"):
        external = [str(ref.get("external_id")) for ref in one.value.get("external_references") or ()]
        if domain in external and not ended(one.value):
            order += [str(ref) for ref in one.value.get("tactic_refs") or ()]
    found = {
        str(value.get("x_mitre_shortname")): Tactic(
            str(value.get("x_mitre_shortname")), str(value.get("name") or ""), code(value)
        )
        for value in (held[i] for i in order if i in held)
    }
    wanted = dict.fromkeys(used)
    for short in wanted:
        found.setdefault(short, Tactic(short, short.replace("-", " ").capitalize()))
    return tuple(one for one in found.values() if one.short in wanted)


def _version(desk: Desk, actor: Actor, domain: str) -> str:
    names = {"enterprise-attack": "Enterprise", "mobile-attack": "Mobile", "ics-attack": "ICS"}
    versions = [
        str(one.value.get("x_mitre_version") or "")
        for one in every(desk, actor, "x-mitre-collection")
        if str(one.value.get("name") or "").startswith(names.get(domain, "–"))
    ]
    return max(
        versions, key=lambda said: [int(part) for part in said.split(".") if part.isdigit()], default=""
    )


def _url(value: Mapping[str, Any]) -> str:
    for reference in value.get("external_references") or ():
        if isinstance(reference, dict) and reference.get("external_id") == code(value):
            return str(reference.get("url") or "")
    return ""
