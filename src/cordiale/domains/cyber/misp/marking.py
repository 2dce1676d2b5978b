"""What MISP says of who may have something, as atoms of a marking: never wider than MISP says it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from cordiale.platform.languages import _

COMMUNITY: Final = "misp-community"
CONNECTED: Final = "misp-connected-communities"
GROUP: Final = "misp-{uuid}"
"""Names of communities that a partnership's rules may give a partner, so that MISP's distribution reaches it."""

ORGANISATION_ONLY, THIS_COMMUNITY, CONNECTED_ONES, ALL, SHARING_GROUP, INHERIT = range(6)

_NATO: Final = {
    "CTS": "COSMIC TOP SECRET",
    "CTS-B": "COSMIC TOP SECRET-BOHEMIA",
    "CTS-A": "COSMIC TOP SECRET ATOMAL",
    "NS": "NATO SECRET",
    "NS-A": "NATO SECRET ATOMAL",
    "NC": "NATO CONFIDENTIAL",
    "NC-A": "NATO CONFIDENTIAL ATOMAL",
    "NR": "NATO RESTRICTED",
    "NU": "NATO UNCLASSIFIED",
}
_WRITTEN: Final[Mapping[str, str]] = {
    **{f'nato:classification="{short}"': f"level:NATO/{name}" for short, name in _NATO.items()},
    'fr-classif:classifiees="TRES_SECRET"': "level:FRA/TRÈS SECRET",
    'fr-classif:classifiees="SECRET"': "level:FRA/SECRET",
    'fr-classif:non-classifiees="DIFFUSION_RESTREINTE"': "level:FRA/DIFFUSION RESTREINTE",
    'fr-classif:special-france="SPECIAL_FRANCE"': "level:FRA/SPÉCIAL FRANCE",
    "euci:TS-UE/EU-TS": "level:EU/TRÈS SECRET UE",
    "euci:S-UE/EU-S": "level:EU/SECRET UE",
    "euci:C-UE/EU-C": "level:EU/CONFIDENTIEL UE",
    "euci:R-UE/EU-R": "level:EU/RESTREINT UE",
    'dni-ism:classification:us="TS"': "level:USA/TOP SECRET",
    'dni-ism:classification:us="S"': "level:USA/SECRET",
    'dni-ism:classification:us="C"': "level:USA/CONFIDENTIAL",
}
"""Machine tags of official classifications → levels on the scale of their nation or alliance, as the rules of a partnership
may define it: a scale that no rules define is passed by nobody."""

_LEVELS: Final = {
    **{tag.lower(): atom for tag, atom in _WRITTEN.items()},
    'acs-marking:classification="ts"': "level:USA/TOP SECRET",
    'acs-marking:classification="s"': "level:USA/SECRET",
    'acs-marking:classification="c"': "level:USA/CONFIDENTIAL",
}
_TAGS: Final = {atom: tag for tag, atom in _WRITTEN.items()}

_OPEN: Final = frozenset(
    (
        'fr-classif:non-classifiees="non-protege"',
        'dni-ism:classification:us="u"',
        'dni-ism:classification:all="u"',
        'acs-marking:classification="u"',
    )
)
"""Machine tags of the same taxonomies that restrict nothing."""

_RESTRICTING: Final = ("tlp:", "pap:", "nato:", "fr-classif:", "euci:", "dni-ism:", "acs-marking:")
_LIGHT: Final = re.compile(
    r'(?:tlp:|iep:traffic-light-protocol=|iep2-policy:tlp=|ais-marking:tlpmarking=)"?(white|clear|green|amber\+strict|amber|red)"?'
).fullmatch
_ACTIONS: Final = re.compile(r'pap:"?(white|clear|green|amber|red)"?').fullmatch


class Said(NamedTuple):
    """What tags say: atoms of a marking, the tags that say them, other tags (labels), and those nobody could map."""

    atoms: frozenset[str]
    marking_tags: tuple[str, ...]
    labels: tuple[str, ...]
    unmapped: tuple[str, ...]


def home_only(node: str) -> str:
    """Return the atom that keeps something to the people of this node."""
    return f"rel:{node}"


def of_tags(names: tuple[str, ...], node: str) -> Said:
    """Sort tags into what marks and what labels; a tag of a classification that is not understood keeps it to this node."""
    return _of_tags(names, node) if sum(map(len, names)) < 2000 else _of_tags.__wrapped__(names, node)


@lru_cache(maxsize=4096)
def _of_tags(names: tuple[str, ...], node: str) -> Said:
    atoms: set[str] = set()
    marks, labels, unmapped = [], [], []
    for name in names:
        found, known = _atom(name, node)
        if found:
            atoms.add(found)
            marks.append(name)
        else:
            labels.append(name)
        if not known:
            unmapped.append(name)
    return Said(frozenset(atoms), tuple(marks), tuple(labels), tuple(unmapped))


def _atom(name: str, node: str) -> tuple[str, bool]:
    """Return the atom a tag stands for, "" for none, and whether it was understood."""
    tag = name.strip().lower()
    light = _LIGHT(tag)
    if light:
        return f"tlp:{'clear' if light[1] == 'white' else light[1]}", True
    actions = _ACTIONS(tag)
    if actions:
        return f"pap:{'clear' if actions[1] == 'white' else actions[1]}", True
    if tag in _LEVELS:
        return _LEVELS[tag], True
    if tag.startswith(_RESTRICTING) and tag not in _OPEN:
        return home_only(node), False
    return "", True


def of_distribution(level: Any, group: str, node: str) -> tuple[frozenset[str], bool]:
    """Return the atoms of a distribution (0 to 5, None where nothing is said) and whether it was understood.

    The people of this node read what it holds, whatever the distribution is. Partners read what goes to a community or to a
    sharing group only where rules name them as of it; a level that is none keeps it to this node.
    """
    text = "" if level is None else str(level)
    if text in ("", str(INHERIT), str(ALL)):
        return frozenset(), True
    if text == str(ORGANISATION_ONLY):
        return frozenset((home_only(node),)), True
    if text == str(THIS_COMMUNITY):
        return frozenset((_among(node, COMMUNITY),)), True
    if text == str(CONNECTED_ONES):
        return frozenset((_among(node, COMMUNITY, CONNECTED),)), True
    if text == str(SHARING_GROUP) and group:
        return frozenset((_among(node, GROUP.format(uuid=group)),)), True
    return frozenset((home_only(node),)), False


def distribution_of(atoms: Iterable[str], node: str) -> tuple[int, str]:
    """Return the widest distribution that is no wider than a marking, and the sharing group's uuid where it is one.

    TLP:CLEAR goes to all, GREEN to this community, all that is narrower, and whatever MISP cannot say, to nobody beyond the
    organisation: a distribution is what sends an event on, a tag only says what people may do with it.
    """
    found, group = ALL, ""
    for atom in sorted(atoms, key=lambda one: (not one.startswith("rel:"), one)):
        if atom.startswith("rel:"):
            level, uuid = _released(frozenset(atom[4:].split("|")) - {node})
            if SHARING_GROUP in (level, found) and (level, uuid) != (found, group):
                level = level if found == ALL else ORGANISATION_ONLY
            found, group = (level, uuid) if found == ALL or level < found else (found, group)
        elif atom == "tlp:clear" or atom.startswith("pap:"):
            continue
        elif atom == "tlp:green":
            found = found if found == SHARING_GROUP else min(found, THIS_COMMUNITY)
        else:
            found = ORGANISATION_ONLY
    return found, group if found == SHARING_GROUP else ""


def _released(names: frozenset[str]) -> tuple[int, str]:
    if names == {COMMUNITY}:
        return THIS_COMMUNITY, ""
    if names == {COMMUNITY, CONNECTED}:
        return CONNECTED_ONES, ""
    if len(names) == 1 and _is_group(next(iter(names))):
        return SHARING_GROUP, next(iter(names)).removeprefix("misp-")
    return ORGANISATION_ONLY, ""


def tags_of(atoms: Iterable[str]) -> tuple[str, ...]:
    """Return the machine tags that say what a marking says, sorted; what MISP's taxonomies have no tag for is left out."""
    found = []
    for atom in sorted(atoms):
        axis, _colon, value = atom.partition(":")
        if axis == "tlp":
            found.append(f"tlp:{value}")
        elif axis == "pap":
            found.append(f"PAP:{value.upper()}")
        elif atom in _TAGS:
            found.append(_TAGS[atom])
    return tuple(found)


def _among(node: str, *communities: str) -> str:
    return "rel:" + "|".join(sorted((node, *communities)))


def _is_group(name: str) -> bool:
    return name.startswith("misp-") and len(name) == 41


UNMAPPED_TAG: Final = _(
    "The tag {tag} restricts who may have it in a way that no marking says: it is kept to this node."
)
UNMAPPED_DISTRIBUTION: Final = _(
    "The distribution {level} is none that MISP documents, or names a sharing group that is not in the file: it is kept to this node."
)
