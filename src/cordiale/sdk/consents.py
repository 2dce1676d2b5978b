"""Requests for consent: ours to originators, and theirs to us."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from cordiale.sdk.wire import Asked, Ids, Line, Moment, Text, Told


class ConsentAsked(Asked, frozen=True, kw_only=True):
    """Ask the originators of objects to let them go to `to` as well.

    With `types` or `labels`, one originator (`of`) is asked for all it controls that they describe. `pinned` asks for the
    versions of the moment alone, `derived` for what is derived from them too.
    """

    to: Line
    ids: Ids = ()
    of: Line | None = None
    types: Annotated[tuple[Line, ...], msgspec.Meta(max_length=100)] = ()
    labels: Annotated[tuple[Line, ...], msgspec.Meta(max_length=100)] = ()
    pinned: bool = False
    derived: bool = False
    until: Moment | None = None
    reason: Text = ""


class ConsentAnswerAsked(Asked, frozen=True, kw_only=True):
    """Grant, refuse or withdraw a consent that a partner asked for; a grant ends when asked, or sooner."""

    state: Literal["granted", "refused", "withdrawn"]
    until: Moment | None = None


class Consent(Told, frozen=True, kw_only=True):
    """One request: `direction` is asked (by us) or answering; `state` waiting, asked, granted, refused, withdrawn or ended."""

    id: str
    direction: str
    partner: str
    to: str
    state: str
    objects: int
    ours: int = 0
    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    derived: bool = False
    until: Moment | None = None
    reason: str = ""
    by: str = ""
    at: Moment
    answered_by: str | None = None
    answered_at: Moment | None = None


class Consents(Told, frozen=True, kw_only=True):
    """Requests, newest first; `next` is handed back as `after` to read on."""

    items: tuple[Consent, ...]
    next: str | None = None
