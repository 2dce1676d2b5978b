"""What the verbs answer: frozen values that faces print, render or send as they are."""

from __future__ import annotations

from typing import Any

import msgspec


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every answer; `msgspec.to_builtins` gives the `--json` form."""


class Reason(Answer, frozen=True, kw_only=True):
    """Why something was decided: a code, its English message id and the values in it."""

    code: str
    message_id: str
    params: dict[str, Any] = {}
    atom: str | None = None
    rule: str | None = None


class SetAside(Answer, frozen=True, kw_only=True):
    """Something that could not be taken in, kept with its bytes until it can."""

    number: int
    file: str
    object_id: str | None
    path: str
    code: str
    message_id: str
    params: dict[str, Any] = {}
    severity: str = "error"
    at: int = 0
    size: int = 0
    others: int = 0


class Change(Answer, frozen=True, kw_only=True):
    """One kind of change made while upgrading STIX 2.0, with how often it was made."""

    message_id: str
    count: int


class Warned(Answer, frozen=True, kw_only=True):
    """Something that is unusual in an object that was taken in all the same."""

    object_id: str
    path: str
    code: str
    message_id: str
    params: dict[str, Any] = {}


class ImportReport(Answer, frozen=True, kw_only=True):
    """What one import did. `markings`: marking given to unmarked input → objects it was given to.

    `warnings` counts all, `warned_by_code` by what they are about, and `warned` names the first of them.
    """

    job: str
    state: str
    files: int = 0
    read: int = 0
    new: int = 0
    same: int = 0
    set_aside: int = 0
    conflicts: int = 0
    tombstoned: int = 0
    definitions: int = 0
    upgraded: int = 0
    by_type: dict[str, int] = {}
    markings: dict[str, int] = {}
    changes: tuple[Change, ...] = ()
    reasons: dict[str, int] = {}
    first_set_aside: tuple[SetAside, ...] = ()
    warnings: int = 0
    warned_by_code: dict[str, int] = {}
    warned: tuple[Warned, ...] = ()
    seconds: float = 0.0


class Chip(Answer, frozen=True, kw_only=True):
    """What one partner has or would get of a version, and why not."""

    partner: str
    form: str
    reason: Reason | None = None
    released_at: int | None = None
    id: str = ""


class Summary(Answer, frozen=True, kw_only=True):
    """One line of a list: enough to choose from, nothing of the content but its name; `partners` where asked for."""

    id: str
    type: str
    name: str
    source: str
    created: int | None
    modified: int | None
    received: int
    origin: str
    marking: tuple[str, ...]
    revoked: bool = False
    partners: tuple[Chip, ...] = ()


class Page(Answer, frozen=True, kw_only=True):
    """A page of summaries; `next` is handed back as `after` to read on, None at the end."""

    items: tuple[Summary, ...]
    next: str | None = None


class AttachmentView(Answer, frozen=True, kw_only=True):
    """A file attached to an object; `sha256` identifies it only together with the object."""

    object_id: str
    sha256: str
    name: str
    media_type: str
    size: int
    marking: tuple[str, ...]
    held: bool = True


class ReferenceView(Answer, frozen=True, kw_only=True):
    """A reference between two objects that the reader may both see; `marking` governs the other one's name."""

    path: str
    id: str
    type: str
    name: str
    marking: tuple[str, ...] = ()


class Statement(Answer, frozen=True, kw_only=True):
    """One source's current statement about an id, with its content.

    `doubtful` names partners from whom it came while their key may have been in other hands.
    """

    summary: Summary
    version: str
    value: dict[str, Any]
    base_marking: tuple[str, ...]
    full_marking: tuple[str, ...]
    effective_marking: tuple[str, ...]
    versions: int = 1
    restricted: bool = False
    doubtful: tuple[str, ...] = ()


class Shown(Answer, frozen=True, kw_only=True):
    """Everything the reader may see about one id."""

    id: str
    statements: tuple[Statement, ...]
    refers_to: tuple[ReferenceView, ...] = ()
    referred_by: tuple[ReferenceView, ...] = ()
    attachments: tuple[AttachmentView, ...] = ()
    partners: tuple[Chip, ...] = ()


class Marked(Answer, frozen=True, kw_only=True):
    """A change of marking: a new version of our own object, or a stricter overlay."""

    id: str
    how: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    version: str | None = None
    recalls_drafted: int = 0


class Withheld(Answer, frozen=True, kw_only=True):
    """Objects withheld for one reason."""

    reason: Reason
    count: int
    examples: tuple[str, ...] = ()


class TableView(Answer, frozen=True, kw_only=True):
    """The equivalences between two nations: how many rows, whether both signed them, whether they hold.

    `state` is signed, unsigned, changed (other rows were signed), one-sided or forged.
    """

    between: tuple[str, ...]
    sha256: str
    rows: int
    state: str
    holds: bool
    example: bool = False
    signed_by: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()


class PartnerPreview(Answer, frozen=True, kw_only=True):
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
    tables: tuple[TableView, ...] = ()
    names: dict[str, str] = {}


class RulesInForce(Answer, frozen=True, kw_only=True):
    """The rules a decision was made by: which, in which version, and who applied them when."""

    partnership: str
    version: str
    by: str
    at: int


class ActInForce(Answer, frozen=True, kw_only=True):
    """The act of a named officer that a release rests on, and the second officer of four eyes."""

    act: str
    officer: str
    at: int
    second: str | None = None
    until: int | None = None


class Why(Answer, frozen=True, kw_only=True):
    """Why an object reached a partner or did not: each step of the decision."""

    id: str
    partner: str
    form: str
    marking: tuple[str, ...]
    steps: tuple[Reason, ...] = ()
    segment: int | None = None
    sequence: int | None = None
    sent_at: int | None = None
    receipt_at: int | None = None
    withdrawn: str | None = None
    rules: RulesInForce | None = None
    act: ActInForce | None = None


class PartnerDiff(Answer, frozen=True, kw_only=True):
    """One partner before and after a change of rules, in objects.

    `recalls` counts what the partner holds and would no longer pass.
    """

    partner: str
    before: int
    after: int
    tear_lines: int
    waits: int
    widened: int
    narrowed: int
    recalls: int


class RulesChange(Answer, frozen=True, kw_only=True):
    """Objects of one marking that would start or stop going to some partners."""

    marking: tuple[str, ...]
    mandates: tuple[str, ...]
    count: int
    starts: tuple[str, ...]
    stops: tuple[str, ...]


class RulesDiff(Answer, frozen=True, kw_only=True):
    """What new rules would change, exactly. `token` must be handed to `rules_apply`."""

    token: str
    partnership: str
    version_before: str | None
    version_after: str
    partners: tuple[PartnerDiff, ...] = ()
    changes: tuple[RulesChange, ...] = ()
    tables: tuple[TableView, ...] = ()


class Acted(Answer, frozen=True, kw_only=True):
    """An act of a named officer and what the partner has or gets of it now; `at` is just after its commit."""

    act: str
    kind: str
    partner: str
    by: str
    objects: int
    waiting_second: bool = False
    verbatim: int = 0
    tear_lines: int = 0
    withheld: tuple[Withheld, ...] = ()
    at: int = 0


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
    error_params: dict[str, str] = {}
    failures: int = 0
    sent: int = 0
    acknowledged: int = 0
    received: int = 0
    clock_difference: int | None = None
    latency: dict[str, LatencyView] = {}


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
    error_params: dict[str, str] = {}


class JobView(Answer, frozen=True, kw_only=True):
    """A persisted job: what it does, how far it is, how it ended."""

    id: str
    kind: str
    state: str
    by: str
    started: int
    updated: int
    done: int
    total: int | None
    note: str = ""
    params: dict[str, Any] = {}
    result: dict[str, Any] | None = None


class Act(Answer, frozen=True, kw_only=True):
    """One row of the audit: who did what, when, with what."""

    number: int
    at: int
    actor: str
    verb: str
    details: dict[str, Any] = {}


class ActPage(Answer, frozen=True, kw_only=True):
    """A page of the audit, newest first; `next` is handed back as `before`, None at the end."""

    acts: tuple[Act, ...]
    next: int | None = None


class Inspected(Answer, frozen=True, kw_only=True):
    """What an exported audit holds and whether it is whole.

    `broken` names lines that do not follow from the one before, `unproven` counts acts written before rows had digests,
    `signed` tells whether the signature fits the key whose `words` are given.
    """

    file: str
    node: str
    at: int
    with_ids: bool
    acts: int
    decisions: int
    unproven: int
    broken: tuple[str, ...]
    signed: bool
    words: tuple[str, ...]
    words_fr: tuple[str, ...]
