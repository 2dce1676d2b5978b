"""How near two texts are as wholes: what their matched sentences add up to, and how much one holds of the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from cordiale.domains.information.lineage.alignment import PROFILE as ALIGNMENT
from cordiale.domains.information.lineage.alignment import Match, likenesses, matched
from cordiale.domains.information.lineage.alignment import Profile as Alignment
from cordiale.domains.information.lineage.likeness import Indexed, compare
from cordiale.domains.information.lineage.statement import Statement
from cordiale.domains.information.semantic.nearness import lifted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Profile(msgspec.Struct, frozen=True):
    """From when on two texts are of one lineage.

    Each threshold lies half way between the nearest two unrelated texts of the corpus' development part and the
    furthest text that was made from another.
    """

    name: str = "kinship-2"
    likeness: float = 0.215
    """Likeness of the matched sentences, summed over all of the shorter text's."""
    likeness_across: float = 0.1
    """The same between two languages, where fewer words meet."""
    strong: float = 0.2
    """Share of the shorter text's sentences that are matched with a likeness of at least STRONG."""
    strong_across: float = 0.09
    likeness_meant: float = 0.3
    """The same where a sentence model compared them too: reports of one event are near each other in meaning."""
    strong_meant: float = 0.31
    passage: int = 3
    """Sentences repeated word for word, of eight words or more, that make a lineage whatever the rest."""
    copied: float = 0.6
    """Share of the shorter text repeated word for word that makes a copy."""


PROFILE: Final = Profile()
_LONG: Final = 8
STRONG: Final = 0.45
"""Likeness of two sentences that few sentences of unrelated texts reach."""


class Text(msgspec.Struct, frozen=True):
    """One text as lineage compares it: its article's sentences, and all sentences of the page."""

    number: int
    name: str
    segment: int
    lang: str
    body: tuple[Statement, ...]
    page: tuple[Statement, ...]


class Kinship(msgspec.Struct, frozen=True):
    """Two texts compared both ways. `forth` are matches of `second`'s sentences with `first`'s; `back` the other way.

    `nearness` orders possible parents; `containment` is which share of the first text's and of the second text's
    sentences the other holds; `verbatim` the share of the shorter one that is repeated word for word.
    """

    first: int
    second: int
    forth: tuple[Match, ...]
    back: tuple[Match, ...]
    nearness: float
    containment: tuple[float, float]
    verbatim: float
    across: bool
    related: bool


def kinship(
    first: Text,
    second: Text,
    ready: tuple[Indexed, Indexed],
    meant: tuple[NDArray[np.float32] | None, NDArray[np.float32] | None] = (None, None),
    profile: Profile = PROFILE,
    alignment: Alignment = ALIGNMENT,
) -> Kinship:
    """Compare two texts sentence by sentence, both ways; `ready` are their articles, indexed.

    `meant` are the vectors of their sentences where a sentence model knows the language, (sentences, hidden).
    Where even the best of each sentence would not add up to a lineage, nothing is matched.
    """
    across = first.lang != second.lang
    one, other = max(1, len(first.body)), max(1, len(second.body))
    shares = compare(*ready)
    if meant[0] is not None and meant[1] is not None:
        shares = lifted(shares, meant[0], meant[1])
    alike = likenesses(shares)
    least = profile.likeness_across if across else profile.likeness
    most = max(
        sum(max(row, default=0.0) for row in alike) / other,
        sum(max(column) for column in zip(*alike, strict=True)) / one,
    )
    repeated = {s.key for s in first.body if len(s.tokens) >= _LONG} & {s.key for s in second.body}
    if most < least and len(repeated) < profile.passage:
        return Kinship(first.number, second.number, (), (), most, (0.0, 0.0), 0.0, across, related=False)
    forth = tuple(matched(first.body, second.body, shares, alignment))
    turned = [[(b, f) for f, b in column] for column in zip(*shares, strict=True)] or [
        [] for _s in first.body
    ]
    back = tuple(matched(second.body, first.body, turned, alignment))
    sums = sum(m.likeness for m in forth) / other, sum(m.likeness for m in back) / one
    nearness = max(sums)
    verbatim = _repeated(forth, second.body), _repeated(back, first.body)
    long = sum(m.verbatim and len(second.body[m.derived].tokens) >= _LONG for m in forth)
    strong = max(_strong(forth) / other, _strong(back) / one)
    lifts = meant[0] is not None and meant[1] is not None and not across
    enough = (
        (profile.likeness_across, profile.strong_across)
        if across
        else (profile.likeness_meant, profile.strong_meant)
        if lifts
        else (profile.likeness, profile.strong)
    )
    related = (nearness >= enough[0] and strong >= enough[1]) or long >= profile.passage
    if lifts and not related and nearness >= profile.likeness:
        # what the words alone tie stays tied
        related = kinship(first, second, ready, profile=profile, alignment=alignment).related
    return Kinship(
        first.number,
        second.number,
        forth,
        back,
        nearness,
        (len(back) / one, len(forth) / other),
        max(verbatim),
        across,
        related=related,
    )


def _strong(matches: Sequence[Match]) -> int:
    return sum(match.likeness >= STRONG for match in matches)


def _repeated(matches: Sequence[Match], body: Sequence[Statement]) -> float:
    """Return the share of a text's words that stand word for word in the other."""
    whole = sum(len(statement.tokens) for statement in body) or 1
    return sum(len(body[m.derived].tokens) for m in matches if m.verbatim) / whole
