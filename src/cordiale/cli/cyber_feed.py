"""`cordiale cyber feed`: searches that tools fetch as lists and rules, and who fetched them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.cyber import app
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, table, when
from cordiale.cli.session import current
from cordiale.cli.tree import Command, group, tr
from cordiale.platform.languages import _, number

if TYPE_CHECKING:
    from cordiale.desk.outgoing.feeds import Feed

ADDRESS = "/api/v1/feeds/{name}.{format}"

feeds = group(_("Serve searches as lists and rules that tools fetch with a token, and see who fetched them."))
app.add_typer(feeds, name="feed")


@feeds.callback()
def feed() -> None:
    """Keep the group a group."""


@feeds.command(
    "add",
    cls=Command,
    help=tr(
        _(
            "Serve a search under a name. A program fetches it at /api/v1/feeds/NAME.FORMAT with a token for export (cordiale token add), and is given what the token's person may read."
        )
    ),
)
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help=tr(_("Lower-case letters, digits, hyphens.")))],
    format_: Annotated[
        str, typer.Option("--format", "-f", metavar="NAME", help=tr(_("See: cordiale cyber export")))
    ],
    words: Annotated[
        str, typer.Option("--words", metavar="TEXT", help=tr(_("Only what holds these words.")))
    ] = "",
    source: Annotated[
        str | None, typer.Option("--source", metavar="NODE", help=tr(_("Only what this node states.")))
    ] = None,
    marking: Annotated[
        str | None,
        typer.Option("--marking", "-m", metavar="ATOM", help=tr(_("Only what carries this atom."))),
    ] = None,
    confidence: Annotated[
        int,
        typer.Option("--confidence", metavar="N", min=0, max=100, help=tr(_("Least confidence, 0 to 100."))),
    ] = 0,
    shared: Annotated[
        bool,
        typer.Option("--shared", help=tr(_("Let everybody of this node fetch it, each what they may read."))),
    ] = False,
) -> None:
    """Add a feed."""
    from cordiale.desk.outgoing.feeds import feed_add
    from cordiale.desk.views.search import Question

    asked = Question(words=words.strip(), source=source, marking=marking)
    with opened() as (node, actor):
        made = feed_add(node.desk, actor, name, format_, asked, shared=shared, confidence=confidence)
    emit(
        made,
        lambda: tr(
            _("Fetched at {address} with a token for export. See: cordiale token add"),
            address=ADDRESS.format(name=made.name, format=made.format),
        ),
    )


@feeds.command(
    "list", cls=Command, help=tr(_("List the feeds, with who fetched each last and how much it held."))
)
def list_() -> None:
    """List feeds."""
    from cordiale.desk.outgoing.feeds import feed_list

    with opened() as (node, actor):
        found = feed_list(node.desk, actor)
    emit({"feeds": found}, lambda: _listed(found))


def _listed(found: tuple[Feed, ...]) -> str:
    if not found:
        return tr(_("There is no feed yet. See: cordiale cyber feed add --help"))
    rows = []
    for one in found:
        last = one.fetches[0] if one.fetches else None
        asked = one.asked.words if one.asked is not None and one.asked.words else "–"
        rows.append(
            (
                one.name,
                one.format,
                asked,
                tr(_("shared")) if one.shared else one.by,
                when(last.at) if last else tr(_("never")),
                last.called if last else "–",
                number(current().lang, last.entries) if last and last.entries is not None else "–",
            )
        )
    columns = (
        tr(_("Feed")),
        tr(_("Format")),
        tr(_("Words")),
        tr(_("For")),
        tr(_("Last fetched")),
        tr(_("By")),
        tr(_("Entries")),
    )
    return table(columns, rows)


@feeds.command("drop", cls=Command, help=tr(_("Serve a feed no longer.")))
def drop(name: Annotated[str, typer.Argument(metavar="NAME", help=tr(_("Its name.")))]) -> None:
    """Drop a feed."""
    from cordiale.desk.outgoing.feeds import feed_drop

    with opened() as (node, actor):
        feed_drop(node.desk, actor, name)
    emit({"dropped": name}, lambda: tr(_("It is served no longer.")))
