"""A domain declares itself here; declaring imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ENTRY_POINTS = "cordiale.domains"


@dataclass(frozen=True, slots=True)
class Domain:
    """What one field of work adds to a node.

    Every member of `readers`, `analyses`, `actions`, `writers` and `pages` is a
    `"module:function"` string, imported when it is first used. `types` are the STIX object
    types (extension definition ids included) the domain models; `messages` is the package that
    holds its catalogues.
    """

    name: str
    types: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    analyses: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    writers: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    messages: str | None = None


def domains() -> tuple[Domain, ...]:
    """Return every domain found among the entry points, sorted by name."""
    raise NotImplementedError


def load(reference: str) -> Any:
    """Import and return what a `"module:function"` string names."""
    raise NotImplementedError
