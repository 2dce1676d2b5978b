"""Patterns that are more than values, tried on records of logs."""

from __future__ import annotations

import pyarrow as pa
import pytest

from cordiale.domains.cyber.logs.records import RECORDS
from cordiale.domains.cyber.patterns.records import ALONE, general, met

ROWS = [
    {"src": "10.0.0.5", "dst": "198.51.100.7", "dst_port": 8443, "protocol": "TCP", "user_agent": "curl/8.1"},
    {"src": "10.0.0.6", "host": "login7.example.test", "answers": ["198.51.100.9", "2001:db8::9"]},
    {"url": "https://mail.example/update?id=7", "host": "mail.example"},
    {"file_name": "update12.exe", "hashes": ["AB" * 32, "cd" * 16]},
    {"mails": ["boss@evil.example", "me@ours.example"], "subject": "Final Report"},
    {"user": "svc-backup"},
    {},
]


def table() -> pa.Table:
    return pa.Table.from_pylist(
        [{"file": "log", "line": n, **row} for n, row in enumerate(ROWS)], schema=RECORDS
    )


@pytest.mark.parametrize(
    ("said", "rows"),
    [
        (
            "[network-traffic:dst_ref.value ISSUBSET '198.51.100.0/24' AND network-traffic:dst_port > 8000]",
            [0],
        ),
        ("[network-traffic:src_ref.value = '10.0.0.5' AND network-traffic:protocols[*] = 'tcp']", [0]),
        ("[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' LIKE 'curl/%']", [0]),
        (
            "[domain-name:value LIKE 'login%.test' AND domain-name:resolves_to_refs[*].value ISSUBSET '2001:db8::/32']",
            [1],
        ),
        ("[network-traffic:dst_ref.value MATCHES 'example']", [1, 2]),
        ("[ipv4-addr:value ISSUBSET '198.51.100.0/28']", [0, 1]),
        ("[url:value MATCHES 'update\\\\?id=[0-9]+$']", [2]),
        ("[file:name LIKE 'update%' AND file:hashes.MD5 = 'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd']", [3]),
        (
            "[email-message:from_ref.value LIKE '%@evil.example' AND email-message:subject MATCHES '^Final']",
            [4],
        ),
        ("[email-message:to_refs[*].value = 'me@ours.example']", [4]),
        ("[user-account:user_id LIKE 'svc-%']", [5]),
        ("[domain-name:value NOT LIKE '%example%']", []),
    ],
)
def test_a_record_is_an_observation(said: str, rows: list[int]) -> None:
    assert [row for row, _place, _part in met(table(), general([said]))] == rows


def test_why_a_pattern_is_not_tried_is_said() -> None:
    found = general(
        [
            "[a:b",
            "[url:value = 'a'] AND [url:value = 'b']",
            "[mutex:name LIKE 'a']",
            "[url:value MATCHES '(?=a)']",
            "[url:value LIKE '%id=7']",
        ]
    )
    assert found.left_out == {0: "unreadable", 2: "kind", 3: "expression"}
    assert list(met(table(), found)) == [(2, 4, ALONE)]


def test_a_record_meets_parts_of_what_asks_for_several() -> None:
    found = general(
        [
            "[url:value LIKE '%id=7'] AND [user-account:user_id LIKE 'svc-%']",
            "[url:value LIKE '%id=7'] OR [user-account:user_id LIKE 'svc-%']",  # one observation does
        ]
    )
    assert sorted(met(table(), found)) == [(2, 0, 0), (2, 1, ALONE), (5, 0, 1), (5, 1, ALONE)]


def test_many_patterns_are_tried_at_once() -> None:
    said = [f"[url:value LIKE '%id={n}']" for n in range(50)] + ["[file:name MATCHES '^update']"]
    assert list(met(table(), general(said))) == [(2, 7, ALONE), (3, 50, ALONE)]
