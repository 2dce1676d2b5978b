"""Begin to look through logs or a dataset beside the request that asked for it: for pages and for programs."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cordiale.desk.analysis import runs
from cordiale.desk.analysis.beside import beside
from cordiale.desk.jobs import job_show
from cordiale.desk.written import marking_of
from cordiale.platform.errors import InputError
from cordiale.platform.ids import uuid4
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.answers import JobView
    from cordiale.desk.desk import Desk

_UNFIT: Final = re.compile(r"[^\w.,()'’ -]+")


def begin(
    desk: Desk,
    actor: Actor,
    *,
    files: Sequence[Path] = (),
    dataset: str = "",
    marking: str = "",
    exact: bool = False,
) -> JobView:
    """Begin a run over files, which may be gone afterwards, or over a dataset; return its job, whose id is the run's.

    Raises InputError for neither of them, for logs without a marking, and what `matched` raises before it begins.
    """
    from cordiale.desk.analysis.analyses import available

    available()
    from cordiale.domains.cyber.matching.run import Asked, matched

    if not files and not dataset:
        raise InputError("match-no-log", _("Choose a log, or a dataset of records.")).at("log")
    id = uuid4(desk.random)[:8]
    written = marking.strip() or ("" if dataset else desk.settings.import_.marking)
    if not written and not dataset:
        raise InputError("match-marking", _("Say the marking of what is found, such as tlp:amber.")).at(
            "marking"
        )
    atoms = tuple(sorted(marking_of(written))) if written else ()
    asked = Asked(
        files=_spooled(runs.folder(desk, id), files) if not dataset else (),
        dataset=dataset,
        profile="match-exact" if exact else "match",
        keep=True,
        marking=atoms,
        spooled=True,
    )
    try:
        job = beside(desk, actor, lambda began: matched(desk, actor, asked, began=began, id=id))
    except Exception:
        shutil.rmtree(runs.folder(desk, id), ignore_errors=True)
        raise
    return job_show(desk, actor, id) if job is None else job


def _spooled(place: Path, given: Sequence[Path]) -> tuple[tuple[str, str], ...]:
    """Keep files that arrived with a form, which are gone afterwards, until the run has read them."""
    place.mkdir(parents=True, mode=0o700)
    found = []
    for number, path in enumerate(given):
        kept_at = place / f"log-{number:04d}"
        shutil.copyfile(path, kept_at)
        kept_at.chmod(0o600)
        found.append((str(kept_at), _UNFIT.sub(" ", path.name).strip(" .")[:80] or f"log {number + 1}"))
    return tuple(found)
