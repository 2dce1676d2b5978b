"""Markings as a page shows them: chips beside an object, and the banner over everything on the page.

Display only: nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from cordiale.platform.languages import _, text
from cordiale.stix.tlp import LABELS as TLP

_LABELS: Final = {f"tlp:{label}": place for place, label in enumerate(TLP)}


class MarkChip(msgspec.Struct, frozen=True):
    """One atom: the word in the chip, its look, and what it means."""

    word: str
    style: str
    title: str


class Banner(msgspec.Struct, frozen=True):
    """The line at the top and the bottom of a page."""

    text: str
    style: str


def chip(atom: str, lang: str) -> MarkChip:
    """Return the chip of one atom."""
    axis, _colon, value = atom.partition(":")
    match axis:
        case "tlp":
            return MarkChip(
                f"TLP:{value.upper()}",
                f"tlp tlp-{value.partition('+')[0]}",
                text(lang, _("Traffic Light Protocol 2.0")),
            )
        case "level":
            scale, _slash, level = value.partition("/")
            return MarkChip(
                f"{scale} {level}", "level", text(lang, _("Classification level of {scale}"), scale=scale)
            )
        case "rel":
            names = ", ".join(value.split("|"))
            return MarkChip(f"REL {names}", "rel", text(lang, _("Releasable to {names}"), names=names))
        case "compartment":
            return MarkChip(value.replace("/", " "), "level", text(lang, _("Compartment: need to know")))
        case "orcon":
            return MarkChip(
                f"ORCON {value}",
                "rel",
                text(lang, _("Originator control: {node} is asked first"), node=value),
            )
        case "pap":
            return MarkChip(f"PAP:{value.upper()}", "rel", text(lang, _("Permissible actions protocol")))
        case "not-after":
            return MarkChip(
                text(lang, _("until {day}"), day=value[:10]),
                "rel",
                text(lang, _("Withdrawn after this instant: {instant}"), instant=value),
            )
        case "retain-until":
            return MarkChip(
                text(lang, _("kept until {day}"), day=value[:10]),
                "rel",
                text(lang, _("Kept until {instant}, then removed"), instant=value),
            )
        case "unresolved":
            return MarkChip(
                text(lang, _("unresolved")),
                "closed",
                text(lang, _("It refers to an object that is not held here: nobody else may have it")),
            )
        case "unmarked":
            return MarkChip(
                text(lang, _("unmarked")),
                "closed",
                text(lang, _("Nobody has marked it yet: nobody else may have it")),
            )
    return MarkChip(
        text(lang, _("unknown marking")),
        "closed",
        text(lang, _("A marking this node does not understand: nobody else may have it")),
    )


def chips(marking: Iterable[str], lang: str) -> list[MarkChip]:
    """Return the chips of a marking: levels first, then the rest, then the narrowest TLP label."""
    atoms = set(marking)
    labels = sorted(atoms & _LABELS.keys(), key=lambda atom: _LABELS[atom])
    return [chip(atom, lang) for atom in sorted(atoms - set(labels[:-1]), key=_order)]


def banner(markings: Iterable[Iterable[str]], lang: str) -> Banner:
    """Return the banner of a page: the join, axis by axis, of everything on it.

    Of TLP the narrowest stands; releasable-to clauses are intersected; levels of different scales stand side by side,
    because scales are not one ladder.
    """
    atoms = {atom for marking in markings for atom in marking}
    if not atoms:
        return Banner(text(lang, _("Nothing marked on this page")), "")
    clauses = [frozenset(a.partition(":")[2].split("|")) for a in atoms if a.startswith("rel:")]
    labels = [a.partition(":")[2] for a in atoms if a.startswith("tlp:")]
    others = sorted((a for a in atoms if a.partition(":")[0] not in ("rel", "tlp")), key=_order)
    parts = [chip(atom, lang).word for atom in others]
    if clauses:
        shared = sorted(frozenset.intersection(*clauses))
        parts.append(
            "REL " + ", ".join(shared) if shared else text(lang, _("releasable to nobody as a whole"))
        )
    highest = max(labels, key=lambda label: TLP.index(label) if label in TLP else len(TLP), default="")
    if highest:
        parts.append(f"TLP:{highest.upper()}")
    return Banner(" // ".join(dict.fromkeys(parts)), f"tlp-{highest.partition('+')[0]}" if highest else "")


_ORDER: Final = (
    "level",
    "compartment",
    "orcon",
    "rel",
    "pap",
    "not-after",
    "retain-until",
    "unresolved",
    "unmarked",
    "unknown",
    "tlp",
)


def _order(atom: str) -> tuple[int, str]:
    axis = atom.partition(":")[0]
    return (_ORDER.index(axis) if axis in _ORDER else len(_ORDER), atom)
