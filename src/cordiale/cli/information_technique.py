"""`cordiale information propose|technique-accept|technique-reject`: techniques of DISARM that findings speak for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.information import app
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, printable
from cordiale.cli.response_shown import in_words
from cordiale.cli.tree import Command, labelled, tr
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.domains.information.proposals.proposing import Proposal, Proposed

ABOUT = typer.Argument(metavar="ID", help=tr(_("The incident, set, campaign or actor, by STIX id.")))
CODE = typer.Argument(metavar="CODE", help=tr(_("The technique, such as T0084.001.")))
DATASETS = typer.Option("--dataset", metavar="NAME", help=tr(_("A dataset whose copies and synchrony are looked at; may be repeated.")))  # fmt: skip
LINEAGES = typer.Option("--lineage", metavar="ID", help=tr(_("A lineage kept here; may be repeated.")))
SITES = typer.Option("--sites", metavar="ID", help=tr(_("A kinship of sites kept here; may be repeated.")))
MARKING = typer.Option("-m", "--marking", metavar="ATOM", help=tr(_("Stricter than the object and its evidence are.")))  # fmt: skip

STATES = {"proposed": _("proposed"), "accepted": _("accepted"), "rejected": _("rejected")}
CONFIDENCES = {"low": _("low"), "moderate": _("moderate"), "high": _("high")}


@app.command(
    "propose",
    cls=Command,
    help=tr(_("Propose techniques of DISARM for an incident or a set, each with its reasons and evidence. Nothing is decided by it.")),
)  # fmt: skip
def propose(
    about: Annotated[str, ABOUT],
    datasets: Annotated[list[str] | None, DATASETS] = None,
    lineages: Annotated[list[str] | None, LINEAGES] = None,
    sites: Annotated[list[str] | None, SITES] = None,
) -> None:
    """Propose techniques."""
    from cordiale.domains.information.proposals.proposing import proposals

    with opened() as (node, actor):
        found = proposals(node.desk, actor, about, datasets=datasets or (), lineages=lineages or (), sites=sites or ())  # fmt: skip
    emit(found, lambda: _proposed(found))


def _proposed(found: Proposed) -> str:
    if not found.framework:
        return tr(_("Nothing of DISARM is here yet. Import its STIX bundle or its MISP clusters: cordiale import FILE"))  # fmt: skip
    lines = [tr(_("{name}: signals looked at: {n}."), name=printable(found.name), n=found.signals)]
    lines += [line for one in found.proposals for line in _lines(one)]
    if found.missing:
        lines.append(tr(_("Not held in the framework imported here: {codes}."), codes=", ".join(found.missing)))  # fmt: skip
    if not found.proposals:
        lines.append(tr(_("The findings speak for no technique. Name some: --dataset, --lineage, --sites")))
    return "\n".join(lines)


def _lines(one: Proposal) -> list[str]:
    head = tr(
        _("{code} {name}: {state}, confidence {confidence}"),
        code=one.code,
        name=printable(one.name),
        state=tr(STATES[one.state]),
        confidence=tr(CONFIDENCES[one.confidence]),
    )
    lines = ["", head]
    if one.because:
        lines.append("  " + labelled(one.node, printable(one.because)))
    for reason in one.reasons:
        lines.append(f"  • {in_words(reason.words)}")
        lines.append("    " + tr(_("What would change our mind: {words}"), words=in_words(reason.unless)))
        lines += [f"    {pointer.object_ref or pointer.dataset + ' ' + pointer.part}" for pointer in reason.evidence]  # fmt: skip
    if one.responses:
        lines.append("  " + tr(_("Responses: {codes}"), codes=", ".join(f"{r.code} {printable(r.name)}" for r in one.responses[:6])))  # fmt: skip
    return lines


@app.command(
    "technique-accept",
    cls=Command,
    help=tr(_("Accept a proposed technique: a relationship with its reasons and evidence is written.")),
)
def technique_accept(
    about: Annotated[str, ABOUT],
    code: Annotated[str, CODE],
    datasets: Annotated[list[str] | None, DATASETS] = None,
    lineages: Annotated[list[str] | None, LINEAGES] = None,
    sites: Annotated[list[str] | None, SITES] = None,
    because: Annotated[str, typer.Option("--because", metavar="TEXT", help=tr(_("In your own words.")))] = "",
    marking: Annotated[str, MARKING] = "",
) -> None:
    """Accept."""
    _decide(about, code, True, because, datasets, lineages, sites, marking)


@app.command(
    "technique-reject",
    cls=Command,
    help=tr(_("Reject a proposed technique with a reason; it stays rejected when it is proposed again.")),
)
def technique_reject(
    about: Annotated[str, ABOUT],
    code: Annotated[str, CODE],
    because: Annotated[str, typer.Option("--because", metavar="TEXT", help=tr(_("In your own words.")))],
    datasets: Annotated[list[str] | None, DATASETS] = None,
    lineages: Annotated[list[str] | None, LINEAGES] = None,
    sites: Annotated[list[str] | None, SITES] = None,
    marking: Annotated[str, MARKING] = "",
) -> None:
    """Reject."""
    _decide(about, code, False, because, datasets, lineages, sites, marking)


def _decide(
    about: str,
    code: str,
    accept: bool,
    because: str,
    datasets: list[str] | None,
    lineages: list[str] | None,
    sites: list[str] | None,
    marking: str,
) -> None:
    from cordiale.domains.information.proposals.deciding import decide

    with opened() as (node, actor):
        done = decide(
            node.desk,
            actor,
            about,
            code,
            accept=accept,
            because=because,
            datasets=datasets or (),
            lineages=lineages or (),
            sites=sites or (),
            marking=marking,
        )
    emit(done, lambda: tr(_("{code}: {state}. {id}"), code=done.code, state=tr(STATES[done.state]), id=done.id))  # fmt: skip
