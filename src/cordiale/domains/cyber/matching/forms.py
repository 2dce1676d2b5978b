"""What people ask for on the pages of matching: look through a log, state what was seen, stop, go on, keep no longer."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from cordiale.desk.actor import authorise
from cordiale.desk.analysis import runs
from cordiale.desk.analysis.beside import beside
from cordiale.desk.domain import Sent
from cordiale.desk.incoming.uploads import job_resume_beside
from cordiale.desk.jobs import job_stop
from cordiale.desk.written import marking_of
from cordiale.domains.cyber.matching import kept
from cordiale.domains.cyber.tabs import ROOT
from cordiale.platform.errors import InputError
from cordiale.platform.ids import uuid4
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

_UNFIT: Final = re.compile(r"[^\w.,()'’ -]+")
_CHOSEN: Final = "seen-"
"""What the name of a chosen indicator's box begins with."""


def matches(desk: Desk, actor: Actor, lang: str, sent: Sent) -> str:
    """Begin to look through logs or a dataset, stop a job of that, or let it go on; return where it is seen."""
    authorise(actor, "import")
    wanted = sent.fields.get("do", "match")
    if wanted == "stop":
        job_stop(desk, actor, sent.fields.get("job", ""))
        return f"{ROOT}matches"
    if wanted == "resume":
        job_resume_beside(desk, actor, sent.fields.get("job", ""))
        return f"{ROOT}matches"
    return _begun(desk, actor, sent)


def match(desk: Desk, actor: Actor, lang: str, sent: Sent) -> str:
    """State sightings of the indicators chosen of a run, or keep the run no longer."""
    from cordiale.domains.cyber.matching.sightings import state_sightings

    run = sent.fields.get("run", "")
    if sent.fields.get("do") == "drop":
        kept.drop(desk, actor, run)
        return f"{ROOT}matches"
    chosen = [name.removeprefix(_CHOSEN) for name in sent.fields if name.startswith(_CHOSEN)]
    if not chosen:
        raise InputError("no-indicator-chosen", _("Choose the indicators of which a sighting is stated."))
    marking = sent.fields.get("marking", "").strip() or None
    sector = sent.fields.get("sector", "").strip()
    done = state_sightings(desk, actor, run, indicators=chosen, marking=marking, sector=sector)
    return f"{ROOT}match?" + urlencode({"run": run, "done": str(done.new + done.changed)})


def _begun(desk: Desk, actor: Actor, sent: Sent) -> str:
    from cordiale.desk.analysis.analyses import available

    available()
    from cordiale.domains.cyber.matching.run import Asked, matched

    dataset = sent.fields.get("dataset", "")
    given = sent.files.get("log", ())
    if not given and not dataset:
        raise InputError("match-no-log", _("Choose a log, or a dataset of records."))
    id = uuid4(desk.random)[:8]
    written = sent.fields.get("marking", "").strip() or ("" if dataset else desk.settings.import_.marking)
    if not written and not dataset:
        raise InputError("match-marking", _("Say the marking of what is found, such as tlp:amber."))
    marking = tuple(sorted(marking_of(written))) if written else ()
    profile = "match-exact" if sent.fields.get("exact") else "match"
    files = _spooled(runs.folder(desk, id), given) if not dataset else ()
    asked = Asked(
        files=files,
        dataset=dataset,
        profile=profile,
        keep=True,
        marking=marking,
        spooled=True,
    )
    try:
        job = beside(desk, actor, lambda began: matched(desk, actor, asked, began=began, id=id))
    except Exception:
        shutil.rmtree(runs.folder(desk, id), ignore_errors=True)
        raise
    return f"{ROOT}matches" if job is None or job.state != "done" else f"{ROOT}match?run={id}"


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
