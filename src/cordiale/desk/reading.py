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
from cordiale.release.form import Candidate, Redaction, Target, Verbatim, asked_about, read_by
from cordiale.release.pruning import names_in
from cordiale.stix.version import Version, read
from cordiale.store import markings, versions

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Row, Visible

_INSTANTS: Final = ("created", "modified")
_DEFINITIONS: Final = ("marking-definition--", "extension-definition--")


def readable(tx: Transaction, desk: Desk, actor: Actor, rows: Sequence[Row], seen: Visible) -> list[Row]:
    """Return rows with what the actor may read of each in place of the body.

    A row that is read in part has no hash, no `modified` and no time of arrival: they would change with what is
    hidden. One of which nothing can be read has no body.
    """
    if actor.recipient is None:
        return list(rows)
    compiled = compile_rules(rules_of_reader(tx, desk, actor.recipient), actor.recipient, desk.node)
    known, now = definitions.known(tx, desk), desk.clock()
    whole = versions.bodies(tx, [row.vid for row in rows])
    read_of = {row.vid: _read(whole.get(row.vid)) for row in rows}
    stored = [version for version in read_of.values() if version is not None]
    originals = _originals(tx, stored, seen)
    targets = _targets(tx, {i for version in stored for i in asked_about(version)}, seen)
    own = passed_by(tx, desk, actor.within) if actor.within is not None else None
    found = []
    for row in rows:
        version = read_of[row.vid]
        if version is None or (own is not None and row.full_mid not in own):
            found.append(_partial(row, None))
            continue
        candidate = Candidate(
            version,
            markings.atoms(tx, row.base_mid),
            markings.atoms(tx, row.full_mid),
            markings.atoms(tx, row.effective_mid),
            ours=True,
            original=originals.get(_translated(version)),
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


def in_part(row: Row) -> bool:
    """Tell whether a row that `readable` returned is read in part or not at all."""
    return not row.hash


def mentioned(row: Row, stix_id: str) -> bool:
    """Tell whether what is read of a row names an id; of a row read whole this is not asked."""
    return not in_part(row) or (row.raw is not None and stix_id.encode() in row.raw)


def _partial(row: Row, raw: bytes | None) -> Row:
    return structs.replace(row, raw=raw, hash=b"", modified=None, received=row.created or 0)


def _read(raw: bytes | None) -> Version | None:
    if raw is None:
        return None
    try:
        return read(raw)[0]
    except InputError:
        return None


def _translated(version: Version) -> str:
    """Return the id that a translation is of, empty for everything else."""
    if version.type != "language-content":
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
    shown = versions.of_ids(tx, held, seen, raw=False)
    hidden = versions.of_ids(tx, held.keys() - shown.keys(), None, raw=False)
    found: dict[str, Target] = {}
    for identifier in asked:
        if identifier in shown:
            found[identifier] = Target("verbatim")
        elif identifier in hidden:
            found[identifier] = Target("hidden", words=_names(tx, hidden[identifier]))
        elif identifier in held and versions.tombstones(tx, identifier):
            found[identifier] = Target("hidden")
        else:
            found[identifier] = Target("absent")  # not held, or named by something held here and nothing more
    return found


def _names(tx: Transaction, rows: Iterable[Row]) -> tuple[str, ...]:
    held = versions.bodies(tx, [row.vid for row in rows]).values()
    return tuple(sorted({name for raw in held for name in names_in(raw)}))
