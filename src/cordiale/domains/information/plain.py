"""Read plain text: one text or several, pasted or copied off a page."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from cordiale.domains.information.dates import instant, printed
from cordiale.domains.information.document import Block, Document
from cordiale.domains.information.language import language, main_language
from cordiale.domains.information.regions import regions
from cordiale.domains.information.segments import segments
from cordiale.domains.information.sentences import sentences
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

LARGEST = 50 * 1024 * 1024
"""Bytes of one text file that are read at most."""


NEAR = 8
"""Lines above and below an article in which its date is looked for; further away stand the dates of others."""


def read_text(name: str, content: bytes) -> tuple[Document, ...]:
    """Return the texts of a plain text file.

    Raises InputError when the file is empty, not text, or larger than LARGEST.
    """
    text = decoded(name, content)
    digest = hashlib.sha256(content).hexdigest()
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    return tuple(
        _document(name, lines[first:last], starts[first:last], number, digest)
        for number, (first, last) in enumerate(segments(lines), start=1)
    )


def decoded(name: str, content: bytes) -> str:
    """Return the text of a file: UTF-8, UTF-16 by its mark, else Windows-1252; line ends are "\\n"."""
    if len(content) > LARGEST:
        raise InputError(
            "text-too-large",
            _("{name} is larger than {limit} MB: cut it first."),
            name=name,
            limit=LARGEST // 2**20,
        )
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = content.decode("utf-16", errors="replace")
    elif b"\0" in content[:4096]:
        raise InputError("not-text", _("{name} is not text: give plain text or a saved page."), name=name)
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", errors="replace")
    text = re.sub(r"\r\n?|\u2028|\u2029|\x85", "\n", text)
    if not text.strip():
        raise InputError("empty-text", _("{name} is empty: give a file that holds text."), name=name)
    return text


def around(blocks: Sequence[Block]) -> list[str]:
    """Return the lines next to an article that may say when it was published: those above first, the nearest before the rest."""
    of_body = [n for n, block in enumerate(blocks) if block.region == "body"]
    if not of_body:
        return [block.text for block in blocks[:NEAR]]
    first, last = of_body[0], of_body[-1]
    above = blocks[max(0, first - NEAR) : first]
    within = [block for block in blocks[first : first + NEAR] if block.region == "chrome"]
    below = blocks[last + 1 : last + 1 + NEAR // 2]
    return [block.text for block in [*above[::-1], *within, *below] if block.region == "chrome"]


def datelines(blocks: Sequence[Block]) -> list[str]:
    """Return the sentences of an article that say when: a dateline opens it, "Done at …" ends a declaration."""
    article = [sentence for block in blocks if block.region == "body" for sentence in sentences(block.text)]
    opening = [sentence for sentence in article[:5] if sentence.endswith(("-", "–", "—"))]
    return [*opening, *(one for one in article[-2:] if one.startswith(("Done ", "Fait ", "Signed ")))]


def _document(name: str, lines: list[str], starts: list[int], number: int, digest: str) -> Document:
    lang = main_language(lines)
    blocks = []
    for line, start, region in zip(lines, starts, regions(lines, lang, masthead=number == 1), strict=True):
        text = line.strip()
        if text:
            lead = len(line) - len(line.lstrip())
            blocks.append(Block(text, region, language(text) or lang, start + lead))
    beside = around(blocks)
    published, basis = instant(printed([*beside, *datelines(blocks)]))
    title = next((block.text for block in blocks if block.region == "body"), "")
    return Document(
        name=name,
        blocks=tuple(blocks),
        lang=lang,
        title=title if len(title) <= 200 else "",
        published=published,
        published_basis=basis,
        sha256=digest,
        segment=number,
    )
