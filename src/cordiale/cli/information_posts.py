"""`cordiale information copies|synchrony`: analyses of datasets of posts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.information import app
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, printable, progress, table, when
from cordiale.cli.session import current
from cordiale.cli.tree import Command, tr
from cordiale.platform.languages import _, number, percent

if TYPE_CHECKING:
    from cordiale.domains.information.copies.view import Copies, Member
    from cordiale.domains.information.synchrony.view import Edge, Network, Synchrony

DATASET = typer.Argument(metavar="NAME", help=tr(_("The dataset's name or id.")))
WIDEST = 100

NETWORKS = {
    "text": _("Texts"),
    "link": _("Links"),
    "tag": _("Hashtags"),
    "image": _("Images"),
    "reply": _("Replies"),
    "repost": _("Reposts"),
}
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
    from cordiale.desk.analysis.analyses import available

    available()
    from cordiale.domains.information.copies.view import copies as find

    with opened() as (node, actor), progress(tr(_("Comparing posts"))) as report:
        found = find(node.desk, actor, dataset, cluster=cluster, limit=limit, progress=report)
    emit(found, lambda: _members(found) if cluster else _clusters(found))


@app.command(
    "synchrony",
    cls=Command,
    help=tr(
        _(
            "Find accounts that share the same things at the same moment more often than chance explains, with the posts behind it."
        )
    ),
)
def synchrony(
    dataset: Annotated[str, DATASET],
    kind: Annotated[
        str | None,
        typer.Option(
            "--network", metavar="NAME", help=tr(_("Only one: text, link, tag, image, reply or repost."))
        ),
    ] = None,
    account: Annotated[
        str | None,
        typer.Option("--account", metavar="NAME", help=tr(_("Only edges of one account (NETWORK/NAME)."))),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", help=tr(_("Most lines.")))] = 20,
    export: Annotated[
        Path | None,
        typer.Option(
            "--export", metavar="FILE", help=tr(_("Write all edges to FILE.graphml, .csv or .json (STIX)."))
        ),
    ] = None,
) -> None:
    """Find synchrony."""
    from cordiale.desk.analysis.analyses import available

    available()
    from cordiale.domains.information.synchrony.export import FORMS
    from cordiale.domains.information.synchrony.view import synchrony as find
    from cordiale.platform.errors import InputError
    from cordiale.platform.replacing import replace_file

    form = {".graphml": "graphml", ".csv": "csv", ".json": "stix"}.get(export.suffix if export else "", "")
    if export is not None and not form:
        raise InputError("synchrony-form", _("Name the file .graphml, .csv or .json (STIX)."))
    with opened() as (node, actor), progress(tr(_("Comparing posts"))) as report:
        most = None if export is not None else limit
        found = find(node.desk, actor, dataset, kind=kind, account=account, limit=most, progress=report)
        if export is not None:
            replace_file(export, FORMS[form](found, node.desk.clock()), 0o600)
    emit(found, lambda: _networks(found, limit))


def _networks(found: Synchrony, limit: int) -> str:
    return "\n\n".join(_network(found, network, limit) for network in found.networks) or tr(
        _("No post of this dataset shares anything at a known moment.")
    )


def _network(found: Synchrony, network: Network, limit: int) -> str:
    lang = current().lang
    lines = [
        tr(
            _(
                "{name}: pairs of accounts that are synchronised beyond chance: {edges}, of {tested} tested ({accounts} accounts, {shares} shares; window {window} s, false discoveries at most {rate})."
            ),
            name=tr(NETWORKS[network.kind]),
            edges=number(lang, network.kept),
            tested=number(lang, network.tested),
            accounts=number(lang, network.accounts),
            shares=number(lang, network.shares),
            window=number(lang, found.profile["window_s"]),
            rate=percent(lang, found.profile["rate"]),
        )
    ]
    if network.minute:
        lines.append(tr(_("Times are whole minutes: the same or the next minute counts as the same moment.")))
    if network.set_aside:
        lines.append(
            tr(
                _(
                    "{n} things were shared by so many at once that they say nothing about two accounts: set aside."
                ),
                n=number(lang, network.set_aside),
            )
        )
    if not network.edges:
        return "\n".join(lines)

    def row(edge: Edge) -> tuple[str, ...]:
        first = edge.meetings[0].one.text if edge.meetings else ""
        if edge.owner:
            first = tr(_("known common owner: {name}"), name=printable(edge.owner))
        return (
            edge.one,
            edge.other,
            number(lang, edge.occasions),
            number(lang, round(edge.expected, 2)),
            f"{edge.probability:.1e}",
            number(lang, round(edge.apart, 1)),
            first[:60].replace("\n", " "),
        )

    headings = (
        tr(_("Account")),
        tr(_("Account")),
        tr(_("Occasions")),
        tr(_("By chance")),
        tr(_("Probability")),
        tr(_("Seconds apart")),
        tr(_("First text")),
    )
    lines.append(table(headings, [row(edge) for edge in network.edges[:limit]]))
    sizes = ", ".join(number(lang, len(members)) for members in network.communities[:10])
    lines.append(tr(_("Communities, by their accounts: {sizes}."), sizes=sizes))
    lines.append(tr(_("Whether accounts act together by agreement is for a person to conclude.")))
    return "\n".join(lines)


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


@app.command(
    "owner-add",
    cls=Command,
    help=tr(_("Keep that accounts belong to one known owner, with who says so: synchrony marks ties between them.")),
)  # fmt: skip
def owner_add(
    owner: Annotated[str, typer.Argument(metavar="NAME", help=tr(_("Who owns them.")))],
    accounts: Annotated[list[str], typer.Argument(metavar="NETWORK/NAME…", help=tr(_("The accounts, as synchrony names them.")))],
    said_by: Annotated[str, typer.Option("--by", metavar="TEXT", help=tr(_("Who says so: the owner's own page, a register.")))],
    marking: Annotated[str, typer.Option("-m", "--marking", metavar="ATOM", help=tr(_("The marking of what is kept.")))],
    on: Annotated[str, typer.Option("--on", metavar="DAY", help=tr(_("The day it is of.")))] = "",
) -> None:  # fmt: skip
    """Keep an owner."""
    from cordiale.domains.information.synchrony.owners import owner_add as add

    with opened() as (node, actor):
        done = add(node.desk, actor, owner, accounts, said_by, on=on, marking=marking)
    emit(done, lambda: tr(_("Kept: {id}"), id=done.owner))
