"""What the words of STIX's vocabularies are called for people, in both languages; objects keep the words themselves.

The words stand in two files: `vocabulary_words.toml` for STIX 2.1, `incident_words.toml` for its extension Incident Core. They
belong together and read better beside each other than in catalogues. A word that nobody here knows is shown as written.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from cordiale.platform.languages import is_french
from cordiale.stix import incident_core
from cordiale.stix.kinds import Items, Kind, Record, Term
from cordiale.stix.sco import SCOS
from cordiale.stix.sdo import SDOS

FILES: Final = ("vocabulary_words.toml", "incident_words.toml")


@cache
def words() -> Mapping[str, Mapping[str, tuple[str, str]]]:
    """Return the words by vocabulary, each in English and French, in the order they are written down in."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for name in FILES:
        written = tomllib.loads(files(__package__).joinpath(name).read_bytes().decode())
        for vocabulary, said in written.items():
            found[vocabulary] = {word: (both[0], _apostrophes(both[1])) for word, both in said.items()}
    return found


def called(vocabulary: str, word: str, lang: str) -> str:
    """Return what a word of a vocabulary is called, "" where nobody here knows it."""
    found = words().get(vocabulary, {}).get(word)
    return "" if found is None else found[1 if is_french(lang) else 0]


def vocabulary_of(kind: str, name: str) -> str:
    """Return the vocabulary that a property of a type takes its words from, "" for none.

    A property of an extension is looked for by its name alone: no two of them share one for different words.
    """
    return _of_types().get((kind, name)) or _of_extensions().get(name, "")


@cache
def _of_types() -> Mapping[tuple[str, str], str]:
    types = {**SDOS, **SCOS, **incident_core.TYPES}
    return {
        (kind, name): vocabulary
        for kind, described in types.items()
        for name, vocabulary in _terms(described.properties)
    }


@cache
def _of_extensions() -> Mapping[str, str]:
    records = [incident_core.INCIDENT, *incident_core.IMPACTS.values()]
    return dict(found for record in records for found in _terms(record.properties))


def _terms(properties: Mapping[str, Kind]) -> Iterator[tuple[str, str]]:
    for name, kind in properties.items():
        inner = kind.of if isinstance(kind, Items) else kind
        if isinstance(inner, Term):
            yield name, inner.vocabulary
        elif isinstance(inner, Record):
            yield from _terms(inner.properties)


def _apostrophes(french: str) -> str:
    return re.sub(r"(?<=\w)'(?=\w)", "’", french)
