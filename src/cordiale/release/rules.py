"""The rules of one partnership: a TOML file, read once, frozen, named by its hash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from cordiale.platform.clock import Instant
from cordiale.release.recipient import Assurance, Recipient

Mode = Literal["on_approval", "automatic"]


class Scale(msgspec.Struct, frozen=True):
    """A national scale: `axes` maps an axis name to its levels from lowest to highest.

    `national_only` are mentions that nobody outside `nation` passes.
    """

    name: str
    nation: str
    axes: Mapping[str, tuple[str, ...]]
    national_only: tuple[str, ...] = ()
    labels: Mapping[str, Mapping[str, str]] = {}


class Equivalence(msgspec.Struct, frozen=True):
    """One directed, dated row: a level of one scale is handled as a level of another, from `since` until `until`."""

    from_level: str
    to_level: str
    since: Instant
    until: Instant | None = None
    key: str = ""


class Query(msgspec.Struct, frozen=True):
    """A saved query over facts: an empty condition asks nothing, several must all hold."""

    type: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    created_by: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    marking: tuple[str, ...] = ()
    marking_within: tuple[str, ...] = ()


class Mandate(msgspec.Struct, frozen=True):
    """Who may have what without being asked again, or by whose act."""

    name: str
    to: tuple[str, ...]
    mode: Mode = "on_approval"
    four_eyes: bool = False
    where: Query = Query()
    since: Instant | None = None
    until: Instant | None = None


class Allow(msgspec.Struct, frozen=True):
    """What may leave beyond the properties STIX 2.1 defines; patterns end in `*`."""

    properties: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of one partnership; `version` is the SHA-256 of their content in hexadecimal."""

    partnership: str
    title: Mapping[str, str] = {}
    example: bool = False
    version: str
    text: str
    partners: Mapping[str, Recipient]
    scales: Mapping[str, Scale] = {}
    equivalences: tuple[Equivalence, ...] = ()
    mandates: tuple[Mandate, ...] = ()
    allow: Allow = Allow()
    assurance: Mapping[str, Assurance] = {}
    confirm_above: int = 50


def parse(text: str, origin: str = "rules") -> Rules:
    """Read rules from TOML text.

    Raises ConfigurationError naming the file, the key, what is wrong and what to do.
    """
    raise NotImplementedError


def load(path: Path) -> Rules:
    """Read the rules file of one partnership."""
    return parse(path.read_text(encoding="utf-8"), str(path))


def load_all(folder: Path) -> dict[str, Rules]:
    """Read every rules file of a folder by partnership; a partner node may be in one partnership only."""
    raise NotImplementedError


def rules_for(node: str, rules: Sequence[Rules]) -> Rules | None:
    """Return the rules of the partnership a partner node belongs to."""
    return next((r for r in rules if node in r.partners), None)
