"""Markings as people write and read them: in a command, a setting, a form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from cordiale.platform.errors import InputError
from cordiale.platform.languages import _
from cordiale.release.marking import Marking, parse_atom, rel

SPACED: Final = ("level", "compartment")
"""Axes whose names go on over spaces without quotes: no scale has a level that begins like an atom."""

_LABELS: Final = ("tlp", "pap")
_WORD: Final = re.compile(r'"([^"]*)"|(\S+)')


def marking_of(written: str | Iterable[str]) -> Marking:
    """Read a marking: atoms separated by spaces, in one text or in several.

    A level or compartment may hold spaces (`level:CAN/TOP SECRET tlp:amber`): a word without a colon goes on with it.
    Any atom may stand in double quotes. Upper case in `TLP:AMBER`, the order of names in `rel:` and the way an accent
    is encoded make no difference. Raises InputError naming what is not an atom, and when there is none.
    """
    texts = (written,) if isinstance(written, str) else tuple(written)
    atoms = frozenset(_canonical(atom) for atom in _atoms(texts))
    for atom in sorted(atoms):
        if parse_atom(atom).axis in ("unknown", "unresolved", "unmarked"):
            raise InputError(
                "not-a-marking",
                _(
                    "“{atom}” is not a marking. Write such as tlp:amber, level:CAN/SECRET or rel:CAN|FRA; "
                    "put other atoms that hold a space in double quotes, such as {example}."
                ),
                atom=atom,
                example='"orcon:CAN LCC"',
            ).at("marking", "mark", "under")
    if not atoms:
        raise InputError("no-marking", _("A marking needs at least one atom, such as tlp:amber.")).at(
            "marking", "mark", "under"
        )
    return atoms


def written(marking: Iterable[str]) -> str:
    """Write a marking on one line, such that `marking_of` reads the same back."""
    return " ".join(_quoted(atom) for atom in sorted(marking))


def _atoms(texts: Iterable[str]) -> Iterator[str]:
    atom = ""
    for text in texts:
        for quoted, word in _WORD.findall(unicodedata.normalize("NFC", text)):
            if atom and word and ":" not in word and atom.partition(":")[0].lower() in SPACED:
                atom += f" {word}"
                continue
            if atom:
                yield atom
            atom = word
            if quoted:
                yield " ".join(quoted.split())
    if atom:
        yield atom


def _canonical(atom: str) -> str:
    axis, colon, value = atom.partition(":")
    known = axis.lower()
    if known in _LABELS:
        value = value.lower()
    if known == "rel" and value and all(value.split("|")):
        return rel(value.split("|"))
    found = f"{known}{colon}{value}"
    return found if parse_atom(found).axis != "unknown" else atom


def _quoted(atom: str) -> str:
    plain = " " not in atom or atom.partition(":")[0] in SPACED
    return atom if plain else f'"{atom}"'
