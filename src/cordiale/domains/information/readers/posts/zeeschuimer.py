"""What Zeeschuimer captures while a person browses: one JSON line an item, in the form of each network's pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cordiale.domains.information.readers.posts import values, x
from cordiale.domains.information.readers.posts.row import Row, Unreadable
from cordiale.platform.languages import _

NETWORKS = {
    "twitter.com": "x",
    "x.com": "x",
    "tiktok.com": "tiktok",
    "instagram.com": "instagram",
    "threads.net": "threads",
}


def is_zeeschuimer(record: Mapping[str, Any]) -> bool:
    """Tell whether a record has Zeeschuimer's frame."""
    return "source_platform" in record and isinstance(record.get("data"), Mapping)


def of_zeeschuimer(record: Mapping[str, Any]) -> Row:
    """Return the post of an item; raises Unreadable for a network whose pages are not known here."""
    platform = str(record.get("source_platform") or "").removeprefix("www.")
    network = NETWORKS.get(platform, "")
    reader = _READERS.get(network)
    if reader is None:
        raise Unreadable(
            "network-unknown",
            _("Items of {network} are not read from Zeeschuimer's file: export them through 4CAT as CSV."),
            network=platform[:40] or "?",
        )
    row = reader(record["data"])
    row.network = network
    row.post = row.post or str(record.get("item_id") or "")
    return row


def _tiktok(item: Mapping[str, Any]) -> Row:
    author = item.get("author")
    name = author.get("uniqueId") if isinstance(author, Mapping) else author
    when = values.moment(item.get("createTime"))
    text = str(item.get("desc") or "")
    tagged = [
        str(one.get("hashtagName") or "") for one in item.get("textExtra") or [] if isinstance(one, Mapping)
    ]
    return Row(
        post=str(item.get("id") or ""),
        network="tiktok",
        account=str(name or ""),
        text=text,
        at=when[0] if when else None,
        lang=values.language_code(item.get("textLanguage")),
        links=values.links_in(text),
        tags=values.unique(tagged) or values.tags_in(text),
    )


def _instagram(item: Mapping[str, Any]) -> Row:
    user = item.get("user") or item.get("owner") or {}
    caption = item.get("caption")
    text = str(caption.get("text") or "") if isinstance(caption, Mapping) else str(caption or "")
    when = values.moment(item.get("taken_at") or item.get("taken_at_timestamp"))
    return Row(
        post=str(item.get("code") or item.get("shortcode") or item.get("pk") or item.get("id") or ""),
        network="instagram",
        account=str(user.get("username") or ""),
        text=text,
        at=when[0] if when else None,
        links=values.links_in(text),
        tags=values.tags_in(text),
    )


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Row]] = {
    "x": x.of_page,
    "tiktok": _tiktok,
    "instagram": _instagram,
    "threads": _instagram,
}
