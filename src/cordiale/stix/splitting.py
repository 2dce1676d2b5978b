"""Cut an input into the raw bytes of its objects, so that one bad object never refuses the others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from cordiale.platform.errors import InputError
from cordiale.platform.languages import _
from cordiale.stix.decoding import decode
from cordiale.stix.limits import DEFAULT_LIMITS, Limits, SetAside

_BOM = b"\xef\xbb\xbf"
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_SPACE = b" \t\r\n"
_BETWEEN = _SPACE + b",\x1e"  # \x1e begins a value in RFC 7464


class _Envelope(msgspec.Struct):
    """A bundle or a TAXII envelope; any other object has no list under ``objects``."""

    type: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    objects: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class _Listed(msgspec.Struct):
    """A bundle or a TAXII envelope with a list."""

    objects: list[msgspec.Raw]
    type: str = "bundle"


# RecursionError: nesting so deep that the C stack would be exhausted
_MALFORMED = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_envelope = msgspec.json.Decoder(_Envelope).decode
_listed = msgspec.json.Decoder(_Listed).decode
_list = msgspec.json.Decoder(list[msgspec.Raw]).decode


def split(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Iterator[bytes | SetAside]:
    """Yield the raw bytes of each object in a bundle, list, TAXII envelope, JSON lines or single object.

    Values may also follow one another without any separator. What is no object, or cannot be cut out, comes
    as a `SetAside` with its index and byte offset. Raises InputError when nothing in the input can be read.
    """
    if len(data) > limits.total_bytes:
        raise InputError(
            "too-large",
            _("The input has {size} bytes; at most {limit} are taken. Split it, or raise the limit."),
            size=str(len(data)),
            limit=str(limits.total_bytes),
        )
    if data.startswith(_WIDE):
        raise InputError("not-utf8", _("The input is UTF-16. Save it as UTF-8."), offset="0")
    start = len(_BOM) if data.startswith(_BOM) else 0
    body = data[start:] if start else data
    if not body.strip(_SPACE):
        raise InputError("empty", _("The input is empty. Give STIX objects or a bundle."))
    return _values(body, start, limits)


def _values(body: bytes, base: int, limits: Limits) -> Iterator[bytes | SetAside]:
    quickly = _quickly(body, limits)
    if quickly is not None:
        yield from quickly
        return
    first = body.lstrip(_SPACE)[:1]
    try:
        if first == b"[":
            yield from _items(body, body, base, 0)
            return
        envelope = _envelope(body)
    except _MALFORMED:
        yield from _salvage(body, base, limits)
        return
    yield from _unfold(body, envelope, base, 0, limits)


_LIST = re.compile(rb'"objects"[ \t\r\n]*+:[ \t\r\n]*+\[')
_COMMA = re.compile(rb"[ \t\r\n]*+,?[ \t\r\n]*+")


def _quickly(body: bytes, limits: Limits) -> list[bytes] | None:
    """Cut a well-formed bundle of nothing but objects in one pass; None where more care is needed.

    The list is taken to be where ``objects`` is first written, and each object is compared with the bytes
    there. What is left of the bundle without them must be an unambiguous object with an empty list.
    """
    place = _LIST.search(body)
    if place is None:
        return None
    try:
        bundle = _listed(body)  # also checks the commas that are passed over below
    except _MALFORMED:
        return None
    raws = [bytes(item) for item in bundle.objects]
    at = place.end()
    for raw in raws:
        match = _COMMA.match(body, at)
        at = match.end() if match is not None else at
        if raw[:1] != b"{" or not body.startswith(raw, at):
            return None
        at += len(raw)
    rest = (body[: place.end()] + body[at:]).strip(_SPACE)
    try:
        value, _dumped = decode(rest, limits)
    except InputError:
        return None
    return raws if bundle.type == "bundle" and value.get("objects") == [] else None


def _unfold(
    body: bytes, envelope: _Envelope, base: int, index: int, limits: Limits
) -> Iterator[bytes | SetAside]:
    """Yield the objects of one well-formed JSON object: its own list, or itself."""
    listed = b"" if envelope.objects is msgspec.UNSET else bytes(envelope.objects)
    kind = b'"bundle"' if envelope.type is msgspec.UNSET else bytes(envelope.type)
    if kind != b'"bundle"' or (envelope.type is msgspec.UNSET and not listed.startswith(b"[")):
        yield body.strip(_SPACE)
        return
    at = body.find(listed) if listed else len(body)
    # What surrounds the list is read as strictly as an object: a second `objects` would hide the first.
    try:
        decode((body[:at] + b"[]" + body[at + len(listed) :]).strip(_SPACE) if listed else body, limits)
    except InputError as error:
        yield _aside(index, base, error, body[:200])
        return
    if listed and not listed.startswith(b"["):
        yield SetAside(index, base + at, "objects", "not-a-list", _("The property objects is not a list."))
        return
    if listed:
        yield from _items(listed, body, base, at, index)


def _items(listed: bytes, body: bytes, base: int, at: int, index: int = 0) -> Iterator[bytes | SetAside]:
    at = body.find(b"[", at) + 1
    for item in _list(listed):
        raw = bytes(item)
        at = body.find(raw[:1], at)  # only spaces and a comma lie between two items
        if raw[:1] == b"{":
            yield raw
        else:
            yield SetAside(
                index, base + at, f"objects.[{index}]", "not-an-object",
                _("This is not a JSON object. Give STIX objects or a bundle."), raw=raw[:200],
            )  # fmt: skip
        at += len(raw)
        index += 1


# Strings are skipped whole; a string that never ends swallows the rest, which is then set aside.
_MARKS = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[{}\[\]]', re.DOTALL)


def _salvage(body: bytes, base: int, limits: Limits) -> Iterator[bytes | SetAside]:
    """Cut input that is not one well-formed JSON value: lines, values in a row, or a damaged bundle."""
    index = 0
    for start, stop, whole in _pieces(body, 0, len(body)):
        for piece in _value(body[start:stop], base + start, index, whole, limits):
            yield piece
            index += 1


def _value(raw: bytes, base: int, index: int, whole: bool, limits: Limits) -> Iterator[bytes | SetAside]:
    inner = None
    if raw[:1] == b"[":
        inner = (1, len(raw) - 1 if whole else len(raw))
    elif raw[:1] == b"{":
        if whole:
            try:
                envelope = _envelope(raw)
            except _MALFORMED:
                pass
            else:
                yield from _unfold(raw, envelope, base, index, limits)
                return
        inner = _damaged_list(raw)
    if inner is None:
        # decode() says what is wrong with a whole object
        yield raw if whole else _malformed(index, base, raw)
        return
    complete = True
    for start, stop, complete in _pieces(raw, *inner):
        yield raw[start:stop] if complete else _malformed(index, base + start, raw[start:stop])
        index += 1
    if complete and not whole:  # cut between two objects: nothing else would tell that some are missing
        yield SetAside(
            index, base + len(raw), "", "cut-short",
            _("The list of objects does not end: the input was cut short. Fetch it again."),
        )  # fmt: skip


def _damaged_list(raw: bytes) -> tuple[int, int] | None:
    """Find the list of objects directly inside a malformed bundle or envelope.

    None when the object says it is something else: its list would not be one of objects.
    """
    depth = 0
    found: list[tuple[int, int]] = []
    opened = -1
    before = b""
    for mark in _MARKS.finditer(raw):
        sign = mark.group()
        if sign in b"{[":
            depth += 1
            if depth == 2 and sign == b"[" and _named_objects(raw, mark.start()):
                opened = mark.end()
        elif sign in b"}]":
            if depth == 2 and opened >= 0:
                found.append((opened, mark.start()))
                opened = -1
            depth -= 1
        elif depth == 1 and before == b'"type"' and sign != b'"bundle"':
            return None
        before = sign
    if opened >= 0:  # the input was cut inside the list
        found.append((opened, len(raw)))
    # Two lists named `objects` would be two readings of one bundle.
    return found[0] if len(found) == 1 else None


def _named_objects(raw: bytes, at: int) -> bool:
    """Tell whether what begins here is the value of a property called objects."""
    for wanted in (b":", b'"objects"'):
        while at and raw[at - 1] in _SPACE:
            at -= 1
        if not raw.endswith(wanted, 0, at):
            return False
        at -= len(wanted)
    return True


def _pieces(body: bytes, start: int, stop: int) -> Iterator[tuple[int, int, bool]]:
    """Yield where each outermost object or list begins and ends, and what lies between as not whole."""
    depth = 0
    opened = end = start
    for mark in _MARKS.finditer(body, start, stop):
        sign = mark.group()
        if sign in b"{[":
            if depth == 0:
                opened = mark.start()
                if body[end:opened].strip(_BETWEEN):
                    yield end, opened, False
            depth += 1
        elif sign in b"}]" and depth:
            depth -= 1
            if depth == 0:
                end = mark.end()
                yield opened, end, True
    if depth:
        if body[end:opened].strip(_BETWEEN):
            yield end, opened, False
        yield opened, stop, False
    elif body[end:stop].strip(_BETWEEN):
        yield end, stop, False


def _malformed(index: int, offset: int, raw: bytes) -> SetAside:
    return SetAside(
        index, offset, "", "malformed-json",
        _("Malformed JSON at byte {offset}: {reason}. Correct it where it was made."),
        {"offset": str(offset), "reason": _("no object begins and ends here")}, raw[:200],
    )  # fmt: skip


def _aside(index: int, base: int, error: InputError, raw: bytes) -> SetAside:
    params: dict[str, Any] = dict(error.params)
    offset = base + int(params["offset"]) if params.get("offset") else base
    return SetAside(
        index, offset, str(params.get("path", "")), error.code, error.message_id,
        {key: str(item) for key, item in params.items()}, raw,
    )  # fmt: skip
