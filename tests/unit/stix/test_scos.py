"""Deterministic ids of observables."""

from __future__ import annotations

from typing import Any

import pytest

from cordiale.stix.scos import deterministic_id
from tests.unit.stix.examples import OBSERVABLE_KINDS, smallest

# Values and ids published in STIX 2.1 errata 01, section 6.
PUBLISHED: list[tuple[dict[str, Any], str]] = [
    ({"type": "ipv4-addr", "value": "198.51.100.3"}, "28bb3599-77cd-5a82-a950-b5bc3caf07c4"),
    (
        {
            "type": "x509-certificate",
            "serial_number": "36:f7:d4:32:f4:ab:70:ea:d3:ce:98:6e:ea:99:93:49:32:0a:b7:06",
        },
        "bf86f034-2390-54d7-8426-d08433db3fbe",
    ),
    (
        {"type": "user-account", "user_id": "1001", "account_login": "jdoe", "account_type": "unix"},
        "f94d689e-707d-58c3-b803-c720bb6ed096",
    ),
    (
        {"type": "windows-registry-key", "key": "HKEY_LOCAL_MACHINE\\System\\Foo\\Bar"},
        "1884b770-b679-522a-a9c7-45fadaaec7bb",
    ),
    (
        {
            "type": "windows-registry-key",
            "key": "hkey_local_machine\\system\\bar\\foo",
            "values": [
                {"name": "Foo", "data": "qwerty", "data_type": "REG_SZ"},
                {"name": "Bar", "data": "42", "data_type": "REG_DWORD"},
            ],
        },
        "f6a11ddf-fa2b-54c8-97ab-e7f28413095a",
    ),
]


@pytest.mark.parametrize(("value", "uuid"), PUBLISHED)
def test_the_published_ids_come_out(value: dict[str, Any], uuid: str) -> None:
    assert deterministic_id(value) == f"{value['type']}--{uuid}"


@pytest.mark.parametrize("kind", OBSERVABLE_KINDS)
def test_every_observable_but_a_process_has_one(kind: str) -> None:
    more = {"subject": "Hello"} if kind == "email-message" else {}
    assert (deterministic_id(smallest(kind, **more)) is None) == (kind == "process")


def test_only_contributing_properties_count_and_one_hash() -> None:
    both = smallest("file", hashes={"SHA-256": "b" * 64, "MD5": "a" * 32}, size=3)
    assert deterministic_id(both) == deterministic_id(
        smallest("file", hashes={"MD5": "a" * 32}, mime_type="a/b")
    )
    assert deterministic_id(both) != deterministic_id(smallest("file", hashes={"SHA-256": "b" * 64}))


def test_without_a_contributing_property_there_is_none() -> None:
    assert deterministic_id({"type": "file", "size": 1}) is None
    assert deterministic_id({"type": "campaign", "name": "x"}) is None
