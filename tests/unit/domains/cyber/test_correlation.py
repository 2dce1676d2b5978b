"""Correlation: every reason as an analyst would check it, on what a real import left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cordiale.desk import verbs
from cordiale.desk.actor import house
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.views.carriers import MOST
from cordiale.domains.cyber.correlation.asked import looks
from cordiale.domains.cyber.correlation.found import Correlations, of_object, of_value
from cordiale.domains.cyber.correlation.likeness import ssdeep_score, tlsh_distance
from cordiale.domains.cyber.correlation.registered import registered
from cordiale.domains.cyber.correlation.shared import standing
from cordiale.domains.cyber.words import hot, reason
from cordiale.node.initialise import init
from cordiale.node.node import Node
from cordiale.node.opening import open_node
from cordiale.stix.near import near

MARIE = house("marie")
WHEN = "2026-03-01T08:00:00.000Z"
DIGEST = "12:U+YL0cyOiry2eMfYx/w/twKgJJ0m1BwE0T+926Rs/ExOhIcc:fYL0coeMwx/99FwEAo26CCF"
LIKE = "12:U+YL0cy7dry2eMfYx/w/twKg20VFePziqn:fYL0coeMwx/9QQgPOq"
TLSH = "B5B1A5A84B8D4D9D6F2B1F4A6C1E7F80A1B2C3D4E5F60718293A4B5C6D7E8F9012A3B4"


def indicator(number: int, pattern: str) -> dict[str, Any]:
    return {
        "type": "indicator", "spec_version": "2.1", "id": f"indicator--00000000-0000-4000-8000-{number:012d}",
        "created": WHEN, "modified": WHEN, "name": f"i{number}", "pattern": pattern, "pattern_type": "stix", "valid_from": WHEN,
    }  # fmt: skip


def sco(kind: str, number: int, **more: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "spec_version": "2.1",
        "id": f"{kind}--00000000-0000-4000-8000-{number:012d}",
        **more,
    }


def take(node: Node, *objects: dict[str, Any]) -> None:
    bundle = {"type": "bundle", "id": "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d", "objects": objects}
    done = verbs.import_(node.desk, MARIE, [of_bytes("a", json.dumps(bundle).encode())], marking="tlp:green")
    assert done.set_aside == 0, done.first_set_aside


OBJECTS = (
    indicator(1, "[ipv4-addr:value = '198.51.100.7']"),
    indicator(2, "[ipv4-addr:value ISSUBSET '198.51.100.0/24']"),
    indicator(3, "[domain-name:value = 'mail.bad.evil.co.uk']"),
    indicator(4, "[domain-name:value = 'evil.co.uk' OR domain-name:value = 'other.co.uk']"),
    indicator(5, "[url:value = 'https://www.evil.co.uk/x']"),
    indicator(6, "[url:value = 'http://198.51.100.7:8080/a']"),
    indicator(7, f"[file:hashes.SSDEEP = '{DIGEST}']"),
    indicator(8, "[ipv6-addr:value = '2001:db8:0:0::7']"),
    indicator(9, "[email-addr:value = 'who@evil.co.uk']"),
    sco("file", 1, hashes={"TLSH": TLSH}),
    sco("x509-certificate", 1, serial_number="36:F7", hashes={"SHA-256": "ab" * 32}),
    sco("x509-certificate", 2, serial_number="36:f7"),
    sco("ipv4-addr", 1, value="203.0.113.9"),
    sco("domain-name", 1, value="one.example", resolves_to_refs=["ipv4-addr--00000000-0000-4000-8000-000000000001"]),
    sco("domain-name", 2, value="two.example", resolves_to_refs=["ipv4-addr--00000000-0000-4000-8000-000000000001"]),
)  # fmt: skip


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    path = init(tmp_path_factory.mktemp("n") / "node", name="canada", nation="CAN", organisation="LCC")
    with open_node(path, environ={}) as opened:
        take(opened, *OBJECTS)
        yield opened


def told(found: Correlations) -> dict[str, str]:
    return {one.line.name: one.reason for one in found.neighbours}


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("ipv4-addr", "198.51.100.7", {"i1": "same", "i6": "host", "i2": "within"}),
        ("ipv4-addr", "198.51.100.8", {"i2": "within"}),
        ("cidr", "198.51.0.0/16", {"i1": "holds", "i2": "holds", "i6": "holds"}),
        ("cidr", "198.51.100.0/29", {"i1": "holds", "i6": "holds", "i2": "within"}),
        ("cidr", "198.51.100.0/25", {"i1": "holds", "i6": "holds", "i2": "within"}),
        ("cidr", "198.51.100.128/25", {"i2": "within"}),
        ("cidr", "198.51.96.0/19", {"i1": "holds", "i2": "holds", "i6": "holds"}),
        ("cidr", "198.51.64.0/18", {"i1": "holds", "i2": "holds", "i6": "holds"}),
        ("cidr", "198.48.0.0/12", {"i1": "holds", "i2": "holds", "i6": "holds"}),
        ("cidr", "198.51.100.99/24", {"i2": "same", "i1": "holds", "i6": "holds"}),
        ("ipv6-addr", "2001:DB8::7", {"i8": "same"}),
        ("cidr", "2001:db8::/40", {"i8": "holds"}),
        ("domain-name", "Bad.Evil.co.uk.", {"i3": "under", "i4": "above", "i5": "registered", "i9": "registered"}),
        ("domain-name", "evil.co.uk", {"i4": "same", "i3": "under", "i5": "under", "i9": "host"}),
        ("domain-name", "co.uk", {}),
        ("domain-name", "another.co.uk", {}),
        ("url", "http://mail.bad.evil.co.uk/", {"i3": "host", "i4": "above", "i5": "registered", "i9": "registered"}),
        ("url", "http://198.51.100.7/", {"i1": "host", "i6": "host", "i2": "within"}),
        ("ssdeep", LIKE, {"i7": "alike"}),
        ("tlsh", TLSH.replace("0718", "0719"), {f"TLSH {TLSH}": "alike"}),
        ("sha256", "AB" * 32, {"SHA-256 " + "ab" * 32: "certificate"}),
        ("url", "http://[", {}),
        ("domain-name", "", {}),
    ],
)  # fmt: skip
def test_each_value_finds_what_has_to_do_with_it(
    node: Node, kind: str, value: str, expected: dict[str, str]
) -> None:
    assert told(of_value(node.desk, MARIE, kind, value)) == expected


def test_certificates_are_found_by_serial_number_in_any_case(node: Node) -> None:
    found = of_value(node.desk, MARIE, "x509-serial-number", "36:F7")
    assert [one.reason for one in found.neighbours] == ["certificate", "certificate"]


def test_an_object_finds_others_but_not_itself_and_every_reason_has_words(node: Node) -> None:
    found = of_object(node.desk, MARIE, OBJECTS[0]["id"])
    assert told(found) == {"i6": "host", "i2": "within"}
    assert reason(found.neighbours[1], "en") == "198.51.100.7 lies in the network 198.51.100.0/24"
    assert reason(found.neighbours[1], "fr") == "198.51.100.7 se trouve dans le réseau 198.51.100.0/24"
    assert found.neighbours[0].marking == ("tlp:green",)


def test_two_names_on_one_address_stand_on_the_same_thing(node: Node) -> None:
    (found,) = standing(node.desk, MARIE, [OBJECTS[-1]["id"]]).standing
    assert (found.ground.name, found.other.name) == ("203.0.113.9", "one.example")
    assert (found.ours, found.theirs) == ("resolves_to_refs", "resolves_to_refs")


def test_what_too_many_carry_is_named_with_how_many_and_since_when(tmp_path: Path) -> None:
    path = init(tmp_path / "node", name="canada", nation="CAN", organisation="LCC")
    with open_node(path, environ={}) as opened:
        many = [indicator(n, "[ipv4-addr:value = '192.0.2.1']") for n in range(100, 100 + MOST)]
        take(opened, *many)
        full = of_value(opened.desk, MARIE, "ipv4-addr", "192.0.2.1")
        assert (len(full.neighbours), full.hot) == (MOST, ())
        before = opened.desk.clock()
        take(opened, indicator(99, "[ipv4-addr:value = '192.0.2.1']"))
        after = of_value(opened.desk, MARIE, "ipv4-addr", "192.0.2.1")
        (one,) = after.hot
        assert after.neighbours == ()
        assert (one.value, one.count) == ("192.0.2.1", MOST + 1)
        assert before <= (one.since or 0) <= opened.desk.clock()
        assert f"{MOST + 1} statements" in hot(one, "en")
        # an object that says it again in a new version is still one
        take(
            opened,
            many[0] | {"modified": "2026-03-01T09:00:00.000Z", "pattern": "[ipv4-addr:value = '192.0.2.2']"},
        )
        assert len(of_value(opened.desk, MARIE, "ipv4-addr", "192.0.2.1").neighbours) == MOST


def test_names_are_registered_where_the_public_suffix_list_says() -> None:
    assert registered("a.b.example.co.uk") == "example.co.uk"
    assert registered("x.y.github.io") == "y.github.io"
    for none in ("co.uk", "com", "198.51.100.7", ""):
        assert registered(none) is None


def test_nothing_asks_for_more_than_a_bound() -> None:
    for kind, value in (
        ("cidr", "198.0.0.0/8"), ("cidr", "198.51.0.0/17"), ("cidr", "0.0.0.0/0"), ("cidr", "2001:db8::/33"), ("cidr", "2001:db8::/100"),
        ("domain-name", ".".join("a" * 120) + ".example"), ("ssdeep", DIGEST), ("url", "http://" + "a." * 100 + "example/"),
    ):  # fmt: skip
        assert 0 < len(looks(kind, value)) < 1000
        assert len(list(near(*looks(kind, value)[0].pair))) < 100


def test_likeness_of_files() -> None:
    assert ssdeep_score(DIGEST, DIGEST) == 100
    assert 40 <= (ssdeep_score(DIGEST, LIKE) or 0) < 100
    assert ssdeep_score(DIGEST, "48:abc:def") == ssdeep_score(DIGEST, "12:zzzzzzzzzz:yyyyyyyyy") == 0
    assert ssdeep_score(DIGEST, "x") is None
    assert tlsh_distance(TLSH, "T1" + TLSH.lower()) == 0
    assert tlsh_distance(TLSH, "x") is None
