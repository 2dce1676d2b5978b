"""`cordiale release`: the act of a named officer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.officer import Officer
from cordiale.cli.output import emit, table
from cordiale.cli.reach import reached
from cordiale.cli.reports import reason_words
from cordiale.cli.session import current
from cordiale.cli.tree import Command, single, tr
from cordiale.platform.languages import _, number

if TYPE_CHECKING:
    from cordiale.desk.answers import Acted

app = single()


@app.command(
    cls=Command,
    help=tr(
        _(
            "Release objects to a partner, as a named officer. Marking and rules still decide: what does "
            "not pass stays, with the reason. Where two officers are needed, the second one confirms."
        )
    ),
)
def release(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID…]", help=tr(_("Objects, by STIX id.")))
    ] = None,
    partner: Annotated[str | None, typer.Option("--partner", "-p", help=tr(_("The partner's name.")))] = None,
    types: Annotated[
        list[str] | None,
        typer.Option("--type", "-t", help=tr(_("All objects of this type; may be repeated."))),
    ] = None,
    marking: Annotated[
        list[str] | None,
        typer.Option(
            "--marking", "-m", metavar="ATOM…", help=tr(_("All objects under nothing but these atoms."))
        ),
    ] = None,
    until: Annotated[
        str | None, typer.Option(help=tr(_("Until when, such as 2027-01-31T00:00:00Z.")))
    ] = None,
    reason: Annotated[str, typer.Option(help=tr(_("Why, for the audit.")))] = "",
    second: Annotated[
        str | None,
        typer.Option("--confirm", help=tr(_("Confirm this act of another officer instead."))),
    ] = None,
    officer: Officer = None,
) -> None:
    """Release objects."""
    from cordiale.platform.errors import ConfigurationError

    with reached(officer) as desk:
        if second is not None:
            done: Acted = desk.ask("confirm_act", second)
        else:
            if partner is None or not (ids or types or marking):
                raise ConfigurationError(
                    "release-what",
                    _("Say what to release and to whom: cordiale release ID… --partner NAME"),
                )
            done = desk.ask(
                "release",
                partner,
                ids=ids or (),
                types=types or (),
                marking_within=marking or (),
                until=until,
                reason=reason,
            )
    emit(done, lambda: acted_words(done))


def acted_words(done: Acted) -> str:
    """Say what an act did."""
    lang = current().lang
    lines = [
        tr(
            _("Act {act} of {by} for {partner}: {verbatim} verbatim, {tear} tear-lines, {held} withheld."),
            act=done.act,
            by=done.by,
            partner=done.partner,
            verbatim=number(lang, done.verbatim),
            tear=number(lang, done.tear_lines),
            held=number(lang, sum(part.count for part in done.withheld)),
        )
    ]
    if done.waiting_second:
        lines.append(
            tr(
                _("A second officer has to confirm: cordiale release --confirm {act}"),
                act=done.act,
            )
        )
    if done.withheld:
        rows = [
            (number(lang, part.count), reason_words(part.reason), ", ".join(part.examples))
            for part in done.withheld
        ]
        lines.append(table((tr(_("Withheld")), tr(_("Reason")), tr(_("For example"))), rows))
    return "\n".join(lines)
