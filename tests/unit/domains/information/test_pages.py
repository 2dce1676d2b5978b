"""Pages, feeds, transcripts and archives: all that is shown is kept and named for what it is; dates say how they are known."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cordiale.domains.information.document import Document
from cordiale.domains.information.readers.content import read_content, read_file, recognise
from cordiale.platform.errors import InputError

PAGE = """<!DOCTYPE html>
<!-- saved from url=(0043)https://gazette.example/2026/03/14/ferry.html -->
<html lang="en"><head><title>Ferry to run again | The Harby Gazette</title>
<meta property="article:published_time" content="2026-03-14T08:30:00+01:00">
<style>p { color: red }</style><script>var x = "<p>never shown</p>";</script></head>
<body class="has-sidebar header-fixed">
<header><a href="/">The Harby Gazette</a></header>
<nav><ul><li>Home</li><li>Weather</li></ul></nav>
<main><article><h1>Ferry to run again</h1>
<p class="byline">By Ann Orrel</p>
<p>The harbour master of Harby said on Friday that the night ferry will run again from the first of May, after a winter of repairs.</p>
<p>She added that twelve crew members had been hired &amp; trained,<br>
and that fares would not rise this year.</p>
<div class="related-stories"><h3>Read also</h3><a href="/x">Lighthouse opens its doors to visitors in June</a></div>
<p>“We kept our promise,” she told the council, which had paid half of the repairs from its reserves.</p>
</article></main>
<div id="cookie-banner">We use cookies to improve your visit to our pages.</div>
<footer>All rights reserved</footer></body></html>"""


def only(name: str, text: str | bytes) -> Document:
    content = text.encode() if isinstance(text, str) else text
    (document,) = read_content(name, content).documents
    return document


def shown(document: Document, region: str) -> list[str]:
    return [block.text for block in document.blocks if block.region == region]


def test_an_article_its_surroundings_and_what_leads_elsewhere_are_told_apart_and_all_kept() -> None:
    page = only("ferry.html", PAGE)
    assert [text[:12] for text in shown(page, "body")] == [
        *("Ferry to run", "The harbour ", "She added th", "“We kept our")
    ]
    assert shown(page, "teaser") == ["Read also", "Lighthouse opens its doors to visitors in June"]
    assert {"The Harby Gazette", "Home", "Weather", "By Ann Orrel", "All rights reserved"} <= set(
        shown(page, "chrome")
    )
    assert any("cookies" in text for text in shown(page, "chrome"))
    assert not any("never shown" in block.text or "color" in block.text for block in page.blocks)
    assert page.title == "Ferry to run again"
    assert page.lang == "en"


def test_a_page_says_when_and_where_it_was_published_and_how_that_is_known() -> None:
    page = only("ferry.html", PAGE)
    assert page.published == datetime(2026, 3, 14, 7, 30, tzinfo=UTC)
    assert (page.published_basis, page.published_to) == ("metadata", "minute")
    assert page.source == "https://gazette.example/2026/03/14/ferry.html"
    without = only("ferry.html", PAGE.replace("article:published_time", "article:modified_time"))
    assert (without.published, without.published_basis) == (datetime(2026, 3, 14, tzinfo=UTC), "url")
    neither = only("ferry.html", PAGE.replace("published_time", "modified_time").replace("/2026/03/14/", "/"))
    assert (neither.published, neither.published_basis) == (None, "none")
    linked = '<script type="application/ld+json">{"@graph":[{"datePublished":"2026-03-15"}]}</script></head>'
    of_data = only("ferry.html", PAGE.replace("published_time", "modified_time").replace("</head>", linked))
    assert (of_data.published, of_data.published_to) == (datetime(2026, 3, 15, tzinfo=UTC), "day")


def test_a_page_without_markup_of_its_parts_is_told_by_its_lines() -> None:
    lines = [
        *("Home", "Sign in", "Le bac de nuit reprendra en mai"),
        "La capitainerie a annoncé vendredi que le bac de nuit reprendrait le premier mai, après un hiver de travaux dans le port.",
        "Douze marins ont été embauchés et formés, et les tarifs n’augmenteront pas cette année, selon le conseil municipal.",
        *("Tous droits réservés", "S'abonner"),
    ]
    page = only(
        "bac.html", "<html><body>" + "".join(f"<div>{line}</div>" for line in lines) + "</body></html>"
    )
    assert shown(page, "body") == lines[2:5]
    assert page.lang == "fr"


def test_the_offset_of_a_block_is_its_place_in_the_file() -> None:
    page = only("ferry.html", PAGE)
    assert all(
        PAGE[block.offset :].startswith(block.text[:4]) for block in page.blocks if "&" not in block.text
    )


def test_a_page_in_another_encoding_is_read_in_it() -> None:
    page = '<html><head><meta charset="iso-8859-1"></head><body><p>L\u2019été à Liège</p></body></html>'
    assert only("été.html", page.encode("cp1252")).blocks[0].text == "L\u2019été à Liège"


RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Port</title>
<item><title>Ferry</title><link>https://port.example/ferry</link><pubDate>Sat, 14 Mar 2026 08:30:00 +0100</pubDate>
<description>Short.</description><content:encoded><![CDATA[<p>The night ferry runs again.</p><p>Fares stay.</p>]]></content:encoded></item>
<item><guid>2</guid></item></channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Port</title><entry><title>Bac</title>
<link rel="self" href="https://port.example/self"/><link href="https://port.example/bac"/><updated>2026-03-16T00:00:00Z</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Le bac de nuit reprend.</p><p>Les tarifs restent.</p></div></content></entry></feed>"""


def test_each_item_of_a_feed_is_a_document_and_an_empty_one_is_set_aside() -> None:
    read = read_content("port.xml", RSS.encode())
    assert read.kind == "feed"
    (ferry,) = read.documents
    assert [block.text for block in ferry.blocks] == ["Ferry", "The night ferry runs again.", "Fares stay."]
    assert ferry.published == datetime(2026, 3, 14, 7, 30, tzinfo=UTC)
    assert ferry.source == "https://port.example/ferry"
    assert [(one.line, one.code) for one in read.aside] == [(4, "empty-item")]


def test_an_atom_entry_that_was_only_updated_has_no_date_of_publication() -> None:
    bac = only("port.atom", ATOM)
    assert [block.text for block in bac.blocks] == ["Bac", "Le bac de nuit reprend.", "Les tarifs restent."]
    assert (bac.published, bac.published_basis, bac.source) == (None, "none", "https://port.example/bac")


@pytest.mark.parametrize(
    "declared",
    ['<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>', '<!DOCTYPE rss [<!ENTITY a "aa">]>'],
)
def test_a_feed_that_declares_entities_is_refused(declared: str) -> None:
    with pytest.raises(InputError, match="document type"):
        read_content(
            "feed.xml",
            f"<?xml version='1.0'?>{declared}<rss><channel><item><title>&x;</title></item></channel></rss>".encode(),
        )


def test_a_feed_that_ends_too_soon_gives_what_it_has() -> None:
    read = read_content("port.xml", RSS[: RSS.index("<item><guid>")].encode())
    assert len(read.documents) == 1
    assert [one.code for one in read.aside] == ["feed-damaged"]


SRT = """1
00:00:01,000 --> 00:00:03,000
The night ferry

2
00:00:03,100 --> 00:00:05,000
<i>runs again</i> in May.

3
oo:00:07,000 --> 00:00:09,000
lost

4
00:01:00,000 --> 00:01:03,000
Fares stay.
"""


def test_cues_make_sentences_and_a_wrong_time_is_set_aside() -> None:
    read = read_content("talk.srt", SRT.encode())
    assert read.kind == "subtitles"
    assert [block.text for block in read.documents[0].blocks] == [
        "The night ferry runs again in May.",
        "Fares stay.",
    ]
    assert [(one.line, one.code) for one in read.aside] == [(10, "cue-time")]
    vtt = "WEBVTT\n\nNOTE invented\n\n00:01.000 --> 00:02.000 align:start\n<v Ann>Bonjour.</v>\n<v Bea>Bonsoir.</v>\n"
    assert [block.text for block in only("talk.vtt", vtt).blocks] == ["Bonjour.", "Bonsoir."]


def record(kind: str, address: str, block: bytes) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {address}\r\nWARC-Date: 2026-03-20T10:00:00Z\r\n"
    )
    return head.encode() + f"Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"


def answered(media_type: str, body: bytes, more: str = "") -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\n{more}\r\n".encode() + body


PICTURE = b"\x89PNG invented"
RECORDS = [
    record("warcinfo", "", b"software: invented"),
    record("response", "https://a.example/ferry", answered("text/html; charset=utf-8", PAGE.encode())),
    record("response", "https://a.example/x.png", answered("image/png", PICTURE)),
    record(
        "response",
        "https://a.example/z",
        answered("text/html", gzip.compress(PAGE.encode()), "Content-Encoding: gzip\r\n"),
    ),
    record("response", "https://a.example/b", answered("text/html", b"\0\0\0", "Content-Encoding: br\r\n")),
    record("request", "https://a.example/ferry", b"GET / HTTP/1.1\r\n\r\n"),
]


@pytest.mark.parametrize("form", ["plain", "one gzip", "a gzip each", "wacz"])
def test_an_archive_gives_its_pages_and_the_hashes_of_its_images(form: str, tmp_path: Path) -> None:
    whole = b"".join(RECORDS)
    path = tmp_path / "capture"
    if form == "wacz":
        with zipfile.ZipFile(path, "w") as wacz:
            wacz.writestr("archive/data.warc.gz", b"".join(map(gzip.compress, RECORDS)))
            wacz.writestr("pages/pages.jsonl", "{}")
    else:
        each = b"".join(map(gzip.compress, RECORDS))
        path.write_bytes({"plain": whole, "one gzip": gzip.compress(whole), "a gzip each": each}[form])
    read = read_file(path, "capture")
    assert read.kind == ("WACZ" if form == "wacz" else "WARC")
    assert [(one.segment, one.source) for one in read.documents] == [
        *((1, "https://a.example/ferry"), (2, "https://a.example/z"))
    ]
    assert [image.sha256 for image in read.images] == [hashlib.sha256(PICTURE).hexdigest()]
    assert [(one.line, one.code) for one in read.aside] == [(5, "warc-encoding")]


def test_an_archive_that_is_damaged_and_cut_gives_the_rest() -> None:
    whole = b"".join([RECORDS[0], b"rubbish\r\nmore rubbish\r\n", RECORDS[1], RECORDS[2][:-20]])
    read = read_content("capture.warc", whole)
    assert [one.source for one in read.documents] == ["https://a.example/ferry"]
    assert [one.code for one in read.aside] == ["warc-damaged", "warc-cut"]


def test_a_chunked_answer_is_put_together() -> None:
    body = PAGE.encode()
    chunked = (
        b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in (body[:500], body[500:]))
        + b"0\r\n\r\n"
    )
    read = read_content(
        "c.warc",
        record(
            "response",
            "https://a.example/c",
            answered("text/html", chunked, "Transfer-Encoding: chunked\r\n"),
        ),
    )
    assert read.documents[0].title == "Ferry to run again"


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (PAGE, "page"),
        (RSS, "feed"),
        (ATOM, "feed"),
        (SRT, "subtitles"),
        ("\ufeffWEBVTT\n", "subtitles"),
        ("The rules say <b>no</b>.", "text"),
        ("<p>A saved piece.</p>", "page"),
        ("1\n2\n3\n", "text"),
    ],
)
def test_a_format_is_recognised_by_content(head: str, kind: str) -> None:
    assert recognise(head.encode()[:4096]) == kind


def test_a_zip_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as other:
        other.writestr("word/document.xml", "<w/>")
    (tmp_path / "letter.docx").write_bytes(buffer.getvalue())
    with pytest.raises(InputError, match="no WACZ"):
        read_file(tmp_path / "letter.docx")


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_packed_in_another_way_says_what_to_do(tmp_path: Path, packing: int) -> None:
    with zipfile.ZipFile(tmp_path / "site.wacz", "w", compression=packing) as wacz:
        wacz.writestr("archive/data.warc.gz", b"".join(map(gzip.compress, RECORDS)))
        wacz.writestr("pages/pages.jsonl", "{}")
    with pytest.raises(InputError, match="pack it again as a zip file") as caught:
        read_file(tmp_path / "site.wacz")
    assert caught.value.code == "wacz-compression"
