"""`cordiale why`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.output import emit, when
from cordiale.cli.reach import reached
from cordiale.cli.reports import form_words, reason_words
from cordiale.cli.tree import Command, labelled, single, tr
from cordiale.desk.written import written
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.answers import Why

app = single()


@app.command(cls=Command, help=tr(_("Say why an object reached a partner or did not.")))
def why(
    id: Annotated[str, typer.Argument(metavar="ID", help=tr(_("Its STIX id.")))],
    partner: Annotated[str, typer.Option("--partner", "-p", help=tr(_("The partner's name.")))],
) -> None:
    """Explain a release."""
    with reached() as desk:
        found: Why = desk.ask("why", id, partner)
    emit(found, lambda: _words(found))


def _words(found: Why) -> str:
    lines = [labelled(found.partner, f"{form_words(found.form)}  [{written(found.marking) or '–'}]")]
    for step in found.steps:
        rule = f"  ({step.rule})" if step.rule else ""
        lines.append(f"  • {reason_words(step)}{rule}")
    if found.act is not None:
        both = f"{found.act.officer}, {found.act.second}" if found.act.second else found.act.officer
        lines.append(
            tr(
                _("  Act {act} of {officer}, {when}."),
                act=found.act.act,
                officer=both,
                when=when(found.act.at),
            )
        )
    if found.rules is not None:
        lines.append(
            tr(
                _("  Rules of {partnership}, version {version}, applied by {by} on {when}."),
                partnership=found.rules.partnership,
                version=found.rules.version[:12],
                by=found.rules.by,
                when=when(found.rules.at),
            )
        )
    if found.sent_at is not None:
        lines.append(
            tr(
                _("  Sent {when}: entry {sequence}, segment {segment}."),
                when=when(found.sent_at),
                sequence=found.sequence,
                segment=found.segment,
            )
        )
    if found.withdrawn:
        lines.append(tr(_("  Withdrawn since.")))
    if found.receipt_at is not None:
        lines.append(tr(_("  Receipt {when}."), when=when(found.receipt_at)))
    return "\n".join(lines)
