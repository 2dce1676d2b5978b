"""Find what a partner holds and must not: by comparing its store, and by searching every byte of its folder.

Nothing of `cordiale.release` is imported here, so that a fault there cannot hide itself. What is expected is written by
hand (`scenario/expected.toml`) or worked out by `reference.py`; this module only compares.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import orjson

from cordiale.demo.expectation import Share
from cordiale.demo.reference import MayGo, references
from cordiale.store import changes, needles, versions
from cordiale.store import search as index
from cordiale.store.connection import open_store

_LINK: Final = frozenset(
    ["type", "spec_version", "id", "created", "modified", "relationship_type", "source_ref", "target_ref"]
)

VOLATILE: Final = frozenset(
    {
        "id",
        "created",
        "modified",
        "object_marking_refs",
        "granular_markings",
        "created_by_ref",
        "object_modified",
        "extensions",
    }
)
"""What a tear-line has of its own; everything else it says must be its parent's word."""

PAGE: Final = 1000

AMBER: Final = "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"
"""TLP:AMBER of TLP 2.0: the marking of what is said in the response."""


class Leak(msgspec.Struct, frozen=True):
    """Something a partner holds and must not. `what`: an id, a property or a string; `where`: a file or the store."""

    partner: str
    kind: str
    what: str
    where: str


class Held(msgspec.Struct, frozen=True):
    """One version a partner holds, and the node that sent it."""

    source: str
    value: Mapping[str, Any]


class Compared(msgspec.Struct, frozen=True):
    """Of one partner and one node: leaks, keys that did not arrive, and tear-line ids by the key of their parent."""

    leaks: tuple[Leak, ...]
    missing: tuple[str, ...]
    tear_lines: Mapping[str, str]


def held(folder: Path) -> list[Held]:
    """Read every version in a node's store, old ones included, with the node it came from."""
    store = open_store(f"sqlite:///{folder / 'cordiale.db'}")
    found: list[Held] = []
    try:
        with store.read() as tx:
            after = 0
            while batch := changes.after(tx, after, PAGE):
                after = batch[-1].seq
                rows = versions.by_vid(tx, {c.vid for c in batch}, None)
                found += [Held(r.source, orjson.loads(r.raw)) for r in rows.values() if r.raw is not None]
    finally:
        store.close()
    return found


def count(folder: Path) -> int:
    """Return how many current statements a node's store holds."""
    store = open_store(f"sqlite:///{folder / 'cordiale.db'}")
    try:
        with store.read() as tx:
            return sum(index.counts(tx, None).values())
    finally:
        store.close()


def compare(
    partner: str, source: str, objects: Mapping[str, Mapping[str, Any]], share: Share, holding: Iterable[Held]
) -> Compared:
    """Compare what a partner holds from a node with what it must hold; `objects` are that node's own, by key."""
    keys = {value["id"]: key for key, value in objects.items()}
    verbatim = frozenset(share.verbatim)
    leaks, arrived = [], set[str]()
    tear_lines: dict[str, str] = {}
    strangers = []
    for one in holding:
        if one.source != source or one.value["type"] == "marking-definition":
            continue
        key = keys.get(one.value["id"])
        if key is None:
            strangers.append(one.value)
        elif key not in verbatim:
            leaks.append(Leak(partner, "object", key, "store"))
        elif one.value != objects[key]:
            leaks.append(Leak(partner, "altered", key, "store"))
        else:
            arrived.add(key)
    for value in strangers:
        if _superseding(value, {objects[key]["id"] for key in arrived}) or said_in_a_case(value):
            continue
        key = _parent(value, objects, share)
        if key is None:
            leaks.append(Leak(partner, "object", value["id"], "store"))
        else:
            tear_lines[key] = value["id"]
            leaks += _said_too_much(partner, objects, share, key, value)
    expected = {*share.verbatim, *share.tear_lines}
    return Compared(tuple(leaks), tuple(sorted(expected - arrived - tear_lines.keys())), tear_lines)


def compare_input(
    partner: str, source: str, sent: Mapping[str, Mapping[str, Any]], may: MayGo, holding: Iterable[Held]
) -> tuple[list[Leak], int, int]:
    """Compare what a partner holds from a node with what the reference evaluator lets go.

    Returns leaks, how many arrived as they are, and how many as tear-lines. `sent` is the input by id.
    """
    leaks, whole, in_part = [], set[str](), set[str]()
    parents: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for i in sorted(may.in_part | may.verbatim):
        parents.setdefault((sent[i]["type"], repr(sent[i].get("name"))), []).append(sent[i])
    for one in holding:
        if one.source != source or one.value["type"] == "marking-definition":
            continue
        original = sent.get(one.value["id"])
        if original is None and _superseding(one.value, may.verbatim):
            continue
        if original is None:
            same_name = parents.get((one.value["type"], repr(one.value.get("name"))), ())
            parent = next((p for p in same_name if _part_of(one.value, p)), None)
            if parent is None:
                leaks.append(Leak(partner, "object", one.value["id"], "store"))
            else:
                in_part.add(parent["id"])
        elif one.value["id"] not in may.verbatim:
            leaks.append(Leak(partner, "object", one.value["id"], "store"))
        elif not _part_of(one.value, original):
            leaks.append(Leak(partner, "altered", one.value["id"], "store"))
        else:
            whole.add(one.value["id"])
    # a tear-line of what was given whole later is superseded, and not counted
    return leaks, len(whole), len(in_part - whole)


def said_in_a_case(value: Mapping[str, Any]) -> bool:
    """Tell whether a value is what a member says in the scenario's response, under the marking of that; see `compare_said`."""
    labels = value.get("labels", ())
    extensions = value.get("extensions", {})
    return (
        len(labels) == 1
        and labels[0].startswith("joint-")
        and value.get("object_marking_refs") == [AMBER]
        and len(extensions) == 1
        and all(one.get("definition_ref") == name for name, one in extensions.items())
    )


def compare_said(holding: Mapping[str, Iterable[Held]]) -> list[Leak]:
    """Compare what each node holds of the response with what its author's node holds: nothing else, and no other word."""
    own = {
        (node, one.value["id"], repr(one.value))
        for node, held in holding.items()
        for one in held
        if one.source == node
    }
    return [
        Leak(node, "altered", one.value["id"], "store")
        for node, held in holding.items()
        for one in held
        if said_in_a_case(one.value) and (one.source, one.value["id"], repr(one.value)) not in own
    ]


def _superseding(value: Mapping[str, Any], whole: Collection[str]) -> bool:
    """Tell whether a value is no more than the link from a tear-line to an object that was given whole."""
    return (
        value.keys() <= _LINK
        and value["type"] == "relationship"
        and value.get("relationship_type") == "superseded-by"
        and value.get("target_ref") in whole
    )


def search_folder(partner: str, folder: Path, strings: Iterable[str]) -> list[Leak]:
    """Search every file of a partner's folder, and its text index, for strings that must not be there."""
    wanted = sorted(set(strings))
    found = [
        Leak(partner, "string", f.needle, f"{f.file} ({f.form})") for f in needles.search(folder, wanted)
    ]
    store = open_store(f"sqlite:///{folder / 'cordiale.db'}")
    try:
        with store.read() as tx:
            found += [
                Leak(partner, "string", needle, "text index")
                for needle in wanted
                if "--" not in needle and index.search(tx, needle, None, limit=1).rows
            ]
    finally:
        store.close()
    return found


def _parent(value: Mapping[str, Any], objects: Mapping[str, Mapping[str, Any]], share: Share) -> str | None:
    """Return the key of the object a tear-line was made of, by what it says; None when it says none's words."""
    for key in share.in_part:
        original = objects[key]
        if (
            original["type"] == value["type"]
            and _part_of(value, original)
            and _names(value) == _names(original)
        ):
            return key
    return None


def _names(value: Mapping[str, Any]) -> list[Any]:
    names = [value.get(n) for n in ("name", "abstract", "count", "relationship_type")]
    contents = value.get("contents")
    texts = contents.values() if isinstance(contents, Mapping) else ()
    return names + [t.get(n) for t in texts if isinstance(t, Mapping) for n in ("name", "abstract")]


def _part_of(value: Any, original: Any) -> bool:
    """Tell whether a value says nothing its original does not: no other words, references aside."""
    if isinstance(value, Mapping) and isinstance(original, Mapping):
        own = {k for k in value if k not in VOLATILE and not k.endswith(("_ref", "_refs"))}
        return all(k in original and _part_of(value[k], original[k]) for k in own)
    if isinstance(value, list) and isinstance(original, list):
        return all(any(_part_of(v, o) for o in original) for v in value)
    return bool(value == original)


def _said_too_much(
    partner: str, objects: Mapping[str, Mapping[str, Any]], share: Share, key: str, value: Mapping[str, Any]
) -> Iterable[Leak]:
    for path in share.in_part[key]:
        if path != "refs" and _at(value, path) is not None:
            yield Leak(partner, "property", f"{key}: {path}", "store")
    hidden = {objects[k]["id"]: k for k in (*share.withheld, *share.in_part)}
    for target in references(value):
        if target in hidden:
            yield Leak(partner, "reference", f"{key} → {hidden[target]}", "store")


def _at(value: Any, path: str) -> Any:
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value
