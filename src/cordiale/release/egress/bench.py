"""Judge what one request asks to let out: bodies by what they are, tear-lines by making them again."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import orjson

from cordiale.platform.clock import Instant
from cordiale.release.allowlist import outside_of, unusual
from cordiale.release.decide import Compiled
from cordiale.release.egress.request import RedactionClaim
from cordiale.release.marking import NOTHING, Marking, named_by, of_parts, of_version, own_atom
from cordiale.release.personal import NAMES, names_inside
from cordiale.release.tearline import Target, rebuild
from cordiale.stix.version import Version, read


class Shape(msgspec.Struct, frozen=True):
    """What the verdict over a body depends on besides the claim: most objects of one kind and marking share it."""

    type: str
    markings: tuple[str, ...]
    granular: tuple[str, ...]
    own: str
    unusual: tuple[str, ...]
    names_inside: bool


def shape_of(version: Version) -> Shape:
    """Return what the verdict over a body depends on."""
    granular = tuple(sorted({g.marking_ref for g in version.granular if g.marking_ref}))
    value = orjson.loads(version.raw)
    return Shape(
        version.type, version.markings, granular, own_atom(version), unusual(value), names_inside(value)
    )


class Bench:
    """One request being judged: tables, instants, claimed markings, and what definitions mean.

    `held` are the definitions that came with it, `atoms` those and what follows from all that is claimed.
    """

    def __init__(
        self,
        tables: tuple[Compiled, Compiled],
        moments: tuple[Instant, ...],
        markings: list[Marking],
        atoms: dict[str, str],
        held: dict[str, str],
    ) -> None:
        self.tables = tables
        self.moments = moments
        self.markings = markings
        self.atoms = atoms
        self.held = held

    def verbatim(
        self, shape: Shape, claimed: int, consents: frozenset[str] = NOTHING, *, named: bool = False
    ) -> tuple[str, str | None] | None:
        """Return why a body may not go as it is, None when it may; `named` says that an act names what names somebody."""
        if shape.names_inside or (shape.type in NAMES and not named):
            return "names-somebody", None
        marking = self._claim(claimed)
        base, full = of_parts(shape.markings, shape.granular, shape.own, self.atoms, NOTHING)
        return self._marking(marking, base, marking | full, consents) or _named(
            outside_of(shape.type, shape.unusual, self.tables[0].rules.allow)
        )

    def tear_line(
        self, claim: RedactionClaim, digest: bytes, claimed: int, consents: Sequence[str]
    ) -> tuple[str, str | None] | None:
        """Return why a tear-line may not go, None when making it again gives the same object."""
        marking = self._claim(claimed)
        parent, problems = read(claim.parent)
        original = read(claim.original)[0] if claim.original is not None else None
        if any(problem.severity == "error" for problem in problems):
            return "unreadable", None
        # from its own marking alone, as it was made: what else is in the segment has no part in it
        atoms = named_by(marking) | self.held
        base, _full = of_version(parent, atoms, NOTHING)
        refusal = self._marking(marking, base, marking, frozenset(consents))
        if refusal is not None:
            return refusal
        targets = {i: Target(t.state, t.as_id, t.words) for i, t in claim.targets.items()}  # type: ignore[arg-type]
        for table, now in zip(self.tables, self.moments, strict=False):
            made = rebuild(
                parent,
                new_id=claim.id,
                created=claim.created,
                modified=claim.modified,
                compiled=table,
                now=now,
                targets=targets,
                definitions=atoms,
                original=original,
                consents=frozenset(consents),
            )
            if not isinstance(made, Version):
                return made.code, None
            if made.hash != digest:
                return "not-the-same-tear-line", None
        return None

    def _claim(self, claimed: int) -> Marking:
        return self.markings[claimed] if 0 <= claimed < len(self.markings) else NOTHING

    def _marking(
        self, claimed: Marking, base: Marking, decided: Marking, consents: frozenset[str]
    ) -> tuple[str, str | None] | None:
        if not claimed:
            return "unmarked", None
        if not base <= claimed:
            return "claimed-too-little", min(base - claimed)
        # consent lifts the originator's control and its own releasable-to clauses, and nothing else
        lifted = frozenset(c for c in consents if c.startswith(("orcon:", "rel:")))
        for table, now in zip(self.tables, self.moments, strict=False):
            verdict = table.decide(decided - lifted, now, consents)
            if not verdict.passes:
                return verdict.code, verdict.atom
        return None


def tear_line(
    bench: Bench, claim: RedactionClaim, digest: bytes, claimed: int, consents: Sequence[str]
) -> tuple[str, str | None] | None:
    """Judge a tear-line; one whose parent cannot be read is refused alone."""
    try:
        return bench.tear_line(claim, digest, claimed, consents)
    except Exception:  # noqa: BLE001 - one poisonous parent must not stop the others
        return "unreadable", None


def _named(outside: tuple[str, ...]) -> tuple[str, str | None] | None:
    return ("outside-allow-list", outside[0]) if outside else None
