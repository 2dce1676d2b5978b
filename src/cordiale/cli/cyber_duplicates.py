"""`cordiale cyber duplicates …`, `view`, `choose`, `worth`: two that are one, whose word is shown, what an indicator is still worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.cyber import app
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, printable, table
from cordiale.cli.session import current
from cordiale.cli.tree import Command, group, labelled, tr
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.domains.cyber.merging.duplicates import Decided, Proposal
    from cordiale.domains.cyber.merging.view import Field

ID = typer.Argument(metavar="ID", help=tr(_("The id of an object.")))
REASON = typer.Option("--reason", metavar="TEXT", help=tr(_("Why, in a sentence; it stands beside the decision.")))  # fmt: skip

duplicates = group(_("Objects that may be the same thing: proposed, decided by a person, taken back."))
app.add_typer(duplicates, name="duplicates")


@duplicates.callback()
def among() -> None:
    """Keep the group a group."""


@duplicates.command("list", cls=Command, help=tr(_("Show what may be the same as an object, and what was decided.")))  # fmt: skip
def list_(id: Annotated[str, ID]) -> None:
    """List proposals and decisions."""
    from cordiale.desk.views.show import show
    from cordiale.domains.cyber.merging.duplicates import decided, proposals

    with opened() as (node, actor):
        offered = proposals(node.desk, actor, show(node.desk, actor, id))
        done = decided(node.desk, actor, id)
    emit({"proposals": offered, "decided": done}, lambda: _listed(offered, done))


def _listed(offered: tuple[Proposal, ...], done: tuple[Decided, ...]) -> str:
    rows = [
        (tr(_("proposed: both carry {shared}"), shared=one.shared), one.line.name, one.line.source, one.line.id)
        for one in offered
    ]  # fmt: skip
    rows += [
        (tr(_("decided: the same")) if one.same else tr(_("decided: not the same")), one.other.name, one.id, one.other.id)
        for one in done
    ]  # fmt: skip
    if not rows:
        return tr(_("Nothing that you may see looks like the same thing."))
    return table((tr(_("state")), tr(_("name")), tr(_("source or decision")), tr(_("id"))), rows)


@duplicates.command("same", cls=Command, help=tr(_("Decide that two objects are the same: the second counts as the first.")))  # fmt: skip
def same(
    kept: Annotated[str, ID],
    other: Annotated[str, typer.Argument(metavar="OTHER", help=tr(_("The id of the other object.")))],
    reason: Annotated[str, REASON] = "",
) -> None:
    """Decide that they are the same."""
    _decide(kept, other, reason, same=True)


@duplicates.command("apart", cls=Command, help=tr(_("Decide that two objects are not the same.")))
def apart(
    kept: Annotated[str, ID],
    other: Annotated[str, typer.Argument(metavar="OTHER", help=tr(_("The id of the other object.")))],
    reason: Annotated[str, REASON] = "",
) -> None:
    """Decide that they are not."""
    _decide(kept, other, reason, same=False)


def _decide(kept: str, other: str, reason: str, *, same: bool) -> None:
    from cordiale.domains.cyber.merging.duplicates import decide

    with opened() as (node, actor):
        made = decide(node.desk, actor, kept, other, same=same, reason=reason)
    emit({"decision": made}, lambda: tr(_("Decided, and can be taken back: cordiale cyber duplicates back {id}"), id=made))  # fmt: skip


@duplicates.command("back", cls=Command, help=tr(_("Take a decision back; nothing else changes.")))
def back(
    decision: Annotated[str, typer.Argument(metavar="DECISION", help=tr(_("The id of the decision.")))],
) -> None:
    """Take a decision back."""
    from cordiale.domains.cyber.merging.duplicates import take_back

    with opened() as (node, actor):
        take_back(node.desk, actor, decision)
    emit({"taken_back": decision}, lambda: tr(_("Taken back: both stand as before.")))


@app.command("view", cls=Command, help=tr(_("Show what each source says of an object, whose word is shown, and why.")))  # fmt: skip
def view(id: Annotated[str, ID]) -> None:
    """Show the view of an object."""
    from cordiale.desk.views.history import remarks
    from cordiale.desk.views.show import show
    from cordiale.domains.cyber.merging.view import choices
    from cordiale.domains.cyber.merging.view import view as seen

    with opened() as (node, actor):
        shown = show(node.desk, actor, id)
        said = remarks(node.desk, actor, id)
        fields = seen(shown.statements, choices(said, node.desk.node), node.desk.node)
    emit({"id": id, "fields": fields}, lambda: _fields(fields))


def _fields(fields: tuple[Field, ...]) -> str:
    from cordiale.domains.cyber.words import WHYS

    rows = []
    for field in fields:
        for n, one in enumerate(field.said):
            mark = "▶" if one.source == field.shown else ""
            why = tr(WHYS[field.why], by=field.by, reason=field.reason) if n == 0 else ""
            rows.append((field.name if n == 0 else "", mark, one.source, str(one.value)[:200], why))
    return table((tr(_("property")), "", tr(_("source")), tr(_("value")), tr(_("why shown"))), rows)


@app.command("choose", cls=Command, help=tr(_("Choose whose word is shown for a property; without a source the rule decides again.")))  # fmt: skip
def choose(
    id: Annotated[str, ID],
    property: Annotated[str, typer.Argument(metavar="PROPERTY", help=tr(_("Such as name or confidence.")))],
    source: Annotated[str, typer.Argument(metavar="[SOURCE]", help=tr(_("The node whose statement is shown.")))] = "",
    reason: Annotated[str, REASON] = "",
) -> None:  # fmt: skip
    """Choose whose word is shown."""
    from cordiale.domains.cyber.merging.view import choose as chosen

    with opened() as (node, actor):
        note = chosen(node.desk, actor, id, property, source, reason)
    emit({"note": note}, lambda: tr(_("Chosen; what the sources stated stays as it is.")))


@app.command("worth", cls=Command, help=tr(_("Say what an indicator is still worth, and why.")))
def worth(id: Annotated[str, ID]) -> None:
    """Say what an indicator is worth."""
    from cordiale.desk.views.show import show
    from cordiale.domains.cyber.decay import reasons
    from cordiale.domains.cyber.indicators.seen import seen, sightings
    from cordiale.domains.cyber.indicators.worth import worth_of

    with opened() as (node, actor):
        shown = show(node.desk, actor, id)
        met = seen(sightings(node.desk, actor, id))
        found = [
            (one.summary.source, worth_of(node.desk, one, node.desk.clock(), met))
            for one in shown.statements
            if "pattern" in one.value
        ]
    lang = current().lang
    emit(
        {"id": id, "worth": [{"source": source, "score": one.score, "state": one.state, "ends": one.ends} for source, one in found]},
        lambda: "\n".join(printable(labelled(source, '. '.join((reasons(one, lang)[0], ' '.join(reasons(one, lang)[1:]))))) for source, one in found) or tr(_("This is no indicator.")),
    )  # fmt: skip
