"""Warning lists on their way into memory: their entries by what they are compared with."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from cordiale.domains.cyber.keeping import Refused
from cordiale.domains.cyber.warninglists.answers import Listed
from cordiale.domains.cyber.warninglists.format import Written
from cordiale.domains.cyber.warninglists.networks import Network, network_of
from cordiale.domains.cyber.warninglists.texts import expression
from cordiale.platform.languages import _

MOST: Final = 5_000_000
"""Entries of all lists together: ten times what is published."""

LONGEST: Final = 2048
"""Characters of an entry."""

EXPRESSIONS: Final = 500
"""Expressions of all lists together: each is tried for every value of its kind."""

TOLD: Final = 20
"""Entries that could not be taken of which each is named, for one list."""

Expression = tuple[re.Pattern[str], str, int]
"""An expression, as it is written, and the number of its list."""


class Gathered:
    """The entries of lists, each with the numbers of the lists that hold it; one tuple for lists that are the same."""

    __slots__ = (
        "_same",
        "count",
        "expressions",
        "names",
        "networks",
        "number",
        "refused",
        "strings",
        "texts",
    )

    def __init__(self) -> None:
        self.strings: dict[str, tuple[int, ...]] = {}
        self.names: dict[str, tuple[int, ...]] = {}
        self.texts: dict[str, tuple[int, ...]] = {}
        self.networks: dict[int, list[tuple[Network, int]]] = {}
        self.expressions: list[Expression] = []
        self.refused: list[Refused] = []
        self.number = 0
        self.count = 0
        self._same: dict[tuple[int, ...], tuple[int, ...]] = {}

    def add(self, one: Written, digest: str) -> Listed:
        """Take in a list; return what is to be told of it. Entries that cannot be taken are counted and left out."""
        bad: list[str] = []
        taken = 0
        for entry in one.entries:
            text = str(entry).strip()
            if not text or len(text) > LONGEST or self.count >= MOST or not self._take(one.type, text):
                bad.append(text)
                continue
            taken += 1
            self.count += 1
        self._refuse(one.name, bad)
        self.number += 1
        return Listed(
            name=one.name,
            description=one.description,
            version=str(one.version),
            type=one.type,
            category=one.category,
            entries=taken,
            sha256=digest,
            subjects=one.matching_attributes,
        )

    def _take(self, type: str, text: str) -> bool:
        if type == "cidr":
            network = network_of(text)
            if network is None:
                return False
            self.networks.setdefault(network.version, []).append((network, self.number))
        elif type == "regex":
            compiled = expression(text) if len(self.expressions) < EXPRESSIONS else None
            if compiled is None:
                return False
            self.expressions.append((compiled, text, self.number))
        elif type == "hostname":
            self._put(self.names, text.lower().strip("."))
        else:
            self._put(self.texts if type == "substring" else self.strings, text.lower())
        return True

    def _put(self, held: dict[str, tuple[int, ...]], text: str) -> None:
        before = held.get(text, ())
        if self.number not in before:
            after = (*before, self.number)
            held[text] = self._same.setdefault(after, after)

    def _refuse(self, name: str, bad: Iterable[str]) -> None:
        left = list(bad)
        for text in left[:TOLD]:
            self.refused.append(
                Refused(
                    name,
                    "warninglist-entry",
                    _("“{entry}” cannot be compared with anything: it is left out."),
                    {"entry": text[:100]},
                )
            )
        if len(left) > TOLD:
            self.refused.append(
                Refused(
                    name,
                    "warninglist-entries",
                    _("{count} further entries are left out."),
                    {"count": str(len(left) - TOLD)},
                )
            )
