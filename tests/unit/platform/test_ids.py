"""Identifiers come from randomness that is passed in."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from cordiale.platform.ids import keyed_randomness, system_randomness, uuid4, uuid5


@given(st.binary(max_size=100))
def test_the_same_key_gives_the_same_identifiers(key: bytes) -> None:
    one, other = keyed_randomness(key), keyed_randomness(key)
    first, second = uuid4(one), uuid4(one)
    assert (first, second) == (uuid4(other), uuid4(other))
    assert first != second
    assert uuid.UUID(first).version == 4
    assert uuid.UUID(first).variant == uuid.RFC_4122


@given(st.integers(0, 300))
def test_as_many_bytes_as_asked(size: int) -> None:
    assert len(keyed_randomness(b"k")(size)) == size


def test_other_keys_give_other_identifiers() -> None:
    assert len({uuid4(keyed_randomness(bytes([i]))) for i in range(256)}) == 256
    assert uuid4(system_randomness) != uuid4(system_randomness)


def test_named_identifiers_are_those_of_the_standard() -> None:
    # RFC 9562, appendix A.4
    assert (
        uuid5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com")
        == "2ed6657d-e927-568b-95e1-2665a8aea6a2"
    )
