"""Bad pages and posts: a clear message, the bad row set aside with its line, and the run goes on."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from cordiale.domains.information.document import Document
from cordiale.domains.information.readers.content import read_content
from cordiale.domains.information.readers.page import read_page
from cordiale.domains.information.readers.result import Aside
from cordiale.platform.errors import InputError

NOW = datetime(2026, 6, 1, tzinfo=UTC)
HEADER = "id,author,timestamp,text\n"
GOOD = "{},harby,2026-03-14T08:30:00Z,The night ferry runs again\n"


def posts(content: str | bytes) -> tuple[list[dict[str, Any]], list[Aside]]:
    pytest.importorskip("pyarrow")
    from cordiale.domains.information.readers.posts.reading import read_posts

    data = content.encode() if isinstance(content, str) else content
    rows, aside = [], []
    for part in read_posts("export.csv", iter([data]), NOW).parts:
        if isinstance(part, Aside):
            aside.append(part)
        else:
            rows += part.to_pylist()
    return rows, aside


def page(content: str | bytes) -> Document:
    return read_page("page.html", content.encode() if isinstance(content, str) else content)


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks]


@pytest.mark.parametrize("content", [b"", b"  \n\n", b"\xef\xbb\xbf"])
def test_empty(content: bytes) -> None:
    with pytest.raises(InputError, match=r"page\.html is empty"):
        read_page("page.html", content)
    with pytest.raises(InputError, match="is empty"):
        posts(content)


def test_binary() -> None:
    with pytest.raises(InputError, match=r"page\.html is not text"):
        read_page("page.html", bytes(range(256)) * 40)
    with pytest.raises(InputError, match="binary"):
        posts(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(2000))


def test_mixed_encodings() -> None:
    rows, aside = posts(
        HEADER.encode()
        + "1,a,2026-03-14,L’été à Liège\n".encode()
        + "2,b,2026-03-14,L'été à Liège\n".encode("cp1252")
    )
    assert aside == []
    assert [row["text"] for row in rows] == ["L’été à Liège", "L'été à Liège"]
    mixed = "<p>été</p>\n".encode() + "<p>forêt</p>\n".encode("cp1252")
    assert texts(page(mixed)) == ["été", "forêt"]


def test_right_to_left() -> None:
    words = "العبّارة الليلية تعود \u200fمن جديد"
    rows, _aside = posts(HEADER + f"1,a,2026-03-14,{words}\n")
    assert rows[0]["text"] == words
    shown = page(f"<html dir=rtl lang=ar><body><p>{words}</p></body></html>")
    assert texts(shown) == [words]
    assert shown.lang == ""


def test_50_mb_page() -> None:
    with pytest.raises(InputError, match=r"page\.html has 50 MB, more than the 20 MB of a page"):
        read_page("page.html", b"<p>" + b"a " * (25 << 20))


def test_a_post_with_1_mb_of_text() -> None:
    rows, aside = posts(
        HEADER + GOOD.format(1) + f"2,harby,2026-03-14,{'long ' * 210_000}\n" + GOOD.format(3)
    )
    assert [row["post"] for row in rows] == ["1", "3"]
    assert [(one.line, one.code) for one in aside] == [(3, "text-too-long")]
    assert str(aside[0]) == "Its text has 1049999 characters, more than any network allows."


def test_missing_timestamps_are_kept_and_counted() -> None:
    pytest.importorskip("pyarrow")
    from cordiale.domains.information.readers.posts.reading import read_posts

    found = read_posts("export.csv", iter([(HEADER + GOOD.format(1) + "2,harby,,No time\n").encode()]), NOW)
    rows = [row for part in found.parts if not isinstance(part, Aside) for row in part.to_pylist()]
    assert [row["at"] is None for row in rows] == [False, True]
    assert found.undated == 1


def test_future_and_unreadable_timestamps() -> None:
    rows, aside = posts(
        HEADER
        + GOOD.format(1)
        + GOOD.format(2)
        + GOOD.format(3)
        + GOOD.format(4)
        + GOOD.format(5)
        + GOOD.format(6)
        + GOOD.format(7)
        + GOOD.format(8)
        + GOOD.format(9)
        + GOOD.format(10)
        + GOOD.format(11)
        + GOOD.format(12)
        + GOOD.format(13)
        + "14,harby,2031-01-01T00:00:00Z,Later\n15,harby,soon,Sometime\n16,harby,0,Never\n"
    )
    assert len(rows) == 13
    assert [(one.line, one.code) for one in aside] == [
        (15, "time-future"),
        (16, "time-unreadable"),
        (17, "time-early"),
    ]
    assert "2031-01-01" in str(aside[0])


def test_duplicated_ids() -> None:
    rows, aside = posts(HEADER + GOOD.format(1) + GOOD.format(1) + GOOD.format(2))
    assert [row["post"] for row in rows] == ["1", "2"]
    assert [(one.line, one.code, str(one)) for one in aside] == [
        (3, "duplicate-id", "The id 1 was there before in this file.")
    ]


@pytest.mark.parametrize(
    "stray",
    [
        '2,harby,2026-03-14T08:30:00Z,"The ferry\n',
        '2,harby,2026-03-14T08:30:00Z,"The ferry" sails\n',
        '2,"harby,2026-03-14T08:30:00Z,The ferry\n',
    ],
)
def test_a_csv_with_a_stray_quote(stray: str) -> None:
    after = "".join(GOOD.format(n) for n in range(3, 600)) + '600,quay,2026-03-14T08:30:00Z,"Two\nlines"\n'
    rows, aside = posts(HEADER + GOOD.format(1) + stray + after)
    assert [row["post"] for row in rows] == ["1", *map(str, range(3, 601))]
    assert rows[-1]["text"] == "Two\nlines"
    assert [(one.line, one.code) for one in aside] == [(3, "stray-quote")]
    assert [row["line"] for row in rows[:2]] == [2, 4]


def test_a_csv_of_nothing_but_stray_quotes_ends() -> None:
    rows, aside = posts(HEADER + '1,"a,b,c\n' * 3000 + GOOD.format(9))
    assert [row["post"] for row in rows] == ["9"]
    assert len(aside) == 3000


def test_a_row_with_too_many_values() -> None:
    rows, aside = posts(HEADER + GOOD.format(1) + "2,harby,2026-03-14,one,two\n" + GOOD.format(3))
    assert [row["post"] for row in rows] == ["1", "3"]
    assert [(one.line, one.code) for one in aside] == [(3, "row-columns")]


def test_json_that_breaks_off() -> None:
    good = {"post_id": "1", "author": "a", "created_at": "2026-03-14", "text": "The ferry"}
    rows, aside = posts(json.dumps([good, good | {"post_id": "2"}], indent=1)[:-40])
    assert [row["post"] for row in rows] == ["1"]
    assert [(one.line, one.code) for one in aside] == [(2, "json-damaged")]
    rows, aside = posts(json.dumps(good) + "\n{broken\n" + json.dumps(good | {"post_id": "3"}))
    assert [row["post"] for row in rows] == ["1", "3"]
    assert [(one.line, one.code) for one in aside] == [(2, "json-line")]


def test_json_nested_a_hundred_thousand_deep() -> None:
    deep = "[" * 100_000
    rows, aside = posts('{"post_id":"1","author":"a","text":"The ferry"}\n{"post_id":' + deep + "\n")
    assert [row["post"] for row in rows] == ["1"]
    assert [one.code for one in aside] == ["json-line"]
    with pytest.raises(InputError, match="no JSON that can be read"):
        posts(deep)


def test_half_characters_in_json_do_no_harm() -> None:
    rows, _aside = posts(
        '{"post_id":"1","author":"a","text":"half \\ud83d #b\\ud83d","hashtags":["\\ud83d"]}\n{"post_id":"2","author":"a","text":"whole"}\n'
    )
    assert rows[-1]["text"] == "whole"


@pytest.mark.parametrize(
    "cut",
    [
        "<html><body><article><p>The night ferry runs again.<p>Fares stay.<div><span>No end",
        "<p>The night ferry runs again.</p><p>Fares stay.</p><!-- <p>No end</p>",
        '<p>The night ferry runs again.</p><p>Fares stay.</p><p>No end <a href="https://x.example/',
        "<p>The night ferry runs again.</p><p>Fares stay.</p></div></div></article></p><script>var x = 1; <p>No end</p>",
    ],
)
def test_html_that_never_closes(cut: str) -> None:
    shown = texts(page(cut))
    assert shown[:2] == ["The night ferry runs again.", "Fares stay."]
    assert any("No end" in text for text in shown)


@pytest.mark.parametrize(
    "bomb",
    [
        "<div>" * 100_000 + "<p>The night ferry runs again.</p>",
        "<b><i>" * 50_000 + "<p>The night ferry runs again.</p>",
        "</div>" * 100_000 + "<p>The night ferry runs again.</p>",
        "<" * 100_000 + "<p>The night ferry runs again.</p>",
        "<!--" * 50_000 + "<p>The night ferry runs again.</p>",
        "<a x='" * 50_000 + "'><p>The night ferry runs again.</p>",
        "<p>The night ferry runs again.</p>" + "&#" * 100_000,
    ],
    ids=["div", "inline", "closings", "angles", "comments", "quotes", "references"],
)
def test_a_bomb_of_nested_tags(bomb: str) -> None:
    assert any("The night ferry runs again." in text for text in texts(page(bomb)))


def test_more_tags_than_a_page_has() -> None:
    with pytest.raises(InputError, match="it is no page"):
        page("<i>" * 250_001)


def test_a_bad_page_in_an_archive_is_set_aside_and_the_next_is_read() -> None:
    def record(address: str, body: bytes) -> bytes:
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body
        head = f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {address}\r\nContent-Length: {len(block)}\r\n\r\n"
        return head.encode() + block + b"\r\n\r\n"

    read = read_content(
        "c.warc",
        record("https://a.example/", bytes(3000)) + record("https://b.example/", b"<p>The ferry</p>"),
    )
    assert [one.source for one in read.documents] == ["https://b.example/"]
    assert [(one.line, one.code) for one in read.aside] == [(1, "binary")]
    assert "https://a.example/" in str(read.aside[0])
