"""A mark of a site: something on its pages that its owner chose, was given, or copied; and where it was seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from cordiale.platform.languages import _

Kind = Literal["analytics", "advertising", "verification", "certificate", "favicon", "structure", "redirect", "look-alike"]  # fmt: skip
Grade = Literal["strong", "moderate", "weak"]

GRADES: Final[Mapping[Kind, Grade]] = {
    "analytics": "strong",
    "advertising": "strong",
    "verification": "strong",
    "certificate": "strong",
    "favicon": "moderate",
    "redirect": "moderate",
    "structure": "weak",
    "look-alike": "weak",
}
"""What a tie by each kind of mark is worth by itself. An id that an account was given is strong; what can be copied is not."""

KINDS: Final[Mapping[Kind, str]] = {
    "analytics": _("analytics id"),
    "advertising": _("advertising id"),
    "verification": _("verification code"),
    "certificate": _("certificate"),
    "favicon": _("favicon"),
    "structure": _("page structure"),
    "redirect": _("redirect"),
    "look-alike": _("look-alike name"),
}

GRADE_WORDS: Final[Mapping[Grade, str]] = {
    "strong": _("strong tie"),
    "moderate": _("moderate tie"),
    "weak": _("weak tie"),
}


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """Where a mark was seen: the file by name and SHA-256, the address of the page in it, and the piece of it that says so."""

    file: str
    sha256: str
    address: str
    piece: str = ""


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """One mark of one site; `value` is what two sites have to share, `other` the site it leads to (redirects)."""

    site: str
    kind: Kind
    value: str
    seen: Seen
    other: str = ""
