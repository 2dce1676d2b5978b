"""`cordiale preview`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.output import emit, table, when
from cordiale.cli.reach import reached
from cordiale.cli.reports import form_words, reason_words, table_warnings
from cordiale.cli.session import current
from cordiale.cli.tree import Command, single, tr
from cordiale.platform.languages import _, number

if TYPE_CHECKING:
    from cordiale.desk.answers import PartnerPreview

app = single()

NAME = 48
"""Most characters of a name in a table."""


@app.command(cls=Command, help=tr(_("Show what a partner would see, and why not the rest.")))
def preview(
    partner: Annotated[str | None, typer.Argument(help=tr(_("The partner's name (default: all).")))] = None,
    ids: Annotated[
        list[str] | None,
        typer.Option("--id", help=tr(_("Judge only this object; may be repeated."))),
    ] = None,
) -> None:
    """Preview what partners would see."""
    with reached() as desk:
        found: list[PartnerPreview] = desk.ask("preview", partner=partner, ids=ids or None)
    import msgspec

    emit(
        {"partners": msgspec.to_builtins(found)},
        lambda: (
            "\n\n".join(_words(one) for one in found)
            or tr(_("No confirmed partner has rules yet. Write them, then: cordiale rules diff FILE"))
        ),
    )


def _words(one: PartnerPreview) -> str:
    lang = current().lang
    head = tr(
        _("{partner}: {verbatim} verbatim, {tear} tear-lines, {withheld} withheld of {total}."),
        partner=one.partner,
        verbatim=number(lang, one.verbatim),
        tear=number(lang, one.tear_lines),
        withheld=number(lang, one.withheld),
        total=number(lang, one.total),
    )
    parts = [head, *table_warnings(one.tables)]
    if one.items:
        rows = [
            (_called(one, c.id), form_words(c.form), when(c.released_at), reason_words(c.reason))
            for c in one.items
        ]
        headings = (tr(_("Object")), tr(_("Form")), tr(_("Released")), tr(_("Reason")))
        parts.append(table(headings, rows))
    elif one.reasons:
        counts = [
            (
                number(lang, part.count),
                reason_words(part.reason),
                "\n".join(_called(one, i) for i in part.examples),
            )
            for part in one.reasons
        ]
        names = (tr(_("Withheld")), tr(_("Reason")), tr(_("For example")))
        parts.append(table(names, counts))
    return "\n".join(parts)


def _called(one: PartnerPreview, stix_id: str) -> str:
    """Return an object's name with its id, which acting on it takes."""
    name = one.names.get(stix_id, "")
    return f"{name if len(name) <= NAME else name[:NAME] + '…'}  {stix_id}" if name else stix_id
