"""What patterns match: every operator, from the words of the standard (STIX 2.1 sections 9.2 to 9.7)."""

from __future__ import annotations

from typing import Any

import pytest

from cordiale.stix.patterns import parse
from cordiale.stix.patterns.expressions import NotTaken
from cordiale.stix.patterns.matching import Matcher, match
from cordiale.stix.patterns.observations import Observation, observations

OBJECTS: dict[str, dict[str, Any]] = {
    "0": {"type": "file", "name": "a\nb.exe", "size": 25, "entropy": 7.5, "signed": True, "name_enc": "caf\u00e9",
          "created": "2026-01-01T00:00:00.123456789Z", "hashes": {"MD5": "aa", "SHA-256": "bb"}, "magic_number_hex": "ffd8",
          "broken_hex": "xyz", "nothing": None, "parent_directory_ref": "1", "contains_refs": ["9", "2", "3"],
          "extensions": {"windows-pebinary-ext": {"sections": [{"entropy": 1}, {"entropy": 7.5}]}}},
    "1": {"type": "directory", "path": "C:\\Windows\\foo"},
    "2": {"type": "file", "name": "cafe\u0301", "size": 3},
    "3": {"type": "ipv4-addr", "value": "198.51.100.64/27"},
    "4": {"type": "ipv6-addr", "value": "2001:db8::1"},
    "5": {"type": "artifact", "payload_bin": "dGhpcyBpcyBhIHRlc3Q=", "mime_type": "text/plain"},
    "6": {"type": "network-traffic", "src_ref": "7", "protocols": ["ipv4", "tcp"]},
    "7": {"type": "ipv4-addr", "value": "203.0.113.10"},
    "8": {"type": "network-traffic", "dst_ref": "4"},
    "10": {"type": "x-empty", "name": "", "many": []},
    "11": {"type": "indicator", "name": "i"},
}  # fmt: skip
SEEN = [Observation("o", 0, 0, OBJECTS)]

MATCH = r"""
file:size = 25; file:size = 25.0; file:entropy = 7.5; file:size != 24; file:size NOT = 24; file:size > 24; file:size >= 25; file:size < 26
file:size <= 25; file:size NOT > 25; file:size IN (1, 25); file:size NOT IN (1, 2); file:signed = true; file:signed != false; file:name < 'b'
file:name > 'a'; file:name >= 'a'; x-empty:name = ''; x-empty:name LIKE '%'; x-empty:name MATCHES '^$'
file:size != 'a'; file:signed != 1; file:name != 25; file:nothing != 'a'; file:signed NOT IN (1); file:broken_hex != h'00'
file:name NOT < 25; file:size NOT LIKE '2%'; file:size NOT ISSUBSET '10.0.0.0/8'
file:name LIKE 'a_b.exe'; file:name LIKE '%.exe'; file:name LIKE 'a%b%e'; file:name NOT LIKE 'a'; file:name LIKE '%%'; file:name LIKE '_______'
file:name MATCHES 'a.b'; file:name MATCHES '\\.exe$'; file:name MATCHES '^a'; file:name NOT MATCHES '^b'; file:name MATCHES ''
file:name LIKE 'café'; file:name LIKE 'caf_'; file:name MATCHES '^caf.$'; file:name_enc = 'café'
file:created = t'2026-01-01T00:00:00.123456Z'; file:created > t'2025-12-31T23:59:59Z'; file:created NOT < t'2026-01-01T00:00:00Z'
file:created IN (t'2026-01-01T00:00:00.123456Z'); file:name != t'2026-01-01T00:00:00Z'
file:magic_number_hex = h'ffd8'; file:magic_number_hex = b'/9g='; file:magic_number_hex > h'ff'; file:magic_number_hex < h'ffd800'
file:magic_number_hex = 'ÿØ'; file:magic_number_hex IN ('ÿØ'); file:magic_number_hex != 'ÿĀ'; file:magic_number_hex MATCHES '^\\xff\\xd8$'
file:magic_number_hex LIKE 'ÿ_'; file:name_enc = h'636166e9'; file:hashes.MD5 = h'6161'
artifact:payload_bin = 'this is a test'; artifact:payload_bin = b'dGhpcyBpcyBhIHRlc3Q='; artifact:payload_bin = h'7468697320697320612074657374'
artifact:payload_bin MATCHES 'is a'; artifact:payload_bin LIKE 'this%'
ipv4-addr:value ISSUBSET '198.51.100.0/24'; ipv4-addr:value ISSUBSET '198.51.100.64/27'; ipv4-addr:value ISSUPERSET '198.51.100.65'
ipv4-addr:value ISSUPERSET '198.51.100.64/27'; ipv4-addr:value ISSUPERSET '203.0.113.10/32'; ipv4-addr:value ISSUBSET '0.0.0.0/0'
ipv6-addr:value ISSUBSET '2001:db8::/32'; ipv6-addr:value ISSUBSET '2001:0db8:0000::/48'; network-traffic:dst_ref.value ISSUBSET '2001:db8::/32'
ipv4-addr:value NOT ISSUBSET '10.0.0.0/8'; ipv6-addr:value NOT ISSUBSET '10.0.0.0/8'
EXISTS file:hashes; EXISTS file:hashes.'SHA-256'; EXISTS file:nothing; EXISTS file:parent_directory_ref.path; NOT EXISTS file:hashes.TLSH; NOT EXISTS x-empty:many[*]
file:hashes.'SHA-256' = 'bb'; file:extensions.'windows-pebinary-ext'.sections[*].entropy > 7.0; file:extensions.'windows-pebinary-ext'.sections[0].entropy = 1
network-traffic:protocols[0] = 'ipv4'; network-traffic:protocols[*] = 'tcp'; network-traffic:protocols[*] != 'tcp'
file:parent_directory_ref.path = 'C:\\Windows\\foo'; file:parent_directory_ref.path LIKE 'C:\\Windows\\%'; network-traffic:src_ref.type = 'ipv4-addr'
file:contains_refs[*].name LIKE 'caf%'; file:contains_refs[1].size = 3; file:contains_refs[*].value ISSUBSET '198.51.0.0/16'
file:size = 25 AND file:signed = true; file:size = 24 OR file:signed = true; url:value = 'x' OR file:size = 25
(file:size = 25 AND file:entropy = 7.5) OR (url:value = 'y' AND url:x = 1); file:size = 25 AND (file:name = 'b' OR file:entropy > 7)
file:size = 0 AND file:size = 1 OR file:size = 3; NOT EXISTS file:nothing.more AND file:size = 25
"""  # fmt: skip

NO_MATCH = r"""
file:size = 24; file:size = '25'; file:signed = 1; file:size = true; file:name = 25; file:nothing = 'a'; file:size IN (1, 2); file:size IN ()
file:size = 25.5; file:size < 'a'; file:name < 25; file:signed IN (1); file:nothing LIKE '%'; file:nothing MATCHES ''; file:size MATCHES '25'
file:gone = 1; file:gone != 1; file:gone NOT = 1; file:gone NOT LIKE 'a'; file:gone NOT IN (1); file:gone NOT ISSUBSET '10.0.0.0/8'; url:value != 'a'
file:name = 'café'; file:name_enc != 'café'; file:name LIKE 'a'; file:name LIKE 'A%'; file:name LIKE '%b'; file:name LIKE '______'; file:name MATCHES '^b'; file:name MATCHES 'A'
file:created = t'2026-01-01T00:00:00.123Z'; file:created < t'2026-01-01T00:00:00Z'; file:name < t'2026-01-01T00:00:00Z'
file:magic_number_hex = 'ffd8'; file:magic_number_hex > h'ffd8'; file:magic_number_hex > 'Ā'; file:broken_hex = h'00'; file:broken_hex = 'xyz'
artifact:payload_bin = 'dGhpcyBpcyBhIHRlc3Q='
ipv4-addr:value ISSUBSET '198.51.100.64/28'; ipv4-addr:value ISSUPERSET '198.51.100.0/24'; ipv4-addr:value ISSUBSET 'x'; ipv4-addr:value ISSUBSET '198.51.100.0/33'
ipv6-addr:value ISSUBSET '2001:db9::/32'; ipv4-addr:value ISSUBSET '::/0'; file:name ISSUBSET '0.0.0.0/0'
EXISTS file:gone; EXISTS url:value; NOT EXISTS file:name; NOT EXISTS url:value; NOT EXISTS network-traffic:protocols[1] AND network-traffic:protocols[0] = 'ipv4'
network-traffic:protocols[2] = 'tcp'; network-traffic:protocols = 'tcp'; file:hashes[*] = 'aa'; file:name[0] = 'a'; file:contains_refs[0].name = 'x'
file:contains_refs[9].size = 3; file:parent_directory_ref = '1'; directory:path.more = 'x'; file:hashes.md5 = 'aa'
file:size = 25 AND file:size = 3; file:size = 25 AND url:value = 'x'; file:size = 3 AND file:signed = true; indicator:name = 'i'
network-traffic:src_ref.value = '203.0.113.10' AND network-traffic:dst_ref.value = '2001:db8::1'
"""  # fmt: skip


def split(cases: str) -> list[str]:
    return [said.strip() for line in cases.splitlines() for said in line.split("; ") if said.strip()]


@pytest.mark.parametrize("said", split(MATCH))
def test_it_matches(said: str) -> None:
    assert match(parse(f"[{said}]"), SEEN).matched is True


@pytest.mark.parametrize("said", split(NO_MATCH))
def test_it_does_not_match(said: str) -> None:
    assert match(parse(f"[{said}]"), SEEN).matched is False


def test_many_at_once_say_what_each_says_alone() -> None:
    said = split(MATCH) + split(NO_MATCH)
    matcher = Matcher([parse(f"[{one}]") for one in said])
    assert matcher.refused == {}
    assert [one.matched for one in matcher.outcomes(SEEN)] == [True] * len(split(MATCH)) + [False] * len(
        split(NO_MATCH)
    )
    assert matcher.single(SEEN[0]) == list(range(len(split(MATCH))))


def at(first: int, last: int, kind: str, number: int = 1) -> Observation:
    return Observation(
        f"{kind}{first}", first * 1_000_000, last * 1_000_000, {"0": {"type": "t", "k": kind}}, number
    )


TIMELINE = [at(0, 0, "a"), at(2, 4, "b"), at(3, 3, "a"), at(10, 10, "c", number=3)]


@pytest.mark.parametrize(
    ("said", "matched"),
    [
        ("[t:k = 'a'] AND [t:k = 'b']", True),
        ("[t:k = 'a'] AND [t:k = 'a']", True),
        ("[t:k = 'b'] AND [t:k = 'b']", False),
        ("[t:k = 'b'] AND [t:k LIKE '%'] AND [t:k = 'a'] AND [t:k = 'c']", True),
        ("[t:k = 'x'] OR [t:k = 'b']", True),
        ("[t:k = 'a'] FOLLOWEDBY [t:k = 'b'] FOLLOWEDBY [t:k = 'c']", True),
        ("[t:k = 'c'] FOLLOWEDBY [t:k = 'a']", False),
        ("[t:k = 'b'] FOLLOWEDBY [t:k = 'a']", True),  # b may have been at 2 or 3
        ("[t:k = 'a'] REPEATS 2 TIMES", True),
        ("[t:k = 'a'] REPEATS 3 TIMES", False),
        ("[t:k = 'c'] REPEATS 3 TIMES", True),
        ("[t:k = 'a'] REPEATS 2 TIMES WITHIN 3 SECONDS", True),
        ("[t:k = 'a'] REPEATS 2 TIMES WITHIN 2.9 SECONDS", False),
        ("([t:k = 'a'] AND [t:k = 'b']) WITHIN 1 SECONDS", True),
        ("([t:k = 'b'] AND [t:k = 'c']) WITHIN 5 SECONDS", False),
        ("([t:k = 'b'] AND [t:k = 'c']) WITHIN 6 SECONDS", True),
        ("[t:k = 'a'] START t'1970-01-01T00:00:00Z' STOP t'1970-01-01T00:00:01Z'", True),
        ("[t:k = 'c'] START t'1970-01-01T00:00:00Z' STOP t'1970-01-01T00:00:10Z'", False),
        ("[t:k = 'c'] START t'1970-01-01T00:00:10Z' STOP t'1970-01-01T00:00:11Z'", True),
        ("[t:k = 'a'] REPEATS 2 TIMES START t'1970-01-01T00:00:01Z' STOP t'1970-01-01T00:00:09Z'", False),
        ("([t:k = 'a'] FOLLOWEDBY [t:k = 'c']) REPEATS 2 TIMES", True),
        ("([t:k = 'a'] FOLLOWEDBY [t:k = 'c']) REPEATS 3 TIMES", False),
    ],
)
def test_observations_in_order_number_and_time(said: str, matched: bool) -> None:
    assert match(parse(said), TIMELINE).matched is matched
    assert match(parse(said), TIMELINE[::-1]).matched is matched


def test_the_observations_that_matched_are_named() -> None:
    assert match(parse("[t:k = 'b'] FOLLOWEDBY [t:k = 'c']"), TIMELINE).observations == (1, 3)
    assert match(parse("[t:k = 'a']"), TIMELINE).observations == (0, 2)


def test_one_pattern_that_cannot_be_tried_does_not_keep_others_from_it() -> None:
    matcher = Matcher([parse("[t:k MATCHES '(a)\\\\1']"), parse("[t:k = 'a']")])
    first, second = matcher.outcomes(TIMELINE)
    assert (first.matched, second.matched) == (None, True)
    assert "cannot be tried" in first.message_id
    with pytest.raises(NotTaken):
        match(parse("[t:k MATCHES '(?=a)']"), TIMELINE)


@pytest.mark.parametrize("expression", ["(a+)+$", "(a|aa)+$", "(.*)(.*)(.*)(.*)b", "a{1,500}" * 2])
def test_no_expression_takes_long(expression: str) -> None:
    long = [Observation("o", 0, 0, {"0": {"type": "t", "k": "a" * 50_000 + "!"}})]
    assert match(parse(f"[t:k MATCHES '{expression}']"), long).matched is (expression[-1] == "}")
    assert match(parse("[t:k LIKE '" + "%a" * 500 + "%b']"), long).matched is False


def test_references_in_a_circle_and_in_a_crowd_end() -> None:
    crowd = {str(n): {"type": "t", "k": "x", "all_refs": [str(m) for m in range(200)]} for n in range(200)}
    said = "[t:all_refs[*].all_refs[*].all_refs[*].all_refs[*].all_refs[*].k = 'y']"
    assert match(parse(said), [Observation("o", 0, 0, crowd)]).matched is False


def test_observed_data_of_both_versions_is_read() -> None:
    times = {
        "first_observed": "2026-01-01T00:00:00Z",
        "last_observed": "2026-01-01T00:00:00Z",
        "number_observed": 1,
    }
    old = {
        "type": "observed-data",
        "id": "o0",
        **times,
        "objects": {"0": {"type": "file", "name": "a"}, "1": "no"},
    }
    new = {"type": "observed-data", "id": "o1", **times, "object_refs": ["file--1", "file--2"]}
    files = [{"type": "file", "id": f"file--{n}", "name": "a", "x_ref": f"file--{n + 1}"} for n in (1, 2, 3)]
    found, unusable = observations(
        [
            {"type": "bundle", "objects": [old, *files]},
            new,
            {**old, "number_observed": 0},
            {**new, "last_observed": "x"},
            5,
        ]
    )
    assert [sorted(one.objects) for one in found] == [["0"], ["file--1", "file--2"]]
    assert [one.id for one in unusable] == ["o0", "o1"]
    # what is not listed in object_refs is not there (9.7.4)
    assert match(parse("[file:x_ref.name = 'a' AND file:name = 'a']"), found[1:]).matched is True
    assert match(parse("[file:x_ref.x_ref.name = 'a']"), found[1:]).matched is False


def test_a_pattern_of_thousands_of_alternatives_is_tried_at_once() -> None:
    seen = [Observation("o", 0, 0, {"0": {"type": "t7", "k": "x7"}})]
    for said in (
        " OR ".join(f"[t7:k = 'x{n}']" for n in range(5000)),
        "[" + " OR ".join(f"t{n}:k = 'x{n}'" for n in range(5000)) + "]",
        "[" + " OR ".join(f"t7:k LIKE 'x{n}'" for n in range(5000)) + "]",
        "[" + " AND ".join(f"(t7:k = 'x7' OR t{n}:k = 'y')" for n in range(5000)) + "]",
    ):
        assert match(parse(said), seen).matched is True


def test_a_pattern_of_thousands_of_observations_is_not_tried() -> None:
    with pytest.raises(NotTaken, match="1000 are tried at most"):
        match(parse(" AND ".join("[t:k = 'x']" for _one in range(5000))), TIMELINE)
