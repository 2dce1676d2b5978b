"""`cordiale information sites`: which saved sites bear marks that rarely two owners share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.information import app
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, printable, table
from cordiale.cli.response_shown import in_words
from cordiale.cli.tree import Command, tr
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.domains.information.kinship.ties import Kinship

KINDS = {
    "analytics": _("analytics id"),
    "advertising": _("advertising id"),
    "verification": _("verification code"),
    "certificate": _("certificate"),
    "favicon": _("favicon"),
    "structure": _("page structure"),
    "redirect": _("redirect"),
    "look-alike": _("look-alike name"),
}
GRADES = {"strong": _("strong tie"), "moderate": _("moderate tie"), "weak": _("weak tie")}


@app.command(
    "sites",
    cls=Command,
    help=tr(_("Tell which sites are tied by their saved pages: ids of analytics and advertising, certificates, icons, structure, redirects, names. Nothing is fetched.")),
)  # fmt: skip
def sites(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help=tr(_("Saved pages named after their site (example.org.html), WARC, WACZ, certificates (PEM).")))],
    beside: Annotated[list[Path] | None, typer.Option("--beside", metavar="FILE", help=tr(_("A page of a site that has nothing to do with these: what it bears too is common. May be repeated.")))] = None,
    ignored: Annotated[list[str] | None, typer.Option("--common", metavar="TEXT", help=tr(_("A mark that everybody has, by its value; may be repeated.")))] = None,
    keep: Annotated[str, typer.Option("--keep", metavar="NAME", help=tr(_("Seal the files in the node and keep the result under this name.")))] = "",
    marking: Annotated[str, typer.Option("-m", "--marking", metavar="ATOM", help=tr(_("The marking of what is kept.")))] = "",
) -> None:  # fmt: skip
    """Find kinship."""
    from cordiale.domains.information.kinship.kept import keep as kept
    from cordiale.domains.information.kinship.kept import looked
    from cordiale.domains.information.kinship.kept import opened as reopened
    from cordiale.domains.information.kinship.ties import kinship

    if not keep:
        found = kinship(looked(files), beside=looked(beside or ()), ignored=ignored or ())
        emit(found, lambda: _words(found, ""))
        return
    with opened() as (node, actor):
        identifier = kept(node.desk, actor, files, keep, marking or None, beside=beside or (), ignored=ignored or ())  # fmt: skip
        result = reopened(node.desk, actor, identifier)
    emit({"id": identifier, "found": result.kept.found, "captures": result.kept.captures}, lambda: _words(result.kept.found, identifier))  # fmt: skip


def _words(found: Kinship, identifier: str) -> str:
    lines = []
    for number, group in enumerate(found.groups, start=1):
        lines.append(tr(_("Group {n}: {sites}"), n=number, sites=", ".join(map(printable, group))))
    rows = [
        (
            f"{printable(one.one)} – {printable(one.other)}",
            tr(GRADES[one.grade]),
            tr(KINDS[one.kind]),
            in_words(one.because),
            ", ".join(dict.fromkeys(printable(seen.file) for seen in one.seen)) or "–",
        )
        for one in found.ties
    ]
    if rows:
        lines.append(table((tr(_("Sites")), tr(_("Tie")), tr(_("Mark shared")), tr(_("because")), tr(_("Files"))), rows))  # fmt: skip
    else:
        lines.append(tr(_("These sites share no mark that says anything.")))
    lines += [
        tr(_("({kind} {value} says nothing: it is on {n} of these sites, or known to be common.)"), kind=tr(KINDS[one.kind]), value=printable(one.value[:60]), n=one.sites)
        for one in found.ordinary
        if one.sites > 1
    ]  # fmt: skip
    if identifier:
        lines.append(tr(_("Kept as {id}"), id=identifier))
    return "\n".join(lines)
