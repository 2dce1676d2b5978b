"""Chapters of the scenario: one TOML file each, read into the STIX objects one node imports.

`scenario/phishing.toml` explains the form. Ids are v4-formatted hashes of chapter and key, so that the hand-written
expectation may name objects by key and every run makes the same ones; observables get their deterministic ids.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec

from cordiale.stix import atoms
from cordiale.stix.scos import deterministic_id

SCENARIO: Final = Path(__file__).parent / "scenario"
OBSERVABLES: Final = frozenset({"domain-name", "email-addr", "ipv4-addr", "ipv6-addr", "url", "user-account"})
LANGUAGES: Final = ("en", "fr")


class Chapter(msgspec.Struct, frozen=True):
    """One chapter: the node that imports it, its title by language, its objects by key."""

    name: str
    node: str
    title: Mapping[str, str]
    objects: Mapping[str, dict[str, Any]]
    markings: tuple[str, ...]

    def bundle(self) -> dict[str, Any]:
        """Return the STIX bundle to import: marking definitions first."""
        definitions = [atoms.definition_of(atom) for atom in self.markings]
        return {
            "type": "bundle",
            "id": f"bundle--{_uuid(self.name)}",
            "objects": [*definitions, *self.objects.values()],
        }


@cache
def chapters() -> tuple[Chapter, ...]:
    """Return every chapter, in the order of their file names."""
    raw = {p.stem: tomllib.loads(p.read_text("utf-8")) for p in sorted(SCENARIO.glob("*.toml"))}
    return tuple(_chapter(name, data, raw) for name, data in raw.items() if "chapter" in data)


def objects_of(node: str) -> dict[str, dict[str, Any]]:
    """Return the objects a node imports, by `chapter/key`."""
    return {f"{c.name}/{k}": o for c in chapters() if c.node == node for k, o in c.objects.items()}


def _chapter(name: str, data: dict[str, Any], raw: Mapping[str, dict[str, Any]]) -> Chapter:
    head = data["chapter"]
    ids = {f"{c}/{o['key']}": _id(c, o) for c, d in raw.items() for o in d.get("object", ())}
    objects: dict[str, dict[str, Any]] = {}
    # the first object is the author, unless the chapter names one of another chapter
    author = ids[head["author"]] if "author" in head else _id(name, data["object"][0])
    for written in data["object"]:
        made = _object(name, written, ids, author, head["lang"])
        objects[written["key"]] = made
        for lang in LANGUAGES:
            if lang in written:
                objects[f"{written['key']}.{lang}"] = _translation(name, written, made, lang, author)
    markings = sorted({atom for written in data["object"] for atom in _atoms(written)})
    return Chapter(name, head["node"], head["title"], objects, tuple(markings))


def _object(
    name: str, written: dict[str, Any], ids: Mapping[str, str], author: str, lang: str
) -> dict[str, Any]:
    own = {k: v for k, v in written.items() if k not in ("key", "marking", "granular", *LANGUAGES)}
    own = {k: _resolved(v, name, ids) for k, v in own.items()}
    value: dict[str, Any] = {
        "type": own.pop("type"),
        "spec_version": "2.1",
        "id": ids[f"{name}/{written['key']}"],
    }
    if value["type"] not in OBSERVABLES:
        value["created"] = own.pop("created")
        value["modified"] = own.pop("modified", value["created"])
        if value["id"] != author:
            value["created_by_ref"] = author
        if any(isinstance(own.get(k), str) for k in ("name", "description", "content", "explanation")):
            value["lang"] = lang
    value |= own
    value["object_marking_refs"] = [atoms.id_of(a) for a in written["marking"]]
    granular = [
        {"marking_ref": atoms.id_of(atom), "selectors": [selector]}
        for selector, marking in written.get("granular", {}).items()
        for atom in marking
    ]
    if granular:
        value["granular_markings"] = granular
    return value


def _translation(
    name: str, written: dict[str, Any], original: dict[str, Any], lang: str, author: str
) -> dict[str, Any]:
    texts, key = written[lang], f"{name}/{written['key']}.{lang}"
    value: dict[str, Any] = {
        "type": "language-content",
        "spec_version": "2.1",
        "id": f"language-content--{_uuid(key)}",
        "created": original["created"],
        "modified": original["modified"],
        "created_by_ref": author,
        "object_ref": original["id"],
        "object_modified": original["modified"],
        "contents": {lang: dict(texts)},
        "object_marking_refs": original["object_marking_refs"],
    }
    granular = [
        {"marking_ref": atoms.id_of(atom), "selectors": [f"contents.{lang}.{selector}"]}
        for selector, marking in written.get("granular", {}).items()
        for atom in marking
        if selector in texts
    ]
    if granular:
        value["granular_markings"] = granular
    return value


def _resolved(value: Any, name: str, ids: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_resolved(v, name, ids) for v in value]
    if isinstance(value, str) and value.startswith("@"):
        return ids[value[1:] if "/" in value else f"{name}/{value[1:]}"]
    return value


def _id(chapter: str, written: Mapping[str, Any]) -> str:
    kind = written["type"]
    if kind in OBSERVABLES:
        found = deterministic_id({k: v for k, v in written.items() if k not in ("key", "marking")})
        if found is not None:
            return found
    return f"{kind}--{_uuid(chapter + '/' + written['key'])}"


def _uuid(text: str) -> str:
    digest = bytearray(sha256(b"cordiale demo scenario\n" + text.encode()).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x40
    digest[8] = digest[8] & 0x3F | 0x80
    h = digest.hex()
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


def _atoms(written: Mapping[str, Any]) -> Iterable[str]:
    yield from written["marking"]
    for marking in written.get("granular", {}).values():
        yield from marking
