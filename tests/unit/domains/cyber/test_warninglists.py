"""Warning lists: each type answers as it is published to, whatever a list tries."""

from __future__ import annotations

import ipaddress
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cordiale.domains.cyber.warninglists import Lists, load
from cordiale.domains.cyber.warninglists.networks import Network, network_of, pieces, written
from cordiale.platform.errors import InputError

SHARED = Path(__file__).resolve().parents[4].parent / "shared" / "data" / "misp" / "warninglists"


def lists(folder: Path, **made: dict[str, Any]) -> Lists:
    for name, one in made.items():
        (folder / name).mkdir()
        (folder / name / "list.json").write_text(json.dumps({"name": name, "version": 3, **one}))
    return load(folder)


def hits(held: Lists, kind: str, value: str) -> list[tuple[str, str, str]]:
    return [(one.list, one.entry, one.how) for one in held.look(kind, value)]


def test_a_network_answers_for_what_lies_in_it_and_says_when_a_value_is_wider(tmp_path: Path) -> None:
    held = lists(
        tmp_path,
        resolvers={"type": "cidr", "list": ["192.0.2.53", "192.0.2.0/24", "2001:db8::/32"]},
        wide={"type": "cidr", "list": ["192.0.0.0/16"], "category": "known"},
    )
    assert hits(held, "ipv4-addr", "192.0.2.53") == [
        ("resolvers", "192.0.2.53", "is"),
        ("wide", "192.0.0.0/16", "within"),
    ]
    assert hits(held, "ipv4-addr", "192.0.2.54")[0] == ("resolvers", "192.0.2.0/24", "within")
    assert hits(held, "ipv6-addr", "2001:DB8::1") == [("resolvers", "2001:db8::/32", "within")]
    assert hits(held, "cidr", "192.0.0.0/8") == [
        ("resolvers", "192.0.2.0/24", "covers"),
        ("wide", "192.0.0.0/16", "covers"),
    ]
    assert held.look("ipv4-addr", "198.51.100.1") == ()
    assert held.look("ipv4-addr", "not an address") == ()
    assert held.look("ipv4-addr", "192.0.2.53")[1].category == "known"


def test_a_host_name_answers_for_what_is_under_it_and_for_addresses_on_it(tmp_path: Path) -> None:
    held = lists(
        tmp_path,
        shared={"type": "hostname", "list": [".pages.example", "cdn.example"], "matching_attributes": ["hostname", "url"]},
    )  # fmt: skip
    assert hits(held, "domain-name", "A.Pages.Example.") == [("shared", "pages.example", "under")]
    assert hits(held, "domain-name", "cdn.example") == [("shared", "cdn.example", "is")]
    assert held.look("domain-name", "notpages.example") == ()
    (found,) = held.look("url", "https://a.cdn.example:8443/x?y=z")
    assert (found.entry, found.how, found.host) == ("cdn.example", "under", True)


def test_a_list_answers_only_for_what_it_is_about(tmp_path: Path) -> None:
    held = lists(tmp_path, few={"type": "string", "list": ["d41d8cd98f00b204e9800998ecf8427e"], "matching_attributes": ["md5"]})  # fmt: skip
    empty = "D41D8CD98F00B204E9800998ECF8427E"
    assert hits(held, "md5", empty) == hits(held, "hash", empty) != []
    assert held.look("sha256", empty) == held.look("file-name", empty) == ()


def test_texts_within_and_expressions(tmp_path: Path) -> None:
    held = lists(
        tmp_path,
        held={"type": "substring", "list": ["@drop.example", "drop.example.net", "q.x"]},
        contact={"type": "regex", "list": ["/^(abuse|noc)\\@.*\\..*$/i"]},
    )
    assert hits(held, "email-addr", "a@drop.example.net") == [("held", "@drop.example", "holds")]
    assert hits(held, "url", "http://q.x/") == [("held", "q.x", "holds")]
    assert hits(held, "email-addr", "Abuse@isp.example") == [
        ("contact", "/^(abuse|noc)\\@.*\\..*$/i", "fits"),
    ]


@pytest.mark.parametrize(
    "written_",
    ["(a+)+$", "(a|a)*(b|b)*" * 9, "(?:a*)*", "a?" * 40 + "a" * 40, "(.)\\1", "(" * 2000, "[", "(?P<n>a)"],
)
def test_an_expression_that_could_take_long_is_left_out_and_named(tmp_path: Path, written_: str) -> None:
    begun = time.process_time()
    held = lists(tmp_path, odd={"type": "regex", "list": [written_, "fine"]})
    held.look("file-name", "a" * 128)
    assert time.process_time() - begun < 5
    assert [one.where for one in held.refused] == ["odd"]
    assert hits(held, "file-name", "fine") == [("odd", "fine", "fits")]


def test_what_is_no_list_is_named_and_the_rest_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[1, 2]")
    with pytest.raises(InputError, match=r"a\.json"):
        load(tmp_path)
    held = lists(tmp_path, good={"type": "cidr", "list": ["192.0.2.0/24", "192.0.2.0/99", "x" * 3000, ""]})
    assert [one.name for one in held.listed] == ["good"]
    assert (held.listed[0].entries, held.listed[0].version, len(held.listed[0].sha256)) == (1, "3", 64)
    assert sorted(one.code for one in held.refused) == ["warninglist-entry"] * 3 + ["warninglist-form"]
    with pytest.raises(InputError):
        load(tmp_path / "nowhere")


NETWORKS = st.builds(
    lambda first, length: Network(4, first >> (32 - length) << (32 - length), length),
    st.integers(0, 2**32 - 1).map(lambda n: n & 0xFF0000FF),
    st.integers(0, 32),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(NETWORKS, st.integers(0, 3)), max_size=25), NETWORKS)
def test_pieces_agree_with_comparing_every_network(held: list[tuple[Network, int]], asked: Network) -> None:
    found = pieces(4, held)
    wanted = ipaddress.ip_network(written(asked))
    around: dict[int, int] = {}
    inside = set()
    for one, number in held:
        other = ipaddress.ip_network(written(one))
        if wanted.subnet_of(other):  # type: ignore[arg-type]
            around[number] = max(around.get(number, 0), one.length)
        elif other.subnet_of(wanted):  # type: ignore[arg-type]
            inside.add(number)
    told: dict[int, int] = {}
    for number, one in found.around(asked):
        told.setdefault(number, one.length)
    assert told == around
    assert {number for number, _one in found.inside(asked)} == inside


def test_networks_are_read_strictly() -> None:
    assert written(network_of("198.51.100.7/24")) == "198.51.100.0/24"  # type: ignore[arg-type]
    for bad in ("1.2.3", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/", "::1/129", "1.2.3.4/٣", "x", ""):
        assert network_of(bad) is None


@pytest.mark.skipif(
    not SHARED.is_dir(), reason="needs ../shared/data: the lists of MISP are not part of the project"
)
def test_the_published_lists_are_read_whole() -> None:
    held = load(SHARED)
    assert held.refused == ()
    assert sum(one.entries for one in held.listed) > 500_000
    assert any("public DNS" in one.list for one in held.look("ipv4-addr", "8.8.8.8"))
    assert held.look("md5", "d41d8cd98f00b204e9800998ecf8427e")
