"""`cordiale init`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cordiale.cli.output import emit
from cordiale.cli.session import current
from cordiale.cli.tree import Command, single, tr
from cordiale.platform.languages import _

app = single()


@app.command(cls=Command, help=tr(_("Make a node folder: configuration, keys and an empty store.")))
def init(
    path: Annotated[
        Path | None, typer.Argument(help=tr(_("Folder to make (default: --node, else this folder).")))
    ] = None,
    name: Annotated[
        str, typer.Option(help=tr(_("Short name partners know the node by, such as can-cccs.")))
    ] = "node",
    nation: Annotated[str, typer.Option(help=tr(_("Nation, such as CAN.")))] = "",
    organisation: Annotated[str, typer.Option(help=tr(_("Organisation that runs the node.")))] = "",
    title: Annotated[str, typer.Option(help=tr(_("Name shown to people.")))] = "",
    listen: Annotated[str, typer.Option(help=tr(_("Address to listen on, HOST:PORT.")))] = "127.0.0.1:8470",
    url: Annotated[
        str | None, typer.Option(help=tr(_("Address under which partners reach the node.")))
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(help=tr(_("Database other than the folder's own: postgresql://USER@HOST/NAME."))),
    ] = None,
    signing: Annotated[
        str,
        typer.Option(
            metavar="URI",
            help=tr(_("PKCS#11 URI of a signing key in a hardware module, instead of a file.")),
        ),
    ] = "",
    recovery: Annotated[
        Path | None,
        typer.Option(
            "--recovery-key",
            metavar="FILE",
            help=tr(_("File that gets the key which opens backups (default: recovery.key in the folder).")),
        ),
    ] = None,
    tls: Annotated[bool, typer.Option("--tls", help=tr(_("Answer by TLS on this machine too.")))] = False,
    marking: Annotated[
        list[str] | None,
        typer.Option(
            "--marking",
            "-m",
            metavar="ATOM…",
            help=tr(_("Marking of input that carries none, such as tlp:amber; may be repeated.")),
        ),
    ] = None,
) -> None:
    """Make a node folder."""
    from cordiale.desk.written import marking_of, written
    from cordiale.node.initialise import init as make
    from cordiale.node.layout import recovery_key

    made = make(
        path or current().node,
        name=name,
        nation=nation,
        organisation=organisation,
        title=title,
        listen=listen,
        url=url,
        language=current().lang,
        store=store,
        marking=written(marking_of(marking)) if marking else "",
        signing=signing,
        tls=tls,
        recovery=recovery,
    )
    key = recovery or recovery_key(made)

    def words() -> str:
        first = tr(_("Node {name} is ready in {path}."), name=name, path=str(made))
        then = tr(
            _("Next: cordiale --node {path} import FILE…, then cordiale --node {path} serve"),
            path=str(made),
        )
        keep = tr(
            _(
                "{file} opens the backups of this node, and nothing else does: keep it elsewhere, such as in a safe, and delete it here."
            ),
            file=str(key),
        )
        return f"{first}\n{keep}\n{then}"

    emit({"node": name, "path": str(made), "recovery_key": str(key)}, words)
