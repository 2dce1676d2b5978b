"""Choose which pairs of texts are worth comparing sentence by sentence, so that a thousand articles take seconds.

Two texts are a candidate pair when they share rare marks: a sentence word for word, a run of five words, a name, a number
or a rare word of either language. Each mark counts by how few texts have it; what more than a quarter of many texts have is no mark.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import log
from typing import Final

from cordiale.domains.information.lineage.kinship import Text

ALL: Final = 40
"""Up to so many texts every pair is compared."""
ENOUGH: Final = 0.1
"""Share of the weight of the poorer text's marks that two texts must have in common."""
MOST: Final = 12
"""So many candidates a text has at most, the likeliest, beside those with which it shares a passage."""
COMMON: Final = 40
"""What more texts than this have in common tells nothing of any two of them."""
PASSAGE: Final = 5
"""Words of a run that counts as a passage."""


def pairs(texts: Sequence[Text]) -> list[tuple[int, int]]:
    """Return the pairs of texts to compare, by place, the smaller first, in order."""
    if len(texts) <= ALL:
        return [(i, j) for i in range(len(texts)) for j in range(i + 1, len(texts))]
    bags = [set(_marks(text)) for text in texts]
    spread = Counter(mark for bag in bags for mark in bag)
    limit = max(4, min(len(texts) // 4, COMMON))
    held: dict[str, list[int]] = {}
    whole = [0.0] * len(texts)
    for place, bag in enumerate(bags):
        for mark in bag:
            if 1 < spread[mark] <= limit:
                held.setdefault(mark, []).append(place)
                whole[place] += log(1 + len(texts) / spread[mark])
    likely: list[dict[int, float]] = [{} for _text in texts]
    passages: set[tuple[int, int]] = set()
    for mark, places in sorted(held.items()):
        tells = log(1 + len(texts) / len(places))
        for n, one in enumerate(places):
            for other in places[n + 1 :]:
                likely[one][other] = likely[one].get(other, 0.0) + tells
                likely[other][one] = likely[other].get(one, 0.0) + tells
                if mark[0] == "=":
                    passages.add((one, other))
    found = set(passages)
    for one, others in enumerate(likely):
        for other, tells in sorted(others.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST]:
            if tells >= ENOUGH * min(whole[one], whole[other]):
                found.add((min(one, other), max(one, other)))
    return sorted(found)


def _marks(text: Text) -> Iterator[str]:
    """Yield what may be rare in a text: long sentences, names, numbers, words by what they mean in English."""
    for statement in text.body:
        if len(statement.tokens) >= PASSAGE + 3:
            yield "=" + statement.key
        for token in statement.tokens:
            if not token.content or (token.value is not None and token.value < 10):
                continue
            if token.value is not None:
                yield token.stem
            else:
                # by the best mark alone: a name is spelled alike, another word by its stem or its translation
                yield from (mark for mark, strength in token.marks if strength >= 0.85)
