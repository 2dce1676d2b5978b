"""What happens in the demonstration, step by step, through the command line alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import orjson

from cordiale.demo import chapter as chapters
from cordiale.demo.expectation import expectation
from cordiale.demo.partnership import NODES, Plan, others
from cordiale.demo.process import Nodes

BATCH = 1000
"""Most ids on one command line."""

ANALYST = "analyst"
"""Somebody at each node who sees little: to look at a node through other eyes."""

T = TypeVar("T")
BULLETINS = "bulletins"
"""The chapter whose objects are released one by one, to measure."""


class Taken(msgspec.Struct):
    """What the imports took in and what they set aside."""

    imported: int = 0
    set_aside: int = 0

    def add(self, report: Mapping[str, Any]) -> None:
        """Count one import report."""
        self.imported += report["new"] + report["same"]
        self.set_aside += report["set_aside"]


def each(act: Callable[[Plan], T], plans: Sequence[Plan] = NODES) -> dict[str, T]:
    """Do something at several nodes at once; the first error is raised when all have ended."""
    with ThreadPoolExecutor(len(plans)) as pool:
        waiting = {p.name: pool.submit(act, p) for p in plans}
        return {name: future.result() for name, future in waiting.items()}


ENTRIES = 100
"""How often a printed link signs in: a newcomer opens several, in several browsers."""


def make(nodes: Nodes, ports: Mapping[str, int]) -> None:
    """Make the three node folders, each with its release officer and an analyst who is cleared for little.

    Nobody of them has chosen a language: who opens a link reads the pages in that of their browser.
    """

    def one(plan: Plan) -> None:
        nodes.run(plan.name,
            "init",
            "--name", plan.name,
            "--nation", plan.nation,
            "--organisation", plan.organisation,
            "--title", plan.called(plan.language),
            "--listen", f"127.0.0.1:{ports[plan.name]}",
            "--url", f"http://127.0.0.1:{ports[plan.name]}",
            "--operator", officer(plan),
            lang=plan.language,
        )  # fmt: skip
        _open_to_links(nodes.folder / plan.name / "cordiale.toml")
        nodes.run(plan.name,
            "person", "change", officer(plan),
            "--title", expectation().acts[plan.name].title,
            "--speaks", "",
            *(part for level in plan.clearances for part in ("--clearance", level)),
            *(part for name in plan.compartments for part in ("--compartment", name)),
        )  # fmt: skip
        nodes.run(plan.name, "person", "add", ANALYST, "--role", "analyst", "--tlp", "amber", "--no-invite")

    each(one)


def _open_to_links(file: Path) -> None:
    """Let the links that are printed sign in by themselves, as no real node does."""
    settings = file.read_text("utf-8")
    closed = "# sign_in_links = false"
    assert closed in settings
    file.write_text(settings.replace(closed, "sign_in_links = true"), "utf-8")


def doors(nodes: Nodes) -> dict[str, str]:
    """Make a link for each node's officer, and one for the analyst of Canada (`canada/analyst`); those before end."""

    def one(plan: Plan) -> str:
        return _door(nodes, plan, officer(plan))

    return each(one) | {f"canada/{ANALYST}": _door(nodes, NODES[0], ANALYST)}


def _door(nodes: Nodes, plan: Plan, name: str) -> str:
    link: str = nodes.run(plan.name, "person", "invite", name, "--sign-in", str(ENTRIES))["link"]
    # the address of the server, as everything else that is printed
    return link.replace("//localhost:", "//127.0.0.1:", 1)


def introduce(nodes: Nodes) -> None:
    """Exchange invitations and confirm every partner by the words its own people read aloud."""

    def invite(plan: Plan) -> str:
        file = nodes.folder / f"{plan.name}.invitation.json"
        answer = nodes.run(plan.name, "partner", "invite", str(file))
        return " ".join(answer["words"])

    words = each(invite)

    def add(plan: Plan) -> None:
        for partner in others(plan.name):
            nodes.run(plan.name, "partner", "add", str(nodes.folder / f"{partner.name}.invitation.json"))
            nodes.run(
                plan.name,
                "partner",
                "confirm",
                partner.name,
                *words[partner.name].split(),
                actor=officer(plan),
            )

    each(add)


def officer(plan: Plan) -> str:
    """Return the login name of the node's release officer."""
    return expectation().acts[plan.name].officer


def load(nodes: Nodes) -> Taken:
    """Import every node's chapters, and attach the files that go with them."""
    taken = Taken()

    def one(plan: Plan) -> dict[str, Any]:
        files = []
        for written in chapters.chapters():
            if written.node == plan.name:
                file = nodes.folder / f"{written.name}.json"
                file.write_bytes(orjson.dumps(written.bundle(), option=orjson.OPT_INDENT_2))
                files.append(str(file))
        report = nodes.run(plan.name, "import", *files)
        for attached in expectation().attachments:
            if attached.node == plan.name:
                nodes.run(plan.name,
                    "attach",
                    chapters.objects_of(plan.name)[attached.object]["id"],
                    str(chapters.SCENARIO / attached.file),
                    "--type", attached.media_type,
                    *(f"--marking={atom}" for atom in attached.marking),
                )  # fmt: skip
        return report

    for report in each(one).values():
        taken.add(report)
    return taken


def apply_rules(nodes: Nodes, plans: Sequence[Plan] = NODES) -> None:
    """Look at what each node's rules would change, and apply them under the name of its officer."""

    def one(plan: Plan) -> None:
        diff = nodes.run(plan.name, "rules", "diff", str(plan.rules), actor=officer(plan))
        nodes.run(plan.name, "rules", "apply", str(plan.rules), "--token", diff["token"], actor=officer(plan))

    each(one, plans)


def refuse(nodes: Nodes) -> None:
    """Let each officer refuse what is to stay, for every partner."""

    def one(plan: Plan) -> None:
        mine = chapters.objects_of(plan.name)
        ids = [mine[key]["id"] for key in expectation().acts[plan.name].refused]
        for partner in others(plan.name):
            nodes.run(plan.name,
                "refuse", *ids, "--partner", partner.name, "--as", officer(plan), "--reason", "A third party was asked",
            )  # fmt: skip

    each(one)


def release(nodes: Nodes) -> None:
    """Let each officer release the rest of the node's chapters; what may not go stays by its marking."""

    def one(plan: Plan) -> None:
        left = {*expectation().acts[plan.name].refused, *expectation().waiting()}
        mine = chapters.objects_of(plan.name)
        ids = [o["id"] for key, o in mine.items() if key not in left and not key.startswith(f"{BULLETINS}/")]
        for partner in others(plan.name):
            act(nodes, plan, partner, ids)

    each(one)


def act(nodes: Nodes, plan: Plan, partner: Plan, ids: Iterable[str]) -> dict[str, Any]:
    """Release objects to one partner under the officer's name; returns the act."""
    return nodes.run(plan.name,
        "release", *ids, "--partner", partner.name, "--as", officer(plan), "--reason", "Demonstration",
    )  # fmt: skip


def previews(nodes: Nodes, ids: Mapping[str, Sequence[str]]) -> dict[str, list[dict[str, Any]]]:
    """Return, by node, what it says of these objects of its own for each partner; `ids` by node."""

    def one(plan: Plan) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        mine = ids[plan.name]
        for at in range(0, len(mine), BATCH):
            line = [part for stix_id in mine[at : at + BATCH] for part in ("--id", stix_id)]
            found += nodes.run(plan.name, "preview", *line)["partners"]
        return found

    return each(one, [n for n in NODES if n.name in ids])


def act_in_parts(nodes: Nodes, plan: Plan, partner: Plan, ids: Sequence[str]) -> None:
    """Release many objects by as few acts as a command line can hold."""
    for at in range(0, len(ids), BATCH):
        act(nodes, plan, partner, ids[at : at + BATCH])
