"""Write what somebody may take away as MISP events: one file, or a feed that MISP fetches."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from hashlib import md5
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import orjson

from cordiale.desk import audit
from cordiale.desk.outgoing.giving import Find, Given, Left, every, finder
from cordiale.desk.views.search import Question
from cordiale.domains.cyber.misp import writing
from cordiale.domains.cyber.misp.frame import said_in
from cordiale.domains.cyber.misp.loss import Losses, LossReport
from cordiale.platform.clock import format_instant
from cordiale.platform.errors import InputError, NotFound
from cordiale.platform.ids import uuid5
from cordiale.platform.languages import _
from cordiale.platform.replacing import replace_file

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

Value = dict[str, Any]
LOOSE: Final = 100_000
"""Objects without a report that one event is made for."""

_EVENT_FILE: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.json")
"""What the file of an event is called in a feed, and nothing else is."""

_NAMESPACE: Final = "b6a3a1be-0d7c-5f6b-8e3c-4f5b1d6f3a02"
_LOOSE_TYPES: Final = frozenset(("indicator", "observed-data", "vulnerability"))


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What was written: events, attributes in them, files, and what MISP could not hold."""

    events: int
    attributes: int
    bytes: int
    files: tuple[str, ...] = ()
    losses: LossReport = LossReport(lost=0, accepted=0)


Sink = Callable[[bytes], object]


def events(
    desk: Desk,
    actor: Actor,
    *,
    ids: Collection[str] = (),
    asked: Question | None = None,
    partner: str = "",
    openly: bool = False,
    left: Left = len,
    noted: Callable[[Collection[str]], object] = len,
    losses: Losses | None = None,
) -> Iterator[tuple[Value, Iterator[bytes]]]:
    """Yield each report that may be taken away with the pieces of its event.

    `ids` names reports (or groupings of other sources, as MISP's own converter writes what is not published), or objects of which
    one event is made; else every report is taken, or what `asked` finds: what it
    finds that is no report is in one event made for it. For a `partner` only what goes to it whole, asked by a release officer;
    `openly` and `left` as `desk.giving.finder` has them. `noted` is told the ids of what an event was made of, while it is read.
    Raises NotFound where nothing of what was named may be taken.
    """
    find = finder(desk, actor, partner, openly=openly, left=left)
    lost = losses if losses is not None else Losses()
    look = _looked(find, noted)
    loose: list[str] = []
    for value, atoms in _chosen(
        ids, find, every(desk, actor, asked or Question(type="report"), partner, openly=openly, left=left)
    ):
        if value["type"] == "report" or (value["type"] == "grouping" and said_in(value) is None):
            if not value.get("revoked"):
                yield value, writing.event(value, atoms, look, desk.node, lost)
        elif value["type"] in _LOOSE_TYPES and not value.get("revoked"):
            loose.append(value["id"])
            if len(loose) > LOOSE:
                raise InputError(
                    "export-many",
                    _("More than {limit} entries would be in it: narrow the search."),
                    limit=LOOSE,
                )
    if loose:
        report, atoms = _made(desk, loose, look)
        yield report, writing.event(report, atoms, look, desk.node, lost)


def _looked(
    find: Find, noted: Callable[[Collection[str]], object]
) -> Callable[[Collection[str]], Mapping[str, tuple[Value, frozenset[str]]]]:
    def look(ids: Collection[str]) -> dict[str, tuple[Value, frozenset[str]]]:
        found = find(ids)
        noted(found.keys())
        return {name: (one.value, one.marking) for name, one in found.items()}

    return look


def _chosen(
    ids: Collection[str], find: Find, searched: Iterable[Given]
) -> Iterator[tuple[Value, frozenset[str]]]:
    if ids:
        found = find(list(ids))
        if not found:
            raise NotFound(
                "nothing-to-write",
                _("Nothing of what was named may be written: check the ids, or search for it."),
            )
        for one in found.values():
            yield one.value, one.marking
        return
    for one in searched:
        yield one.value, one.marking


def _made(desk: Desk, ids: list[str], look: Callable[..., Any]) -> tuple[Value, frozenset[str]]:
    """Return a report of objects that have none; it is under everything that governs any of them."""
    joined: set[str] = set()
    newest = ""
    for start in range(0, len(ids), 2_000):
        for value, atoms in look(ids[start : start + 2_000]).values():
            joined |= atoms
            newest = max(newest, str(value.get("modified") or ""))
    when = newest or format_instant(desk.clock())
    return {
        "type": "report",
        "id": f"report--{uuid5(_NAMESPACE, ' '.join(sorted(ids)))}",
        "name": f"Indicators of {desk.node}, {when[:10]}",
        "created": when,
        "modified": when,
        "published": when,
        "object_refs": ids,
    }, frozenset(joined)


def write_file(
    desk: Desk,
    actor: Actor,
    sink: Sink,
    *,
    ids: Collection[str] = (),
    asked: Question | None = None,
    partner: str = "",
    lang: str = "en",
) -> Written:
    """Write events as MISP's own export does: one as it is, several as `{"response": […]}`."""
    losses, counts = Losses(), _Counts()
    held = iter(events(desk, actor, ids=ids, asked=asked, partner=partner, losses=losses))
    first = next(held, None)
    second = next(held, None) if first is not None and not _single(ids) else None
    if first is None:
        raise NotFound(
            "nothing-to-write",
            _("There is no report here to write as an event: name objects, or import some."),
        )
    if second is None:
        _poured(first[1], sink, counts)
    else:
        _out(b'{"response":[', sink, counts)
        _poured(first[1], sink, counts)
        for one in chain((second,), held):
            _out(b",", sink, counts)
            _poured(one[1], sink, counts)
        _out(b"]}", sink, counts)
    audit.read(desk, actor, "export", form="misp", found=counts.events, partner=partner)
    return Written(
        events=counts.events, attributes=losses.written, bytes=counts.bytes, losses=losses.report(lang)
    )


def _single(ids: Collection[str]) -> bool:
    return len(ids) == 1


class _Counts:
    """What was written so far."""

    def __init__(self) -> None:
        self.events = self.bytes = 0


def _out(piece: bytes, sink: Sink, counts: _Counts) -> None:
    counts.bytes += len(piece)
    sink(piece)


def _poured(pieces: Iterable[bytes], sink: Sink, counts: _Counts) -> None:
    counts.events += 1
    for piece in pieces:
        _out(piece, sink, counts)


def write_feed(
    desk: Desk,
    actor: Actor,
    folder: Path,
    *,
    ids: Collection[str] = (),
    asked: Question | None = None,
    partner: str = "",
    lang: str = "en",
) -> Written:
    """Write a feed: a file for each event, `manifest.json`, and `hashes.csv` by which MISP finds values without fetching events.

    Each file is whole or not there; the manifest is written last, so that who fetches meanwhile finds everything it names.
    After it, the files of events that it does not name are removed: a feed is often served by address as it lies there, and what
    was recalled or narrowed since must not be. Where nothing may be written any more, the feed is emptied before NotFound is raised.
    """
    losses, counts = Losses(), _Counts()
    folder.mkdir(parents=True, exist_ok=True)
    manifest: dict[str, Value] = {}
    hashes: list[str] = []
    names: list[str] = []
    for report, pieces in _or_emptied(
        folder, events(desk, actor, ids=ids, asked=asked, partner=partner, losses=losses)
    ):
        uuid = str(report["id"]).partition("--")[2]
        data: list[bytes] = []
        _poured(pieces, data.append, counts)
        whole = b"".join(data)
        value: Value = orjson.loads(whole)["Event"]
        replace_file(folder / f"{uuid}.json", whole, 0o644)
        names.append(f"{uuid}.json")
        manifest[uuid] = listed(value)
        hashes += [f"{digest},{uuid}" for digest in digests(value)]
    if not manifest:
        _emptied(folder)
        raise NotFound(
            "nothing-to-write",
            _("There is no report here to write as an event: name objects, or import some."),
        )
    _indexed(folder, manifest, hashes)
    audit.read(desk, actor, "export", form="misp-feed", found=counts.events, partner=partner)
    return Written(
        events=counts.events,
        attributes=losses.written,
        bytes=counts.bytes,
        files=(*names, "hashes.csv", "manifest.json"),
        losses=losses.report(lang),
    )


def _indexed(folder: Path, manifest: Mapping[str, Value], hashes: list[str]) -> None:
    """Write what a feed holds, then take out of its folder every event that it does not hold any more."""
    replace_file(folder / "hashes.csv", ("\n".join(hashes) + "\n").encode() if hashes else b"", 0o644)
    replace_file(folder / "manifest.json", orjson.dumps(manifest, option=orjson.OPT_INDENT_2), 0o644)
    for file in folder.iterdir():
        if _EVENT_FILE.fullmatch(file.name) and file.stem not in manifest and not file.is_dir():
            file.unlink(missing_ok=True)


def _emptied(folder: Path) -> None:
    """Empty a feed that was written before; a folder that holds none is left as it is."""
    if (folder / "manifest.json").is_file():
        _indexed(folder, {}, [])


def _or_emptied(folder: Path, held: Iterator[tuple[Value, Any]]) -> Iterator[tuple[Value, Any]]:
    """Yield events; where nothing of what was named may be taken, empty the feed before that is raised."""
    try:
        yield from held
    except NotFound:
        _emptied(folder)
        raise


def listed(event: Mapping[str, Any]) -> Value:
    """Return what the manifest of a feed says of an event."""
    return {
        name: event[name]
        for name in ("info", "Orgc", "analysis", "Tag", "timestamp", "date", "threat_level_id")
        if name in event
    }


def digests(event: Mapping[str, Any]) -> Iterator[str]:
    """Yield the MD5 of every value of an event, of each part of a composite one, as MISP's cache of feeds looks them up."""
    held = [
        *event.get("Attribute", ()),
        *(a for one in event.get("Object", ()) for a in one.get("Attribute", ())),
    ]
    for one in held:
        if one.get("deleted"):
            continue
        text = str(one.get("value", ""))
        split = "|" in str(one.get("type")) or one.get("type") == "malware-sample"
        for part in text.split("|") if split else (text,):
            yield md5(part.encode(), usedforsecurity=False).hexdigest()
