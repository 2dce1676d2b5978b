"""What goes of one version to one recipient: verbatim, as a tear-line, or not at all. The one place that says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
import orjson

from cordiale.platform.clock import Instant
from cordiale.release.allowlist import outside_of, unusual
from cordiale.release.decide import Compiled
from cordiale.release.mandate import Mandated
from cordiale.release.marking import NOTHING, Marking, named_by, of_granular
from cordiale.release.partnership import Allow
from cordiale.release.personal import NAMES, names_inside
from cordiale.release.pruning import mentions
from cordiale.release.recipient import recipient_class
from cordiale.release.tearline import (
    Redaction,
    Target,
    Unredactable,
    answered,
    redaction_for,
    stamp,
    tearline_id,
    translated,
)
from cordiale.stix.contents import references_of
from cordiale.stix.validate import described_of
from cordiale.stix.version import Version
from cordiale.stix.view import Reference

__all__ = [
    "Candidate",
    "Earlier",
    "Redaction",
    "Target",
    "TearLine",
    "Verbatim",
    "Withheld",
    "asked_about",
    "form",
    "learn",
    "learnt",
    "read_by",
    "reads_whole",
]


class Candidate(msgspec.Struct, frozen=True):
    """A version that might go. `ours` is true for what this node originated.

    `full` need not include `effective`; both are joined here. `original` is the version a translation translates.
    """

    version: Version
    base: Marking
    full: Marking
    effective: Marking
    ours: bool
    original: Version | None = None


class Earlier(msgspec.Struct, frozen=True):
    """The last tear-line made of this object for this recipient class; `digest` is of its redacted content."""

    digest: bytes
    created: Instant
    modified: Instant


class Verbatim(msgspec.Struct, frozen=True):
    """The version goes as it is, under this marking."""

    marking: Marking


class TearLine(msgspec.Struct, frozen=True):
    """A redacted object goes instead; `fresh` is false when it equals the earlier one and nothing new is to be sent.

    `removed` names the properties that are not in it.
    """

    version: Version
    marking: Marking
    digest: bytes
    created: Instant
    modified: Instant
    fresh: bool
    removed: tuple[str, ...] = ()


class Withheld(msgspec.Struct, frozen=True):
    """Nothing goes, for this reason. It names things and is for people at home; a partner is never given one."""

    code: str
    atom: str | None = None
    rule: str | None = None
    params: Mapping[str, Any] = {}


class _Shape(msgspec.Struct, frozen=True):
    """What the form depends on that is the same for every recipient."""

    names: tuple[str, ...]
    asked_about: frozenset[str]
    names_inside: bool


_SHAPES: dict[bytes, _Shape] = {}
"""By content hash, so that a version is looked at once for a hundred partners; nothing but its content is in it."""

SHAPES: Final = 8192

TRANSLATION: Final = "language-content"
"""The type whose form depends on another version as well: the one it translates."""


def asked_about(version: Version, value: Mapping[str, Any] | None = None) -> frozenset[str]:
    """Return the ids whose state for the recipient `form` asks about: all that the object names, markings included.

    `value` is the decoded object, where the caller has it.
    """
    return _shape(version, value).asked_about


def unusual_in(version: Version) -> tuple[str, ...]:
    """Return the names of what STIX 2.1 does not define in a version, as `allowlist.unusual` does, looked at once."""
    return _shape(version).names


def carries_names(version: Version) -> bool:
    """Tell whether a version carries inside it what names somebody, as `personal.names_inside` does, looked at once."""
    return _shape(version).names_inside


def learnt(digest: bytes) -> frozenset[str] | None:
    """Return what `asked_about` found in content of this digest; None where it was not looked at lately."""
    found = _SHAPES.get(digest)
    return None if found is None else found.asked_about


def learn(raw: bytes, digest: bytes) -> frozenset[str] | None:
    """Return what `asked_about` finds in content, without the rest of its typed view; None for what has no id or no type."""
    found = _SHAPES.get(digest)
    if found is None:
        value = orjson.loads(raw)
        kind, identifier = value.get("type"), value.get("id")
        if type(kind) is not str or type(identifier) is not str or not kind or not identifier:
            return None
        found = _looked_at(raw, digest, identifier, references_of(value, described_of(value)), value)
    return found.asked_about


def outside_in(raw: bytes, digest: bytes, kind: str, allow: Allow) -> tuple[str, ...]:
    """Return what of content the partnership does not allow to leave, as `allowlist.outside_of` does; `type` for what has none."""
    return outside_of(kind, _SHAPES[digest].names, allow) if learn(raw, digest) is not None else ("type",)


def _shape(version: Version, value: Mapping[str, Any] | None = None) -> _Shape:
    found = _SHAPES.get(version.hash)
    if found is None:
        value = orjson.loads(version.raw) if value is None else value
        found = _looked_at(version.raw, version.hash, version.id, version.refs, value)
    return found


def _looked_at(
    raw: bytes, digest: bytes, identifier: str, refs: Iterable[Reference], value: Mapping[str, Any]
) -> _Shape:
    named = mentions(raw) | {reference.target for reference in refs}
    found = _Shape(unusual(value), named - {identifier}, names_inside(value))
    if len(_SHAPES) >= SHAPES:
        _SHAPES.clear()
    _SHAPES[digest] = found
    return found


def form(
    candidate: Candidate,
    compiled: Compiled,
    now: Instant,
    *,
    mandated: Mandated,
    targets: Mapping[str, Target],
    definitions: Mapping[str, str],
    secret: bytes,
    earlier: Earlier | None = None,
    consents: frozenset[str] = NOTHING,
) -> Verbatim | TearLine | Withheld:
    """Return what goes of a version: its marking passes, it is mandated, no exception, and nothing else leaks.

    `targets` says what each id of `asked_about` is for the recipient; an object that is not in it counts as hidden,
    a marking definition as cleared by its own atom. `definitions` maps marking-definition ids to atom texts.
    """
    version = candidate.version
    marking = candidate.base | candidate.effective
    if not marking:
        return Withheld("unmarked")
    verdict = compiled.decide(marking, now, consents)
    if not verdict.passes:
        return Withheld(verdict.code, verdict.atom, verdict.rule, verdict.params)
    if not mandated.allowed:
        return Withheld(mandated.code, rule=mandated.mandate, params=_by(mandated))
    states = answered(asked_about(version), targets)
    for reference in version.refs:
        if reference.inherent and states[reference.target].state not in ("verbatim", "tear-line"):
            return Withheld("end-not-released", params={"id": reference.target, "place": reference.path})
    why = _partial(candidate, compiled, now, states, definitions, consents)
    if why is None and (carries_names(version) or (version.type in NAMES and not mandated.named)):
        why = "names-somebody"
    if why is None:
        return Verbatim(marking)
    if why is not None and (doubtful := _doubtful(candidate, definitions)) is not None:
        return Withheld("unknown-marking", doubtful, params={"definition": doubtful.removeprefix("unknown:")})
    if isinstance(why, Withheld) or not candidate.ours:
        return why if isinstance(why, Withheld) else Withheld("only-in-part", params={"why": why})
    return _tear_line(candidate, compiled, now, states, definitions, secret, earlier, consents, marking)


def read_by(
    candidate: Candidate,
    compiled: Compiled,
    now: Instant,
    *,
    targets: Mapping[str, Target],
    definitions: Mapping[str, str],
) -> Verbatim | Redaction | Withheld:
    """Return what of a version a person reads here: the question of `form` without a mandate, since nothing is sent.

    A redaction keeps the id, which the reader knows, and not the instants, which would tell when something hidden
    changed.
    """
    version, marking = candidate.version, candidate.base | candidate.effective
    barred = _barred(marking, compiled, now)
    if barred is not None:
        return barred
    states = answered(asked_about(version), targets)
    why = _partial(candidate, compiled, now, states, definitions, NOTHING)
    if why is None:
        return Verbatim(marking)
    if isinstance(why, Withheld):
        return why
    made = redaction_for(version, version.id, compiled, now, states, definitions, candidate.original, NOTHING)
    return Withheld(made.code, params={"place": made.place}) if isinstance(made, Unredactable) else made


def reads_whole(
    kind: str,
    digest: bytes,
    base: Marking,
    full: Marking,
    effective: Marking,
    compiled: Compiled,
    now: Instant,
    targets: Mapping[str, Target],
) -> bool:
    """Tell whether `read_by` would return a version as it is, from what was learnt of content of this digest.

    False also where the content has to be looked at: it was not learnt, or it is a translation.
    """
    shape = _SHAPES.get(digest)
    if shape is None or kind == TRANSLATION or _barred(base | effective, compiled, now) is not None:
        return False
    return _lacking(kind, shape, full, compiled, now, answered(shape.asked_about, targets), NOTHING) is None


def _barred(marking: Marking, compiled: Compiled, now: Instant) -> Withheld | None:
    """Return why a person may read nothing of what is marked so, None when they may."""
    verdict = compiled.decide(marking, now)
    if marking and verdict.passes:
        return None
    return Withheld(verdict.code if marking else "unmarked", verdict.atom, verdict.rule, verdict.params)


def _partial(
    candidate: Candidate,
    compiled: Compiled,
    now: Instant,
    states: Mapping[str, Target],
    definitions: Mapping[str, str],
    consents: frozenset[str],
) -> str | Withheld | None:
    """Return why a version cannot go as it is, None when it can."""
    version = candidate.version
    full = candidate.full
    if version.type == TRANSLATION:
        if candidate.original is None:
            return Withheld("original-missing", params={"id": version.id})
        full |= of_granular(translated(candidate.original, orjson.loads(version.raw)), definitions)
    return _lacking(version.type, _shape(version), full, compiled, now, states, consents)


def _lacking(
    kind: str,
    shape: _Shape,
    full: Marking,
    compiled: Compiled,
    now: Instant,
    states: Mapping[str, Target],
    consents: frozenset[str],
) -> str | None:
    """Return what of a version would be missing from what the recipient gets, None for nothing."""
    if not compiled.decide(full, now, consents).passes:
        return "hidden-property"
    if any(target.state in ("hidden", "tear-line") for target in states.values()):
        return "hidden-reference"
    if outside_of(kind, shape.names, compiled.rules.allow):
        return "outside-allow-list"
    return None


def _doubtful(candidate: Candidate, definitions: Mapping[str, str]) -> str | None:
    """Return an atom that is unknown in the store, while a definition calls it a statement that restricts nothing.

    Such a definition may be a partner's, and must not lift a marking of ours when a tear-line is cut.
    """
    for atom in sorted(candidate.full):
        identifier = atom.removeprefix("unknown:")
        if identifier != atom and definitions.get(identifier, atom) == "":
            return atom
    return None


def _tear_line(
    candidate: Candidate,
    compiled: Compiled,
    now: Instant,
    states: Mapping[str, Target],
    definitions: Mapping[str, str],
    secret: bytes,
    earlier: Earlier | None,
    consents: frozenset[str],
    marking: Marking,
) -> TearLine | Withheld:
    parent = candidate.version
    new_id = tearline_id(secret, parent.id, recipient_class(compiled.recipient))
    known = {**named_by(marking), **definitions}
    made = redaction_for(parent, new_id, compiled, now, states, known, candidate.original, consents)
    if isinstance(made, Unredactable):
        return Withheld(made.code, params={"place": made.place})
    fresh = earlier is None or earlier.digest != made.digest
    created, modified = _instants(earlier, fresh, now)
    version = stamp(made, created, modified)
    if isinstance(version, Unredactable):
        return Withheld(version.code, params={"place": version.place})
    return TearLine(version, marking, made.digest, created, modified, fresh, made.removed)


def _instants(earlier: Earlier | None, fresh: bool, now: Instant) -> tuple[Instant, Instant]:
    """Stamp with the time of the tear-line itself: the parent's instants would tell when something hidden changed."""
    rounded = now // 1000 * 1000
    if earlier is None:
        return rounded, rounded
    return earlier.created, max(rounded, earlier.modified + 1000) if fresh else earlier.modified


def _by(mandated: Mandated) -> dict[str, str]:
    return {name: value for name, value in (("by", mandated.by), ("act", mandated.act)) if value}
