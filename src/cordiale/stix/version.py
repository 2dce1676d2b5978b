"""One immutable version of one object: its bytes and the typed view beside them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec

from cordiale.platform.errors import InputError
from cordiale.platform.languages import _
from cordiale.stix import atoms, tlp
from cordiale.stix.canonical import content_hash
from cordiale.stix.contents import references_of, texts_of, values_of
from cordiale.stix.decoding import decode_with_care
from cordiale.stix.forms import is_identifier
from cordiale.stix.instants import instant_of
from cordiale.stix.limits import DEFAULT_LIMITS, Limits
from cordiale.stix.problem import Problem
from cordiale.stix.sectors import sectors_of
from cordiale.stix.validate import TYPES, described_of, validate
from cordiale.stix.view import Granular, MarkingDefinition, Reference, TextField

__all__ = [
    "Granular",
    "MarkingDefinition",
    "Problem",
    "Reference",
    "TextField",
    "Version",
    "read",
    "view",
]


class Version(msgspec.Struct, frozen=True, gc=False):
    """One version of one object. Instants are microseconds since 1970 UTC.

    ``refs`` holds every reference, `created_by_ref` and nested ones included, but no marking reference.
    ``values`` are observables and pattern literals, in lower case where case means nothing; ``sectors`` as `sectors` has them.
    """

    raw: bytes
    hash: bytes
    id: str
    type: str
    created: int | None = None
    modified: int | None = None
    created_by: str | None = None
    revoked: bool = False
    markings: tuple[str, ...] = ()
    granular: tuple[Granular, ...] = ()
    refs: tuple[Reference, ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    texts: tuple[TextField, ...] = ()
    lang: str | None = None
    definition: MarkingDefinition | None = None
    sectors: tuple[str, ...] = ()


def read(raw: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[Version, list[Problem]]:
    """Decode, validate and view one object.

    Raises InputError when the bytes are not one readable JSON object with an id and a type. An object with
    errors still has a version, so that it can be shown to the person who sets it right. What was read last is
    remembered: an object that comes in is looked at again when it goes on.
    """
    if len(raw) > _SHORT:
        return _read(raw, limits)
    version, problems = _read_lately(raw, limits)
    return version, problems.copy()


def _read(raw: bytes, limits: Limits) -> tuple[Version, list[Problem]]:
    value, dumped, without_floats = decode_with_care(raw, limits)
    problems = validate(value)
    return view(value, raw, content_hash(value, dumped, without_floats)), problems


_SHORT = 16 * 1024  # bytes; with the number remembered, this bounds the memory at some 50 MB
_read_lately = lru_cache(maxsize=1024)(_read)


def view(value: dict[str, Any], raw: bytes, digest: bytes) -> Version:
    """Return the typed view of a decoded value, of whatever in it has the right type.

    Raises InputError when there is no id or no type, or when the value is a bundle.
    """
    kind, identifier = value.get("type"), value.get("id")
    if type(kind) is not str or type(identifier) is not str or not kind or not identifier:
        raise InputError(
            "unidentified", _("The object has no type or no id, so it cannot be kept. Add them.")
        )
    if kind == "bundle":
        raise InputError("bundle-within", _("A bundle inside a bundle is not an object. Give its objects."))
    described = described_of(value)
    granular = _granular(value["granular_markings"]) if "granular_markings" in value else ()
    return Version(
        raw,
        digest,
        identifier,
        _KINDS.get(kind, kind),
        _instant(value.get("created")),
        _instant(value.get("modified")),
        _text(value.get("created_by_ref")),
        value.get("revoked") is True,
        _texts(value["object_marking_refs"]) if "object_marking_refs" in value else (),
        granular,
        references_of(value, described),
        values_of(value, described),
        texts_of(value, described),
        _text(value.get("lang")),
        _definition(value) if kind == "marking-definition" else None,
        sectors_of(value) if "labels" in value or "sectors" in value else (),
    )


_KINDS = {name: name for name in TYPES}  # one string a type, however many objects
_known_markings: dict[tuple[str, ...], tuple[str, ...]] = {}
_known_creators: dict[str, str] = {}
_KNOWN_LIMIT = 4096
_KNOWN_LENGTH = 1000  # characters: what is remembered is bounded, whatever comes in


def _instant(item: Any) -> int | None:
    return instant_of(item) if type(item) is str else None


def _text(item: Any) -> str | None:
    if type(item) is not str:
        return None
    known = _known_creators.get(item)
    if known is not None:
        return known
    if len(item) <= _KNOWN_LENGTH:
        if len(_known_creators) >= _KNOWN_LIMIT:
            _known_creators.clear()
        _known_creators[item] = item
    return item


def _texts(item: Any) -> tuple[str, ...]:
    """Return a list of texts as one shared tuple: thousands of objects carry the same markings."""
    if type(item) is not list:
        return ()
    made = tuple(one for one in item if type(one) is str)
    known = _known_markings.get(made)
    if known is not None:
        return known
    if sum(map(len, made)) <= _KNOWN_LENGTH:
        if len(_known_markings) >= _KNOWN_LIMIT:
            _known_markings.clear()
        _known_markings[made] = made
    return made


def _granular(item: Any) -> tuple[Granular, ...]:
    if type(item) is not list:
        return ()
    return tuple(
        Granular(_texts(mark.get("selectors")), _text(mark.get("marking_ref")), _text(mark.get("lang")))
        for mark in item
        if type(mark) is dict
    )


def _definition(value: dict[str, Any]) -> MarkingDefinition:
    """Say what a marking definition means; what is not known for certain is an atom nobody passes.

    A statement under a UUIDv5 may sit on the id of an atom that is not known here, and would then undo it:
    it is not believed.
    """
    name = value["name"] if type(value.get("name")) is str else ""
    atom = atoms.atom_of(value)
    if atom is not None:
        return MarkingDefinition("tlp" if atom in tlp.IDS else "atom", atom, name)
    identifier = value["id"]
    written = value.get("definition")
    if (
        value.get("definition_type") == "statement"
        and "extensions" not in value
        and type(written) is dict
        and type(written.get("statement")) is str
        and identifier not in tlp.ATOMS
        and is_identifier(identifier)
        and identifier[-22] != "5"
    ):
        return MarkingDefinition("statement", None, name, written["statement"])
    return MarkingDefinition("unknown", f"unknown:{identifier}", name)
