"""What joint work writes is what its published schemas say."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import msgspec
import orjson
import pytest

from cordiale.desk.views.search import search
from cordiale.desk.views.show import show
from cordiale.joint.agreement import Agreement, agree
from cordiale.joint.answer import Answer, answer
from cordiale.joint.case import Case, Framework, open_case
from cordiale.joint.contribution import Contribution, contribute
from cordiale.joint.position import Position, take
from cordiale.joint.request import Request, ask
from cordiale.joint.revision import Parity, Revision, Text, propose
from cordiale.joint.task import Task, give
from cordiale.joint.words import Words
from cordiale.stix import extensions
from cordiale.stix.extensions import PUBLISHED, schema
from cordiale.stix.validate import validate
from tests.unit.joint.conftest import MARKING, OFFICER, Three

SAID = Words("said", "dit")
NOUNS: dict[str, type[msgspec.Struct]] = {
    "joint-case": Case,
    "joint-revision": Revision,
    "joint-position": Position,
    "joint-agreement": Agreement,
    "joint-contribution": Contribution,
    "joint-request": Request,
    "joint-answer": Answer,
    "joint-task": Task,
}


def test_everything_joint_is_standard_stix_and_of_its_schema(three: Three) -> None:
    can, soon = three["can"], three["can"].clock() + 3_600_000_000
    framework = Framework(name=SAID, silence="assent", joins=1, level="high", assessed=1)
    of = open_case(
        can, OFFICER, title=SAID, members=["fra"], observers=["gbr"], marking=MARKING, framework=framework, due=soon
    ).id  # fmt: skip
    text = propose(
        can, OFFICER, of, en=Text("A", "B"), fr=Text("C", "D"), content={"measures": []}, deadline=soon
    )
    take(can, OFFICER, of, "join-with-footnote", text.hash, footnote=SAID)
    contribute(can, OFFICER, of, "assessment", SAID, about=text.id, details={"level": "high", "n": 2})
    give(can, OFFICER, of, "fra", SAID, due=soon, kind="referral")
    three.pass_time(7200)
    agree(can, OFFICER, of, text.hash, Parity("Claire", "2027-01-01T00:00:00.000Z", "stated", reason="read"))
    asked = ask(can, OFFICER, ["fra"], SAID, marking=MARKING, due=can.clock() + 60_000_000)
    three.exchange()
    answer(three["fra"], OFFICER, asked.id, "partial", SAID)
    three.exchange()
    seen = set()
    for one in search(can, OFFICER, limit=100).items:
        value = show(can, OFFICER, one.id).statements[0].value
        for name, extension in PUBLISHED.items():
            if extension in value.get("extensions", {}) and name in NOUNS:
                seen.add(name)
                assert [p for p in validate(value) if p.severity == "error"] == []
                jsonschema.validate(value, schema(name), cls=jsonschema.Draft202012Validator)
    assert seen == set(NOUNS)


@pytest.mark.parametrize("name", NOUNS)
def test_a_schema_names_the_properties_that_are_read(name: str) -> None:
    said = schema(name)["properties"]["extensions"]["properties"][PUBLISHED[name]]
    written = set(said["properties"]) - {"extension_type", "definition_ref"}
    assert written == set(NOUNS[name].__struct_fields__)
    assert set(said["required"]) <= set(said["properties"])


def test_schemas_are_written_as_people_read_them() -> None:
    folder = Path(extensions.__path__[0])
    for name in NOUNS:
        raw = (folder / f"{name}.json").read_bytes()
        assert orjson.loads(raw)["description"].endswith(".")
