"""Posts of X: the archive a person downloads of their account, and what Zeeschuimer captures of its pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cordiale.domains.information.readers.posts import values
from cordiale.domains.information.readers.posts.row import Row, Unreadable
from cordiale.platform.languages import _

OWNER = "owner"
"""The account of an archive that nowhere names it."""

_OWN = re.compile(r"https?://(?:twitter|x)\.com/(\w+)/status/(\d+)")
_REPEATED = re.compile(r"^RT @(\w{1,20}):\s")


def is_archive(record: Mapping[str, Any]) -> bool:
    """Tell whether a record is one of tweets.js."""
    tweet = record.get("tweet", record)
    return isinstance(tweet, Mapping) and "full_text" in tweet and "id_str" in tweet and "entities" in tweet


def of_archive(record: Mapping[str, Any]) -> Row:
    """Return the post of a record of tweets.js; the archive marks a repost only by "RT @name:" in its text."""
    tweet = record.get("tweet", record)
    return of_tweet(tweet, str(tweet.get("id_str") or ""), "")


def of_tweet(tweet: Mapping[str, Any], post: str, account: str) -> Row:
    """Return the post of a tweet in the form both share ("legacy" in what pages load)."""
    entities = tweet.get("entities") or {}
    media = (tweet.get("extended_entities") or entities).get("media") or []
    text = str(tweet.get("full_text") or tweet.get("text") or "")
    for one in media:
        found = _OWN.match(str(one.get("expanded_url") or ""))
        if found and found[2] == post:
            account = account or found[1]
    when = values.moment(tweet.get("created_at"))
    repeated = _REPEATED.match(text)
    return Row(
        post=post,
        network="x",
        account=account or OWNER,
        text=values.unmarked_up(text) if "&" in text else text,
        at=when[0] if when else None,
        lang=values.language_code(tweet.get("lang")),
        links=values.unique(
            str(one.get("expanded_url") or one.get("url") or "") for one in entities.get("urls") or []
        ),
        tags=values.unique(str(one.get("text") or "") for one in entities.get("hashtags") or []),
        reply_to=str(tweet.get("in_reply_to_status_id_str") or "") or None,
        repost_of=repeated[1] if repeated else None,
    )


def of_page(item: Mapping[str, Any]) -> Row:
    """Return the post of a result of X's own pages, as Zeeschuimer keeps it; raises Unreadable for what is none."""
    if isinstance(item.get("tweet"), Mapping):  # shown with a limitation around it
        item = item["tweet"]
    tweet = item.get("legacy")
    if not isinstance(tweet, Mapping):
        raise Unreadable("not-a-post", _("This record is no post."))
    user = _inside(item, "core", "user_results", "result")
    account = str(
        _inside(user, "legacy").get("screen_name") or _inside(user, "core").get("screen_name") or ""
    )
    row = of_tweet(tweet, str(item.get("rest_id") or tweet.get("id_str") or ""), account)
    repeated = _inside(tweet, "retweeted_status_result", "result")
    if repeated:
        row.repost_of = str(
            repeated.get("rest_id") or _inside(repeated, "tweet").get("rest_id") or row.repost_of or ""
        )
    note = _inside(item, "note_tweet", "note_tweet_results", "result").get("text")
    if note:
        row.text = str(note)
    return row


def _inside(value: Any, *path: str) -> Mapping[str, Any]:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}
