"""`cordiale cyber export`: indicators as lists and rules for the tools that use them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from cordiale.cli.cyber import app
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, table
from cordiale.cli.session import current
from cordiale.cli.tree import Command, labelled, tr
from cordiale.platform.languages import _, _n, ntext, number, text
from cordiale.platform.replacing import replace_file

if TYPE_CHECKING:
    from cordiale.desk.views.search import Question
    from cordiale.domains.cyber.writers.export import Exported

MISP = ("misp", "misp-feed")
"""Formats of MISP's, written by its own part of the domain: an event, or a folder that MISP fetches."""


@app.command(
    "export",
    cls=Command,
    help=tr(
        _(
            "Write indicators for a tool: csv, hosts, rpz, netset, domains, urls, suricata, snort, sigma, yara, misp, misp-feed. What has ended, what PAP forbids for that use and what lists of false positives hold is left out, and said. Without --format: list the formats."
        )
    ),
)
def export(
    format_: Annotated[
        str | None, typer.Option("--format", "-f", metavar="NAME", help=tr(_("What to write.")))
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="FILE", help=tr(_("File to write; without it: standard output."))
        ),
    ] = None,
    partner: Annotated[
        str | None,
        typer.Option(
            "--for",
            metavar="PARTNER",
            help=tr(_("Write only what goes to this partner whole, by the rules and approvals of now.")),
        ),
    ] = None,
    words: Annotated[
        str, typer.Option("--words", metavar="TEXT", help=tr(_("Only what holds these words.")))
    ] = "",
    value: Annotated[
        str | None,
        typer.Option("--value", metavar="TEXT", help=tr(_("Only this value: domain-name=a.example"))),
    ] = None,
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
) -> None:
    """Write indicators into a file."""
    import sys

    from cordiale.desk.views.search import Question
    from cordiale.domains.cyber.writers.export import export as write

    if format_ is None:
        emit(_formats(), _known)
        return
    asked = Question(words=words.strip(), value=value, source=source, marking=marking)
    if format_ in MISP:
        _misp(format_, out, partner or "", asked)
        return
    with opened() as (node, actor):
        made = write(
            node.desk,
            actor,
            format_,
            asked=asked,
            partner=partner or "",
            confidence=confidence,
            lang=current().lang,
        )
    if out is not None:
        replace_file(out, made.data, 0o600)
    elif not current().json:
        sys.stdout.buffer.write(made.data)
        sys.stdout.buffer.flush()
        sys.stderr.write(_said(made, None) + "\n")
        return
    emit(_told(made, out), lambda: _said(made, out))


def _misp(form: str, out: Path | None, partner: str, asked: Question) -> None:
    """Write an event of MISP, or a feed of events into a folder."""
    import sys

    from cordiale.domains.cyber.misp.export import write_feed, write_file
    from cordiale.platform.errors import ConfigurationError
    from cordiale.platform.replacing import replacing

    if form == "misp-feed" and out is None:
        raise ConfigurationError("misp-folder", _("A feed of MISP is a folder: name it with --out."))
    lang = current().lang
    one = msgspec.structs.replace(asked, type="indicator")
    with opened() as (node, actor):
        if out is None:
            write_file(node.desk, actor, sys.stdout.buffer.write, asked=one, partner=partner, lang=lang)
            sys.stdout.buffer.flush()
            return
        if form == "misp-feed":
            made = write_feed(node.desk, actor, out, asked=one, partner=partner, lang=lang)
        else:
            with replacing(out, 0o600) as stream:
                made = write_file(node.desk, actor, stream.write, asked=one, partner=partner, lang=lang)
    entries = ntext(lang, *_n("{n} entry", "{n} entries"), made.attributes)
    emit(made, lambda: labelled(str(out), entries))


def _told(made: Exported, out: Path | None) -> dict[str, object]:
    """Return the answer for programs; the bytes stand in it where no file was written."""
    told: dict[str, object] = {
        "format": made.format,
        "out": str(out) if out else "",
        "entries": made.entries,
        "left": made.left,
        "withheld": made.withheld,
        "marking": list(made.marking),
    }
    return told if out is not None else told | {"content": made.data.decode("utf-8", "replace")}


def _said(made: Exported, out: Path | None) -> str:
    from cordiale.domains.cyber.writers.line import LEFT, WITHHELD

    lang = current().lang
    entries = ntext(lang, *_n("{n} entry", "{n} entries"), made.entries)
    lines = [labelled(str(out or made.format), entries)]
    lines += [f"  {number(lang, count)}  {text(lang, LEFT[reason])}" for reason, count in made.left.items()]
    if made.withheld:
        lines.append(f"  {number(lang, made.withheld)}  {text(lang, WITHHELD)}")
    return "\n".join(lines)


def _formats() -> dict[str, object]:
    from cordiale.domains.cyber.writers.forms import FORMS

    return {
        "formats": [
            {"name": one.name, "title": tr(one.title), "use": one.wanted.use, "suffix": one.suffix}
            for one in FORMS.values()
        ]
    }


def _known() -> str:
    from cordiale.domains.cyber.writers.forms import FORMS

    uses = {
        "block": tr(_("acts on traffic: PAP:CLEAR, PAP:GREEN or none")),
        "network": tr(_("watches the network: not PAP:RED")),
        "logs": tr(_("looks at logs and files: every PAP")),
        "data": tr(_("for people and other programs: every PAP")),
    }
    rows = [(one.name, tr(one.title), uses[one.wanted.use]) for one in FORMS.values()]
    rows.append(("misp", tr(_("an event of MISP with what the search finds")), uses["data"]))
    rows.append(("misp-feed", tr(_("a folder of events that MISP fetches")), uses["data"]))
    return table((tr(_("Format")), tr(_("What it is")), tr(_("Use"))), rows)
