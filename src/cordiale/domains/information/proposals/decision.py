"""What a person decided about a technique: the extension `information-technique`, on a relationship or on a note."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from cordiale.domains.information.proposals.rules import Confidence
from cordiale.domains.information.proposals.signal import Kind, Pointer
from cordiale.joint.words import Words

NAME: Final = "information-technique"


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One finding that speaks for a technique: why, what would change our mind, how sure, and where it can be looked at.

    A partner that was not given the evidence receives the reason without it.
    """

    signal: Kind
    rule: str
    words: Words
    unless: Words
    confidence: Confidence
    evidence: tuple[Pointer, ...] = ()


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What the extension says: which technique of what, accepted or rejected, for which reasons, in whose words."""

    subject_ref: str
    technique_ref: str
    code: str
    state: Literal["accepted", "rejected"]
    profile: str
    reasons: tuple[Reason, ...]
    because: str = ""
    at: str
