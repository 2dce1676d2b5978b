"""Patterns and observations that ask every operator of every kind of value, for two matchers to agree on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

NAMES = ("a", "b", "ab", "aB", "a b", "é", "e\u0301", "it's", "c\\d", "")
SIZES = (2, 3, 4, 10, 2.5, 3.0, -1)
MOMENTS = (
    "2026-01-01T00:00:00Z",
    "2026-01-01T00:00:00.5Z",
    "2026-06-01T12:00:00.000Z",
    "2025-12-31T23:59:59Z",
)
NETWORKS = (
    "198.51.100.0/24",
    "198.51.100.64/26",
    "198.51.100.65/32",
    "203.0.113.0/24",
    "198.51.0.0/16",
    "128.0.0.0/1",
)
OCTETS = (b"ab", b"b", b"\x00\xff", b"")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)

_name = st.sampled_from(NAMES)


def quoted(text: str) -> str:
    """Write a text as a constant."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _base64(data: bytes) -> str:
    from base64 import b64encode

    return b64encode(data).decode()


@st.composite
def things(draw: st.DrawFn, keys: tuple[str, ...]) -> dict[str, Any]:
    """Draw an observable with some of every kind of property."""
    made: dict[str, Any] = {"type": draw(st.sampled_from(("x-thing", "x-other")))}
    choices: dict[str, st.SearchStrategy[Any]] = {
        "name": _name,
        "size": st.sampled_from(SIZES),
        "on": st.booleans(),
        "at": st.sampled_from(MOMENTS),
        "ip": st.sampled_from([network.partition("/")[0] for network in NETWORKS] + list(NETWORKS)),
        "net": st.sampled_from(NETWORKS),
        "data_hex": st.sampled_from([data.hex() for data in OCTETS]),
        "data_bin": st.sampled_from([_base64(data) for data in OCTETS if data]),
        "tags": st.lists(_name, max_size=3),
        "rows": st.lists(st.fixed_dictionaries({}, optional={"n": st.sampled_from(SIZES)}), max_size=3),
        "by-name": st.fixed_dictionaries({}, optional={"MD5": _name, "SHA-1": _name}),
        "nothing": st.none(),
        "of_ref": st.sampled_from((*keys, "gone")),
        "of_refs": st.lists(st.sampled_from(keys), max_size=3),
    }
    for name in draw(st.lists(st.sampled_from(sorted(choices)), unique=True, max_size=9)):
        made[name] = draw(choices[name])
    return made


@st.composite
def observed(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw observed-data objects of STIX 2.0, some seconds long and apart."""
    made = []
    for place in range(draw(st.integers(1, 5))):
        first = BEGIN + timedelta(seconds=draw(st.integers(0, 8)))
        last = first + timedelta(seconds=draw(st.integers(0, 3)))
        keys = tuple("012"[: draw(st.integers(1, 3))])
        made.append(
            {
                "type": "observed-data",
                "id": f"observed-data--{place}",
                "first_observed": f"{first:%Y-%m-%dT%H:%M:%SZ}",
                "last_observed": f"{last:%Y-%m-%dT%H:%M:%SZ}",
                "number_observed": draw(st.integers(1, 2)),
                "objects": {key: draw(things(keys)) for key in keys},
            }
        )
    return made


def bundled(data: list[dict[str, Any]]) -> dict[str, Any]:
    """Write observed data of STIX 2.0 as a bundle of 2.1: observables with ids, named in object_refs."""
    objects: list[dict[str, Any]] = []
    for one in data:
        ids = {key: f"x-thing--{one['id'][-1]}{key}" for key in one["objects"]}
        for key, value in one["objects"].items():
            made = {**value, "id": ids[key]}
            if "of_ref" in made:
                made["of_ref"] = ids.get(made["of_ref"], "x-thing--gone")
            if "of_refs" in made:
                made["of_refs"] = [ids[other] for other in made["of_refs"]]
            objects.append(made)
        objects.append(
            {**{k: v for k, v in one.items() if k != "objects"}, "object_refs": list(ids.values())}
        )
    return {"type": "bundle", "id": "bundle--1", "objects": objects}


_TEXT_PATHS = ("name", "tags[*]", "tags[0]", "'by-name'.MD5", "'by-name'.'SHA-1'", "of_ref.name", "of_refs[*].name",
               "of_refs[0].name", "of_ref.of_ref.name", "of_refs[*].of_refs[*].name")  # fmt: skip


@st.composite
def comparisons(draw: st.DrawFn, kind: str) -> str:
    """Draw a comparison that both matchers define alike."""
    negated = draw(st.sampled_from(("", "", "NOT ")))
    equal = st.sampled_from(("=", "!="))
    order = st.sampled_from(("<", "<=", ">", ">="))
    text = f"{kind}:{draw(st.sampled_from(_TEXT_PATHS))}"
    shape = draw(st.integers(0, 12))
    if shape == 0:
        return f"{text} {negated}{draw(st.one_of(equal, order))} {quoted(draw(_name))}"
    if shape == 1:
        return f"{text} {negated}IN ({', '.join(map(quoted, draw(st.lists(_name, min_size=1, max_size=3))))})"
    if shape == 2:
        parts = draw(st.lists(st.sampled_from(("a", "b", "%", "_", "é", "'")), max_size=4))
        return f"{text} {negated}LIKE {quoted(''.join(parts))}"
    if shape == 3:
        return f"{text} {negated}MATCHES {quoted(draw(st.sampled_from(('^a', 'b$', 'a.b', '[ab]+', 'é', '', '^$', 'a|c', chr(92) + 'x61'))))}"
    if shape == 4:
        path = draw(st.sampled_from(("size", "rows[*].n", "rows[0].n")))
        return f"{kind}:{path} {negated}{draw(st.one_of(equal, order))} {draw(st.sampled_from(SIZES))}"
    if shape == 5:
        return f"{kind}:size {negated}IN ({', '.join(str(n) for n in draw(st.lists(st.sampled_from(SIZES), min_size=1, max_size=3)))})"
    if shape == 6:
        return f"{kind}:on {negated}{draw(equal)} {draw(st.sampled_from(('true', 'false')))}"
    if shape == 7:
        return f"{kind}:at {negated}{draw(st.one_of(equal, order))} t'{draw(st.sampled_from(MOMENTS))}'"
    if shape == 8:
        return f"{kind}:ip {negated}ISSUBSET '{draw(st.sampled_from(NETWORKS))}'"
    if shape == 9:
        return f"{kind}:net {negated}ISSUPERSET '{draw(st.sampled_from(NETWORKS))}'"
    if shape == 10:
        data = draw(st.sampled_from(OCTETS))
        constant = f"b'{_base64(data)}'" if data and draw(st.booleans()) else f"h'{data.hex()}'"
        return f"{kind}:{draw(st.sampled_from(('data_hex', 'data_bin')))} {negated}{draw(st.one_of(equal, order))} {constant}"
    if shape == 11:  # of another kind than the value
        path, constant = draw(
            st.sampled_from(
                (("size", "'a'"), ("name", "3"), ("on", "'a'"), ("nothing", "'a'"), ("of_ref", "'0'"))
            )
        )
        return f"{kind}:{path} {negated}{draw(equal)} {constant}"
    return f"{kind}:data_hex {negated}{draw(equal)} 'ab'"


@st.composite
def brackets(draw: st.DrawFn) -> str:
    """Draw an observation in brackets."""
    kind = draw(st.sampled_from(("x-thing", "x-other")))
    said = draw(comparisons(kind))
    for _more in range(draw(st.integers(0, 3))):
        joined = draw(st.sampled_from(("AND", "OR")))
        other = kind if joined == "AND" else draw(st.sampled_from(("x-thing", "x-other")))
        right = draw(comparisons(other))
        said = f"{said} {joined} {right}" if draw(st.booleans()) else f"({said}) {joined} ({right})"
    return f"[{said}]"


@st.composite
def patterns(draw: st.DrawFn, most: int = 4) -> str:
    """Draw a pattern of a few observations, with operators and qualifiers."""
    if most == 1 or draw(st.integers(0, 2)) == 0:
        said = draw(brackets())
    else:
        left = draw(st.integers(1, most - 1))
        joined = draw(st.sampled_from(("AND", "OR", "FOLLOWEDBY")))
        said = f"{draw(patterns(left))} {joined} {draw(patterns(most - left))}"
        if draw(st.booleans()):
            said = f"({said})"
    qualifiers = draw(st.lists(st.integers(0, 2), max_size=2, unique=True))
    if qualifiers and not said.endswith(("]", ")")):
        said = f"({said})"
    for qualifier in qualifiers:
        if qualifier == 0:
            said += f" REPEATS {draw(st.integers(1, 3))} TIMES"
        elif qualifier == 1:
            said += f" WITHIN {draw(st.sampled_from((1, 2, 2.5, 4, 100)))} SECONDS"
        else:
            start = BEGIN + timedelta(seconds=draw(st.integers(0, 6)))
            stop = start + timedelta(seconds=draw(st.integers(0, 6)))
            said += f" START t'{start:%Y-%m-%dT%H:%M:%SZ}' STOP t'{stop:%Y-%m-%dT%H:%M:%SZ}'"
    return said
