"""Indicators out of texts and tables: what is taken, how sure, why, and what is left."""

from __future__ import annotations

import orjson
import pytest

from cordiale.desk.incoming.readers import Remark, reader_for, readers
from cordiale.domains.cyber.readers.found import LEFT, REASONS, Taken
from cordiale.domains.cyber.readers.left import SENTENCES
from cordiale.domains.cyber.readers.plain import table_reader, text_reader
from cordiale.domains.cyber.readers.scanning import candidates, refanged
from cordiale.domains.cyber.readers.table import looks_like_table, read_table
from cordiale.domains.cyber.readers.taking import taken_of
from cordiale.domains.cyber.readers.text import read_text
from cordiale.platform.errors import InputError
from cordiale.stix.ingress import Limits
from cordiale.stix.version import read

REPORT = """Operation Quiet Harbour: phishing against ports
Source: https://www.cert.example/reports/quiet-harbour
Contact: soc@cert.example

The actor sent links to hxxps://login-portal[.]example/owa/auth.php from 203.0.113[.]77; the implant
(version 10.2.3.4, seen with Chrome/120.0.6099.109) calls update-check[.]test. Hosts 10.0.0.12 were scanned.
See https://blog.vendor.example/post and CVE-2024-3400.

## Indicators of compromise
- 198.51.100.23
- evil(dot)example
- ceo[at]evil-corp[.]example
- SHA-256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
- d41d8cd98f00b204e9800998ecf8427e
- HKLM\\Software\\Microsoft\\Windows NT\\CurrentVersion\\Run\\Updater

## References
https://other.example/write-up
"""


def values(taken: Taken) -> dict[str, str]:
    return {one.value: one.kind for one in taken.found}


def left(taken: Taken) -> dict[str, str]:
    return {one.value: one.reason for one in taken.left}


@pytest.mark.parametrize(
    ("written", "kind", "value"),
    [
        ("hxxp://evil[.]example/a", "url", "http://evil.example/a"),
        ("hXXps[:]//evil[.]example/a?b=1", "url", "https://evil.example/a?b=1"),
        ("hxxps://evil.example", "url", "https://evil.example/"),
        ("evil[.]example/path/x.php", "url", "http://evil.example/path/x.php"),
        ("evil [dot] example", "domain-name", "evil.example"),
        ("evil{.}example", "domain-name", "evil.example"),
        ("evil\\.example", "domain-name", "evil.example"),
        ("EVIL.example", "domain-name", "evil.example"),
        ("198[.]51[.]100[.]7", "ipv4-addr", "198.51.100.7"),
        ("198.51.100[.]7", "ipv4-addr", "198.51.100.7"),
        ("198.51.100.0/24", "cidr", "198.51.100.0/24"),
        ("2001:db8::1", "ipv6-addr", "2001:db8::1"),
        ("a.b[at]evil[.]example", "email-addr", "a.b@evil.example"),
        ("a@evil.example", "email-addr", "a@evil.example"),
        ("00:1A:2b:3c:4d:5e", "mac-addr", "00:1a:2b:3c:4d:5e"),
        ("cve-2021-44228", "cve", "CVE-2021-44228"),
        ("HKCU\\Software\\Run\\Bad.", "windows-registry-key", "HKEY_CURRENT_USER\\Software\\Run\\Bad"),
    ],
)
def test_each_way_to_write_a_value_is_read(written: str, kind: str, value: str) -> None:
    assert [(one.kind, one.value) for one in candidates(f"{written}")] == [(kind, value)]


@pytest.mark.parametrize(
    "line",
    [
        "e.g. this",
        "and/or.html",
        "see i.e",
        "12:30:45 on Monday",
        "1.3.6.1.4.1.311",
        "Node.js and README.md",
        "a :: b",
        "v1.2.3.4",
    ],
)
def test_ordinary_writing_holds_no_value(line: str) -> None:
    assert [one for one in candidates(line) if one.kind != "file-name"] == []


def test_a_report_gives_its_indicators_and_says_why() -> None:
    taken = read_text(REPORT)
    assert taken.title == "Operation Quiet Harbour: phishing against ports"
    assert values(taken) == {
        "https://login-portal.example/owa/auth.php": "url",
        "203.0.113.77": "ipv4-addr",
        "update-check.test": "domain-name",
        "CVE-2024-3400": "cve",
        "198.51.100.23": "ipv4-addr",
        "evil.example": "domain-name",
        "ceo@evil-corp.example": "email-addr",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08": "sha256",
        "HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Windows NT\\CurrentVersion\\Run\\Updater": "windows-registry-key",
    }
    sure = {one.value: one for one in taken.found}
    assert sure["evil.example"].reasons == ("defanged", "section", "listed")
    assert sure["evil.example"].line == 11
    assert sure["evil.example"].confidence > sure["CVE-2024-3400"].confidence


def test_what_only_looks_like_an_indicator_is_left_with_its_reason() -> None:
    assert left(read_text(REPORT)) == {
        "https://www.cert.example/reports/quiet-harbour": "own",
        "soc@cert.example": "own",
        "10.2.3.4": "version",
        "10.0.0.12": "private",
        "https://blog.vendor.example/post": "plain",
        "d41d8cd98f00b204e9800998ecf8427e": "empty",
        "https://other.example/write-up": "reference",
    }
    assert set(LEFT) == set(SENTENCES)
    assert {reason for one in read_text(REPORT).found for reason in one.reasons} <= set(REASONS)


def test_a_list_of_false_positives_is_asked() -> None:
    taken = read_text(
        "- evil[.]example\n", warned=lambda kind, value: "known" if value == "evil.example" else ""
    )
    assert (values(taken), left(taken)) == ({}, {"evil.example": "warned:known"})


def test_who_wants_what_is_plain_gets_it() -> None:
    assert "https://blog.vendor.example/post" in values(read_text(REPORT, plain=True))
    assert "evil.example" not in values(read_text("See evil.example", own=["evil.example"]))


def test_a_table_is_read_by_its_head() -> None:
    text = 'Type;Value;Confidence;Expires;TLP;Comment\nip;198.51.100.9;high;2026-12-01;TLP:AMBER;"a; b"\ndomain;evil[.]example;20;;;\nip;not one;;;;\nip;10.1.1.1;;;;\n'
    assert looks_like_table(text)
    taken = read_table(text)
    first, second = taken.found
    assert (first.value, first.confidence, first.tlp, first.description) == (
        "198.51.100.9",
        85,
        "tlp:amber",
        "a; b",
    )
    assert first.valid_until == "2026-12-01T00:00:00.000Z"
    assert (second.value, second.confidence, second.line) == ("evil.example", 20, 3)
    assert [(one.reason, one.line) for one in taken.left] == [("malformed", 4), ("private", 5)]


def test_a_table_whose_head_is_a_remark_is_read() -> None:
    text = '# feed of somebody\n#\n# "first_seen","ioc_value","ioc_type"\n"2026-01-02 03:04:05", "198.51.100.7:443", "ip:port"\n'
    taken = read_table(text)
    assert [(one.kind, one.value, one.valid_from) for one in taken.found] == [
        ("ipv4-addr", "198.51.100.7", "2026-01-02T03:04:05.000Z")
    ]


def test_values_in_parts_as_tables_of_misp_write_them_are_read_for_what_is_watched() -> None:
    digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    rows = [("filename|sha256", f"a.exe|{digest}"), ("hostname|port", "c2.example|8443"), ("domain|ip", "bad.example|198.51.100.7"), ("filename|sha256", "a.exe")]  # fmt: skip
    text = "uuid,category,type,value,comment\n" + "".join(
        f"{n},x,{kind},{value},\n" for n, (kind, value) in enumerate(rows)
    )
    taken = read_table(text)
    assert [(one.kind, one.value) for one in taken.found] == [
        ("sha256", digest), ("domain-name", "c2.example"), ("domain-name", "bad.example"),
    ]  # fmt: skip
    assert [one.line for one in taken.left] == [5]


def test_a_table_without_values_is_refused() -> None:
    with pytest.raises(InputError, match="No column"):
        read_table("colour,size\nred,1\n")


def test_import_knows_each_by_its_content() -> None:
    known = readers()
    assert reader_for(REPORT.encode(), known).name == "text"
    assert reader_for(b"value,type\nevil.example,domain\n", known).name == "CSV"
    assert reader_for(b'{"type": "bundle", "objects": []}', known).name == "STIX"
    assert not text_reader.recognise(b"<alert>" * 20)
    assert not text_reader.recognise(b"!AIVDM,1,1,,A,15M67FC000G?ufbE`FepT@3n00Sa,0*5C")
    assert not table_reader.recognise(b"One, two, and three more words, that is no table\n")


def test_objects_are_valid_and_the_same_twice() -> None:
    first, second = (list(text_reader.read([REPORT.encode()], Limits())) for _turn in range(2))
    assert first == second
    objects = [one for one in first if isinstance(one, bytes)]
    for raw in objects:
        assert [p for p in read(raw)[1] if p.severity == "error"] == []
    kinds = [orjson.loads(raw)["type"] for raw in objects]
    assert (kinds.count("indicator"), kinds.count("vulnerability"), kinds[-1]) == (8, 1, "report")
    assert {one.code for one in first if isinstance(one, Remark)} >= {"left-private", "left-own"}


def test_another_file_has_other_ids() -> None:
    one, other = (
        next(iter(text_reader.read([text], Limits()))) for text in (b"evil[.]example", b"evil[.]example\n")
    )
    assert orjson.loads(one)["id"] != orjson.loads(other)["id"]  # type: ignore[arg-type]


@pytest.mark.parametrize("content", [b"\0\1\2", b"nothing of interest here"])
def test_what_holds_nothing_is_refused(content: bytes) -> None:
    with pytest.raises(InputError):
        list(text_reader.read([content], Limits()))


@pytest.mark.parametrize("hostile", ["a" * 200_000, "a." * 100_000, "a[.]" * 50_000, "1.2.3." * 40_000, "HKLM\\" * 40_000, "[.](.)" * 30_000, "http://" * 30_000, "x y.exe " * 20_000, ":" * 100_000])  # fmt: skip
def test_hostile_text_is_read_in_time_linear_in_its_length(hostile: str) -> None:
    read_text(hostile)  # one that were not would take hours: the suite's own limit finds it


def test_the_surest_place_of_a_value_counts() -> None:
    taken = taken_of("evil.example was seen.\n\nIOCs:\n- evil[.]example\n")
    assert [(one.line, one.confidence) for one in taken.found] == [(4, 90)]
    assert refanged("hxxp://1[.]2[.]3[.]4") == "http://1.2.3.4"
