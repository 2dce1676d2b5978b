"""The words of Incident Core as people read them, in both languages; what is written otherwise is shown as it is written."""

from __future__ import annotations

from typing import Final

from cordiale.stix.incident_core import IMPACTS
from cordiale.stix.kinds import Term
from cordiale.stix.vocabulary_words import called, words

CATEGORY: Final = "impact-category"
DETAIL: Final = "impact-detail"

SCALE: Final = (
    (0, "none"),
    (29, "low"),
    (49, "moderate"),
    (89, "high"),
    (100, "extreme"),
)
"""Upper bounds of the words for a criticality (Incident Core 2.1, appendix B, five words; its 0 is a false alarm)."""


def in_words(vocabulary: str, word: str, lang: str) -> str:
    """Return what a word of a vocabulary is called; the word itself with spaces where nobody here knows it."""
    return called(vocabulary, word, lang) or word.replace("-", " ").replace("_", " ")


def choices(vocabulary: str, lang: str) -> list[tuple[str, str]]:
    """Return each word of a vocabulary with what it is called, in the order it is written down in."""
    return [(word, in_words(vocabulary, word, lang)) for word in words().get(vocabulary, {})]


def detail_in_words(category: str, name: str, value: str | int | float, lang: str) -> str:
    """Return what a detail of an impact says: a word of its vocabulary in words, all else as it is."""
    record = IMPACTS.get(f"{category}-ext")
    kind = record.properties.get(name) if record is not None else None
    if isinstance(kind, Term) and isinstance(value, str):
        return in_words(kind.vocabulary, value, lang)
    return f"{value:g}" if isinstance(value, float) else str(value)


def grave(criticality: int | None) -> str:
    """Return the word for a criticality, "" for none."""
    if criticality is None:
        return ""
    return next(word for bound, word in SCALE if criticality <= bound or bound == 100)
