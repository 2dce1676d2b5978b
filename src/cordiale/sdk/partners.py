"""Partners and the state of their links."""

from __future__ import annotations

import msgspec

from cordiale.sdk.wire import Asked, Moment, Reason, Text, Told


class Latency(Told, frozen=True, kw_only=True):
    """How long one stage took in the last seven days: half and 99 of 100 within, in microseconds."""

    n: int
    p50_us: int
    p99_us: int


class Partner(Told, frozen=True, kw_only=True):
    """A partner as the node knows it. `words` is the fingerprint to compare aloud; `problem` why its link is not up."""

    name: str
    title: str = ""
    nation: str
    organisation: str = ""
    url: str
    state: str
    assurance: str = "node"
    words: tuple[str, ...] = ()
    words_fr: tuple[str, ...] = ()
    link: str = "new"
    last_contact: Moment | None = None
    problem: Reason | None = None
    failures: int = 0
    sent: int = 0
    acknowledged: int = 0
    received: int = 0
    clock_difference: int | None = None
    latency: dict[str, Latency] = msgspec.field(default_factory=dict)


class Partners(Told, frozen=True, kw_only=True):
    """Every partner of the node."""

    items: tuple[Partner, ...]


class SuspendAsked(Asked, frozen=True, kw_only=True):
    """Why a partner is suspended, or exchanged with again."""

    reason: Text = ""
