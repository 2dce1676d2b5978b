"""Which patterns are nothing but values, and which values."""

from __future__ import annotations

import pytest

from cordiale.stix.patterns import alternatives, equalities, parse

DIGEST = "AEC070645FE53EE3B3763059376134F058CC337247C978ADD178B6CCDFB0019F"


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("[domain-name:value = 'A.Example.']", [("domain-name", "a.example")]),
        ("[ipv4-addr:value = '192.0.2.1' OR ipv4-addr:value IN ('192.0.2.2', '192.0.2.1')]", [("ipv4-addr", "192.0.2.1"), ("ipv4-addr", "192.0.2.2")]),
        ("[ipv4-addr:value ISSUBSET '192.0.2.0/24']", [("ipv4-addr", "192.0.2.0/24")]),
        (f"[file:hashes.'SHA-256' = '{DIGEST}' OR file:name = 'a.exe']", [("sha256", DIGEST.lower()), ("file-name", "a.exe")]),
        ("[file:hashes.SSDEEP = '3:aB:c']", [("ssdeep", "3:aB:c")]),
        ("[file:hashes.'SHA3-256' = 'AA']", [("hash", "aa")]),
        ("[url:value = 'http://x/'] OR [url:value = 'http://y/']", [("url", "http://x/"), ("url", "http://y/")]),
        ("[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '192.0.2.1']", [("ipv4-addr", "192.0.2.1")]),
        ("[autonomous-system:number = 64496]", [("autonomous-system", "64496")]),
        # anything more, or anything else
        ("[network-traffic:dst_ref.type = 'domain-name' AND network-traffic:dst_ref.value = '192.0.2.1']", None),
        ("[network-traffic:dst_ref.value = '192.0.2.1' AND network-traffic:dst_port = 443]", None),
        ("[url:value = 'http://x/'] AND [url:value = 'http://y/']", None),
        ("[url:value = 'http://x/'] REPEATS 2 TIMES", None),
        ("[url:value != 'http://x/']", None),
        ("[url:value NOT IN ('http://x/')]", None),
        ("[url:value LIKE 'http://x/%']", None),
        ("[domain-name:value ISSUBSET '192.0.2.0/24']", None),
        ("[file:size = 3]", None),
        ("[x-own:thing = 'a']", None),
        ("[url:value IN ()]", None),
    ],
)  # fmt: skip
def test_values_of_patterns_that_are_nothing_else(said: str, found: list[tuple[str, str]] | None) -> None:
    assert equalities(parse(said)) == found


def test_where_a_value_stands_is_known_too() -> None:
    (one,) = alternatives(parse("[network-traffic:src_ref.value ISSUBSET '192.0.2.0/24']")) or ()
    assert (one.network, one.path.observable, one.path.steps) == (
        True,
        "network-traffic",
        ("src_ref", "value"),
    )
