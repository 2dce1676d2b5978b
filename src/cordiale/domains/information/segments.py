"""Find the texts in a file that holds several: drawn lines, gaps with a new heading, or a story told again from its beginning."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from math import log, sqrt
from typing import Final

from cordiale.domains.information.folding import bare, words

_DRAWN = re.compile(r"^\s*(?:[-=_*~#•§]\s?){3,}\s*$|^\f")
_GAP: Final = 2
"""So many empty lines and a short line after them begin a new text, when both hold a paragraph."""
_AGAIN: Final = 0.6
"""A story begins again where at least this share of the shorter part's paragraphs follow those before, in their order."""
_LEAST: Final = 5
"""So many paragraphs must follow: fewer is how a text comes back to its subject."""
_MOST: Final = 300
"""A text of more paragraphs is a book or a list, not two articles one after the other."""


def segments(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Return the texts of a file as ranges of its lines, in order and without a gap."""
    bounds = [0]
    empty = 0
    for n, line in enumerate(lines):
        if _DRAWN.match(line):
            bounds.append(n + 1 if n + 1 < len(lines) else n)
        elif not line.strip():
            empty += 1
            continue
        elif empty >= _GAP and len(words(line[:400])) <= 14 and not re.search(r"[.!;,]\s*$", line):
            bounds.append(n)
        empty = 0
    parts = _worth(lines, sorted(set(bounds)))
    return [piece for start, end in parts for piece in _told_twice(lines, start, end)]


def _worth(lines: Sequence[str], bounds: Sequence[int]) -> list[tuple[int, int]]:
    """Join parts without a paragraph of their own to the one before."""
    kept: list[tuple[int, int]] = []
    for start, end in zip(bounds, [*bounds[1:], len(lines)], strict=True):
        whole = any(len(words(line[:400])) >= 25 for line in lines[start:end])
        if (kept and not whole) or (
            kept and not any(len(words(line[:400])) >= 25 for line in lines[kept[-1][0] : kept[-1][1]])
        ):
            kept[-1] = kept[-1][0], end
        else:
            kept.append((start, end))
    return kept


def _told_twice(lines: Sequence[str], start: int, end: int) -> list[tuple[int, int]]:
    """Cut where the second part tells the first one's story again, paragraph after paragraph."""
    places = [n for n in range(start, end) if len(words(lines[n][:400])) >= 12]
    if not 2 * _LEAST <= len(places) <= _MOST:
        return [(start, end)]
    bags = _weighted([[bare(word)[:6] for word in words(lines[n][:4000]) if len(word) > 3] for n in places])
    best, cut = 0.0, 0
    for middle in range(_LEAST, len(places) - _LEAST + 1):
        followed = _followed(bags[:middle], bags[middle:])
        share = followed / min(middle, len(places) - middle)
        # cutting at the right place lets both parts follow whole: ties go to the more even cut
        score = share * followed
        if followed >= _LEAST and share >= _AGAIN and score > best:
            best, cut = score, middle
    if not cut:
        return [(start, end)]
    line = places[cut]
    while (
        line - 1 > start
        and lines[line - 1].strip()
        and len(words(lines[line - 1][:400])) < 12
        and not lines[line - 2].strip()
    ):
        line -= 1
    return [(start, line), (line, end)]


def _weighted(bags: Sequence[Sequence[str]]) -> list[dict[str, float]]:
    """Return bags of words weighted by rarity, of length 1."""
    spread = Counter(word for bag in bags for word in set(bag))
    found = []
    for bag in bags:
        weights = {word: log(1 + len(bags) / spread[word]) for word in set(bag)}
        size = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        found.append({word: weight / size for word, weight in weights.items()})
    return found


def _followed(first: Sequence[dict[str, float]], second: Sequence[dict[str, float]]) -> int:
    """Count the paragraphs of the second part whose nearest of the first come in order (longest increasing run)."""
    tails: list[int] = []
    for bag in second:
        likeness = [sum(weight * other.get(word, 0.0) for word, weight in bag.items()) for other in first]
        top = max(range(len(first)), key=likeness.__getitem__)
        if likeness[top] < 0.18:
            continue
        place = bisect_left(tails, top)
        tails[place : place + 1] = [top]
    return len(tails)
