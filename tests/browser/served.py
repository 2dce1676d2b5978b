"""A real node with a small bundle, served by `cordiale serve`, and people who sign in by links."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from cordiale.demo.chapter import chapters, objects_of
from cordiale.desk import verbs
from cordiale.desk.actor import house
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.partner.partners import partner_add_client
from cordiale.desk.person.enrolment import person_invite
from cordiale.desk.person.people import person_add
from cordiale.node import init, open_node
from tests.unit.web.conftest import HOSTILE, RULES, indicator

MINE = objects_of("canada")
CAMPAIGN: str = MINE["phishing/campaign"]["id"]
REPORT: str = MINE["finding/finding"]["id"]
"""What gathers other objects, not all of which its partner may have."""

PLACED = "note--00000000-0000-4000-8000-000000000003"
"""What names two places, one on each side of the antimeridian."""

CHANGED: str = "indicator--00000000-0000-4000-8000-000000000001"
"""An object with two versions, which a partner waits for."""

PEOPLE = {"officer": ("analyst", "officer"), "analyst": ("analyst",), "operator": ("operator",)}
ENTRIES = 400


@dataclass(frozen=True)
class Served:
    """A node that answers: its address, folder, and each person's link."""

    address: str
    folder: Path
    doors: dict[str, str]


def made(folder: Path) -> dict[str, str]:
    """Make the node and its people; return each person's code."""
    init(folder, name="canada", nation="CAN", organisation="CAN-LCC", title="Canada")
    file = folder / "cordiale.toml"
    file.write_text(
        file.read_text("utf-8").replace("# sign_in_links = false", "sign_in_links = true"), "utf-8"
    )
    marie = house("marie")
    with open_node(folder, environ={}) as opened:
        desk = opened.desk
        partner_add_client(desk, marie, "france", title="France", nation="FRA", organisation="FRA-CVMI")
        verbs.rules_apply(desk, marie, RULES, "rules.toml", verbs.rules_diff(desk, marie, RULES).token)
        where = {
            "spec_version": "2.1",
            "created": "2026-03-02T08:00:00.000Z",
            "modified": "2026-03-02T08:00:00.000Z",
        }
        places = [
            {"type": "location", "id": f"location--00000000-0000-4000-8000-00000000000{n}", "name": name, "latitude": -17.0, "longitude": longitude, **where}
            for n, (name, longitude) in enumerate((("West of the date line", 178.0), ("East of it", -178.5)), 1)
        ]  # fmt: skip
        note = {
            "type": "note",
            "id": PLACED,
            "content": "On both sides of the date line",
            "object_refs": [one["id"] for one in places],
            **where,
        }
        bundles = [chapter.bundle() for chapter in chapters() if chapter.node == "canada"]
        given: list[Any] = [object for bundle in bundles for object in bundle["objects"]]
        first = indicator(
            1, name="Ministry look-alike", description="A page that copies the ministry's sign-in."
        )
        later = first | {
            "modified": "2026-03-02T08:00:00.000Z",
            "description": "A page that copies the embassy's sign-in.",
        }
        verbs.import_(
            desk,
            marie,
            [of_bytes("bundle", orjson.dumps([*given, *places, note, HOSTILE, first]))],
            marking="tlp:amber",
        )
        verbs.import_(desk, marie, [of_bytes("later", orjson.dumps([later]))], marking="tlp:amber")
        codes = {}
        for name, roles in PEOPLE.items():
            person_add(
                desk,
                marie,
                name,
                nationality="CAN",
                organisation="CAN-LCC",
                tlp="red",
                clearances=("CAN/TOP SECRET",),
                roles=roles,
            )
            codes[name] = person_invite(desk, marie, name, kind="enter", uses=ENTRIES).code
    return codes


def serve(
    folder: Path, codes: dict[str, str], listen: str = "127.0.0.1:0"
) -> tuple[subprocess.Popen[str], Served]:
    """Start the server and wait until it says where it answers."""
    complaints = folder / "serve.err"
    with complaints.open("w") as errors:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "cordiale.cli.main",
                "--node",
                str(folder),
                "serve",
                "--listen",
                listen,
            ],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
    assert process.stdout is not None
    for line in process.stdout:
        if "http://" in line:
            address = "http://" + line.partition("http://")[2].split("/")[0].split('"')[0]
            return process, Served(
                address, folder, {n: f"{address}/enter?code={c}" for n, c in codes.items()}
            )
    process.wait()
    process.stdout.close()
    raise AssertionError(complaints.read_text("utf-8"))
