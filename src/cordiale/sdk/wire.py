"""What every value on the wire is made of."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

PREFIX = "/api/v1"
"""Where a node answers."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what a node answers. A client ignores fields it does not know, so that a newer node can say more."""

    def _repr_html_(self) -> str:
        from cordiale.sdk.looks import card

        return card(self)


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what a node is asked. A field that is not known is refused: misspelt, it would be silently without effect."""


Marking = tuple[str, ...]
"""Atoms, such as `tlp:amber` or `level:CAN/SECRET`."""

ID = r"^[a-z][a-z0-9-]{1,248}[a-z0-9]--[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
"""What a STIX id looks like (STIX 2.1 §2.9)."""

StixId = Annotated[
    str,
    msgspec.Meta(
        pattern=ID,
        max_length=300,
        description="A STIX id, such as `indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f`.",
    ),
]

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""An instant, as RFC 3339 writes it; always with its zone."""

Line = Annotated[str, msgspec.Meta(max_length=400)]
"""A line that a person typed."""

Text = Annotated[str, msgspec.Meta(max_length=4000)]
"""A few sentences that a person typed."""

Ids = Annotated[tuple[StixId, ...], msgspec.Meta(max_length=1000)]
"""Objects, at most a thousand in one request."""


class Reason(Told, frozen=True, kw_only=True):
    """Why something was decided: a stable code, and a sentence in the reader's language."""

    code: str
    message: str
    atom: str | None = None
    rule: str | None = None


class Wrong(Told, frozen=True, kw_only=True):
    """What was wrong with one thing that was asked: the field of the body or the parameter that it is about."""

    field: str
    detail: str


class Problem(Told, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong (RFC 9457), as `application/problem+json`. `code` is stable, `title` and `detail` are for people.

    `errors` name what of what was asked it is about, where that is known.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: tuple[Wrong, ...] = ()


Object = dict[str, Any]
"""A STIX object as its source wrote it, or what of it the reader may see."""
