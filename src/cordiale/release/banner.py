"""The marking as a person reads it: joined axis by axis, in their language, with their own level beside the original.

For display only: what may go is decided atom by atom, never from a banner.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from cordiale.platform.clock import Instant
from cordiale.platform.languages import _, is_french, text
from cordiale.release.decide import holds
from cordiale.release.marking import AXES, PAP, TLP, Marking, parse_atom
from cordiale.release.partnership import Rules
from cordiale.release.recipient import Recipient


class Part(msgspec.Struct, frozen=True):
    """One piece of a banner: its axis, for colour, its text, and what it means in a sentence."""

    axis: str
    text: str
    note: str = ""


def banner(
    marking: Marking,
    lang: str,
    rules: Rules | None = None,
    recipient: Recipient | None = None,
    now: Instant = 0,
) -> tuple[Part, ...]:
    """Return the pieces of a banner in a fixed order of axes.

    With rules, levels are joined and written as their scale names them; with a recipient too, the level by which the
    recipient handles each stands beside it. What neither side knows is shown as it is, never left out.
    """
    by_axis: dict[str, list[str]] = {}
    for atom in map(parse_atom, sorted(marking)):
        by_axis.setdefault(atom.axis, []).append(atom.value)
    write: dict[str, Callable[[list[str]], Iterable[str]]] = {
        "level": lambda values: _levels(values, lang, rules, recipient, now),
        "compartment": lambda values: values,
        "rel": lambda values: [_releasable(values, lang)],
        "orcon": lambda values: [text(lang, _("Originator control: {names}"), names=", ".join(values))],
        "tlp": lambda values: ["TLP:" + max(values, key=TLP.index).upper()],
        "pap": lambda values: ["PAP:" + max(values, key=PAP.index).upper()],
        "not-after": lambda values: [text(lang, _("Not after {until}"), until=min(values))],
        "retain-until": lambda values: [text(lang, _("Retain until {until}"), until=min(values))],
        "unresolved": lambda values: [text(lang, _("Rests on an object not held here"))],
        "unmarked": lambda values: [text(lang, _("Unmarked"))],
        "unknown": lambda values: [
            text(lang, _("Unknown marking {names}"), names=", ".join(map(_short, values)))
        ],
    }
    return tuple(
        Part(axis, piece, text(lang, NOTES[axis]))
        for axis in AXES
        if axis in by_axis
        for piece in write[axis](by_axis[axis])
    )


NOTES: Final = {
    "level": _("Classification level of a national scale"),
    "compartment": _("Compartment: need to know"),
    "rel": _("One of these names is enough"),
    "orcon": _("The originator is asked before it goes on"),
    "tlp": _("Traffic Light Protocol 2.0"),
    "pap": _("Permissible Actions Protocol"),
    "not-after": _("Withdrawn after this instant"),
    "retain-until": _("Kept until this instant, then removed"),
    "unresolved": _("It refers to an object that is not held here: nobody else may have it"),
    "unmarked": _("Nobody has marked it yet: nobody else may have it"),
    "unknown": _("A marking this node does not understand: nobody else may have it"),
}
"""What each axis means, for a tooltip."""


def line(parts: Iterable[Part]) -> str:
    """Write a banner on one line."""
    return " // ".join(part.text for part in parts)


def level_name(level: str, lang: str, rules: Rules | None) -> str:
    """Write a `scale/level` text as its scale names it in a language: `CAN SECRET`."""
    scale_name, _slash, name = level.partition("/")
    scale = rules.scales.get(scale_name) if rules is not None else None
    labels = scale.labels.get(name, {}) if scale is not None else {}
    return f"{scale_name} {labels.get('fr' if is_french(lang) else 'en', name)}"


def equivalent(level: str, rules: Rules, recipient: Recipient, now: Instant) -> str | None:
    """Return the `scale/level` by which a recipient handles another nation's level, None when no row holds."""
    own = {clearance.partition("/")[0] for clearance in recipient.clearances}
    if level.partition("/")[0] in own:
        return None
    for row in rules.equivalences:
        if row.from_level == level and row.to_level.partition("/")[0] in own and holds(row, now):
            return row.to_level
    return None


def _levels(
    values: list[str], lang: str, rules: Rules | None, recipient: Recipient | None, now: Instant
) -> Iterable[str]:
    highest: dict[tuple[str, str], tuple[int, str]] = {}
    for value in values:
        scale_name, _slash, level = value.partition("/")
        scale = rules.scales.get(scale_name) if rules is not None else None
        axis, rank = (scale.place(level) if scale is not None else None) or (level, 0)
        if rank >= highest.get((scale_name, axis), (-1, ""))[0]:
            highest[scale_name, axis] = rank, value
    for _rank, value in sorted(highest.values(), key=lambda found: found[1]):
        written = level_name(value, lang, rules)
        handled = (
            equivalent(value, rules, recipient, now) if rules is not None and recipient is not None else None
        )
        yield written if handled is None else f"{written} ({level_name(handled, lang, rules)})"


def _short(name: str) -> str:
    """Shorten the id of a marking definition: nobody reads more of it than tells two apart."""
    kind, dashes, rest = name.partition("--")
    return f"{rest[:8]}…" if dashes and kind == "marking-definition" else name


def _releasable(clauses: list[str], lang: str) -> str:
    """Join releasable-to clauses: a name must be in each; when none is, every clause is shown."""
    shared = sorted(set.intersection(*(set(clause.split("|")) for clause in clauses)))
    if shared:
        return text(lang, _("Releasable to {names}"), names=", ".join(shared))
    each = " + ".join(sorted(clause.replace("|", "/") for clause in clauses))
    return text(lang, _("Releasable to nobody as a whole ({names})"), names=each)
