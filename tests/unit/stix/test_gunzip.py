"""Bounded decompression."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.platform.errors import InputError
from cordiale.stix.ingress import bounded_gunzip


def refused(chunks: list[bytes], limit: int) -> str:
    with pytest.raises(InputError) as caught:
        list(bounded_gunzip(chunks, limit))
    return caught.value.code


@given(st.binary(max_size=2000), st.integers(1, 50))
def test_whatever_the_pieces_the_data_comes_back(data: bytes, size: int) -> None:
    packed = gzip.compress(data)
    chunks = [packed[at : at + size] for at in range(0, len(packed), size)]
    assert b"".join(bounded_gunzip(chunks, len(data))) == data


def test_several_members_are_one_stream() -> None:
    assert b"".join(bounded_gunzip([gzip.compress(b"a") + gzip.compress(b"b")], 2)) == b"ab"


def test_a_bomb_stops_at_the_limit() -> None:
    assert refused([gzip.compress(bytes(50 << 20))], 1 << 20) == "too-large"


def test_no_piece_is_larger_than_a_mebibyte() -> None:
    assert max(map(len, bounded_gunzip([gzip.compress(bytes(5 << 20))], 5 << 20))) <= 1 << 20


def test_a_cut_stream_and_a_damaged_one_are_refused() -> None:
    packed = gzip.compress(b"some text to pack")
    assert refused([packed[:-4]], 100) == "gzip-cut"
    assert refused([packed[:12] + b"\xff\xff\xff" + packed[15:]], 100) == "gzip-damaged"
    assert refused([b"no gzip at all"], 100) == "gzip-damaged"
