"""Files that arrive piece by piece from a face, and their import beside the request that brought them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cordiale.desk import jobs, records
from cordiale.desk.actor import authorise
from cordiale.desk.analysis.beside import beside
from cordiale.desk.answers import ImportReport, JobView
from cordiale.desk.incoming import importing, spool
from cordiale.desk.incoming.resuming import job_resume
from cordiale.desk.incoming.sources import of_file
from cordiale.desk.incoming.tally import Tally
from cordiale.platform.clock import SECOND
from cordiale.platform.errors import InputError
from cordiale.platform.ids import uuid4
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

LEFT_S: Final = 86_400
"""After how many seconds a file that no job asks for was left behind: nobody uploads for a day."""


class Upload:
    """A file on its way in: pieces are written to the node's folder, and counted against `limits.bundle_bytes`."""

    def __init__(self, job: str, name: str, path: Path, most: int) -> None:
        self.job, self.name, self.path = job, name, path
        self._most = most
        self._size = 0
        self._digest = sha256()
        self._stream = path.open("xb")

    def write(self, piece: bytes) -> None:
        """Take in the next piece; raises InputError above the limit, and leaves nothing behind then."""
        self._size += len(piece)
        if self._size > self._most:
            self.discard()
            raise InputError(
                "too-large",
                _("It is larger than {limit} bytes (limits.bundle_bytes): split it or raise the limit."),
                limit=self._most,
            )
        self._digest.update(piece)
        self._stream.write(piece)

    def end(self) -> str:
        """Close the file; return the SHA-256 of what came."""
        self._stream.close()
        return self._digest.hexdigest()

    def discard(self) -> None:
        """Take away what came."""
        self._stream.close()
        self.path.unlink(missing_ok=True)


def receive(desk: Desk, actor: Actor, name: str) -> Upload:
    """Begin to take in a file under a name for reports; raises NotAllowed before a byte is taken."""
    authorise(actor, "import")
    folder = desk.folder / spool.SPOOL
    folder.mkdir(mode=0o700, exist_ok=True)
    _sweep(desk, folder)
    job = uuid4(desk.random)[:8]
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)[:100].lstrip(".") or "upload"
    return Upload(job, name, folder / f"{job}-{plain}", desk.settings.limits.bundle_bytes)


def _sweep(desk: Desk, folder: Path) -> None:
    """Take away what a process that was killed left of uploads: older than a day, and no job of anybody's."""
    old = []
    for file in folder.iterdir():
        with suppress(FileNotFoundError):  # an import beside this one ended
            if file.stat().st_mtime < desk.clock() / SECOND - LEFT_S:
                old.append(file)
    if old:
        with desk.store.read() as tx:
            left = [file for file in old if records.get_job(tx, file.name[:8]) is None]
        for file in left:
            file.unlink(missing_ok=True)


def import_uploaded(
    desk: Desk,
    actor: Actor,
    upload: Upload,
    *more: Upload,
    source: str | None = None,
    marking: str | Iterable[str] | None = None,
) -> JobView:
    """Import files that arrived, in the background as one job; return it once it is written down.

    Raises what `import_` raises before it reads anything, and Unavailable while too many are under way.
    """
    authorise(actor, "import")
    sources = [of_file(one.path, one.name) for one in (upload, *more)]

    def run(began: Callable[[str], None]) -> ImportReport:
        return importing.import_(
            desk, actor, sources, source=source, marking=marking, job=upload.job, began=began
        )

    return _job(beside(desk, actor, run))


def import_report(desk: Desk, actor: Actor, job: str) -> ImportReport:
    """Return what an import did, or has done so far; raises NotFound for what is no import of this actor's to see."""
    authorise(actor, "jobs")
    with desk.store.read() as tx:
        found = jobs.of(actor, records.get_job(tx, job), job)
    if found.kind not in ("import", "retry"):
        raise jobs.absent(job)
    seconds = (found.updated - found.started) / SECOND
    return Tally.of(found).report(found, jobs.view(found).state, seconds)


def job_resume_beside(desk: Desk, actor: Actor, job: str) -> JobView:
    """Go on with a job in the background; raises what `job_resume` raises before it goes on."""
    return _job(beside(desk, actor, lambda began: job_resume(desk, actor, job, began=began)))


def _job(begun: JobView | None) -> JobView:
    assert begun is not None  # an import and a job that goes on always begin, or say why not
    return begun
