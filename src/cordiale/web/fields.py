"""A STIX value as rows a person reads: labels, dates, references, translations side by side.

Nothing of a value ever becomes markup or a link to elsewhere: text from a partner stays text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

import msgspec

from cordiale.platform.clock import parse_instant
from cordiale.platform.languages import _, country, instant, language, text
from cordiale.stix.relation_words import relation_word
from cordiale.stix.sectors import in_words
from cordiale.stix.vocabulary_words import called, vocabulary_of
from cordiale.web.labels import property_label

Kind = Literal["text", "code", "time", "reference", "tags", "list", "group"]

ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,249}--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TECHNICAL: Final = frozenset(
    {
        "type",
        "spec_version",
        "id",
        "created",
        "modified",
        "created_by_ref",
        "object_marking_refs",
        "granular_markings",
        "extensions",
        "lang",
        "defanged",
        "revoked",
        "pattern_version",
    }
)
CODE: Final = frozenset({"pattern", "value", "hashes", "id", "url", "user_id", "account_login"})
FIRST: Final = ("abstract", "content", "description", "explanation", "opinion", "pattern", "value")
TAGS_LONGEST: Final = 40


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """One value; `kind` says which of the other members it fills. `exact` is how a time or a word of a vocabulary is written."""

    kind: Kind
    text: str = ""
    exact: str = ""
    href: str | None = None
    lang: str | None = None
    items: tuple[Any, ...] = ()
    rows: tuple[Row, ...] = ()


class Sides(msgspec.Struct, frozen=True):
    """One text in two languages, the reader's first; `stale`: the translation is of an older version."""

    first: Value
    second: Value
    first_label: str
    second_label: str
    stale: bool = False


class Row(msgspec.Struct, frozen=True):
    """A labelled value, with its translation where one is held."""

    name: str
    label: str
    value: Value
    translation: Sides | None = None


class Reading(msgspec.Struct, frozen=True):
    """What reading a value needs: the language, what an id may be called, and translations by language and property.

    `type` is that of the object: a property takes its words from a vocabulary of the type.
    """

    lang: str
    resolve: Callable[[str], tuple[str, str] | None]
    translations: Mapping[str, Mapping[str, Any]] = {}
    original: str | None = None
    stale: frozenset[str] = frozenset()
    type: str = ""


def rows(value: Mapping[str, Any], reading: Reading, *, technical: bool = False) -> tuple[Row, ...]:
    """Return the rows of an object: what it says, or (`technical`) what its envelope says."""
    names = [n for n in value if (n in TECHNICAL) == technical and (technical or n != "name")]
    names.sort(key=lambda n: FIRST.index(n) if n in FIRST else len(FIRST))
    return tuple(row(name, value[name], reading) for name in names)


def title(value: Mapping[str, Any], reading: Reading, fallback: str) -> tuple[str, str | None]:
    """Return what to call an object and in which language: the reader's where a translation is held."""
    for name in ("name", "abstract", "value", "display_name", "account_login", "relationship_type"):
        if isinstance(value.get(name), str) and value[name].strip():
            for lang, texts in reading.translations.items():
                if lang[:2] == reading.lang[:2] and isinstance(texts.get(name), str):
                    return texts[name], lang
            return value[name], reading.original
    return fallback, None


def row(name: str, value: Any, reading: Reading) -> Row:
    """Return one property of an object as a row."""
    read = _value(name, value, reading)
    sides = None
    for lang, texts in reading.translations.items():
        if isinstance(value, str) and isinstance(texts.get(name), str):
            sides = _sides(read, _value(name, texts[name], reading), lang, reading)
            if lang[:2] == reading.lang[:2]:
                break
    return Row(name, property_label(name, reading.lang), read, sides)


def _sides(original: Value, translated: Value, lang: str, reading: Reading) -> Sides:
    note = text(
        reading.lang,
        _("Translation ({lang}) of an older version") if lang in reading.stale else _("Translation ({lang})"),
        lang=lang,
    )
    source = text(reading.lang, _("Original ({lang})"), lang=reading.original or "?")
    translated = msgspec.structs.replace(translated, lang=lang)
    original = msgspec.structs.replace(original, lang=reading.original)
    if lang[:2] == reading.lang[:2]:
        return Sides(translated, original, note, source, lang in reading.stale)
    return Sides(original, translated, source, note, lang in reading.stale)


def _value(name: str, value: Any, reading: Reading) -> Value:
    match value:
        case bool():
            return Value(kind="text", text=text(reading.lang, _("yes") if value else _("no")))
        case int() | float():
            return Value(kind="code", text=str(value))
        case str():
            return _string(name, value, reading)
        case list():
            return _list(name, value, reading)
        case dict():
            inner = tuple(
                Row(k, property_label(k, reading.lang), _value(k, v, reading)) for k, v in value.items()
            )
            return Value(kind="group", rows=inner)
    return Value(kind="text", text="–")


def _string(name: str, value: str, reading: Reading) -> Value:
    if ID.fullmatch(value):
        found = reading.resolve(value)
        if found is None:
            return Value(kind="reference", text=value)
        return Value(kind="reference", text=found[0], href=found[1])
    if value[-1:] == "Z" and value[:4].isdigit():
        try:
            return Value(kind="time", text=instant(reading.lang, parse_instant(value)), exact=value)
        except ValueError:
            pass
    if name == "relationship_type":
        return Value(kind="text", text=relation_word(value, reading.lang), exact=value)
    word = _word(name, value, reading)
    if word:
        return Value(kind="text", text=word, exact=value)
    return Value(kind="code" if name in CODE else "text", text=value)


def _word(name: str, value: str, reading: Reading) -> str:
    """Return what a code is called in the reader's language, "" for what is no code or is not known."""
    if name == "sectors":
        found = in_words(value, reading.lang)
        return "" if found == value else found
    if name == "country" and len(value) == 2:
        return country(reading.lang, value)
    if name == "lang":
        return language(reading.lang, value)
    vocabulary = vocabulary_of(reading.type, name)
    return called(vocabulary, value, reading.lang) if vocabulary else ""


def _list(name: str, value: list[Any], reading: Reading) -> Value:
    short = all(isinstance(i, str) and len(i) <= TAGS_LONGEST and not ID.fullmatch(i) for i in value)
    if short:
        tags = [(_word(name, one, reading), one) for one in value]
        return Value(
            kind="tags",
            items=tuple(
                Value(kind="text", text=word or one, exact=one if word else "") for word, one in tags
            ),
        )
    return Value(
        kind="list", items=tuple(_in_words(item, reading) or _value(name, item, reading) for item in value)
    )


def _in_words(value: Any, reading: Reading) -> Value | None:
    """Return a text that is held in both languages in the reader's, or in the one that it has; None for anything else.

    In a list each would be a group of two rows, and the list twice as long as what it says.
    """
    if not isinstance(value, dict) or not value or not value.keys() <= {"en", "fr"}:
        return None
    said = {lang: words for lang, words in value.items() if isinstance(words, str)}
    chosen = next((lang for lang in (reading.lang[:2], *said) if said.get(lang)), None)
    if len(said) < len(value) or chosen is None:
        return None
    return Value(kind="text", text=said[chosen], lang=chosen)
