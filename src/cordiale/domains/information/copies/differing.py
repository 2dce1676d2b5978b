"""What a near copy says otherwise: a copy and its negation are never silently one."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from cordiale.domains.information.lexicon import entries

_LINK = re.compile(r"https?://\S+|www\.\S+|pic\.twitter\.com/\S+")
_REPEATED = re.compile(r"^\s*RT\s+@\w+:?", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_MENTION = re.compile(r"[@#](\w+)")
_CONTRACTED = re.compile(r"n['’]t\b|\b(?:ne|n['’])(?=\s|\w)", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?:;…\n\"“”«»]\s*$|^\s*$")


class _Said(NamedTuple):
    """What of a text is compared: words and mentions in lower case, and where words stand that may be names."""

    text: str
    negations: int
    numbers: list[str]
    words: frozenset[str]
    mentions: list[str]
    names: list[tuple[str, int]]


def differing(one: str, other: str) -> list[str]:
    """Return what differs between two nearly equal texts: any of `negation`, `number`, `name`, in this order.

    It errs towards saying so: what is flagged is looked at, what is not may be taken for the same.
    """
    first, second = _said(one), _said(other)
    found = []
    if first.negations != second.negations:
        found.append("negation")
    if first.numbers != second.numbers:
        found.append("number")
    if _unknown(first, second) or _unknown(second, first):
        found.append("name")
    return found


@lru_cache(maxsize=256)  # the first text of a cluster is compared with every other one of it
def _said(whole: str) -> _Said:
    text = _REPEATED.sub("", _LINK.sub(" ", whole))
    words = [(found[0], found.start()) for found in _WORD.finditer(text)]
    folded = [word.casefold() for word, _start in words]
    mentions = _MENTION.findall(text)
    denied = sum(word.replace("’", "'") in _negating() for word in folded)
    return _Said(
        text,
        len(_CONTRACTED.findall(text)) + denied,
        sorted(_NUMBER.findall(text)),
        frozenset((*folded, *(mention.casefold() for mention in mentions))),
        [mention.casefold() for mention in mentions if not mention.isdigit()],
        [(fold, start) for fold, (word, start) in zip(folded, words, strict=True) if _may_be_name(word)],
    )


@cache
def _negating() -> frozenset[str]:
    """Return the single words of the lexicon that deny, English and French."""
    words = set()
    for entry in entries():
        if any(cue.kind == "negation" for cue in entry.cues):
            words |= {w for w in (entry.en, entry.fr) if " " not in w}
    return frozenset(words)


def _may_be_name(word: str) -> bool:
    return len(word) > 1 and word[0].isupper() and not (word.isupper() and len(word) > 5)


def _unknown(said: _Said, other: _Said) -> bool:
    """Tell whether a text names something that the other does not mention at all."""
    if any(mention not in other.words for mention in said.mentions):
        return True
    return any(
        name not in other.words and _SENTENCE.search(said.text[:start]) is None for name, start in said.names
    )
