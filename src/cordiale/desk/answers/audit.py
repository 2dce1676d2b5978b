"""Who did what, when, and whether the list is whole."""

from __future__ import annotations

from typing import Any

import msgspec

from cordiale.desk.answers.answer import Answer


class Act(Answer, frozen=True, kw_only=True):
    """One row of the audit: who did what, when, with what."""

    number: int
    at: int
    actor: str
    verb: str
    details: dict[str, Any] = msgspec.field(default_factory=dict)


class ActPage(Answer, frozen=True, kw_only=True):
    """A page of the audit, newest first; `next` is handed back as `before`, None at the end."""

    acts: tuple[Act, ...]
    next: int | None = None


class Inspected(Answer, frozen=True, kw_only=True):
    """What an exported audit holds and whether it is whole.

    `broken` names lines that do not follow from the one before, `unproven` counts acts written before rows had digests,
    `signed` tells whether the signature fits the key whose `words` are given.
    """

    file: str
    node: str
    at: int
    with_ids: bool
    acts: int
    decisions: int
    unproven: int
    broken: tuple[str, ...]
    signed: bool
    words: tuple[str, ...]
    words_fr: tuple[str, ...]
