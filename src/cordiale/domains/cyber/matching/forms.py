"""What people ask for on the pages of matching: look through a log, state what was seen, stop, go on, keep no longer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from cordiale.desk.actor import authorise
from cordiale.desk.domain import Sent
from cordiale.desk.incoming.uploads import job_resume_beside
from cordiale.desk.jobs import job_stop
from cordiale.domains.cyber.matching import kept
from cordiale.domains.cyber.matching.beginning import begin
from cordiale.domains.cyber.tabs import ROOT
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

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
    job = begin(
        desk,
        actor,
        files=sent.files.get("log", ()),
        dataset=sent.fields.get("dataset", ""),
        marking=sent.fields.get("marking", ""),
        exact=bool(sent.fields.get("exact")),
    )
    return f"{ROOT}match?run={job.id}" if job.state == "done" else f"{ROOT}matches"
