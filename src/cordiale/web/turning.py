"""Characters that show words in another order than they have (Unicode Annex 9): a name could read as another with them."""

from __future__ import annotations

import re
from typing import Any, Final

TURNING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Embeddings, overrides and isolates."""


def unturned(value: Any) -> Any:
    """Return what a page is about to show without them, whoever wrote it; what is not text stays what it is."""
    # text in ASCII says so of itself, and hardly any other is looked through
    if not isinstance(value, str) or value.isascii() or not TURNING.search(value):
        return value
    return type(value)(TURNING.sub("", value))  # what was escaped already stays so


def spelled(json: str) -> str:
    """Return JSON with them written as escapes, which says the same and shows that they are there."""
    return TURNING.sub(lambda found: f"\\u{ord(found[0]):04x}", json)
