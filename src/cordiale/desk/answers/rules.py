"""What new rules would change."""

from __future__ import annotations

from cordiale.desk.answers.answer import Answer
from cordiale.desk.answers.release import TableView


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
