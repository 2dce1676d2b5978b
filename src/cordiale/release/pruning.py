"""Cut branches out of a JSON value and keep account of where the rest has gone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol

import orjson

from cordiale.release.allowlist import Path, name_of

GONE: Final[Any] = object()
"""Stands for a value of which nothing is left."""

SHORTEST_WORD: Final = 3
"""Characters below which a removed text is not searched for elsewhere: it would match anything."""

IDENTIFIER = re.compile(
    r"[a-z][a-z0-9-]*--[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE
)
"""A STIX identifier, wherever it stands (STIX 2.1 section 2.9)."""


LONGEST_TYPE: Final = 250
"""Characters in the name of a type at most (STIX 2.1 section 11.2)."""

_TYPE_LETTERS: Final = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"

# Begins with its two hyphens, which the regular expression engine finds at the speed of a search for a fixed text.
_UUID = re.compile(
    rb"--[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
)

_TELLING = re.compile(
    r"""'[^'\n]{3,}'                               # a literal of a pattern
    | [a-z]+://[^\s'"]+                           # an address
    | [\w.+-]+@[\w-]+(?:\.[\w-]+)+                # a mail address
    | \b\d{1,3}(?:\.\d{1,3}){3}\b                 # an IPv4 address
    | \b[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){3,7}\b   # an IPv6 address
    | \b[0-9a-f]{32,}\b                          # a digest
    | \b(?:[a-z0-9-]+\.)+[a-z]{2,}\b             # a domain name
    """,
    re.VERBOSE | re.IGNORECASE,
)


class _Target(Protocol):
    @property
    def state(self) -> str: ...
    @property
    def as_id(self) -> str | None: ...


class Pruning:
    """One pass over one value: remove places, map references, remember moves."""

    def __init__(
        self,
        old_id: str,
        new_id: str,
        targets: Mapping[str, _Target],
        cut: frozenset[Path],
    ) -> None:
        self.removed: set[str] = set()
        self._old_id, self._new_id = old_id, new_id
        self._targets = targets
        self._cut = cut
        self._moves: dict[Path, Path] = {}

    def prune(self, value: dict[str, Any]) -> dict[str, Any]:
        """Return the value without what is cut; id and markings are left to the caller."""
        made: dict[str, Any] = {}
        for name, item in value.items():
            if name in ("object_marking_refs", "granular_markings"):
                continue
            if name in ("type", "spec_version", "id"):
                made[name] = item
                continue
            if (kept := self._keep(item, (name,), (name,))) is not GONE:
                made[name] = kept
        return made

    def moved(self, selector: str) -> str | None:
        """Return where a selector now points, None when its place is gone."""
        new = self._moves.get(path_of(selector))
        return None if new is None else selector_of(new)

    def _keep(self, item: Any, old: Path, new: Path) -> Any:
        kept = GONE if old in self._cut else self._inside(item, old, new)
        if kept is GONE:
            self.removed.add(name_of(old))
        else:
            self._moves[old] = new
        return kept

    def _inside(self, item: Any, old: Path, new: Path) -> Any:
        if isinstance(item, str):
            return self._reference(item) if IDENTIFIER.fullmatch(item) else item
        if isinstance(item, list):
            found: list[Any] = []
            for position, part in enumerate(item):
                kept = self._keep(part, (*old, position), (*new, len(found)))
                if kept is not GONE:
                    found.append(kept)
            return found if found or not item else GONE
        if isinstance(item, dict):
            if isinstance(old[-1], int) and self._about_nothing(item):
                return GONE
            made: dict[str, Any] = {}
            for name, part in item.items():
                named = (
                    name
                    if old == ("extensions",) or not IDENTIFIER.fullmatch(name)
                    else self._reference(name)
                )
                kept = GONE if named is GONE else self._keep(part, (*old, name), (*new, named))
                if kept is not GONE:
                    made[named] = kept
            return made if made or not item else GONE
        return item

    def _about_nothing(self, item: dict[str, Any]) -> bool:
        """Tell whether an entry of a list names what the recipient does not have: the rest of it would say that it is there."""
        return any(
            name.endswith("_ref") and isinstance(part, str) and IDENTIFIER.fullmatch(part) and self._reference(part) is GONE
            for name, part in item.items()
        )  # fmt: skip

    def _reference(self, identifier: str) -> Any:
        if identifier == self._old_id:
            return self._new_id
        target = self._targets.get(identifier)
        if target is None or target.state == "hidden":
            return GONE
        return (target.as_id or GONE) if target.state == "tear-line" else identifier


def path_of(selector: str) -> Path:
    """Return the path a granular selector names (STIX 2.1 section 7.2.3.1)."""
    return tuple(
        int(part[1:-1]) if part.startswith("[") and part[1:-1].isdecimal() else part
        for part in selector.split(".")
    )


def selector_of(path: Path) -> str:
    """Write a path as a granular selector."""
    return ".".join(f"[{part}]" if isinstance(part, int) else part for part in path)


def is_there(value: Any, path: Path) -> bool:
    """Tell whether a path leads to something in a value."""
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def telling_words(text: str) -> set[str]:
    """Return a removed text and the addresses, names, digests and literals in it, none of which may stay elsewhere."""
    return {text, *(found.strip("'") for found in _TELLING.findall(text))}


def names_in(raw: bytes) -> tuple[str, ...]:
    """Return what an object is called: its name, its aliases, its value; none of it may stay where it is hidden."""
    value = orjson.loads(raw)
    found: set[str] = set()
    for key, item in value.items() if isinstance(value, dict) else ():
        if key in ("name", "value") or key.endswith("aliases"):
            found |= set(_leaves(item, SHORTEST_WORD))
    return tuple(sorted(found))


def texts_under(value: Any, path: Path, least: int = SHORTEST_WORD) -> Iterator[str]:
    """Yield the texts and longer numbers under a place, from `least` characters on; nothing when it is not there."""
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return
    yield from _leaves(value, least)


def _leaves(value: Any, least: int) -> Iterator[str]:
    if isinstance(value, str):
        if len(value.strip()) >= least:
            yield value.strip()
    elif isinstance(value, dict):
        for name, item in value.items():
            if least == 1:
                yield name
            yield from _leaves(item, least)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, least)
    elif isinstance(value, int | float) and not isinstance(value, bool) and len(str(value)) >= max(least, 5):
        yield str(value)


def mentions(raw: bytes) -> frozenset[str]:
    """Return every STIX identifier that stands anywhere in the bytes of an object, escapes undone."""
    if b"\\u" in raw:
        raw = orjson.dumps(orjson.loads(raw))
    found = set()
    for match in _UUID.finditer(raw):
        start = match.start()
        before = raw[max(0, start - LONGEST_TYPE) : start]
        kind = before[len(before.rstrip(_TYPE_LETTERS)) :].lstrip(b"0123456789-")
        if kind:
            found.add((kind + match.group()).decode())
    return frozenset(found)
