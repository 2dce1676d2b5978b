"""The writer registry behind feeds: formats in which what somebody may read is written for a program.

A domain declares its writers as `"module:name"` strings, each naming a `Writer`. What a writer gives depends on what its
reader may read and on nothing else: the same finds make the same bytes, whoever asks and whenever, but for the serial.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cordiale.desk.domain import domains, load
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.desk.views.search import Question


@dataclass(frozen=True, slots=True)
class Made:
    """What was written: bytes for a serial number, how many entries, and counts of what is left out, by reason.

    `left` counts only what the reader may read. Most formats have no serial and give the same bytes for each. `until` is the
    first instant at which the bytes differ though nothing is changed: something ends then, or begins to be valid.
    """

    render: Callable[[int], bytes]
    entries: int
    left: Mapping[str, int] = field(default_factory=dict)
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Writer:
    """One format out: its name, what it is in words, its media type, and the function that writes what a search finds.

    `write(desk, actor, question, title, confidence)`: least confidence, 0 for any. `serial` tells that the bytes hold a
    number that must grow when they change. `reasons` says in words why something is left out. `state(desk, actor, question)`
    tells cheaply what the bytes are made of: they are the same while it is, but for `until`; None where only making them tells.
    """

    name: str
    title: str
    media_type: str
    write: Callable[[Desk, Actor, Question, str, int], Made]
    serial: bool = False
    reasons: Mapping[str, str] = field(default_factory=dict)
    state: Callable[[Desk, Actor, Question], bytes | None] | None = None


def writers() -> dict[str, Writer]:
    """Return the writers of every domain, by name, in the order of their declaration."""
    found = (load(reference) for domain in domains() for reference in domain.writers)
    return {one.name: one for one in found if isinstance(one, Writer)}


def writer_called(name: str) -> Writer:
    """Return a writer by its name; raises InputError for none."""
    known = writers()
    if name not in known:
        raise InputError(
            "feed-format",
            _("“{name}” is no format of a feed: choose among {known}."),
            name=name[:40],
            known=", ".join(known),
        ).at("format")
    return known[name]
