"""What a near copy says otherwise: a copy and its negation are never silently one."""

from __future__ import annotations

import re
from functools import cache

from cordiale.domains.information.lexicon import entries

_LINK = re.compile(r"https?://\S+|www\.\S+|pic\.twitter\.com/\S+")
_REPEATED = re.compile(r"^\s*RT\s+@\w+:?", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_MENTION = re.compile(r"[@#](\w+)")
_CONTRACTED = re.compile(r"n['’]t\b|\b(?:ne|n['’])(?=\s|\w)", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?:;…\n\"“”«»]\s*$|^\s*$")


def differing(one: str, other: str) -> list[str]:
    """Return what differs between two nearly equal texts: any of `negation`, `number`, `name`, in this order.

    It errs towards saying so: what is flagged is looked at, what is not may be taken for the same.
    """
    one, other = (_REPEATED.sub("", _LINK.sub(" ", text)) for text in (one, other))
    found = []
    if _negations(one) != _negations(other):
        found.append("negation")
    if sorted(_NUMBER.findall(one)) != sorted(_NUMBER.findall(other)):
        found.append("number")
    if _unknown(one, other) or _unknown(other, one):
        found.append("name")
    return found


@cache
def _negating() -> frozenset[str]:
    """Return the single words of the lexicon that deny, English and French."""
    words = set()
    for entry in entries():
        if any(cue.kind == "negation" for cue in entry.cues):
            words |= {w for w in (entry.en, entry.fr) if " " not in w}
    return frozenset(words)


def _negations(text: str) -> int:
    words = [word.casefold().replace("’", "'") for word in _WORD.findall(text)]
    return len(_CONTRACTED.findall(text)) + sum(word in _negating() for word in words)


def _unknown(text: str, other: str) -> bool:
    """Tell whether a text names something that the other does not mention at all."""
    there = {word.casefold() for word in _WORD.findall(other)} | {
        m.casefold() for m in _MENTION.findall(other)
    }
    for found in _WORD.finditer(text):
        word = found[0]
        if len(word) < 2 or not word[0].isupper() or (word.isupper() and len(word) > 5):
            continue
        if _SENTENCE.search(text[: found.start()]) is None and word.casefold() not in there:
            return True
    return any(m.casefold() not in there for m in _MENTION.findall(text) if not m.isdigit())
