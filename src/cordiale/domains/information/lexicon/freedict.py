"""FreeDict's English–French dictionaries where a machine has them: they widen the lexicon and are never needed.

Debian's `dict-freedict-eng-fra` and `dict-freedict-fra-eng` put dictd files under /usr/share/dictd: an index of
headwords with offset and length in base 64, and the articles, compressed so that gzip reads them.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from cordiale.domains.information.lexicon.entries import Language, fold, pairs

FOLDER = Path("/usr/share/dictd")
NAMES: Mapping[Language, str] = {"en": "freedict-eng-fra", "fr": "freedict-fra-eng"}

MOST = 64 << 20
"""Bytes of articles taken: the two have less than one million together."""

_DIGITS = {c: i for i, c in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")}
_SENSE = re.compile(r"^\d+\.\s+")
_ASIDE = re.compile(r"\([^()]*\)|\[[^\][]*\]|<[^<>]*>|/[^/]*/")
WORDS = 4
"""Longer translations explain instead of translating."""


def installed(folder: Path = FOLDER) -> tuple[Language, ...]:
    """Return from which languages a dictionary is there."""
    return tuple(lang for lang, name in NAMES.items() if (folder / f"{name}.index").is_file())


def read(lang: Language, folder: Path = FOLDER) -> Mapping[str, frozenset[str]]:
    """Return translations of folded headwords, folded; empty where the dictionary is not there or damaged."""
    name = NAMES[lang]
    try:
        index = (folder / f"{name}.index").read_text(encoding="utf-8")
        with gzip.open(folder / f"{name}.dict.dz") as stream:
            articles = stream.read(MOST)
    except (OSError, EOFError, UnicodeDecodeError, zlib.error):
        return {}
    found: dict[str, set[str]] = {}
    for line in index.splitlines():
        columns = line.split("\t")
        if len(columns) < 3 or columns[0].startswith("00database"):
            continue
        start, size = _number(columns[1]), _number(columns[2])
        if start is None or size is None:
            continue
        article = articles[start : start + size].decode("utf-8", "replace")
        found.setdefault(fold(columns[0]), set()).update(_translations(article))
    found.pop("", None)
    return {term: frozenset(other) for term, other in found.items() if other}


def _translations(article: str) -> Iterator[str]:
    for line in article.splitlines()[1:]:
        for part in re.split(r"[,;]", _ASIDE.sub(" ", _SENSE.sub("", line.strip()))):
            term = fold(part)
            if term and term.count(" ") < WORDS:
                yield term


def _number(written: str) -> int | None:
    """Return a number of a dictd index; None for what is none."""
    total = 0
    for character in written:
        if character not in _DIGITS:
            return None
        total = total * 64 + _DIGITS[character]
    return total


@cache
def widened(lang: Language, folder: Path = FOLDER) -> Mapping[str, frozenset[str]]:
    """Return `pairs(lang)` with what is installed added, both dictionaries read both ways; our own terms stay first.

    A term of ours keeps our translations alone: they were chosen for this field.
    """
    own = pairs(lang)
    found: dict[str, set[str]] = {}
    for source in installed(folder):
        for term, others in read(source, folder).items():
            for other in others:
                here, there = (term, other) if source == lang else (other, term)
                if here not in own:
                    found.setdefault(here, set()).add(there)
    return {**{term: frozenset(others) for term, others in found.items()}, **own}
