"""Take in a version of ATT&CK: what differs from what is held is told, then it is imported, then what still refers to what ended."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cordiale.desk.actor import authorise
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_file
from cordiale.domains.cyber.attack.held import held
from cordiale.domains.cyber.attack.moved import Moved, moved
from cordiale.domains.cyber.attack.versions import Comparison, bundle, compare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cordiale.desk.actor import Actor
    from cordiale.desk.answers import ImportReport
    from cordiale.desk.desk import Desk
    from cordiale.desk.jobs import Progress


def against_held(desk: Desk, actor: Actor, file: Path) -> Comparison:
    """Compare a bundle with what the actor may read here, of the objects that the bundle's domain has."""
    authorise(actor, "search")
    new = bundle(file)
    domains = {str(one) for value in new.values() for one in value.get("x_mitre_domains") or ()}
    mine = {
        i: value
        for i, value in held(desk, actor).items()
        if i in new or domains.intersection(map(str, value.get("x_mitre_domains") or ()))
    }
    return compare(mine, new)


def renew(
    desk: Desk,
    actor: Actor,
    file: Path,
    *,
    marking: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> tuple[Comparison, ImportReport, tuple[Moved, ...]]:
    """Import a bundle; return what differed from what was held, the report, and what refers to what ended now."""
    found = against_held(desk, actor, file)
    report = import_(desk, actor, [of_file(file)], marking=marking, progress=progress)
    return found, report, moved(desk, actor)
