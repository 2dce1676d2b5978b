"""Which of many short texts a value holds, and which expressions it fits, in a time that no list can make long."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

GRAM: Final = 4
"""Characters by which a text that is looked for is found first."""

FEW: Final = 16
"""Texts up to which each is simply looked for."""

LONGEST: Final = 2048
"""Characters of a value that are searched for texts."""

EXPRESSED: Final = 128
"""Characters that a value may have to be compared with expressions: telephone numbers and mail addresses have fewer."""

LONGEST_EXPRESSION: Final = 1000
STEPS: Final = 200_000_000
"""What an expression could be tried at most, reckoned as if every choice in it met every other: in practice a thousandth of it."""

_DELIMITED = re.compile(r"\A/(?P<body>.*)/(?P<flags>[a-zA-Z]*)\Z", re.DOTALL)
_FLAGS: Final = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
_UNIT = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?[:=!]|\(\?|\(|\)|[*+?]|\{(?P<least>\d*),?\d*\}|.", re.DOTALL
)


class Texts(NamedTuple):
    """Texts to look for within values: text → numbers of its lists, and by their first characters how long they are."""

    known: Mapping[str, tuple[int, ...]]
    grams: Mapping[str, tuple[int, ...]]
    short: tuple[str, ...]

    def within(self, value: str) -> list[tuple[str, tuple[int, ...]]]:
        """Return every text that a value holds, with the numbers of its lists."""
        text = value[:LONGEST]
        found = []
        known, lengths_of = self.known, self.grams.get
        for at in range(len(text) - GRAM + 1 if self.grams else 0):
            lengths = lengths_of(text[at : at + GRAM])
            if lengths is not None:
                for length in lengths:
                    lists = known.get(text[at : at + length])
                    if lists is not None:
                        found.append((text[at : at + length], lists))
        found += [(one, known[one]) for one in self.short if one in text]
        return found


def texts(known: Mapping[str, tuple[int, ...]]) -> Texts:
    """Arrange texts to be looked for."""
    grams: dict[str, set[int]] = {}
    few = len(known) <= FEW
    for one in known:
        if len(one) >= GRAM and not few:
            grams.setdefault(one[:GRAM], set()).add(len(one))
    return Texts(
        known,
        {gram: tuple(sorted(lengths, reverse=True)) for gram, lengths in grams.items()},
        tuple(one for one in known if few or len(one) < GRAM),
    )


def expression(written: str) -> re.Pattern[str] | None:
    """Return an expression (`/body/flags` or the body alone) as it is searched; None where it could take long or is none.

    Refused are expressions of more than 1,000 characters, repetitions within repetitions, references back, and those whose
    choices multiply past `STEPS` for a value of `EXPRESSED` characters.
    """
    if len(written) > LONGEST_EXPRESSION:
        return None
    given = _DELIMITED.match(written)
    body = given["body"] if given else written
    flags = re.RegexFlag(0)
    for letter in given["flags"] if given else "":
        flags |= _FLAGS.get(letter, re.RegexFlag(0))
    if not _tame(body):
        return None
    try:
        return re.compile(body.replace(r"\/", "/"), flags)
    except (re.error, OverflowError, RecursionError):
        return None


def fits(expressions: Iterable[tuple[re.Pattern[str], str, int]], value: str) -> Iterator[tuple[str, int]]:
    """Yield (expression as written, number of its list) for those that a value fits; a long value fits none."""
    if len(value) <= EXPRESSED:
        for compiled, written, number in expressions:
            if compiled.search(value) is not None:
                yield written, number


def _tame(body: str) -> bool:
    """Tell whether no repetition lies within another, and how often something may be tried over stays within `STEPS`."""
    groups: list[bool] = [False]  # whether what is open holds a repetition
    closed: bool | None = None  # of the group that ended just before
    steps = EXPRESSED
    for unit in _UNIT.finditer(body):
        text = unit[0]
        just, closed = closed, None
        if text in ("*", "+") or unit["least"] is not None:
            fixed = text[-2:-1].isdigit() and "," not in text
            if just:
                return False
            groups[-1] = True
            steps *= 1 if fixed else EXPRESSED
        elif text == "?":
            steps *= 2
        elif text == "|":
            steps *= 2 if len(groups) > 1 else 1
        elif text == "(?":
            return False  # named groups, conditions, looking back, flags inside: none is needed here
        elif text.startswith("("):
            groups.append(False)
        elif text == ")":
            if len(groups) == 1:
                return False
            closed = groups.pop()
            groups[-1] = groups[-1] or closed
        elif len(text) == 2 and text[0] == "\\" and text[1].isdigit():
            return False
    return len(groups) == 1 and steps <= STEPS
