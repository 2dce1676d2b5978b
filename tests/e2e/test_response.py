"""A collective response, and questions, between three real nodes: their own processes, folders, keys and rules, by the command line alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from cordiale.cli.demo import here
from cordiale.demo import process, story
from cordiale.demo.partnership import NODES, others
from tests.unit.domains.information.test_response import INCIDENT
from tests.unit.domains.information.test_sheet import SOURCE
from tests.unit.joint.conftest import RULES

MARKING = "tlp:amber rel:CAN|FRA|GBR"
DRAFT = """
deadline = 2099-01-01T00:00:00Z
embargo = 2026-01-01T00:00:00Z
[en]
title = "Statement"
body = "We will act together."
[fr]
title = "Déclaration"
body = "Nous agirons ensemble."
[[measures]]
kind = "referral"
owner = "france"
en = "Refer the accounts."
fr = "Signaler les comptes."
"""


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[process.Nodes]:
    place = tmp_path_factory.mktemp("response")
    found = process.Nodes(place, here)
    ports = dict(zip((n.name for n in NODES), process.free_ports(len(NODES)), strict=True))
    story.make(found, ports)
    story.introduce(found)

    def rules(plan: Any) -> None:
        for partner in others(plan.name):
            file = place / f"{plan.name}-{partner.name}.toml"
            text = RULES.format(node=plan.name, partner=partner.name)
            text = text.replace(f"nation-{partner.name}", partner.nation).replace(f"{partner.name}-cert", partner.organisation)  # fmt: skip
            file.write_text(text)
            found.run(plan.name, "rules", "apply", str(file), "--yes")

    story.each(rules)
    with process.serving([]) as servers:
        for plan in NODES:
            url = f"http://127.0.0.1:{ports[plan.name]}/"
            servers.append(process.start(plan.name, place / plan.name, url))
        for server in servers:
            process.wait_until_answering(server)
        yield found
    for server in servers:
        assert server.process.stdin is not None
        server.process.stdin.close()


def test_three_nodes_agree_on_one_text(nodes: process.Nodes, tmp_path: Path) -> None:
    def fetch(*names: str) -> None:
        story.each(lambda plan: nodes.run(plan.name, "sync"), [n for n in NODES if n.name in names])

    incident = tmp_path / "incident.json"
    incident.write_bytes(orjson.dumps([INCIDENT]))
    nodes.run("canada", "import", str(incident), "-m", MARKING)
    opened = nodes.run(
        "canada", "response", "open", INCIDENT["id"], "--with", "france", "--with", "united-kingdom",
        "--title-en", "False winters", "--title-fr", "Faux hivers", "-m", MARKING, "--silence", "assent",
    )  # fmt: skip
    assert [one["state"] for one in opened["sent"]] == ["goes", "goes"]
    of = opened["id"].partition("--")[2][:8]
    draft = tmp_path / "draft.toml"
    draft.write_text(DRAFT, "utf-8")
    hash = nodes.run("canada", "response", "propose", of, str(draft))["hash"]
    fetch("france", "united-kingdom")
    for node, stand in (("canada", ("join",)), ("united-kingdom", ("no-objection",)), ("france", ("join-with-footnote", "--footnote-en", "No names.", "--footnote-fr", "Pas de noms."))):  # fmt: skip
        nodes.run(node, "response", "position", of, *stand, "--hash", hash[:12])
    fetch("canada")
    fetch("france", "united-kingdom")
    seen = nodes.run("united-kingdom", "response", "show", of)
    stands = {one["node"]: (one["position"], one["proof"]) for one in seen["stands"]}
    assert stands == {
        "canada": ("join", "signed"),
        "france": ("join-with-footnote", "signed"),
        "united-kingdom": ("no-objection", "signed"),
    }
    refused = nodes.run(
        "france", "response", "agree", of, "--hash", hash[:12], "--parity", "Claire", accept=(6,)
    )
    assert refused["error"]["code"] == "case-chair"
    nodes.run(
        "canada", "response", "agree", of, "--hash", hash[:12], "--parity", "Claire", "--because", "read"
    )
    fetch("france", "united-kingdom")
    published = nodes.run("france", "response", "publish", of, "--where", "https://france.example", lang="fr")
    assert "1. france: Pas de noms." in published["text"]
    nodes.run("france", "response", "progress", of, "1.1", "done", "--fr", "Fait.")
    fetch("canada")
    fetch("united-kingdom")
    after = nodes.run("united-kingdom", "response", "show", of)
    assert after["stage"] == "published"
    assert [(one["node"], one["where"]) for one in after["published"]] == [
        ("france", "https://france.example")
    ]
    assert [(one["owner"], one["state"]) for one in after["measures"]] == [("france", "done")]


def test_a_question_is_asked_and_answered(nodes: process.Nodes) -> None:
    asked = nodes.run(
        "canada", "request", "ask", "--to", "france", "--en", "Seen this?", "-m", "tlp:amber rel:CAN|FRA"
    )
    (one,) = asked["requests"]
    nodes.run("france", "sync")
    nodes.run("france", "request", "answer", one["id"][6:14], "answered", "--fr", "Oui.")
    nodes.run("canada", "sync")
    found = nodes.run("canada", "request", "show", one["id"][6:14])
    assert (found["state"], [each["words"]["fr"] for each in found["answers"]]) == ("answered", ["Oui."])
    nodes.run("united-kingdom", "sync")
    assert nodes.run("united-kingdom", "request", "list")["requests"] == []


def test_a_text_is_asked_about_without_being_shown(nodes: process.Nodes, tmp_path: Path) -> None:
    both, ours = "tlp:amber rel:CAN|FRA", "tlp:amber rel:FRA"
    asked, given, hidden = tmp_path / "asked.txt", tmp_path / "given.txt", tmp_path / "hidden.txt"
    asked.write_text(SOURCE, "utf-8")
    given.write_text("The Quay Gazette\n\n" + SOURCE, "utf-8")
    hidden.write_text("A confidential source\n\n" + SOURCE, "utf-8")
    for file, marking in ((given, both), (hidden, ours)):
        nodes.run("france", "information", "trace", str(file), "-m", marking)
    nodes.run(
        "canada", "information", "seen-ask", "france", str(asked), "-m", both, "--en", "Seen?", "--fr", "Vu ?"
    )
    assert b"Ardmoor" not in _held(nodes, "canada")
    nodes.run("france", "sync")
    (question,) = nodes.run("france", "information", "seen-list")["questions"]
    of = question["request"]["id"].partition("--")[2][:8]
    found = nodes.run("france", "information", "seen-look", of)
    assert ([one["share"] for one in found["theirs"]], found["only_ours"]) == ([1.0], 1)
    nodes.run("france", "information", "seen-answer", of)
    nodes.run("canada", "sync")
    (mine,) = nodes.run("canada", "information", "seen-list")["questions"]
    (reply,) = mine["request"]["answers"]
    assert reply["words"]["en"].startswith("Of what you may see here, 1 text holds it nearly whole")
    given_there = nodes.run("canada", "show", found["theirs"][0]["object"])
    assert {one["id"] for one in given_there["refers_to"]} | {given_there["id"]} == set(reply["objects"])
    assert b"confidential source" not in _held(nodes, "canada")
    nodes.run("united-kingdom", "sync")
    assert nodes.run("united-kingdom", "information", "seen-list")["questions"] == []


def _held(nodes: process.Nodes, name: str) -> bytes:
    """Return every byte that a node keeps on disk."""
    return b"".join(file.read_bytes() for file in (nodes.folder / name).rglob("*") if file.is_file())
