"""Import: read, check, mark, store in batches; every batch commits with how far it came."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from cordiale.desk import audit, definitions, jobs, records
from cordiale.desk.actor import authorise
from cordiale.desk.answers import ImportReport
from cordiale.desk.incoming import profiles
from cordiale.desk.incoming.intake import Intake, Refused, prepare
from cordiale.desk.incoming.known import own, worded
from cordiale.desk.incoming.readers import HEAD, Reader, Remark, reader_for, readers
from cordiale.desk.incoming.sources import Source, of_file, unpacked
from cordiale.desk.incoming.spool import spooled, unspool
from cordiale.desk.incoming.tally import Tally
from cordiale.desk.notices import noticed
from cordiale.desk.visible import visible
from cordiale.desk.written import marking_of
from cordiale.platform.errors import CordialeError, InputError, StorageFull
from cordiale.platform.ids import uuid4
from cordiale.platform.languages import _
from cordiale.release.marking import Marking, from_text, text_of
from cordiale.stix.ingress import Limits, SetAside
from cordiale.store import search, versions
from cordiale.store.types import Outcome

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction

BATCH = 5_000
"""Objects a transaction: large enough that the commit costs nothing, small enough for memory."""

BATCH_BYTES = 24 << 20
INDEX = 5_000

Batch = list[tuple[int, bytes | SetAside | Remark]]


def import_(
    desk: Desk,
    actor: Actor,
    sources: Sequence[Source],
    *,
    source: str | None = None,
    marking: str | Iterable[str] | None = None,
    progress: jobs.Progress | None = None,
    batch: int = BATCH,
    job: str | None = None,
    began: Callable[[str], None] | None = None,
) -> ImportReport:
    """Take in every source and report what was read, new, already here and set aside.

    What carries no marking gets `marking` (as people write it: `desk.written`), else that of the profile
    `source`, else the setting `import.marking`; without any it is kept for nobody but the house.
    Raises ConfigurationError or InputError before anything is read; a bad object or file is set
    aside and the rest goes on. Raises StorageFull when the disk is full: what was committed stays
    and the job can be resumed. `job` is the id to write it down under, `began` is told once it is.
    """
    authorise(actor, "import")
    given = marking_given(desk, source, marking)
    now = desk.clock()
    known = records.Job(
        id=job or uuid4(desk.random)[:8],
        kind="import",
        state="running",
        by=actor.name,
        started=now,
        updated=now,
        process=jobs.process(),
    )
    rereadable = [
        entry if entry.stamp and entry.path else spooled(desk, known.id, entry) for entry in sources
    ]
    params = {
        "files": [[entry.name, str(entry.path), entry.stamp] for entry in rereadable],
        "marking": text_of(given or ()),
        "source": source,
    }
    known = msgspec.structs.replace(known, params=params)
    with desk.store.write() as tx:
        records.put_job(tx, known)
        audit.acted(tx, desk, actor, "import", job=known.id, files=[e.name for e in rereadable])
    if began is not None:
        began(known.id)
    return _run(desk, actor, known, rereadable, given, progress, batch)


def resume(
    desk: Desk, actor: Actor, job: records.Job, *, progress: jobs.Progress | None = None
) -> ImportReport:
    """Go on with an import after its last committed batch; a file that changed is read anew."""
    found = [of_file(Path(path), name) for name, path, _stamp in job.params["files"]]
    given = from_text(job.params["marking"]) or None
    job = msgspec.structs.replace(job, state="running", process=jobs.process())
    return _run(desk, actor, job, found, given, progress, BATCH)


def marking_given(desk: Desk, source: str | None, marking: str | Iterable[str] | None) -> Marking | None:
    """Return the marking of input that carries none; None when nothing says one.

    Raises InputError for an unknown source or something that is not a marking.
    """
    written = None if marking is None else marking if isinstance(marking, str) else tuple(marking)
    if not written and source is not None:
        profile = desk.settings.source.get(source)
        if profile is None:
            raise InputError(
                "no-source",
                _("There is no source {source}: write [source.{source}] in cordiale.toml."),
                source=source,
            )
        written = profile.marking
    written = written or desk.settings.import_.marking
    return marking_of(written) if written else None


def _run(
    desk: Desk,
    actor: Actor,
    job: records.Job,
    sources: Sequence[Source],
    given: Marking | None,
    progress: jobs.Progress | None,
    batch: int,
) -> ImportReport:
    started = time.monotonic()
    tally = Tally.of(job)
    limits, expansion = limits_of(desk), desk.settings.limits.expansion
    state = "done"
    with desk.store.read() as tx:
        tally.definitions_known = definitions.believed(tx, desk, desk.node)
    try:
        for index in range(int(job.position.get("file", 0)), len(sources)):
            entry = sources[index]
            skip = _skip(job, index, entry)
            for first, pieces, size, reader in _batches(entry, limits, expansion, skip, batch, desk.node):
                _settled(desk, actor, reader, pieces)
                intake = prepare(pieces, tally.definitions_known, given, limits)
                intake.warnings += noticed(desk, intake.puts)
                position = {"file": index, "objects": first + size, "stamp": entry.stamp}
                state = _commit(desk, actor, job, entry, intake, position, given, tally)
                if progress is not None:
                    progress(tally.read, None)
                if state == "stopped":
                    return _end(desk, job, tally, state, started)
            with desk.store.write() as tx:
                tally.position = {"file": index + 1, "objects": 0}
                records.put_job(tx, tally.job(job, desk.clock()))
        index_all(desk)
    except Exception as error:
        _failed(desk, job, error)
        raise full_if_full(error, desk) from error
    finally:
        desk.wake()
    return _end(desk, job, tally, state, started)


def _skip(job: records.Job, index: int, entry: Source) -> int:
    here = job.position.get("file") == index and job.position.get("stamp") == entry.stamp
    return int(job.position.get("objects", 0)) if here else 0


def _settled(desk: Desk, actor: Actor, reader: Reader | None, pieces: Batch) -> None:
    """Let the reader of a batch add what follows from what is held; it counts for nothing when a job resumes.

    What is hidden from who imports is not among what is held: it is neither named to them nor changed by them.
    """
    if reader is None or reader.settle is None:
        return
    place = pieces[-1][0]
    held, found = partial(own, desk, actor), partial(worded, desk, actor)
    pieces += [(place, more) for more in reader.settle([piece for _place, piece in pieces], held, found)]


def _batches(
    entry: Source, limits: Limits, expansion: int, skip: int, batch: int, node: str
) -> Iterator[tuple[int, Batch, int, Reader | None]]:
    """Yield (place of the first, pieces, how many pieces of the file, who read them) after the first `skip`."""
    pieces: Batch = []
    weight = 0
    place = 0
    chosen: list[Reader] = []
    for place, piece in enumerate(_pieces(entry, limits, expansion, node, chosen)):
        if place < skip:
            continue
        pieces.append((place, piece))
        weight += len(piece) if isinstance(piece, bytes) else len(piece.raw)
        if len(pieces) >= batch or weight >= BATCH_BYTES:
            yield pieces[0][0], pieces, len(pieces), next(iter(chosen), None)
            pieces, weight = [], 0
    if pieces:
        yield pieces[0][0], pieces, len(pieces), next(iter(chosen), None)


def _pieces(
    entry: Source, limits: Limits, expansion: int, node: str, chosen: list[Reader]
) -> Iterator[bytes | SetAside | Remark]:
    """Yield what a source holds; what makes the whole file unreadable becomes its last piece. The reader is put in `chosen`."""
    count = 0
    try:
        chunks = unpacked(entry.open(), expansion, limits.total_bytes)
        first = next(chunks, b"")
        while len(first) < HEAD and (more := next(chunks, b"")):
            first += more
        reader = reader_for(first[:HEAD], readers())
        chosen.append(reader)
        whole = _again(first, chunks)
        if reader.dated is not None:
            read = reader.dated(whole, limits, _written(entry))
        elif reader.read_at is not None:
            read = reader.read_at(whole, limits, node)
        else:
            read = reader.read(whole, limits)
        for piece in read:
            yield piece
            count += 1
    except InputError as error:
        params = {name: str(value) for name, value in error.params.items()}
        yield SetAside(count, None, "", error.code, error.message_id, params)
    except OSError as error:
        words = error.strerror or str(error)
        yield SetAside(count, None, "", "unreadable", _("It cannot be read: {words}."), {"words": words})


def _written(entry: Source) -> int:
    """Return when a file was written last: the same for an import that is resumed, or repeated."""
    return entry.path.stat().st_mtime_ns // 1000 if entry.path is not None else 0


def _again(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _commit(
    desk: Desk,
    actor: Actor,
    job: records.Job,
    entry: Source,
    intake: Intake,
    position: dict[str, Any],
    given: Marking | None,
    tally: Tally,
) -> str:
    now = desk.clock()
    with desk.store.write() as tx:
        outcomes = versions.put(tx, desk.node, now, intake.puts, own=desk.home.identities)
        profile = job.params.get("source")
        if profile:
            profiles.profiled(tx, {one.oid for one in outcomes if one.kind in ("new", "same")}, profile)
        told = as_told(tx, desk, actor, outcomes)
        aside = [*intake.refused, *_conflicts(intake, told)]
        kept = [_kept(job.id, entry, refused, now, given, desk.node) for refused in aside]
        # what is in the way of these is hidden from who imports: they are the house's to sort out
        secret = _conflicts(intake, outcomes) if told != outcomes else []
        records.keep(tx, [*kept, *(_kept("", entry, one, now, given, desk.node) for one in secret)])
        fresh = {
            identifier
            for identifier, atom in intake.learned.items()
            if tally.definitions_known.get(identifier) != atom
        }
        tally.definitions_known.update(intake.learned)
        if fresh:
            definitions.resolve(tx, desk, fresh, tally.definitions_known, now)
        tally.add(intake, told, kept)
        tally.position = position
        asked = records.get_job(tx, job.id)
        stop = asked is not None and asked.stop
        records.put_job(tx, tally.job(job, now, "stopped" if stop else "running"))
    if desk.clock() - tally.indexed > desk.settings.store.index_lag_ms * 1000:
        index_all(desk)
        tally.indexed = desk.clock()
    return "stopped" if stop else "done"


def as_told(tx: Transaction, desk: Desk, actor: Actor, outcomes: Sequence[Outcome]) -> Sequence[Outcome]:
    """Return outcomes as who imports is told them: what is met by something hidden from them counts as new."""
    seen = visible(tx, desk, actor)
    if seen is None:
        return outcomes
    met = [one.vid for one in outcomes if one.kind in ("same", "conflict")]
    open_ = versions.by_vid(tx, met, seen)
    return [
        one if one.kind == "new" or one.vid in open_ else msgspec.structs.replace(one, kind="new")
        for one in outcomes
    ]


def _conflicts(intake: Intake, outcomes: Sequence[Outcome]) -> list[Refused]:
    found = []
    for put, outcome in zip(intake.puts, outcomes, strict=True):
        if outcome.kind == "conflict":
            problem = records.Problem(
                "modified",
                outcome.reason or "conflict",
                _("{id} is held already with other content for the same “modified”: give it a later one."),
                {"id": put.version.id},
            )
            found.append(Refused(-1, put.version.raw, put.version.id, (problem,)))
    return found


def _kept(
    job: str, entry: Source, refused: Refused, now: int, given: Marking | None, node: str
) -> records.Kept:
    return records.Kept(
        job=job,
        file=entry.name,
        place=refused.place,
        object_id=refused.object_id,
        problems=refused.problems,
        at=now,
        raw=refused.raw,
        source=node,
        marking=text_of(given or ()),
    )


def index_all(desk: Desk) -> int:
    """Bring the text index up to what is stored; return how many versions were indexed."""
    if not desk.settings.store.text_index:
        return 0
    total = 0
    while True:
        with desk.store.write() as tx:
            done = search.index_text(tx, INDEX)
        total += done
        if done < INDEX:
            return total


def _failed(desk: Desk, job: records.Job, error: Exception) -> None:
    """Write down why a job ended, where the disk still allows it."""
    note = str(error).split("\n")[0][:300] if isinstance(error, CordialeError) else type(error).__name__
    try:
        with desk.store.write() as tx:
            # What was counted of the batch that failed is not stored: to go on from there would lose it.
            committed = records.get_job(tx, job.id) or job
            ended = msgspec.structs.replace(committed, state="failed", updated=desk.clock(), note=note)
            records.put_job(tx, ended)
    except Exception:  # noqa: BLE001
        return  # a full disk: the job is then found interrupted, at its last committed batch


def full_if_full(error: Exception, desk: Desk) -> Exception:
    """Return StorageFull for whatever way the system says that the disk is full."""
    cause: BaseException | None = error
    while cause is not None:
        words = str(cause)
        full = isinstance(cause, OSError) and cause.errno in (28, 122, 27)
        # SQLite reports a failed write by RLIMIT or a quota as a disk I/O error
        if full or (
            type(cause).__name__ == "OperationalError"
            and ("disk is full" in words or "disk I/O error" in words)
        ):
            return StorageFull(
                "disk-full",
                _("The disk that holds {path} is full: what was committed is kept. Free space and repeat."),
                path=str(desk.folder),
            )
        cause = cause.__cause__
    return error


def _end(desk: Desk, job: records.Job, tally: Tally, state: str, started: float) -> ImportReport:
    with desk.store.write() as tx:
        records.put_job(tx, tally.job(job, desk.clock(), state))
    if state == "done":
        unspool(desk, job.id)
    return tally.report(job, state, time.monotonic() - started)


def limits_of(desk: Desk) -> Limits:
    """Return the limits of the settings as ingress takes them."""
    limits = desk.settings.limits
    return Limits(object_bytes=limits.object_bytes, total_bytes=limits.bundle_bytes, depth=limits.depth)
