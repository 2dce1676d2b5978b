"""Observables inside STIX 2.0 observed data become objects of their own (STIX 2.1 sections 2.13 and 4.14)."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import msgspec

from cordiale.platform.ids import uuid5
from cordiale.platform.languages import _
from cordiale.stix.scos import deterministic_id

# Namespace of the ids of observables that the standard gives none to (a process has no identifying
# property): made from the observed data they were in, so that a second import gives the same ids.
_NAMESPACE = "8a2cf9a1-7d0e-5b4c-9d53-0f1c7d7b9d11"


class Change(msgspec.Struct, frozen=True):
    """One thing the upgrade did to one object."""

    object_id: str
    path: str
    code: str
    message_id: str
    params: Mapping[str, str] = {}


def say(changes: list[Change], identifier: str, path: str, code: str, message_id: str, **params: str) -> None:
    """Add one change to the report."""
    changes.append(Change(identifier, path, code, message_id, params))


def lift_observables(made: dict[str, Any], identifier: str, changes: list[Change]) -> list[dict[str, Any]]:
    """Replace ``objects`` of observed data by ``object_refs`` and return the observables.

    An observable takes over the object markings of the observed data, and a granular marking on it or on a
    part of it marks the whole of it: never less than before.
    """
    held: dict[str, Any] = made["objects"]
    if not held or not all(type(one) is dict and type(one.get("type")) is str for one in held.values()):
        return []  # the validator says what is wrong
    lifting = _Lifting(held, identifier, changes)
    for key in held:
        _lift(key, lifting, ())
    ids, lifted = lifting.ids, lifting.lifted
    marked = _marked_keys(made)
    for key, observable in lifted.items():
        refs = [*made.get("object_marking_refs", ()), *marked.get(key, ())]
        if refs:
            observable["object_marking_refs"] = list(dict.fromkeys(refs))
    del made["objects"]
    made["object_refs"] = list(dict.fromkeys(ids[key] for key in held))
    say(
        changes, identifier, "object_refs", "observables-lifted",
        _("{count} observables became objects of their own."), count=str(len(made["object_refs"])),
    )  # fmt: skip
    _repoint(made, ids, identifier, changes)
    unique = {one["id"]: one for one in reversed(lifted.values())}
    return list(reversed(unique.values()))


class _Lifting:
    """The observables of one observed data on their way out."""

    def __init__(self, held: Mapping[str, Any], parent: str, changes: list[Change]) -> None:
        self.held = held
        self.parent = parent
        self.changes = changes
        self.ids: dict[str, str] = {}
        self.lifted: dict[str, dict[str, Any]] = {}

    def own_id(self, kind: str, key: str) -> str:
        """Return the id of an observable that has no deterministic one."""
        return f"{kind}--{uuid5(_NAMESPACE, f'{self.parent} {key}')}"


def _lift(key: str, lifting: _Lifting, trail: tuple[str, ...]) -> str:
    """Lift one observable after those it refers to: their ids are part of its own."""
    held = lifting.held
    if key in lifting.ids:
        return lifting.ids[key]
    kind = held[key]["type"]
    if key in trail:  # two observables that refer to each other
        return lifting.own_id(kind, key)
    observable = _modern(held[key], lifting.parent, lifting.changes)
    for at, name, targets in _local_refs(observable):
        fresh = [_lift(target, lifting, (*trail, key)) if target in held else target for target in targets]
        at[name] = fresh if type(at[name]) is list else fresh[0]
    if key in lifting.ids:  # met again through a reference that leads back
        return lifting.ids[key]
    identifier = None if key in _reachable(key, held) else deterministic_id(observable)
    if identifier is None:
        identifier = lifting.own_id(kind, key)
    del observable["type"]
    lifting.ids[key] = identifier
    lifting.lifted[key] = {"type": kind, "spec_version": "2.1", "id": identifier, **observable}
    return identifier


def _reachable(key: str, held: Mapping[str, Any]) -> set[str]:
    """Return the keys that following references from a key leads to."""
    found: set[str] = set()
    pending = [key]
    while pending:
        for _at, _name, targets in _local_refs(held[pending.pop()]):
            for target in targets:
                if target in held and target not in found:
                    found.add(target)
                    pending.append(target)
    return found


def _local_refs(node: Any) -> list[tuple[dict[str, Any], str, list[str]]]:
    """Return (holder, property, targets) of every local reference in an observable."""
    found: list[tuple[dict[str, Any], str, list[str]]] = []
    pending = [node]
    while pending:
        one = pending.pop()
        if type(one) is list:
            pending.extend(one)
        elif type(one) is dict:
            for name, child in one.items():
                if name.endswith("_ref") and type(child) is str:
                    found.append((one, name, [child]))
                elif (
                    name.endswith("_refs")
                    and type(child) is list
                    and all(type(each) is str for each in child)
                ):
                    if child:
                        found.append((one, name, child))
                else:
                    pending.append(child)
    return found


_RENAMED = {
    "process": {"created": "created_time", "binary_ref": "image_ref"},
    "windows-registry-key": {"modified": "modified_time"},
    "user-account": {"password_last_changed": "credential_last_changed"},
    "file": {"created": "ctime", "modified": "mtime", "accessed": "atime"},
    "directory": {"created": "ctime", "modified": "mtime", "accessed": "atime"},
}
_DROPPED = {
    "process": ("name", "arguments"),
    "file": ("is_encrypted", "encryption_algorithm", "decryption_key"),
}
_ACCOUNT_TYPES = {"windows local": "windows-local", "windows domain": "windows-domain"}


def _modern(observable: Mapping[str, Any], identifier: str, changes: list[Change]) -> dict[str, Any]:
    """Give an observable the property names of 2.1; what 2.1 dropped is kept under an ``x_`` name."""
    made: dict[str, Any] = copy.deepcopy(dict(observable))
    kind = made["type"]
    dropped = {name: f"x_{name}" for name in _DROPPED.get(kind, ())}
    for old, new in (_RENAMED.get(kind, {}) | dropped).items():
        if old in made and new not in made:
            made[new] = made.pop(old)
            say(
                changes, identifier, "objects", "observable-renamed",
                _("In the observable of type {type}, {old} became {new}."), type=kind, old=old, new=new,
            )  # fmt: skip
    if kind == "user-account" and made.get("account_type") in _ACCOUNT_TYPES:
        made["account_type"] = _ACCOUNT_TYPES[made["account_type"]]
    extensions = made.get("extensions")
    request = extensions.get("http-request-ext") if type(extensions) is dict else None
    if type(request) is dict and type(request.get("request_header")) is dict:
        # 2.0 let a header be one text; 2.1 wants a list (6.12.2)
        request["request_header"] = {
            name: [header] if type(header) is str else header
            for name, header in request["request_header"].items()
        }
    return made


def _marked_keys(made: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the markings that granular selectors of the observed data put on each observable."""
    found: dict[str, list[str]] = {}
    held = made["objects"]
    for mark in made.get("granular_markings", ()):
        ref = mark.get("marking_ref") if type(mark) is dict else None
        if type(ref) is not str or type(mark.get("selectors")) is not list:
            continue
        for selector in mark["selectors"]:
            if selector == "objects":
                for key in held:
                    found.setdefault(key, []).append(ref)
            elif type(selector) is str and selector.startswith("objects."):
                found.setdefault(selector.split(".")[1], []).append(ref)
    return found


def _repoint(made: dict[str, Any], ids: Mapping[str, str], identifier: str, changes: list[Change]) -> None:
    """Make granular selectors that pointed into ``objects`` select the reference instead."""
    marks = made.get("granular_markings")
    if type(marks) is not list:
        return
    for mark in marks:
        chosen = mark.get("selectors") if type(mark) is dict else None
        if type(chosen) is not list:
            continue
        fresh: list[str] = []
        for selector in chosen:
            if selector == "objects":
                fresh.append("object_refs")
            elif type(selector) is str and selector.startswith("objects."):
                key = selector.split(".")[1]
                if key in ids:
                    fresh.append(f"object_refs.[{made['object_refs'].index(ids[key])}]")
            else:
                fresh.append(selector)
        if fresh != chosen:
            mark["selectors"] = list(dict.fromkeys(fresh))
            say(
                changes, identifier, "granular_markings", "selectors-moved",
                _("Granular markings on observables now mark the observables themselves."),
            )  # fmt: skip
