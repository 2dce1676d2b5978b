"""How far two sentences say the same, in one language or in two: the share of each one's words that the other has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import log, sqrt
from typing import Final

from cordiale.domains.information.lineage.statement import Statement, Token

NAMED: Final = 1.4
"""A name or a number tells more of a statement than another word as rare."""
SMALL: Final = 3
"""Numbers up to this one are said of everything."""


def weights(texts: Iterable[Sequence[Statement]]) -> dict[str, float]:
    """Return how much each stem tells: the logarithm of how few sentences of these texts have it."""
    spread: Counter[str] = Counter()
    count = 0
    for text in texts:
        for statement in text:
            if statement.tokens:
                count += 1
                spread.update({token.stem for token in statement.tokens if token.content})
    return {stem: log(1 + count / (1 + n)) for stem, n in spread.items()}


def weight(token: Token, known: Mapping[str, float], usual: float = 3.0) -> float:
    """Return how much a word of a sentence tells."""
    value = known.get(token.stem, usual)
    if token.value is not None:
        return value * (0.4 if token.value <= SMALL else NAMED)
    return value * NAMED if token.name else value


def compare(
    source: Sequence[Statement], derived: Sequence[Statement], known: Mapping[str, float]
) -> list[list[tuple[float, float]]]:
    """Return for each derived and each source sentence the shares (0 to 1) of the derived and of the source one's
    words that the other has: `[derived][source]`."""
    forth = _covered(derived, source, known)
    back = _covered(source, derived, known)
    return [[(forth[j][i], back[i][j]) for i in range(len(source))] for j in range(len(derived))]


def _covered(
    inner: Sequence[Statement], outer: Sequence[Statement], known: Mapping[str, float]
) -> list[list[float]]:
    """Return for each inner sentence what share of its words, by weight, each outer sentence has."""
    places: dict[str, list[tuple[int, float]]] = {}
    for number, statement in enumerate(outer):
        for token in statement.tokens:
            for mark, strength in token.marks:
                places.setdefault(mark, []).append((number, strength))
    found = []
    for statement in inner:
        sums = [0.0] * len(outer)
        total = 0.0
        for token in statement.tokens:
            if not token.content:
                continue
            tells = weight(token, known)
            total += tells
            best: dict[int, float] = {}
            for mark, strength in token.marks:
                for number, other in places.get(mark, ()):
                    shared = min(strength, other)
                    if shared > best.get(number, 0.0):
                        best[number] = shared
            for number, shared in best.items():
                sums[number] += tells * shared
        found.append([value / total if total else 0.0 for value in sums])
    return found


def likeness(forth: float, back: float) -> float:
    """Return one number (0 to 1) for two shares: a shortened sentence is still near its source."""
    return sqrt(forth * back) * 0.6 + max(forth, back) * 0.4
