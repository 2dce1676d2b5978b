"""Read a saved HTML page: its article, what surrounds it and what leads elsewhere, each kept and named for what it is.

Markup tells first (a `nav`, a class "related"); where it does not, the lines tell, as in a text copied off a page.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from cordiale.domains.information.document import Block, Document, Region
from cordiale.domains.information.folding import plain, words
from cordiale.domains.information.language import language, main_language
from cordiale.domains.information.plain import around, datelines
from cordiale.domains.information.readers.decoding import decoded
from cordiale.domains.information.readers.markup import Piece, pieces
from cordiale.domains.information.readers.page_dates import Said, published
from cordiale.domains.information.regions import regions
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

LARGEST: Final = 20 << 20
"""Bytes of one page: the longest articles have one megabyte, with their images written into them ten."""

DEPTH: Final = 256
"""Elements open at once that are told apart; deeper ones belong to the last."""

BLOCKS: Final = 50_000
"""Blocks of one page."""

_BREAKS = frozenset(
    """address article aside blockquote body br button caption center dd details dialog div dl dt fieldset figcaption
    figure footer form h1 h2 h3 h4 h5 h6 head header hr html iframe label legend li main nav noscript ol option p pre
    section select summary svg table tbody td template tfoot th thead time title tr ul video""".split()  # noqa: SIM905
)
_EMPTY = frozenset(
    "area base br col embed hr img input link meta param source track wbr".split()  # noqa: SIM905
)
_CHROME_TAGS = frozenset(
    "nav footer aside form button select dialog figcaption label noscript iframe svg".split()  # noqa: SIM905
)
_WHOLE_PAGE = frozenset({"html", "body", "main", "article"})
_PARTS = frozenset({"td", "th", "pre", "dd", "dt"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CHROME_WORDS = re.compile(
    r"""(?:^|[\s_-])(?:nav(?:bar|igation)?|menu|footer|masthead|sidebar|breadcrumbs?|cookies?|consent|gdpr|banner|share|sharing
    |social|subscribe|newsletter|comments?|promo|advert\w*|ads?|login|signin|search|pagination|toolbar|copyright|byline
    |caption|credits?|skip|legal|site-header|page-header|topbar|partage|abonnement|commentaires?|pied)(?:$|[\s_-])""",
    re.IGNORECASE | re.VERBOSE,
)
_TEASER_WORDS = re.compile(
    r"""(?:^|[\s_-])(?:related|recommend(?:ed|ations?)?|more-stories|most-(?:read|viewed)|popular|trending|teasers?|read-(?:also|more|next)
    |see-also|lire-aussi|a-lire|outbrain|taboola|next-article|latest|a-la-une|plus-lus)(?:$|[\s_-])""",
    re.IGNORECASE | re.VERBOSE,
)
_ROLES: dict[str, Region] = dict.fromkeys(
    ("navigation", "banner", "contentinfo", "complementary", "search", "dialog", "menu"), "chrome"
)
_SAVED = re.compile(r"saved from url=(?:\(\d+\))?(\S+)|^\s*url:\s*(\S+)", re.MULTILINE)
_PARAGRAPH: Final = 9


class _Line(msgspec.Struct):
    text: str
    at: int
    tag: str
    region: Region | None
    article: bool


def read_page(name: str, content: bytes, address: str = "") -> Document:
    """Return the text of a page; `address` is where it was taken from, if that is known from outside.

    Raises InputError when it is empty, binary, larger than LARGEST, or no page.
    """
    if len(content) > LARGEST:
        raise InputError(
            "page-too-large",
            _("{name} has {size} MB, more than the {limit} MB of a page: save it without its images."),
            name=name,
            size=len(content) >> 20,
            limit=LARGEST >> 20,
        )
    return document(name, decoded(name, content), hashlib.sha256(content).hexdigest(), address)


def document(name: str, text: str, sha256: str = "", address: str = "") -> Document:
    """Return the document that the text of a page holds."""
    lines, said = _lines(text)
    if not any(line.text for line in lines):
        raise InputError("empty-page", _("{name} shows no text: save the page once it is there."), name=name)
    lang = main_language(line.text for line in lines)
    kinds = _regions(lines, lang)
    blocks = tuple(
        Block(line.text, kind, language(line.text) or lang, line.at)
        for line, kind in zip(lines, kinds, strict=True)
    )
    source = address or said.address
    when, basis, exact = published(said, [*around(blocks), *datelines(blocks)], source)
    return Document(
        name=name,
        blocks=blocks,
        lang=lang,
        title=_title(lines, kinds, said),
        published=when,
        published_basis=basis,
        source=source,
        sha256=sha256,
        published_to=exact,
    )


def _title(lines: Sequence[_Line], kinds: Sequence[Region], said: Said) -> str:
    headings = [
        line.text for line, kind in zip(lines, kinds, strict=True) if line.tag == "h1" and kind == "body"
    ]
    found = (headings[0] if headings else "") or said.meta.get("og:title", "") or said.title
    return " ".join(found.split())[:300]


def _lines(text: str) -> tuple[list[_Line], Said]:
    """Return the lines a page shows, with what markup says of each, and what the page says of itself."""
    said = Said()
    lines: list[_Line] = []
    stack: list[tuple[str, Region | None, bool]] = []
    buffer: list[str] = []
    begun = -1
    tag = ""

    def flush() -> None:
        nonlocal begun
        shown = " ".join("".join(buffer).split())
        if shown and len(lines) >= BLOCKS:
            raise InputError("page-blocks", _("It has more than {limit} lines: it is no page."), limit=BLOCKS)
        if shown:
            region, article = (stack[-1][1], stack[-1][2]) if stack else (None, False)
            lines.append(_Line(shown, max(begun, 0), tag, region, article))
        buffer.clear()
        begun = -1

    for piece in pieces(text):
        if piece.kind == "text":
            if begun < 0 and (lead := len(piece.text) - len(piece.text.lstrip())) < len(piece.text):
                begun = piece.at + lead
            buffer.append(piece.text)
        elif piece.kind == "raw":
            _said(said, piece, stack)
        elif piece.kind == "comment":
            if not said.address and (found := _SAVED.search(piece.text)):
                said.address = _web(found[1] or found[2])
        else:
            if piece.name == "br" and buffer and not _broken(buffer):
                buffer.append("\n")  # one is a turn of the line, two are a new paragraph
            elif piece.name in _BREAKS:
                flush()
                tag = piece.name if piece.kind == "open" else ""
            if piece.kind == "open":
                _meta(said, piece)
                if piece.name not in _EMPTY and len(stack) < DEPTH:
                    stack.append(_opened(piece, stack))
            else:
                _closed(piece.name, stack)
    flush()
    return lines, said


def _broken(buffer: Sequence[str]) -> bool:
    """Tell whether a line was turned and nothing stands behind it."""
    last = next((part for part in reversed(buffer) if part == "\n" or not part.isspace()), "")
    return last == "\n"


def _opened(
    piece: Piece, stack: Sequence[tuple[str, Region | None, bool]]
) -> tuple[str, Region | None, bool]:
    region, article = (stack[-1][1], stack[-1][2]) if stack else (None, False)
    named = f"{piece.attributes.get('class', '')} {piece.attributes.get('id', '')}"[:500]
    of_markup: Region | None = _ROLES.get(piece.attributes.get("role", ""))
    if piece.name in _CHROME_TAGS or (piece.name == "header" and not article):
        of_markup = "chrome"
    if piece.name not in _WHOLE_PAGE and piece.name not in _HEADINGS and named.strip():
        if _TEASER_WORDS.search(named):
            of_markup = "teaser"
        elif _CHROME_WORDS.search(named):
            of_markup = of_markup or "chrome"
    if piece.name in ("article", "main"):
        article = True
    return piece.name, "teaser" if region == "teaser" else of_markup or region, article


def _closed(name: str, stack: list[tuple[str, Region | None, bool]]) -> None:
    """Close the nearest element of a name, and what was left open in it; a closing without an opening is nothing."""
    for place in range(len(stack) - 1, max(len(stack) - 64, -1), -1):
        if stack[place][0] == name:
            del stack[place:]
            return


def _regions(lines: Sequence[_Line], lang: str) -> list[Region]:
    """Return each line's region: what markup says, else what the lines among which it stands say."""
    unsaid = [n for n, line in enumerate(lines) if line.region is None]
    if not any(len(words(lines[n].text)) >= _PARAGRAPH for n in unsaid):
        unsaid = list(range(len(lines)))  # markup calls all of it furniture: it does not know
    kinds: list[Region] = [line.region or "chrome" for line in lines]
    told = regions([lines[n].text for n in unsaid], lang)
    for n, kind in zip(unsaid, told, strict=True):
        line = lines[n]
        paragraph = line.tag in ("p", "blockquote") and len(words(line.text)) >= _PARAGRAPH
        own = paragraph or line.tag in _PARTS or line.tag == "h1"
        kinds[n] = "body" if line.article and own and kind == "chrome" else kind
    return kinds


def _meta(said: Said, piece: Piece) -> None:
    attributes = piece.attributes
    if piece.name == "meta":
        key = (
            attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or ""
        ).lower()
        if key and "content" in attributes:
            said.meta.setdefault(key, plain(attributes["content"]).strip())
        if key == "og:url":
            said.address = said.address or _web(attributes.get("content", ""))
    elif piece.name == "link" and "canonical" in attributes.get("rel", "").lower():
        said.address = _web(attributes.get("href", "")) or said.address
    elif piece.name == "time" and attributes.get("datetime"):
        if attributes.get("itemprop") == "datePublished" or "pubdate" in attributes:
            said.meta.setdefault("datepublished", attributes["datetime"])
    elif piece.name == "html" and attributes.get("lang"):
        said.lang = attributes["lang"]


def _said(said: Said, piece: Piece, stack: Sequence[tuple[str, Region | None, bool]]) -> None:
    if piece.name == "title" and not said.title and not any(name == "svg" for name, _r, _a in stack):
        said.title = " ".join(piece.text.split())[:300]
    elif piece.name == "script" and '"datePublished"' in piece.text:
        try:
            _linked(said, json.loads(piece.text), 0)
        except (ValueError, RecursionError):
            return


def _linked(said: Said, value: Any, depth: int) -> None:
    """Take the date of publication out of JSON-LD."""
    if depth > 6:
        return
    if isinstance(value, list):
        for one in value[:50]:
            _linked(said, one, depth + 1)
    elif isinstance(value, dict):
        if isinstance(value.get("datePublished"), str):
            said.meta.setdefault("datepublished", value["datePublished"])
        for one in list(value.values())[:50]:
            if isinstance(one, dict | list):
                _linked(said, one, depth + 1)


def _web(address: str) -> str:
    """Return an address of the web, empty for another."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    return address.strip() if parts.scheme in ("http", "https") and parts.netloc else ""
