"""Find for each sentence of one text the sentence of another that makes the same statement: by likeness, order and place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from cordiale.domains.information.lineage.likeness import compare, indexed, likeness
from cordiale.domains.information.lineage.statement import Statement


class Profile(msgspec.Struct, frozen=True):
    """The thresholds by which sentences are held to be one statement (tuned on the development part of the corpus)."""

    name: str = "alignment-1"
    neighbours: float = 0.22
    """What two sentences gain at most because those around them are alike too."""
    place: float = 0.15
    """What they gain at most for standing where the sentences before and after lead to."""
    least: float = 0.39
    """Below this, likeness with all that is gained, two sentences are not one statement."""
    least_across: float = 0.34
    """The same between two languages, where fewer words meet."""
    own: float = 0.16
    """Likeness they need of themselves, whatever stands around them."""
    sure: float = 0.62
    """From here on the statement is the same beyond doubt."""
    heading: float = 0.1
    """What a heading of the source loses: the sentence below it that says the same is the statement."""
    anchor: float = 0.45
    """Likeness from which two sentences lead their neighbours."""


FURTHER: Final = 0.7
"""What a neighbour but one counts beside a neighbour."""
PROFILE: Final = Profile()


class Match(msgspec.Struct, frozen=True):
    """A sentence of the derived text and the one it matches: places in both texts.

    `likeness` (0 to 1) is of the words alone; `score` adds what order and neighbours say. `forth` and `back` are the
    shares of the derived and of the source sentence that the other has. `joined` is the next sentence of the source,
    where the derived one says both, else None.
    """

    derived: int
    source: int
    score: float
    likeness: float
    forth: float
    back: float
    verbatim: bool = False
    joined: int | None = None


Shares = list[list[tuple[float, float]]]
"""For each derived and each source sentence what share of each the other has."""


def align(
    source: Sequence[Statement],
    derived: Sequence[Statement],
    known: Mapping[str, float],
    profile: Profile = PROFILE,
) -> list[Match]:
    """Return the matches of the sentences of two texts, at most one for each derived sentence, in its order.

    Texts are compared as they are: regions are the caller's business. Places are indexes into what was given.
    """
    return matched(source, derived, compare(indexed(source, known), indexed(derived, known)), profile)


def matched(
    source: Sequence[Statement], derived: Sequence[Statement], shares: Shares, profile: Profile = PROFILE
) -> list[Match]:
    """Return the matches of two texts whose sentences have been compared."""
    alike = likenesses(shares)
    by_key = _by_key(source)
    for j, statement in enumerate(derived):
        for i in by_key.get(statement.key, ()):
            alike[j][i] = 1.0
    scores = _with_place(_with_neighbours(alike, profile), alike, profile)
    headings = [i for i, statement in enumerate(source) if statement.text[-1:] not in '.!?…"”»)']
    for row in scores:
        for i in headings:
            row[i] -= profile.heading
    found = []
    for j, statement in enumerate(derived):
        if not source:
            break
        same = [i for i in by_key.get(statement.key, ()) if statement.key]
        i = max(same or range(len(source)), key=lambda one: (scores[j][one], -one))
        across = statement.lang != source[i].lang
        least = profile.least_across if across else profile.least
        if not same and (scores[j][i] < least or alike[j][i] < profile.own):
            continue
        forth, back = (1.0, 1.0) if same else shares[j][i]
        found.append(Match(j, i, min(1.0, scores[j][i]), alike[j][i], forth, back, verbatim=bool(same)))
    return _filled(found, source, derived, alike, profile)


def likenesses(shares: Shares) -> list[list[float]]:
    """Return how far each two sentences are alike."""
    return [[likeness(forth, back) if forth or back else 0.0 for forth, back in row] for row in shares]


def _filled(
    found: list[Match],
    source: Sequence[Statement],
    derived: Sequence[Statement],
    alike: list[list[float]],
    profile: Profile,
) -> list[Match]:
    """Add, between two languages, the one sentence left on each side between neighbours that match, where lengths fit.

    A translation keeps order and about the length (Gale and Church 1993): what is left over in one place is the pair.
    """
    by_place = {match.derived: match for match in found}
    taken = {match.source for match in found}
    added = []
    for j in range(1, len(derived) - 1):
        before, after = by_place.get(j - 1), by_place.get(j + 1)
        if j in by_place or before is None or after is None or after.source != before.source + 2:
            continue
        i = before.source + 1
        size, other = len(derived[j].text), len(source[i].text)
        if i in taken or source[i].lang == derived[j].lang or not 0.55 <= size / max(1, other) <= 1.9:
            continue
        added.append(Match(j, i, profile.least_across, alike[j][i], alike[j][i], alike[j][i]))
    return sorted([*found, *added], key=lambda match: match.derived)


def _by_key(source: Sequence[Statement]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for i, statement in enumerate(source):
        if statement.key:
            found.setdefault(statement.key, []).append(i)
    return found


def _with_neighbours(alike: list[list[float]], profile: Profile) -> list[list[float]]:
    """Add what the sentences before and after gain: a retelling goes through its source in order, with gaps.

    The next sentence may answer the source's next, the one after it one of the next two; further away it counts less.
    """
    width = len(alike[0]) if alike else 0
    none = [0.0] * (width + 4)
    rows = [none, none, *([0.0, 0.0, *row, 0.0, 0.0] for row in alike), none, none]
    found = []
    for j, row in enumerate(alike):
        far_before, before, after, far_after = rows[j], rows[j + 1], rows[j + 3], rows[j + 4]
        found.append(
            [
                value
                + profile.neighbours
                * max(
                    before[i + 1],
                    after[i + 3],
                    FURTHER * max(far_before[i], far_before[i + 1], far_after[i + 3], far_after[i + 4]),
                )
                for i, value in enumerate(row)
            ]
        )
    return found


def _with_place(scores: list[list[float]], alike: list[list[float]], profile: Profile) -> list[list[float]]:
    """Add what standing between the anchors before and after gains."""
    width = len(alike[0]) if alike else 0
    anchors: list[tuple[int, int]] = []
    for j, row in enumerate(scores):
        if not width:
            break
        i = max(range(width), key=row.__getitem__)
        second = max((row[k] for k in range(width) if k != i), default=0.0)
        if alike[j][i] >= profile.anchor and row[i] - second >= 0.1:
            anchors.append((j, i))
    earlier: tuple[int, int] | None = None
    waiting = anchors[::-1]
    for j, row in enumerate(scores):
        while waiting and waiting[-1][0] < j:
            earlier = waiting.pop()
        later = waiting[-1] if waiting and waiting[-1][0] > j else waiting[-2] if len(waiting) > 1 else None
        if earlier is None and later is None:
            continue
        for i, near in enumerate(map(max, _near(j, width, earlier, 1), _near(j, width, later, -1))):
            row[i] += profile.place * near
    return scores


def _near(j: int, width: int, anchor: tuple[int, int] | None, way: int) -> list[float]:
    """Return how far (0 to 1) each sentence stands where an anchor leads: as many sentences on as in the other text."""
    found = [0.0] * width
    if anchor is None:
        return found
    expected = anchor[1] + (j - anchor[0])
    reach = abs(j - anchor[0])
    # further away than this nothing is left
    for i in range(max(0, expected - 1 - reach), min(width, expected + 2 + reach)):
        if (i - anchor[1]) * way >= 0:
            found[i] = (1 - abs(i - expected) / (2 + reach)) / (1 + 0.15 * (reach - 1))
    return found
