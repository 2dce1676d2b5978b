"""Playbooks by the pages: written, tried without anything being done, turned on, changed, and removed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from cordiale.desk import verbs
from cordiale.desk.actor import house
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.person.people import person_add
from cordiale.desk.views.search import Question
from cordiale.joint.playbook import keeping, running
from cordiale.joint.playbook.model import Export, Mark, Notify
from cordiale.node import Node, init, open_node
from cordiale.web.app import app
from tests.unit.web.asgi import Answer, ask

MARIE = house("marie")
FORM = {"name": "arrivals", "q": "arriving", "type": "indicator", "mark": "tlp:amber", "folder": "siem"}


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    init(tmp_path / "node", name="canada", nation="CAN", organisation="CAN-LCC", title="Canada")
    with open_node(tmp_path / "node", environ={}) as opened:
        arrive(opened, 1)
        yield opened


def arrive(node: Node, number: int) -> str:
    stix_id = f"indicator--00000000-0000-4000-8000-00000000000{number}"
    value = {
        "type": "indicator",
        "spec_version": "2.1",
        "id": stix_id,
        "name": f"arriving {number}",
        "created": "2026-11-01T08:00:00.000Z",
        "modified": "2026-11-01T08:00:00.000Z",
        "valid_from": "2026-11-01T08:00:00Z",
        "pattern": "[domain-name:value = 'arriving.example']",
        "pattern_type": "stix",
    }
    verbs.import_(node.desk, MARIE, [of_bytes("one", orjson.dumps([value]))], marking="tlp:green")
    return stix_id


def sent(pages: Any, path: str, fields: dict[str, str]) -> Answer:
    form = urlencode(fields).encode()
    return ask(pages, path, method="POST", body=form, content_type="application/x-www-form-urlencoded", sec_fetch_site="same-origin")  # fmt: skip


def test_a_playbook_goes_its_whole_way_by_the_pages(node: Node) -> None:
    pages = app(node, actor=MARIE)
    assert "There is no playbook yet" in ask(pages, "/playbooks").text
    assert 'value="words to find"' in ask(pages, "/playbooks/new?q=words+to+find").text
    kept = sent(pages, "/playbooks/add", FORM)
    assert kept.status == 303
    (held,) = keeping.playbooks(node.desk, MARIE)
    shown = ask(pages, kept.headers["location"]).text
    assert "arriving 1" in shown
    assert "would be done" in shown
    assert "exports/siem" in shown
    assert not (node.desk.folder / "exports").exists()
    sent(pages, f"/playbooks/{held.id}/turn", {"state": "on"})
    second = arrive(node, 2)
    assert running.tick(node.desk) == 1
    log = ask(pages, f"/playbooks/{held.id}").text
    assert "arriving 2" in log
    assert "arriving 1" not in log
    assert (node.desk.folder / "exports" / "siem" / f"{second}--canada.json").is_file()
    typed = ask(pages, f"/playbooks/{held.id}/change").text
    assert 'value="siem"' in typed
    assert 'value="tlp:amber"' in typed
    sent(pages, f"/playbooks/{held.id}/keep", {**FORM, "folder": "", "name": "only marked"})
    (changed,) = keeping.playbooks(node.desk, MARIE)
    assert (changed.state, changed.name, len(changed.steps)) == ("off", "only marked", 1)
    sent(pages, f"/playbooks/{held.id}/drop", {})
    assert keeping.playbooks(node.desk, MARIE) == []
    assert ask(pages, f"/playbooks/{held.id}").status == 404


def test_a_change_by_the_page_leaves_the_order_of_steps(node: Node) -> None:
    person_add(node.desk, MARIE, "marie", roles=("analyst",), tlp="amber")
    steps = [Export("siem"), Notify(("marie",)), Mark(("tlp:amber",))]
    made = keeping.playbook_add(node.desk, MARIE, "told first", Question(words="arriving"), steps)
    pages = app(node, actor=MARIE)
    fields = {
        "name": "told first",
        "q": "arriving",
        "people": "marie",
        "folder": "elsewhere",
        "mark": "tlp:red",
    }
    sent(pages, f"/playbooks/{made.id}/keep", fields)
    (changed,) = keeping.playbooks(node.desk, MARIE)
    assert list(changed.steps) == [
        Mark(("tlp:red",)),
        Export("elsewhere"),
        Notify(("marie",)),
    ]  # marks are always first
    shown = ask(pages, f"/playbooks/{made.id}").text
    assert shown.index("exports/elsewhere") < shown.index("on their page of today")
    sent(pages, f"/playbooks/{made.id}/keep", {**fields, "folder": ""})
    sent(pages, f"/playbooks/{made.id}/keep", fields)
    (again,) = keeping.playbooks(node.desk, MARIE)
    assert [type(step) for step in again.steps] == [Mark, Notify, Export]  # what is new comes last


def test_what_cannot_be_kept_says_why_and_loses_nothing_that_was_typed(node: Node) -> None:
    pages = app(node, actor=MARIE)
    refused = sent(pages, "/playbooks/add", {**FORM, "folder": "../etc"})
    assert refused.status == 422
    assert "is no name of a folder" in refused.text
    assert 'value="tlp:amber"' in refused.text
    assert sent(pages, "/playbooks/add", {"name": "x", "q": "y"}).status == 422
    assert keeping.playbooks(node.desk, MARIE) == []
    french = ask(pages, "/playbooks/new", accept_language="fr").text
    assert "Quand arrive un objet qui" in french
