"""Fetch what is new on a server outside, page by page, as a job: what is here stays here, and no server leads it round for ever."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import file_digest, sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from cordiale.desk import records
from cordiale.desk.actor import authorise
from cordiale.desk.analysis import runs
from cordiale.desk.answers import ImportReport
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.outside import Kind, Server, server
from cordiale.desk.incoming.sources import of_file
from cordiale.platform.errors import ProtocolError
from cordiale.platform.languages import _
from cordiale.platform.replacing import replace_file

if TYPE_CHECKING:
    from cordiale.desk import jobs
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

PAGES: Final = 20_000
"""Answers asked for in one fetch: twenty million objects of TAXII, half a million events of MISP, more than anybody is known to serve.

A server that always says that there is more is left after that."""

BYTES: Final = 32 << 30
"""Bytes that the pages of one fetch may fill: they lie on the node's disk until all of them are here."""

_PLACE: Final = "place.json"

NOTHING: Final[Mapping[str, Any]] = {}


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """How far a fetch is: pages that are here, what to ask with next, whether that was all, and until when it tells.

    `asked` and `bytes` are what it took so far; a page does not set them.
    """

    pages: int = 0
    next: str = ""
    over: bool = False
    until: str = ""
    asked: int = 0
    bytes: int = 0


Page = Callable[[Server, Place, str, Path], Place]
"""Fetch one page into a file: given the server, how far it is, since when, and the file; return how far it is then.

A page without content leaves no file."""


def pull(
    desk: Desk,
    actor: Actor,
    kind: Kind,
    name: str,
    page: Page,
    *,
    whole: bool = False,
    asked: Mapping[str, Any] = NOTHING,
    progress: jobs.Progress | None = None,
    began: Callable[[str], None] | None = None,
) -> ImportReport:
    """Fetch what is new on a server since the last time and take it in, as a job that can be stopped and gone on with.

    `whole` asks for everything. `asked` is what `page` narrows it to: since when counts for each of them apart. Pages are kept until all of them are taken in. Raises what `server`, `page` and `import_` raise.
    """
    authorise(actor, "import")
    server(desk, kind, name)
    since = "" if whole else _until(desk, kind, name, asked)
    params = {"server": name, "since": since, "asked": dict(asked)}
    job_kind = f"{kind}_pull"
    return runs.begin(
        desk,
        actor,
        "import",
        job_kind,
        params,
        _work(desk, actor, kind, name, since, page),
        progress=progress,
        began=began,
    )


def pull_on(
    desk: Desk,
    actor: Actor,
    job: records.Job,
    kind: Kind,
    page: Page,
    *,
    progress: jobs.Progress | None = None,
) -> ImportReport:
    """Go on with a pull after the last page that is here."""
    name, since = str(job.params["server"]), str(job.params["since"])
    return runs.go_on(desk, job, _work(desk, actor, kind, name, since, page), progress=progress)


def _work(
    desk: Desk, actor: Actor, kind: Kind, name: str, since: str, page: Page
) -> Callable[[runs.Going], tuple[ImportReport, dict[str, Any]]]:
    def work(going: runs.Going) -> tuple[ImportReport, dict[str, Any]]:
        reached = server(desk, kind, name)
        folder = runs.folder(desk, going.id)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        noted = folder / _PLACE
        place = msgspec.json.decode(noted.read_bytes(), type=Place) if noted.is_file() else Place()
        last = folder / f"{place.pages:06}.json"
        behind = {_mark_of(place), _mark_of(place, last if last.is_file() else None)}
        while not place.over:
            file = folder / f"{place.pages + 1:06}.json"
            place = _bounded(name, place, page(reached, place, since, file), file, behind)
            replace_file(noted, msgspec.json.encode(place), 0o600)
            going(place.pages, place.pages + 1)
        files = sorted(file for file in folder.glob("*.json") if file.name != _PLACE)
        found = [of_file(file, f"{name} {file.stem}") for file in files]
        section = reached.section
        done = (
            import_(desk, actor, found, source=section.source or None, marking=section.marking or None)
            if found
            else ImportReport(job=going.id, state="done")
        )
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
        return done, {"until": place.until, "import": done.job, "read": done.read, "new": done.new}

    return work


def _bounded(name: str, was: Place, now: Place, file: Path, behind: set[bytes]) -> Place:
    """Return how far a fetch is after a page, with what it took; raises ProtocolError for a server that leads it round or never ends.

    `behind` holds the places that were asked from and what came there, as digests, since a server writes what `next` is and how
    long. Both, since servers that hold what is left of an answer, as medallion does, say the same `next` until it is over.
    """
    fresh = now.pages > was.pages
    size = file.stat().st_size if fresh else 0
    place = msgspec.structs.replace(now, asked=was.asked + 1, bytes=was.bytes + size)
    if place.over:
        return place
    mark = _mark_of(place, file if fresh else None)
    if mark in behind:
        raise ProtocolError(
            "server-repeats",
            _("{name} leads back to a page that was fetched already: it would never end. Tell who runs it."),
            name=name,
        )
    behind.add(mark)
    if place.asked >= PAGES or place.bytes > BYTES:
        raise ProtocolError(
            "server-endless",
            _(
                "{name} says that there is still more after {pages} pages and {size} MiB, which is the most of one fetch: name one collection, or ask who runs it."
            ),
            name=name,
            pages=place.asked,
            size=place.bytes >> 20,
        )
    return place


def _mark_of(place: Place, file: Path | None = None) -> bytes:
    found = sha256(f"{place.next}\n{place.until}\n".encode())
    if file is not None:
        with file.open("rb") as stream:
            found.update(file_digest(stream, "sha256").digest())
    return found.digest()


def _until(desk: Desk, kind: Kind, name: str, asked: Mapping[str, Any]) -> str:
    """Return until when the last finished fetch of the same from a server told."""
    with desk.store.read() as tx:
        found = records.all_jobs(tx)
    for one in found:
        same = one.params.get("server") == name and (one.params.get("asked") or {}) == dict(asked)
        if one.kind == f"{kind}_pull" and one.state == "done" and same:
            return str(one.result.get("until", ""))
    return ""
