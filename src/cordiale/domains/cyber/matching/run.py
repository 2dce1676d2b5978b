"""Match logs, or a dataset of records, against every indicator that somebody may read: a job that can be stopped."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cordiale.desk.actor import authorise
from cordiale.desk.analysis import runs
from cordiale.desk.analysis.analyses import available
from cordiale.desk.analysis.datasets import digest
from cordiale.domains.cyber.indicators.held import Held, indicators
from cordiale.domains.cyber.logs.aside import MOST, Aside
from cordiale.domains.cyber.logs.profile import Profile as Mapping
from cordiale.domains.cyber.logs.reading import Log, read_file
from cordiale.domains.cyber.logs.records import KIND
from cordiale.domains.cyber.matching import kept
from cordiale.domains.cyber.matching.found import Run, Source
from cordiale.domains.cyber.matching.gathered import gathered
from cordiale.domains.cyber.matching.look import HITS, LOOKED, look, wanted
from cordiale.domains.cyber.matching.profile import MATCH_1, PROFILES
from cordiale.domains.cyber.matching.stages import LOOKED_FOR, SEEN, analysis, gathering, of
from cordiale.platform.errors import Conflict, InputError
from cordiale.platform.languages import _
from cordiale.platform.replacing import replacing

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.desk.jobs import Progress
    from cordiale.desk.records import Job

JOB: Final = "match"
VERB: Final = "import"
"""What somebody has to be allowed for: a log comes in, and what is found in it may become objects."""

_GATHERED, _READ = 150, 900
"""Thousandths of the work that are done when the indicators are gathered, and when the logs are read."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a run was asked for: files with the names that records call them, or a dataset; how; whether it is kept.

    `spooled` are files of the node's own, which go with the run. `marking` is that of what the run finds.
    """

    files: tuple[tuple[str, str], ...] = ()
    dataset: str = ""
    profile: str = MATCH_1.name
    mapping: Mapping | None = None
    keep: bool = False
    marking: tuple[str, ...] = ()
    spooled: bool = False


def matched(
    desk: Desk,
    actor: Actor,
    asked: Asked,
    *,
    progress: Progress | None = None,
    began: Callable[[str], None] | None = None,
    id: str | None = None,
) -> Run:
    """Match, and return what was seen; with `keep` the run stays, to be looked at and to state sightings of.

    Raises NotFound for a dataset the actor does not see, InputError for what is no log, Conflict for a dataset of
    something else or where the job was stopped (`cordiale jobs resume` goes on).
    """
    available()
    authorise(actor, VERB)
    _try(desk, actor, asked)
    params = msgspec.to_builtins(asked)
    return runs.begin(
        desk, actor, VERB, JOB, params, lambda going: _run(desk, actor, asked, going), progress=progress, began=began, id=id
    )  # fmt: skip


def match(desk: Desk, actor: Actor, job: Job, *, progress: Progress | None = None) -> Run:
    """Go on with a run that was stopped or killed: what it looked for, and the logs that were read whole, stay as they were."""
    available()
    asked = msgspec.convert(job.params, Asked)
    return runs.go_on(desk, job, lambda going: _run(desk, actor, asked, going), progress=progress)


def _try(desk: Desk, actor: Actor, asked: Asked) -> None:
    """Refuse, before anything is written down, what cannot be read."""
    if asked.profile not in PROFILES:
        raise InputError(
            "match-profile",
            _("There is no profile {name}. Known: {names}."),
            name=asked.profile[:60],
            names=", ".join(PROFILES),
        ).at("profile")
    if asked.dataset:
        found, _rows = runs.rows_of(desk, actor, asked.dataset)
        if found.kind != KIND:
            raise Conflict(
                "match-kind",
                _("Dataset {name} holds {kind}, no records of logs."),
                name=found.name,
                kind=found.kind,
            )
    elif not asked.files:
        raise InputError("match-nothing", _("Give logs to read, or a dataset of records.")).at("log")
    for path, name in asked.files:
        _opened(desk, Path(path), name, asked)


def _opened(desk: Desk, path: Path, name: str, asked: Asked, only: tuple[str, ...] = LOOKED) -> Log:
    try:
        return read_file(path, desk.clock(), name=name, given=asked.mapping, only=only)
    except OSError as error:
        raise InputError(
            "log-unreadable",
            _("{name} cannot be read: {words}."),
            name=name,
            words=error.strerror or str(error),
        ) from error


def _run(desk: Desk, actor: Actor, asked: Asked, going: runs.Going) -> tuple[Run, dict[str, Any]]:
    started = time.monotonic()
    dataset, rows = runs.rows_of(desk, actor, asked.dataset) if asked.dataset else (None, None)
    place = runs.folder(desk, going.id, dataset.id if dataset else "")
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    values = _gathered(desk, actor, place, going)
    profile = PROFILES[asked.profile]
    if dataset is not None and rows is not None:
        seen = runs.run_engine(
            desk,
            analysis(profile, wanted(of(values))),
            rows,
            {LOOKED_FOR: values},
            place / "work",
            going,
            (_GATHERED, 1000),
        )
        sources = [Source(name=dataset.name, sha256=dataset.seal, dataset=dataset.id, records=rows.count)]
        marking = asked.marking or dataset.marking
    else:
        sources, hits = _read(desk, asked, place, values, going)
        given = {LOOKED_FOR: values}
        seen = runs.run_engine(desk, gathering(profile), hits, given, place / "work", going, (_READ, 1000))
        marking = asked.marking
    known = runs.read(place / "indicators.arrow")
    assert known is not None
    left_out = msgspec.json.decode((place / "left-out.json").read_bytes(), type=dict[str, int])
    if unknown := pc.sum(pc.equal(seen["count"], 0)).as_py():
        left_out["effort"] = unknown
        seen = seen.filter(pc.greater(seen["count"], 0))
    found = Run(
        id=going.id,
        at=desk.clock(),
        by=actor.name,
        profile=profile.said(),
        sources=tuple(sources),
        marking=tuple(sorted(marking)),
        records=sum(one.records for one in sources),
        indicators=known.num_rows,
        left_out=left_out,
        kept=asked.keep,
        seconds=round(time.monotonic() - started, 3),
    )
    shown = kept.with_seen(desk, actor, found, _named(seen, known))
    if asked.keep:
        kept.write(place, found, _named(seen, known))
    else:
        shutil.rmtree(place, ignore_errors=True)
    if asked.spooled:
        for path, _name in asked.files:
            Path(path).unlink(missing_ok=True)
    return shown, {"rows": len(shown.seen)}


def _gathered(desk: Desk, actor: Actor, place: Path, going: runs.Going) -> pa.Table:
    """Return what is looked for, as it was when the run began."""
    there = runs.read(place / "values.arrow")
    if there is not None:
        return there
    found = gathered(_told(indicators(desk, actor, pattern_type=""), going), desk.clock())
    (place / "left-out.json").write_bytes(msgspec.json.encode(found.left_out))
    runs.write(place / "indicators.arrow", found.indicators)
    runs.write(place / "values.arrow", found.values)
    there = runs.read(place / "values.arrow")
    assert there is not None
    return there


def _told(held: Iterator[Held], going: runs.Going) -> Iterator[Held]:
    for number, one in enumerate(held):
        if number % 5000 == 0:
            # how many there are is not known: each page is a smaller step towards the end of this part
            going(_GATHERED * number // (number + 100_000), 1000)
        yield one


def _read(
    desk: Desk, asked: Asked, place: Path, values: pa.Table, going: runs.Going
) -> tuple[list[Source], Any]:
    """Read logs and look their records up; what was read whole before is not read again."""
    sources: list[Source] = []
    paths: list[Path] = []
    count = 0
    sizes = [Path(path).stat().st_size for path, _name in asked.files]
    for number, (path, name) in enumerate(asked.files):
        done, said = place / f"hits-{number:04d}.parquet", place / f"source-{number:04d}.json"
        if not said.exists():
            before, whole = sum(sizes[:number]), max(1, sum(sizes))

            def told(bytes_: int, before: int = before, whole: int = whole) -> None:
                going(_GATHERED + (_READ - _GATHERED) * min(whole, before + bytes_) // whole, 1000)

            source = _one(desk, Path(path), name, asked, values, done, told)
            said.write_bytes(msgspec.json.encode(source))
        sources.append(msgspec.json.decode(said.read_bytes(), type=Source))
        paths.append(done)
        count += pq.read_metadata(done).num_rows
    return sources, runs.in_files(paths, count)


def _one(
    desk: Desk,
    path: Path,
    name: str,
    asked: Asked,
    values: pa.Table,
    done: Path,
    told: Callable[[int], None],
) -> Source:
    """Read one log and write what its records met."""
    profile = PROFILES[asked.profile]
    found = of(values)
    log = _opened(desk, path, name, asked, wanted(found))
    reasons: Counter[str] = Counter()
    aside: list[Aside] = []
    records = 0
    with replacing(done, 0o600) as out, pq.ParquetWriter(out, HITS, compression="zstd") as writer:
        for part in log.parts:
            if isinstance(part, Aside):
                reasons[part.code] += 1
                if len(aside) < MOST:
                    aside.append(part)
                continue
            records += part.num_rows
            hits = look(part, found, profile)
            if hits.num_rows:
                writer.write_table(hits)
            told(log.read())
    return Source(
        name=name,
        sha256=digest(path),
        form=log.kind,
        records=records,
        mapping=log.profile,
        reasons=dict(reasons.most_common()),
        aside=tuple(aside),
    )


def _named(seen: pa.Table, known: pa.Table) -> pa.Table:
    """Return what was seen with the indicators' ids in place of their numbers."""
    taken = known.take(seen["indicator"])
    columns = {name: taken[name] for name in known.column_names}
    return pa.table({**columns, **{name: seen[name] for name in SEEN.names if name != "indicator"}})


def files_of(paths: Sequence[Path]) -> tuple[tuple[str, str], ...]:
    """Return files as a run is asked for them, each with a name that no other has."""
    names: Counter[str] = Counter()
    found = []
    for path in paths:
        names[path.name] += 1
        said = path.name if names[path.name] == 1 else f"{path.name} ({names[path.name]})"
        found.append((str(path.absolute()), said))
    return tuple(found)
