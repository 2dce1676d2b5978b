"""Literals in STIX patterns."""

from __future__ import annotations

import pytest

from cordiale.stix.patterns import DEEP, literals, too_deep


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("[ipv4-addr:value = '198.51.100.1/32']", [("ipv4-addr", "198.51.100.1/32")]),
        ("[domain-name:value='A.Example' OR url:value = 'http://x/']", [("domain-name", "a.example"), ("url", "http://x/")]),
        ("[file:hashes.'SHA-256' = 'AA' AND file:hashes.MD5='bb']", [("hash", "aa"), ("hash", "bb")]),
        ("[file:name IN ('a.exe', 'b.exe')]", [("file-name", "a.exe"), ("file-name", "b.exe")]),
        ("[file:name = 'it\\'s.exe']", [("file-name", "it's.exe")]),
        ("[network-traffic:dst_ref.value = '192.0.2.1']", [("ipv4-addr", "192.0.2.1")]),
        ("[network-traffic:dst_ref.value ISSUBSET '2001:db8::/32']", [("ipv6-addr", "2001:db8::/32")]),
        ("[network-traffic:dst_ref.value = 'a.example']", [("domain-name", "a.example")]),
        ("[domain-name:resolves_to_refs[*].value = '192.0.2.1']", [("ipv4-addr", "192.0.2.1")]),
        ("[email-message:from_ref.value = 'A@b.example']", [("email-addr", "a@b.example")]),
        ("[autonomous-system:number = 64496]", [("autonomous-system", "64496")]),
        ("[file:parent_directory_ref.path = 'C:\\\\x']", [("directory-path", "C:\\x")]),
        ("[file:name NOT = 'a'] FOLLOWEDBY [mutex:name = 'm'] WITHIN 5 SECONDS", [("file-name", "a"), ("mutex", "m")]),
        ("[file:name MATCHES '^a.*$']", []),
        ("[file:name = 'mutex:name = x']", [("file-name", "mutex:name = x")]),
        ("[x-own:thing = 'a']", []),
        ("", []),
    ],
)  # fmt: skip
def test_literals_with_their_kinds(pattern: str, found: list[tuple[str, str]]) -> None:
    assert literals(pattern) == found


@pytest.mark.parametrize(
    "bomb",
    ["a:" + "a" * 200_000, "'" + "\\'" * 200_000, "a:b = ('a'" + " " * 200_000, "[a:b = 'x' AND " * 50_000, "a" * 200_000,
     "a:" * 100_000, "a:''" * 100_000, "a:b IN (" * 50_000, "a:b = ('x'," * 50_000],
)  # fmt: skip
def test_a_pattern_bomb_takes_linear_time(bomb: str) -> None:
    assert isinstance(literals(bomb), list)


@pytest.mark.parametrize(
    ("pattern", "deep"),
    [
        ("[" + "(" * DEEP + "a:b = 'x'" + ")" * DEEP + "]", False),
        ("[" + "(" * (DEEP + 1) + "a:b = 'x'" + ")" * (DEEP + 1) + "]", True),
        ("[a:b = '" + "(" * 1000 + "']", False),
        ("[" + "(a:b = 'x') OR " * 1000 + "a:b = 'x']", False),
        ("'" + "(" * 1000, False),
    ],
)
def test_parentheses_are_counted_outside_of_texts(pattern: str, deep: bool) -> None:
    assert too_deep(pattern) is deep
