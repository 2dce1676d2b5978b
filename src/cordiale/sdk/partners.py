"""Partners and the state of their links."""

from __future__ import annotations

from typing import Annotated

import msgspec

from cordiale.sdk.wire import Asked, Line, Moment, Reason, Text, Told


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


class Invitation(Told, frozen=True, kw_only=True):
    """The node's invitation for a partner, which holds nothing secret, and the words its people read aloud."""

    invitation: str
    words: tuple[str, ...]
    words_fr: tuple[str, ...]


class PartnerAsked(Asked, frozen=True, kw_only=True):
    """A partner's invitation, as the text of its file."""

    invitation: Annotated[str, msgspec.Meta(min_length=2, max_length=262_144)]


class WordsAsked(Asked, frozen=True, kw_only=True):
    """The words that somebody heard the partner's people read, in either language."""

    words: Annotated[tuple[Line, ...], msgspec.Meta(min_length=1, max_length=32)]


class RejoinAsked(Asked, frozen=True, kw_only=True):
    """Serve a partner again after a restore; `unvisited`: although it was not visited since."""

    unvisited: bool = False


class ReconcileAsked(Asked, frozen=True, kw_only=True):
    """Compare with a partner what is held of its stream; `full`: every entry, not those that changed."""

    full: bool = False


class Difference(Told, frozen=True, kw_only=True):
    """One difference and what was done about it; `object_id` is empty for who may not see everything."""

    at: Moment
    kind: str
    repair: str
    object_id: str


class Unheld(Told, frozen=True, kw_only=True):
    """An entry of the node's stream that the partner does not hold as believed, and why."""

    object_id: str
    held: bool
    reason: str
    at: Moment


class Reconciled(Told, frozen=True, kw_only=True):
    """What a comparison with a partner found; `log` are differences of before, `theirs` what it told of the node's stream."""

    partner: str
    kind: str
    at: Moment
    entries: int
    objects: int
    finished: bool
    explained: int
    differences: tuple[Difference, ...]
    log: tuple[Difference, ...] = ()
    theirs: tuple[Unheld, ...] = ()
