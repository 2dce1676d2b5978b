"""Answer why an object reached a partner or did not, from what the stream already records."""

from __future__ import annotations

import msgspec

from cordiale.exchange.home import Home, Partnership
from cordiale.release.marking import Marking
from cordiale.store.connection import Transaction


class Sent(msgspec.Struct, frozen=True):
    """Say where one version went: entry number, segment, instants, receipt and form."""

    vid: int
    form: str
    sequence: int
    segment: int
    sent_at: int
    rules_version: str
    receipt_at: int | None = None
    receipt: str | None = None
    withdrawn: str | None = None
    parent: int | None = None


class Reason(msgspec.Struct, frozen=True):
    """Give one step of a decision as a code with its English message id and values."""

    code: str
    message_id: str
    params: dict[str, str] = {}
    atom: str | None = None
    rule: str | None = None


class Answer(msgspec.Struct, frozen=True):
    """Say for one stored version what the partner has, would get, and why not."""

    vid: int
    form: str
    marking: Marking
    reasons: tuple[Reason, ...] = ()
    sent: tuple[Sent, ...] = ()


class Withheld(msgspec.Struct, frozen=True):
    """Count the current versions one reason withholds from one partner."""

    reason: Reason
    count: int
    examples: tuple[str, ...] = ()


class Overview(msgspec.Struct, frozen=True):
    """Sum up one partner: what it holds, what is withheld and why."""

    partner: str
    total: int
    verbatim: int
    tear_lines: int
    withheld: tuple[Withheld, ...] = ()


def why(
    tx: Transaction, home: Home, partnership: Partnership, stix_id: str, now: int
) -> tuple[Answer, ...]:
    """Explain every stored version of `stix_id` for one partner; empty when none is held."""
    raise NotImplementedError


def overview(
    tx: Transaction, home: Home, partnership: Partnership, now: int, *, examples: int = 3
) -> Overview:
    """Count what a partner holds and what is withheld by reason, per marking and not per object."""
    raise NotImplementedError
