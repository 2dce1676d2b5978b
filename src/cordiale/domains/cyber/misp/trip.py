"""The round trip: what MISP wrote, read into STIX and written again, compared field by field with what it was."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import orjson

from cordiale.domains.cyber.misp import envelope, reader, writing
from cordiale.domains.cyber.misp.loss import Losses, LossReport, reason_of, same
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _
from cordiale.stix import atoms as definitions
from cordiale.stix import tlp
from cordiale.stix.ingress import DEFAULT_LIMITS, Limits, SetAside, decode, split
from cordiale.stix.upgrade import is_20, upgrade
from cordiale.stix.version import read

_HERE = "here"
Value = dict[str, Any]


def checked(data: bytes, lang: str = "en") -> LossReport:
    """Return what a file of MISP or of STIX loses when it is read and written again.

    STIX 2.1 is kept byte by byte; STIX 2.0 becomes 2.1, and what is wrong with that is a loss. Raises InputError for what is neither.
    """
    if reader.recognise(data[:4096]):
        return there_and_back(data)[1].report(lang)
    losses = Losses()
    for piece in split(data):
        if isinstance(piece, SetAside):
            losses.lost("other", piece.path or str(piece.index), piece.code)
            continue
        value, _dumped = decode(piece)
        kept = upgrade(value).objects if is_20(value) else (value,)
        if is_20(value):
            losses.lost("upgraded", str(value.get("id")), value.get("spec_version"), "2.1")
        else:
            compare(value, kept[-1], (str(value.get("id")),), losses)
        for problem in read(orjson.dumps(kept[-1]))[1]:
            if problem.severity == "error":
                losses.lost("other", f"{value.get('id')}.{problem.path}", problem.code)
    return losses.report(lang)


def there_and_back(data: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[list[tuple[Value, Value]], Losses]:
    """Return each event as it was and as it came back, and what differs between the two.

    Raises InputError for what holds no event.
    """
    losses = Losses()
    held: dict[str, tuple[Value, frozenset[str]]] = {}
    atoms_of: dict[str, str] = dict(tlp.ATOMS)
    reports: list[Value] = []
    for piece in reader.read_at(iter((data,)), limits, _HERE):
        if isinstance(piece, SetAside):
            losses.lost("other", piece.path or str(piece.index), piece.code)
        elif isinstance(piece, bytes):
            value: Value = orjson.loads(piece)
            atom = definitions.atom_of(value)
            if atom is not None:
                atoms_of[value["id"]] = atom
            held[value["id"]] = (value, frozenset())
            if value["type"] == "report":
                reports.append(value)
    marked = {
        name: (
            value,
            frozenset(atoms_of[ref] for ref in value.get("object_marking_refs", ()) if ref in atoms_of),
        )
        for name, (value, _none) in held.items()
    }

    def find(ids: Collection[str]) -> Mapping[str, tuple[Value, frozenset[str]]]:
        return {one: marked[one] for one in ids if one in marked}

    before = list(events(data, limits))
    if not before:
        raise InputError(
            "misp-unknown",
            _("It is written as MISP writes, but holds no event, attribute, object or cluster."),
        )
    if len(before) != len(reports):
        losses.lost("event-made", "", len(before), len(reports))
    trips = []
    for was, report in zip(before, reports, strict=False):
        now = orjson.loads(b"".join(writing.event(report, marked[report["id"]][1], find, _HERE, losses)))[
            "Event"
        ]
        compare(was, now, (), losses)
        trips.append((was, now))
    return trips, losses


def events(data: bytes, limits: Limits) -> Iterator[Value]:
    """Yield the events of an input as they were written; attributes without an event are one together."""
    with envelope.spooled(iter((data,)), limits.total_bytes) as view:
        value = orjson.loads(bytes(view).removeprefix(b"\xef\xbb\xbf"))
    yield from _events(value)


def _events(value: Any) -> Iterator[Value]:
    if isinstance(value, list):
        alone: dict[str, list[Any]] = {}
        for one in value:
            name = next(
                (
                    n
                    for n in ("Attribute", "Object")
                    if isinstance(one, dict) and n in one and "info" not in one
                ),
                None,
            )
            if name and isinstance(one[name], dict):
                alone.setdefault(name, []).append(one[name])
            else:
                yield from _events(one)
        if alone:
            yield alone
    elif isinstance(value, dict):
        if "Event" in value:
            yield from _events(value["Event"])
        elif "response" in value:
            yield from _events(value["response"])
        elif any(name in value for name in ("info", "Attribute", "Object", "date", "Orgc")):
            yield value


def compare(was: Any, now: Any, path: tuple[str, ...], losses: Losses) -> None:
    """Write down every place at which two values differ, with the reason."""
    if was == now:
        return
    if isinstance(was, dict) and isinstance(now, dict):
        for name in dict.fromkeys((*was, *now)):
            compare(was.get(name), now.get(name), (*path, name), losses)
        return
    if (
        isinstance(was, dict | list)
        and was
        and path
        and path[-1] in ("Org", "RelatedEvent", "SharingGroup", "Feed")
        and now is None
    ):
        losses.lost(reason_of(path, was, now), ".".join(path), was, now)
        return
    if isinstance(was, list | None) and isinstance(now, list | None) and path:
        if not (was or now):
            losses.lost("empty", ".".join(path), was, now)
            return
        if all(isinstance(one, dict) for one in (*(was or ()), *(now or ()))):
            _compare_lists(was or [], now or [], path, losses)
            return
    losses.lost(reason_of(path, was, now), ".".join(path), was, now)


def _compare_lists(was: list[Value], now: list[Value], path: tuple[str, ...], losses: Losses) -> None:
    """Compare two lists whatever their order: by UUID where there is one, by name of tags, else in order.

    Proposals have the UUID of their attribute: of several with one, each is compared with the one that is most like it.
    """
    key = {"Tag": "name", "Galaxy": "type", "GalaxyCluster": "tag_name"}.get(path[-1], "uuid")
    left: dict[str, list[Value]] = {}
    for one in now:
        left.setdefault(str(one.get(key)).lower(), []).append(one)
    single: list[Value] = []
    for one in was:
        name = str(one.get(key)).lower()
        if left.get(name):
            other = max(left[name], key=lambda other: sum(same(one[part], other.get(part)) for part in one))
            left[name].remove(other)
            compare(one, other, (*path, name), losses)
        else:
            single.append(one)
    rest = [one for found in left.values() for one in found]
    for one in single:
        match = next((other for other in rest if _alike(one, other)), None)
        if match is None:
            losses.lost(reason_of(path, one, None), ".".join((*path, str(one.get(key)))), one, None)
        else:
            rest.remove(match)
            compare(one, match, (*path, str(one.get(key))), losses)
    for one in rest:
        losses.lost(reason_of(path, None, one), ".".join((*path, str(one.get(key)))), None, one)


def _alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two entries without a common UUID are the same thing."""
    names = ("value", "name", "type", "object_relation", "relationship_type", "referenced_uuid")
    shared = [name for name in names if name in one and name in other]
    return bool(shared) and all(str(one[name]) == str(other[name]) for name in shared)
