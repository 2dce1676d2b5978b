"""What goes of one version to one recipient: verbatim, as a tear-line, or not at all. The one place that says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from cordiale.platform.clock import Instant
from cordiale.release.decide import Compiled
from cordiale.release.mandate import Mandated
from cordiale.release.marking import NOTHING, Marking
from cordiale.stix.version import Version


class Candidate(msgspec.Struct, frozen=True):
    """A version that might go. `ours` is true for what this node originated.

    `full` need not include `effective`; both are joined here. `original` is the version a translation translates.
    """

    version: Version
    base: Marking
    full: Marking
    effective: Marking
    ours: bool
    original: Version | None = None


class Target(msgspec.Struct, frozen=True):
    """What a reference's target is for this recipient.

    `verbatim`: they have it, or it goes with this act. `tear-line`: they have it as `as_id`. `hidden`: held here and
    not released, or tombstoned. `absent`: never held here. `words` are names of a hidden target that must not stay.
    """

    state: Literal["verbatim", "tear-line", "hidden", "absent"]
    as_id: str | None = None
    words: tuple[str, ...] = ()


class Earlier(msgspec.Struct, frozen=True):
    """The last tear-line made of this object for this recipient class; `digest` is of its redacted content."""

    digest: bytes
    created: Instant
    modified: Instant


class Verbatim(msgspec.Struct, frozen=True):
    """The version goes as it is."""

    marking: Marking


class TearLine(msgspec.Struct, frozen=True):
    """A redacted object goes instead; `fresh` is false when it equals the earlier one and nothing new is to send."""

    version: Version
    marking: Marking
    digest: bytes
    created: Instant
    modified: Instant
    fresh: bool
    removed: tuple[str, ...] = ()


class Withheld(msgspec.Struct, frozen=True):
    """Nothing goes, for this reason; shown at home only."""

    code: str
    atom: str | None = None
    rule: str | None = None
    params: Mapping[str, Any] = {}


def form(
    candidate: Candidate,
    compiled: Compiled,
    now: Instant,
    *,
    mandated: Mandated,
    targets: Mapping[str, Target],
    definitions: Mapping[str, str],
    secret: bytes,
    earlier: Earlier | None = None,
    consents: frozenset[str] = NOTHING,
) -> Verbatim | TearLine | Withheld:
    """Return what goes of a version: its marking passes, it is mandated, no exception, and nothing else leaks.

    `targets` says what each referenced id is for the recipient; an id that is not in it counts as hidden.
    `definitions` maps marking-definition ids to atom texts.
    """
    raise NotImplementedError
