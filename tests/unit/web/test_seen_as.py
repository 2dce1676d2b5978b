"""Seeing as somebody else: their rights, never beyond one's own, and nothing can be done meanwhile."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from cordiale.desk import verbs
from cordiale.desk.actor import Actor, house
from cordiale.desk.incoming.sources import of_paths
from cordiale.desk.person.people import person_add
from cordiale.node import Node, init, open_node
from cordiale.platform.errors import NotAllowed
from cordiale.release.recipient import Recipient
from cordiale.stix import tlp
from cordiale.web.app import app
from tests.unit.web.asgi import ask

WHEN = "2026-01-01T00:00:00.000Z"


def note(n: int, label: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "note",
        "spec_version": "2.1",
        "id": f"note--11111111-1111-4111-8111-{n:012}",
        "created": WHEN,
        "modified": WHEN,
        "content": f"about {label}",
        "object_refs": ["identity--11111111-1111-4111-8111-111111111199"],
        "object_marking_refs": [tlp.IDS[label]],
        **more,
    }


@pytest.fixture
def held(tmp_path: Path) -> Any:
    init(tmp_path / "node", name="canada", nation="CAN", organisation="CAN-LCC")
    identity = {"type": "identity", "spec_version": "2.1", "id": "identity--11111111-1111-4111-8111-111111111199", "created": WHEN, "modified": WHEN, "name": "open", "object_marking_refs": [tlp.IDS["tlp:clear"]]}  # fmt: skip
    file = tmp_path / "notes.json"
    file.write_bytes(orjson.dumps([identity, note(1, "tlp:green"), note(2, "tlp:amber"), note(3, "tlp:red")]))
    with open_node(tmp_path / "node", environ={}) as opened:
        verbs.import_(opened.desk, house("tester"), of_paths([file]))
        operator = house("tester")
        person_add(
            opened.desk,
            operator,
            "green",
            nationality="CAN",
            organisation="CAN-LCC",
            tlp="green",
            roles=("analyst",),
        )
        person_add(
            opened.desk,
            operator,
            "red",
            nationality="CAN",
            organisation="CAN-LCC",
            tlp="red",
            roles=("analyst",),
        )
        yield opened


def officer(label: str) -> Actor:
    who = Recipient(node="canada", nation="CAN", organisation="CAN-LCC", person="officer", tlp=label)
    return Actor("officer", frozenset({"officer", "analyst"}), who)


def seen(node: Node, actor: Actor) -> set[str]:
    return {item.name for item in verbs.search(node.desk, actor).items if item.type == "note"}


def test_an_officer_reads_what_the_other_would_and_no_more(held: Node) -> None:
    as_green = verbs.see_as(held.desk, officer("amber"), "person", "green")
    assert seen(held, as_green) == {"about tlp:green"}


def test_nobody_reads_beyond_themselves_by_seeing_as_somebody_else(held: Node) -> None:
    as_red = verbs.see_as(held.desk, officer("amber"), "person", "red")
    assert seen(held, as_red) == seen(held, officer("amber")) == {"about tlp:green", "about tlp:amber"}


def test_nothing_can_be_done_meanwhile(held: Node) -> None:
    looking = verbs.see_as(held.desk, officer("amber"), "person", "green")
    with pytest.raises(NotAllowed):
        verbs.mark(held.desk, looking, note(1, "tlp:green")["id"], "tlp:red")
    with pytest.raises(NotAllowed):
        verbs.see_as(held.desk, looking, "person", "red")


def test_only_release_officers_see_as(held: Node) -> None:
    analyst = Actor("a", frozenset({"analyst"}), officer("amber").recipient)
    with pytest.raises(NotAllowed):
        verbs.see_as(held.desk, analyst, "person", "green")
    cookie = "cordiale_see_as=" + b"person:green".hex()
    assert "about tlp:amber" in ask(app(held, actor=analyst), "/objects", cookie=cookie).text


def test_the_pages_say_whose_view_it_is_and_the_audit_that_it_was_taken(held: Node) -> None:
    pages = app(held, actor=officer("amber"))
    begun = ask(pages, "/see-as", method="POST", body=b"who=person%3Agreen", content_type="application/x-www-form-urlencoded")  # fmt: skip
    assert begun.status == 303
    cookie = begun.headers["set-cookie"].partition(";")[0]
    page = ask(pages, "/objects", cookie=cookie).text
    assert "Seen as green" in page
    assert "about tlp:green" in page
    assert "about tlp:amber" not in page
    assert "1 object" not in page.partition("Back to my own view")[0]
    acts = verbs.audit_show(held.desk, house("tester"), verb="see-as").acts
    assert [(a.actor, a.details["name"]) for a in acts] == [("officer", "green")]
    ended = ask(pages, "/see-as/end", method="POST", cookie=cookie)
    assert ended.headers["set-cookie"].startswith('cordiale_see_as=""') or "Max-Age=0" in ended.headers["set-cookie"]  # fmt: skip


def test_a_cookie_of_nobody_opens_nothing_and_leads_back(held: Node) -> None:
    cookie = "cordiale_see_as=" + b"person:nobody".hex()
    page = ask(app(held, actor=officer("amber")), "/objects", cookie=cookie)
    assert page.status == 404
    assert "about" not in page.text
    assert "/see-as/end" in page.text
