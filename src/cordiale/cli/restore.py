"""`cordiale restore`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.output import emit
from cordiale.cli.session import current
from cordiale.cli.tree import Command, single, tr
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.node.recovery import Opener

app = single()


@app.command(cls=Command, help=tr(_("Bring a node back from a backup, into a new folder.")))
def restore(
    folder: Annotated[Path, typer.Argument(metavar="BACKUP", help=tr(_("File or folder that backup made.")))],
    path: Annotated[
        Path | None,
        typer.Argument(metavar="[PATH]", help=tr(_("Folder of the node (default: --node)."))),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="FILE", help=tr(_("The recovery key file that opens it."))),
    ] = None,
    passphrase_file: Annotated[
        Path | None,
        typer.Option("--passphrase-file", metavar="FILE", help=tr(_("Take the passphrase from this file."))),
    ] = None,
    old: Annotated[
        Path | None,
        typer.Option("--old", help=tr(_("The folder of the node before, to purge what it had purged."))),
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(help=tr(_("Database to fill instead of the copy's own: postgresql://USER@HOST/NAME."))),
    ] = None,
) -> None:
    """Restore a node."""
    from cordiale.node.backup import restore as run

    opener = _opener(folder, key, passphrase_file) if folder.is_file() else None
    made = run(folder, path or current().node, old, store=store, opener=opener)
    emit(
        {"node": str(made)},
        lambda: (
            tr(_("The node is back in {path}. See: cordiale --node {path} doctor"), path=str(made))
            + "\n"
            + tr(
                _(
                    "Nothing is served to partners yet: run cordiale sync, make good what was done since the backup, then cordiale partner rejoin NAME."
                )
            )
        ),
    )


def _opener(file: Path, key: Path | None, passphrase_file: Path | None) -> Opener | None:
    """Choose how a backup opens: what was given, else what the person at the keyboard says."""
    from cordiale.cli.passphrase import passphrase
    from cordiale.node.archive import head_of
    from cordiale.node.recovery import read_key, with_key, with_passphrase

    if key is not None:
        return with_key(read_key(key))
    if passphrase_file is not None or head_of(file).lock == "passphrase":
        return with_passphrase(lambda: passphrase(passphrase_file))
    return None
