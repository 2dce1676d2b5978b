"""`cordiale verify`: check a proof file, without a node."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.output import emit, printable, when
from cordiale.cli.session import current
from cordiale.cli.tree import Command, labelled, single, tr
from cordiale.desk.written import written
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.outgoing.prove import ProofView

app = single()

INTEGRITY = 10


@app.command(
    cls=Command,
    help=tr(
        _(
            "Check a proof that cordiale prove wrote. It needs no node and no network. Whose keys it rests on "
            "is said in words: compare them with those you know, or give them with --key."
        )
    ),
)
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=tr(_("The proof.")))],
    key: Annotated[
        list[str] | None,
        typer.Option(
            "--key",
            metavar="NODE=WORDS",
            help=tr(_("The eight words of a node, or its key in hexadecimal; may be repeated.")),
        ),
    ] = None,
    content: Annotated[
        bool, typer.Option("--content", help=tr(_("Print the object alone, when everything holds.")))
    ] = False,
) -> None:
    """Check a proof."""
    from cordiale.desk.outgoing.prove import verify as run

    trusted = {}
    for one in key or ():
        node, equals, words = one.partition("=")
        if not equals or not words.strip():
            raise typer.BadParameter(tr(_("Write --key as NODE=WORDS, with the words between quotes.")))
        trusted[node.strip()] = words
    found = run(file.read_bytes(), trusted)
    if content and found.holds and found.content is not None and not current().json:
        emit({}, lambda: found.content)
    else:
        emit(found, lambda: _words(found, trusted=bool(trusted)))
    if not found.holds:
        raise typer.Exit(INTEGRITY)


def _words(found: ProofView, *, trusted: bool) -> str:
    lines = [_head(found)]
    for check in found.checks:
        sign = "✓" if check.holds else "✗"
        lines.append(f"  {sign} {printable(tr(check.message_id, **check.params))}")
    if not found.holds:
        lines.append(tr(_("The proof does not hold.")))
        return "\n".join(lines)
    lines.append(tr(_("Everything holds, for these keys:")))
    french = current().lang.startswith("fr")
    for party in found.parties:
        words = " ".join(party.words_fr if french else party.words)
        known = tr(_("as you gave them")) if party.known else ""
        lines.append("  " + labelled(printable(party.node), words) + (f"  ({known})" if known else ""))
    if not all(party.known for party in found.parties):
        lines.append(
            tr(
                _(
                    "The file itself says that they are theirs: compare the words with those they read out to you."
                )
            )
        )
    return "\n".join(lines)


def _head(found: ProofView) -> str:
    params = {
        "sender": printable(found.sender),
        "receiver": printable(found.receiver),
        "id": printable(found.object_id or ""),
        "number": found.sequence,
        "when": when(found.cut_at),
        "marking": printable(written(found.marking)) or "–",
        "originator": printable(found.originator or ""),
        "entries": found.entries,
    }
    if found.object_id is None:
        return tr(_("The log from {sender} to {receiver}, {entries} entries."), **params)
    head = tr(_("{sender} released {id} to {receiver}: entry {number}, {when}, under {marking}."), **params)
    if found.originator and found.originator != found.sender:
        head += " " + tr(_("It was stated by {originator}."), **params)
    return head
