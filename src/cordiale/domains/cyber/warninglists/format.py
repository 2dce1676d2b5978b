"""The form of a warning list: one JSON object, as MISP publishes and takes it."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from cordiale.domains.cyber.keeping import given
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

TYPES: Final = ("string", "substring", "hostname", "cidr", "regex")
CATEGORIES: Final = ("false_positive", "known")

LARGEST: Final = 64 << 20
"""Bytes of one list; the largest that is published has some three million."""


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A list as it is written; what else stands in the file is passed over."""

    name: str
    entries: list[str | int | float] = msgspec.field(name="list")
    type: str = "string"
    version: int | str = 0
    description: str = ""
    category: str = "false_positive"
    matching_attributes: tuple[str, ...] = ()


def files(folder: Path) -> Iterator[Path]:
    """Yield the files that may be lists: the one given, those of a folder, and the `list.json` of each of its folders."""
    if not folder.is_dir():
        yield folder
        return
    yield from sorted(one for one in folder.glob("*.json") if one.is_file())
    yield from sorted(folder.glob("*/list.json"))
    yield from sorted(folder.glob("lists/*/list.json"))


def read(file: Path) -> tuple[Written, str]:
    """Read one list; return it with the digest of its bytes. Raises InputError naming the file and what is wrong."""
    data = given(file, "warninglist", LARGEST)
    return of_bytes(data, str(file)), sha256(data).hexdigest()


def of_bytes(data: bytes, file: str) -> Written:
    """Return the list that some bytes are; raises InputError naming where they came from and what is wrong."""
    try:
        found = msgspec.json.decode(data, type=Written)
    except msgspec.MsgspecError as error:
        raise InputError(
            "warninglist-form",
            _("{file} is no warning list of MISP's form ({words})."),
            file=file,
            words=str(error),
        ).at("list") from error
    if found.type not in TYPES or found.category not in CATEGORIES or not found.name.strip():
        raise InputError(
            "warninglist-kind",
            _("{file}: its name, its type ({types}) or its category ({categories}) is none that is known."),
            file=file,
            types=", ".join(TYPES),
            categories=", ".join(CATEGORIES),
        ).at("list")
    return found
