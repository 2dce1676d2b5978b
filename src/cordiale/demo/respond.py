"""What the three partners answer together to the scenario's information incident: shared, assessed, agreed on one text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from cordiale.demo import chapter as chapters
from cordiale.demo import story
from cordiale.demo.partnership import Plan, plan
from cordiale.demo.process import Nodes

CHAIR: Final = "france"
INCIDENT: Final = ("contentfarm/operation", "contentfarm/claim")
"""What the response is about; both partners are given it whole (`expected.toml`)."""

MARKING: Final = "tlp:amber"
TITLES: Final = ("False Winters: a collective response", "Faux hivers : une réponse collective")
RESERVE: Final = ("Canada names no account in public.", "Le Canada ne nomme aucun compte publiquement.")

Wait = Callable[[Callable[[], bool]], None]
"""Return when the question is answered yes, or when patience ends."""


class Agreed(msgspec.Struct, frozen=True):
    """How far the response came: its stage as another member sees it, the hash, who stands where."""

    id: str
    stage: str
    hash: str
    stands: Mapping[str, str]


def respond(nodes: Nodes, wait: Wait) -> str:
    """Play the response from the incident to the chair's record, each act at its own node; return its id."""
    chair, members = plan(CHAIR), [plan("canada"), plan("united-kingdom")]
    mine = chapters.objects_of(CHAIR)
    opened = _at(nodes, chair,
        "open", *(mine[key]["id"] for key in INCIDENT),
        *(part for one in members for part in ("--with", one.name)),
        "--title-en", TITLES[0], "--title-fr", TITLES[1], "-m", MARKING,
        "--framework", "G7 RRM", "--silence", "assent", "--joins", "2", "--level", "high", "--assessed", "2",
    )  # fmt: skip
    case: str = opened["id"]
    wait(lambda: all(_known(nodes, one, case) for one in members))
    _at(
        nodes,
        members[0],
        "assess",
        case,
        "high",
        "--en",
        "Copied by two of our regional titles within a day.",
    )
    _at(nodes, members[1], "assess", case, "severe", "--en", "The same articles, machine-translated, reach half a million readers here.")  # fmt: skip
    draft = nodes.folder / "response.toml"
    deadline = datetime.now(UTC) + timedelta(days=1)
    text = (chapters.SCENARIO / "response.toml").read_text("utf-8")
    draft.write_text(f"deadline = {deadline:%Y-%m-%dT%H:%M:00Z}\n{text}", "utf-8")
    hash = _at(nodes, chair, "propose", case, str(draft))["hash"]
    wait(lambda: all(_shown(nodes, one, case)["text"] is not None for one in members))
    _at(nodes, chair, "position", case, "join", "--hash", hash)
    _at(nodes, members[0], "position", case, "join-with-footnote", "--hash", hash, "--footnote-en", RESERVE[0], "--footnote-fr", RESERVE[1])  # fmt: skip
    _at(nodes, members[1], "position", case, "no-objection", "--hash", hash)
    wait(lambda: _shown(nodes, chair, case)["blocking"] == [])
    _at(nodes, chair, "agree", case, "--hash", hash, "--parity", "Claire Marchand", "--because", "Both texts were read side by side.")  # fmt: skip
    wait(lambda: all(_shown(nodes, one, case)["agreed"] is not None for one in members))
    return case


def outcome(nodes: Nodes) -> Agreed | None:
    """Return how far the response came as the last of the members sees it, None where there is none."""
    reader = plan("united-kingdom")
    found = nodes.run(reader.name, "response", "list")["responses"]
    if not found:
        return None
    seen = _shown(nodes, reader, found[0]["id"])
    record = seen["agreed"] or {"revision": "", "stands": []}
    return Agreed(
        id=seen["id"],
        stage=seen["stage"],
        hash=record["revision"],
        stands={one["node"]: one["position"] for one in record["stands"]},
    )


def _at(nodes: Nodes, where: Plan, *line: str) -> dict[str, Any]:
    return nodes.run(where.name, "response", *line, actor=story.officer(where))


def _shown(nodes: Nodes, where: Plan, case: str) -> dict[str, Any]:
    return nodes.run(where.name, "response", "show", case)


def _known(nodes: Nodes, where: Plan, case: str) -> bool:
    return any(one["id"] == case for one in nodes.run(where.name, "response", "list")["responses"])
