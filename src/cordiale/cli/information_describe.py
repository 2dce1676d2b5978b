"""`cordiale information set-add|gather|describe|report|bundle`: what an incident or a set is made of, and its report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.information import app
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, printable
from cordiale.cli.response_shown import in_words
from cordiale.cli.session import current
from cordiale.cli.tree import Command, labelled, tr
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.domains.information.reports.written import Filled

SUBJECT = typer.Argument(metavar="ID", help=tr(_("The incident, set or collective response, by STIX id.")))
EN = typer.Option("--en", metavar="TEXT", help=tr(_("In English.")))
FR = typer.Option("--fr", metavar="TEXT", help=tr(_("In French.")))
MARKING = typer.Option("-m", "--marking", metavar="ATOM", help=tr(_("Its marking, beside what it is said of is marked by.")))  # fmt: skip


@app.command(
    "set-add",
    cls=Command,
    help=tr(_("Describe an information manipulation set: the infrastructure and habits that tie incidents together.")),
)  # fmt: skip
def set_add(
    name: Annotated[str, typer.Argument(metavar="NAME", help=tr(_("What it is called.")))],
    marking: Annotated[str, typer.Option("-m", "--marking", metavar="ATOM", help=tr(_("Its marking.")))],
    en: Annotated[str, EN] = "",
    fr: Annotated[str, FR] = "",
    because_en: Annotated[str, typer.Option("--because-en", metavar="TEXT", help=tr(_("Why it is one set, in English.")))] = "",
    because_fr: Annotated[str, typer.Option("--because-fr", metavar="TEXT", help=tr(_("Why it is one set, in French.")))] = "",
    aliases: Annotated[list[str] | None, typer.Option("--alias", metavar="NAME", help=tr(_("Another name of it; may be repeated.")))] = None,
) -> None:  # fmt: skip
    """Describe a set."""
    from cordiale.domains.information.sets.gathering import set_add as add
    from cordiale.joint.words import Words

    with opened() as (node, actor):
        identifier = add(node.desk, actor, name, marking=marking, words=Words(en, fr), because=Words(because_en, because_fr), aliases=aliases or ())  # fmt: skip
    emit({"id": identifier}, lambda: tr(_("Described: {id}"), id=identifier))


@app.command(
    "gather", cls=Command, help=tr(_("Gather incidents, channels, narratives and sites into a set."))
)
def gather(
    set_id: Annotated[str, typer.Argument(metavar="SET", help=tr(_("The set, by STIX id.")))],
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID…]", help=tr(_("What is gathered.")))] = None,
    sites: Annotated[str, typer.Option("--sites", metavar="ID", help=tr(_("A kinship kept here, whose sites are gathered.")))] = "",
    group: Annotated[int, typer.Option("--group", metavar="N", help=tr(_("Which group of it.")))] = 1,
    marking: Annotated[str, MARKING] = "",
) -> None:  # fmt: skip
    """Gather into a set."""
    from cordiale.domains.information.sets.gathering import gather as gathered

    with opened() as (node, actor):
        done = gathered(node.desk, actor, set_id, ids or (), sites=sites, group=group, marking=marking)
    emit(done, lambda: tr(_("New ties: {n}; there before: {stood}."), n=len(done.ties), stood=done.stood))


@app.command(
    "describe",
    cls=Command,
    help=tr(_("Describe a narrative, channel, event or piece of media of an incident or a set, as OpenCTI does, with a plain STIX fallback.")),
)  # fmt: skip
def describe(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=tr(_("narrative, channel, event or media-content.")))],
    name: Annotated[str, typer.Argument(metavar="NAME", help=tr(_("What it is called.")))],
    of: Annotated[list[str] | None, typer.Option("--of", metavar="ID", help=tr(_("The incident or set that it is of; may be repeated.")))] = None,
    en: Annotated[str, EN] = "",
    fr: Annotated[str, FR] = "",
    types: Annotated[list[str] | None, typer.Option("--type", metavar="WORD", help=tr(_("Of which type, such as telegram; may be repeated.")))] = None,
    url: Annotated[str, typer.Option("--url", metavar="URL", help=tr(_("The address of a piece of media.")))] = "",
    at: Annotated[str, typer.Option("--when", metavar="TIME", help=tr(_("When it was published, or when the event began.")))] = "",
    until: Annotated[str, typer.Option("--until", metavar="TIME", help=tr(_("When the event ended.")))] = "",
    marking: Annotated[str, MARKING] = "",
) -> None:  # fmt: skip
    """Describe something."""
    from cordiale.cli.moment import instant_of
    from cordiale.domains.information.shapes.describing import describe as described
    from cordiale.joint.moment import stamp
    from cordiale.joint.words import Words

    began = stamp(instant_of(at)) if at else ""
    ended = stamp(instant_of(until, end=True)) if until else ""
    with opened() as (node, actor):
        done = described(node.desk, actor, kind, name, about=of or (), words=Words(en, fr), types=types or (), url=url, at=began, until=ended, marking=marking)  # fmt: skip
    emit(done, lambda: tr(_("Described: {id}"), id=done.id))


@app.command(
    "report",
    cls=Command,
    help=tr(_("Fill a report skeleton, ABCDE or SCOTCH, from what is held of an incident, with the evidence of every line; gaps are said as gaps.")),
)  # fmt: skip
def report(
    subject: Annotated[str, SUBJECT],
    shape: Annotated[str, typer.Option("--as", metavar="WORD", help=tr(_("abcde or scotch.")))] = "abcde",
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help=tr(_("Write it in both languages to FILE.html, .docx or .odt.")))] = None,
    keep: Annotated[bool, typer.Option("--keep", help=tr(_("Keep it as a STIX report.")))] = False,
    marking: Annotated[str, MARKING] = "",
) -> None:  # fmt: skip
    """Fill a skeleton."""
    from cordiale.domains.information.reports.written import document, filled
    from cordiale.domains.information.reports.written import report as kept
    from cordiale.platform.replacing import replace_file

    with opened() as (node, actor):
        found = filled(node.desk, actor, subject, shape)
        if out is not None:
            data, _kind = document(node.desk, actor, found, out.suffix.lstrip(".").lower(), current().lang)
            replace_file(out, data, 0o600)
        identifier = kept(node.desk, actor, subject, shape, marking=marking) if keep else ""
    emit({"report": found, "id": identifier, "out": str(out or "")}, lambda: _filled(found, identifier))


def _filled(found: Filled, identifier: str) -> str:
    lines = [labelled(found.skeleton, printable(found.title)), f"  [{' '.join(found.marking)}]"]
    for one in found.sections:
        lines += ["", f"{one.letter} – {in_words(one.name)}. {in_words(one.asks)}"]
        for line in one.lines:
            lines.append(f"  • {in_words(line.words)}")
            lines.append("    " + ", ".join(line.evidence))
        if not one.lines:
            lines.append("  " + tr(_("Gap: {words}"), words=in_words(one.gap)))
    if found.responses:
        lines += ["", tr(_("Responses that DISARM Blue offers:"))]
        lines += [f"  {code} {printable(name)} ({against})" for code, name, against in found.responses]
    if identifier:
        lines += ["", tr(_("Kept as {id}"), id=identifier)]
    return "\n".join(lines)


@app.command(
    "bundle",
    cls=Command,
    help=tr(_("Write an incident or a set with what stands around it as STIX: in OpenCTI's shapes, or plain for a client without extensions.")),
)  # fmt: skip
def bundle(
    subject: Annotated[str, SUBJECT],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help=tr(_("File to write.")))],
    shape: Annotated[str, typer.Option("--as", metavar="WORD", help=tr(_("opencti or plain.")))] = "opencti",
) -> None:  # fmt: skip
    """Write a bundle."""
    from cordiale.domains.information.shapes.bundle import bundle as made
    from cordiale.platform.replacing import replace_file

    with opened() as (node, actor):
        found = made(node.desk, actor, subject, shape)
    replace_file(out, found.data, 0o600)
    answer = {"out": str(out), "types": found.types, "in_part": found.in_part, "more": found.more}
    emit(answer, lambda: ", ".join(f"{kind} {n}" for kind, n in found.types.items()))
