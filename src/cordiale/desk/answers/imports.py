"""What an import took in, changed, and set aside."""

from __future__ import annotations

from typing import Any

import msgspec

from cordiale.desk.answers.answer import Answer


class SetAside(Answer, frozen=True, kw_only=True):
    """Something that could not be taken in, kept with its bytes until it can."""

    number: int
    file: str
    object_id: str | None
    path: str
    code: str
    message_id: str
    params: dict[str, Any] = msgspec.field(default_factory=dict)
    severity: str = "error"
    at: int = 0
    size: int = 0
    others: int = 0


class Change(Answer, frozen=True, kw_only=True):
    """One kind of change made while upgrading STIX 2.0, with how often it was made."""

    message_id: str
    count: int


class Warned(Answer, frozen=True, kw_only=True):
    """Something that is unusual in an object that was taken in all the same."""

    object_id: str
    path: str
    code: str
    message_id: str
    params: dict[str, Any] = msgspec.field(default_factory=dict)


class Imported(Answer, frozen=True, kw_only=True):
    """What became of one object: new, same (already here), conflict or tombstoned."""

    id: str
    outcome: str


class ImportReport(Answer, frozen=True, kw_only=True):
    """What one import did. `markings`: marking given to unmarked input → objects it was given to.

    `warnings` counts all, `warned_by_code` by what they are about, and `warned` names the first of them.
    `objects` says of the first objects what became of each.
    """

    job: str
    state: str
    files: int = 0
    read: int = 0
    new: int = 0
    same: int = 0
    set_aside: int = 0
    conflicts: int = 0
    tombstoned: int = 0
    definitions: int = 0
    upgraded: int = 0
    by_type: dict[str, int] = msgspec.field(default_factory=dict)
    markings: dict[str, int] = msgspec.field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    reasons: dict[str, int] = msgspec.field(default_factory=dict)
    first_set_aside: tuple[SetAside, ...] = ()
    warnings: int = 0
    warned_by_code: dict[str, int] = msgspec.field(default_factory=dict)
    warned: tuple[Warned, ...] = ()
    objects: tuple[Imported, ...] = ()
    seconds: float = 0.0
