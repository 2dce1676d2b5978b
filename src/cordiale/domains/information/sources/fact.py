"""One fact about a source, and the domain it is about."""

from __future__ import annotations

import re
from datetime import date
from typing import Final, Literal, get_args
from urllib.parse import urlsplit

import msgspec

from cordiale.joint.words import NONE, Words
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

NAME: Final = "source-fact"

Kind = Literal[
    "member-of",
    "has-member",
    "controls",
    "controlled-by",
    "certified",
    "ownership",
    "claim-review",
    "read",
    "other",
]
KINDS: Final[tuple[str, ...]] = get_args(Kind)

KIND_WORDS: Final = {
    "member-of": _("Says it belongs to"),
    "has-member": _("Says it has the member"),
    "controls": _("Says it controls"),
    "controlled-by": _("Says it is controlled by"),
    "certified": _("Certified"),
    "ownership": _("Ownership"),
    "claim-review": _("A claim of it was reviewed"),
    "read": _("Its trust.txt was read"),
    "other": _("Other fact"),
}

OPPOSITE: Final = {
    "member-of": "has-member",
    "has-member": "member-of",
    "controls": "controlled-by",
    "controlled-by": "controls",
}
"""What the other party has to say for both to say the same."""

_DOMAIN = re.compile(r"(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """What the extension `source-fact` says. `on` and `until` are days, `seen` the instant it was read, as STIX writes it."""

    domain: str
    kind: Kind
    said_by: str
    seen: str
    other: str = ""
    words: Words = NONE
    on: str = ""
    until: str = ""
    address: str = ""
    sha256: str = ""
    signed: bool = False


def domain_of(written: str) -> str:
    """Return the domain that an address or a name stands for, in its ASCII form without `www.`; raises InputError."""
    text = written.strip().lower().rstrip("./")
    host = (urlsplit(text if "//" in text else f"//{text}").hostname or "").removeprefix("www.")
    try:
        host = host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError:
        host = ""
    if not _DOMAIN.fullmatch(host):
        raise InputError(
            "source-domain", _("{written} is no domain such as example.org."), written=written[:80]
        )
    return host


def day_of(written: str) -> str:
    """Return a day as it is written, empty for none; raises InputError for anything but YYYY-MM-DD (what follows is cut)."""
    if not written.strip():
        return ""
    try:
        return date.fromisoformat(written.strip()[:10]).isoformat()
    except ValueError:
        raise InputError(
            "source-day", _("{written} is no day such as 2026-12-01."), written=written[:40]
        ) from None
