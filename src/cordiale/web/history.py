"""The versions of an object: when each came, and what two of them say differently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, Final

import msgspec
import orjson

from cordiale.desk.answers import Shown
from cordiale.desk.views.display import Show
from cordiale.desk.views.history import Remark, VersionView
from cordiale.platform.languages import _, text
from cordiale.web import remarks
from cordiale.web.labels import property_label
from cordiale.web.lines import PartnerChip, When, when
from cordiale.web.marks import chips

DATES: Final = (
    "first_observed",
    "last_observed",
    "first_seen",
    "last_seen",
    "start_time",
    "stop_time",
    "valid_from",
    "valid_until",
    "published",
    "account_created",
)
"""Properties that say when something was, in the world."""

MOST_WORDS: Final = 4000
"""Words of a text beyond which the texts are shown whole instead of word by word."""


class Piece(msgspec.Struct, frozen=True):
    """A run of words: `kind` is same, gone or new."""

    kind: str
    text: str


class Change(msgspec.Struct, frozen=True):
    """One property that two versions say differently."""

    label: str
    before: list[Piece]
    after: list[Piece]


class Event(msgspec.Struct, frozen=True):
    """One line of a timeline; `other` is about what others did with it."""

    when: When | None
    sentence: str
    href: str = ""
    other: bool = False


def versions(
    found: Sequence[VersionView],
    lang: str,
    titles: Mapping[str, str],
    show: Show,
    old: str,
    new: str,
) -> dict[str, Any]:
    """Return the list of versions, and the difference of the two that are chosen (default: the last two of a source)."""
    after = _chosen(found, new) or (found[0] if found else None)
    same = [v for v in found if after is not None and v.source == after.source]
    place = same.index(after) if after in same else 0
    before = _chosen(same, old) or (same[place + 1] if len(same) > place + 1 else None)
    if before is not None and after is not None and before.received > after.received:
        before, after = after, before
    return {
        "versions": [
            {
                "version": v.version,
                "short": v.version[:10],
                "source": titles.get(v.source, v.source),
                "modified": when(v.modified, lang),
                "received": when(v.received, lang),
                "current": v.current,
                "revoked": v.revoked,
                "chips": chips(v.marking, show),
                "before": before is not None and v.version == before.version,
                "after": after is not None and v.version == after.version,
            }
            for v in found
        ],
        "changes": changes(before.value, after.value, lang) if before and after else [],
        "compared": before is not None,
        "old": when(before.modified or before.received, lang) if before else None,
        "new": when(after.modified or after.received, lang) if after else None,
    }


def changes(before: Mapping[str, Any], after: Mapping[str, Any], lang: str) -> list[Change]:
    """Return what two versions say differently, property by property."""
    names = [n for n in dict.fromkeys([*after, *before]) if before.get(n) != after.get(n)]
    names.sort(key=lambda n: n in ("modified", "object_marking_refs"))
    return [
        Change(property_label(n, lang), *_words(_written(before.get(n)), _written(after.get(n))))
        for n in names
    ]


def timeline(
    shown: Shown,
    found: Sequence[VersionView],
    said: Sequence[Remark],
    partners: Sequence[PartnerChip],
    lang: str,
    titles: Mapping[str, str],
) -> list[Event]:
    """Return what happened to an object and around it, newest first."""
    events: list[tuple[int, str, str, bool]] = []
    for statement in shown.statements:
        dated = remarks.dated(statement.value, DATES)
        events += [(at, property_label(name, lang), "", False) for at, name in dated]
    for version in found:
        sentence = _("Version of {source} stored here") if version.current else _("Earlier version of {source} stored here")  # fmt: skip
        source = titles.get(version.source, version.source)
        if version.modified is not None:
            events.append((version.received, text(lang, sentence, source=source), "", False))
        if version.modified is not None and version.modified != version.received:
            events.append((version.modified, text(lang, _("Changed by {source}"), source=source), "", False))
    events += [(at, sentence, href, True) for at, sentence, href in remarks.instants(said, lang)]
    lines = [
        (at, Event(when(at, lang), sentence, href, other))
        for at, sentence, href, other in dict.fromkeys(events)
    ]
    lines += [
        (chip.at, Event(chip.since, text(lang, _("{partner}: {state}"), partner=chip.partner, state=chip.word), "", True))
        for chip in partners
        if chip.since is not None
    ]  # fmt: skip
    return [event for _at, event in sorted(lines, key=lambda one: one[0], reverse=True)]


def _chosen(found: Sequence[VersionView], prefix: str) -> VersionView | None:
    return next((v for v in found if prefix and v.version.startswith(prefix)), None)


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode()


def _words(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Compare two texts word by word."""
    a, b = _apart(before), _apart(after)
    if len(a) + len(b) > MOST_WORDS:
        return [Piece("gone", before)], [Piece("new", after)]
    left, right = [], []
    for tag, i, j, k, n in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            left.append(Piece("same", "".join(a[i:j])))
            right.append(Piece("same", "".join(b[k:n])))
            continue
        if i < j:
            left.append(Piece("gone", "".join(a[i:j])))
        if k < n:
            right.append(Piece("new", "".join(b[k:n])))
    return left, right


def _apart(written: str) -> list[str]:
    """Return the words of a text, each with the space after it."""
    pieces: list[str] = []
    for line in written.splitlines(keepends=True):
        parts = line.split(" ")
        pieces += [f"{p} " for p in parts[:-1]] + [parts[-1]]
    return [p for p in pieces if p]
