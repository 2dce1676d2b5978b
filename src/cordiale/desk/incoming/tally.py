"""What an import has done so far; written with every batch, so that a resumed one goes on counting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from cordiale.desk.answers import Change, Imported, ImportReport, SetAside, Warned
from cordiale.desk.incoming.intake import Intake
from cordiale.desk.records import Job, Kept
from cordiale.store.types import Outcome

SHOWN = 20
"""Things set aside that a report names; `cordiale set-aside` lists them all."""

NAMED = 100
"""Objects whose outcome a report names, the first of them; beyond them it counts."""

WARNED = 1000
"""Warnings that a report names; beyond them it counts."""


@dataclass(slots=True)
class Tally:
    """Counts of one import. `read` counts objects in the input, the others what became of them."""

    read: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    set_aside: int = 0
    upgraded: int = 0
    warnings: int = 0
    definitions: int = 0
    by_type: Counter[str] = field(default_factory=Counter)
    markings: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    warned_by_code: Counter[str] = field(default_factory=Counter)
    first: list[SetAside] = field(default_factory=list)
    warned: list[Warned] = field(default_factory=list)
    position: dict[str, Any] = field(default_factory=dict)
    named: list[Imported] = field(default_factory=list)
    definitions_known: dict[str, str] = field(default_factory=dict)
    indexed: int = 0

    @classmethod
    def of(cls, job: Job) -> Tally:
        """Go on from what a job had counted."""
        held = job.result
        tally = cls(position=dict(job.position), indexed=job.started)
        for name in ("read", "set_aside", "upgraded", "warnings", "definitions"):
            setattr(tally, name, int(held.get(name, 0)))
        for name in ("outcomes", "by_type", "markings", "changes", "reasons", "warned_by_code"):
            setattr(tally, name, Counter(held.get(name, {})))
        tally.first = msgspec.convert(held.get("first", []), list[SetAside])
        tally.named = msgspec.convert(held.get("named", []), list[Imported])
        tally.warned = msgspec.convert(held.get("warned", []), list[Warned])
        return tally

    def add(self, intake: Intake, outcomes: Sequence[Outcome], kept: Sequence[Kept]) -> None:
        """Count one batch."""
        alone = sum(1 for thing in intake.refused if thing.raw or thing.object_id)
        self.read += len(intake.puts) + alone
        self.outcomes.update(outcome.kind for outcome in outcomes)
        if len(outcomes) == len(intake.puts):
            fresh = zip(intake.puts[: NAMED - len(self.named)], outcomes, strict=False)
            self.named += [Imported(id=put.version.id, outcome=one.kind) for put, one in fresh]
        self.set_aside += len(kept)
        self.upgraded += intake.upgraded
        self.warnings += len(intake.warnings)
        self.warned_by_code.update(warning.code for warning in intake.warnings)
        self.warned += intake.warnings[: WARNED - len(self.warned)]
        self.definitions += len(intake.learned)
        self.by_type += intake.by_type
        self.markings += intake.given
        self.changes += intake.changes
        for thing in kept:
            self.reasons[thing.problems[0].code] += 1
            if len(self.first) < SHOWN:
                self.first.append(shown(thing))

    def job(self, job: Job, now: int, state: str = "running", note: str = "") -> Job:
        """Return the job with these counts."""
        result = {
            "read": self.read,
            "set_aside": self.set_aside,
            "upgraded": self.upgraded,
            "warnings": self.warnings,
            "definitions": self.definitions,
            "outcomes": dict(self.outcomes),
            "by_type": dict(self.by_type),
            "markings": dict(self.markings),
            "changes": dict(self.changes),
            "reasons": dict(self.reasons),
            "warned_by_code": dict(self.warned_by_code),
            "first": msgspec.to_builtins(self.first),
            "named": msgspec.to_builtins(self.named),
            "warned": msgspec.to_builtins(self.warned),
        }
        return msgspec.structs.replace(
            job,
            state=state,
            updated=now,
            done=self.read,
            total=self.read if state == "done" else None,
            note=note,
            position=self.position,
            result=result,
        )

    def report(self, job: Job, state: str, seconds: float) -> ImportReport:
        """Return the report of the whole import."""
        return ImportReport(
            job=job.id,
            state=state,
            files=len(job.params.get("files", ())),
            read=self.read,
            new=self.outcomes["new"],
            same=self.outcomes["same"],
            conflicts=self.outcomes["conflict"],
            tombstoned=self.outcomes["tombstoned"],
            set_aside=self.set_aside,
            definitions=self.definitions,
            upgraded=self.upgraded,
            by_type=dict(sorted(self.by_type.items())),
            markings=dict(self.markings),
            changes=tuple(Change(message_id=m, count=n) for m, n in self.changes.most_common()),
            reasons=dict(self.reasons.most_common()),
            first_set_aside=tuple(self.first),
            objects=tuple(self.named),
            warnings=self.warnings,
            warned_by_code=dict(self.warned_by_code.most_common()),
            warned=tuple(self.warned),
            seconds=round(seconds, 3),
        )


def shown(thing: Kept) -> SetAside:
    """Return what was set aside as people see it."""
    first = thing.problems[0]
    return SetAside(
        number=thing.number,
        file=thing.file,
        object_id=thing.object_id,
        path=first.path,
        code=first.code,
        message_id=first.message_id,
        params=dict(first.params),
        severity=first.severity,
        at=thing.at,
        size=len(thing.raw),
        others=len(thing.problems) - 1,
    )
