"""`cordiale cyber misp …`: write events and feeds, say what a way between MISP and STIX loses, exchange with an instance."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cordiale.cli.cyber import app as above
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, printable, progress, table
from cordiale.cli.session import current
from cordiale.cli.tree import Command, Group, labelled, tr
from cordiale.platform.languages import _, _n, ntext, number

if TYPE_CHECKING:
    from cordiale.domains.cyber.misp.export import Written
    from cordiale.domains.cyber.misp.galaxies import Joined
    from cordiale.domains.cyber.misp.loss import LossReport

LOST = 3
"""Exit code of a check that found something lost."""

app = typer.Typer(cls=Group, no_args_is_help=True)
above.add_typer(
    app,
    name="misp",
    help=tr(_("MISP: write events and feeds, check what is lost on the way, exchange with an instance.")),
)

_IDS = typer.Argument(
    metavar="ID…",
    help=tr(_("Reports to write, or objects of which one event is made; none: every report.")),
)
_OUT = typer.Option("--out", "-o", metavar="FILE", help=tr(_("File to write; without it: standard output.")))
_FOR = typer.Option(
    "--for",
    metavar="PARTNER",
    help=tr(_("Write only what goes to this partner whole, by the rules and approvals of now.")),
)
_WORDS = typer.Option("--words", metavar="TEXT", help=tr(_("Only what holds these words.")))
_TYPE = typer.Option(
    "--type",
    "-t",
    metavar="TEXT",
    help=tr(_("Type of object to look for: report, indicator, vulnerability.")),
)


@app.command(
    "write",
    cls=Command,
    help=tr(_("Write reports as MISP events, with everything of them that you may read.")),
)
def write(
    ids: Annotated[list[str] | None, _IDS] = None,
    out: Annotated[Path | None, _OUT] = None,
    partner: Annotated[str | None, _FOR] = None,
    words: Annotated[str, _WORDS] = "",
    type_: Annotated[str, _TYPE] = "report",
) -> None:
    """Write events."""
    import sys

    from cordiale.domains.cyber.misp.export import write_file
    from cordiale.platform.replacing import replacing

    given: dict[str, Any] = {"ids": ids or (), "partner": partner or "", "lang": current().lang}
    given["asked"] = _asked(words, type_)
    with opened() as (node, actor):
        if out is None:
            written = write_file(node.desk, actor, sys.stdout.buffer.write, **given)
            sys.stdout.buffer.write(b"\n")
            sys.stdout.buffer.flush()
            sys.stderr.write(_said(written, "MISP") + "\n")
            return
        with replacing(out, 0o600) as stream:
            written = write_file(node.desk, actor, stream.write, **given)
    emit(written, lambda: _said(written, str(out)))


@app.command(
    "feed",
    cls=Command,
    help=tr(
        _(
            "Write reports as a feed into a folder: a file for each event, manifest.json and hashes.csv. Put it behind a web server that knows who may fetch it."
        )
    ),
)
def feed(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help=tr(_("Folder to write into.")))],
    ids: Annotated[list[str] | None, _IDS] = None,
    partner: Annotated[str | None, _FOR] = None,
    words: Annotated[str, _WORDS] = "",
    type_: Annotated[str, _TYPE] = "report",
) -> None:
    """Write a feed."""
    from cordiale.domains.cyber.misp.export import write_feed

    with opened() as (node, actor):
        written = write_feed(
            node.desk,
            actor,
            folder,
            ids=ids or (),
            asked=_asked(words, type_),
            partner=partner or "",
            lang=current().lang,
        )
    emit(written, lambda: _said(written, str(folder)))


@app.command(
    "check",
    cls=Command,
    help=tr(
        _(
            "Read a file of MISP or STIX, write it again, and say of each field that differs why. Nothing is kept. Ends with 3 when something is lost."
        )
    ),
)
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=tr(_("Events of MISP, or STIX.")))],
    every: Annotated[
        bool, typer.Option("--all", help=tr(_("Name the places of accepted differences too.")))
    ] = False,
) -> None:
    """Check a round trip."""
    from cordiale.domains.cyber.misp.trip import checked
    from cordiale.platform.errors import NotFound

    if not file.is_file():
        raise NotFound("no-file", _("There is no file {path}: check its name."), path=str(file))
    report = checked(file.read_bytes(), current().lang)
    emit(report, lambda: _lost(report, every))
    if report.lost:
        raise typer.Exit(LOST)


@app.command(
    "galaxies",
    cls=Command,
    help=tr(
        _(
            "Join what galaxies' tags are on to what they name, where that was taken in later: techniques, groups, software. An import does the same for what it brings."
        )
    ),
)
def galaxies() -> None:
    """Join tags to what they name."""
    from cordiale.domains.cyber.misp.galaxies import join

    with opened() as (node, actor), progress(tr(_("Joining"))) as report:
        joined = join(node.desk, actor, progress=report)
    emit(joined, lambda: _joined(joined))


def _joined(joined: Joined) -> str:
    lang = current().lang
    lines = [
        tr(
            _("Objects with tags of galaxies: {tagged}. Relationships made: {made}; there already: {same}."),
            tagged=number(lang, joined.tagged),
            made=number(lang, joined.made),
            same=number(lang, joined.same),
        )
    ]
    if joined.unknown:
        lines.append(tr(_("Nothing held is called so:")))
        lines += [
            "  " + labelled(printable(f"{number(lang, count)} × {galaxy}"), printable(name))
            for galaxy, name, count in joined.unknown
        ]
    return "\n".join(lines)


def _asked(words: str, type_: str) -> Any:
    from cordiale.desk.views.search import Question

    return Question(words=words.strip(), type=type_)


def _said(written: Written, where: str) -> str:
    lang = current().lang
    events = ntext(lang, *_n("{n} event", "{n} events"), written.events)
    held = ntext(lang, *_n("{n} attribute", "{n} attributes"), written.attributes)
    lines = [labelled(where, f"{events}, {held}")]
    lines += [
        f"  {number(lang, reason.count)}  {reason.words}"
        for reason in written.losses.reasons
        if not reason.accepted
    ]
    return "\n".join(lines)


def _lost(report: LossReport, every: bool) -> str:
    lang = current().lang
    head = (
        ntext(lang, *_n("{n} field is lost.", "{n} fields are lost."), report.lost)
        if report.lost
        else tr(_("Nothing is lost."))
    )
    lines = [head]
    if report.reasons:
        rows = [
            (
                number(lang, reason.count),
                tr(_("accepted")) if reason.accepted else tr(_("lost")),
                reason.words,
            )
            for reason in report.reasons
        ]
        lines.append(table((tr(_("Fields")), "", tr(_("Why"))), rows))
    accepted = {reason.name for reason in report.reasons if reason.accepted}
    lines += [
        printable(f"  {place.path} ({place.reason}): {_value(place.before)} → {_value(place.after)}")
        for place in report.places
        if every or place.reason not in accepted
    ]
    return "\n".join(lines)


def _value(value: Any) -> str:
    return "–" if value is None else str(value)
