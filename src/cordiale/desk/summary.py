"""Rows of the store as people read them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson

from cordiale.desk.answers import Chip, Summary
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _
from cordiale.stix.selectors import touches
from cordiale.store import markings

if TYPE_CHECKING:
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Key, Row

LONGEST = 200
"""Characters of a name in a list."""

_NAMED_BY = ("name", "value", "path", "key", "subject", "user_id", "abstract", "pattern", "number", "title")


def summary(tx: Transaction, row: Row, partners: tuple[Chip, ...] = ()) -> Summary:
    """Return one row as a line of a list; a reader who may only have a redacted form gets no name."""
    value = orjson.loads(row.raw) if row.raw else {}
    atoms = tuple(sorted(markings.atoms(tx, row.effective_mid)))
    return Summary(
        id=row.id,
        type=row.type,
        name=name_of(_open(value)),
        source=row.source,
        created=row.created,
        modified=row.modified,
        received=row.received,
        origin=row.origin,
        marking=atoms,
        revoked=row.revoked,
        partners=partners,
    )


def _open(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what of an object stands under no marking of its own: a line of a list carries the object's marking alone."""
    marks = value.get("granular_markings") or ()
    restricted = [s for mark in marks if mark.get("marking_ref") for s in mark["selectors"]]
    if not restricted:
        return value
    found = {key: held for key, held in value.items() if not any(touches(s, key) for s in restricted)}
    contents = value.get("contents")
    if isinstance(contents, dict) and "contents" not in restricted:
        found["contents"] = {lang: _texts(lang, texts, restricted) for lang, texts in contents.items()}
    return found


def _texts(lang: str, texts: Any, restricted: Sequence[str]) -> Any:
    if not isinstance(texts, dict):
        return {}
    kept = (key for key in texts if not any(touches(s, f"contents.{lang}.{key}") for s in restricted))
    return {key: texts[key] for key in kept}


_ONE_VALUE = re.compile(r"\[\s*[a-z0-9-]+:[^\s=\[\]]+\s*(?:=|ISSUBSET)\s*'((?:[^'\\]|\\.)+)'\s*\]").fullmatch
"""A pattern that looks for one value in one place: the value says it all, and is what people know it by."""


def name_of(value: Mapping[str, Any]) -> str:
    """Return what an object is called: its name, else its value, else what it says first."""
    for key in _NAMED_BY:
        found = value.get(key)
        if isinstance(found, str | int) and found != "":
            plain = _ONE_VALUE(found) if key == "pattern" and isinstance(found, str) else None
            return (re.sub(r"\\(.)", r"\1", plain[1]) if plain else str(found))[:LONGEST]
    for algorithm, digest in (value.get("hashes") or {}).items():
        return f"{algorithm} {digest}"[:LONGEST]
    kind = value.get("relationship_type")
    if isinstance(kind, str):
        return kind[:LONGEST]
    said = value.get("definition")
    if isinstance(said, dict) and isinstance(said.get("statement"), str):
        return str(said["statement"])[:LONGEST]
    for key in ("content", "opinion", "description"):
        found = value.get(key)
        if isinstance(found, str):
            return found.split("\n")[0][:LONGEST]
    return _translated_name(value.get("contents"))


def _translated_name(contents: Any) -> str:
    """Return what a translation is called: the name it gives, and the language it gives it in."""
    if not isinstance(contents, dict):
        return ""
    for lang, texts in contents.items():
        found = name_of(texts) if isinstance(texts, dict) and "contents" not in texts else ""
        if found:
            return f"{found[: LONGEST - 10]} ({lang})"
    return ""


def token(key: Key | None) -> str | None:
    """Write a position in a listing for a face to hand back."""
    return None if key is None else f"{key[0]}.{key[1]}"


def position(written: str | None) -> Key | None:
    """Read a position back; raises InputError for what this node did not write."""
    if not written:
        return None
    first, dot, second = written.partition(".")
    if not dot or not first.lstrip("-").isdigit() or not second.isdigit() or len(written) > 60:
        raise InputError(
            "bad-position",
            _("“{after}” is not a position in this list: start from its beginning."),
            after=written[:60],
        )
    return int(first), int(second)


def lines(asked: int, most: int) -> int:
    """Return how many lines a list has when so many are asked for; raises InputError for none or fewer."""
    if asked < 1:
        raise InputError(
            "limit", _("{asked} lines cannot be shown: ask for 1 to {most}."), asked=asked, most=most
        )
    return min(asked, most)
