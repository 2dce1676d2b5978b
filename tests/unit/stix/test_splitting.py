"""Cutting input into objects: one bad object never refuses the others, and nothing is lost silently."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.platform.errors import InputError
from cordiale.stix.ingress import Limits, SetAside, split

A, B = b'{"id":"a"}', b'{"id":"b"}'


def cut(data: bytes) -> list[bytes | SetAside]:
    return list(split(data))


@pytest.mark.parametrize(
    "data",
    [
        b'{"type":"bundle","id":"bundle--1","objects":[' + A + b"," + B + b"]}",
        b'{"objects":[' + A + b" , \n" + B + b'],"id":"x","type":"bundle"}',
        b'{"more":true,"next":"x","objects":[' + A + b"," + B + b"]}",
        b"[" + A + b"," + B + b"]",
        A + b"\n" + B + b"\n",
        A + b"\r\n\r\n" + B,
        A + B,
        b"\x1e" + A + b"\n\x1e" + B + b"\n",
        b"\xef\xbb\xbf" + A + B,
        b'{"type":"bundle","objects":[' + A + b']}{"type":"bundle","objects":[' + B + b"]}",
        b"[" + A + b"]\n[" + B + b"]",
    ],
    ids=["bundle", "bundle in another order", "TAXII envelope", "list", "lines", "lines of Windows",
         "in a row", "RFC 7464", "byte order mark", "two bundles", "two lists"],
)  # fmt: skip
def test_every_shape_gives_the_same_objects_verbatim(data: bytes) -> None:
    assert cut(data) == [A, B]


def test_a_single_object_is_one_even_when_it_has_a_property_called_objects() -> None:
    observed = b' {"type":"observed-data","objects":{"0":{"type":"url"}}} '
    assert cut(observed) == [observed.strip()]
    listed = b'{"type":"x-own","objects":[{"a":1}]}'
    assert cut(listed) == [listed]


def test_a_damaged_object_never_turns_its_own_list_into_objects() -> None:
    damaged = b'{"type":"x-own","objects":[{"id":"a"}],"n":NaN}'
    assert cut(damaged) == [damaged]
    (aside,) = cut(damaged[:-1])
    assert isinstance(aside, SetAside)
    later = b'{"objects":[{"id":"a"}],"n":NaN,"type":"x-own"}'
    assert cut(later) == [later]


def test_a_bundle_cut_between_two_objects_says_so() -> None:
    *whole, aside = cut(b'{"type":"bundle","objects":[' + A + b"," + B + b",")
    assert whole == [A, B]
    assert isinstance(aside, SetAside)
    assert aside.code == "cut-short"


def test_an_empty_bundle_holds_nothing() -> None:
    assert cut(b'{"type":"bundle","id":"bundle--1"}') == []
    assert cut(b'{"type":"bundle","objects":[]}') == []


@pytest.mark.parametrize(
    "bad", [b'{"a":NaN}', b'{"a":\xff}', b'{"a" 1}', b"{" + b'"a":{' * 5000 + b"}" * 5001]
)
def test_one_bad_object_is_handed_on_alone(bad: bytes) -> None:
    assert cut(b'{"type":"bundle","objects":[' + A + b"," + bad + b"," + B + b"]}") == [A, bad, B]


def test_what_is_no_object_is_set_aside_with_its_place() -> None:
    data = b"\xef\xbb\xbf[" + A + b', "text" ,' + B + b"]"
    first, aside, second = cut(data)
    assert (first, second) == (A, B)
    assert isinstance(aside, SetAside)
    assert (aside.index, aside.code, aside.path) == (1, "not-an-object", "objects.[1]")
    assert data[aside.offset :].startswith(b'"text"')


def test_a_cut_bundle_gives_what_came_whole() -> None:
    *whole, aside = cut(b'{"type":"bundle","objects":[' + A + b"," + B + b',{"id":"c","na')
    assert whole == [A, B]
    assert isinstance(aside, SetAside)
    assert aside.code == "malformed-json"


def test_rubbish_between_objects_is_set_aside() -> None:
    first, aside, second = cut(A + b"\n%%%\n" + B)
    assert (first, second) == (A, B)
    assert isinstance(aside, SetAside)
    assert aside.offset == len(A)


@pytest.mark.parametrize(
    "data",
    [
        b'{"type":"bundle","objects":[{"id":"a"}],"objects":[]}',
        b'{"type":"bundle","objects":[{"id":"a"}],"type":"bundle"}',
        b'{"type":"bundle","objects":[{"id":"a"}],"objects":[{"id":"b"}]}',
    ],
)
def test_a_bundle_that_can_be_read_in_two_ways_is_refused_whole(data: bytes) -> None:
    (aside,) = cut(data)
    assert isinstance(aside, SetAside)
    assert aside.code == "duplicate-key"


def test_objects_that_is_no_list_is_refused() -> None:
    (aside,) = cut(b'{"type":"bundle","objects":{"id":"a"}}')
    assert isinstance(aside, SetAside)
    assert aside.code == "not-a-list"


@pytest.mark.parametrize(("data", "code"), [(b" \n", "empty"), ("{}".encode("utf-16"), "not-utf8")])
def test_input_without_anything_readable_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(InputError) as caught:
        cut(data)
    assert caught.value.code == code


def test_oversize_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        list(split(b"[" + A + b"]", Limits(total_bytes=5)))
    assert caught.value.code == "too-large"


@pytest.mark.parametrize(
    "bomb",
    [
        b'{"a":' * 50_000,
        b"[" * 50_000,
        b'{"objects":[' * 20_000,
        b'"\\' + b'"\\"' * 50_000 + b"\\",
        b'{"a":[ ' * 50_000,
    ],
)
def test_damaged_input_takes_linear_time(bomb: bytes) -> None:
    assert len(cut(bomb)) >= 1


_objects = st.dictionaries(
    st.text(max_size=3), st.text(max_size=5) | st.integers(0, 9) | st.lists(st.text(max_size=2))
)


@given(st.lists(_objects, min_size=1, max_size=5), st.sampled_from([b",", b" ,\n"]))
def test_any_bundle_is_cut_into_exactly_its_objects(objects: list[dict[str, object]], between: bytes) -> None:
    raws = [orjson.dumps(one) for one in objects]
    assert cut(b'{"type":"bundle","objects":[' + between.join(raws) + b"]}") == raws


@given(st.lists(_objects, min_size=1, max_size=5), st.integers(0, 200), st.integers(1, 20))
def test_damage_never_raises_and_never_invents(objects: list[dict[str, object]], at: int, gone: int) -> None:
    whole = b'{"type":"bundle","objects":[' + b",".join(orjson.dumps(one) for one in objects) + b"]}"
    damaged = whole[:at] + whole[at + gone :]
    try:
        pieces = list(split(damaged))
    except InputError:
        return
    for piece in pieces:
        if isinstance(piece, bytes):
            assert piece in damaged
