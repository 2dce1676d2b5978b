"""`cordiale prove`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cordiale.cli.opened import opened
from cordiale.cli.output import emit
from cordiale.cli.tree import Command, single, tr
from cordiale.platform.languages import _

app = single()


@app.command(
    cls=Command,
    help=tr(
        _(
            "Write a file that proves that an object went to a partner or came from one. Anybody can check it "
            "with cordiale verify, without this node. Without an object it proves the state of the log."
        )
    ),
)
def prove(
    id: Annotated[str | None, typer.Argument(metavar="[ID]", help=tr(_("Its STIX id.")))] = None,
    partner: Annotated[str, typer.Option("--partner", "-p", help=tr(_("The partner's name.")))] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help=tr(_("Where to write it.")))
    ] = None,
    received: Annotated[
        bool,
        typer.Option(
            "--received", help=tr(_("Prove that it came from them, even where it went to them too."))
        ),
    ] = False,
    since: Annotated[
        Path | None,
        typer.Option(
            "--since", metavar="FILE", help=tr(_("An earlier proof: show that the log only grew since then."))
        ),
    ] = None,
) -> None:
    """Write a proof."""
    from cordiale.desk.outgoing.prove import prove as run
    from cordiale.platform.errors import InputError

    if not partner or output is None:
        raise typer.BadParameter(tr(_("Say with which partner (--partner) and into which file (--output).")))
    if output.exists():
        raise InputError("proof.file-taken", _("{file} exists already: name another file."), file=str(output))
    with opened() as (node, actor):
        data = run(
            node.desk,
            actor,
            id,
            partner,
            received=True if received else None,
            since=since.read_bytes() if since is not None else None,
        )
    output.write_bytes(data)
    emit(
        {"file": str(output), "id": id, "partner": partner, "bytes": len(data)},
        lambda: tr(
            _("Wrote {file}. Whoever has it can check it with: cordiale verify {file}"), file=str(output)
        ),
    )
