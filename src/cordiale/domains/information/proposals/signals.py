"""Read signals off findings that are kept here: analyses of datasets, lineages, kinship of sites. Nothing runs anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cordiale.desk.analysis.datasets import dataset_show
from cordiale.domains.information.drift.words import DRIFTED
from cordiale.domains.information.proposals.signal import ROWS, Pointer, Signal
from cordiale.domains.information.sheet.packed import legal
from cordiale.platform.errors import NotFound

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.analysis.datasets import DatasetView
    from cordiale.desk.desk import Desk
    from cordiale.domains.information.copies.view import Cluster
    from cordiale.domains.information.lineage.answer import Answer, Edge
    from cordiale.domains.information.synchrony.view import Network

CLUSTERS = 50
"""Largest clusters that are read of one dataset."""

LONGEST = 120
"""Characters of a text that name a cluster."""


def of_dataset(desk: Desk, actor: Actor, dataset: str) -> list[Signal]:
    """Return the signals of what was found last in a dataset; empty for what was not analysed. Raises NotFound."""
    held = dataset_show(desk, actor, dataset)
    return [*_copies(desk, actor, held), *_synchrony(desk, actor, held)]


def _copies(desk: Desk, actor: Actor, held: DatasetView) -> Iterator[Signal]:
    from cordiale.domains.information.copies.view import copies

    try:
        found = copies(desk, actor, held.id, limit=CLUSTERS, anew=False)
    except NotFound:
        return
    for one in found.clusters:
        yield Signal(
            kind="copies",
            what="cluster",
            name=_short(one.first.text),
            values=_cluster(one, held),
            evidence=(
                Pointer(
                    dataset=held.id, seal=found.seal, part=f"copies/{one.cluster}", rows=(one.first.line,)
                ),
            ),
            marking=frozenset(held.marking),
        )


def _cluster(one: Cluster, held: DatasetView) -> dict[str, float | int | str]:
    return {
        "posts": one.posts,
        "accounts": one.accounts,
        "networks": len(one.networks),
        "per_account": round(one.posts / max(1, one.accounts), 1),
        "differing": sum(one.differing.values()),
        "name": _short(one.first.text),
        "dataset": legal(held.name),
    }


def _synchrony(desk: Desk, actor: Actor, held: DatasetView) -> Iterator[Signal]:
    from cordiale.domains.information.synchrony.view import synchrony

    try:
        found = synchrony(desk, actor, held.id, anew=False)
    except NotFound:
        return
    for network in found.networks:
        for number, members in enumerate(network.communities, start=1):
            yield _community(network, number, members, held, found.seal, int(found.profile["window_s"]))


def _community(
    network: Network, number: int, members: Sequence[str], held: DatasetView, seal: str, window: int
) -> Signal:
    inside = frozenset(members)
    # accounts of one known owner act together openly: that speaks for no technique
    edges = [e for e in network.edges if e.one in inside and e.other in inside and not e.owner]
    lines = sorted(
        {post.line for edge in edges for meeting in edge.meetings for post in (meeting.one, meeting.other)}
    )
    return Signal(
        kind="synchrony",
        what=network.kind,
        name=f"{held.name} {network.kind} {number}",
        values={
            "accounts": len({name for edge in edges for name in (edge.one, edge.other)}),
            "occasions": sum(edge.occasions for edge in edges),
            "expected": round(sum(edge.expected for edge in edges), 1),
            "window": window,
            "dataset": legal(held.name),
        },
        evidence=(
            Pointer(
                dataset=held.id,
                seal=seal,
                part=f"synchrony/{network.kind}/{number}",
                rows=tuple(lines[:ROWS]),
            ),
        ),
        marking=frozenset(held.marking),
    )


def of_lineage(desk: Desk, actor: Actor, report: str) -> list[Signal]:
    """Return the signals of a lineage that is kept here; raises NotFound for one the actor may not open."""
    from cordiale.domains.information.lineage.kept import opened

    found = opened(desk, actor, report)
    answer = next(iter(found.kept.answers.values()))
    marking = frozenset(atom for one in found.markings for atom in one)
    evidence = (Pointer(object_ref=found.id), *(Pointer(object_ref=one.id) for one in found.inputs))
    signals = []
    for edge in answer.edges:
        counted = _drift(answer, edge)
        names = {"source": _named(answer, edge, derived=False), "derived": _named(answer, edge, derived=True)}
        tongues = _languages(answer, edge)
        values: dict[str, float | int | str] = {**counted, **names}
        if edge.direction == "known" and edge.kind != "common_source":
            share = max(edge.containment)
            values |= {"share": share, "percent": round(100 * share)}
            what = "translation" if tongues[0] != tongues[1] else "copy"
            signals.append(_signal("lineage", what, names["derived"], values, evidence, marking))
        if edge.kind != "common_source":
            signals.append(_signal("drift", "claims", names["derived"], values, evidence, marking))
    return signals


def _signal(
    kind: str,
    what: str,
    name: str,
    values: dict[str, float | int | str],
    evidence: tuple[Pointer, ...],
    marking: frozenset[str],
) -> Signal:
    return Signal(kind=kind, what=what, name=name, values=values, evidence=evidence, marking=marking)  # type: ignore[arg-type]


def _drift(answer: Answer, edge: Edge) -> dict[str, int]:
    labels = Counter(
        pair.label
        for pair in answer.pairs
        if pair.region == "body"
        and (pair.derived_doc, pair.derived_segment) == (edge.derived, edge.derived_segment)
        and pair.source_doc in (None, edge.source)
    )
    omitted = sum(
        (one.source_doc, one.derived_doc) == (edge.source, edge.derived) for one in answer.omissions
    )
    return {
        "drifted": sum(labels[label] for label in DRIFTED if label != "to_review"),
        **{label: labels[label] for label in ("strengthened", "weakened", "altered", "contradicted")},
        "added": labels["unsupported_addition"],
        "omitted": omitted,
    }


def _named(answer: Answer, edge: Edge, *, derived: bool) -> str:
    doc, n = (edge.derived, edge.derived_segment) if derived else (edge.source, edge.source_segment)
    several = any(view.doc == doc and len(view.segments) > 1 for view in answer.documents)
    return legal(f"{doc} [{n}]" if several else doc)


def _languages(answer: Answer, edge: Edge) -> tuple[str, str]:
    spoken = {(view.doc, s.n): s.lang for view in answer.documents for s in view.segments}
    return (
        spoken.get((edge.source, edge.source_segment), ""),
        spoken.get((edge.derived, edge.derived_segment), ""),
    )


def _short(words: str) -> str:
    flat = legal(" ".join(words.split()))
    return flat if len(flat) <= LONGEST else flat[: LONGEST - 1] + "…"
