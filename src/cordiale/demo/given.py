"""Real files instead of the scenario: part of them is marked so that some of it goes and some of it stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec
import orjson

from cordiale.demo.process import Nodes
from cordiale.demo.story import Taken
from cordiale.platform.errors import InputError, NotFound
from cordiale.platform.languages import _
from cordiale.stix import ingress

SHARES: Final = (
    ("red", frozenset({"tlp:red"})),
    ("pair", frozenset({"tlp:amber", "rel:CAN|FRA"})),
    ("amber", frozenset({"tlp:amber"})),
    ("green", frozenset({"tlp:green"})),
)
"""Markings given to what carries none of its own: the name of the part, and its atoms."""

WIDEST: Final = frozenset(
    {"relationship", "sighting", "language-content", "marking-definition", "extension-definition", "identity"}
)
"""These follow what they tie together, or stand behind everything else; they are all given the widest marking."""

SINGLE: Final = 6
"""Objects released one by one, to measure."""


class Given(msgspec.Struct, frozen=True):
    """Real input, read: objects by id, the marking given to each, files that only the importer may judge."""

    objects: Mapping[str, Mapping[str, Any]]
    marking: Mapping[str, frozenset[str]]
    other: tuple[Path, ...]

    def timed(self) -> list[str]:
        """Return the ids of a few named objects that wait for an act of their own: amber, referring to nothing."""
        found = [
            i
            for i, m in self.marking.items()
            if m == frozenset({"tlp:amber"})
            and _restricting(self.objects[i]) == ()
            and _stands_alone(self.objects[i])
        ]
        return sorted(found)[:SINGLE]


def read(paths: Sequence[Path]) -> Given:
    """Read files and folders. Objects are told apart by id; the last of several versions counts.

    Raises NotFound for a path that is not there and InputError when none of them holds a STIX object.
    """
    objects: dict[str, Mapping[str, Any]] = {}
    other = []
    for path in _files(paths):
        found = list(_objects(path))
        objects.update((o["id"], o) for o in found)
        if not found:
            other.append(path)
    if not objects:
        raise InputError(
            "demo.input", _("There is no STIX object in {paths}."), paths=", ".join(map(str, paths))
        )
    return Given(objects, {i: _part(o)[1] for i, o in objects.items()}, tuple(other))


def load(nodes: Nodes, folder: Path, given: Given) -> Taken:
    """Write the parts as bundles and import each under its marking; import what only the importer may judge."""
    folder.mkdir(exist_ok=True)
    taken = Taken()
    for name, marking in reversed(SHARES):  # the marking definitions first
        part = [o for o in given.objects.values() if _part(o)[0] == name]
        if part:
            file = folder / f"{name}.json"
            file.write_bytes(orjson.dumps({"type": "bundle", "id": _bundle_id(name), "objects": part}))
            taken.add(
                nodes.run(
                    "canada", "import", str(file), "--marking", " ".join(sorted(marking)), accept=(0, 4)
                )
            )
    for path in given.other:
        taken.add(nodes.run("canada", "import", str(path), accept=(0, 4)))
    return taken


def _files(paths: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise NotFound("demo.path", _("There is no file or folder {path}."), path=str(path))
        found += sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    return found


def _objects(path: Path) -> Iterable[dict[str, Any]]:
    """Yield what reads as STIX objects; whatever does not is left for the importer to set aside with its reason."""
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            return
        for raw in ingress.split(content):
            if isinstance(raw, bytes):
                value = orjson.loads(raw)
                if (
                    isinstance(value, dict)
                    and isinstance(value.get("id"), str)
                    and isinstance(value.get("type"), str)
                ):
                    yield value
    except (InputError, orjson.JSONDecodeError):
        return


def _part(value: Mapping[str, Any]) -> tuple[str, frozenset[str]]:
    """Choose a part by the first byte of a hash of the id: 1 in 8 red, 1 in 8 for two nations, 1 in 8 amber."""
    if value["type"] in WIDEST:
        return SHARES[3]
    return SHARES[min(sha256(value["id"].encode()).digest()[0] % 8, 3)]


def _restricting(value: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(m for m in value.get("object_marking_refs", ()) if "tlp" in m)


def _stands_alone(value: Mapping[str, Any]) -> bool:
    return (
        bool(value.get("name"))
        and value["type"] not in WIDEST
        and not any(k.endswith("_refs") and "marking" not in k for k in value)
    )


def _bundle_id(name: str) -> str:
    h = sha256(b"cordiale demo input\n" + name.encode()).hexdigest()
    return f"bundle--{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:32]}"
