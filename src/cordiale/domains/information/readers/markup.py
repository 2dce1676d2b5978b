"""Take HTML apart as it stands, whatever is missing: one pass from left to right, never back, never deeper.

A page of strangers may be cut off, nested a million deep or made to cost time. So there is no tree here, only pieces
in their order; the cost is bounded by the length of the page and `TAGS`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

TAGS: Final = 250_000
"""Tags of one page: twice what the largest lists have."""

LONGEST: Final = 8_192
"""Characters of one tag: a longer one is cut there (data: addresses are read elsewhere)."""

_NAME = re.compile(r"/?[a-zA-Z][a-zA-Z0-9:-]{0,63}")
_ATTRIBUTE = re.compile(r"""([^\s=/>"'<]{1,64})(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?""")
_RAW = {
    name: re.compile(rf"</{name}[\s>/]", re.IGNORECASE) for name in ("script", "style", "textarea", "title")
}


class Piece(NamedTuple):
    """One piece of a page: `kind` is text, open, close, comment or raw (inside of script, style, textarea, title).

    `at` is its offset in the page; `name` of the element in lower case; `text` unescaped where the page shows it.
    """

    kind: str
    at: int
    name: str = ""
    text: str = ""
    attributes: Mapping[str, str] = {}


def pieces(page: str) -> Iterator[Piece]:
    """Yield the pieces of a page in their order; raises InputError above TAGS tags."""
    place, size, tags = 0, len(page), 0
    unending: set[str] = set()
    while place < size:
        start = page.find("<", place)
        if start < 0:
            start = size
        if start > place:
            yield Piece("text", place, "", html.unescape(page[place:start]))
        if start == size:
            return
        tags += 1
        if tags > TAGS:
            raise InputError("page-tags", _("It has more than {limit} tags: it is no page."), limit=TAGS)
        found = _NAME.match(page, start + 1)
        if not found:
            place, comment = _declaration(page, start, unending)
            yield comment
            continue
        end = _end(page, start, found.end())
        name = found[0].lower()
        if name.startswith("/"):
            yield Piece("close", start, name[1:])
            place = end
            continue
        yield Piece("open", start, name, "", _attributes(page[found.end() : end]))
        place = end
        if name in _RAW and name not in unending:
            closing = _RAW[name].search(page, end)
            if closing is None:
                unending.add(name)  # it never closes: what follows is read as if it had
                continue
            inside = page[end : closing.start()]
            yield Piece("raw", end, name, html.unescape(inside) if name in ("title", "textarea") else inside)
            place = closing.start()


def _declaration(page: str, start: int, unending: set[str]) -> tuple[int, Piece]:
    """Return where a comment, a declaration or a lone "<" ends, and the piece."""
    if page.startswith("<!--", start):
        end = -1 if "comment" in unending else page.find("-->", start + 4)
        if end >= 0:
            return end + 3, Piece("comment", start, "", page[start + 4 : end])
        unending.add("comment")
    if page[start + 1 : start + 2] in ("!", "?", "/"):
        end = page.find(">", start, start + LONGEST)
        if end >= 0:
            return end + 1, Piece("comment", start, "", page[start + 2 : end])
    return start + 1, Piece("text", start, "", "<")


def _end(page: str, start: int, place: int) -> int:
    """Return the place behind a tag: the first ">" that stands in no quoted value, if it comes soon."""
    limit = min(len(page), start + LONGEST)
    first = page.find(">", place, limit)
    if first < 0:
        return limit
    end = first
    for _again in range(8):
        inside = page[place:end]
        if inside.count('"') % 2 == 0 and (inside.count("'") % 2 == 0 or '"' in inside):
            return end + 1
        further = page.find(">", end + 1, limit)
        if further < 0:
            break
        end = further
    return first + 1


def _attributes(written: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(written):
        found.setdefault(name.lower(), html.unescape(double or single or bare))
    return found
