"""One post as read, before it is a row of a table."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Row(msgspec.Struct):
    """One post; `at` aware or None where the source knows no time. `repost_of` is "" where it repeats what is not said."""

    post: str
    network: str
    account: str
    text: str
    at: datetime | None = None
    minute: bool = False
    lang: str | None = None
    links: list[str] = msgspec.field(default_factory=list)
    tags: list[str] = msgspec.field(default_factory=list)
    images: list[str] = msgspec.field(default_factory=list)
    reply_to: str | None = None
    repost_of: str | None = None


class Unreadable(ValueError):
    """Tell that one record cannot be a post: `code`, sentence (message id) and what fills it."""

    def __init__(self, code: str, message_id: str, /, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.message_id = message_id
        self.params = params
