"""The words in which the data tables of object types are written.

A kind says what one property may hold. Tables of kinds are data; `checker` and `single` compile them.
Sections named in comments are those of STIX 2.1 (errata 01).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec


class Kind(msgspec.Struct, frozen=True):
    """What one property may hold."""


class Anything(Kind, frozen=True):
    """Any JSON value but null (custom properties)."""


class Text(Kind, frozen=True):
    """A text; ``form`` names a pattern it should have (see `forms`), a must where ``strict``."""

    form: str = ""
    strict: bool = False


class Boolean(Kind, frozen=True):
    """True or false."""


class Integer(Kind, frozen=True):
    """A whole number between two bounds, included."""

    low: int | None = None
    high: int | None = None


class Number(Kind, frozen=True):
    """A number between two bounds, included."""

    low: float | None = None
    high: float | None = None


class Time(Kind, frozen=True):
    """A timestamp (2.16); ``millis`` asks for at least three digits of a second (3.2)."""

    millis: bool = False


class Identifier(Kind, frozen=True):
    """The id of another object: only of the ``targets`` when given, never of the ``refused`` (2.9)."""

    targets: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


class Term(Kind, frozen=True):
    """A word of a vocabulary: closed ones (enumerations) must be kept to, open ones should."""

    vocabulary: str


class Hashes(Kind, frozen=True):
    """Digests by algorithm (2.7)."""


class Hexadecimal(Kind, frozen=True):
    """Octets as pairs of hexadecimal digits (2.8)."""


class Binary(Kind, frozen=True):
    """Octets in base64 (2.1)."""


class Items(Kind, frozen=True):
    """A list of at least one value of a kind (2.12)."""

    of: Kind


class Dictionary(Kind, frozen=True):
    """Values of a kind under free keys, at least one (2.3)."""

    of: Kind = Anything()


class Record(Kind, frozen=True):
    """An object with named properties."""

    properties: Mapping[str, Kind]
    required: tuple[str, ...] = ()
    at_least_one: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    closed: bool = False
    """Whether unknown names are worth a warning."""


class Granulars(Kind, frozen=True):
    """Granular markings (7.2.3)."""


class Extensions(Kind, frozen=True):
    """Extensions by definition id or predefined name (3.2, 7.3)."""

    predefined: Mapping[str, Record] = {}


Family = Literal["sdo", "sro", "sco", "smo"]


class ObjectType(msgspec.Struct, frozen=True):
    """One type of object: its own properties, and the rules that tie them."""

    family: Family
    properties: Mapping[str, Kind]
    required: tuple[str, ...] = ()
    at_least_one: tuple[str, ...] = ()
    orders: tuple[tuple[str, str, bool], ...] = ()
    """(earlier, later, whether they may be equal)."""
    rules: tuple[str, ...] = ()
    """Names of functions in `rules`."""
    without: tuple[str, ...] = ()
    """Common properties that do not apply."""
    extra_required: tuple[str, ...] = ()
    """Common properties that are optional elsewhere and required here."""
    inherent: tuple[str, ...] = ()
    """References that lend their target's marking."""
    texts: tuple[str, ...] = ()
    """Searchable text properties, the most telling first."""
    values: tuple[tuple[str, str], ...] = ()
    """(kind of value, property) of observables."""
    identifying: tuple[str, ...] = ()
    """Properties that make the deterministic id of an observable (3.4)."""
    extensions: Mapping[str, Record] = {}
    """Predefined extensions."""


TEXT = Text()
BOOLEAN = Boolean()
INTEGER = Integer()
NATURAL = Integer(0)
TIME = Time()
HASHES = Hashes()
HEX = Hexadecimal()
TEXTS = Items(TEXT)
ANY_REF = Identifier()
ANY_REFS = Items(ANY_REF)


def ref(*targets: str) -> Identifier:
    """Return the kind of a reference to objects of these types."""
    return Identifier(targets)


def refs(*targets: str) -> Items:
    """Return the kind of a list of references to objects of these types."""
    return Items(Identifier(targets))


def term(vocabulary: str) -> Term:
    """Return the kind of a word of a vocabulary."""
    return Term(vocabulary)


def terms(vocabulary: str) -> Items:
    """Return the kind of a list of words of a vocabulary."""
    return Items(Term(vocabulary))
