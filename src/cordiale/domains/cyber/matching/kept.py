"""Runs that are kept: listed and opened for whoever may see them, as far as they may read what was seen."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import structs

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.analysis import runs
from cordiale.desk.marking.chosen import summaries_seen
from cordiale.desk.visible import passes
from cordiale.domains.cyber.matching.found import Line, Run, Seen
from cordiale.domains.cyber.values import kind_of
from cordiale.domains.cyber.warninglists.kept import held as warning_lists
from cordiale.platform.clock import DAY, SECOND, Instant
from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _
from cordiale.platform.replacing import replace_file

if TYPE_CHECKING:
    import pyarrow as pa

    from cordiale.desk.actor import Actor
    from cordiale.desk.answers import Summary
    from cordiale.desk.desk import Desk

_RUN: Final = "run.json"
_SEEN: Final = "seen.arrow"
_STATED: Final = "stated.json"

DAYS: Final = 90
"""Days for which a run over files is kept: it names lines of logs, which are about people."""

LEFT_DAYS: Final = 7
"""Days after which a run that did not end is taken away, with the log it was given."""

SHOWN: Final = 1000
"""Indicators of a run that are shown: those met most of what the reader may see."""

_ASKED: Final = 1000
"""Indicators of which it is asked at once whether the reader may see them."""


def write(place: Path, run: Run, seen: pa.Table) -> None:
    """Keep a run and what it found in its folder, and nothing of its work."""
    runs.write(place / _SEEN, seen)
    replace_file(place / _RUN, msgspec.json.encode(run), 0o600)
    for left in place.iterdir():
        if left.name not in (_RUN, _SEEN, _STATED):
            shutil.rmtree(left) if left.is_dir() else left.unlink()


def kept(desk: Desk, actor: Actor) -> list[Run]:
    """Return the runs the actor may see, newest first, without what was seen; those older than `DAYS` are taken away."""
    authorise(actor, "search")
    found = []
    for place in runs.folders(desk):
        run = _opened(place)
        if run is None:
            # what was begun and never ended: somebody's log may lie there
            if place.stat().st_mtime < desk.clock() / SECOND - LEFT_DAYS * 86_400:
                shutil.rmtree(place, ignore_errors=True)
            continue
        if run.at < desk.clock() - DAYS * DAY and not any(one.dataset for one in run.sources):
            shutil.rmtree(place, ignore_errors=True)
        elif _sees(desk, actor, run):
            found.append(_of(actor, run))
    return sorted(found, key=lambda run: (-run.at, run.id))


def opened(desk: Desk, actor: Actor, id: str) -> Run:
    """Return a run with what it saw of the indicators that the actor may read; raises NotFound in the same words otherwise."""
    authorise(actor, "search")
    place, run = _one(desk, actor, id)
    table = runs.read(place / _SEEN)
    assert table is not None
    audit.read(desk, actor, "match-run", run=run.id)
    return with_seen(desk, actor, run, table, stated(place))


def drop(desk: Desk, actor: Actor, id: str) -> None:
    """Keep a run no longer; sightings that were stated of it stay. Raises NotFound."""
    authorise(actor, "import")
    place, run = _one(desk, actor, id)
    with desk.store.write() as tx:
        audit.acted(tx, desk, actor, "match-drop", run=run.id)
    shutil.rmtree(place, ignore_errors=True)


def stated(place: Path) -> dict[str, list[str]]:
    """Return the sightings that were stated of each indicator of a run, the last one last; not all are for every reader."""
    try:
        found = msgspec.json.decode((place / _STATED).read_bytes(), type=dict[str, list[str] | str])
    except FileNotFoundError:
        return {}
    # written before there could be several: one by itself
    return {id: [one] if isinstance(one, str) else one for id, one in found.items()}


def note(desk: Desk, actor: Actor, id: str, sightings: Mapping[str, str]) -> None:
    """Remember the sightings stated of a run, by indicator, beside those that were stated before under other markings."""
    place, _run = _one(desk, actor, id)
    found = stated(place)
    for indicator, one in sightings.items():
        if one:
            found[indicator] = [*(held for held in found.get(indicator, ()) if held != one), one]
    replace_file(place / _STATED, msgspec.json.encode(found), 0o600)


def with_seen(
    desk: Desk,
    actor: Actor,
    run: Run,
    table: pa.Table,
    sightings: Mapping[str, Sequence[str]] | None = None,
) -> Run:
    """Return a run with what was seen of the indicators that the actor may read, those met most first.

    What is hidden from them takes no place among those shown, and of the sightings stated they are told the last that
    they may see.
    """
    ordered = table.sort_by([("count", "descending"), ("id", "ascending")])
    rows: list[dict[str, Any]] = []
    readable: dict[str, Summary] = {}
    for start in range(0, ordered.num_rows, _ASKED):
        part = ordered.slice(start, _ASKED)
        ids = part["id"].to_pylist()
        # what met an indicator says what its pattern looks for: that is for who reads the pattern
        found = summaries_seen(desk, actor, ids, saying="pattern")
        places = [place for place, id in enumerate(ids) if id in found][: SHOWN - len(rows)]
        rows += part.take(places).to_pylist() if places else []
        readable |= {ids[place]: found[ids[place]] for place in places}
        if len(rows) == SHOWN:
            break
    said = _said(desk, actor, rows, sightings or {})
    lists = warning_lists(desk)
    seen = tuple(_seen(row, readable[row["id"]], lists, said.get(row["id"], "")) for row in rows)
    return structs.replace(_of(actor, run), seen=seen)


def _said(
    desk: Desk, actor: Actor, rows: Iterable[Mapping[str, Any]], sightings: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """Return, by indicator, the last sighting stated of it that the actor may see."""
    of = {row["id"]: sightings[row["id"]] for row in rows if row["id"] in sightings}
    if not of:
        return {}
    told = summaries_seen(desk, actor, (one for stated_ in of.values() for one in stated_))
    return {indicator: one for indicator, stated_ in of.items() for one in stated_ if one in told}


def _of(actor: Actor, run: Run) -> Run:
    """Return a run as its reader may know it: how many indicators there were is told to who could read them all."""
    if actor.recipient is None or actor.name == run.by:
        return run
    return structs.replace(run, indicators=None, left_out=None)


def _seen(row: dict[str, Any], indicator: Summary, lists: Any, sighting: str) -> Seen:
    lines = zip(row["files"], row["lines"], row["ats"], strict=True)
    return Seen(
        indicator=row["id"],
        name=indicator.name,
        source=indicator.source,
        ours=indicator.origin == "local",
        count=row["count"],
        exact=row["exact"],
        first=_instant(row["first"]),
        last=_instant(row["last"]),
        fields=tuple(row["fields"]),
        values=tuple(value for value in row["values"] if value),
        lines=tuple(Line(file=file, line=line, at=_instant(at)) for file, line, at in lines),
        known=tuple(_known(lists, row["values"])),
        sighting=sighting,
        marking=indicator.marking,
    )


def _known(lists: Any, values: Iterable[str]) -> list[tuple[str, str]]:
    found: dict[tuple[str, str], None] = {}
    for value in values:
        kind = kind_of(value)
        if kind is not None:
            for hit in lists.look(kind, value):
                found[hit.list, hit.category] = None
    return list(found)


def _instant(at: Any) -> Instant | None:
    return None if at is None else round(at.timestamp() * 1_000_000)


def _sees(desk: Desk, actor: Actor, run: Run) -> bool:
    with desk.store.read() as tx:
        return passes(tx, desk, actor, frozenset(run.marking or ("unmarked",)))


def _opened(place: Path) -> Run | None:
    try:
        return msgspec.json.decode((place / _RUN).read_bytes(), type=Run)
    except FileNotFoundError:
        return None


def _one(desk: Desk, actor: Actor, id: str) -> tuple[Path, Run]:
    for place in runs.folders(desk):
        if place.name == id:
            run = _opened(place)
            if run is not None and _sees(desk, actor, run):
                return place, run
    raise NotFound("no-match-run", _("There is no run {id}. See: cordiale cyber runs"), id=id[:60])
