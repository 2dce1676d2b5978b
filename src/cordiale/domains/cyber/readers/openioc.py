"""Read OpenIOC 1.0 and 1.1: each alternative of its definition becomes a STIX pattern; what no pattern can say is set aside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final
from xml.parsers import expat

import msgspec
import orjson

from cordiale.desk.incoming.readers import Reader
from cordiale.domains.cyber.readers.objects import NAMESPACE
from cordiale.domains.cyber.readers.openioc_terms import comparison
from cordiale.domains.cyber.readers.plain import UNDATED, whole
from cordiale.platform.clock import Instant, format_instant, parse_instant
from cordiale.platform.errors import InputError
from cordiale.platform.ids import uuid5
from cordiale.platform.languages import _
from cordiale.stix.ingress import Limits, SetAside
from cordiale.stix.patterns import PatternError, parse

LARGEST: Final = 16 << 20
DEPTH: Final = 48
ITEMS: Final = 20_000
CONTENT: Final = 8_192
"""Characters of one text in a file."""

_ROOT = re.compile(rb"<(?:\w+:)?(?:ioc|OpenIOC)[\s>]")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}").fullmatch
_SAID: Final = frozenset(("short_description", "description", "authored_by", "authored_date", "link"))

SAMPLE = (
    b'<?xml version="1.0"?><ioc xmlns="http://schemas.mandiant.com/2010/ioc" id="6d2a1b03-b216-4cd8-9a9e-8827af6ebf93">'
    b'<short_description>Invented</short_description><definition><Indicator operator="OR"><IndicatorItem condition="is">'
    b'<Context document="FileItem" search="FileItem/FileName" type="mir"/><Content type="string">a.exe</Content>'
    b"</IndicatorItem></Indicator></definition></ioc>"
)


class Item(msgspec.Struct):
    """One condition: what is looked at, how it is compared, with what."""

    line: int
    search: str = ""
    condition: str = "is"
    content: str = ""
    negated: bool = False


class Group(msgspec.Struct):
    """Conditions that hold together (AND) or one of which holds (OR)."""

    operator: str
    parts: list[Item | Group] = msgspec.field(default_factory=list)


class _Taking(msgspec.Struct):
    attributes: dict[str, str] = msgspec.field(default_factory=dict)
    said: dict[str, str] = msgspec.field(default_factory=dict)
    links: list[str] = msgspec.field(default_factory=list)
    path: list[str] = msgspec.field(default_factory=list)
    groups: list[Group] = msgspec.field(default_factory=list)
    roots: list[Group] = msgspec.field(default_factory=list)
    item: Item | None = None
    words: list[str] = msgspec.field(default_factory=list)
    count: int = 0


class _Built(msgspec.Struct, frozen=True):
    """An expression: within one observable where that is named, else of several."""

    observable: str
    text: str

    @property
    def observed(self) -> str:
        return f"[{self.text}]" if self.observable else self.text


def recognise(head: bytes) -> bool:
    """Tell whether content begins as an OpenIOC file does."""
    return head.lstrip()[:1] == b"<" and bool(_ROOT.search(head)) and b"<html" not in head.lower()


def read(chunks: Iterable[bytes], limits: Limits, at: Instant = UNDATED) -> Iterator[bytes | SetAside]:
    """Yield an indicator for each alternative, then the report that gathers them; conditions that cannot be said, set aside.

    Raises InputError for a document type declaration (its entities could read files or fill memory), for damage and above limits.
    """
    taking = _taken(whole(chunks, min(limits.total_bytes, LARGEST)))
    unsaid: list[Item] = []
    alternatives = [one for root in taking.roots for one in _alternatives(root)]
    identifier = taking.attributes.get("id", "").lower()
    if not _UUID(identifier):
        identifier = uuid5(NAMESPACE, f"openioc {identifier} {taking.said.get('short_description', '')}")
    created = _moment(taking.said.get("authored_date", "") or taking.attributes.get("published-date", ""), at)
    modified = max(created, _moment(taking.attributes.get("last-modified", ""), created))
    name = taking.said.get("short_description", "").strip() or identifier
    base = {
        "spec_version": "2.1",
        "created": format_instant(created),
        "modified": format_instant(modified),
    }
    made: list[str] = []
    for one in alternatives:
        built = _built(one, unsaid)
        if built is None:
            continue
        pattern = built.observed
        try:
            parse(pattern)
        except PatternError:
            unsaid += _items(one)
            continue
        value = {
            "type": "indicator",
            "id": f"indicator--{uuid5(NAMESPACE, f'{identifier} {pattern}')}",
            **base,
            "name": (name if len(alternatives) == 1 else f"{name}: {_short(one)}")[:250],
            "pattern": pattern,
            "pattern_type": "stix",
            "valid_from": base["created"],
        }
        if value["id"] not in made:
            made.append(str(value["id"]))
            yield orjson.dumps(value)
    if made:
        yield orjson.dumps(_report(taking, identifier, name, base, made))
    yield from _aside(unsaid, len(made) + 1)
    if not made and not unsaid:
        raise InputError("openioc-empty", _("This OpenIOC file has no condition: nothing is taken."))


def _taken(content: bytes) -> _Taking:
    taking = _Taking()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def doctype(*_declared: object) -> None:
        raise InputError(
            "openioc-doctype",
            _("It declares a document type: OpenIOC has none, and entities could read files. Refused."),
        )

    def start(tag: str, attributes: dict[str, str]) -> None:
        _start(taking, tag.rpartition(" ")[2], attributes, parser.CurrentLineNumber)

    def end(tag: str) -> None:
        _end(taking, tag.rpartition(" ")[2])

    def text(words: str) -> None:
        if sum(map(len, taking.words)) < CONTENT:
            taking.words.append(words)

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise InputError(
            "openioc-damaged",
            _("It is no XML that can be read: {words} (line {line})."),
            words=expat.errors.messages[error.code],
            line=error.lineno,
        ) from error
    return taking


def _start(taking: _Taking, name: str, attributes: dict[str, str], line: int) -> None:
    if not taking.path:
        taking.attributes = attributes
    taking.path.append(name)
    if len(taking.path) > DEPTH:
        raise InputError("openioc-deep", _("It nests elements deeper than {limit}: refused."), limit=DEPTH)
    taking.words = []
    if name == "Indicator":
        group = Group("AND" if attributes.get("operator", "OR").upper() == "AND" else "OR")
        (taking.groups[-1].parts if taking.groups else taking.roots).append(group)
        taking.groups.append(group)
    elif name == "IndicatorItem" and taking.groups:
        taking.count += 1
        if taking.count > ITEMS:
            raise InputError(
                "openioc-items", _("It has more than {limit} conditions: split it."), limit=ITEMS
            )
        negated = attributes.get("negate", "").lower() == "true"
        taking.item = Item(line, condition=attributes.get("condition", "is").lower(), negated=negated)
    elif name == "Context" and taking.item is not None:
        taking.item.search = attributes.get("search", "")


def _end(taking: _Taking, name: str) -> None:
    words = "".join(taking.words)
    taking.path.pop()
    if name == "Indicator" and taking.groups:
        taking.groups.pop()
    elif name == "Content" and taking.item is not None:
        taking.item.content = words.strip()
    elif name == "IndicatorItem" and taking.item is not None:
        taking.groups[-1].parts.append(taking.item)
        taking.item = None
    elif name == "link" and words.strip().startswith(("http://", "https://")):
        taking.links.append(words.strip())
    elif name in _SAID and not taking.groups:
        taking.said.setdefault(name, words.strip())
    taking.words = []


def _alternatives(group: Group) -> Iterator[Item | Group]:
    """Yield what holds by itself: the parts of an OR, an AND as a whole."""
    if group.operator == "AND" and len(group.parts) > 1:
        yield group
        return
    for part in group.parts:
        if isinstance(part, Group):
            yield from _alternatives(part)
        else:
            yield part


def _built(one: Item | Group, unsaid: list[Item]) -> _Built | None:
    """Return the expression of a condition or a group; None where nothing of it can be said. What is left out is noted.

    Of an OR the rest still says something true; an AND without one of its parts would say more than its author.
    """
    if isinstance(one, Item):
        said = comparison(one.search, one.condition, one.content, one.negated)
        if said is None:
            unsaid.append(one)
            return None
        return _Built(*said)
    parts = [_built(part, unsaid) for part in one.parts]
    known = [part for part in parts if part is not None]
    if not known or (one.operator == "AND" and len(known) < len(parts)):
        return None
    by_observable: dict[str, list[_Built]] = {}
    for part in known:
        # of one thing when it is said of one kind of thing; what is of several already stays by itself
        by_observable.setdefault(part.observable or f" {len(by_observable)}", []).append(part)
    word = f" {one.operator} "
    merged = [
        parts[0] if len(parts) == 1 else _Built(parts[0].observable, f"({word.join(p.text for p in parts)})")
        for parts in by_observable.values()
    ]
    return merged[0] if len(merged) == 1 else _Built("", f"({word.join(p.observed for p in merged)})")


def _items(one: Item | Group) -> list[Item]:
    return [one] if isinstance(one, Item) else [item for part in one.parts for item in _items(part)]


def _short(one: Item | Group) -> str:
    items = _items(one)
    return items[0].content[:100] + (" …" if len(items) > 1 else "") if items else ""


def _report(
    taking: _Taking, identifier: str, name: str, base: dict[str, str], made: list[str]
) -> dict[str, object]:
    value: dict[str, object] = {
        "type": "report",
        "id": f"report--{identifier}",
        **base,
        "name": name[:250],
        "report_types": ["indicator"],
        "published": base["created"],
        "object_refs": made,
    }
    words = taking.said.get("description", "").strip()
    if words:
        value["description"] = words[:4000]
    links = [
        {"source_name": link.split("/")[2][:100] or "url", "url": link[:2000]} for link in taking.links[:20]
    ]
    if links:
        value["external_references"] = links
    author = taking.said.get("authored_by", "").strip()
    return value | ({"labels": [f"author:{author}"[:200]]} if author else {})


def _aside(unsaid: list[Item], index: int) -> Iterator[SetAside]:
    """Yield what could not be said, one entry for each thing that is looked at."""
    by_search: dict[str, list[Item]] = {}
    for one in unsaid:
        by_search.setdefault(f"{one.search} {one.condition}", []).append(one)
    for number, (search, items) in enumerate(by_search.items()):
        lines = "\n".join(f"{one.line}\t{one.search}\t{one.condition}\t{one.content}" for one in items)
        yield SetAside(
            index + number,
            None,
            f"line {items[0].line}",
            "openioc-unsaid",
            _(
                "{count} conditions on “{search}” cannot be said as a STIX pattern, nor what must hold together with them."
            ),
            {"count": str(len(items)), "search": search[:200]},
            raw=lines.encode(),
        )


def _moment(written: str, otherwise: Instant) -> Instant:
    found = re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", written.strip())
    try:
        return parse_instant(found[0] + "Z") if found else otherwise
    except ValueError:
        return otherwise


reader = Reader("OpenIOC", recognise, read, dated=read)
