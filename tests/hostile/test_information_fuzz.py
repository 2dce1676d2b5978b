"""Whatever bytes a page, a feed, an archive or an export is made of, reading it gives an answer or a sentence, never a crash."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cordiale.domains.information.readers.content import read_content, read_file
from cordiale.platform.errors import InputError
from tests.unit.domains.information.test_framework import TECHNIQUES
from tests.unit.domains.information.test_pages import ATOM, PAGE, RECORDS, RSS, SRT
from tests.unit.domains.information.test_post_readers import FOURCAT, X_TWEET

NOW = datetime(2026, 6, 1, tzinfo=UTC)
TEXTS = {
    "page": PAGE.encode(),
    "rss": RSS.encode(),
    "atom": ATOM.encode(),
    "srt": SRT.encode(),
    "warc": b"".join(RECORDS),
}
POSTS = {
    "4cat": FOURCAT.encode(),
    "json": json.dumps([X_TWEET] * 3).encode(),
    "lines": b'{"post_id":"1","author":"a","created_at":"2026-03-14","text":"The ferry"}\n' * 3,
    "telegram": b'{"id":8,"name":"Port","messages":[{"id":1,"type":"message","date_unixtime":"1773477012","from_id":"c","text":["a",{"text":"b"}]}]}',
    "mastodon": b'{"orderedItems":[{"type":"Create","actor":"u","published":"2026-03-14T08:30:12Z","object":{"id":"i","content":"<p>x","tag":[{"type":"Hashtag","name":"#b"}]}}]}',
    "bluesky": b'{"feed":[{"post":{"uri":"at://a","author":{"did":"d"},"record":{"text":"t","createdAt":"2026-03-14T08:30:12Z","facets":[{"features":[{"uri":"u"}]}]}}}]}',
    "zeeschuimer": b'{"source_platform":"tiktok.com","item_id":"1","data":{"id":"7","desc":"d","createTime":1773477012,"author":{"uniqueId":"p"}}}\n'
    * 3,
}
SPICE = (
    b"<",
    b">",
    b'"',
    b"\0",
    b"\xff",
    b"&#x110000;",
    b"\xe2\x80\xae",
    b"]]>",
    b"-->",
    b"{",
    b"[",
    b"null",
    b"1e999",
    b"-1",
    b"\n",
    b",",
    b"\\ud800",
    b"https://[::",
    b"9" * 30,
)


def mutated(content: bytes, seed: int) -> bytes:
    """Return content with a few pieces cut, doubled, replaced or seasoned."""
    chance = random.Random(seed)
    data = bytearray(content)
    for _turn in range(chance.randint(1, 6)):
        at = chance.randrange(len(data) + 1)
        to = min(len(data), at + chance.choice((1, 2, 8, 40)))
        act = chance.randrange(4)
        if act == 0:
            del data[at:to]
        elif act == 1:
            data[at:at] = data[at:to] * chance.choice((1, 3))
        elif act == 2:
            data[at:to] = chance.choice(SPICE)
        else:
            data[at:at] = chance.choice(SPICE)
    return bytes(data)


@pytest.mark.parametrize("name", TEXTS)
def test_mutated_texts_are_read_or_refused(name: str) -> None:
    for seed in range(60):
        content = mutated(TEXTS[name], seed)
        try:
            read = read_content("mutated", content)
        except InputError as error:
            assert str(error)
            continue
        assert all(str(one) for one in read.aside)
        assert all(block.text.strip() for document in read.documents for block in document.blocks)


@pytest.mark.parametrize("name", POSTS)
def test_mutated_exports_are_read_or_refused(name: str) -> None:
    pytest.importorskip("pyarrow")
    from cordiale.domains.information.readers.posts.reading import read_posts

    for seed in range(80):
        try:
            parts = list(read_posts("mutated", iter([mutated(POSTS[name], seed)]), NOW).parts)
        except InputError as error:
            assert str(error)
            continue
        assert all(str(part) or part for part in parts)


def test_mutated_clusters_are_read_or_refused() -> None:
    from cordiale.domains.information.framework.galaxy import read
    from cordiale.stix.ingress import Limits

    for seed in range(80):
        try:
            list(read(iter([mutated(TECHNIQUES, seed)]), Limits()))
        except InputError as error:
            assert str(error)


def test_mutated_archives_on_the_disk_are_read_or_refused(tmp_path: Path) -> None:
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as wacz:
        wacz.writestr("archive/data.warc", b"".join(RECORDS))
    for seed in range(60):
        (tmp_path / "mutated.wacz").write_bytes(mutated(buffer.getvalue(), seed))
        try:
            read_file(tmp_path / "mutated.wacz", "mutated")
        except InputError as error:
            assert str(error)
