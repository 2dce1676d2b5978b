"""Changes in when and who: dates, names and speakers that answer each other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cordiale.domains.information.drift.comparison import Pairing, near
from cordiale.domains.information.drift.reading import Reading, Span
from cordiale.domains.information.folding import bare

if TYPE_CHECKING:
    from cordiale.domains.information.drift.judge import Change


def dates(source: Reading, derived: Reading, pairing: Pairing) -> list[Change]:
    """Return the dates that became others."""
    from cordiale.domains.information.drift.judge import Change

    one = [d for d in source.dates if d.value not in {o.value for o in derived.dates}]
    other = [d for d in derived.dates if d.value not in {o.value for o in source.dates}]
    found = []
    for mine in one:
        kind = mine.value.split(" ")[0]
        theirs = next((o for o in other if o.value.split(" ")[0] == kind), None)
        if theirs is None:
            continue
        spans = (
            source.statement.text[mine.start : mine.end],
            derived.statement.text[theirs.start : theirs.end],
        )
        if not _fits(mine.value, theirs.value, spans):
            other.remove(theirs)
            found.append(Change("date", *spans, "none", 0.8))
    return found


_HALF = re.compile(r"[ap]\.?m|\bh\b|heures?|\dh")


def _fits(one: str, other: str, spans: tuple[str, str]) -> bool:
    """Tell whether two hours may be one: 6:30 and 6:30 p.m. may, 6:14 and 18:14 are not, 4:00 and 4:20 are not."""
    kind, _space, time = one.partition(" ")
    if kind != "hour" or sum(bool(_HALF.search(span.casefold())) for span in spans) != 1:
        return one == other
    (hour, minute), (hour2, minute2) = (value.split(":") for value in (time, other.partition(" ")[2]))
    return int(hour) % 12 == int(hour2) % 12 and minute == minute2


def names(source: Reading, derived: Reading, pairing: Pairing) -> list[Change]:
    """Return the name that stands where another stood, or who is said to speak in another's place."""
    from cordiale.domains.information.drift.judge import Change

    one = _unanswered(source, derived)
    other = _unanswered(derived, source)
    if not one or not other:
        return []
    mine, theirs = one[0], other[0]
    speaking = _speaks(source, mine) and _speaks(derived, theirs)
    spans = source.statement.text[mine.start : mine.end], derived.statement.text[theirs.start : theirs.end]
    if speaking:
        return [Change("speaker", *spans, "none", 0.75)]
    if not near(source.statement, mine.start, mine.end, pairing.source, 2) or not near(
        derived.statement, theirs.start, theirs.end, pairing.derived, 2
    ):
        return []
    return [Change("name", *spans, "none", 0.65)]


def _unanswered(reading: Reading, other: Reading) -> list[Span]:
    """Return the names of which no word stands in the other sentence, in either language's spelling."""
    said = {bare(t.word)[:5] for t in other.statement.tokens}
    marks = {mark for t in other.statement.tokens for mark, _strength in t.marks}
    found = []
    for name in reading.names:
        tokens = [t for t in reading.statement.tokens if name.start <= t.start < name.end and t.content]
        if tokens and not any(
            bare(t.word)[:5] in said or any(mark in marks for mark, _strength in t.marks) for t in tokens
        ):
            if any(_initials(name, mine) or _initials(mine, name) for mine in other.names):
                continue
            found.append(name)
    return found


def _speaks(reading: Reading, name: Span) -> bool:
    """Tell whether a name is of who speaks, or stands after its function: "the mayor, Anne Wauters"."""
    text = reading.statement.text
    return any(
        _overlap(name, s) or (0 <= name.start - s.end <= 3 and text[s.end] == ",") for s in reading.speakers
    )


def _initials(long: Span, short: Span) -> bool:
    """Tell whether one name is the first letters of the other: "United Kingdom", "UK"."""
    words = [word for word in long.value.split() if len(word) > 1]
    return len(words) > 1 and "".join(word[0] for word in words) == short.value


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
