"""The handle on the egress: a process that can be restarted, or the same functions in this process."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from cordiale.release.egress.request import Entry, RedactionClaim, Refused, SegmentRequest, SignedSegment
from cordiale.release.keys import Signer

__all__ = [
    "Egress",
    "Entry",
    "RedactionClaim",
    "Refused",
    "SegmentRequest",
    "SignedSegment",
    "local_egress",
    "spawn_egress",
]


class Egress(Protocol):
    """What signs for this node."""

    @property
    def public_key(self) -> bytes:
        """Return the public half of the signing key, 32 bytes."""

    def sign_segment(self, request: SegmentRequest) -> SignedSegment:
        """Decide again over every candidate and sign a header over those that pass."""

    def sign(self, purpose: str, payload: bytes) -> bytes:
        """Sign a payload under a purpose of its own (recall, receipt, checkpoint, request)."""

    def close(self) -> None:
        """End the process, if there is one."""


def local_egress(signer: Signer) -> Egress:
    """Return an egress within this process, for simulations."""
    raise NotImplementedError


def spawn_egress(key: Path) -> Egress:
    """Start the egress process that holds this key file; a crashed one is started again."""
    raise NotImplementedError
