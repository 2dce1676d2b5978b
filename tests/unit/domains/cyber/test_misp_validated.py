"""What MISP becomes is STIX 2.1 by the word of others: the OASIS validator finds no fault with any shape of object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from stix2validator import ValidationOptions, validate_instance

from cordiale.domains.cyber.misp import reader
from cordiale.domains.cyber.misp.frame import EXTENSION, said_in
from cordiale.stix.ingress import DEFAULT_LIMITS
from tests.unit.domains.cyber import misp_events as made
from tests.unit.domains.cyber.test_misp_reader import SHARED, fixtures


def shapes(*contents: bytes) -> Iterator[dict[str, Any]]:
    """Yield an object of each shape that inputs become: by type, what it is in MISP, and the properties it has."""
    seen = set()
    for raw in contents:
        for piece in reader.read_at(iter((raw,)), DEFAULT_LIMITS, "here"):
            if isinstance(piece, bytes):
                value = orjson.loads(piece)
                said = said_in(value) or {}
                shape = (value["type"], said.get("kind"), said.get("type"), frozenset(value), frozenset(said))
                if shape not in seen:
                    seen.add(shape)
                    yield value


def faults(*contents: bytes) -> list[str]:
    options = ValidationOptions(version="2.1")
    found = [validate_instance(value, options) for value in shapes(*contents)]
    assert found
    return [str(error) for one in found for error in one.errors]


def test_an_event_with_everything_is_stix() -> None:
    assert faults(made.written(made.whole())) == []


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared MISP fixtures are not here")
def test_every_fixture_is_stix() -> None:
    raws = [path.read_bytes() for path in fixtures() if path.name not in ("definition.json", "galaxy.json")]
    assert faults(*[raw for raw in raws if reader.recognise(raw[:4096])]) == []


def test_what_was_taken_in_before_its_names_had_three_letters_is_still_understood() -> None:
    old = {
        "extensions": {
            EXTENSION: {"extension_type": "property-extension", "of": "event", "date": "2026-01-30"}
        }
    }
    assert (said_in(old) or {})["kind"] == "event"
