"""Draw the family tree: each text below the nearest one that may be its source, and texts side by side below one nobody holds.

Texts are taken in the order in which they can have been written. A text joins the nearest older one; a second source is
added where it accounts for sentences that the first does not have. Two texts of which each holds what the other lacks of
one and the same text are joined by a presumed ancestor instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from cordiale.domains.information.lineage import chronology
from cordiale.domains.information.lineage.alignment import Match
from cordiale.domains.information.lineage.chronology import KNOWN, UNKNOWN, Moment
from cordiale.domains.information.lineage.kinship import PROFILE, Kinship, Text

INSERTED: Final = 2
"""So many sentences of its own, in the midst of repeated paragraphs, in each of two texts: neither repeats the other."""
BEYOND: Final = 2
"""So many words of a third text that a retelling has and its nearest relative nowhere: it does not retell that relative."""
SAID: Final = 0.4
"""Likeness from which a sentence of one copy stands for a sentence of the other."""
COPIED: Final = PROFILE.copied
SECOND: Final = 3
"""So many sentences that the nearest source does not have make a second source."""
AS_NEAR: Final = 0.9
"""A relative of at least this share of the nearest one's nearness is as near: the oldest of these is followed."""
FIRM: Final = 0.5
"""Score from which a match counts for a second source or for what a retelling has beyond another."""


class Link(msgspec.Struct, frozen=True):
    """One edge between two texts, by number. `because` is a message id with its parameters in `facts`."""

    parent: int
    child: int
    kind: str
    direction: str
    date_basis: str
    because: str
    facts: Mapping[str, str | int | float]
    kinship: Kinship


def forth(kin: Kinship, child: int) -> tuple[Match, ...]:
    """Return the matches of a text's sentences with the other one's."""
    return kin.forth if kin.second == child else kin.back


def links(
    texts: Sequence[Text], moments: Sequence[Moment], kinships: Mapping[tuple[int, int], Kinship]
) -> list[Link]:
    """Return the edges of the family tree, parents before children."""
    related: dict[int, dict[int, Kinship]] = {}
    for (one, other), kin in kinships.items():
        if kin.related:
            related.setdefault(one, {})[other] = kin
            related.setdefault(other, {})[one] = kin
    order = _in_time(texts, moments, related)
    rank = {number: place for place, number in enumerate(order)}
    found: list[Link] = []
    parents: dict[int, list[int]] = {}
    for number in order:
        older = [n for n in related.get(number, {}) if rank[n] < rank[number]]
        if not older:
            continue
        nearest = max(older, key=lambda n: (related[number][n].nearness, -rank[n]))
        younger = frozenset(n for n in related[number] if rank[n] > rank[number])
        link = _link(texts, moments, related, nearest, number, younger)
        found.append(link)
        if link.kind != "common_source":
            parents.setdefault(number, []).append(nearest)
        else:
            parents.setdefault(number, []).extend(parents.get(nearest, []))
        found += _second(texts, moments, related, number, nearest, older, parents)
    return found


def _in_time(
    texts: Sequence[Text], moments: Sequence[Moment], related: Mapping[int, Mapping[int, Kinship]]
) -> list[int]:
    """Return the texts in the order in which they can have been written.

    One without a date follows the nearest of its relatives; an issuer's own text comes before them all.
    """
    dated = [t.number for t in texts if _day(moments, t.number, related) is not None]
    keys: dict[int, tuple[float, ...]] = {}
    for number in dated:
        day = _day(moments, number, related)
        assert day is not None
        keys[number] = _key(texts, moments, number, day, 0)
    left = [t.number for t in texts if t.number not in keys]
    for number in [n for n in left if moments[n].release]:
        days = [keys[m][0] for m in related.get(number, {}) if m in dated]
        keys[number] = _key(texts, moments, number, min(days, default=0.0) - 0.5, 0)
        left.remove(number)
    while left:
        placed = [(n, m) for n in left for m in related.get(n, {}) if m in keys]
        if not placed:
            first = min(left, key=lambda n: (-len(texts[n].body), n))
            keys[first] = _key(texts, moments, first, 0.0, 0)
            left.remove(first)
            continue
        number, nearest = max(
            placed, key=lambda pair: (related[pair[0]][pair[1]].nearness, -pair[0], -pair[1])
        )
        enough = related[number][nearest].nearness * AS_NEAR
        near = min(
            (m for n, m in placed if n == number and related[n][m].nearness >= enough), key=keys.__getitem__
        )
        keys[number] = _key(texts, moments, number, keys[near][0], int(keys[near][1]) + 1)
        left.remove(number)
    return sorted(keys, key=keys.__getitem__)


def _key(
    texts: Sequence[Text], moments: Sequence[Moment], number: int, day: float, depth: int
) -> tuple[float, ...]:
    """Return by what texts are put in order: day, what says it is a version of another, the issuer's own, English first."""
    moment = moments[number]
    return (day, depth, moment.translated, not moment.release, texts[number].lang != "en", number)


def _day(
    moments: Sequence[Moment], number: int, related: Mapping[int, Mapping[int, Kinship]]
) -> float | None:
    """Return the day a text prints; one without a year is put beside a relative that prints its year."""
    own = moments[number]
    if own.day is not None:
        return float(own.day)
    if own.partial is None:
        return None
    from datetime import date

    for other in sorted(related.get(number, {})):
        day = moments[other].day
        if day is None:
            continue
        near = date.fromordinal(day)
        months = (own.partial[0] - near.month + 5) % 12 - 5
        return float(day + months * 30.4 + own.partial[1] - near.day)
    return float(own.partial[0] * 30.4 + own.partial[1])


def _link(
    texts: Sequence[Text],
    moments: Sequence[Moment],
    related: Mapping[int, Mapping[int, Kinship]],
    parent: int,
    child: int,
    below: frozenset[int],
) -> Link:
    kin = related[child][parent]
    if sides := _side_by_side(texts, kin):
        return _common(parent, child, kin, "inserted", {"one": sides[0], "other": sides[1]})
    if kin.verbatim >= COPIED and (credit := chronology.credited(moments[parent], moments[child])):
        return _common(parent, child, kin, "credited", {"credit": credit})
    if not kin.across:
        for third in sorted(related[child]):
            if third != parent and (parent in related.get(third, {})) and third not in below:
                details = _apart(texts, related, parent, child, third)
                if details >= BEYOND:
                    name = texts[third].name
                    return _common(parent, child, kin, "apart", {"details": details, "third": name})
    direction, basis, because, facts = _direction(texts, moments, parent, child)
    kind = "copy" if not kin.across and kin.verbatim >= COPIED else "derived"
    said = {**facts, "matched": len(forth(kin, child)), "of": len(texts[child].body)}
    return Link(parent, child, kind, direction, basis, because, said, kin)


def _common(parent: int, child: int, kin: Kinship, why: str, facts: Mapping[str, str | int | float]) -> Link:
    return Link(parent, child, "common_source", UNKNOWN, "none", why, facts, kin)


def _side_by_side(texts: Sequence[Text], kin: Kinship) -> tuple[int, int] | None:
    """Return how many sentences each of two copies has which the other lacks, in the midst of repeated paragraphs."""
    if kin.across or kin.verbatim < 0.4:
        return None
    one = _inserted(texts[kin.first], {m.derived: m.verbatim for m in kin.back if m.likeness >= SAID})
    other = _inserted(texts[kin.second], {m.derived: m.verbatim for m in kin.forth if m.likeness >= SAID})
    return (one, other) if one >= INSERTED and other >= INSERTED else None


def _inserted(text: Text, matched: Mapping[int, bool]) -> int:
    """Count the sentences that are matched by none, in paragraphs of which another sentence is repeated word for word."""
    copied = {text.body[j].paragraph for j, verbatim in matched.items() if verbatim}
    return sum(
        statement.paragraph in copied and j not in matched and len(statement.tokens) > 4
        for j, statement in enumerate(text.body)
    )


def _apart(
    texts: Sequence[Text], related: Mapping[int, Mapping[int, Kinship]], parent: int, child: int, third: int
) -> int:
    """Return how many words a text has of a third one, in sentences that answer it, which its nearest relative has nowhere.

    A retelling of the relative could not have them.
    """
    if third not in related.get(child, {}) or texts[third].lang != texts[child].lang:
        return 0
    have = {token.stem for statement in texts[parent].body for token in statement.tokens}
    have |= {
        mark for s in texts[parent].body for t in s.tokens for mark, strength in t.marks if strength > 0.8
    }
    found = set()
    for match in forth(related[child][third], child):
        if match.score < FIRM:
            continue
        said = {token.stem for token in texts[third].body[match.source].tokens}
        found |= {
            token.stem
            for token in texts[child].body[match.derived].tokens
            if token.content and token.stem in said and token.stem not in have and (token.value or 9) > 3
        }
    return len(found)


def _direction(
    texts: Sequence[Text], moments: Sequence[Moment], parent: int, child: int
) -> tuple[str, str, str, dict[str, str | int | float]]:
    """Return whether it is known which came first, on what basis, and why."""
    order = chronology.compare(moments[parent], moments[child])
    if order == -1:
        return KNOWN, moments[child].basis, "dates", {}
    if (
        moments[child].translated
        and not moments[parent].translated
        and texts[parent].lang != texts[child].lang
    ):
        return KNOWN, "none", "version", {}
    repeated = {statement.key for statement in texts[parent].body}
    own = [s.text for s in texts[child].body if s.key not in repeated]
    if not moments[parent].masthead <= moments[child].masthead and (
        sentence := chronology.named(moments[parent], own, texts[child].lang)
    ):
        return KNOWN, "none", "names", {"sentence": sentence}
    return UNKNOWN, "none", "same-day" if order == 0 else "no-date", {}


def _second(
    texts: Sequence[Text],
    moments: Sequence[Moment],
    related: Mapping[int, Mapping[int, Kinship]],
    number: int,
    nearest: int,
    older: Sequence[int],
    parents: dict[int, list[int]],
) -> list[Link]:
    """Return the further sources of a text: each accounts for sentences which those before it do not have."""
    known = {m.derived for m in forth(related[number][nearest], number)}
    found = []
    for other in sorted(older, key=lambda n: -related[number][n].nearness):
        if other == nearest or other in related.get(nearest, {}):
            continue
        more = {m.derived for m in forth(related[number][other], number) if m.score >= FIRM} - known
        if len(more) < SECOND:
            continue
        known |= more
        direction, basis, because, facts = _direction(
            texts, moments, nearest if other == nearest else other, number
        )
        said = {**facts, "matched": len(more), "of": len(texts[number].body)}
        found.append(Link(other, number, "derived", direction, basis, because, said, related[number][other]))
        parents.setdefault(number, []).append(other)
    return found
