"""An instant as pages of domains show it."""

from __future__ import annotations

from cordiale.platform.clock import Instant, format_instant
from cordiale.platform.languages import brief_instant, instant


def when(at: Instant | None, lang: str) -> dict[str, str] | None:
    """Return an instant (microseconds) as the language writes it, shortly, and exactly; None where it is not known."""
    if at is None:
        return None
    return {"text": instant(lang, at), "brief": brief_instant(lang, at), "exact": format_instant(at)}
