"""The rules of one partnership as values: recipients, scales, equivalences, mandates, what may leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from cordiale.platform.clock import HOUR, Instant
from cordiale.release.recipient import ASSURANCES, Assurance, Recipient

Mode = Literal["on_approval", "automatic"]

TableState = Literal["signed", "unsigned", "changed", "one-sided", "forged"]


class Scale(msgspec.Struct, frozen=True):
    """A national scale. `axes` maps an axis name to its levels from lowest to highest; axes never compare.

    `national_only` are mentions nobody outside `nation` passes. `labels` maps a level to its name by language.
    """

    name: str
    nation: str
    axes: Mapping[str, tuple[str, ...]]
    national_only: tuple[str, ...] = ()
    labels: Mapping[str, Mapping[str, str]] = {}

    def place(self, level: str) -> tuple[str, int] | None:
        """Return the axis of a level and its rank there, None when the scale has no such level."""
        for axis, levels in self.axes.items():
            if level in levels:
                return axis, levels.index(level)
        return None


class Equivalence(msgspec.Struct, frozen=True):
    """One directed, dated row: a level of one scale is handled as a level of another, from `since` until `until`.

    Both ends are `scale/level` texts; `key` names the row in its file. `refused` is true when its table is claimed to
    be signed and is not.
    """

    from_level: str
    to_level: str
    since: Instant
    until: Instant | None = None
    key: str = ""
    refused: bool = False


class TableSignature(msgspec.Struct, frozen=True):
    """One nation's signature of an equivalence table, by a node of it: Ed25519 key (32 bytes) and signature (64)."""

    nation: str
    node: str
    key: bytes
    signature: bytes


class Table(msgspec.Struct, frozen=True):
    """All equivalence rows between two nations, in both directions, and whether both signed exactly these.

    `sha256` is of the canonical bytes, in hexadecimal. `unsigned`: nothing is claimed; `changed`: what was signed is
    another table; `one-sided`: a nation's signature is missing; `forged`: a signature does not verify.
    """

    between: tuple[str, ...]
    sha256: str
    rows: int
    state: TableState = "unsigned"
    refused: bool = False
    signatures: tuple[TableSignature, ...] = ()


class Query(msgspec.Struct, frozen=True):
    """A saved query over facts: every condition that is written must hold; a trailing `*` matches any ending.

    `marking` asks for all of these atoms, `marking_within` for none but these.
    """

    type: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    created_by: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    marking: tuple[str, ...] = ()
    marking_within: tuple[str, ...] = ()


class Mandate(msgspec.Struct, frozen=True):
    """Who may have what: without being asked again (`automatic`), or by an officer's act (`on_approval`).

    With `four_eyes` the act needs a second, different officer. `to` names recipients as rules may name them.
    """

    name: str
    to: tuple[str, ...]
    mode: Mode = "on_approval"
    four_eyes: bool = False
    where: Query = Query()
    since: Instant | None = None
    until: Instant | None = None


class Allow(msgspec.Struct, frozen=True):
    """What may leave beyond what STIX 2.1 defines: custom properties and types, extension ids; `*` ends a pattern."""

    properties: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()


def listed(allow: Allow) -> frozenset[tuple[str, str]]:
    """Return what is allowed as pairs of a field and a pattern."""
    return frozenset((name, one) for name in Allow.__struct_fields__ for one in getattr(allow, name))


CONFIRM_ABOVE: Final = 50
"""Objects above which a recall waits for a named person, where no rules say otherwise."""


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of one partnership; `version` is the SHA-256 of their content in hexadecimal.

    `assurance` maps an atom or `axis:*` to the least assurance it may go to; what is not in it needs `node`.
    `partners` is by node name. `example` is true for rules nobody has signed. `signed_tables` asks that every table of
    equivalences be signed by both nations; rows of one that is not do not hold. `confirm_above` is in objects,
    `answer_within` in microseconds from the recall on.
    """

    partnership: str
    version: str
    text: str
    partners: Mapping[str, Recipient]
    title: Mapping[str, str] = {}
    example: bool = False
    scales: Mapping[str, Scale] = {}
    equivalences: tuple[Equivalence, ...] = ()
    tables: tuple[Table, ...] = ()
    signed_tables: bool = False
    mandates: tuple[Mandate, ...] = ()
    allow: Allow = Allow()
    assurance: Mapping[str, Assurance] = {}
    confirm_above: int = CONFIRM_ABOVE
    answer_within: int = 72 * HOUR


DEFAULT_ASSURANCE: Final[Mapping[str, Assurance]] = {
    "tlp:clear": "file",
    "tlp:green": "file",
    "pap:*": "file",
}
"""Only TLP:CLEAR and TLP:GREEN may go where a recall cannot reach, unless the rules say otherwise."""


def least_assurance(atom: str, rules: Rules) -> Assurance:
    """Return the least assurance a recipient needs for an atom."""
    found = rules.assurance.get(atom) or rules.assurance.get(atom.split(":", 1)[0] + ":*")
    return found or ASSURANCES[-1]


def matches(pattern: str, text: str) -> bool:
    """Tell whether a text fits a pattern; only a trailing `*` has a meaning."""
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


def matches_any(patterns: tuple[str, ...], text: str) -> bool:
    """Tell whether a text fits one of the patterns."""
    return any(matches(pattern, text) for pattern in patterns)
