"""A page of requests stands under all that is on it: what somebody answered may be marked more strictly than what was asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from cordiale.desk.actor import Actor
from cordiale.node import init, open_node
from cordiale.release.recipient import Recipient
from cordiale.stix.extensions import PUBLISHED
from cordiale.stix.version import read
from cordiale.store import versions
from cordiale.store.types import Put
from cordiale.web.requests import every, one

WHEN = "2026-03-01T08:00:00.000Z"
ASKED, ANSWERED = (f"note--00000000-0000-4000-8000-00000000000{n}" for n in (1, 2))
RITA = Actor("rita", frozenset({"analyst"}), Recipient(node="canada", person="rita", tlp="red"))
PAUL = Actor("paul", frozenset({"analyst"}), Recipient(node="canada", person="paul", tlp="green"))


def note(id: str, name: str, refs: list[str], **said: Any) -> dict[str, Any]:
    extension = PUBLISHED[name]
    told = {"extension_type": "property-extension", "definition_ref": extension, "at": WHEN, **said}
    return {
        "type": "note", "spec_version": "2.1", "id": id, "created": WHEN, "modified": WHEN, "content": "x",
        "object_refs": refs, "extensions": {extension: told},
    }  # fmt: skip


def test_an_answer_that_is_marked_more_strictly_marks_the_page(tmp_path: Path) -> None:
    nobody = "identity--00000000-0000-4000-8000-000000000009"
    asked = note(ASKED, "joint-request", [nobody], asker="gbr", to=["fra", "canada"], words={"en": "?", "fr": "?"})  # fmt: skip
    answer = note(ANSWERED, "joint-answer", [ASKED], request_ref=ASKED, node="fra", state="answered", words={"en": "HALCYON", "fr": ""})  # fmt: skip
    with open_node(init(tmp_path / "node", name="canada", nation="CAN"), environ={}) as node:
        for value, source, tlp in ((asked, "gbr", "tlp:green"), (answer, "fra", "tlp:red")):
            version, _problems = read(orjson.dumps(value))
            with node.store.write() as tx:
                marking = frozenset({tlp})
                versions.put(tx, source, node.desk.clock(), [Put(version, marking, marking, "received")])
        for actor, found in ((RITA, "TLP:RED"), (PAUL, "TLP:GREEN")):
            for shown in (one(node.desk, actor, "en", ASKED), every(node.desk, actor, "en", False)):
                assert shown["banner"].text == found
        assert one(node.desk, PAUL, "en", ASKED)["answers"] == []
