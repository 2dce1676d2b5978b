"""Posts of Bluesky: feeds and searches of its interface, events of its stream, and bare records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cordiale.domains.information.readers.posts import values
from cordiale.domains.information.readers.posts.row import Row, Unreadable
from cordiale.platform.languages import _

NETWORK = "bluesky"
POST = "app.bsky.feed.post"
REPOST = "app.bsky.feed.repost"


def is_bluesky(record: Mapping[str, Any]) -> bool:
    """Tell whether a record is a post of Bluesky in one of its forms."""
    post = record.get("post", record)
    if (
        isinstance(post, Mapping)
        and str(post.get("uri") or "").startswith("at://")
        and isinstance(post.get("record"), Mapping)
    ):
        return True
    return "did" in record and ("commit" in record or str(record.get("kind")) in ("identity", "account"))


def of_bluesky(record: Mapping[str, Any]) -> Row:
    """Return the post of a record; raises Unreadable for an event that is none (a like, a deletion)."""
    if "commit" in record or "kind" in record:
        return _event(record)
    post = record.get("post", record)
    author = post.get("author") or {}
    row = _row(
        post["record"], str(post.get("uri") or ""), str(author.get("did") or author.get("handle") or "")
    )
    reason = record.get("reason")
    if isinstance(reason, Mapping) and str(reason.get("$type") or "").endswith("#reasonRepost"):
        by = reason.get("by") or {}
        when = values.moment(reason.get("indexedAt"))
        row.repost_of, row.account = row.post, str(by.get("did") or by.get("handle") or "")
        row.post = str(reason.get("uri") or f"{row.post}#reposted-by-{row.account}")
        row.at = when[0] if when else None
    return row


def _event(record: Mapping[str, Any]) -> Row:
    commit = record.get("commit")
    did = str(record.get("did") or "")
    if not isinstance(commit, Mapping) or commit.get("operation", "create") != "create":
        raise Unreadable("not-a-post", _("This record is no post."))
    collection, inside = commit.get("collection"), commit.get("record")
    uri = f"at://{did}/{collection}/{commit.get('rkey')}"
    if collection == POST and isinstance(inside, Mapping):
        return _row(inside, uri, did)
    if collection == REPOST and isinstance(inside, Mapping):
        when = values.moment(inside.get("createdAt"))
        target = str((inside.get("subject") or {}).get("uri") or "")
        return Row(
            post=uri, network=NETWORK, account=did, text="", at=when[0] if when else None, repost_of=target
        )
    raise Unreadable("not-a-post", _("This record is no post."))


def _row(inside: Mapping[str, Any], uri: str, account: str) -> Row:
    when = values.moment(inside.get("createdAt"))
    text = str(inside.get("text") or "")
    features = [
        feature
        for facet in inside.get("facets") or []
        if isinstance(facet, Mapping)
        for feature in facet.get("features") or []
        if isinstance(feature, Mapping)
    ]
    embed = inside.get("embed")
    external = embed.get("external") if isinstance(embed, Mapping) else None
    linked = [str(external.get("uri") or "")] if isinstance(external, Mapping) else []
    linked += [str(feature.get("uri") or "") for feature in features if "uri" in feature]
    reply = inside.get("reply")
    parent = reply.get("parent") if isinstance(reply, Mapping) else None
    langs = inside.get("langs")
    return Row(
        post=uri,
        network=NETWORK,
        account=account,
        text=text,
        at=when[0] if when else None,
        lang=values.language_code(langs[0]) if isinstance(langs, list) and langs else None,
        links=values.unique([*linked, *values.links_in(text)]),
        tags=values.unique(
            [*(str(f.get("tag") or "") for f in features if "tag" in f), *values.tags_in(text)]
        ),
        reply_to=str(parent.get("uri") or "") or None if isinstance(parent, Mapping) else None,
    )
