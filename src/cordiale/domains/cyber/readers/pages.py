"""The page where a text is pasted: what would be taken out of it and why, then what somebody chooses is taken in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cordiale.desk.actor import may
from cordiale.desk.domain import Page
from cordiale.domains.cyber.readers.found import BETWEEN, LEFT, REASONS, Taken
from cordiale.domains.cyber.readers.pasting import CHARACTERS, LISTED, LOOK, found_in
from cordiale.domains.cyber.tabs import tabs
from cordiale.platform.languages import number, text

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

TEMPLATES: Final = Path(__file__).parent / "templates"
SURE: Final = 50
"""From what confidence on a value is chosen at first."""


def reading(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> Page:
    """Return the form, and what was found in the text that was pasted."""
    pasted = query.get("text", "")
    found = found_in(desk, pasted, query) if pasted.strip() and len(pasted) <= CHARACTERS else None
    values = {
        "tabs": tabs(actor, "reading", lang),
        "may": may(actor, "import"),
        "problem": query.get("problem", ""),
        "looked": text(lang, LOOK) if found is not None else "",
        "typed": {name: query.get(name, "") for name in ("text", "own", "marking", "plain")},
        "standing": " ".join(desk.settings.import_.marking),
        "title": found.title if found else "",
        "rows": [_row(n, one, lang) for n, one in enumerate(found.found[:LISTED])] if found else [],
        "more": max(0, len(found.found) - LISTED) if found else 0,
        "left": _left(found, lang) if found else [],
        "none": found is not None and not found.found,
    }
    return Page(TEMPLATES / "reading.html", values)


def _row(n: int, one: Any, lang: str) -> dict[str, Any]:
    return {
        "n": n,
        "kind": one.kind,
        "value": one.value,
        "line": number(lang, one.line),
        "confidence": one.confidence,
        "why": text(lang, BETWEEN).join(text(lang, REASONS[reason]) for reason in one.reasons),
        "context": one.context,
        "chosen": one.confidence >= SURE,
    }


def _left(found: Taken, lang: str) -> list[dict[str, Any]]:
    by_reason: dict[str, list[str]] = {}
    for one in found.left:
        by_reason.setdefault(one.reason, []).append(f"{one.value} ({one.line})")
    return [
        {
            "reason": text(lang, LEFT[reason.partition(":")[0]], list=reason.partition(":")[2]),
            "count": number(lang, len(held)),
            "values": ", ".join(held[:20]) + ("…" if len(held) > 20 else ""),
        }
        for reason, held in by_reason.items()
    ]
