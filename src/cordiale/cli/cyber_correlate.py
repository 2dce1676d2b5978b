"""`cordiale cyber correlate` and `cordiale cyber warninglists …`: what has to do with what, and what is probably harmless."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.cyber import app
from cordiale.cli.cyber_kept import added
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, printable, table, when
from cordiale.cli.session import current
from cordiale.cli.tree import Command, group, tr
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _, _n

if TYPE_CHECKING:
    from cordiale.domains.cyber.correlation.found import Correlations
    from cordiale.domains.cyber.correlation.shared import Shared
    from cordiale.domains.cyber.keeping import Added, Entry
    from cordiale.domains.cyber.warninglists.answers import Hit, Listed

KIND = typer.Option(
    "--kind",
    metavar="KIND",
    help=tr(_("What the value is (domain-name, sha256, …), where its form does not tell.")),
)


@app.command(
    "correlate",
    cls=Command,
    help=tr(
        _(
            "Find what has to do with a value or an object: same value, network, name, certificate, similar file, shared infrastructure; each with its reason."
        )
    ),
)
def correlate(
    what: Annotated[str, typer.Argument(metavar="VALUE|ID", help=tr(_("A value, or the id of an object.")))],
    kind: Annotated[str, KIND] = "",
) -> None:
    """Find what has to do with a value or an object."""
    import msgspec

    from cordiale.domains.cyber.correlation.found import of_object, of_value
    from cordiale.domains.cyber.correlation.shared import standing
    from cordiale.stix.forms import is_identifier

    with opened() as (node, actor):
        own = [what] if not kind and is_identifier(what) else []
        if own:
            found = of_object(node.desk, actor, what)
        else:
            found = of_value(node.desk, actor, kind or _kind(what), what)
        same = [one.line.id for one in found.neighbours if one.reason in ("same", "certificate")]
        ground = standing(node.desk, actor, [*own, *same[:5]])
    emit(
        {**msgspec.to_builtins(found), "ground": msgspec.to_builtins(ground)},
        lambda: _correlations(found, ground),
    )


def _kind(value: str) -> str:
    from cordiale.domains.cyber.values import kind_of

    found = kind_of(value)
    if found is None:
        raise InputError(
            "value-kind",
            _("What “{value}” is cannot be told by its form: say so with --kind, such as --kind file-name."),
            value=value[:100],
        )
    return found


def _correlations(found: Correlations, ground: Shared) -> str:
    from cordiale.domains.cyber.words import REASONS, hot, reason

    lang = current().lang
    rows = [
        (reason(one, lang), one.line.type, one.line.name, one.line.source, one.line.id)
        for one in found.neighbours
    ]
    rows += [
        (tr(REASONS["shared"], theirs=one.ground.name), one.other.type, one.other.name, one.other.source, one.other.id)
        for one in ground.standing
    ]  # fmt: skip
    columns = (tr(_("reason")), tr(_("type")), tr(_("name")), tr(_("source")), tr(_("id")))
    parts = [table(columns, rows) if rows else tr(_("Nothing that you may see has to do with it."))]
    parts += [printable(hot(one, lang)) for one in found.hot]
    if found.more:
        parts.append(tr(_("Only the first are listed.")))
    return "\n\n".join(parts)


lists = group(_("Keep lists of values that are known to be harmless or common, and look values up in them."))
app.add_typer(lists, name="warninglists")


@lists.callback()
def warninglists() -> None:
    """Keep the group a group."""


@lists.command(
    "add", cls=Command, help=tr(_("Keep warning lists (MISP's form); one of a name follows the one before."))
)
def add(
    given: Annotated[
        Path, typer.Argument(metavar="FOLDER|FILE", help=tr(_("A folder of lists, or one list.json.")))
    ],
) -> None:
    """Keep lists."""
    from cordiale.domains.cyber.warninglists.kept import add as keep

    with opened() as (node, actor):
        done = keep(node.desk, actor, given)
    emit(done, lambda: _added(done))


def _added(done: Added) -> str:
    return added(
        done,
        _n("{n} new list is kept.", "{n} new lists are kept."),
        _n("{n} list follows an earlier one.", "{n} lists follow earlier ones."),
        _n("{n} list was here already.", "{n} lists were here already."),
    )


@lists.command("remove", cls=Command, help=tr(_("Keep a warning list no longer.")))
def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help=tr(_("Its name, as the list shows it.")))],
) -> None:
    """Keep a list no longer."""
    from cordiale.domains.cyber.warninglists.kept import remove as forget

    with opened() as (node, actor):
        forget(node.desk, actor, name)
    emit({"removed": name}, lambda: tr(_("It is kept no longer.")))


@lists.command("list", cls=Command, help=tr(_("List the warning lists of this node.")))
def list_() -> None:
    """List them."""
    from cordiale.domains.cyber.warninglists.kept import kept

    with opened() as (node, actor):
        found = kept(node.desk, actor)
    emit(
        {"lists": [{"name": e.name, "version": e.version, "sha256": e.sha256, "by": e.by, "at": e.at, "type": one.type, "category": one.category, "entries": one.entries, "about": list(one.subjects)} for e, one in found]},
        lambda: _listed(found),
    )  # fmt: skip


def _listed(found: tuple[tuple[Entry, Listed], ...]) -> str:
    if not found:
        return tr(
            _("This node has no warning list: give it some with cordiale cyber warninglists add FOLDER.")
        )
    columns = (
        tr(_("name")), tr(_("version")), tr(_("type")), tr(_("entries")), tr(_("meaning")), tr(_("kept since")), tr(_("digest")),
    )  # fmt: skip
    from cordiale.domains.cyber.words import CATEGORIES

    rows = [
        (
            e.name,
            e.version,
            one.type,
            str(one.entries),
            tr(CATEGORIES[one.category]),
            when(e.at),
            e.sha256[:12],
        )
        for e, one in found
    ]
    return table(columns, rows)


@lists.command("look", cls=Command, help=tr(_("Look a value up in the warning lists of this node.")))
def look(
    value: Annotated[
        str, typer.Argument(metavar="VALUE", help=tr(_("An address, a network, a name, a digest, …")))
    ],
    kind: Annotated[str, KIND] = "",
) -> None:
    """Look a value up."""
    from cordiale.desk.actor import authorise
    from cordiale.domains.cyber.warninglists.kept import held

    asked = kind or _kind(value)
    with opened() as (node, actor):
        authorise(actor, "search")
        found = held(node.desk).look(asked, value)
    emit({"kind": asked, "value": value, "hits": found}, lambda: _looked(found))


def _looked(found: tuple[Hit, ...]) -> str:
    from cordiale.domains.cyber.words import hit

    if not found:
        return tr(_("No warning list of this node holds it."))
    return "\n".join(printable(hit(one, current().lang)) for one in found)
