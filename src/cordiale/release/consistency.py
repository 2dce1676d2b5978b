"""What must hold between the parts of a rules file for it to be safe to apply."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise, product

from cordiale.platform.languages import _
from cordiale.release.marking import TLP, parse_atom
from cordiale.release.partnership import Equivalence, Mandate, Query, Rules
from cordiale.release.reading import Table, wrong
from cordiale.release.recipient import addresses


def check(rules: Rules, top: Table) -> None:
    """Refuse rules that contradict themselves or would lower a level.

    Raises ConfigurationError naming the file, the key, what is wrong and what to do.
    """
    _check_scales(rules, top)
    _check_partners(rules, top)
    _check_names(rules, top)
    _check_equivalences(rules, top)
    _check_mandates(rules, top)
    for atom in rules.assurance:
        if not atom.endswith(":*") and parse_atom(atom).axis == "unknown":
            raise wrong(
                top,
                "assurance",
                _("{file}, line {line}, {key}: {atom} is not a marking atom; write one, or axis:*."),
                atom=atom,
            )


def _check_scales(rules: Rules, top: Table) -> None:
    for name, scale in rules.scales.items():
        levels = [*scale.national_only, *(level for axis in scale.axes.values() for level in axis)]
        if "/" in name or any("/" in level for level in levels):
            raise wrong(
                top,
                f"scales.{name}",
                _("{file}, line {line}, {key}: a scale or level must not contain a slash."),
            )
        if not levels or len(set(levels)) != len(levels):
            raise wrong(
                top,
                f"scales.{name}",
                _("{file}, line {line}, {key}: name at least one level, and each level once."),
            )
        for level in scale.labels:
            if level not in levels:
                raise wrong(
                    top,
                    f"scales.{name}.labels",
                    _("{file}, line {line}, {key}: {level} is not a level of this scale."),
                    level=level,
                )


def _check_partners(rules: Rules, top: Table) -> None:
    for node, recipient in rules.partners.items():
        place = f"partners.{node}"
        if recipient.tlp not in TLP:
            raise wrong(
                top,
                f"{place}.tlp",
                _("{file}, line {line}, {key}: write one of {known}."),
                known=", ".join(TLP),
            )
        for compartment in recipient.compartments:
            if compartment.count("/") != 1:
                raise wrong(
                    top,
                    f"{place}.compartments",
                    _("{file}, line {line}, {key}: write authority/NAME, such as CAN/ORCHID."),
                )
        for clearance in recipient.clearances:
            scale_name, _slash, level = clearance.partition("/")
            scale = rules.scales.get(scale_name)
            if scale is None or (scale.place(level) is None and level not in scale.national_only):
                raise wrong(
                    top,
                    f"{place}.clearances",
                    _("{file}, line {line}, {key}: {level} is on no scale of this file."),
                    level=clearance,
                )
            if level in scale.national_only and recipient.nation != scale.nation:
                raise wrong(
                    top,
                    f"{place}.clearances",
                    _("{file}, line {line}, {key}: {level} is for {nation} alone."),
                    level=clearance,
                    nation=scale.nation,
                )


def _check_names(rules: Rules, top: Table) -> None:
    """A name must mean one thing: else a clause written for one group would admit another."""
    seen: dict[str, str] = {}
    for node, recipient in rules.partners.items():
        named = [(recipient.nation, "nation"), (recipient.organisation, "organisation"), (node, "node")]
        named += [(community, "community") for community in recipient.communities]
        for name, kind in named:
            if "|" in name:
                raise wrong(
                    top,
                    f"partners.{node}",
                    _("{file}, line {line}, {key}: {name} must not contain a vertical bar."),
                    name=name,
                )
            if seen.setdefault(name, kind) != kind:
                raise wrong(
                    top,
                    f"partners.{node}",
                    _(
                        "{file}, line {line}, {key}: {name} is used as {kind} and as {other}; give each its own name."
                    ),
                    name=name,
                    kind=kind,
                    other=seen[name],
                )


def _check_equivalences(rules: Rules, top: Table) -> None:
    rows = rules.equivalences
    for row in rows:
        for key, end in (("from", row.from_level), ("to", row.to_level)):
            scale_name, _slash, level = end.partition("/")
            scale = rules.scales.get(scale_name)
            if scale is not None and level in scale.national_only:
                raise wrong(
                    top,
                    f"{row.key}.{key}",
                    _("{file}, line {line}, {key}: {level} is national only: it has no equivalent."),
                    level=end,
                )
            if scale is None or scale.place(level) is None:
                raise wrong(
                    top,
                    f"{row.key}.{key}",
                    _("{file}, line {line}, {key}: {level} is on no scale of this file."),
                    level=end,
                )
        if row.from_level.split("/")[0] == row.to_level.split("/")[0]:
            raise wrong(
                top, f"{row.key}.to", _("{file}, line {line}, {key}: a row goes from one scale to another.")
            )
        if row.until is not None and row.until <= row.since:
            raise wrong(
                top, f"{row.key}.until", _("{file}, line {line}, {key}: until must be later than since.")
            )
    for a, b in product(rows, rows):
        if a is b or not _together(a, b):
            continue
        _check_pair(rules, top, a, b)


def _check_pair(rules: Rules, top: Table, a: Equivalence, b: Equivalence) -> None:
    a_from, a_to, b_from, b_to = (
        _rank(rules, e) for e in (a.from_level, a.to_level, b.from_level, b.to_level)
    )
    if a.from_level == b.from_level and a_to[:2] == b_to[:2]:
        raise wrong(
            top, f"{b.key}.from", _("{file}, line {line}, {key}: {level} has a row for the same time already, {other}."), level=b.from_level,
            other=a.key,
        )  # fmt: skip
    if a_from[:2] == b_from[:2] and a_to[:2] == b_to[:2] and a_from[2] < b_from[2] and a_to[2] > b_to[2]:
        raise wrong(
            top, f"{b.key}.to", _("{file}, line {line}, {key}: a higher level would be handled lower than {level}: map up, never down."),
            level=a.from_level,
        )  # fmt: skip
    if a.to_level == b.from_level and a_from[:2] == b_to[:2] and b_to[2] < a_from[2]:
        raise wrong(
            top, f"{b.key}.to", _("{file}, line {line}, {key}: {level} would come back lower than it went: map up, never down."),
            level=a.from_level,
        )  # fmt: skip


def _together(a: Equivalence, b: Equivalence) -> bool:
    """Tell whether two rows hold at some common instant."""
    return (a.until is None or b.since < a.until) and (b.until is None or a.since < b.until)


def _rank(rules: Rules, end: str) -> tuple[str, str, int]:
    scale_name, _slash, level = end.partition("/")
    place = rules.scales[scale_name].place(level)
    assert place is not None  # checked before
    return scale_name, place[0], place[1]


def _check_mandates(rules: Rules, top: Table) -> None:
    known = frozenset[str]().union(*(addresses(partner) for partner in rules.partners.values()))
    names = [mandate.name for mandate in rules.mandates]
    for before, after in pairwise(sorted(names)):
        if before == after:
            raise wrong(
                top, "mandates", _("{file}, line {line}, {key}: two mandates are named {name}."), name=before
            )
    for n, mandate in enumerate(rules.mandates):
        place = f"mandates[{n}]"
        if not mandate.to:
            raise wrong(
                top,
                f"{place}.to",
                _(
                    "{file}, line {line}, {key}: name at least one recipient; nobody is never read as everybody."
                ),
            )
        for name in mandate.to:
            if name not in known and not name.startswith("person:"):
                raise wrong(
                    top, f"{place}.to", _("{file}, line {line}, {key}: {name} is no recipient of this file: {known}."), name=name,
                    known=", ".join(sorted(k for k in known if ":" not in k)),
                )  # fmt: skip
        if mandate.mode == "automatic" and mandate.four_eyes:
            raise wrong(
                top,
                f"{place}.four_eyes",
                _("{file}, line {line}, {key}: a standing rule asks nobody: use on_approval with four_eyes."),
            )
        if mandate.mode == "automatic" and mandate.where == Query():
            raise wrong(
                top,
                f"{place}.where",
                _(
                    "{file}, line {line}, {key}: say what goes by itself; a standing rule for everything is refused."
                ),
            )
        if mandate.until is not None and mandate.since is not None and mandate.until <= mandate.since:
            raise wrong(
                top, f"{place}.until", _("{file}, line {line}, {key}: until must be later than since.")
            )
        _check_atoms(_atoms(mandate), place, top)


def _atoms(mandate: Mandate) -> Iterable[str]:
    return (a for a in (*mandate.where.marking, *mandate.where.marking_within) if not a.endswith("*"))


def _check_atoms(atoms: Iterable[str], place: str, top: Table) -> None:
    for atom in atoms:
        if parse_atom(atom).axis == "unknown":
            raise wrong(
                top,
                f"{place}.where.marking",
                _("{file}, line {line}, {key}: {atom} is not a marking atom."),
                atom=atom,
            )
