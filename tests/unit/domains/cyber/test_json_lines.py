"""What is taken from where it stands in JSON lines is what a decoder makes of each line, and what it refuses is refused."""

from __future__ import annotations

import json
from typing import Any, Final

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from cordiale.domains.cyber.logs import jsonl
from cordiale.domains.cyber.logs.aside import Aside
from cordiale.domains.cyber.logs.blocks import Block, block, blocks
from cordiale.domains.cyber.logs.building import LONGEST, built
from cordiale.domains.cyber.logs.members import members
from cordiale.domains.cyber.logs.profile import SURICATA, ZEEK, Profile

NOW: Final = 1 << 50
OURS: Final = Profile(
    name="ours",
    columns={
        "at": ("ts",),
        "src": ("a", "e.h"),
        "src_port": ("p",),
        "host": ("d.n", "d.m.x", "h"),
        "url": ("u",),
        "answers": ("an", "d.q[].r"),
        "hashes": ("s1", "s2"),
        "user": ("é",),
        "device": ("",),
    },
)
KEYS: Final = (*("ts", "a", "p", "d", "e", "h", "u", "an", "s1", "s2", "é", "", "other", "n", "m", "x", "q", "r"), *("dns", "timestamp"))  # fmt: skip

texts = st.sampled_from(
    [
        *("", "-", "null", "a,b;c", "evil.example", "10.0.0.1", "/x?y", "443", " 443", "0443", "2026-03-01T10:00:00Z"),
        *('es\\cape"d/\n', "é", "\U0001f600", "x" * (LONGEST + 5)),
    ]
)  # fmt: skip
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-5, 1 << 70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=6,
)
LINES: Final = (
    *("", "  ", "\v", "{", "}", "{}x", "{} {}", "[1]", "null", "1", '"x"', '{"a":01}', '{"a":1.}', '{"a":1e999}', '{"a":-}', '{"a":"x}'),
    *('{"a":"\\ud800"}', '{"a":"\\u00zz"}', '{"a":"\x01"}', '{"a":"\\x"}', '{"a":tru}', '{"a":1,}', '{,}', '{"a"}', '{"d":1}', '{"d":[]}'),
    *('{"a":"1","a":null}', '{"d":{"n":"x"},"d":{"m":{}}}', '{"d":{"n":"x"},"d":null}', '{"\\u0061":"x"}', '{ "a" :\t"x" }\r'),
    *('{"o":' + "[" * 60 + "]" * 60 + "}", '{"d":' + '{"m":' * 60 + "1" + "}" * 61, '{"o":[1,]}', '{"o":{"a"}}', '{"ts":1e3}'),
)  # fmt: skip


@st.composite
def line(draw: st.DrawFn) -> str:
    """A record, written in one of the ways there are, now and then with a character too many or too few; or an odd line."""
    if draw(st.integers(0, 5)) == 0:
        return draw(st.sampled_from(LINES))
    pairs = draw(st.lists(st.tuples(st.sampled_from(KEYS), values), max_size=5))
    narrow, wide = draw(st.booleans()), draw(st.booleans())
    space = (", ", ": ") if wide else (",", ":")
    written = space[0].join(
        json.dumps(key, ensure_ascii=narrow)
        + space[1]
        + json.dumps(value, ensure_ascii=narrow, separators=space)
        for key, value in pairs
    )
    written = "{" + written + "}"
    if draw(st.integers(0, 5)) == 0:
        at = draw(st.integers(0, len(written) - 1))
        written = (
            written[:at]
            + draw(st.sampled_from(' {}[],:"\\u0e-\x01'))
            + written[at + draw(st.integers(0, 1)) :]
        )
    return written.replace("\n", " ")


def decoded(found: Block, shape: jsonl.Shape) -> tuple[list[dict[str, Any]], list[tuple[int, str]]]:
    """Return what a decoder alone makes of each line."""
    numbered = enumerate(found.data.split(b"\n"), found.line)
    rows, lines, aside = jsonl._one_by_one(numbered, shape.decoder)
    columns = {field: jsonl._column(field, getters, rows) for field, getters in shape.fields.items()}
    records = built(columns, lines, "log", NOW).to_pylist() if rows else []
    return records, [(one.line, one.code) for one in aside]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(line(), min_size=1, max_size=12),
    st.sampled_from([OURS, OURS, SURICATA, ZEEK]),
    st.sampled_from(["", "\n"]),
)
def test_what_is_taken_is_what_a_decoder_makes(lines: list[str], profile: Profile, last: str) -> None:
    plain = ['{"a":"10.0.0.9"}'] * len(lines)  # so that odd lines are decoded by themselves, not the block
    shape = jsonl.shape(profile, ["id.orig_h"])
    for given_lines in (lines, [*plain, *lines]):
        (found,) = blocks([("\n".join(given_lines) + (last or " ")).encode()])
        parts = list(jsonl.read([found], shape, "log", NOW))
        aside = [(one.line, one.code) for one in parts if isinstance(one, Aside)]
        records = [row for part in parts if isinstance(part, pa.Table) for row in part.to_pylist()]
        assert (records, aside) == decoded(found, shape)


def test_plain_lines_are_not_decoded() -> None:
    """The quick way is the one that is gone: escapes, blanks, lists and what nobody asks for make no line odd."""
    lines = [
        '{"ts":1772359200.5,"a":"10.0.0.1","p":443,"other":{"x":[1,"\\"",{"y":null}]},"d":{"n":"evil.example"}}',
        '{ "ts" : "2026-03-01T10:00:00Z" , "u" : "http:\\/\\/evil.example\\/Ren\\u00e9", "an": ["a", "b"] }\r',
        "",
        '{"ts":"2026-03-01T10:00:00Z","u":"\\ud83d\\ude00"}',
    ]
    found = members(block(1, "\n".join(lines).encode()).data, 4, jsonl.shape(OURS, []).asked)
    assert found.lines.tolist() == [0, 1]
    assert found.odd[:, 0].tolist() == [3]
