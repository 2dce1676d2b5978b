"""Read transcripts: SubRip (.srt) and WebVTT; cues that make one sentence become one block."""

from __future__ import annotations

import hashlib
import html
import re
from typing import Final

from cordiale.domains.information.document import Block, Document
from cordiale.domains.information.language import language, main_language
from cordiale.domains.information.readers.decoding import decoded
from cordiale.domains.information.readers.result import Aside, Read
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

_TIME = r"(?:(\d{1,4}):)?([0-5]?\d):([0-5]\d)[.,](\d{3})"
_CUE = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?$")
_TAG = re.compile(r"<[^<>\n]{0,200}>|\{\\[^{}\n]{0,100}\}")
_ENDED = re.compile(r"[.!?…][\"'”’»)\]]*$")
_SPEAKER = re.compile(r"^(?:<v[ .][^>]*>|-\s|>>)")

PAUSE: Final = 4.0
"""Seconds of silence after which the next words are a block of their own."""

LONGEST: Final = 1_000
"""Characters of one block: automatic transcripts have no full stops."""


def looks_like_subtitles(head: str) -> bool:
    """Tell whether text begins as a transcript does."""
    if re.match(r"\ufeff?WEBVTT(?:\s|$)", head):
        return True
    lines = [line for line in head.lstrip("\ufeff").splitlines() if line.strip()][:2]
    return len(lines) == 2 and lines[0].strip().isdigit() and bool(_CUE.match(lines[1]))


def read_subtitles(name: str, content: bytes) -> Read:
    """Return the document of a transcript; a cue without a readable time is set aside with its line.

    Raises InputError when it is empty, binary, or holds no cue.
    """
    text = decoded(name, content)
    blocks: list[Block] = []
    aside: list[Aside] = []
    words: list[str] = []
    begun, ended = 0, -PAUSE
    cue = False
    place = 0

    def flush() -> None:
        shown = " ".join(" ".join(words).split())
        if shown:
            blocks.append(Block(shown, "body", language(shown), begun))
        words.clear()

    for number, line in enumerate(text.split("\n"), 1):
        if "-->" in line:
            found = _CUE.match(line)
            cue = found is not None
            if found is None:
                problem = _("No readable time in “{line}”: write 00:01:02,345 --> 00:01:04,567.")
                aside.append(Aside(number, "cue-time", problem, {"line": line.strip()[:80]}))
            else:
                times = found.groups()
                if _seconds(times[:4]) - ended > PAUSE:
                    flush()
                ended = _seconds(times[4:])
        elif not line.strip():
            cue = False
        elif cue:
            shown = html.unescape(_TAG.sub("", line)).strip().removeprefix("- ").removeprefix(">>").strip()
            if words and (_SPEAKER.match(line) or sum(map(len, words)) > LONGEST):
                flush()
            if shown:
                begun = begun if words else place
                words.append(shown)
                if _ENDED.search(shown):
                    flush()
        place += len(line) + 1
    flush()
    if not blocks:
        raise InputError(
            "no-cues", _("{name} holds no cue that can be read: give an SRT or VTT file."), name=name
        )
    lang = main_language(block.text for block in blocks)
    digest = hashlib.sha256(content).hexdigest()
    done = Document(name=name, blocks=tuple(blocks), lang=lang, sha256=digest)
    return Read("subtitles", (done,), (), tuple(aside))


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000
