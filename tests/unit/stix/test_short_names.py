"""Names of properties in our extensions have three letters or more, but for those that were written before it was noticed."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import orjson

KEPT = {
    "at": {"information-technique", "joint-agreement", "joint-answer", "joint-contribution", "joint-position", "joint-request", "joint-task"},
    "by": {"chosen-statement", "joint-agreement"},
    "on": {"account-owner", "source-fact"},
    "to": {"joint-request"},
    "en": {"information-set", "information-technique", "joint-answer", "joint-case", "joint-contribution", "joint-position", "joint-request", "joint-revision", "joint-task", "source-fact"},
    "fr": {"information-set", "information-technique", "joint-answer", "joint-case", "joint-contribution", "joint-position", "joint-request", "joint-revision", "joint-task", "source-fact"},
    "id": {"marking-atom"},  # STIX's own
}  # fmt: skip
"""Where each stands (decision 0137): nothing is added here."""


def short(value: Any) -> Iterator[str]:
    """Yield the names of fewer than three letters that a schema gives to properties."""
    if isinstance(value, dict):
        named = value.get("properties")
        if isinstance(named, dict):
            yield from (name for name in named if len(name) < 3)
        for inner in value.values():
            yield from short(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from short(inner)


def test_no_new_name_is_shorter_than_the_specification_allows() -> None:
    found: dict[str, set[str]] = {}
    for file in files("cordiale.stix.extensions").iterdir():
        if file.name.endswith(".json"):
            for name in short(orjson.loads(file.read_bytes())):
                found.setdefault(name, set()).add(file.name.removesuffix(".json"))
    assert found == KEPT
