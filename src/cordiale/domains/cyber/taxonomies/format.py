"""The form of a taxonomy: one `machinetag.json`, as MISP publishes and takes it."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from cordiale.domains.cyber.keeping import given
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

FILE: Final = "machinetag.json"
LARGEST: Final = 16 << 20
"""Bytes of one taxonomy; the largest that is published has 600,000."""


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """A predicate, or a value of one: as it stands in tags, and in words. `exclusive`: an object has one value of it at most."""

    value: str
    expanded: str = ""
    description: str = ""
    exclusive: bool = False
    numerical_value: int | float | str | None = None


class Values(msgspec.Struct, frozen=True, kw_only=True):
    """The values that a predicate can have."""

    predicate: str
    entry: tuple[Term, ...] = ()


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A taxonomy as it is written; what else stands in the file (colours, UUIDs, references) is passed over."""

    namespace: str
    predicates: tuple[Term, ...]
    version: int | str = 0
    expanded: str = ""
    description: str = ""
    exclusive: bool = False
    values: tuple[Values, ...] | None = None


def files(where: Path) -> Iterator[Path]:
    """Yield the files that may be taxonomies: the one given, those of a folder, and the one of each of its folders."""
    if not where.is_dir():
        yield where
        return
    yield from sorted(one for one in where.glob("*.json") if one.is_file() and one.name != "MANIFEST.json")
    yield from sorted(where.glob(f"*/{FILE}"))


def read(file: Path) -> tuple[Written, str]:
    """Read one taxonomy; return it with the digest of its bytes. Raises InputError naming the file and what is wrong."""
    data = given(file, "taxonomy", LARGEST)
    return of_bytes(data, str(file)), sha256(data).hexdigest()


def of_bytes(data: bytes, file: str) -> Written:
    """Return the taxonomy that some bytes are; raises InputError naming where they came from and what is wrong."""
    try:
        found = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=Written)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise InputError(
            "taxonomy-form",
            _("{file} is no taxonomy of MISP's form ({words})."),
            file=file,
            words=str(error),
        ) from error
    if not found.namespace.strip():
        raise InputError("taxonomy-namespace", _("{file}: the taxonomy has no namespace."), file=file)
    return found
