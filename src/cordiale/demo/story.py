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
from cordiale.demo.process import cordiale

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


def make(folder: Path, ports: Mapping[str, int]) -> None:
    """Make the three node folders."""

    def one(plan: Plan) -> None:
        cordiale(
            folder / plan.name,
            "init",
            "--name", plan.name,
            "--nation", plan.nation,
            "--organisation", plan.organisation,
            "--title", plan.called(plan.language),
            "--listen", f"127.0.0.1:{ports[plan.name]}",
            "--url", f"http://127.0.0.1:{ports[plan.name]}",
            lang=plan.language,
        )  # fmt: skip

    each(one)


def introduce(folder: Path) -> None:
    """Exchange invitations and confirm every partner by the words its own people read aloud."""

    def invite(plan: Plan) -> str:
        file = folder / f"{plan.name}.invitation.json"
        answer = cordiale(folder / plan.name, "partner", "invite", str(file))
        return " ".join(answer["words"])

    words = each(invite)

    def add(plan: Plan) -> None:
        for partner in others(plan.name):
            cordiale(folder / plan.name, "partner", "add", str(folder / f"{partner.name}.invitation.json"))
            cordiale(
                folder / plan.name,
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


def load(folder: Path) -> Taken:
    """Import every node's chapters, and attach the files that go with them."""
    taken = Taken()

    def one(plan: Plan) -> dict[str, Any]:
        files = []
        for written in chapters.chapters():
            if written.node == plan.name:
                file = folder / f"{written.name}.json"
                file.write_bytes(orjson.dumps(written.bundle(), option=orjson.OPT_INDENT_2))
                files.append(str(file))
        report = cordiale(folder / plan.name, "import", *files)
        for attached in expectation().attachments:
            if attached.node == plan.name:
                cordiale(
                    folder / plan.name,
                    "attach",
                    chapters.objects_of(plan.name)[attached.object]["id"],
                    str(chapters.SCENARIO / attached.file),
                    "--type", attached.media_type,
                    "--marking", " ".join(attached.marking),
                )  # fmt: skip
        return report

    for report in each(one).values():
        taken.add(report)
    return taken


def apply_rules(folder: Path, plans: Sequence[Plan] = NODES) -> None:
    """Look at what each node's rules would change, and apply them under the name of its officer."""

    def one(plan: Plan) -> None:
        node = folder / plan.name
        diff = cordiale(node, "rules", "diff", str(plan.rules), actor=officer(plan))
        cordiale(node, "rules", "apply", str(plan.rules), "--token", diff["token"], actor=officer(plan))

    each(one, plans)


def refuse(folder: Path) -> None:
    """Let each officer refuse what is to stay, for every partner."""

    def one(plan: Plan) -> None:
        mine = chapters.objects_of(plan.name)
        ids = [mine[key]["id"] for key in expectation().acts[plan.name].refused]
        for partner in others(plan.name):
            cordiale(
                folder / plan.name,
                "refuse", *ids, "--partner", partner.name, "--as", officer(plan), "--reason", "A third party was asked",
            )  # fmt: skip

    each(one)


def release(folder: Path) -> None:
    """Let each officer release the rest of the node's chapters; what may not go stays by its marking."""

    def one(plan: Plan) -> None:
        refused = set(expectation().acts[plan.name].refused)
        mine = chapters.objects_of(plan.name)
        ids = [
            o["id"] for key, o in mine.items() if key not in refused and not key.startswith(f"{BULLETINS}/")
        ]
        for partner in others(plan.name):
            act(folder, plan, partner, ids)

    each(one)


def act(folder: Path, plan: Plan, partner: Plan, ids: Iterable[str]) -> dict[str, Any]:
    """Release objects to one partner under the officer's name; returns the act."""
    return cordiale(
        folder / plan.name,
        "release", *ids, "--partner", partner.name, "--as", officer(plan), "--reason", "Demonstration",
    )  # fmt: skip


def previews(folder: Path, plans: Sequence[Plan] = NODES) -> dict[str, list[dict[str, Any]]]:
    """Return each node's preview for its partners."""
    return each(lambda plan: list(cordiale(folder / plan.name, "preview")["partners"]), plans)


def act_in_parts(folder: Path, plan: Plan, partner: Plan, ids: Sequence[str]) -> None:
    """Release many objects by as few acts as a command line can hold."""
    for at in range(0, len(ids), 1000):
        act(folder, plan, partner, ids[at : at + 1000])
