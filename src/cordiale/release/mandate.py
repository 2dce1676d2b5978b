"""Has anybody allowed this to leave: standing rules, acts of officers, exceptions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from cordiale.platform.clock import Instant
from cordiale.release.marking import Marking
from cordiale.release.recipient import Recipient
from cordiale.release.rules import Query, Rules


class Facts(msgspec.Struct, frozen=True):
    """What a mandate may ask about a version; `marking` is its effective marking."""

    id: str
    type: str
    source: str
    marking: Marking
    created_by: str | None = None
    labels: tuple[str, ...] = ()


class Act(msgspec.Struct, frozen=True):
    """An officer's approval of ids or of a query for recipients; `second` is the other officer of `four_eyes`."""

    id: str
    to: tuple[str, ...]
    officer: str
    at: Instant
    ids: frozenset[str] = frozenset()
    where: Query | None = None
    second: str | None = None
    until: Instant | None = None
    withdrawn: bool = False


class Exemption(msgspec.Struct, frozen=True):
    """One exception for one object and recipient: act, hold, or consent needed."""

    object_id: str
    to: str
    kind: Literal["act", "hold", "consent-needed"]
    by: str
    at: Instant
    until: Instant | None = None


class Mandated(msgspec.Struct, frozen=True):
    """Whether a version has a mandate, the code of the reason, and the mandate, act or person it rests on."""

    allowed: bool
    code: str
    mandate: str | None = None
    act: str | None = None
    by: str | None = None


def mandated(
    facts: Facts,
    recipient: Recipient,
    rules: Rules,
    acts: Iterable[Act],
    exemptions: Iterable[Exemption],
    now: Instant,
) -> Mandated:
    """Return whether a version may go to a recipient: a standing rule or an act says so and no exception forbids."""
    raise NotImplementedError
