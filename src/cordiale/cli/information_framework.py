"""`cordiale information framework`: what this node holds of DISARM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.information import app
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, printable, table
from cordiale.cli.session import current
from cordiale.cli.tree import Command, tr
from cordiale.platform.languages import _, number

if TYPE_CHECKING:
    from cordiale.domains.information.framework.view import Framework, Technique


@app.command(
    "framework",
    cls=Command,
    help=tr(
        _(
            "List the techniques of DISARM that are held here, or show one with its responses. Import its STIX bundle or its MISP clusters first: cordiale import FILE."
        )
    ),
)
def framework(
    code: Annotated[
        str | None, typer.Argument(metavar="CODE", help=tr(_("One technique, such as T0007.")))
    ] = None,
    tactic: Annotated[
        str | None,
        typer.Option("--tactic", metavar="NAME", help=tr(_("Only one tactic, such as establish-assets."))),
    ] = None,
) -> None:
    """Show DISARM."""
    from cordiale.domains.information.framework.view import framework as find
    from cordiale.domains.information.framework.view import technique

    with opened() as (node, actor):
        found = find(node.desk, actor)
    if code is not None:
        one = technique(found, code)
        emit(one, lambda: _one(one))
        return
    emit(found, lambda: _all(found, tactic))


def _all(found: Framework, tactic: str | None) -> str:
    if not found.techniques:
        return tr(
            _(
                "Nothing of DISARM is here yet. Import its STIX bundle or its MISP clusters: cordiale import FILE"
            )
        )
    lang = current().lang
    shown = [one for one in found.techniques if tactic is None or tactic in one.tactics]
    head = tr(
        _("{techniques} techniques of DISARM, {responses} responses."),
        techniques=number(lang, len(found.techniques)),
        responses=number(lang, found.responses),
    )
    rows = [
        (
            one.code,
            printable(one.name),
            ", ".join(one.tactics) or "–",
            ", ".join(r.code for r in one.responses[:6]) or "–",
        )
        for one in shown
    ]
    return head + "\n" + table((tr(_("Code")), tr(_("Technique")), tr(_("Tactic")), tr(_("Responses"))), rows)


def _one(one: Technique) -> str:
    lines = [
        f"{one.code}  {printable(one.name)}",
        ", ".join(one.tactics),
        printable(one.description),
        *one.ids,
    ]
    if one.responses:
        rows = [(r.code, printable(r.name), ", ".join(r.labels) or "–") for r in one.responses]
        lines.append(table((tr(_("Code")), tr(_("Response")), tr(_("Labels"))), rows))
    return "\n".join(line for line in lines if line)
