"""Posts of Telegram: the result.json that its desktop program exports, of one chat or of all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cordiale.domains.information.readers.posts import values
from cordiale.domains.information.readers.posts.row import Row, Unreadable
from cordiale.platform.languages import _


def is_telegram(record: Mapping[str, Any]) -> bool:
    """Tell whether a record is a message of an export."""
    return "id" in record and ("date_unixtime" in record or "from_id" in record) and "text" in record


def of_telegram(record: Mapping[str, Any]) -> Row:
    """Return the post of a message; raises Unreadable for what the program itself writes (somebody joined)."""
    if record.get("type", "message") != "message":
        raise Unreadable("not-a-post", _("This record is no post."))
    chat = record.get("_of") or {}
    when = values.moment(record.get("date_unixtime") or record.get("date"))
    parts = record.get("text_entities") or record.get("text") or ""
    entities = [one for one in parts if isinstance(one, Mapping)] if isinstance(parts, list) else []
    text = _text(record.get("text")) or _text(parts)
    linked = [str(one.get("href") or "") for one in entities if one.get("type") == "text_link"]
    linked += [str(one.get("text") or "") for one in entities if one.get("type") == "link"]
    within = str(chat.get("id") or chat.get("name") or "")
    number = str(record.get("id") or "")
    answered = record.get("reply_to_message_id")
    forwarded = record.get("forwarded_from")
    return Row(
        post=f"{within}/{number}" if within else number,
        network="telegram",
        account=str(record.get("from_id") or record.get("from") or chat.get("name") or ""),
        text=text,
        at=when[0] if when else None,
        links=values.unique([*linked, *values.links_in(text)]),
        tags=values.tags_in(text),
        reply_to=(f"{within}/{answered}" if within else str(answered)) if answered else None,
        repost_of=str(forwarded) if forwarded else "" if "forwarded_from" in record else None,
    )


def _text(value: Any) -> str:
    """Return the words of a message, which may be in pieces."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        return ""
    return "".join(
        one if isinstance(one, str) else str(one.get("text") or "")
        for one in value
        if isinstance(one, str | Mapping)
    )
