"""What others say about an object: translations beside the original, notes, opinions, sightings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from cordiale.desk.views.display import Show
from cordiale.desk.views.history import Remark
from cordiale.platform.clock import parse_instant
from cordiale.platform.languages import _, text
from cordiale.web.labels import type_label
from cordiale.web.lines import href, when
from cordiale.web.marks import chips

Translated = dict[str, tuple[dict[str, Any], str | None]]
"""Language → (texts by property, instant of the version translated)."""

OPINIONS: Final = {
    "strongly-disagree": _("Strongly disagrees"),
    "disagree": _("Disagrees"),
    "neutral": _("Is neutral"),
    "agree": _("Agrees"),
    "strongly-agree": _("Strongly agrees"),
}


def translations(said: Iterable[Remark], stix_id: str) -> Translated:
    """Return the translations of an object that the reader may see."""
    found: Translated = {}
    for one in said:
        contents = one.value.get("contents")
        if (
            one.summary.type == "language-content"
            and one.value.get("object_ref") == stix_id
            and isinstance(contents, dict)
        ):
            for lang, texts in contents.items():
                if isinstance(texts, dict) and lang not in found:
                    found[lang] = (texts, one.value.get("object_modified"))
    return found


def spoken(said: Iterable[Remark], lang: str, titles: Mapping[str, str], show: Show) -> list[dict[str, Any]]:
    """Return notes, opinions and sightings as the page lists them."""
    return [
        {
            "href": href(one.summary.id),
            "type": type_label(one.summary.type, lang),
            "heading": _heading(one.value, lang),
            "words": _words(one.value),
            "authors": _authors(one.value),
            "source": titles.get(one.summary.source, one.summary.source),
            "when": when(one.summary.created, lang),
            "chips": chips(one.marking, show),
        }
        for one in said
        if one.summary.type != "language-content"
    ]


def instants(said: Iterable[Remark], lang: str) -> list[tuple[int, str, str]]:
    """Return (instant, sentence, address) of each remark, for a timeline."""
    return [
        (
            one.summary.created,
            f"{type_label(one.summary.type, lang)}: {one.summary.name}",
            href(one.summary.id),
        )
        for one in said
        if one.summary.created is not None and one.summary.type != "language-content"
    ]


def _authors(value: Mapping[str, Any]) -> str:
    """Return who wrote it, as far as it says so."""
    named = value.get("authors")
    return ", ".join(one for one in named if isinstance(one, str)) if isinstance(named, list) else ""


def _heading(value: Mapping[str, Any], lang: str) -> str:
    opinion = value.get("opinion")
    if isinstance(opinion, str) and opinion in OPINIONS:
        return text(lang, OPINIONS[opinion])
    abstract = value.get("abstract")
    if isinstance(abstract, str):
        return abstract
    count = value.get("count")
    if value.get("type") == "sighting" and isinstance(count, int):
        return text(lang, _("Seen {count} times"), count=count)
    return ""


def _words(value: Mapping[str, Any]) -> str:
    for name in ("content", "explanation", "description"):
        if isinstance(value.get(name), str):
            return str(value[name])
    return ""


def dated(value: Mapping[str, Any], names: Iterable[str]) -> list[tuple[int, str]]:
    """Return (instant, property) of those properties that hold an instant."""
    found = []
    for name in names:
        written = value.get(name)
        if isinstance(written, str):
            try:
                found.append((parse_instant(written), name))
            except ValueError:
                continue
    return found
