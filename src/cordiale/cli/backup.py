"""`cordiale backup`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.opened import opened
from cordiale.cli.output import emit, progress
from cordiale.cli.passphrase import new_passphrase
from cordiale.cli.session import current
from cordiale.cli.tree import Command, single, tr
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _, number

if TYPE_CHECKING:
    from cordiale.node.node import Node
    from cordiale.node.recovery import Head

app = single()


@app.command(
    cls=Command,
    help=tr(
        _(
            "Write a whole node, keys included, into one encrypted file while it runs. It opens with the node's recovery key, "
            "or with a passphrase."
        )
    ),
)
def backup(
    target: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help=tr(_("New file; in a folder that exists it gets a name with the time."))
        ),
    ],
    passphrase: Annotated[
        bool, typer.Option("--passphrase", help=tr(_("Ask for a passphrase that is to open it.")))
    ] = False,
    passphrase_file: Annotated[
        Path | None,
        typer.Option("--passphrase-file", metavar="FILE", help=tr(_("Take the passphrase from this file."))),
    ] = None,
    new_key: Annotated[
        Path | None,
        typer.Option(
            "--new-key",
            metavar="FILE",
            help=tr(_("Make another recovery key first, for this backup and all later ones.")),
        ),
    ] = None,
    plain: Annotated[
        bool, typer.Option("--plain", help=tr(_("A folder in the clear instead, keys included.")))
    ] = False,
) -> None:
    """Back a node up."""
    from cordiale.node.archive import archive
    from cordiale.node.backup import backup as copy

    behind = passphrase or passphrase_file is not None
    if plain + behind + (new_key is not None) > 1:
        raise InputError(
            "backup.locks", _("Choose one: --passphrase or --passphrase-file, --new-key, or --plain.")
        )
    with opened() as (node, _actor):
        if plain:
            made = copy(node, target)
            emit(
                {"backup": str(made), "encrypted": False},
                lambda: tr(
                    _(
                        "The copy is in {folder}, in the clear and with the node's keys: keep it as safe as the node."
                    ),
                    folder=str(made),
                ),
            )
            return
        lock = _behind(node, passphrase_file) if behind else None
        if new_key is not None:
            _rekey(node, new_key)
        with progress(tr(_("Bytes"))) as report:
            made = archive(node, target, lock, report)
    kind = "passphrase" if behind else "recovery-key"
    size = made.stat().st_size
    emit(
        {"backup": str(made), "encrypted": True, "opens_with": kind, "bytes": size},
        lambda: _words(made, size, behind=behind),
    )


def _words(made: Path, size: int, *, behind: bool) -> str:
    first = tr(
        _("The backup is in {file} ({size} bytes), encrypted."),
        file=str(made),
        size=number(current().lang, size),
    )
    if behind:
        return f"{first} {tr(_('It opens with the passphrase and with nothing else.'))}"
    then = tr(
        _("It opens with the recovery key of the node and with nothing else: that file belongs elsewhere.")
    )
    return f"{first} {then}"


def _behind(node: Node, file: Path | None) -> tuple[Head, bytes]:
    from cordiale.node.recovery import for_passphrase

    return for_passphrase(new_passphrase(file), node.desk.node, node.desk.random, node.desk.clock())


def _rekey(node: Node, file: Path) -> None:
    from cordiale.node.layout import recovery_public
    from cordiale.node.recovery import make_key

    public = make_key(file, node.desk.node, node.desk.random, node.desk.clock())
    recovery_public(node.path).write_text(public.hex() + "\n", "ascii")
