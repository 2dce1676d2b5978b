"""What is looked for is found in records, and nothing else, whatever it is and however it is written."""

from __future__ import annotations

import datetime
import ipaddress
import random

import pyarrow as pa
import pytest

from cordiale.domains.cyber.logs.records import RECORDS
from cordiale.domains.cyber.matching.index import NEVER, VALUES, Index, index
from cordiale.domains.cyber.matching.look import look
from cordiale.domains.cyber.matching.profile import EXACT_1, MATCH_1
from cordiale.domains.cyber.values import folded

START = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)


def of(*values: tuple[str, str], until: int = NEVER) -> Index:
    """Return the index of indicators that each have one value."""
    rows = [
        {"indicator": n, "kind": kind, "value": folded(kind, value), "until": until}
        for n, (kind, value) in enumerate(values)
    ]
    return index(pa.Table.from_pylist(rows, schema=VALUES))


def records(*rows: dict[str, object]) -> pa.Table:
    return pa.Table.from_pylist(
        [{"at": START, "file": "log", "line": n + 1, **row} for n, row in enumerate(rows)], schema=RECORDS
    )


def met(found: Index, row: dict[str, object], profile=MATCH_1) -> list[tuple[int, str, bool]]:
    hits = look(records(row), found, profile).to_pylist()
    return sorted((hit["indicator"], hit["field"], hit["part"]) for hit in hits)


@pytest.mark.parametrize(
    ("kind", "value", "field", "written", "part"),
    [
        ("ipv4-addr", "198.51.100.7", "dst", "198.51.100.7", False),
        ("ipv4-addr", "198.51.100.7", "src", "::ffff:198.51.100.7", False),
        ("cidr", "198.51.100.0/24", "dst", "198.51.100.255", False),
        ("cidr", "0.0.0.0/0", "dst", "255.255.255.255", False),
        ("ipv6-addr", "2001:db8::1", "dst", "2001:DB8:0:0:0:0:0:1", False),
        ("cidr", "2001:db8::/32", "dst", "2001:db8:ffff::9", False),
        ("domain-name", "evil.example", "host", "EVIL.example.", False),
        ("domain-name", "evil.example", "host", "www.evil.example", True),
        ("domain-name", "evil.example", "url", "https://user@a.evil.example:8443/x", True),
        ("ipv4-addr", "198.51.100.7", "url", "http://198.51.100.7:8080/a", True),
        ("ipv6-addr", "2001:db8::1", "url", "http://[2001:db8::1]/a", True),
        ("ipv4-addr", "198.51.100.7", "answers", ["www.example.org", "198.51.100.7"], False),
        ("url", "http://evil.example/a", "url", "HTTP://Evil.example:80/a#x", False),
        ("url", "http://evil.example/a", "url", "http://evil.example/a/b", True),
        ("url", "http://evil.example/a", "url", "http://evil.example/a?b=c", True),
        ("url", "http://evil.example/a/", "url", "http://evil.example/a/b", True),
        ("url", "http://evil.example", "url", "http://evil.example?q", True),
        ("url", "http://evil.example/", "url", "http://evil.example", False),
        ("email-addr", "mallory@evil.example", "mails", ["x@y.example", "Mallory@EVIL.example"], False),
        ("domain-name", "evil.example", "mails", ["mallory@mail.evil.example"], True),
        ("md5", "d41d8cd98f00b204e9800998ecf8427e", "hashes", ["D41D8CD98F00B204E9800998ECF8427E"], False),
        ("file-name", "Invoice.exe", "file_name", "Invoice.exe", False),
        ("user-agent", "evil/1.0", "user_agent", "evil/1.0", False),
    ],
)
def test_a_value_is_met(kind: str, value: str, field: str, written: object, part: bool) -> None:
    assert met(of((kind, value)), {field: written}) == [(0, field, part)]
    # under the exact profile only what says the same, and addresses in networks
    exact = met(of((kind, value)), {field: written}, EXACT_1)
    assert exact == ([(0, field, part)] if not part else [])


@pytest.mark.parametrize(
    ("kind", "value", "field", "written"),
    [
        ("ipv4-addr", "198.51.100.7", "dst", "198.51.100.70"),
        ("ipv4-addr", "198.51.100.7", "dst", "198.51.100.7.1"),
        ("cidr", "198.51.100.0/24", "dst", "198.51.101.0"),
        ("cidr", "2001:db8::/32", "dst", "2001:db9::"),
        ("domain-name", "evil.example", "host", "notevil.example"),
        ("domain-name", "evil.example", "host", "evil.example.org"),
        ("domain-name", "example", "host", "evil.example"),
        ("url", "http://evil.example/a", "url", "http://evil.example/ab"),
        ("url", "http://evil.example/a", "url", "https://evil.example/a"),
        ("url", "http://evil.example/a", "url", "http://evil.example:8080/a"),
        ("url", "http://evil.example/A", "url", "http://evil.example/a"),
        ("md5", "d41d8cd98f00b204e9800998ecf8427e", "hashes", ["d41d8cd98f00b204e9800998ecf8427f"]),
        ("file-name", "invoice.exe", "file_name", "Invoice.exe"),
        ("domain-name", "evil.example", "host", None),
    ],
)
def test_what_is_only_alike_is_not(kind: str, value: str, field: str, written: object) -> None:
    assert met(of((kind, value)), {field: written}) == []


def test_every_network_that_holds_an_address_is_met_and_every_indicator_of_a_value() -> None:
    found = of(
        ("cidr", "10.0.0.0/8"), ("cidr", "10.1.0.0/16"), ("ipv4-addr", "10.1.2.3"), ("ipv4-addr", "10.1.2.3"),
        ("cidr", "10.2.0.0/16"),
    )  # fmt: skip
    assert met(found, {"dst": "10.1.2.3"}) == [
        (0, "dst", False), (1, "dst", False), (2, "dst", False), (3, "dst", False),
    ]  # fmt: skip
    assert met(found, {"dst": "10.1.255.3"}) == [(0, "dst", False), (1, "dst", False)]
    assert met(found, {"dst": "11.0.0.0"}) == []


def test_intervals_agree_with_a_plain_search() -> None:
    chance = random.Random(6)
    networks = {
        str(ipaddress.ip_network((chance.getrandbits(32), chance.randint(6, 32)), strict=False))
        for _ in range(300)
    } | {
        str(ipaddress.ip_network((chance.getrandbits(128), chance.randint(3, 128)), strict=False))
        for _ in range(300)
    }
    written = sorted(networks)
    found = of(*(("cidr", one) for one in written))
    known = [ipaddress.ip_network(one) for one in written]
    asked = [ipaddress.ip_address(chance.getrandbits(32)) for _ in range(200)]
    asked += [ipaddress.ip_address(chance.getrandbits(128)) for _ in range(100)]
    asked += [one[0] for one in known[::7]] + [one[-1] for one in known[::11]]
    for address in asked:
        expected = {n for n, net in enumerate(known) if address.version == net.version and address in net}
        assert {hit[0] for hit in met(found, {"dst": str(address)})} == expected


def test_columns_that_are_dictionaries_give_the_same() -> None:
    found = of(("domain-name", "evil.example"), ("ipv4-addr", "198.51.100.7"))
    plain = records(
        *(
            {"host": f"{'www.' * (n % 2)}evil.example" if n % 3 else "good.example", "dst": "198.51.100.7"}
            for n in range(9)
        )
    )
    packed = plain.set_column(
        plain.column_names.index("host"), "host", plain["host"].combine_chunks().dictionary_encode()
    )
    key = [("line", "ascending"), ("field", "ascending")]
    assert look(packed, found, MATCH_1).sort_by(key) == look(plain, found, MATCH_1).sort_by(key)


def test_an_indicator_is_not_met_by_what_happened_after_it_ended() -> None:
    end = int(START.timestamp() * 1_000_000)
    assert met(of(("domain-name", "evil.example"), until=end), {"host": "evil.example"}) == []
    assert met(of(("domain-name", "evil.example"), until=end + 1), {"host": "evil.example"}) == [
        (0, "host", False)
    ]
    late = MATCH_1._replace(expired=True)
    assert met(of(("domain-name", "evil.example"), until=end), {"host": "evil.example"}, late) == [
        (0, "host", False)
    ]


def test_nothing_to_look_for_finds_nothing() -> None:
    assert met(index(VALUES.empty_table()), {"host": "evil.example", "dst": "198.51.100.7"}) == []
