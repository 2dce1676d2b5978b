"""Changes in how much: amounts and shares that answer each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from cordiale.domains.information.drift.comparison import Pairing, near
from cordiale.domains.information.drift.quantities import SOME, Quantity
from cordiale.domains.information.drift.reading import Reading

if TYPE_CHECKING:
    from cordiale.domains.information.drift.judge import Change

ROUNDED: Final = 0.035
"""Two exact numbers that differ by at most this share of the larger one fit each other when rounded."""
FRACTION: Final = 0.08
"""A share in figures and one in words ("nearly a fifth") that differ by at most this fit each other."""
KEPT: Final = 0.4
"""From this share of words kept on, two amounts left over are one that changed."""
ALL: Final = 0.95
"""From this share on all are meant."""
MEASURES: Final = 0.12
"""The same where time is counted in another measure."""
VAGUE: Final = 0.12
"""The same where one of them is said with "about", "more than" or in words."""


def quantities(source: Reading, derived: Reading, pairing: Pairing) -> list[Change]:
    """Return the amounts that became larger or smaller."""
    if _SAVE.search(source.flat) or _SAVE.search(derived.flat):
        return []  # "all but one of the three", "two of the three"
    one, other = _counted(list(source.quantities), list(derived.quantities))
    for mine in list(one):
        same = next((theirs for theirs in other if _equal(mine, theirs)), None)
        if same is not None:
            one.remove(mine)
            other.remove(same)
    found = []
    for theirs in list(other):
        answer = _answer(theirs, one, other, source, derived, pairing)
        if answer is None:
            continue
        one.remove(answer)
        other.remove(theirs)
        if change := _changed(answer, theirs, source, derived):
            found.append(change)
    found += _articles(one, source, derived, pairing)
    found += _parts(one, source, derived, pairing.source, "up")
    found += _parts(other, derived, source, pairing.derived, "down")
    found += _some_kinds(one, source, derived, pairing, gone=True)
    found += _some_kinds(other, derived, source, pairing, gone=False)
    return found


_SAVE = re.compile(r"\ball but\b|\btou(?:s|tes)\b[^.;]{0,40}\b(?:sauf|hormis)\b")


def _some_kinds(
    left: Sequence[Quantity], reading: Reading, other: Reading, pairing: Pairing, *, gone: bool
) -> list[Change]:
    """Return what was said of all and is said of one kind: "all vehicles", "light vehicles"."""
    from cordiale.domains.information.drift.judge import Change

    answers, answered = (pairing.source, pairing.derived) if gone else (pairing.derived, pairing.source)
    tokens = other.statement.tokens
    found = []
    for quantity in left:
        if quantity.kind != "share" or quantity.value < ALL or not quantity.things:
            continue
        place = next(
            (i for i, t in enumerate(tokens) if t.start == answers.get(quantity.things[0].start)), None
        )
        beside = None if place is None else place + (1 if other.statement.lang == "fr" else -1)
        if place is None or beside is None or not 0 <= beside < len(tokens):
            continue
        kind, thing = tokens[beside], tokens[place]
        start, end = min(kind.start, thing.start), max(kind.end, thing.end)
        plain = kind.content and not kind.name and kind.value is None and kind.start not in answered
        if plain and end - start == len(kind.word) + len(thing.word) + 1:
            spans = _piece(reading, quantity), other.statement.text[start:end]
            found.append(Change("quantity", *(spans if gone else spans[::-1]), "down" if gone else "up", 0.6))
    return found


def _counted(one: list[Quantity], other: list[Quantity]) -> tuple[list[Quantity], list[Quantity]]:
    """Leave out what says "12 of the 80" where the other sentence says "of the 80, 12": both numbers, apart."""
    for mine, theirs in ((one, other), (other, one)):
        for share in [q for q in mine if q.whole and q.kind == "share"]:
            parts = [
                q for q in theirs if not q.whole and q.kind == "amount" and q.raw in (share.whole, share.raw)
            ]
            if len(parts) == 2 and {q.raw for q in parts} == {share.whole, share.raw}:
                mine.remove(share)
                for part in parts:
                    theirs.remove(part)
    return one, other


def _equal(one: Quantity, other: Quantity) -> bool:
    if one.kind != other.kind:
        return False
    if one.unit != other.unit:
        # "under 35" and "moins de 35 ans": only one says of what
        return bool(one.raw) and one.raw == other.raw and not (one.unit and other.unit)
    if one.ends[1] or other.ends[1]:
        return one.ends == other.ends or (not (one.ends[1] and other.ends[1]) and _ends_with(one, other))
    if _fitting(one, other) or _fitting(other, one):
        return True
    if one.kind == "amount" and not one.unit and one.value <= 3 and one.value != other.value:
        return False
    allowed = MEASURES if _other_measure(one, other) else ROUNDED if one.exact and other.exact else 0.055
    return abs(one.value - other.value) <= allowed * max(one.value, other.value)


BEYOND: Final = 1.25
"""By so much at most a number exceeds one that it is said to be "more than"."""


CLOSE: Final = 1.08
"""The same of one that it is said to be "close to"."""


def _fitting(exact: Quantity, bound: Quantity) -> bool:
    """Tell whether a number fits a bound that rounds it: "53" and "more than 50", "38" and "under 40"."""
    if not exact.exact or bound.bound == 1.0 or not (exact.raw and bound.raw) or bound.value == 0:
        return False
    limit = bound.value / bound.bound
    beyond = CLOSE if bound.bound in (0.97, 1.03) else BEYOND
    if bound.bound > 1.0:
        return limit < exact.value <= beyond * limit
    return limit / beyond <= exact.value < limit


def _other_measure(one: Quantity, other: Quantity) -> bool:
    """Tell whether two lengths of time are counted otherwise: eight weeks, two months."""
    if one.unit != "s" or other.unit != "s" or not (one.raw and other.raw):
        return False
    return max(one.value / one.raw, other.value / other.raw) > 3 * min(
        one.value / one.raw, other.value / other.raw
    )


def _ends_with(one: Quantity, other: Quantity) -> bool:
    """Tell whether "up to 14" sums up "6 to 14"."""
    ranged, single = (one, other) if one.ends[1] else (other, one)
    return not single.exact and abs(single.value / 0.8 - ranged.ends[1]) <= ROUNDED * ranged.ends[1]


def _answer(
    theirs: Quantity,
    one: Sequence[Quantity],
    other: Sequence[Quantity],
    source: Reading,
    derived: Reading,
    pairing: Pairing,
) -> Quantity | None:
    """Return the amount of the source that one of the derived sentence answers: of the same things, else the only one left."""
    starts = {thing.start for thing in theirs.things}
    same_things = [m for m in one if any(pairing.source.get(thing.start) in starts for thing in m.things[:1])]
    same_things += [
        m for m in one if any(pairing.source.get(thing.start) in starts for thing in m.things[1:])
    ]
    fitting = [m for m in same_things if m.unit == theirs.unit]
    if fitting:
        return min(fitting, key=lambda m: m.kind != theirs.kind)
    whole = [m for m in one if theirs.raw and m.kind == "share" and m.whole == theirs.raw and not m.unit]
    whole += [m for m in one if m.raw and theirs.whole == m.raw and not m.unit]
    if len(whole) == 1 and len(one) == len(other) == 1:
        return whole[0]  # "two of its three", "its three"
    if len(one) == len(other) == 1 and _all_or_few(one[0], theirs):
        return one[0]
    of_kind = [m for m in one if m.kind == theirs.kind and m.unit == theirs.unit]
    if len(of_kind) != 1 or len([q for q in other if q.kind == theirs.kind and q.unit == theirs.unit]) != 1:
        return None
    mine = of_kind[0]
    kept = len(pairing.source) / max(1, sum(token.content for token in source.statement.tokens))
    money = _is_money(source, mine) and _is_money(derived, theirs)
    sure = theirs.unit or mine.kind != "amount" or kept >= KEPT or money or mine.bound == theirs.bound != 1.0
    return mine if sure or near(source.statement, mine.start, mine.end, pairing.source, 6) else None


_MONEY_BEFORE = re.compile(r"(?:[€$£¥]|\b(?:eur|usd|gbp)) ?$")
_MONEY_AFTER = re.compile(
    r" ?(?:(?:million|billion|thousand|millions|milliards?|bn|m)\b)?(?: d(?:e |'))? ?(?:[€$£¥]|(?:euros?|dollars?|pounds?|francs?|livres|crowns?|couronnes?)\b)"
)


def _is_money(reading: Reading, quantity: Quantity) -> bool:
    return bool(
        _MONEY_BEFORE.search(reading.flat[: quantity.start])
        or _MONEY_AFTER.match(reading.flat[quantity.end :])
    )


def _changed(mine: Quantity, theirs: Quantity, source: Reading, derived: Reading) -> Change | None:
    from cordiale.domains.information.drift.judge import Change

    spans = _piece(source, mine), _piece(derived, theirs)
    if mine.kind != theirs.kind:
        one, other = _as_amount(mine, theirs), _as_amount(theirs, mine)
        if one is None or other is None or abs(one - other) <= VAGUE * min(one, other):
            return None
        return Change("quantity", *spans, "up" if other > one else "down", 0.65)
    if (
        mine.raw
        and mine.raw == theirs.raw
        and (_unsaid(mine, theirs, derived) or _unsaid(theirs, mine, source))
    ):
        return None
    if _some_few(mine, theirs) or _some_few(theirs, mine):
        return None
    low, high = sorted((mine.value, theirs.value))
    vague = not (mine.exact and theirs.exact)
    if (
        mine.kind == "share"
        and abs(1 - low - high) <= FRACTION
        and (_lessens(source, mine) or _lessens(derived, theirs))
    ):
        return None  # "60 per cent of a harvest", "two fifths smaller"
    if (
        vague
        and mine.kind == "share"
        and high - low <= FRACTION * high
        and bool(mine.raw) != bool(theirs.raw)
    ):
        return None
    if (
        high - low
        <= (VAGUE if vague and mine.kind == "amount" and not _bounded(mine, theirs) else ROUNDED) * high
    ):
        return None
    return Change("quantity", *spans, "up" if theirs.value > mine.value else "down", 0.75 if vague else 0.85)


def _all_or_few(one: Quantity, other: Quantity) -> bool:
    """Tell whether one is all and the other a few of no number: "unanimously", "several"."""
    share, few = (one, other) if one.kind == "share" else (other, one)
    return share.value >= ALL and few.kind == "amount" and not few.raw and not few.unit and few.value <= 6


def _some_few(vague: Quantity, counted: Quantity) -> bool:
    """Tell whether a small number is said as "a few": "two or three minutes", "some minutes"."""
    if vague.raw or vague.kind != "amount" or counted.kind != "amount" or not counted.raw:
        return False
    scale = (counted.ends[0] if counted.ends[1] else counted.value / counted.bound) / counted.raw
    words, number = vague.value / scale, counted.value / scale
    return words in (4.0, 6.0) and 2 <= number <= 9


def _unsaid(bounded: Quantity, plain: Quantity, reading: Reading) -> bool:
    """Tell whether "may reach 40" stands beside a 40 that is hedged in its own way: how sure it is, not how much, may differ."""
    return (
        bounded.bound == 0.8
        and plain.bound == 1.0
        and (
            any(cue.scale == "sure" and cue.step <= 3 and not cue.soft for cue in reading.cues)
            or bool(_ESTIMATED.search(reading.flat))
        )
    )


_ESTIMATED = re.compile(r"\b(?:estim\w+|evalue\w*|put at|reckoned|provisoire\w*|provisional\w*)\b")
_LESS = re.compile(
    r"\s?(?:\w+ )?(?:smaller|less|lower|fewer|cheaper|down|off|short|below|de moins|en moins|plus (?:bas|petit|faible)\w*|inferieur\w*)\b"
)


def _lessens(reading: Reading, quantity: Quantity) -> bool:
    return bool(_LESS.match(reading.flat[quantity.end :]))


def _as_amount(one: Quantity, beside: Quantity) -> float | None:
    """Return a share as an amount that compares with the amount beside it, where words allow: "some", "most", "all"."""
    if one.kind == "amount":
        return one.value
    if one.kind != "share":
        return None
    if one.value >= ALL and not beside.raw:
        return float("inf")  # "all five", "several"
    if one.whole:
        return one.whole * one.value
    if not one.whole and one.value == SOME:
        return 6.0
    least = 0.5 if not beside.raw and beside.value <= 6 else 0.65  # "a large part", "a handful"
    return float("inf") if one.value >= least and not one.whole else None


def _bounded(mine: Quantity, theirs: Quantity) -> bool:
    """Tell whether two amounts are one number with different bounds: "about five", "more than five"."""
    return max(mine.value, theirs.value) <= 1.5 * min(mine.value, theirs.value)


def _articles(left: Sequence[Quantity], source: Reading, derived: Reading, pairing: Pairing) -> list[Change]:
    """Return the numbers of things of which the derived sentence has one: "two ships", "a ship"."""
    from cordiale.domains.information.drift.judge import Change

    found = []
    for quantity in left:
        if (
            quantity.kind != "amount"
            or quantity.unit
            or not quantity.exact
            or quantity.value < 2
            or not quantity.things
        ):
            continue
        place = pairing.source.get(quantity.things[0].start)
        article = (
            re.search(r"\b(un|une|a|an|one|un seul|une seule)\s$", derived.flat[:place])
            if place is not None
            else None
        )
        if article:
            thing = next(t for t in derived.statement.tokens if t.start == place)
            text = derived.statement.text[article.start(1) : thing.end]
            found.append(Change("quantity", _piece(source, quantity), text, "down", 0.7))
    return found


def _parts(
    left: Sequence[Quantity], reading: Reading, other: Reading, answered: dict[int, int], direction: str
) -> list[Change]:
    """Return the parts that are said of the whole in the other sentence: "part of the records", "the records"."""
    from cordiale.domains.information.drift.judge import Change

    found = []
    for quantity in left:
        partial = (quantity.kind == "share" and quantity.value < 0.95) or _some_of(reading, quantity)
        if not partial or not quantity.things or quantity.things[0].start not in answered:
            continue
        if (
            any(q.kind in ("share", "times") for q in other.quantities)
            or (other.negative and quantity.value > 0.85)
            or _EXCEPT.search(other.flat)
        ):
            continue
        if _bare_some(reading, quantity) and (direction == "up" or quantity.start > 3):
            continue
        place = answered[quantity.things[0].start]
        if any(abs(q.end - place) < 25 and q.start < place for q in other.quantities):
            continue
        thing = next(t for t in other.statement.tokens if t.start == place)
        word = other.statement.text[thing.start : thing.end]
        piece = _piece(reading, quantity)
        spans = (piece, word) if direction == "up" else (word, piece)
        found.append(Change("quantity", *spans, direction, 0.6))  # type: ignore[arg-type]
    return found


_EXCEPT = re.compile(
    r"\b(?:except|apart from|but for|save for|hardly|scarcely|hormis|sauf|excepte|a l'exception|mis a part|a part)\b"
)
_OF_THE = re.compile(r" (?:of (?:the|its|their|his|her|those|these)|des|de (?:ses|leurs|ces)|d'entre) ")


def _some_of(reading: Reading, quantity: Quantity) -> bool:
    """Tell whether a number says how many of things that are more: "two of the suspects", "deux des suspects"."""
    return (
        quantity.kind == "amount"
        and quantity.exact
        and not quantity.unit
        and bool(_OF_THE.match(reading.flat[quantity.end :]))
    )


def _bare_some(reading: Reading, quantity: Quantity) -> bool:
    """Tell whether "some" is no more than an article ("certaines radios", "des radios")."""
    return reading.flat[quantity.start : quantity.end].strip() in ("some", "certains", "certaines", "certain")


def _piece(reading: Reading, quantity: Quantity) -> str:
    """Return an amount as it stands, with what is counted where that comes next."""
    text = reading.statement.text
    end = quantity.end
    if quantity.things and not text[end : quantity.things[0].start].strip(" '’\u00a0\u202f"):
        end = quantity.things[0].end
    return text[quantity.start : end].strip()
