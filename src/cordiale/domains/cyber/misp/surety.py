"""How sure somebody is, as MISP's taxonomies say it by tags and STIX by a number of 0 to 100."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

SAID: Final[Mapping[str, int]] = {
    'misp:confidence-level="completely-confident"': 100,
    'misp:confidence-level="usually-confident"': 75,
    'misp:confidence-level="fairly-confident"': 50,
    'misp:confidence-level="rarely-confident"': 25,
    'misp:confidence-level="unconfident"': 0,
    'admiralty-scale:information-credibility="1"': 90,
    'admiralty-scale:information-credibility="2"': 70,
    'admiralty-scale:information-credibility="3"': 50,
    'admiralty-scale:information-credibility="4"': 30,
    'admiralty-scale:information-credibility="5"': 10,
    'estimative-language:confidence-in-analytic-judgment="high"': 85,
    'estimative-language:confidence-in-analytic-judgment="moderate"': 50,
    'estimative-language:confidence-in-analytic-judgment="low"': 15,
}
"""Tags → confidence: MISP's own numbers for its own scale, else those of STIX 2.1, appendix A (Admiralty credibility; low, medium,
high). What cannot be judged has none."""

_LEVELS: Final = tuple((name, number) for name, number in SAID.items() if name.startswith("misp:"))


def confidence(tags: Iterable[str]) -> int | None:
    """Return how sure tags say something is, the least where several do; None where none does."""
    found = [SAID[name] for tag in tags if (name := tag.strip().lower()) in SAID]
    return min(found, default=None)


def tag_of(number: int) -> str:
    """Return the tag of MISP's own scale that is nearest to a confidence, the lower of two."""
    return min(_LEVELS, key=lambda one: (abs(one[1] - number), one[1]))[0]
