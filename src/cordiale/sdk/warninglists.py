"""Warning lists: values known to be harmless or common, which an indicator had better not be."""

from __future__ import annotations

from typing import Annotated

import msgspec

from cordiale.sdk.indicators import OnList
from cordiale.sdk.wire import Asked, Moment, Told


class WarningList(Told, frozen=True, kw_only=True):
    """One list that is kept: what it says of itself, how many entries it has, who gave it and when."""

    name: str
    description: str
    version: str
    type: str
    category: str
    entries: int
    subjects: tuple[str, ...]
    sha256: str
    by: str
    at: Moment


class WarningLists(Told, frozen=True, kw_only=True):
    """The lists that a node keeps, by name."""

    items: tuple[WarningList, ...]


class Refused(Told, frozen=True, kw_only=True):
    """A list or an entry that could not be taken: where, and why."""

    where: str
    code: str
    message: str


class ListsAdded(Told, frozen=True, kw_only=True):
    """What became of a list that was given: names that are new, that follow an earlier version, that were here already."""

    new: tuple[str, ...]
    renewed: tuple[str, ...]
    same: tuple[str, ...]
    refused: tuple[Refused, ...]


class ListRemoved(Asked, frozen=True, kw_only=True):
    """Keep a list no longer."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]


class Looked(Told, frozen=True, kw_only=True):
    """What warning lists say of a value."""

    kind: str
    value: str
    lists: tuple[OnList, ...]
