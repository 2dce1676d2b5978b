"""Names that are written to be taken for others: other endings, letters that look alike, one letter off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

SHORTEST: Final = 6
"""Letters of a name from which on one letter more or less is no accident of short words."""

_ALIKE: Final = (
    ("rn", "m"),
    ("vv", "w"),
    ("cl", "d"),
    ("0", "o"),
    ("1", "l"),
    ("3", "e"),
    ("5", "s"),
    ("\u0430", "a"),
    ("\u0435", "e"),
    ("\u043e", "o"),
    ("\u0440", "p"),
    ("\u0441", "c"),
    ("\u0443", "y"),
    ("\u0445", "x"),
    ("\u0456", "i"),
    ("\u0455", "s"),
    ("\u0501", "d"),
    ("\u0261", "g"),
    ("\u03bf", "o"),
)
"""Written → read, for what an eye in a hurry does not tell apart (Latin, Cyrillic, Greek)."""


class Alike(NamedTuple):
    """Two sites whose names look alike, and how: `letters`, `ending`, `typo` or `inside`."""

    one: str
    other: str
    how: str


def look_alikes(sites: Iterable[str]) -> Iterator[Alike]:
    """Yield the pairs of sites whose names look alike, each once, in order."""
    known = sorted(dict.fromkeys(sites))
    parts = {site: _parts(site) for site in known}
    for number, one in enumerate(known):
        for other in known[number + 1 :]:
            how = _how(parts[one], parts[other])
            if how and not one.endswith("." + other) and not other.endswith("." + one):
                yield Alike(one, other, how)


def _parts(site: str) -> tuple[str, str]:
    """Return the name of a site and its ending, as people read them (punycode as its letters)."""
    labels = [_read(label) for label in site.split(".")]
    if (
        len(labels) >= 3 and len(labels[-2]) <= 3 and len(labels[-1]) == 2
    ):  # co.uk, gouv.fr is no ending of all
        return labels[-3], ".".join(labels[-2:])
    return labels[-2], labels[-1]


def _read(label: str) -> str:
    if label.startswith("xn--"):
        try:
            return label[4:].encode("ascii").decode("punycode").lower()
        except (UnicodeError, ValueError):
            return label
    return label


def _how(one: tuple[str, str], other: tuple[str, str]) -> str:
    (name, ending), (second, second_ending) = one, other
    if name == second:
        return "ending" if ending != second_ending and len(name) >= SHORTEST else ""
    if _plain(name) == _plain(second):
        return "letters" if len(name) >= 4 else ""
    shorter, longer = sorted((name, second), key=len)
    if len(shorter) >= SHORTEST and _one_off(shorter, longer):
        return "typo"
    if len(shorter) >= SHORTEST and shorter in longer.replace("-", " ").split():
        return "inside"
    return ""


def _plain(name: str) -> str:
    for written, read in _ALIKE:
        name = name.replace(written, read)
    return name.replace("-", "").replace("_", "")


def _one_off(shorter: str, longer: str) -> bool:
    """Tell whether one letter was put in, left out, changed, or changed places with the next (Damerau, 1964)."""
    if len(longer) - len(shorter) > 1:
        return False
    at = next((n for n, letter in enumerate(shorter) if longer[n] != letter), len(shorter))
    if len(longer) > len(shorter):
        return shorter[at:] == longer[at + 1 :]
    if shorter[at + 1 :] == longer[at + 1 :]:
        return True
    return shorter[at : at + 2] == longer[at : at + 2][::-1] and shorter[at + 2 :] == longer[at + 2 :]
