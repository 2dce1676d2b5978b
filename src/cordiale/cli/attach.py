"""`cordiale attach`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from cordiale.cli.opened import opened
from cordiale.cli.output import emit
from cordiale.cli.tree import Command, single, tr
from cordiale.desk.written import written
from cordiale.platform.languages import _

app = single()


@app.command(
    cls=Command,
    help=tr(
        _("Attach a file to an object, or fetch one with --get. It never goes where its object does not.")
    ),
)
def attach(
    id: Annotated[str, typer.Argument(metavar="ID", help=tr(_("The object's STIX id.")))],
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help=tr(_("File to attach, or to write with --get.")))
    ],
    name: Annotated[
        str | None, typer.Option(help=tr(_("Name it is shown under (default: the file's).")))
    ] = None,
    media_type: Annotated[
        str | None, typer.Option("--type", help=tr(_("Media type, such as application/pdf.")))
    ] = None,
    marking: Annotated[
        list[str] | None,
        typer.Option(
            "--marking",
            "-m",
            metavar="ATOM…",
            help=tr(_("Marking of its own, joined with the object's; may be repeated.")),
        ),
    ] = None,
    get: Annotated[
        str | None,
        typer.Option("--get", metavar="SHA256", help=tr(_("Fetch this attachment instead."))),
    ] = None,
) -> None:
    """Attach a file."""
    import mimetypes
    import shutil

    from cordiale.desk.files import attach as files
    from cordiale.desk.views.attached import attachment

    with opened() as (node, actor):
        if get is not None:
            view, path = attachment(node.desk, actor, id, get)
            shutil.copyfile(path, file)
            said = tr(
                _("{name} ({size} bytes) is in {path}."), name=view.name, size=view.size, path=str(file)
            )
        else:
            guessed = media_type or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            view = files.attach(
                node.desk,
                actor,
                id,
                _chunks(file),
                name=name or file.name,
                media_type=guessed,
                marking=marking,
            )
            said = tr(
                _("{name} ({size} bytes) is attached under {marking}: {sha256}"),
                name=view.name,
                size=view.size,
                marking=written(view.marking),
                sha256=view.sha256,
            )
    emit(view, lambda: said)


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            yield chunk
