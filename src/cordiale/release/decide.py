"""May this marking reach this recipient now, under these rules: total, pure, default deny."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from cordiale.platform.clock import Instant
from cordiale.release.marking import NOTHING, Marking
from cordiale.release.recipient import Recipient
from cordiale.release.rules import Rules


class Decision(msgspec.Struct, frozen=True, gc=False):
    """A verdict: whether it passes, the code of the reason, the atom that decided and the rule it rests on."""

    passes: bool
    code: str
    atom: str | None = None
    rule: str | None = None
    params: Mapping[str, Any] = {}


PASSES = Decision(True, "passes")


class Compiled:
    """The decision table of one recipient under one version of the rules."""

    def __init__(self, rules: Rules, recipient: Recipient) -> None:
        self.rules = rules
        self.recipient = recipient

    def decide(self, marking: Marking, now: Instant, consents: frozenset[str] = NOTHING) -> Decision:
        """Return the verdict over a marking; `consents` are the originators who consented for this object."""
        raise NotImplementedError


def compile_rules(rules: Rules, recipient: Recipient) -> Compiled:
    """Prepare the decisions for one recipient."""
    return Compiled(rules, recipient)


def decide(
    marking: Marking, recipient: Recipient, now: Instant, rules: Rules, consents: frozenset[str] = NOTHING
) -> Decision:
    """Return the verdict over a marking: it passes when every atom does."""
    return compile_rules(rules, recipient).decide(marking, now, consents)


def explain(
    marking: Marking, recipient: Recipient, now: Instant, rules: Rules, consents: frozenset[str] = NOTHING
) -> list[Decision]:
    """Return the verdict over every atom, those that fail first."""
    raise NotImplementedError
