"""From raw bytes to what the store takes: read, upgrade, mark, or set aside with the reason. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import orjson

from cordiale.desk.answers import Warned
from cordiale.desk.incoming.readers import Remark
from cordiale.desk.records import Problem
from cordiale.platform.errors import InputError
from cordiale.release.marking import UNMARKED, Marking, of_version, text_of
from cordiale.stix.ingress import Limits, SetAside, decode
from cordiale.stix.upgrade import is_20, upgrade
from cordiale.stix.version import Version, read
from cordiale.store.types import Put

_VERSIONED = b'"spec_version"'
"""STIX 2.1 objects carry it, 2.0 objects never do: what has it needs no second decoding."""


class Refused(msgspec.Struct, frozen=True):
    """One piece of input that is set aside: its place in the file, its bytes and every reason."""

    place: int
    raw: bytes
    object_id: str | None
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class Intake:
    """What a batch becomes; `learned` are marking definitions met in it, by id, with their atom."""

    puts: list[Put] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    learned: dict[str, str] = field(default_factory=dict)
    by_type: Counter[str] = field(default_factory=Counter)
    given: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)
    upgraded: int = 0
    warnings: list[Warned] = field(default_factory=list)


def prepare(
    batch: list[tuple[int, bytes | SetAside | Remark]],
    definitions: Mapping[str, str],
    given: Marking | None,
    limits: Limits,
) -> Intake:
    """Turn a batch of (place in the file, raw bytes or what could not be split) into puts.

    `definitions` maps marking definitions known so far to atoms; those in the batch itself are
    learned first, wherever they stand. `given` is the marking of what carries none; without it
    such a version is `unmarked`: kept, and released to nobody.
    """
    intake = Intake()
    versions: list[Version] = []
    for place, piece in batch:
        if isinstance(piece, SetAside):
            intake.refused.append(Refused(place, piece.raw, None, (_problem(piece),)))
            continue
        if isinstance(piece, Remark):
            intake.warnings.append(_said(piece))
            continue
        for raw in _modern(piece, place, intake, limits):
            version = _version(raw, piece, place, intake, limits)
            if version is not None:
                versions.append(version)
                if version.definition is not None:
                    intake.learned[version.id] = version.definition.atom or ""
    known = {**definitions, **intake.learned} if intake.learned else definitions
    default = given or UNMARKED
    text = text_of(default)
    by_type, given_count, puts = intake.by_type, intake.given, intake.puts
    for version in versions:
        base, full = of_version(version, known, default)
        if version.definition is not None and version.definition.atom:
            # A definition may name a compartment: it is governed by the atom it defines.
            base = base - default | {version.definition.atom} if not version.markings else base
            full = full | base
        elif base is default:
            given_count[text] += 1
        by_type[version.type] += 1
        puts.append(Put(version, base, full, "local"))
    return intake


def _modern(raw: bytes, place: int, intake: Intake, limits: Limits) -> list[bytes]:
    if _VERSIONED in raw:
        return [raw]
    try:
        value, _canonical = decode(raw, limits)
        if not is_20(value):
            return [raw]
        upgraded = upgrade(value)
    except InputError as error:
        intake.refused.append(_refused(place, raw, error))
        return []
    intake.upgraded += 1
    intake.changes.update(change.message_id for change in upgraded.changes)
    return [orjson.dumps(value) for value in upgraded.objects]


def _version(raw: bytes, original: bytes, place: int, intake: Intake, limits: Limits) -> Version | None:
    try:
        version, problems = read(raw, limits)
    except InputError as error:
        intake.refused.append(_refused(place, original, error))
        return None
    if problems:
        errors = [problem for problem in problems if problem.severity == "error"]
        intake.warnings += [
            Warned(
                object_id=version.id, path=p.path, code=p.code, message_id=p.message_id, params=dict(p.params)
            )
            for p in problems
            if p.severity != "error"
        ]
        if errors:
            reasons = tuple(Problem(p.path, p.code, p.message_id, dict(p.params), p.severity) for p in errors)
            intake.refused.append(Refused(place, original, version.id, reasons))
            return None
    return version


def _refused(place: int, raw: bytes, error: InputError) -> Refused:
    params = {name: _plain(value) for name, value in error.params.items()}
    path = str(params.get("path", ""))
    problem = Problem(path, error.code, error.message_id, params)
    return Refused(place, raw, identifier(raw), (problem,))


def _problem(piece: SetAside) -> Problem:
    return Problem(piece.path, piece.code, piece.message_id, dict(piece.params))


def identifier(raw: bytes) -> str | None:
    """Return the id of an object that could not be read, where one can still be made out."""
    try:
        value = msgspec.json.decode(raw, type=_Id)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return value.id if value.id is None else value.id[:200]


class _Id(msgspec.Struct):
    id: str | None = None


def _said(remark: Remark) -> Warned:
    return Warned(
        object_id=remark.object_id,
        path=remark.path,
        code=remark.code,
        message_id=remark.message_id,
        params=dict(remark.params),
    )


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | None) else str(value)
