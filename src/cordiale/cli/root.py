"""`cordiale` itself, before any of its commands."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cordiale.cli.tree import Root, tr
from cordiale.platform.languages import _


def command() -> Any:
    """Return the command tree in the language of this session."""
    app = typer.Typer(
        cls=Root,
        help=tr(
            _(
                "Share intelligence with partners: exactly what your rules allow, with proof, "
                "and taken back when you say so."
            )
        ),
        no_args_is_help=True,
        add_completion=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )

    def start(
        version: Annotated[bool, typer.Option("--version", help=tr(_("Print the version.")))] = False,
    ) -> None:
        if version:
            from cordiale.cli.version import version as show_version

            show_version()
            raise typer.Exit()

    app.callback(invoke_without_command=False)(start)
    return typer.main.get_command(app)
