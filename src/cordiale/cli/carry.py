"""`cordiale carry out|in` and `cordiale partner carrier`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.opened import opened
from cordiale.cli.output import emit
from cordiale.cli.tree import Command, group, tr
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.partner.carry import CarriedIn, CarriedOut

app = group(_("Carry a partner's stream on media: a disk, a gate, a diode."))

CARRIERS = {
    "two-way": _("over the network"),
    "delayed": _("on media, both ways"),
    "one-way": _("one way, without receipts"),
}


@app.command(
    "out", cls=Command, help=tr(_("Write what a partner has not acknowledged into files, to carry there."))
)
def out(
    partner: Annotated[str, typer.Argument(metavar="PARTNER", help=tr(_("The partner's name.")))],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help=tr(_("The folder to write to.")))],
    since: Annotated[
        int | None,
        typer.Option(
            "--from",
            min=1,
            metavar="NUMBER",
            help=tr(_("Repeat from this entry on, and every recall, as the partner asked.")),
        ),
    ] = None,
) -> None:
    """Carry out."""
    import msgspec

    from cordiale.desk.partner.carry import carry_out

    with opened() as (node, actor):
        done = carry_out(node.desk, actor, partner, folder, since=since)
    emit({"partner": partner, "bundles": msgspec.to_builtins(done)}, lambda: _written(done))


@app.command("in", cls=Command, help=tr(_("Take in files that a partner wrote, in any order.")))
def in_(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help=tr(_("Files that carry out wrote there.")))
    ],
) -> None:
    """Carry in."""
    import msgspec

    from cordiale.desk.partner.carry import carry_in

    with opened() as (node, actor):
        done = carry_in(node.desk, actor, files)
    items = [
        {
            **msgspec.to_builtins(one),
            "message": tr(one.message_id, **one.params) if one.message_id else "",
        }
        for one in done
    ]
    emit({"bundles": items}, lambda: _taken(done))
    if any(one.code for one in done):
        raise typer.Exit(REFUSED)


REFUSED = 4
"""Exit code when a file was not taken in, as for other input that is refused."""


def carrier(
    name: Annotated[str, typer.Argument(metavar="NAME", help=tr(_("The partner's name.")))],
    kind: Annotated[
        str,
        typer.Argument(metavar="WORD", help=tr(_("two-way (network), delayed (media) or one-way (diode)."))),
    ],
) -> None:
    """Say how a partner is reached."""
    from cordiale.desk.partner.carry import partner_carrier

    with opened() as (node, actor):
        done = partner_carrier(node.desk, actor, name, kind)
    emit(
        done,
        lambda: tr(
            _("{name} is reached {how} from now on. The stream goes on where it is."),
            name=done.name,
            how=tr(CARRIERS[kind]),
        ),
    )


def register(partners: typer.Typer) -> None:
    """Add the command to the group of partners."""
    partners.command(
        "carrier", cls=Command, help=tr(_("Say whether a partner is reached by network or media."))
    )(carrier)


def _written(done: list[CarriedOut]) -> str:
    lines = []
    for one in done:
        entries = (
            tr(_("entries {first} to {last}"), first=one.first, last=one.last)
            if one.segments
            else tr(_("no entries"))
        )
        lines.append(
            tr(
                _("{file}: {entries}, {recalls} recalls, {receipts} receipts ({size} kB)."),
                file=one.file,
                entries=entries,
                recalls=one.recalls,
                receipts=one.receipts,
                size=-(-one.bytes // 1000),
            )
        )
    lines.append(tr(_("Carry them there and run: cordiale carry in FILE…")))
    return "\n".join(lines)


def _taken(done: list[CarriedIn]) -> str:
    lines = []
    for one in done:
        name = Path(one.file).name
        if one.code:
            lines.append(
                tr(_("{file}: not taken in. {reason}"), file=name, reason=tr(one.message_id, **one.params))
            )
            continue
        lines.append(
            tr(
                _(
                    "{file}: {new} new, {same} already here, {withdrawn} withdrawn, {aside} set aside, {recalls} recalls, {receipts} receipts."
                ),
                file=name,
                new=one.new,
                same=one.same,
                withdrawn=one.withdrawn,
                aside=one.set_aside,
                recalls=one.recalls,
                receipts=one.receipts,
            )
        )
        if one.missing:
            first, last = one.missing
            lines.append(
                tr(
                    _("  Entries {first} to {last} of {partner} have not arrived yet."),
                    first=first,
                    last=last,
                    partner=one.partner,
                )
            )
    return "\n".join(lines)
