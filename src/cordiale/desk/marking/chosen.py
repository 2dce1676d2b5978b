"""What somebody chose: the lines of objects by id, and what marking them anew would do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec
import orjson

from cordiale.desk import audit, definitions
from cordiale.desk.actor import authorise
from cordiale.desk.answers import Answer, Summary
from cordiale.desk.marking.mark import is_ours
from cordiale.desk.summary import summary
from cordiale.desk.views.reading import readable
from cordiale.desk.visible import unknown, visible
from cordiale.desk.why import chips
from cordiale.desk.written import marking_of
from cordiale.release.marking import of_references
from cordiale.stix.version import view
from cordiale.store import markings, versions

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Row, Visible


class MarkTrial(Answer, frozen=True, kw_only=True):
    """What `mark_all` would do to statements: new versions of ours, markings given, stricter overlays, nothing.

    `held`: partner → how many of the objects it is given now, from which a narrower marking may draft recalls.
    """

    marking: tuple[str, ...]
    versions: int
    given: int
    stricter: int
    refused: int
    held: dict[str, int] = msgspec.field(default_factory=dict)


def summaries(desk: Desk, actor: Actor, ids: Iterable[str], *, partners: bool = False) -> tuple[Summary, ...]:
    """Return the line of each object in the order asked, with what `partners` have of it where that is asked for.

    Raises NotFound alike for what is absent and what is hidden.
    """
    authorise(actor, "show")
    asked = list(dict.fromkeys(ids))
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        rows = _stated(tx, asked, seen)
        read = {row.id: row for row in readable(tx, desk, actor, [rows[i][0] for i in asked], seen)}
        told = chips(tx, desk, actor, list(read.values())) if partners else {}
        found = tuple(summary(tx, read[i], told.get(read[i].vid, ())) for i in asked)
    audit.read(desk, actor, "summaries", ids=asked)
    return found


def summaries_seen(desk: Desk, actor: Actor, ids: Iterable[str], *, saying: str = "") -> dict[str, Summary]:
    """Return the line of each of these objects that the actor may see, by id; the others are left out, absent and hidden alike.

    `saying` names a property: only those are given of which the actor reads it.
    """
    authorise(actor, "show")
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        rows = [found[0] for found in versions.of_ids(tx, dict.fromkeys(ids), seen).values()]
        lines = {
            row.id: summary(tx, row)
            for row in readable(tx, desk, actor, rows, seen)
            if not saying or (row.raw is not None and saying in orjson.loads(row.raw))
        }
    audit.read(desk, actor, "summaries", ids=list(lines))
    return lines


def taken(desk: Desk, id: str) -> bool:
    """Tell whether something is stated under an id, whoever may see it: what writes a new object takes another id then."""
    with desk.store.read() as tx:
        return bool(versions.of_ids(tx, (id,), None, raw=False))


def mark_trial(desk: Desk, actor: Actor, ids: Sequence[str], atoms: str | Iterable[str]) -> MarkTrial:
    """Return what marking these objects would do, and change nothing; raises NotFound and InputError as `mark_all`."""
    authorise(actor, "mark")
    wanted = marking_of(atoms)
    counted: Counter[str] = Counter()
    held: Counter[str] = Counter()
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        rows = [row for found in _stated(tx, list(dict.fromkeys(ids)), seen).values() for row in found]
        whole = versions.bodies(tx, [row.vid for row in rows])
        believed: dict[str, dict[str, str]] = {}
        for row in rows:
            raw = whole.get(row.vid)
            if raw is None or row.origin == "derived":
                counted["refused"] += 1
                continue
            if row.source not in believed:
                believed[row.source] = definitions.believed(tx, desk, row.source)
            version = view(orjson.loads(raw), raw, row.hash)
            ours = row.source == desk.node and row.origin == "local"
            if is_ours(desk, row, version):
                counted["versions"] += 1
            elif ours and not of_references(version.markings, believed[row.source]):
                counted["given"] += 1
            else:
                counted["refused" if wanted <= markings.atoms(tx, row.base_mid) else "stricter"] += 1
        for told in chips(tx, desk, actor, rows).values():
            held.update(chip.partner for chip in told if chip.form in ("verbatim", "tear-line"))
    audit.read(desk, actor, "mark-trial", ids=list(ids))
    return MarkTrial(
        marking=tuple(sorted(wanted)),
        versions=counted["versions"],
        given=counted["given"],
        stricter=counted["stricter"],
        refused=counted["refused"],
        held=dict(sorted(held.items())),
    )


def _stated(tx: Transaction, ids: Sequence[str], seen: Visible) -> dict[str, list[Row]]:
    found = versions.of_ids(tx, ids, seen)
    for stix_id in ids:
        if stix_id not in found:
            raise unknown(stix_id)
    return found
