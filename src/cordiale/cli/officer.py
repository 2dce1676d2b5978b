"""Who acts: the officer named with --as, else whoever runs the command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.tree import tr
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor

Officer = Annotated[
    str | None,
    typer.Option("--as", metavar="NAME", help=tr(_("The officer who acts (default: your login)."))),
]


def acting(name: str | None, actor: Actor) -> Actor:
    """Return the person of this node with this name, `actor` where none was given."""
    from cordiale.desk.actor import house

    return house(name) if name else actor
