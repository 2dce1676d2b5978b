"""What a sentence model adds to the words: sentences that mean the same without sharing any, and texts near as wholes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from cordiale.domains.information.semantic.model import Model, embedded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cordiale.domains.information.lineage.alignment import Shares
    from cordiale.domains.information.lineage.kinship import Text

    Vectors = Sequence[NDArray[np.float32] | None]

SAME_TOPIC: Final = 0.5
"""Cosine that two sentences of one topic reach without saying the same; from here to 1 it counts as likeness from 0 to 1.

Between 0.4 and 0.6 the development part of the corpus answers alike; from 0.35 down, sentences of one topic are taken
for one another.
"""
AKIN: Final = 0.6
"""Cosine of the mean vectors of two texts from which they are worth comparing."""
MOST: Final = 12
"""So many texts are near enough to one, at most."""


def vectors(model: Model, texts: Sequence[Text], progress: Callable[[int, int | None], None]) -> Vectors:
    """Return the vectors of each text's sentences, (sentences, hidden); None for a language that the model does not know."""
    known = [text for text in texts if text.body and model.knows(text.lang)]
    made = embedded(model, [one.text for text in known for one in text.body], progress)
    found: list[NDArray[np.float32] | None] = [None] * len(texts)
    places = {id(text): place for place, text in enumerate(texts)}
    at = 0
    for text in known:
        found[places[id(text)]] = made[at : at + len(text.body)]
        at += len(text.body)
    return found


def lifted(shares: Shares, source: NDArray[np.float32], derived: NDArray[np.float32]) -> Shares:
    """Return what two texts' sentences share, `[derived][source]`, where meaning says more than words do."""
    near = ((derived @ source.T - SAME_TOPIC) / (1 - SAME_TOPIC)).tolist()
    return [
        [(max(forth, value), max(back, value)) for (forth, back), value in zip(row, values, strict=True)]
        for row, values in zip(shares, near, strict=True)
    ]


def akin(found: Vectors) -> set[tuple[int, int]]:
    """Return the pairs of texts whose sentences, taken together, mean nearly the same; the smaller place first."""
    import numpy as np

    places = [place for place, one in enumerate(found) if one is not None]
    if len(places) < 2:
        return set()
    means = np.stack([one.mean(0) for one in found if one is not None])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    near = means @ means.T
    np.fill_diagonal(near, -1.0)
    pairs = set()
    for row, place in enumerate(places):
        for other in np.argsort(-near[row], kind="stable")[:MOST]:
            if near[row, other] >= AKIN:
                pairs.add((min(place, places[other]), max(place, places[other])))
    return pairs
