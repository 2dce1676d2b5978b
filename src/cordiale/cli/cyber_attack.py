"""`cordiale cyber attack`: versions of ATT&CK, what is held of each technique, layers of its Navigator."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cordiale.cli.cyber import app
from cordiale.cli.opened import opened
from cordiale.cli.output import count, emit, printable, progress, table
from cordiale.cli.reports import import_report
from cordiale.cli.session import current
from cordiale.cli.tree import Command, group, labelled, tr
from cordiale.platform.languages import _, _n, number
from cordiale.platform.replacing import replace_file

if TYPE_CHECKING:
    from cordiale.domains.cyber.attack.coverage import Matrix
    from cordiale.domains.cyber.attack.layer import Layer
    from cordiale.domains.cyber.attack.moved import Moved
    from cordiale.domains.cyber.attack.versions import Change, Comparison

Of = Annotated[
    str,
    typer.Option("--domain", metavar="NAME", help=tr(_("enterprise-attack, mobile-attack or ics-attack."))),
]
Source = Annotated[
    str, typer.Option("--source", metavar="NAME", help=tr(_("Count only what this node or partner states.")))
]
Marking = Annotated[
    str,
    typer.Option(
        "--marking", "-m", metavar="ATOM", help=tr(_("Count only what carries this atom, such as tlp:green."))
    ),
]

SHOWN = 40
"""Changes of one kind that are listed; --json has all."""

attack = group(_("Compare versions of ATT&CK, see what is held of each technique, read and write layers."))
app.add_typer(attack, name="attack")


@attack.callback()
def attack_() -> None:
    """Keep the group a group."""


@attack.command(
    "compare",
    cls=Command,
    help=tr(
        _(
            "Compare two versions of ATT&CK: what was added, changed, revoked and by what, deprecated, taken out. With one file: against what is held here."
        )
    ),
)
def compare_(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE…", help=tr(_("The older bundle, then the newer; or the newer alone."))),
    ],
) -> None:
    """Compare versions."""
    from cordiale.domains.cyber.attack.renewing import against_held
    from cordiale.domains.cyber.attack.versions import bundle, compare
    from cordiale.platform.errors import ConfigurationError

    if len(files) > 2:
        raise ConfigurationError("attack-files", _("Give one bundle, or two: the older first."))
    if len(files) == 2:
        found = compare(bundle(files[0]), bundle(files[1]))
    else:
        with opened() as (node, actor):
            found = against_held(node.desk, actor, files[0])
    emit(found, lambda: _compared(found))


@attack.command(
    "import",
    cls=Command,
    help=tr(
        _(
            "Take in a version of ATT&CK, and say what differs from what was held, and which notes and relationships refer to what was revoked: they are proposed for change, never changed."
        )
    ),
)
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=tr(_("The bundle, gzip or not.")))],
    marking: Annotated[
        list[str] | None,
        typer.Option(
            "--marking",
            "-m",
            metavar="ATOM…",
            help=tr(_("Marking of what carries none: atoms separated by spaces, or repeated.")),
        ),
    ] = None,
) -> None:
    """Take in a version."""
    from cordiale.domains.cyber.attack.renewing import renew

    with opened() as (node, actor), progress(tr(_("Importing"))) as report:
        found, done, gone = renew(node.desk, actor, file, marking=marking, progress=report)
    answer: dict[str, Any] = {"changes": found, "import": done, "moved": gone}
    emit(answer, lambda: "\n\n".join([_compared(found), import_report(done, warnings=False), _moved(gone)]))


@attack.command(
    "moved",
    cls=Command,
    help=tr(
        _(
            "List what refers to techniques that were revoked or deprecated, and what each could refer to instead."
        )
    ),
)
def moved_() -> None:
    """List what refers to what ended."""
    from cordiale.domains.cyber.attack.moved import moved

    with opened() as (node, actor):
        found = moved(node.desk, actor)
    emit({"moved": found}, lambda: _moved(found))


@attack.command(
    "matrix",
    cls=Command,
    help=tr(
        _(
            "List the techniques that something held covers: indicators, relationships of yours and of partners."
        )
    ),
)
def matrix_(
    domain: Of = "",
    source: Source = "",
    marking: Marking = "",
    every: Annotated[
        bool, typer.Option("--all", help=tr(_("List techniques that nothing covers, too.")))
    ] = False,
) -> None:
    """Show coverage."""
    from cordiale.domains.cyber.attack.coverage import matrix

    with opened() as (node, actor):
        found = matrix(node.desk, actor, domain, source=source, marking=marking)
    emit(found, lambda: _matrix(found, every))


@attack.command(
    "layer",
    cls=Command,
    help=tr(
        _(
            "Write the matrix as a layer of the ATT&CK Navigator (--out), or read one (--read) and say what of it nothing held covers. A layer is as restricted as what it counts: its marking stands in it."
        )
    ),
)
def layer_(
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help=tr(_("File to write.")))
    ] = None,
    given: Annotated[
        Path | None,
        typer.Option("--read", metavar="FILE", help=tr(_("A layer to compare with what is held."))),
    ] = None,
    domain: Of = "",
    source: Source = "",
    marking: Marking = "",
) -> None:
    """Write or read a layer."""
    from cordiale.domains.cyber.attack.coverage import matrix
    from cordiale.domains.cyber.attack.layer import read, written
    from cordiale.domains.cyber.attack.pages import marking_line
    from cordiale.platform.errors import ConfigurationError

    if (out is None) == (given is None):
        raise ConfigurationError(
            "layer-way", _("Say --out FILE to write a layer, or --read FILE to read one.")
        )
    with opened() as (node, actor):
        found = matrix(node.desk, actor, domain, source=source, marking=marking)
        line = marking_line(node.desk, actor, found, current().lang)
        name = node.desk.node
    if given is not None:
        layer = read(given.read_bytes(), found)
        emit(layer, lambda: _layer(layer))
        return
    assert out is not None
    replace_file(out, written(found, name, line), 0o600)
    covered = sum(bool(one.count) for one in found.techniques)
    emit(
        {"out": str(out), "domain": found.domain, "techniques": covered, "marking": line},
        lambda: labelled(str(out), count(covered, _n("{n} technique", "{n} techniques"))),
    )


def _compared(found: Comparison) -> str:
    lang = current().lang
    head = f"{printable(found.old) or '–'} → {printable(found.new) or '–'}"
    kinds = (
        (tr(_("Added")), found.added),
        (tr(_("Changed")), found.changed),
        (tr(_("Revoked")), found.revoked),
        (tr(_("Deprecated")), found.deprecated),
        (tr(_("Taken out")), found.removed),
    )
    lines = [head, *(f"  {number(lang, len(listed))}  {word}" for word, listed in kinds)]
    lines.append(f"  {number(lang, found.same)}  {tr(_('unchanged'))}")
    names = {"added": tr(_("Added")), "changed": tr(_("Changed")), "removed": tr(_("Taken out"))}
    counted = ", ".join(
        f"{names[kind].lower()} {number(lang, n)}" for kind, n in found.relationships.items() if kind in names
    )
    if counted:
        lines.append(tr(_("Relationships: {counts}"), counts=counted))
    for word, listed in kinds:
        if listed:
            lines += ["", word, _changes(listed)]
    return "\n".join(lines)


def _changes(listed: tuple[Change, ...]) -> str:
    rows = [
        (
            one.code or "–",
            one.type,
            printable(one.name),
            " → ".join(part for part in (one.before, one.after) if part) or "–",
            ", ".join(one.replaced_by) or ", ".join(one.properties) or "–",
        )
        for one in listed[:SHOWN]
    ]
    columns = (
        tr(_("Code")),
        tr(_("Type")),
        tr(_("Name")),
        tr(_("Version")),
        tr(_("What changed, or follows it")),
    )
    more = tr(_("… and {n} more: see --json"), n=len(listed) - SHOWN) if len(listed) > SHOWN else ""
    return "\n".join(part for part in (table(columns, rows), more) if part)


def _moved(found: tuple[Moved, ...]) -> str:
    if not found:
        return tr(_("Nothing that you may see refers to a technique that was revoked or deprecated."))
    rows = [
        (
            one.id,
            printable(one.name),
            one.place,
            one.code,
            ", ".join(name for _id, name in one.instead) or tr(_("nothing follows it")),
        )
        for one in found
    ]
    columns = (tr(_("Object")), tr(_("Name")), tr(_("Property")), tr(_("Refers to")), tr(_("Could refer to")))
    said = tr(
        _("Nothing was changed: these are proposals. A new version of each object is its owner's to write.")
    )
    return table(columns, rows) + "\n" + said


def _matrix(found: Matrix, every: bool) -> str:
    if not found.techniques:
        return tr(
            _("No technique of ATT&CK is held here yet. Import its bundle: cordiale cyber attack import FILE")
        )
    lang = current().lang
    shown = [one for one in found.techniques if every or one.count]
    covered = sum(bool(one.count) for one in found.techniques)
    head = tr(
        _("{domain}: {covered} of {techniques} techniques are covered by something that you may see."),
        domain=f"{found.domain} {found.version}".strip(),
        covered=number(lang, covered),
        techniques=number(lang, len(found.techniques)),
    )
    narrowed = [word for word in (found.source, found.marking) if word]
    if narrowed:
        head += " " + tr(_("Counted only: {what}."), what=", ".join(map(printable, narrowed)))
    rows = [
        (
            one.code,
            printable(one.name),
            number(lang, one.count),
            ", ".join(f"{kind} {n}" for kind, n in one.cover.types) or "–",
            ", ".join(name for name, _n_ in one.cover.sources) or "–",
        )
        for one in shown
    ]
    columns = (tr(_("Code")), tr(_("Technique")), tr(_("Objects")), tr(_("Types")), tr(_("By whom")))
    return head + ("\n" + table(columns, rows) if rows else "")


def _layer(found: Layer) -> str:
    lang = current().lang
    known = {one.code: one.name for one in found.techniques}
    lines = [
        f"{printable(found.name)} ({found.domain} {found.version})",
        tr(_("{n} techniques in the layer."), n=number(lang, len(found.techniques))),
    ]
    strange = sorted({one.code for one in found.techniques if not one.held})
    for words, codes in (
        (tr(_("In the layer, covered by nothing that you may see:")), found.uncovered),
        (tr(_("Covered here, not in the layer:")), found.unscored),
        (tr(_("Not held here, or ended:")), strange),
    ):
        if codes:
            lines += [
                words,
                *(f"  {printable(one)} {printable(known.get(one, ''))}".rstrip() for one in codes[:SHOWN]),
            ]
            if len(codes) > SHOWN:
                lines.append("  " + tr(_("… and {n} more: see --json"), n=len(codes) - SHOWN))
    return "\n".join(lines)
