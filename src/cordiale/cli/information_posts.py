"""`cordiale information copies`: analyses of datasets of posts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.information import app
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, progress, table, when
from cordiale.cli.session import current
from cordiale.cli.tree import Command, tr
from cordiale.platform.languages import _, number, percent

if TYPE_CHECKING:
    from cordiale.domains.information.copies.view import Copies, Member

DATASET = typer.Argument(metavar="NAME", help=tr(_("The dataset's name or id.")))
WIDEST = 100

DIFFERS = {"negation": _("negation"), "number": _("number"), "name": _("name")}


@app.command(
    "copies",
    cls=Command,
    help=tr(_("Find posts that say nearly the same: clusters, who was first, what differs.")),
)
def copies(
    dataset: Annotated[str, DATASET],
    cluster: Annotated[
        str | None, typer.Option("--cluster", metavar="ID", help=tr(_("All posts of one cluster.")))
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", help=tr(_("Most lines.")))] = 50,
) -> None:
    """Find copies."""
    from cordiale.domains.information.copies.view import copies as find

    with opened() as (node, actor), progress(tr(_("Comparing posts"))) as report:
        found = find(node.desk, actor, dataset, cluster=cluster, limit=limit, progress=report)
    emit(found, lambda: _members(found) if cluster else _clusters(found))


def _clusters(found: Copies) -> str:
    lang = current().lang
    head = tr(
        _(
            "{posts} of {rows} posts are in {clusters} clusters of copies (profile {profile}, similarity of at least {least})."
        ),
        posts=number(lang, found.posts),
        rows=number(lang, found.rows),
        clusters=number(lang, found.total),
        profile=f"{found.profile['name']} {found.profile['version']}",
        least=number(lang, found.profile["jaccard"]),
    )
    rows = [
        (
            one.cluster,
            number(lang, one.posts),
            number(lang, one.accounts),
            when(one.first.at),
            _flags(one.differing),
            percent(lang, one.least_similarity),
            one.first.text[:WIDEST].replace("\n", " "),
        )
        for one in found.clusters
    ]
    headings = (
        tr(_("Cluster")),
        tr(_("Posts")),
        tr(_("Accounts")),
        tr(_("First held")),
        tr(_("Differs in")),
        tr(_("Least similar")),
        tr(_("First text")),
    )
    return head + "\n" + table(headings, rows)


def _members(found: Copies) -> str:
    if not found.clusters:
        return tr(_("There is no such cluster."))
    lang = current().lang
    one = found.clusters[0]

    def row(member: Member) -> tuple[str, ...]:
        return (
            when(member.at),
            member.network,
            member.account,
            percent(lang, member.similarity),
            ", ".join(tr(DIFFERS[flag]) for flag in member.differs) or "–",
            member.text[:WIDEST].replace("\n", " "),
        )

    headings = (
        tr(_("When")),
        tr(_("Network")),
        tr(_("Account")),
        tr(_("Like the first")),
        tr(_("Differs in")),
        tr(_("Text")),
    )
    return table(headings, [row(member) for member in one.members])


def _flags(counts: dict[str, int]) -> str:
    return ", ".join(f"{tr(DIFFERS[flag])} {n}" for flag, n in counts.items()) or "–"
