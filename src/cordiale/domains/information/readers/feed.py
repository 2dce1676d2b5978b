"""Read feeds: RSS 0.9 to 2.0 and Atom, each item a document. What declares a document type is refused, entities with it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from xml.parsers import expat

import msgspec

from cordiale.domains.information.document import Block, Document
from cordiale.domains.information.language import language, main_language
from cordiale.domains.information.readers import page
from cordiale.domains.information.readers.page_dates import Exact, moment
from cordiale.domains.information.readers.result import Aside, Read
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

LARGEST: Final = 50 << 20
DEPTH: Final = 128
ITEMS: Final = 20_000

_ROOTS = frozenset({"rss", "feed", "rdf"})
_BODIES = ("encoded", "content", "description", "summary")
"""Elements that hold an item's text, the fullest first."""

_DATES = ("pubdate", "published", "issued", "date")
"""Elements that say when an item was published; "updated" says something else."""


class _Item(msgspec.Struct):
    line: int
    said: dict[str, str] = msgspec.field(default_factory=dict)


class _Taking(msgspec.Struct):
    """What was read so far: `path` of open elements, the item in hand, its text in hand."""

    items: list[_Item] = msgspec.field(default_factory=list)
    path: list[str] = msgspec.field(default_factory=list)
    item: _Item | None = None
    words: list[str] = msgspec.field(default_factory=list)
    xhtml: int = 0
    root: str = ""


def looks_like_feed(head: str) -> bool:
    """Tell whether text begins as a feed does, whatever its root's prefix."""
    lowered = head.lower()
    return any(f"<{root}" in lowered for root in ("rss", "feed", "rdf:rdf")) and "<html" not in lowered


def read_feed(name: str, content: bytes) -> Read:
    """Return the documents of a feed; an item that shows no text is set aside with its line.

    What came before damage is kept, the damage set aside. Raises InputError for a document type declaration (its
    entities could read files or fill memory), for what is no feed, and above the limits.
    """
    if len(content) > LARGEST:
        raise InputError(
            "feed-too-large",
            _("{name} is larger than {limit} MB: it is no feed."),
            name=name,
            limit=LARGEST >> 20,
        )
    taking = _Taking()
    parser = _parser(name, taking)
    aside: list[Aside] = []
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        if taking.root not in _ROOTS:
            raise InputError(
                "not-a-feed",
                _("{name} is no RSS or Atom feed: {words}."),
                name=name,
                words=expat.errors.messages[error.code],
            ) from error
        problem = _("The feed is damaged from here on ({words}): what came before was read.")
        aside.append(
            Aside(error.lineno, "feed-damaged", problem, {"words": expat.errors.messages[error.code]})
        )
    documents = []
    digest = hashlib.sha256(content).hexdigest()
    for number, item in enumerate(taking.items, 1):
        done = _document(name, item, number, digest)
        if done is None:
            problem = _("This item has neither title nor text.")
            aside.append(Aside(item.line, "empty-item", problem))
        else:
            documents.append(done)
    return Read("feed", tuple(documents), (), tuple(aside))


def _parser(name: str, taking: _Taking) -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def doctype(*_declared: object) -> None:
        raise InputError(
            "feed-doctype",
            _("{name} declares a document type: feeds have none, and entities could read files. Refused."),
            name=name,
        )

    def start(tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition(" ")[2].lower()
        if not taking.path:
            taking.root = local
            if local not in _ROOTS:
                raise InputError(
                    "not-a-feed", _("{name} is no RSS or Atom feed but “{root}”."), name=name, root=local[:40]
                )
        taking.path.append(local)
        if len(taking.path) > DEPTH:
            raise InputError(
                "feed-depth", _("{name} nests elements deeper than {limit}: refused."), name=name, limit=DEPTH
            )
        if local in ("item", "entry") and taking.item is None:
            if len(taking.items) >= ITEMS:
                raise InputError(
                    "feed-items", _("{name} has more than {limit} items: split it."), name=name, limit=ITEMS
                )
            taking.item = _Item(parser.CurrentLineNumber)
            taking.words = []
        elif taking.item is not None:
            if taking.xhtml:
                taking.words.append(f"<{local}>")
            elif attributes.get("type") == "xhtml":
                taking.xhtml = len(taking.path)
            else:
                taking.words = []
            if local == "link" and attributes.get("rel", "alternate") == "alternate" and "href" in attributes:
                taking.item.said.setdefault("link", attributes["href"])

    def end(tag: str) -> None:
        local = tag.rpartition(" ")[2].lower()
        depth = len(taking.path)
        taking.path.pop()
        if taking.item is None:
            return
        if local in ("item", "entry") and not (taking.path and taking.path[-1] == "content"):
            taking.items.append(taking.item)
            taking.item, taking.xhtml = None, 0
        elif taking.xhtml and depth > taking.xhtml:
            taking.words.append(f"</{local}>")
        else:
            taking.xhtml = 0
            words = "".join(taking.words).strip()
            if words:
                taking.item.said.setdefault(local, words)
            taking.words = []

    def data(words: str) -> None:
        if taking.item is not None:
            taking.words.append(words)

    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = data
    return parser


def _document(name: str, item: _Item, number: int, digest: str) -> Document | None:
    said = item.said
    title = " ".join(_shown(said.get("title", "")))
    written = next((said[key] for key in _BODIES if said.get(key)), "")
    texts = [*([title] if title else []), *_shown(written)]
    if not texts:
        return None
    lang = main_language(texts)
    when, exact = _published(said)
    link = said.get("link") or (said["guid"] if said.get("guid", "").startswith("http") else "")
    return Document(
        name=name,
        blocks=tuple(Block(text, "body", language(text) or lang, 0) for text in texts),
        lang=lang,
        title=title[:300],
        published=when,
        published_basis="metadata" if when else "none",
        source=link,
        sha256=digest,
        segment=number,
        published_to=exact,
    )


def _shown(written: str) -> list[str]:
    """Return the lines that a value shows, whether it holds markup or not."""
    if "<" not in written and "&" not in written:
        return [line for line in (" ".join(part.split()) for part in written.split("\n")) if line]
    try:
        return [block.text for block in page.document("", written).blocks]
    except InputError:
        return []


def _published(said: dict[str, str]) -> tuple[datetime | None, Exact]:
    for key in _DATES:
        written = said.get(key, "")
        if not written:
            continue
        if found := moment(written):
            return found
        try:
            when = parsedate_to_datetime(written)
        except (ValueError, TypeError, IndexError):
            continue
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC), "minute"
    return None, "day"
