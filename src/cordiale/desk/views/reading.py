"""What of stored versions a person reads: whole, redacted as a tear-line would be, or no more than that it is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import orjson
from msgspec import structs

from cordiale.desk import definitions
from cordiale.desk.visible import passed_by, rules_of_reader
from cordiale.platform.errors import InputError
from cordiale.release.decide import compile_rules
from cordiale.release.form import (
    TRANSLATION,
    Candidate,
    Redaction,
    Target,
    Verbatim,
    asked_about,
    learn,
    learnt,
    read_by,
    reads_whole,
)
from cordiale.release.pruning import names_in
from cordiale.stix.version import Version, read, view
from cordiale.store import markings, versions

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.release.marking import Marking
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Row, Visible

_INSTANTS: Final = ("created", "modified")
_DEFINITIONS: Final = ("marking-definition--", "extension-definition--")
_WHOLE: Final = Target("verbatim")
_ABSENT: Final = Target("absent")


def readable(tx: Transaction, desk: Desk, actor: Actor, rows: Sequence[Row], seen: Visible) -> list[Row]:
    """Return rows with what the actor may read of each in place of the body.

    A row that is read in part has no hash, no `modified` and no time of arrival: they would change with what is
    hidden. One of which nothing can be read has no body.
    """
    if actor.recipient is None:
        return list(rows)
    compiled = compile_rules(rules_of_reader(tx, actor.recipient), actor.recipient, desk.node)
    known, now = definitions.known(tx, desk), desk.clock()
    asked, read_of = _looked_at(tx, rows)
    originals = _originals(tx, (version for version in read_of.values() if version is not None), seen)
    targets = _targets(tx, {i for named in asked.values() for i in named}, seen)
    own = passed_by(tx, desk, actor.within) if actor.within is not None else None
    found = []
    for row in rows:
        if own is not None and row.full_mid not in own:
            found.append(_partial(row, None))
            continue
        base, full, effective = (
            markings.atoms(tx, mid) for mid in (row.base_mid, row.full_mid, row.effective_mid)
        )
        if row.vid not in read_of:
            if reads_whole(row.type, row.hash, base, full, effective, compiled, now, targets):
                found.append(row)
                continue
            raw = row.raw if row.raw is not None else versions.bodies(tx, (row.vid,)).get(row.vid)
            read_of[row.vid] = _seen(row, raw)
        version = read_of[row.vid]
        if version is None:
            found.append(_partial(row, None))
            continue
        candidate = Candidate(
            version, base, full, effective, ours=True, original=originals.get(_translated(version))
        )
        made = read_by(candidate, compiled, now, targets=targets, definitions=known)
        if isinstance(made, Verbatim):
            found.append(row)
        elif isinstance(made, Redaction):
            value = {name: v for name, v in made.value.items() if name not in _INSTANTS}
            found.append(_partial(row, orjson.dumps(value)))
        else:
            found.append(_partial(row, None))
    return found


def _looked_at(
    tx: Transaction, rows: Sequence[Row]
) -> tuple[dict[int, frozenset[str]], dict[int, Version | None]]:
    """Return by version id what each row's content names, and the content of those that have to be looked at by themselves.

    A page of a list is mostly one that was read a moment ago, and half of reading it is looking for what it names.
    """
    asked: dict[int, frozenset[str]] = {}
    unread = []
    for row in rows:
        names = learnt(row.hash) if row.hash and row.type != TRANSLATION else None
        if names is None:
            unread.append(row)
        else:
            asked[row.vid] = names
    bodies = {row.vid: row.raw for row in unread if row.raw is not None}
    bodies |= versions.bodies(tx, [row.vid for row in unread if row.vid not in bodies])
    apart = []
    for row in unread:
        raw = bodies.get(row.vid)
        names = None if raw is None or not row.hash or row.type == TRANSLATION else _named(row, raw)
        if names is None:
            apart.append(row)
        else:
            asked[row.vid] = names
    read_of = {row.vid: _seen(row, bodies.get(row.vid)) for row in apart}
    asked |= {vid: asked_about(version) for vid, version in read_of.items() if version is not None}
    return asked, read_of


def _named(row: Row, raw: bytes) -> frozenset[str] | None:
    """Return what a content that may be read whole names; None for one that is not readable any more."""
    try:
        return learn(raw, row.hash)
    except orjson.JSONDecodeError:
        return None


def in_part(row: Row) -> bool:
    """Tell whether a row that `readable` returned is read in part or not at all."""
    return not row.hash


def marked(tx: Transaction, row: Row) -> Marking:
    """Return everything that governs what a reader read of a row that `readable` returned."""
    if in_part(row):
        return markings.atoms(tx, row.effective_mid)
    return markings.atoms(tx, row.full_mid) | markings.atoms(tx, row.effective_mid)


def mentioned(row: Row, stix_id: str) -> bool:
    """Tell whether what is read of a row names an id; of a row read whole this is not asked."""
    return not in_part(row) or (row.raw is not None and stix_id.encode() in row.raw)


def _partial(row: Row, raw: bytes | None) -> Row:
    return structs.replace(row, raw=raw, hash=b"", modified=None, received=row.created or 0)


def _seen(row: Row, raw: bytes | None) -> Version | None:
    """Return the typed view of a stored version, None of one that is not readable any more.

    What may be read whole was checked when it was stored; all else is checked again before anything of it is shown.
    """
    if raw is None:
        return None
    try:
        if not row.hash:
            return read(raw)[0]
        value = orjson.loads(raw)
        version = view(value, raw, row.hash)
        asked_about(version, value)  # is looked at once, while the value is at hand
    except (InputError, orjson.JSONDecodeError):
        return None
    return version


def _read(raw: bytes | None) -> Version | None:
    if raw is None:
        return None
    try:
        return read(raw)[0]
    except InputError:
        return None


def _translated(version: Version) -> str:
    """Return the id that a translation is of, empty for everything else."""
    if version.type != TRANSLATION:
        return ""
    return next((reference.target for reference in version.refs if reference.path == "object_ref"), "")


def _originals(tx: Transaction, stored: Iterable[Version], seen: Visible) -> dict[str, Version | None]:
    """Return what the translations among these are of, by id, as far as the reader sees it."""
    ids = {original for version in stored if (original := _translated(version))}
    held = {i: found[0].vid for i, found in versions.of_ids(tx, ids, seen, raw=False).items()}
    whole = versions.bodies(tx, held.values())
    return {i: _read(whole.get(vid)) for i, vid in held.items()}


def _targets(tx: Transaction, ids: Iterable[str], seen: Visible) -> Mapping[str, Target]:
    """Say of each referenced id whether the reader sees it, it is hidden, or it never was held here."""
    asked = [i for i in ids if not i.startswith(_DEFINITIONS)]
    held = versions.oids(tx, asked)
    standing = versions.standing(tx, held.values())
    hidden = {
        i
        for i, oid in held.items()
        if oid in standing and seen is not None and standing[oid].isdisjoint(seen)
    }
    words = versions.of_ids(tx, hidden, None, raw=False) if hidden else {}
    found: dict[str, Target] = {}
    for identifier in asked:
        if identifier in words:
            found[identifier] = Target("hidden", words=_names(tx, words[identifier]))
        elif identifier in hidden:
            found[identifier] = Target("hidden")
        elif held.get(identifier, 0) in standing:
            found[identifier] = _WHOLE
        elif identifier in held and versions.tombstones(tx, identifier):
            found[identifier] = Target("hidden")
        else:
            found[identifier] = _ABSENT  # not held, or named by something held here and nothing more
    return found


def _names(tx: Transaction, rows: Iterable[Row]) -> tuple[str, ...]:
    held = versions.bodies(tx, [row.vid for row in rows]).values()
    return tuple(sorted({name for raw in held for name in names_in(raw)}))
