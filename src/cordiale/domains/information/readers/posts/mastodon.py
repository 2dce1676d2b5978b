"""Posts of Mastodon: the outbox of an account's archive (ActivityPub), and statuses as its interface gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cordiale.domains.information.readers.posts import values
from cordiale.domains.information.readers.posts.row import Row, Unreadable
from cordiale.platform.languages import _

NETWORK = "mastodon"


def is_activity(record: Mapping[str, Any]) -> bool:
    """Tell whether a record is an activity of an outbox."""
    return "actor" in record and "object" in record and isinstance(record.get("type"), str)


def is_status(record: Mapping[str, Any]) -> bool:
    """Tell whether a record is a status of the interface."""
    return isinstance(record.get("account"), Mapping) and "acct" in record["account"] and "content" in record


def of_activity(record: Mapping[str, Any]) -> Row:
    """Return the post of a Create or Announce; raises Unreadable for another activity (a like, a follow)."""
    when = values.moment(record.get("published"))
    account = str(record.get("actor") or "")
    kind, note = record["type"], record.get("object")
    if kind == "Announce":
        target = (
            note
            if isinstance(note, str)
            else str((note or {}).get("id") or "")
            if isinstance(note, Mapping)
            else ""
        )
        post = str(record.get("id") or "")
        return Row(
            post=post,
            network=NETWORK,
            account=account,
            text="",
            at=when[0] if when else None,
            repost_of=target,
        )
    if kind != "Create" or not isinstance(note, Mapping):
        raise Unreadable("not-a-post", _("This record is no post."))
    marked = str(note.get("content") or "")
    text = values.unmarked_up(marked)
    tags = [one for one in note.get("tag") or [] if isinstance(one, Mapping)]
    spoken = note.get("contentMap")
    return Row(
        post=str(note.get("id") or record.get("id") or ""),
        network=NETWORK,
        account=account,
        text=text,
        at=when[0] if when else None,
        lang=values.language_code(next(iter(spoken), None)) if isinstance(spoken, Mapping) else None,
        links=values.links_in(text),
        tags=values.unique(
            str(one.get("name") or "").lstrip("#") for one in tags if one.get("type") == "Hashtag"
        ),
        reply_to=str(note.get("inReplyTo") or "") or None,
    )


def of_status(record: Mapping[str, Any]) -> Row:
    """Return the post of a status; a boost is a repost with the words of what it repeats."""
    when = values.moment(record.get("created_at"))
    boosted = record.get("reblog")
    said = boosted if isinstance(boosted, Mapping) else record
    text = values.unmarked_up(str(said.get("content") or ""))
    card = said.get("card")
    links = [str(card.get("url") or "")] if isinstance(card, Mapping) else []
    return Row(
        post=str(record.get("uri") or record.get("url") or record.get("id") or ""),
        network=NETWORK,
        account=str(record["account"].get("acct") or ""),
        text=text,
        at=when[0] if when else None,
        lang=values.language_code(said.get("language")),
        links=values.unique([*links, *values.links_in(text)]),
        tags=values.unique(
            str(one.get("name") or "") for one in said.get("tags") or [] if isinstance(one, Mapping)
        ),
        reply_to=str(record.get("in_reply_to_id") or "") or None,
        repost_of=str(boosted.get("uri") or boosted.get("id") or "")
        if isinstance(boosted, Mapping)
        else None,
    )
