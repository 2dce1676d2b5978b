"""Logs of every form become records of one form; a bad row is set aside alone, with its line."""

from __future__ import annotations

import gzip
import tracemalloc
from itertools import chain, repeat
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cordiale.domains.cyber.logs import mail, reading
from cordiale.domains.cyber.logs.aside import Aside
from cordiale.domains.cyber.logs.profile import Profile, load, save
from cordiale.domains.cyber.logs.reading import HEAD, Log, read, read_file
from cordiale.domains.cyber.logs.records import RECORDS
from cordiale.platform.clock import parse_instant
from cordiale.platform.errors import InputError

NOW = parse_instant("2026-03-02T00:00:00Z")


def opened(
    content: str | bytes, given: Profile | None = None
) -> tuple[Log, list[dict[str, object]], list[Aside]]:
    data = content.encode() if isinstance(content, str) else content
    log = read([data], "log", NOW, given=given)
    parts = list(log.parts)
    rows = [row for part in parts if isinstance(part, pa.Table) for row in part.to_pylist()]
    assert all(part.schema == RECORDS for part in parts if isinstance(part, pa.Table))
    said = [
        {name: value for name, value in row.items() if value is not None and name != "file"} for row in rows
    ]
    for row in said:
        if "at" in row:
            row["at"] = row["at"].isoformat()
    return log, said, [part for part in parts if isinstance(part, Aside)]


def test_json_lines_whose_columns_say_what_they_are() -> None:
    log, rows, aside = opened(
        '{"timestamp": "2026-03-01T10:00:00Z", "src_ip": "10.0.0.1", "dest": {"x": 1}, "query": "evil.example", "sha256": "AB"}\n'
        "\n"
        "{broken\n"
        "[1, 2]\n"
        '{"timestamp": 1772359200.5, "src_ip": "10.0.0.2", "query": "-"}'
    )
    assert log.kind == "JSON"
    assert rows == [
        {
            "at": "2026-03-01T10:00:00+00:00",
            "src": "10.0.0.1",
            "host": "evil.example",
            "hashes": ["AB"],
            "line": 1,
        },
        {"at": "2026-03-01T10:00:00.500000+00:00", "src": "10.0.0.2", "line": 5},
    ]
    assert [(one.line, one.code) for one in aside] == [(3, "log-line-json"), (4, "log-line-form")]


def test_suricata() -> None:
    log, rows, aside = opened(
        '{"timestamp":"2026-03-01T10:00:00.123456+0000","event_type":"dns","src_ip":"10.0.0.1","src_port":5353,"dest_ip":"10.0.0.53","dest_port":53,"proto":"UDP","dns":{"type":"answer","rrname":"evil.example","answers":[{"rrname":"evil.example","rdata":"198.51.100.7"}],"grouped":{"A":["198.51.100.7"]}}}\n'
        '{"timestamp":"2026-03-01T10:00:01.000000+0000","event_type":"http","src_ip":"10.0.0.1","dest_ip":"198.51.100.7","http":{"hostname":"evil.example","url":"/a?b","http_user_agent":"curl/8"}}\n'
        '{"timestamp":"2026-03-01T10:00:02.000000+0000","event_type":"fileinfo","fileinfo":{"filename":"/x.exe","sha256":"ab","md5":"cd"}}\n'
    )
    assert (log.kind, aside) == ("Suricata EVE", [])
    assert rows[0]["host"] == "evil.example"
    assert rows[0]["answers"] == ["198.51.100.7", "198.51.100.7"]
    assert rows[0]["at"] == "2026-03-01T10:00:00.123456+00:00"
    assert (rows[0]["src_port"], rows[0]["dst_port"]) == (5353, 53)
    assert rows[1]["url"] == "http://evil.example/a?b"
    assert rows[2]["hashes"] == ["ab", "cd"]


ZEEK = """#separator \\x09
#set_separator\t,
#path\tdns
#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tquery\tanswers
#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tvector[string]
1772359200.250000\tC1\t10.0.0.1\t5353\t10.0.0.53\t53\tudp\tevil.example\tcdn.example,198.51.100.7
1772359201.000000\tC2\t10.0.0.1\t5353
1772359202.000000\tC3\t10.0.0.1\t5353\t10.0.0.53\t53\tudp\t-\t(empty)
#close\t2026-03-01
"""


def test_zeek_in_its_own_form_and_in_json() -> None:
    log, rows, aside = opened(ZEEK)
    assert log.kind == "Zeek dns"
    assert rows[0] == {
        "at": "2026-03-01T10:00:00.250000+00:00", "src": "10.0.0.1", "dst": "10.0.0.53", "src_port": 5353,
        "dst_port": 53, "protocol": "udp", "host": "evil.example", "answers": ["cdn.example", "198.51.100.7"],
        "line": 6,
    }  # fmt: skip
    assert [row["line"] for row in rows] == [6, 8]
    assert "host" not in rows[1]
    assert "answers" not in rows[1]
    assert [(one.line, one.code) for one in aside] == [(7, "log-row-columns")]
    log, rows, aside = opened(
        '{"ts":1772359200.25,"uid":"C1","id.orig_h":"10.0.0.1","id.resp_h":"10.0.0.53","query":"evil.example","answers":["198.51.100.7"]}'
    )
    assert (log.kind, aside) == ("Zeek", [])
    assert rows[0]["src"] == "10.0.0.1"
    assert rows[0]["answers"] == ["198.51.100.7"]


def test_tables_in_text() -> None:
    log, rows, aside = opened(
        "Date;Source IP;Destination IP;URL;Bytes\n"
        "2026-03-01 10:00:00;10.0.0.1;198.51.100.7;http://evil.example/a;5\n"
        "2026-03-01 10:00:01;10.0.0.1\n"
        '2026-03-01 10:00:02;10.0.0.2;198.51.100.8;"http://b.example/;x";6\n'
    )
    assert log.kind == "CSV"
    assert log.profile is not None
    assert log.profile.columns["dst"] == ("Destination IP",)
    assert [(row["line"], row["dst"], row["url"]) for row in rows] == [
        (2, "198.51.100.7", "http://evil.example/a"),
        (4, "198.51.100.8", "http://b.example/;x"),
    ]
    assert rows[0]["at"] == "2026-03-01T10:00:00+00:00"
    assert [(one.line, one.code) for one in aside] == [(3, "log-row-columns")]


@pytest.mark.parametrize(
    ("kind", "line", "expected"),
    [
        (
            "Squid",
            "1772359200.123    200 10.0.0.1 TCP_MISS/200 1234 GET http://evil.example/a marie HIER_DIRECT/198.51.100.7 text/html",
            {"src": "10.0.0.1", "dst": "198.51.100.7", "url": "http://evil.example/a", "user": "marie"},
        ),
        (
            "Squid",
            "1772359200.123    200 10.0.0.1 TCP_TUNNEL/200 1234 CONNECT evil.example:443 - HIER_DIRECT/198.51.100.7 -",
            {"src": "10.0.0.1", "dst": "198.51.100.7", "host": "evil.example", "dst_port": 443},
        ),
        (
            "BIND",
            "01-Mar-2026 10:00:00.123 queries: info: client @0x7f1 10.0.0.1#5353 (evil.example): query: evil.example IN A +E(0)K (10.0.0.53)",
            {"src": "10.0.0.1", "src_port": 5353, "host": "evil.example"},
        ),
        (
            "dnsmasq",
            "Mar  1 10:00:00 dnsmasq[123]: query[A] evil.example from 10.0.0.1",
            {"src": "10.0.0.1", "host": "evil.example"},
        ),
        (
            "unbound",
            "[1772359200] unbound[1:0] info: 10.0.0.1 evil.example. A IN",
            {"src": "10.0.0.1", "host": "evil.example."},
        ),
        (
            "web server",
            '203.0.113.9 - - [01/Mar/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 12 "http://evil.example/x" "curl/8"',
            {"src": "203.0.113.9", "url": "/a", "answers": ["evil.example"], "user_agent": "curl/8"},
        ),
    ],
)
def test_lines_of_proxies_and_servers(kind: str, line: str, expected: dict[str, object]) -> None:
    log, rows, aside = opened(line + "\n" + line + "\nnothing like it\n")
    assert log.kind == kind
    assert [row.pop("at")[:19] for row in rows] == ["2026-03-01T10:00:00"] * 2
    assert rows == [{**expected, "line": 1}, {**expected, "line": 2}]
    assert [one.line for one in aside] == [3]


MESSAGE = """Return-Path: <bounce@evil.example>
Received: from mx.evil.example (mx.evil.example [198.51.100.7]) by mail.example.org; Sun, 1 Mar 2026 10:00:00 +0000
From: Mallory <mallory@evil.example>
To: marie@example.org, =?utf-8?q?Ren=C3=A9?= <rene@example.org>
Subject: =?utf-8?q?Facture_impay=C3=A9e?=
Date: Sun, 1 Mar 2026 11:00:00 +0100
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/html; charset=utf-8

<a href="http://evil.example/pay">pay</a>
--b
Content-Type: application/octet-stream
Content-Disposition: attachment; filename="invoice.exe"
Content-Transfer-Encoding: base64

TVo=
--b--
"""


def test_a_message() -> None:
    log, rows, aside = opened(MESSAGE)
    assert (log.kind, aside) == ("e-mail", [])
    first, file, link = rows
    assert first["mails"] == [
        "mallory@evil.example", "marie@example.org", "rene@example.org", "bounce@evil.example",
    ]  # fmt: skip
    assert first["answers"] == ["198.51.100.7", "mx.evil.example"]
    assert (first["at"], first["subject"]) == ("2026-03-01T10:00:00+00:00", "Facture impayée")
    assert file["file_name"] == "invoice.exe"
    assert file["hashes"][0] == "ac6ad5d9b99757c3a878f2d275ace198"
    assert link["url"] == "http://evil.example/pay"


def test_a_box_of_messages_knows_where_each_begins() -> None:
    box = (
        f"From mallory Sun Mar  1 10:00:00 2026\n{MESSAGE}\nFrom mallory Sun Mar  1 10:00:00 2026\n{MESSAGE}"
    )
    log, rows, _aside = opened(box)
    assert log.kind == "mbox"
    assert sorted({row["line"] for row in rows}) == [1, 1 + box[: box.rindex("From mallory")].count("\n")]


def test_what_only_begins_as_a_box_is_known_at_once() -> None:
    """An expression that goes over a line again for each of its bytes would take minutes for this one."""
    assert not mail.is_mbox(b"From " + b"a" * HEAD)


def test_a_line_without_an_end_fills_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "LARGEST", 1 << 20)
    piece = b"a" * (1 << 18)
    endless = chain((b"From a@b.example Sun Mar  1 10:00:00 2026\n",), repeat(piece, 128))
    tracemalloc.start()
    try:
        found = list(mail.read(endless, True, "box", NOW))
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [one.code for one in found if isinstance(one, Aside)] == ["mail-too-large"]
    assert most < 8 << 20


def test_one_json_value_is_read_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "WHOLE", 1000)
    with pytest.raises(InputError) as refused:
        opened("[\n" + '{"host": "a.example",\n"src_ip": "10.0.0.1"},\n' * 100 + "{}]")
    assert refused.value.code == "json-log-large"


def test_parquet_and_gzip(tmp_path: Path) -> None:
    table = pa.table(
        {
            "ts": [1772359200, 1772359201],
            "dst_ip": ["198.51.100.7", None],
            "qname": ["evil.example", "b.example"],
        }
    )
    pq.write_table(table, tmp_path / "flows.parquet")
    log = read_file(tmp_path / "flows.parquet", NOW)
    (piece,) = log.parts
    assert log.kind == "Parquet"
    assert piece["line"].to_pylist() == [1, 2]
    assert piece["host"].to_pylist() == ["evil.example", "b.example"]
    assert piece["at"][0].as_py().isoformat() == "2026-03-01T10:00:00+00:00"
    (tmp_path / "z.log.gz").write_bytes(gzip.compress(ZEEK.encode()))
    assert read_file(tmp_path / "z.log.gz", NOW).kind == "Zeek dns"


def test_lines_are_counted_over_blocks() -> None:
    line = '{"dst_ip": "198.51.100.7", "pad": "%s"}\n' % ("x" * 1000)
    data = line * 20_000
    chunks = (data.encode()[at : at + 1_000_003] for at in range(0, len(data), 1_000_003))
    parts = [part for part in read(chunks, "log", NOW).parts if isinstance(part, pa.Table)]
    assert len(parts) > 1
    assert pa.concat_tables(parts)["line"].to_pylist() == list(range(1, 20_001))


def test_a_mapping_is_kept_and_given_again(tmp_path: Path) -> None:
    given = Profile(name="ours", columns={"dst": ("peer",), "at": ("when",)})
    save(given, tmp_path / "p.json")
    _log, rows, _aside = opened(
        '{"peer": "198.51.100.7", "when": "2026-03-01T10:00:00Z"}', load(tmp_path / "p.json")
    )
    assert rows == [{"at": "2026-03-01T10:00:00+00:00", "dst": "198.51.100.7", "line": 1}]
    (tmp_path / "p.json").write_text('{"name": "x", "columns": {"nowhere": ["a"]}}')
    with pytest.raises(InputError, match="nowhere"):
        load(tmp_path / "p.json")


@pytest.mark.parametrize("content", ["", "\x00\x01\x02", "just words\nand more", "a,b\n1,2\n", '{"a": 1}\n'])
def test_what_is_no_log_says_so(content: str) -> None:
    with pytest.raises(InputError):
        opened(content)


def test_bytes_that_are_no_text_cost_only_themselves() -> None:
    _log, rows, _aside = opened(b"src_ip,query\n10.0.0.1,caf\xe9.example\n10.0.0.2,b.example\n")
    assert [row["src"] for row in rows] == ["10.0.0.1", "10.0.0.2"]


def test_a_damaged_line_does_not_make_a_log_binary_and_utf_16_is_named() -> None:
    sound = "1795304803.100    120 10.0.0.5 TCP_MISS/200 5120 GET http://www.evil.example/a - HIER_DIRECT/203.0.113.9 text/html\n"
    log, rows, aside = opened(("garbage \0 line\n" + sound) * 20)
    assert (log.kind, len(rows), len(aside)) == ("Squid", 20, 20)
    with pytest.raises(InputError, match="UTF-16"):
        opened(sound.encode("utf-16"))
    with pytest.raises(InputError, match="binary"):
        opened(bytes(range(256)) * 20)
