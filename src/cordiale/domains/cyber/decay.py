"""How much an indicator is still worth: it decays after it was last seen, by kind of value, and says why.

The curve is the polynomial one that MISP's users know (Mokaddem, Wagener, Dulaunoy, Studer and others, 2019,
arXiv:1902.03914): score = base × (1 − (t ÷ lifetime)^(1 ÷ speed)).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from cordiale.domains.cyber.values import of_pattern
from cordiale.platform.clock import Instant, format_instant
from cordiale.platform.languages import _, ntext, text
from cordiale.stix.patterns import literals

if TYPE_CHECKING:
    from cordiale.platform.settings import Settings

DAY: Final = 86_400_000_000
"""Microseconds of a day."""

ASSUMED: Final = 75
"""Score of an indicator that states no confidence when it was just seen, of 100."""

State = Literal["current", "decayed", "ended", "early", "revoked"]


class Model(msgspec.Struct, frozen=True):
    """How one kind decays: days until nothing is left (0: never), how fast at first (hundredths), and from what it counts as expired."""

    days: int
    speed: int = 100
    threshold: int = 30


MODELS: Final[Mapping[str, Model]] = {
    # addresses are given to others within weeks, names are kept for months, pages go within days, a file stays what it is
    "ipv4-addr": Model(60, 200),
    "ipv6-addr": Model(60, 200),
    "cidr": Model(120, 150),
    "url": Model(30, 150),
    "domain-name": Model(180, 150),
    "email-addr": Model(180, 100),
    "x509-serial-number": Model(730, 100),
    "hash": Model(0),
    "any": Model(365, 100),
}
"""What the product has by kind; `any` is for all others. A setting `[decay.KIND]` says otherwise."""


class Seen(msgspec.Struct, frozen=True):
    """One sighting: when last, by whom, how often. A count of 0 says that it was looked for and not seen."""

    last: Instant
    by: str = ""
    count: int = 1


class Decay(msgspec.Struct, frozen=True):
    """What an indicator is worth at an instant: 0 to 100, of what base, and whether it is to be acted on.

    `since` is the instant it is reckoned from: the last sighting (`seen`), else when it became valid. `ends` is when it will
    count as expired if nothing more is seen of it.
    """

    score: int
    base: int
    state: State
    kind: str
    model: Model
    since: Instant
    seen: bool
    assumed: bool
    now: Instant
    ends: Instant | None
    against: int = 0

    @property
    def expired(self) -> bool:
        """Tell whether it is out of lists unless somebody asks for it."""
        return self.state in ("decayed", "ended", "revoked")


def model_of(kind: str, settings: Settings | None = None) -> Model:
    """Return how a kind decays: as `[decay.KIND]` says, else `[decay.any]` for what has no model, else as the product has it."""
    group = kind if kind in MODELS else "hash" if kind in _DIGESTS else "any"
    ours = MODELS[group]
    if settings is None:
        return ours
    said = settings.decay.get(kind) or settings.decay.get(group)
    if said is None:
        return ours
    return Model(
        ours.days if said.days < 0 else said.days,
        said.speed or ours.speed,
        ours.threshold if said.threshold < 0 else said.threshold,
    )


_DIGESTS: Final = frozenset(("md5", "sha1", "sha256", "sha512", "ssdeep", "tlsh"))


def kinds_of(value: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the kinds of values that an indicator looks for, each once; none for a pattern in another language."""
    pattern = value.get("pattern")
    if value.get("pattern_type") != "stix" or not isinstance(pattern, str):
        return ()
    return tuple(dict.fromkeys(of_pattern(kind, found)[0] for kind, found in literals(pattern)))


def decay(
    kinds: Iterable[str],
    *,
    valid_from: Instant,
    now: Instant,
    confidence: int | None = None,
    valid_until: Instant | None = None,
    revoked: bool = False,
    sightings: Iterable[Seen] = (),
    settings: Settings | None = None,
) -> Decay:
    """Return what an indicator of these kinds of values is worth at an instant.

    Of several kinds the one that lasts longest counts: one value that still tells is enough to look for it. A sighting
    before `valid_from` or after `now` says nothing; `valid_until` ends it whatever it scores.
    """
    models = [(kind, model_of(kind, settings)) for kind in kinds] or [("any", model_of("any", settings))]
    kind, model = max(models, key=lambda one: (one[1].days == 0, one[1].days))
    held = list(sightings)
    seen = max((one.last for one in held if one.count > 0 and valid_from <= one.last <= now), default=None)
    since = valid_from if seen is None else seen
    base = ASSUMED if confidence is None else confidence
    left = _left(max(0, now - since), model)
    state: State = "current"
    if revoked:
        state = "revoked"
    elif valid_until is not None and now >= valid_until:
        state = "ended"
    elif now < valid_from:
        state = "early"
    elif left * 100 < model.threshold:
        state = "decayed"
    ends = _ends(since, model)
    if valid_until is not None:
        ends = valid_until if ends is None else min(ends, valid_until)
    return Decay(
        score=round(base * left) if state in ("current", "decayed") else 0,
        base=base,
        state=state,
        kind=kind,
        model=model,
        since=since,
        seen=seen is not None,
        assumed=confidence is None,
        now=now,
        ends=ends,
        against=sum(1 for one in held if one.count == 0 and one.last > since),
    )


def _left(age: int, model: Model) -> float:
    """Return the share of the score that is left after an age in microseconds, 1 to 0."""
    if model.days == 0:
        return 1.0
    share = min(1.0, age / (model.days * DAY))
    return 1.0 - float(share ** (100 / model.speed))


def _ends(since: Instant, model: Model) -> Instant | None:
    if model.days == 0:
        return None
    share = (1 - model.threshold / 100) ** (model.speed / 100)
    return since + int(share * model.days * DAY)


_STATES: Final[Mapping[State, str]] = {
    "current": _("{score} of 100"),
    "decayed": _("{score} of 100: expired"),
    "ended": _("expired: its own valid_until has passed"),
    "early": _("not valid yet: from {day} on"),
    "revoked": _("revoked by who stated it"),
}


def reasons(found: Decay, lang: str) -> tuple[str, ...]:
    """Return in sentences what an indicator is worth and why, the verdict first."""
    said = [text(lang, _STATES[found.state], score=found.score, day=_day(found.since))]
    if found.state not in ("current", "decayed"):
        return tuple(said)
    if found.assumed:
        said.append(text(lang, _("No confidence is stated: {base} of 100 is assumed."), base=found.base))
    else:
        said.append(text(lang, _("Its confidence is {base} of 100."), base=found.base))
    days = max(0, found.now // DAY - found.since // DAY)  # by the calendar: the day stands beside it
    if found.seen and not days:
        said.append(text(lang, _("Last seen today ({day})."), day=_day(found.since)))
    elif found.seen:
        said.append(
            ntext(
                lang,
                "Last seen {n} day ago ({day}).",
                "Last seen {n} days ago ({day}).",
                days,
                day=_day(found.since),
            )
        )
    else:
        said.append(
            ntext(
                lang,
                "Not seen since it became valid {n} day ago ({day}).",
                "Not seen since it became valid {n} days ago ({day}).",
                days,
                day=_day(found.since),
            )
        )
    if found.model.days == 0:
        said.append(text(lang, _("What it looks for ({kind}) does not decay."), kind=found.kind))
    else:
        said.append(
            text(
                lang,
                _("What it looks for ({kind}) loses its worth in {days} days and counts as expired below {threshold} %."),
                kind=found.kind,
                days=found.model.days,
                threshold=found.model.threshold,
            )
        )  # fmt: skip
    if found.against:
        said.append(
            ntext(
                lang,
                "{n} source looked for it since and did not see it.",
                "{n} sources looked for it since and did not see it.",
                found.against,
            )
        )
    if found.state == "current" and found.ends is not None:
        said.append(
            text(lang, _("If nothing more is seen of it, it expires on {day}."), day=_day(found.ends))
        )
    return tuple(said)


def _day(instant: Instant) -> str:
    return format_instant(instant)[:10]
