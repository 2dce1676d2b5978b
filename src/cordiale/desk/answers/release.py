"""What would go, what went, and why or why not."""

from __future__ import annotations

import msgspec

from cordiale.desk.answers.answer import Answer, Reason
from cordiale.desk.answers.objects import Chip


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
    names: dict[str, str] = msgspec.field(default_factory=dict)


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
