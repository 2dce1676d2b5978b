"""`cordiale information parity`: where the English and the French version of one text part."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.information import LABELS, app
from cordiale.cli.output import emit, table
from cordiale.cli.session import current
from cordiale.cli.tree import Command, tr
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.domains.information.drift.parity import Parity

ALONE = {"only_in_en": _("only in English"), "only_in_fr": _("only in French")}


@app.command(
    "parity",
    cls=Command,
    help=tr(_("List where the English and the French version of one text part.")),
)
def parity(
    first: Annotated[Path, typer.Argument(metavar="FILE", help=tr(_("One version.")))],
    second: Annotated[Path, typer.Argument(metavar="FILE", help=tr(_("The other version.")))],
) -> None:
    """Compare two versions."""
    from cordiale.domains.information.drift.parity import parity as compare
    from cordiale.domains.information.drift.parity import versions
    from cordiale.domains.information.readers.content import read_file

    documents = [one for file in (first, second) for one in read_file(file, file.name).documents]
    found = compare(*versions(documents), current().lang)
    emit(found, lambda: _words(found))


def _words(found: Parity) -> str:
    head = tr(
        _("{matched} of {sentences} sentences of the source version have one in the other."),
        matched=found.matched,
        sentences=found.sentences,
    )
    if not found.divergences:
        return head + "\n" + tr(_("The versions part nowhere that words, numbers and names show."))
    rows = [
        (
            tr({**LABELS, **ALONE}[one.label]),
            one.en or "–",
            one.fr or "–",
            "; ".join(f"{change.en_span} | {change.fr_span}" for change in one.changes),
        )
        for one in found.divergences
    ]
    columns = (tr(_("divergence")), tr(_("English")), tr(_("French")), tr(_("where")))
    return head + "\n\n" + table(columns, rows)
