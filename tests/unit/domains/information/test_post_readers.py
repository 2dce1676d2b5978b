"""Exports of posts: each network's own form and any table give the same rows; what is wrong is set aside with its line."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cordiale.desk.incoming.sources import of_file, unpacked
from cordiale.domains.information.readers.posts.profile import load, save
from cordiale.domains.information.readers.posts.reading import Reading, read_posts
from cordiale.domains.information.readers.result import Aside
from cordiale.platform.errors import InputError

pytest.importorskip("pyarrow")

NOW = datetime(2026, 6, 1, tzinfo=UTC)
REAL = Path(__file__).parents[5] / "shared/data/information"


def reading(content: str | bytes, **given: Any) -> tuple[Reading, list[dict[str, Any]], list[Aside]]:
    """Return the reading of content, its posts and what was set aside."""
    data = content.encode() if isinstance(content, str) else content
    found = read_posts("export", iter([data]), NOW, **given)
    rows, aside = [], []
    for part in found.parts:
        if isinstance(part, Aside):
            aside.append(part)
        else:
            rows += part.to_pylist()
    return found, rows, aside


def post(content: str | bytes, **given: Any) -> dict[str, Any]:
    _found, rows, aside = reading(content, **given)
    assert aside == []
    assert len(rows) == 1
    return rows[0]


FOURCAT = """id,thread_id,timestamp,unix_timestamp,subject,body,author,language_guess,is_retweet,retweeted_user,hashtags,urls
101,101,2026-03-14 08:30:12,1773477012,,The night ferry runs again #ferry,harby,en,no,,ferry,https://port.example/ferry
102,101,2026-03-14 08:31:40,1773477100,,"RT @harby: The night ferry
runs again",quay,en,yes,harby,"ferry,harbour",
"""


def test_4cat() -> None:
    found, rows, aside = reading(FOURCAT, network="x")
    assert found.kind == "4CAT"
    assert aside == []
    first, second = rows
    assert (first["post"], first["account"], first["network"]) == ("101", "harby", "x")
    assert first["at"] == datetime(2026, 3, 14, 8, 30, 12, tzinfo=UTC)
    assert first["links"] == ["https://port.example/ferry"]
    assert first["repost_of"] is None
    assert second["tags"] == ["ferry", "harbour"]
    assert (second["repost_of"], second["line"], second["lang"]) == ("harby", 3, "en")


def test_coortweet_columns_and_its_layout_of_one_row_for_each_thing_shared() -> None:
    table = "object_id,account_id,content_id,timestamp_share\no1,a1,c1,1700000000.0\no2,a1,c1,1700000000.0\no1,a2,c2,1700000009\n"
    found, rows, aside = reading(table)
    assert found.kind == "CooRTweet"
    assert [(row["post"], row["links"]) for row in rows] == [("c1", ["o1", "o2"]), ("c2", ["o1"])]
    assert aside == []


def test_columns_are_proposed_from_names_and_from_values_and_the_mapping_is_kept(tmp_path: Path) -> None:
    table = "numero,compte,moment,dit\n" + "".join(
        f"p{n},c{n % 3},14/03/2026 08:{n % 60:02},Le bac numéro {n} reprend son service ce soir\n"
        for n in range(30)
    )
    with pytest.raises(InputError, match="post, account"):
        reading(table)
    kept = tmp_path / "bac.json"
    kept.write_text(
        json.dumps(
            {"name": "bac", "columns": {"post": "numero", "account": "compte", "at": "moment", "text": "dit"}}
        ),
        encoding="utf-8",
    )
    profile = load(kept)
    _found, rows, aside = reading(table, given=profile, network="forum")
    assert aside == []
    assert rows[7]["at"] == datetime(2026, 3, 14, 8, 7, tzinfo=UTC)
    assert rows[7]["minute"] is True
    assert rows[7]["text"] == "Le bac numéro 7 reprend son service ce soir"
    half, _rows, _aside = reading(table.replace("numero,compte", "post_id,author"))
    assert half.profile is not None
    assert half.profile.columns == {"post": "post_id", "account": "author", "at": "moment", "text": "dit"}
    assert half.profile.because["at"] == half.profile.because["text"] == "values"
    save(half.profile, kept)
    assert load(kept) == half.profile


@pytest.mark.parametrize(
    "written", ["{", '{"name": "x", "columns": {"post": "a"}}', '{"name": "x", "columns": {"colour": "a"}}']
)
def test_a_profile_that_cannot_be_used_says_what_is_wrong(written: str, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(written, encoding="utf-8")
    with pytest.raises(InputError, match=r"p\.json"):
        load(tmp_path / "p.json")


def test_hours_that_are_all_whole_minutes_are_said_to_be() -> None:
    table = "id,author,timestamp,text\n" + "".join(
        f"{n},a,{1_700_000_040 + 60 * n},words here now\n" for n in range(20)
    )
    _found, rows, _aside = reading(table)
    assert all(row["minute"] for row in rows)


X_TWEET = {
    "tweet": {
        "id_str": "55",
        "created_at": "Sat Mar 14 08:30:12 +0000 2026",
        "full_text": "RT @harby: The night ferry &amp; more https://t.co/x",
        "lang": "en",
        "entities": {
            "urls": [{"url": "https://t.co/x", "expanded_url": "https://port.example/ferry"}],
            "hashtags": [{"text": "ferry"}],
        },
        "in_reply_to_status_id_str": "54",
    }
}


def test_x_archive() -> None:
    found = post("window.YTD.tweets.part0 = " + json.dumps([X_TWEET], indent=1), account="me")
    assert (found["post"], found["network"], found["account"]) == ("55", "x", "me")
    assert found["at"] == datetime(2026, 3, 14, 8, 30, 12, tzinfo=UTC)
    assert found["text"] == "RT @harby: The night ferry & more https://t.co/x"
    assert (found["links"], found["tags"]) == (["https://port.example/ferry"], ["ferry"])
    assert (found["reply_to"], found["repost_of"]) == ("54", "harby")


def zeeschuimer(platform: str, data: dict[str, Any]) -> str:
    return json.dumps(
        {
            "nav_index": "1",
            "item_id": "i9",
            "timestamp_collected": 1,
            "source_platform": platform,
            "data": data,
        }
    )


def test_zeeschuimer() -> None:
    legacy = {**X_TWEET["tweet"], "retweeted_status_result": {"result": {"rest_id": "44"}}}
    tweet = {
        "rest_id": "55",
        "legacy": legacy,
        "core": {"user_results": {"result": {"legacy": {"screen_name": "quay"}}}},
    }
    clip = {
        "id": "77",
        "desc": "Le bac #bac",
        "createTime": 1773477012,
        "author": {"uniqueId": "port"},
        "textExtra": [{"hashtagName": "bac"}],
    }
    gram = {
        "code": "Cx",
        "caption": {"text": "Ferry #ferry"},
        "taken_at": 1773477012,
        "user": {"username": "harby"},
    }
    lines = [
        zeeschuimer("twitter.com", tweet),
        zeeschuimer("tiktok.com", clip),
        zeeschuimer("instagram.com", gram),
        zeeschuimer("other.example", {"a": 1}),
    ]
    found, rows, aside = reading("\n".join(lines))
    assert found.kind == "Zeeschuimer"
    assert [(row["network"], row["post"], row["account"]) for row in rows] == [
        *(("x", "55", "quay"), ("tiktok", "77", "port"), ("instagram", "Cx", "harby"))
    ]
    assert rows[0]["repost_of"] == "44"
    assert rows[1]["tags"] == ["bac"]
    assert [(one.line, one.code) for one in aside] == [(4, "network-unknown")]


def test_mastodon_outbox_and_statuses() -> None:
    note = {
        "id": "https://m.example/1",
        "type": "Note",
        "content": "<p>Le bac reprend<br>ce soir &amp; demain</p><p>#bac</p>",
        "contentMap": {"fr": ""},
        "tag": [{"type": "Hashtag", "name": "#bac"}],
        "inReplyTo": None,
    }
    items = [
        {
            "type": "Create",
            "actor": "https://m.example/u/port",
            "published": "2026-03-14T08:30:12Z",
            "object": note,
        },
        {
            "type": "Announce",
            "id": "https://m.example/a/2",
            "actor": "https://m.example/u/port",
            "published": "2026-03-14T09:00:00Z",
            "object": "https://m.example/9",
        },
        {"type": "Like", "actor": "https://m.example/u/port", "object": "https://m.example/9"},
    ]
    found, rows, aside = reading(json.dumps({"type": "OrderedCollection", "orderedItems": items}))
    assert found.kind == "Mastodon outbox"
    assert rows[0]["text"] == "Le bac reprend\nce soir & demain\n#bac"
    assert (rows[0]["lang"], rows[0]["tags"]) == ("fr", ["bac"])
    assert (rows[1]["repost_of"], rows[1]["text"]) == ("https://m.example/9", "")
    assert [(one.line, one.code) for one in aside] == [(3, "not-a-post")]
    status = {
        "id": "3",
        "uri": "https://m.example/3",
        "created_at": "2026-03-14T08:30:12.000Z",
        "account": {"acct": "quay@m.example"},
        "content": "",
        "language": None,
        "tags": [],
        "in_reply_to_id": None,
        "reblog": {
            "uri": "https://m.example/1",
            "content": "<p>Le bac</p>",
            "language": "fr",
            "tags": [{"name": "bac"}],
        },
    }
    boost = post(json.dumps([status]))
    assert (boost["account"], boost["repost_of"], boost["text"], boost["lang"]) == (
        "quay@m.example",
        "https://m.example/1",
        "Le bac",
        "fr",
    )


def test_bluesky_feeds_and_events() -> None:
    record = {
        "text": "The ferry #ferry",
        "createdAt": "2026-03-14T08:30:12.500Z",
        "langs": ["en-GB"],
        "facets": [
            {"features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://port.example/ferry"}]}
        ],
        "reply": {"parent": {"uri": "at://did:plc:b/app.bsky.feed.post/1"}},
    }
    shown = {
        "uri": "at://did:plc:a/app.bsky.feed.post/2",
        "cid": "c",
        "author": {"did": "did:plc:a"},
        "record": record,
    }
    repost = {
        "$type": "app.bsky.feed.defs#reasonRepost",
        "by": {"did": "did:plc:c"},
        "indexedAt": "2026-03-15T00:00:00Z",
    }
    _found, rows, aside = reading(json.dumps({"feed": [{"post": shown}, {"post": shown, "reason": repost}]}))
    assert aside == []
    assert (rows[0]["lang"], rows[0]["links"], rows[0]["tags"]) == (
        "en",
        ["https://port.example/ferry"],
        ["ferry"],
    )
    assert rows[0]["reply_to"] == "at://did:plc:b/app.bsky.feed.post/1"
    assert (rows[1]["account"], rows[1]["repost_of"]) == ("did:plc:c", shown["uri"])
    events = [
        {
            "did": "did:plc:a",
            "time_us": 1,
            "kind": "commit",
            "commit": {
                "operation": "create",
                "collection": "app.bsky.feed.post",
                "rkey": "2",
                "record": record,
            },
        },
        {
            "did": "did:plc:a",
            "time_us": 2,
            "kind": "commit",
            "commit": {"operation": "delete", "collection": "app.bsky.feed.post", "rkey": "2"},
        },
    ]
    _found, rows, aside = reading("\n".join(map(json.dumps, events)))
    assert [row["post"] for row in rows] == ["at://did:plc:a/app.bsky.feed.post/2"]
    assert [one.code for one in aside] == ["not-a-post"]


def test_telegram() -> None:
    messages = [
        {
            "id": 1,
            "type": "service",
            "date": "2026-03-14T08:00:00",
            "date_unixtime": "1773475200",
            "actor": "Port",
            "action": "create_channel",
            "text": "",
        },
        {
            "id": 2,
            "type": "message",
            "date_unixtime": "1773477012",
            "from": "Port",
            "from_id": "channel8",
            "text": ["Le ", {"type": "bold", "text": "bac"}, " reprend"],
        },
        {
            "id": 3,
            "type": "message",
            "date_unixtime": "1773477013",
            "from_id": "channel8",
            "forwarded_from": "Quay",
            "reply_to_message_id": 2,
            "text": "lire",
            "text_entities": [{"type": "text_link", "text": "lire", "href": "https://port.example/bac"}],
        },
    ]
    for whole in (
        {"name": "Port", "type": "public_channel", "id": 8, "messages": messages},
        {"chats": {"list": [{"id": 8, "messages": messages}]}},
    ):
        found, rows, aside = reading(json.dumps(whole, indent=1))
        assert found.kind == "Telegram"
        assert [(row["post"], row["account"], row["text"]) for row in rows] == [
            ("8/2", "channel8", "Le bac reprend"),
            ("8/3", "channel8", "lire"),
        ]
        assert (rows[1]["repost_of"], rows[1]["reply_to"], rows[1]["links"]) == (
            "Quay",
            "8/2",
            ["https://port.example/bac"],
        )
        assert [(one.line, one.code) for one in aside] == [(1, "not-a-post")]


def test_a_table_in_json_lines_is_mapped_as_any_table() -> None:
    found = post(
        '{"post_id":"1","user":"a","created_at":"2026-03-14T08:30:12+01:00","text":"See https://port.example/ferry. #ferry"}\n'
    )
    assert found["at"] == datetime(2026, 3, 14, 7, 30, 12, tzinfo=UTC)
    assert (found["links"], found["tags"], found["network"]) == (
        ["https://port.example/ferry"],
        ["ferry"],
        "unknown",
    )


@pytest.mark.parametrize("divider", [";", "\t", "|"])
def test_a_table_may_be_divided_otherwise(divider: str) -> None:
    table = "id,author,date,text\n1,a,2026-03-14,Le bac\n".replace(",", divider)
    assert post(table)["text"] == "Le bac"


def test_rows_of_a_large_table_come_in_batches() -> None:
    table = "id,author,timestamp,text\n" + "".join(f"{n},a,{1_700_000_000 + n},words\n" for n in range(1000))
    found = read_posts("export", iter([table.encode()]), NOW, batch=300)
    assert [part.num_rows for part in found.parts if not isinstance(part, Aside)] == [300, 300, 300, 100]


@pytest.mark.parametrize(
    ("name", "posts", "asides", "kind"),
    [
        ("russian_coord_tweets.csv.gz", 35085, {}, "CooRTweet"),
        pytest.param("german_elections.csv.gz", 194_323, {"no-id": 3}, "proposed", marks=pytest.mark.long),
        pytest.param("ira_slice_300k.csv.gz", 300_000, {}, "proposed", marks=pytest.mark.long),
    ],
)
def test_real_exports_are_read_whole(name: str, posts: int, asides: dict[str, int], kind: str) -> None:
    path = REAL / name
    if not path.exists():
        pytest.skip("no ../shared/data/information: the small siblings above say the same of invented posts")
    found = read_posts(name, unpacked(of_file(path).open(), 200, 1 << 32), NOW)
    rows, aside = 0, Counter[str]()
    for part in found.parts:
        if isinstance(part, Aside):
            aside[part.code] += 1
        else:
            rows += part.num_rows
    assert (found.kind, rows, dict(aside)) == (kind, posts, asides)
