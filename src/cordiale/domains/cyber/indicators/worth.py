"""What indicators of this node are worth now, by its settings and by what its reader sees of who saw them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cordiale.domains.cyber.decay import Decay, Seen, decay, kinds_of
from cordiale.domains.cyber.indicators.held import Held, instant_in
from cordiale.domains.cyber.indicators.seen import seen, sightings
from cordiale.platform.clock import Instant

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.answers import Statement
    from cordiale.desk.desk import Desk


def worth(desk: Desk, held: Held, now: Instant, sightings: tuple[Seen, ...] = ()) -> Decay:
    """Return what a statement of an indicator is worth at an instant, by these sightings."""
    return decay(
        kinds_of(held.value),
        valid_from=held.valid_from if held.valid_from is not None else held.modified,
        now=now,
        confidence=held.confidence,
        valid_until=held.valid_until,
        revoked=held.revoked,
        sightings=sightings,
        settings=desk.settings,
    )


def worth_of(desk: Desk, said: Statement, now: Instant, sightings: tuple[Seen, ...]) -> Decay:
    """Return what a statement that somebody was shown is worth at an instant, by these sightings."""
    value = said.value
    confidence = value.get("confidence")
    begins = instant_in(value.get("valid_from"))
    return decay(
        kinds_of(value),
        valid_from=(said.summary.modified or said.summary.received) if begins is None else begins,
        now=now,
        confidence=confidence if isinstance(confidence, int) else None,
        valid_until=instant_in(value.get("valid_until")),
        revoked=said.summary.revoked,
        sightings=sightings,
        settings=desk.settings,
    )


def worth_to(desk: Desk, actor: Actor, held: Held, now: Instant) -> Decay:
    """Return what an indicator is worth to a reader; sightings are asked for only where it would be expired without them."""
    found = worth(desk, held, now)
    if found.state != "decayed":
        return found
    return worth(desk, held, now, seen(sightings(desk, actor, held.id)))


def decayed(desk: Desk, actor: Actor) -> Callable[[Held, Instant], bool]:
    """Return what tells whether an indicator is too long unseen to be acted on at an instant."""
    return lambda held, now: worth_to(desk, actor, held, now).state == "decayed"
