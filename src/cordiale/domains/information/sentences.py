"""Cut English and French text into sentences; every visible character belongs to exactly one."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Ends with a full stop and goes on: titles, Latin, units, months as datelines shorten them.
_SHORT = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "st",
        "sr",
        "jr",
        "gen",
        "col",
        "capt",
        "lt",
        "sgt",
        "rev",
        "hon",
        "gov",
        "sen",
        "rep",
        "no",
        "nos",
        "vs",
        "cf",
        "al",
        "ca",
        "approx",
        "dept",
        "fig",
        "vol",
        "pp",
        "ed",
        "eds",
        "inc",
        "ltd",
        "co",
        "corp",
        "bros",
        "mt",
        "ft",
        "sq",
        "est",
        "incl",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sept",
        "sep",
        "oct",
        "nov",
        "dec",
        "m",
        "mm",
        "mme",
        "mmes",
        "mlle",
        "mlles",
        "me",
        "mgr",
        "pr",
        "st",
        "ste",
        "art",
        "av",
        "bd",
        "boul",
        "env",
        "tel",
        "fax",
        "p",
        "chap",
        "ch",
        "coll",
        "dir",
        "ex",
        "hab",
        "janv",
        "fev",
        "févr",
        "fév",
        "avr",
        "juil",
        "juill",
        "aout",
        "déc",
        "réf",
        "ref",
        "resp",
        "sté",
        "cie",
        "éd",
        "i.e",
        "e.g",
        "c.-à-d",
        "n.b",
        "p.-s",
    ]
)
# Ends with a full stop that may also end the sentence: it does before a word that begins one.
_EITHER = re.compile(r"(?:^|\W)(?:u\.s|u\.k|e\.u|u\.n|d\.c|inc|ltd|co|corp|jr|sr)$", re.IGNORECASE)
_CLOCK = re.compile(r"(?:^|[\s\d])(?:[ap]\.m|etc)$", re.IGNORECASE)
_ZONES = frozenset(
    [
        "est",
        "edt",
        "cst",
        "cdt",
        "mst",
        "mdt",
        "pst",
        "pdt",
        "et",
        "gmt",
        "utc",
        "bst",
        "cet",
        "cest",
        "ist",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ]
)
_BEGINS = frozenset(
    [
        "the",
        "a",
        "an",
        "this",
        "that",
        "these",
        "those",
        "he",
        "she",
        "it",
        "they",
        "we",
        "you",
        "i",
        "in",
        "on",
        "at",
        "by",
        "for",
        "from",
        "with",
        "and",
        "but",
        "as",
        "if",
        "when",
        "while",
        "after",
        "before",
        "there",
        "here",
        "no",
        "none",
        "some",
        "most",
        "all",
        "its",
        "their",
        "his",
        "her",
        "our",
        "two",
        "three",
        "one",
        "neither",
        "both",
        "le",
        "la",
        "les",
        "un",
        "une",
        "des",
        "ce",
        "cet",
        "cette",
        "ces",
        "il",
        "elle",
        "ils",
        "elles",
        "on",
        "nous",
        "vous",
        "je",
        "en",
        "dans",
        "sur",
        "pour",
        "avec",
        "et",
        "mais",
        "si",
        "quand",
        "après",
        "avant",
        "selon",
        "aucun",
        "aucune",
    ]
)
_STOP = re.compile(r"(?:\.{3}|…|[.!?]+)[\"'”’»)\]]*(?:[ \u00a0\u202f]+»|[ \u00a0\u202f]?»)?(?=\s|$)")
_DATELINE = re.compile(
    r"^[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ'’ .,-]*[A-ZÀ-ÖØ-Þ]{2}(?:,[^.()–—]{1,40}?\.?[^()–—.]{0,20})?(?:\s*\([^()]{2,60}\))?\s*(?:–|—|--|-)(?=\s|$)"
)
_INITIAL = re.compile(r"(?:^|[\s(\"“«'’.-])[^\W\d_]$")


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each sentence begins and ends in a text, white space around it left out.

    A line is never joined with the next one. A dateline ("HARBY, May 3 (Agency) –") is a sentence of its own.
    """
    for line in re.finditer(r"[^\n]+", text):
        yield from _in_line(text, *line.span())


def _in_line(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    begin = start
    head = _DATELINE.match(text[start:end].lstrip())
    if head and len(head[0]) < 90:
        skip = len(text[start:end]) - len(text[start:end].lstrip())
        yield start + skip, start + skip + len(head[0])
        begin = start + skip + len(head[0])
    for stop in _STOP.finditer(text, begin, end):
        if stop.end() < end and _ends(text, begin, stop, end):
            yield from _trimmed(text, begin, stop.end())
            begin = stop.end()
    yield from _trimmed(text, begin, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    inner = piece.strip()
    if inner:
        lead = len(piece) - len(piece.lstrip())
        yield start + lead, start + lead + len(inner)


def _ends(text: str, begin: int, stop: re.Match[str], end: int) -> bool:
    """Tell whether a stop ends the sentence, by what stands on both sides."""
    after = text[stop.end() : end].lstrip()
    if not after:
        return False
    first = after.lstrip("\"'“”‘’«»([–—- \u00a0\u202f")[:1]
    if first.islower():
        return False
    if stop[0][0] != "." or stop[0].startswith("..."):
        return bool(first) and not first.islower()
    before = text[begin : stop.start()]
    word = re.split(r"[\s(\"“«'’]", before)[-1].casefold()
    following = re.match(r"[\"'“‘«\s\u00a0]*([^\W_]+)", after)
    next_word = following[1].casefold() if following else ""
    if _CLOCK.search(before):
        return next_word not in _ZONES
    if _EITHER.search(before):
        return next_word in _BEGINS or after[:1] in '"“«‘'
    if word.rstrip(".") in _SHORT:
        return False
    if _INITIAL.search(before) and not word.isdigit():
        # an initial ("J. Smith"), unless it ends a clause: "plan B. The"
        return next_word in _BEGINS and len(before.split()) > 2
    return not (re.fullmatch(r"\d{1,2}", word) and len(before.split()) == 1)


def sentences(text: str) -> list[str]:
    """Return the sentences of a text as they stand."""
    return [text[start:end] for start, end in spans(text)]
