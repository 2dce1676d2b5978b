"""What is wrong with a parameter or a body: msgspec's English words, recognised and said in the reader's language."""

from __future__ import annotations

import re
from typing import Final

from cordiale.platform.errors import ProtocolError
from cordiale.platform.languages import _

LONGEST: Final = 200

# what msgspec says (its own tests fix these words) → what we say
_SAID: Final = (
    (
        r"unknown field `(?P<what>[^`]*)`",
        _("{where}: there is no field “{what}”. See openapi.json for those it takes."),
    ),
    (r"missing required field `(?P<what>[^`]*)`", _("{where}: the field “{what}” is missing.")),
    (
        r"Missing required (?:query|header|cookie) parameter '(?P<what>[^']*)'",
        _("The parameter {what} is missing."),
    ),
    (
        r"matching regex '\^\[a-z\]\[a-z0-9-\]\{1,248",
        _("{where}: it must be a STIX id, such as indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f."),
    ),
    (r"matching regex (?P<what>.*)", _("{where}: it must match {what}.")),
    (r"Expected `(?P<kind>\w+)` of length (?P<what>[<>]= \d+)", _("{where}: its length must be {what}.")),
    (r"Expected `\w+` (?P<what>[<>]=? -?\d+)", _("{where}: it must be {what}.")),
    (
        r"Expected `(?P<what>[^`]*)`(?: or|,).*got `(?P<got>\w+)`",
        _("{where}: {what} is expected, not {got}."),
    ),
    (r"Expected `(?P<what>[^`]*)`, got `(?P<got>\w+)`", _("{where}: {what} is expected, not {got}.")),
    (r"Invalid enum value (?P<what>.*)", _("{where}: {what} is none of the choices. See openapi.json.")),
    (r"RFC3339|datetime", _("{where}: it is no instant such as 2026-03-01T10:00:00Z.")),
    (r"^'data'$", _("The body is missing.")),
    (r"base64", _("{where}: it is not in base64.")),
    (
        r"JSON|malformed|truncated|UTF-8|surrogate|trailing|EOF",
        _("The body is no JSON that can be read: {what}."),
    ),
)


def wrong(key: str, words: str) -> ProtocolError:
    """Return the error for what the framework refused at `key`; words that are not known stand as they are."""
    path = re.search(r" - at `\$\.?([^`]*)`", words)
    inside = path[1] if path else ""
    where = ".".join(part for part in ("body" if key == "data" else key, inside) if part)
    field = inside if key == "data" else where
    words = words.partition(" - at `")[0].rstrip(".")
    for pattern, sentence in _SAID:
        if found := re.search(pattern, words):
            named = {"what": words, **{name: value for name, value in found.groupdict().items() if value}}
            shown = {name: value[:LONGEST] for name, value in named.items()}
            return ProtocolError("request", sentence, where=where[:LONGEST] or "body", **shown).at(
                field[:LONGEST]
            )
    return ProtocolError(
        "request", _("{where}: {what}."), where=where[:LONGEST] or "body", what=words[:LONGEST]
    ).at(field[:LONGEST])
