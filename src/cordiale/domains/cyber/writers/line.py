"""What lists and rules are written of: single values, and rules that somebody else wrote."""

from __future__ import annotations

from typing import Final

import msgspec

from cordiale.platform.clock import Instant
from cordiale.platform.languages import _


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One value of one indicator, as its reader may read it; instants in microseconds.

    `marking` are the atoms that govern it, `references` addresses of the open net, `techniques` codes of ATT&CK.
    """

    id: str
    kind: str
    value: str
    name: str = ""
    description: str = ""
    confidence: int | None = None
    valid_from: Instant | None = None
    valid_until: Instant | None = None
    modified: Instant = 0
    source: str = ""
    marking: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    techniques: tuple[str, ...] = ()


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of another language than STIX's, as its author wrote it."""

    id: str
    language: str
    text: str
    name: str = ""
    modified: Instant = 0
    marking: tuple[str, ...] = ()


class Head(msgspec.Struct, frozen=True):
    """What a file says of itself: who wrote it, what it is called, its marking as a person reads it, and remarks."""

    node: str
    title: str
    marking: str
    remarks: tuple[str, ...] = ()
    serial: int = 1


LEFT: Final = {
    "revoked": _("revoked by who stated it"),
    "early": _("not valid yet"),
    "expired": _("not valid any more"),
    "decayed": _("too long unconfirmed to be acted on"),
    "unsure": _("less sure than was asked for"),
    "pap": _("its marking (PAP) does not allow this use"),
    "warned": _("on a list of false positives"),
    "shape": _("cannot be said in this format"),
    "unsafe": _("would do something else than detect"),
    "twice": _("a rule of the same name or number is in the file already"),
}
"""Why what somebody may read is not in a file, in words."""

WITHHELD: Final = _("not released to this partner")
"""What only who writes a file for somebody else is told."""
