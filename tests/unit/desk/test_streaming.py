"""A large bundle gives the same objects whether it is read whole or window by window."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.desk.analysis.streaming import objects
from cordiale.platform.errors import InputError
from cordiale.stix.ingress import Limits
from tests.unit.desk.conftest import indicator

LIMITS = Limits()


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[i : i + size] for i in range(0, len(data), size)]


def windowed(data: bytes, window: int = 900, chunk: int = 100) -> list[bytes]:
    """Read with a window of a few objects, as if the file were thousands of times larger."""
    found = list(objects(pieces(data, chunk), LIMITS, whole=200, window=window))
    assert all(isinstance(piece, bytes) for piece in found)
    return [piece for piece in found if isinstance(piece, bytes)]


def values(found: list[bytes]) -> list[Any]:
    return [orjson.loads(piece) for piece in found]


def references(number: int) -> dict[str, Any]:
    nested = [{"source_name": "a"}, {"source_name": "},{"}, {"source_name": '"},{"'}]
    return indicator(number, external_references=nested)


MANY = [references(n) for n in range(40)]


@pytest.mark.parametrize("option", [0, orjson.OPT_INDENT_2])
@pytest.mark.parametrize("window", [300, 900, 5000])
def test_a_bundle_in_windows_is_the_bundle(option: int, window: int) -> None:
    bundle = {"type": "bundle", "id": "bundle--1", "objects": MANY, "x_after": [1, {"a": "]"}]}
    assert values(windowed(orjson.dumps(bundle, option=option), window)) == MANY


def test_a_list_and_json_lines_in_windows(tmp_path: Any) -> None:
    assert values(windowed(orjson.dumps(MANY))) == MANY
    assert values(windowed(b"\n".join(map(orjson.dumps, MANY)))) == MANY


@given(
    st.lists(
        st.dictionaries(
            st.text(max_size=4),
            st.recursive(
                st.text(max_size=6) | st.integers(0, 9),
                lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(max_size=3), x, max_size=3),
                max_leaves=8,
            ),
            max_size=4,
        ),
        min_size=1,
        max_size=30,
    ),
    st.integers(40, 400),
)
def test_any_list_of_objects_survives_any_window(found: list[dict[str, Any]], window: int) -> None:
    data = orjson.dumps({"type": "bundle", "objects": found})
    assert values(windowed(data, window, chunk=33)) == found


def test_a_cut_short_file_gives_what_came_before_and_says_so() -> None:
    data = orjson.dumps({"type": "bundle", "objects": MANY})[:-200]
    found = []
    with pytest.raises(InputError, match="cut short"):
        for piece in objects(pieces(data, 100), LIMITS, whole=200, window=900):
            found.append(piece)
    assert len(found) > 30


def test_an_inner_list_named_objects_is_not_taken_for_the_bundle_s() -> None:
    data = orjson.dumps({"x_meta": {"objects": [{"a": 1}]}, "objects": MANY})
    with pytest.raises(InputError, match="No list of objects"):
        windowed(data)


def test_a_file_beyond_the_limit_is_refused() -> None:
    data = orjson.dumps({"objects": MANY})
    with pytest.raises(InputError, match="bundle_bytes"):
        list(objects(pieces(data, 100), Limits(total_bytes=5000), whole=200, window=900))
