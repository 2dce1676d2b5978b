"""What people ask for beside a dataset of posts: an analysis is begun, stopped, or goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cordiale.desk.analysis.beside import analyse_beside
from cordiale.desk.domain import Sent
from cordiale.desk.incoming.uploads import job_resume_beside
from cordiale.desk.jobs import job_stop
from cordiale.domains.information.tabs import ROOT
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

ANALYSES: Final = ("copies", "synchrony")


def posts(desk: Desk, actor: Actor, lang: str, sent: Sent) -> str:
    """Begin an analysis of a dataset, stop a job of one, or let it go on; return where that is seen."""
    wanted = sent.fields.get("do", "")
    if wanted in ANALYSES:
        dataset = sent.fields.get("dataset", "")
        job = analyse_beside(desk, actor, dataset, wanted)
        return f"{ROOT}posts" if job is not None else f"{ROOT}{wanted}?dataset={dataset}"
    if wanted == "stop":
        job_stop(desk, actor, sent.fields.get("job", ""))
        return f"{ROOT}posts"
    if wanted == "resume":
        job_resume_beside(desk, actor, sent.fields.get("job", ""))
        return f"{ROOT}posts"
    raise InputError("no-such-deed", _("Say what to do with the dataset: find copies, or synchrony."))
