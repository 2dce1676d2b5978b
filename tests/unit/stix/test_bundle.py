"""Writing bundles."""

from __future__ import annotations

from cordiale.platform.ids import keyed_randomness
from cordiale.stix.bundle import bundle_id, dump, write
from cordiale.stix.decoding import decode
from cordiale.stix.ingress import split
from cordiale.stix.validate import validate

OBJECTS = [b'{"id":"a", "n":1}', b'{"id":"b"}']


def test_objects_are_written_verbatim_and_come_back() -> None:
    identifier = bundle_id(keyed_randomness(b"test"))
    whole = dump(OBJECTS, identifier)
    assert whole == b"".join(write(OBJECTS, identifier))
    assert list(split(whole)) == OBJECTS
    assert validate(decode(whole)[0]) == []


def test_an_empty_bundle_has_no_list() -> None:
    value, _ = decode(dump([], bundle_id(keyed_randomness(b"test"))))
    assert validate(value) == []
    assert set(value) == {"type", "id"}
