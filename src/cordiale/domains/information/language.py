"""Tell English from French, block by block, by the words that hold sentences together; no model is needed for two."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from cordiale.domains.information.folding import words

_ENGLISH = frozenset(
    [
        "a",
        "the",
        "of",
        "and",
        "to",
        "in",
        "is",
        "was",
        "were",
        "are",
        "that",
        "for",
        "with",
        "on",
        "as",
        "by",
        "be",
        "at",
        "from",
        "his",
        "her",
        "its",
        "their",
        "this",
        "has",
        "have",
        "had",
        "not",
        "but",
        "which",
        "they",
        "it",
        "he",
        "she",
        "who",
        "or",
        "an",
        "will",
        "would",
        "could",
        "may",
        "can",
        "been",
        "said",
        "more",
        "than",
        "all",
        "no",
        "one",
        "there",
        "we",
        "our",
        "your",
        "about",
        "into",
        "after",
        "out",
        "also",
        "when",
        "what",
        "some",
        "only",
        "if",
        "how",
        "so",
        "up",
        "over",
        "then",
        "where",
        "while",
        "before",
        "between",
        "under",
        "most",
        "other",
        "many",
    ]
)
_FRENCH = frozenset(
    [
        "le",
        "la",
        "les",
        "de",
        "des",
        "du",
        "un",
        "une",
        "et",
        "est",
        "sont",
        "était",
        "étaient",
        "que",
        "qui",
        "dans",
        "pour",
        "par",
        "sur",
        "avec",
        "ce",
        "cette",
        "ces",
        "il",
        "elle",
        "ils",
        "elles",
        "ne",
        "pas",
        "plus",
        "au",
        "aux",
        "en",
        "se",
        "sa",
        "son",
        "ses",
        "leur",
        "leurs",
        "nous",
        "vous",
        "mais",
        "ou",
        "où",
        "dont",
        "a",
        "ont",
        "été",
        "être",
        "sera",
        "seront",
        "avait",
        "comme",
        "après",
        "entre",
        "sans",
        "sous",
        "depuis",
        "selon",
        "d",
        "l",
        "qu",
        "n",
        "s",
        "c",
        "j",
        "y",
        "aussi",
        "fait",
        "tout",
        "tous",
        "toute",
        "même",
        "très",
        "peut",
        "encore",
    ]
)
_MARKS = frozenset("éèêàâùûçîïôœ")


ENOUGH = 4000
"""Characters that tell a language; more tell no more."""


def language(text: str) -> str:
    """Return "en", "fr", or "" where neither can be told (another language, a number, a name)."""
    return _told(text[:ENOUGH])


@lru_cache(maxsize=1024)  # a line is asked for with its text, and for its own sake
def _told(text: str) -> str:
    found = words(text)
    english = sum(word in _ENGLISH for word in found)
    french = sum(word in _FRENCH for word in found)
    # a word with French marks is half a French word, and two such are enough
    marked = sum(not _MARKS.isdisjoint(word) for word in found)
    weighed = french + min(2, marked) * 0.5
    if max(english, weighed) < 1 or english == weighed:
        return ""
    return "en" if english > weighed else "fr"


def main_language(texts: Iterable[str]) -> str:
    """Return the language of most of the words."""
    size = {"en": 0, "fr": 0}
    for text in texts:
        found = language(text)
        if found:
            size[found] += len(text)
    if not any(size.values()):
        return ""
    return max(size, key=lambda lang: (size[lang], lang))
