"""A person of this node, and the names that people sign in by."""

from __future__ import annotations

import re
from typing import Final, Literal

import msgspec

from cordiale.platform.clock import Instant
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

State = Literal["active", "locked", "removed"]

NAME: Final = re.compile(r"[a-z0-9]+([._-][a-z0-9]+)*")
LONGEST_NAME: Final = 64

BAD_NAME: Final = _(
    "“{name}” cannot be a name to sign in by: use lower-case letters, digits, and . - _ between them, at most {most}."
)


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who somebody is and what they may have; `clearances` are `scale/level` texts, `tlp` the narrowest label.

    `roles` are what they may do. A removed person stays written down, so that their name in the audit is nobody else's.
    """

    id: str
    name: str
    title: str = ""
    organisation: str = ""
    nationality: str = ""
    tlp: str = "amber+strict"
    clearances: tuple[str, ...] = ()
    compartments: tuple[str, ...] = ()
    communities: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    state: State = "active"
    language: str = ""
    made: Instant = 0
    changed: Instant = 0


def name_of(written: str) -> str:
    """Return the name that somebody typed as it is kept; raises InputError for one that nobody can have."""
    name = written.strip().lower()
    if len(name) > LONGEST_NAME or not NAME.fullmatch(name):
        raise InputError("person.name", BAD_NAME, name=written[:LONGEST_NAME], most=LONGEST_NAME).at("name")
    return name
