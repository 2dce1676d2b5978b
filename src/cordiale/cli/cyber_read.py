"""`cordiale cyber read`: what would be taken out of a text, a table or a file of rules, and why; then take it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cordiale.cli.cyber import app
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, printable, table
from cordiale.cli.reports import import_report
from cordiale.cli.session import current
from cordiale.cli.tree import Command, tr
from cordiale.platform.languages import _, text

if TYPE_CHECKING:
    from cordiale.domains.cyber.readers.found import Taken

WIDEST = 60


@app.command(
    "read",
    cls=Command,
    help=tr(
        _(
            "Show which indicators a report or a table holds, how sure each is and why it was taken, and what was left. - reads standard input: paste a text and end it with Ctrl-D. With --keep they are taken in."
        )
    ),
)
def read(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help=tr(_("A text or a table; - for standard input.")))
    ],
    own: Annotated[
        list[str] | None,
        typer.Option(
            "--own", metavar="NAME", help=tr(_("A domain of who wrote the report; may be repeated."))
        ),
    ] = None,
    plain: Annotated[
        bool,
        typer.Option(
            "--plain", help=tr(_("Take also what is written plainly where other values are made harmless."))
        ),
    ] = False,
    least: Annotated[
        int,
        typer.Option("--confidence", metavar="N", min=0, max=100, help=tr(_("Least confidence, 0 to 100."))),
    ] = 0,
    left: Annotated[bool, typer.Option("--left", help=tr(_("List what was not taken, too.")))] = False,
    keep: Annotated[bool, typer.Option("--keep", help=tr(_("Take in what is shown.")))] = False,
    marking: Annotated[
        list[str] | None,
        typer.Option(
            "--marking", "-m", metavar="ATOM…", help=tr(_("Marking of what is kept; may be repeated."))
        ),
    ] = None,
) -> None:
    """Show and take indicators."""
    import sys

    from cordiale.domains.cyber.readers.taking import keep as take_in
    from cordiale.domains.cyber.readers.taking import taken_of

    content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    if not keep:
        found = taken_of(content, own=own or (), plain=plain, least=least)
        emit(found, lambda: _words(found, left, kept=False))
        return
    written = None if file == "-" else Path(file).stat().st_mtime_ns // 1000
    with opened() as (node, actor):
        found, report = take_in(
            node.desk,
            actor,
            content,
            Path(file).name,
            own=own or (),
            plain=plain,
            least=least,
            marking=marking,
            at=written,
        )
    answer: dict[str, Any] = {"found": found.found, "left": found.left, "import": report}
    emit(answer, lambda: f"{_words(found, left, kept=True)}\n{import_report(report, warnings=False)}")


def _words(found: Taken, left: bool, *, kept: bool) -> str:
    from cordiale.domains.cyber.readers.found import BETWEEN, REASONS

    lang = current().lang
    rows = [
        (
            str(one.line),
            one.kind,
            printable(_short(one.value)),
            str(one.confidence),
            text(lang, BETWEEN).join(text(lang, REASONS[reason]) for reason in one.reasons),
        )
        for one in found.found
    ]
    lines = [printable(found.title)] if found.title else []
    if rows:
        head = (tr(_("Line")), tr(_("Kind")), tr(_("Value")), tr(_("Confidence")), tr(_("Why it was taken")))
        lines.append(table(head, rows))
    else:
        lines.append(tr(_("Nothing in it is taken for an indicator.")))
    if found.left:
        by_reason: dict[str, int] = {}
        for gone in found.left:
            by_reason[gone.reason] = by_reason.get(gone.reason, 0) + 1
        lines.append(tr(_("Not taken:")))
        lines += [f"  {count}  {_reason(reason)}" for reason, count in by_reason.items()]
        if left:
            shown = [
                (str(gone.line), gone.kind or "–", printable(_short(gone.value)), _reason(gone.reason))
                for gone in found.left
            ]
            lines.append(table((tr(_("Line")), tr(_("Kind")), tr(_("Value")), tr(_("Why not"))), shown))
        else:
            lines.append(tr(_("See each with --left.")))
    if rows and not kept:
        lines.append(tr(_("Nothing was taken in yet: repeat with --keep and a --marking.")))
    return "\n".join(lines)


def _reason(reason: str) -> str:
    from cordiale.domains.cyber.readers.found import LEFT

    name, _colon, held = reason.partition(":")
    return text(current().lang, LEFT[name], list=held)


def _short(value: str) -> str:
    return value if len(value) <= WIDEST else value[: WIDEST - 1] + "…"
