"""Markings as people write them: one reading for commands, settings and forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.desk.written import marking_of, written
from cordiale.platform.errors import InputError


@pytest.mark.parametrize(
    ("text", "atoms"),
    [
        ("tlp:amber", {"tlp:amber"}),
        ("level:CAN/TOP SECRET", {"level:CAN/TOP SECRET"}),
        (["level:CAN/TOP SECRET", "tlp:red"], {"level:CAN/TOP SECRET", "tlp:red"}),
        ("level:FRA/TRÈS SECRET  rel:FRA|CAN", {"level:FRA/TRÈS SECRET", "rel:CAN|FRA"}),
        ("level:FRA/TRE\u0300S\u00a0SECRET", {"level:FRA/TRÈS SECRET"}),
        (["level:NATO/COSMIC", "TOP", "SECRET", "tlp:red"], {"level:NATO/COSMIC TOP SECRET", "tlp:red"}),
        ('"rel:Affaires mondiales|CAN" tlp:green', {"rel:Affaires mondiales|CAN", "tlp:green"}),
        ("TLP:AMBER+STRICT PAP:RED", {"tlp:amber+strict", "pap:red"}),
        ("compartment:FRA/OPÉRATION D'ÉTÉ", {"compartment:FRA/OPÉRATION D'ÉTÉ"}),
    ],
)
def test_a_marking_is_read_as_it_is_meant(text: str | list[str], atoms: set[str]) -> None:
    assert marking_of(text) == atoms


@pytest.mark.parametrize(
    "text", ["amber", "tlp:amber red", "rel:CAN FRA", "level:CAN/SECRET tpl:red", "SECRET", ""]
)
def test_what_is_no_marking_is_refused_and_never_guessed(text: str) -> None:
    with pytest.raises(InputError):
        marking_of(text)


NAMES = (
    st.text(st.sampled_from("ABÉ é'|"), min_size=1, max_size=8)
    .map(lambda t: " ".join(t.split()))
    .filter(bool)
)


@given(
    st.sets(
        st.tuples(st.sampled_from(("level:CAN/", "compartment:FRA/", "rel:", "orcon:")), NAMES), min_size=1
    )
)
def test_what_is_written_is_read_back(parts: set[tuple[str, str]]) -> None:
    try:
        marking = marking_of('"' + '" "'.join(axis + name for axis, name in sorted(parts)) + '"')
    except InputError:
        return  # such as `rel:|`
    assert marking_of(written(marking)) == marking
