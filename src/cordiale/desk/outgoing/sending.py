"""What goes to a server outside every partnership: by whose word, within which bounds, and what is written down of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.platform.errors import ConfigurationError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.desk.incoming.outside import Server

ROW: Final = 1000
"""Ids in one row of the audit: a row is read, exported and checked whole."""


class Bounds(msgspec.Struct, frozen=True):
    """What may go: what a partner may have whole; else openly, what is for everybody; else what the actor may read."""

    partner: str = ""
    openly: bool = False


def bounds(actor: Actor, reached: Server) -> Bounds:
    """Return what may go to a server by the actor's word.

    Raises NotAllowed for who is no release officer or has no name, ConfigurationError where the server is said to be both a
    partner's and the house's own.
    """
    authorise(actor, "release")
    named(actor, "release")
    section = reached.section
    if section.partner and section.house:
        raise ConfigurationError(
            "server-whose",
            _("The section of {name} names a partner and says house = true: leave out one of the two."),
            name=reached.name,
        )
    return Bounds(section.partner, openly=not section.partner and not section.house)


def sent(desk: Desk, actor: Actor, reached: Server, form: str, ids: Iterable[str]) -> None:
    """Write down what goes to a server, before it goes: a crash in between leaves a row too much, never one too few."""
    ordered = sorted(set(ids))
    with desk.store.write() as tx:
        for start in range(0, len(ordered), ROW):
            audit.acted(
                tx,
                desk,
                actor,
                "send-outside",
                server=reached.name,
                form=form,
                partner=reached.section.partner,
                ids=ordered[start : start + ROW],
            )
