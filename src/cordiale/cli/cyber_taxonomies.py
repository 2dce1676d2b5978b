"""`cordiale cyber misp taxonomies …`: keep MISP's taxonomies, and say what a tag means by them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.cyber_kept import added
from cordiale.cli.cyber_misp import app as above
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, printable, table, when
from cordiale.cli.tree import Command, group, labelled, tr
from cordiale.platform.languages import _, _n

if TYPE_CHECKING:
    from cordiale.domains.cyber.keeping import Added, Entry
    from cordiale.domains.cyber.taxonomies.format import Written
    from cordiale.domains.cyber.taxonomies.meaning import Meaning

app = group(_("Keep MISP's taxonomies: what tags mean, and which of them exclude each other."))
above.add_typer(app, name="taxonomies")


@app.callback()
def taxonomies() -> None:
    """Keep the group a group."""


@app.command(
    "add",
    cls=Command,
    help=tr(_("Keep taxonomies (MISP's form); one of a namespace follows the one before.")),
)
def add(
    given: Annotated[
        Path,
        typer.Argument(metavar="FOLDER|FILE", help=tr(_("A folder of taxonomies, or one machinetag.json."))),
    ],
) -> None:
    """Keep taxonomies."""
    from cordiale.domains.cyber.taxonomies.kept import add as keep

    with opened() as (node, actor):
        done = keep(node.desk, actor, given)
    emit(done, lambda: _added(done))


def _added(done: Added) -> str:
    return added(
        done,
        _n("{n} new taxonomy is kept.", "{n} new taxonomies are kept."),
        _n("{n} taxonomy follows an earlier one.", "{n} taxonomies follow earlier ones."),
        _n("{n} taxonomy was here already.", "{n} taxonomies were here already."),
    )


@app.command("list", cls=Command, help=tr(_("List the taxonomies of this node.")))
def list_() -> None:
    """List them."""
    from cordiale.domains.cyber.taxonomies.kept import kept

    with opened() as (node, actor):
        found = kept(node.desk, actor)
    emit(
        {"taxonomies": [{"namespace": e.name, "version": e.version, "sha256": e.sha256, "by": e.by, "at": e.at, "expanded": one.expanded, "description": one.description, "exclusive": one.exclusive, "tags": _tags(one)} for e, one in found]},
        lambda: _listed(found),
    )  # fmt: skip


def _tags(one: Written) -> int:
    """Return how many tags a taxonomy has: its values, and predicates without any."""
    valued = {of.predicate for of in one.values or ()}
    values = sum(len(of.entry) for of in one.values or ())
    return values + sum(term.value not in valued for term in one.predicates)


def _listed(found: tuple[tuple[Entry, Written], ...]) -> str:
    if not found:
        return tr(
            _("This node has no taxonomy: give it some with cordiale cyber misp taxonomies add FOLDER.")
        )
    rows = [
        (e.name, printable(one.expanded) or "–", e.version, str(_tags(one)), when(e.at)) for e, one in found
    ]
    return table(
        (tr(_("namespace")), tr(_("name")), tr(_("version")), tr(_("tags")), tr(_("kept since"))), rows
    )


@app.command("remove", cls=Command, help=tr(_("Keep a taxonomy no longer.")))
def remove(
    namespace: Annotated[
        str, typer.Argument(metavar="NAMESPACE", help=tr(_("Its namespace, as the list shows it.")))
    ],
) -> None:
    """Keep a taxonomy no longer."""
    from cordiale.domains.cyber.taxonomies.kept import remove as forget

    with opened() as (node, actor):
        forget(node.desk, actor, namespace)
    emit({"removed": namespace}, lambda: tr(_("It is kept no longer.")))


@app.command(
    "tag",
    cls=Command,
    help=tr(_("Say what tags mean by the taxonomies kept here, and which exclude each other.")),
)
def tag(
    tags: Annotated[
        list[str],
        typer.Argument(metavar="TAG…", help=tr(_("Tags as MISP writes them, such as tlp:red."))),
    ],
) -> None:
    """Say what tags mean."""
    from cordiale.desk.actor import authorise
    from cordiale.domains.cyber.taxonomies.kept import held
    from cordiale.domains.cyber.taxonomies.meaning import excluding, meanings

    with opened() as (node, actor):
        authorise(actor, "search")
        known = held(node.desk)
    found, against = meanings(known, tags), excluding(known, tags)
    emit({"tags": found, "excluding": against}, lambda: _meant(tags, found, against))


def _meant(tags: list[str], found: tuple[Meaning, ...], against: tuple[tuple[str, ...], ...]) -> str:
    lines = []
    for one in found:
        number = f" ({one.number})" if one.number is not None else ""
        lines.append(printable(labelled(one.tag, f"{one.taxonomy} / {one.words}{number}")))
        if one.description and one.description != one.words:
            lines.append(f"  {printable(one.description)}")
    meant = {one.tag for one in found}
    lines += [
        tr(_("{tag}: no taxonomy kept here has it."), tag=printable(one)) for one in tags if one not in meant
    ]
    lines += [
        tr(_("These exclude each other: {tags}"), tags=", ".join(map(printable, one))) for one in against
    ]
    return "\n".join(lines)
