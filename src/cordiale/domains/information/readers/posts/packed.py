"""Archives that networks hand to their users: X's and Mastodon's zip files, read where they are."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import orjson

from cordiale.desk.incoming.sources import CHUNK
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

MEMBERS: Final = re.compile(r"(?:^|/)(?:data/tweets?(?:-part\d+)?\.js|outbox\.json|result\.json)$")
"""Files of an archive that hold posts."""

ACCOUNT: Final = re.compile(r"(?:^|/)data/account\.js$")
TOTAL: Final = 8 << 30
"""Bytes of one archive's posts, unpacked."""

_BEFORE = re.compile(rb"^window\.YTD\.[\w.]+\s*=\s*")


class Packed(NamedTuple):
    """What an archive holds of posts: the names of its files, whose they are where it says so, and their bytes unpacked."""

    path: Path
    names: tuple[str, ...]
    account: str = ""
    size: int = 0


def packed(path: Path) -> Packed | None:
    """Return what a zip file holds of posts; None for what is no zip file, or holds none."""
    if not zipfile.is_zipfile(path):
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in dict.fromkeys(archive.namelist()) if MEMBERS.search(name)]
            whose = next((name for name in archive.namelist() if ACCOUNT.search(name)), None)
            # what is read of a member ends where its entry says, so the entries bound all of it
            size = sum(archive.getinfo(name).file_size for name in names)
            account = _account(archive.open(whose).read(1 << 20)) if whose else ""
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return None
    return Packed(path, tuple(sorted(names)), account, size) if names else None


def chunks(found: Packed, name: str) -> Iterator[bytes]:
    """Yield the bytes of one file of an archive; raises InputError when it is damaged or locked, or all of them are too large."""
    if found.size > TOTAL:
        raise InputError(
            "archive-too-large",
            _("{name} unpacks to more than {limit} GB."),
            name=found.path.name,
            limit=TOTAL >> 30,
        )
    try:
        with zipfile.ZipFile(found.path) as archive, archive.open(name) as stream:
            while chunk := stream.read(CHUNK):
                yield chunk
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise InputError(
            "archive-damaged", _("{name} is damaged or locked ({words})."), name=name, words=str(error)
        ) from error


def _account(content: bytes) -> str:
    """Return the name in X's account.js; empty where it is not there."""
    try:
        return str(orjson.loads(_BEFORE.sub(b"", content))[0]["account"]["username"])
    except (orjson.JSONDecodeError, LookupError, TypeError):
        return ""
