"""What partners would see, why, and the acts of release officers."""

from __future__ import annotations

from typing import Annotated

import msgspec

from cordiale.sdk.objects import Chip
from cordiale.sdk.wire import Asked, Ids, Line, Marking, Moment, Reason, StixId, Text, Told

BASE64 = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"


class Withheld(Told, frozen=True, kw_only=True):
    """Objects withheld for one reason."""

    reason: Reason
    count: int
    examples: tuple[str, ...] = ()


class Table(Told, frozen=True, kw_only=True):
    """The equivalences between two nations: `state` is signed, unsigned, changed, one-sided or forged."""

    between: tuple[str, ...]
    sha256: str
    rows: int
    state: str
    holds: bool
    example: bool = False
    signed_by: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()


class PartnerPreview(Told, frozen=True, kw_only=True):
    """What one partner would see, exactly, and why not the rest; `names` calls the objects it names by id."""

    partner: str
    total: int
    verbatim: int
    tear_lines: int
    withheld: int
    released: int
    awaiting_act: int
    reasons: tuple[Withheld, ...] = ()
    items: tuple[Chip, ...] = ()
    tables: tuple[Table, ...] = ()
    names: dict[str, str] = msgspec.field(default_factory=dict)


class Preview(Told, frozen=True, kw_only=True):
    """What each partner would see."""

    partners: tuple[PartnerPreview, ...]


class RulesInForce(Told, frozen=True, kw_only=True):
    """The rules a decision was made by."""

    partnership: str
    version: str
    by: str
    at: Moment


class ActInForce(Told, frozen=True, kw_only=True):
    """The act of a named officer that a release rests on."""

    act: str
    officer: str
    at: Moment
    second: str | None = None
    until: Moment | None = None


class Why(Told, frozen=True, kw_only=True):
    """Why an object reached a partner or did not: each step of the decision."""

    id: str
    partner: str
    form: str
    marking: Marking
    steps: tuple[Reason, ...] = ()
    segment: int | None = None
    sequence: int | None = None
    sent_at: Moment | None = None
    receipt_at: Moment | None = None
    withdrawn: str | None = None
    rules: RulesInForce | None = None
    act: ActInForce | None = None


class ReleaseAsked(Asked, frozen=True, kw_only=True):
    """Approve objects for a partner: by id, or all of some types and markings."""

    partner: Line
    ids: Ids = ()
    types: Annotated[tuple[Line, ...], msgspec.Meta(max_length=100)] = ()
    marking_within: Annotated[tuple[Line, ...], msgspec.Meta(max_length=100)] = ()
    until: Moment | None = None
    reason: Text = ""


class RefuseAsked(Asked, frozen=True, kw_only=True):
    """Keep objects from a partner; with `until`, only so long."""

    partner: Line
    ids: Annotated[tuple[StixId, ...], msgspec.Meta(min_length=1, max_length=1000)]
    until: Moment | None = None
    reason: Text = ""


class LiftAsked(Asked, frozen=True, kw_only=True):
    """End refusals and holds: marking, rules and acts decide again."""

    partner: Line
    ids: Annotated[tuple[StixId, ...], msgspec.Meta(min_length=1, max_length=1000)]


class Acted(Told, frozen=True, kw_only=True):
    """An act of a named officer and what the partner has or gets of it now."""

    act: str
    kind: str
    partner: str
    by: str
    objects: int
    waiting_second: bool = False
    verbatim: int = 0
    tear_lines: int = 0
    withheld: tuple[Withheld, ...] = ()


class RulesAsked(Asked, frozen=True, kw_only=True):
    """The text of a rules file; `token` of the preview that somebody looked at, to put it in force."""

    text: Annotated[str, msgspec.Meta(max_length=200_000)]
    token: Line = ""


class PartnerDiff(Told, frozen=True, kw_only=True):
    """One partner before and after a change of rules, in objects."""

    partner: str
    before: int
    after: int
    tear_lines: int
    waits: int
    widened: int
    narrowed: int
    recalls: int


class RulesChange(Told, frozen=True, kw_only=True):
    """Objects of one marking that would start or stop going to some partners."""

    marking: Marking
    mandates: tuple[str, ...]
    count: int
    starts: tuple[str, ...]
    stops: tuple[str, ...]


class RulesDiff(Told, frozen=True, kw_only=True):
    """What new rules would change, exactly; `token` is handed back to put them in force."""

    token: str
    partnership: str
    version_before: str | None
    version_after: str
    partners: tuple[PartnerDiff, ...] = ()
    changes: tuple[RulesChange, ...] = ()
    tables: tuple[Table, ...] = ()


class ProofAsked(Asked, frozen=True, kw_only=True):
    """Prove what went to a partner or came from one; without `id`, the state of the log. `since`: an earlier proof file."""

    partner: Line
    id: StixId | None = None
    received: bool | None = None
    since: (
        Annotated[bytes, msgspec.Meta(max_length=4_000_000, extra_json_schema={"pattern": BASE64})] | None
    ) = None
