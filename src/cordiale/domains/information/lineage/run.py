"""A lineage as a job: the files are sealed first, then compared with progress; it can be stopped, and goes on after a kill."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from cordiale import __version__
from cordiale.desk.analysis import runs
from cordiale.desk.analysis.beside import beside
from cordiale.desk.answers import Answer as Base
from cordiale.desk.views.attached import attachment
from cordiale.domains.information.captures import Capture
from cordiale.domains.information.document import Document
from cordiale.domains.information.lineage.kept import Kept, keep
from cordiale.domains.information.lineage.trace import traced
from cordiale.domains.information.readers.content import read_file
from cordiale.domains.information.semantic.model import chosen
from cordiale.domains.information.sheet.packed import legal
from cordiale.platform.languages import _, text

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.analysis.runs import Going
    from cordiale.desk.answers import JobView
    from cordiale.desk.desk import Desk
    from cordiale.desk.jobs import Progress
    from cordiale.desk.records import Job

JOB: Final = "lineage_run"
"""What the job calls itself: the name of the function that goes on with it."""

VERB: Final = "import"
LANGUAGES: Final = ("en", "fr")


class Sealed(msgspec.Struct, frozen=True):
    """A file that is compared: the capture it lies under, its SHA-256, its name, and whether it was given as a source."""

    id: str
    sha256: str
    name: str
    source: bool = False


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a run was asked for; `meant` also compares by meaning, where the settings name a model."""

    files: tuple[Sealed, ...]
    name: str = ""
    marking: str = ""
    lang: str = "en"
    meant: bool = False


class Traced(Base, frozen=True, kw_only=True):
    """What came of a run: the report that keeps it, how many texts were compared and how many edges were found."""

    report: str
    texts: int
    edges: int


def sealed(captures: Sequence[Capture], sources: Sequence[bool]) -> tuple[Sealed, ...]:
    """Return captured files as a run takes them."""
    return tuple(
        Sealed(one.id, one.sha256, one.name, source) for one, source in zip(captures, sources, strict=True)
    )


def lineage_begun(
    desk: Desk,
    actor: Actor,
    asked: Asked,
    *,
    progress: Progress | None = None,
    began: Callable[[str], None] | None = None,
) -> Traced:
    """Compare sealed files as a job and keep the result; raises Conflict where it was stopped (`cordiale jobs resume` goes on)."""
    params = msgspec.to_builtins(asked)
    return runs.begin(
        desk, actor, VERB, JOB, params, lambda going: _run(desk, actor, asked, going), progress=progress, began=began
    )  # fmt: skip


def lineage_beside(desk: Desk, actor: Actor, asked: Asked) -> JobView | None:
    """Begin a run beside the request that asks for it; return its job."""
    return beside(desk, actor, lambda began: lineage_begun(desk, actor, asked, began=began))


def lineage_run(desk: Desk, actor: Actor, job: Job, *, progress: Progress | None = None) -> Traced:
    """Go on with a lineage that was stopped or killed: its files are sealed, so that they are compared as they were."""
    asked = msgspec.convert(job.params, Asked)
    return runs.go_on(desk, job, lambda going: _run(desk, actor, asked, going), progress=progress)


def _run(desk: Desk, actor: Actor, asked: Asked, going: Going) -> tuple[Traced, dict[str, Any]]:
    documents: list[Document] = []
    sources: list[int] = []
    for number, one in enumerate(asked.files):
        going(100 * number // len(asked.files), 1000)
        _view, path = attachment(desk, actor, one.id, one.sha256)
        for document in read_file(path, one.name).documents:
            if one.source:
                sources.append(len(documents))
            documents.append(document)

    def told(done: int, total: int | None) -> None:
        going(100 + 850 * done // max(1, total or 1), 1000)

    model = chosen(desk.settings.information.model) if asked.meant else None
    answers = traced(documents, LANGUAGES, told, tuple(sources), model)
    title = legal(documents[0].title or documents[0].name) if documents else ""
    name = asked.name or text(asked.lang, _("Lineage: {title}"), title=title)
    kept = Kept(
        going.began, __version__, tuple(documents), answers, tuple(sources), {one.id: one.name for one in asked.files}
    )  # fmt: skip
    captures = [Capture(one.id, one.name, one.sha256, 0, "", "") for one in asked.files]
    report = keep(desk, actor, kept, name[:250], captures, asked.marking or None)
    edges = len(next(iter(answers.values())).edges)
    found = Traced(report=report, texts=len(documents), edges=edges)
    return found, {"report": report, "texts": len(documents), "edges": edges}
