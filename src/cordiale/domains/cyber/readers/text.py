"""Take indicators out of running text: reports, mails, pasted lines."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from cordiale.domains.cyber.readers.found import Found, Left, Taken
from cordiale.domains.cyber.readers.judging import Place, Verdict, Warned, host_of, judged
from cordiale.domains.cyber.readers.scanning import Candidate, candidates
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

LARGEST: Final = 32 << 20
"""Bytes of a text that is read: no report is longer."""
LINE: Final = 16_384
"""Characters of a line that are looked at together; what is longer is read in pieces of this."""
MOST: Final = 100_000
"""Values of one text."""
CONTEXT: Final = 160
"""Characters of the words kept around a value."""
TITLE: Final = 120

_HEADING = re.compile(
    r"\s{0,3}(?:#{1,6}\s+|\*\*|__|\d{1,2}(?:\.\d{1,2}){0,3}\.?\s+)?(.{2,90}?)(?:\*\*|__)?:?\s*$"
)
_INDICATORS = re.compile(
    r"\b(?:io[ca]s?|indicators?|indicateurs?|observables?|marqueurs?|network indicators|file hashes|hashes|empreintes|"
    r"c2|command and control|infrastructure)\b",
    re.IGNORECASE,
)
_REFERENCES = re.compile(
    r"^(?:references?|références?|sources?|further reading|see also|voir aussi|liens|links|bibliograph\w+|contact|about\b.*|à propos.*)$",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"^\s*(?:source|url|original|published (?:at|by|on)|publié (?:par|sur)|from|link|lien|permalink)\s*:",
    re.IGNORECASE,
)
_LISTED = re.compile(r"^[\s>*•·–—\-+|\"'`,;\d.)(\[\]]*$")
_LABELLED = re.compile(r"^\s*[\w /().-]{1,30}[:=|\t]\s*[\"'`]?$")
_NOTED = re.compile(r"^[\"'`]?\s*(?:$|[|,;\t#(–—-]|\s{2,}|//)")


def read_text(
    content: bytes | str, *, own: Collection[str] = (), warned: Warned | None = None, plain: bool = False
) -> Taken:
    """Return what a text holds, each value once, at the place where it is surest.

    `own` are domains of who wrote the report, beside those that its head names; `warned` names the list of false positives
    that holds a value; `plain` takes also what the text writes plainly where it makes other values harmless. Raises
    InputError for what is no text, and above the limits.
    """
    text = decoded(content)
    lines = [piece for line in text.splitlines() for piece in _pieces(line)]
    scanned = [candidates(line) for line in lines]
    harmless = not plain and any(one.defanged for found in scanned for one in found)
    known = frozenset(domain.lower().removeprefix("www.") for domain in own) | _publishers(lines, scanned)
    taken: dict[tuple[str, str], Found] = {}
    left: dict[tuple[str, str], Left] = {}
    section = ""
    for number, (line, found) in enumerate(zip(lines, scanned, strict=True), 1):
        if not found:
            section = _section(line, section)
            continue
        for one in found:
            place = Place(line, _listed(line, one), section, harmless, known)
            verdict = judged(one, place)
            if not verdict.left and warned is not None and (held := warned(one.kind, one.value)):
                verdict = Verdict(0, (), f"warned:{held}")
            _note(one, verdict, number, _around(line, one), taken, left)
        if len(taken) > MOST:
            raise InputError("text-values", _("It holds more than {limit} values: split it."), limit=MOST)
    kept = tuple(sorted(taken.values(), key=lambda one: one.line))
    return Taken(_title(lines), kept, tuple(one for key, one in left.items() if key not in taken))


def decoded(content: bytes | str) -> str:
    """Return bytes as text: UTF-8, UTF-16 with its mark, else Windows-1252; raises InputError for what is no text."""
    if isinstance(content, str):
        return content
    if len(content) > LARGEST:
        raise InputError(
            "text-too-large", _("It is larger than {limit} MB: no report is. Split it."), limit=LARGEST >> 20
        )
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if b"\0" in content:
        raise InputError("not-text", _("It is no text: it holds bytes that texts never have."))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _pieces(line: str) -> list[str]:
    return [line[start : start + LINE] for start in range(0, len(line), LINE)] or [""]


def _note(
    one: Candidate,
    verdict: Verdict,
    number: int,
    context: str,
    taken: dict[tuple[str, str], Found],
    left: dict[tuple[str, str], Left],
) -> None:
    key = (one.kind, one.value)
    if verdict.left:
        left.setdefault(
            key, Left(kind=one.kind, value=one.value, line=number, context=context, reason=verdict.left)
        )
        return
    before = taken.get(key)
    if before is None or before.confidence < verdict.confidence:
        taken[key] = Found(
            kind=one.kind,
            value=one.value,
            line=number,
            context=context,
            confidence=verdict.confidence,
            reasons=verdict.reasons,
        )


def _section(line: str, before: str) -> str:
    """Return under which kind of heading the next lines stand; a line that is no heading changes nothing."""
    found = _HEADING.match(line)
    if found is None or not line.strip():
        return before
    words = found[1].strip(" :*_#")
    marked = line.lstrip().startswith(("#", "**", "__")) or line.rstrip().endswith(":")
    if _REFERENCES.match(words):
        return "references"
    if _INDICATORS.search(words) and (marked or len(words.split()) <= 6):
        return "indicators"
    heading = marked and not line.rstrip().endswith((".", ",", ";"))
    return "" if heading and not _within(words) else before


def _within(words: str) -> bool:
    """Tell whether a heading divides a list of indicators rather than ending it: "Domains", "SHA-256"."""
    return bool(
        re.match(
            r"(?:domains?|domaines?|urls?|ips?\b|ip addresses|adresses|hosts?|files?|fichiers?|sha-?\d*|md5|e-?mails?|"
            r"registry|registre|network|réseau|c2|cves?|mutex\w*|certificates?|certificats?)",
            words,
            re.IGNORECASE,
        )
    )


def _listed(line: str, one: Candidate) -> bool:
    """Tell whether a value stands by itself: first in its line, or after a label, and nothing but a remark follows."""
    before, after = line[: one.start], line[one.end :]
    return bool((_LISTED.match(before) or _LABELLED.match(before)) and _NOTED.match(after))


def _publishers(lines: list[str], scanned: list[list[Candidate]]) -> frozenset[str]:
    """Return the domains that the head of a text names as its own: a plain address in its first lines, or after "Source:"."""
    found = set()
    for number, (line, candidates_) in enumerate(zip(lines, scanned, strict=True)):
        for one in candidates_:
            said = _PUBLISHED.match(line) or (
                number < 5 and one.kind == "url" and not _LISTED.match(line[: one.start])
            )
            if said and not one.defanged and one.kind in ("url", "domain-name"):
                host = host_of(one.kind, one.value).removeprefix("www.")
                if not host.replace(".", "").isdigit():
                    found.add(host)
    return frozenset(found)


def _around(line: str, one: Candidate) -> str:
    start = max(0, one.start - CONTEXT // 3)
    words = " ".join(line[start : start + CONTEXT + one.end - one.start].split())
    return words[:400]


def _title(lines: list[str]) -> str:
    for line in lines[:40]:
        words = line.strip(" #*_=-\t")
        if len(words) > 3:
            return words[:TITLE]
    return ""
