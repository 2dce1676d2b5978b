"""`cordiale search`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.output import emit, table, when
from cordiale.cli.reach import reached
from cordiale.cli.session import current
from cordiale.cli.tree import Command, single, tr
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.answers import Page
    from cordiale.desk.views.display import Show

app = single()


@app.command(
    cls=Command, help=tr(_("Find objects that hold every word, in English or French, newest first."))
)
def search(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[WORD…]", help=tr(_("Words to look for.")))
    ] = None,
    type: Annotated[
        str | None, typer.Option("--type", "-t", help=tr(_("Only this type, such as indicator.")))
    ] = None,
    source: Annotated[str | None, typer.Option(help=tr(_("Only what this node states.")))] = None,
    value: Annotated[
        str | None,
        typer.Option(help=tr(_("An observable value, such as ipv4-addr=198.51.100.7."))),
    ] = None,
    after: Annotated[str | None, typer.Option(help=tr(_("Go on where an earlier page ended.")))] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", help=tr(_("Most lines.")))] = 50,
    counts: Annotated[bool, typer.Option("--counts", help=tr(_("Count by type instead.")))] = False,
) -> None:
    """Search objects."""
    with reached() as desk:
        if counts:
            found: dict[str, int] = desk.ask("counts")
            rows = [(name, str(n)) for name, n in sorted(found.items())]
            emit({"counts": found}, lambda: table((tr(_("Type")), tr(_("Objects"))), rows))
            return
        page: Page = desk.ask(
            "search",
            " ".join(words or ()),
            lang=current().lang,
            type=type,
            source=source,
            value=value,
            after=after,
            limit=limit,
        )
        show = desk.display()
    emit(page, lambda: _words(page, show))


def _words(page: Page, show: Show) -> str:
    from cordiale.release.banner import line

    if not page.items:
        return tr(_("Nothing found."))
    rows = [
        (item.type, item.name, line(show(item.marking)), when(item.modified or item.received), item.id)
        for item in page.items
    ]
    headings = (tr(_("Type")), tr(_("Name")), tr(_("Marking")), tr(_("Modified")), "ID")
    more = "\n" + tr(_("More: add --after {after}"), after=page.next) if page.next else ""
    return table(headings, rows) + more
