"""Partners and their links."""

from __future__ import annotations

import msgspec

from cordiale.desk.answers.answer import Answer


class LatencyView(Answer, frozen=True, kw_only=True):
    """How long one stage took for objects of the last seven days: half and 99 of 100 within, in microseconds."""

    n: int
    p50_us: int
    p99_us: int


class PartnerView(Answer, frozen=True, kw_only=True):
    """A partner as this node knows it. `words` is the fingerprint to compare aloud.

    `link` is new, up, down, refused, garbage, clock or rejoin; `last_error` is the message id of
    why, with `error_params`. `sent` and `acknowledged` are our entry numbers, `received` theirs.
    `latency` is by stage: cut, acknowledged, received, visible.
    """

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
    last_contact: int | None = None
    last_error: str | None = None
    error_params: dict[str, str] = msgspec.field(default_factory=dict)
    failures: int = 0
    sent: int = 0
    acknowledged: int = 0
    received: int = 0
    clock_difference: int | None = None
    latency: dict[str, LatencyView] = msgspec.field(default_factory=dict)


class Synced(Answer, frozen=True, kw_only=True):
    """What one visit to a partner did."""

    partner: str
    link: str
    segments: int = 0
    new: int = 0
    same: int = 0
    withdrawn: int = 0
    set_aside: int = 0
    recalls: int = 0
    attachments: int = 0
    error: str | None = None
    error_params: dict[str, str] = msgspec.field(default_factory=dict)
