"""What people do by pages and commands, done by programs: files, facets, exports, searches, notes, retention, partners."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import orjson
import pytest
from msgspec import structs

from cordiale.desk import verbs
from cordiale.desk.incoming.sources import of_bytes
from cordiale.node import init, open_node
from cordiale.platform.errors import InputError, NotAllowed, NotFound
from cordiale.rest.app import application
from cordiale.stix import tlp
from cordiale.web.question import asked_in
from tests.unit.exchange.world import indicator
from tests.unit.rest.served import OPERATOR, Served, said

ABSENT = "indicator--99999999-9999-4999-8999-999999999999"
Objects = dict[str, list[str]]


def test_a_file_is_attached_and_downloaded_under_its_object_alone(served: Served, objects: Objects) -> None:
    mine, other = objects["green"][:2]
    client = served.client("paul")
    made = client.attach(
        mine, b"<script>", name="../../etc/passwd", media_type="text/html", marking="tlp:amber"
    )
    assert (made.size, made.marking, "/" in made.name) == (8, ("tlp:amber", "tlp:green"), False)
    assert served.client("rita").attachment(mine, made.sha256) == b"<script>"
    for stix_id in (mine, other):  # paul may not read amber, and nothing is under the other
        with pytest.raises(NotFound):
            client.attachment(stix_id, made.sha256)


def test_attaching_to_what_is_hidden_is_answered_as_to_what_is_not_there(
    served: Served, objects: Objects
) -> None:
    hidden = objects["red"][0]
    one, other = (
        served.ask(f"/objects/{i}/files?name=f", "paul", method="POST", raw=b"x") for i in (hidden, ABSENT)
    )
    assert (one.status, one.headers) == (404, other.headers)
    assert one.body.replace(hidden.encode(), ABSENT.encode()) == other.body


@pytest.mark.parametrize(("query", "status"), [("", 400), ("?name=", 400), ("?name=f&media_type=text", 422), ("?name=f&marking=green", 422)])  # fmt: skip
def test_a_file_without_name_type_or_marking_that_can_be_read_is_refused(
    served: Served, objects: Objects, query: str, status: int
) -> None:
    refused = served.ask(f"/objects/{objects['green'][0]}/files{query}", "paul", method="POST", raw=b"x")
    assert refused.status == status, refused.body


def test_a_file_above_the_limit_is_refused_and_leaves_nothing(served: Served, objects: Objects) -> None:
    desk = served.node.desk
    small = structs.replace(desk.settings, limits=structs.replace(desk.settings.limits, file_bytes=4))
    before, app = set(desk.folder.rglob("*")), served.app
    served.app = application(replace(desk, settings=small))
    try:
        refused = served.ask(
            f"/objects/{objects['green'][0]}/files?name=f", "paul", method="POST", raw=b"12345"
        )
    finally:
        served.app = app
    assert refused.status == 422
    assert {p for p in set(desk.folder.rglob("*")) - before if p.is_file() and "log" not in str(p)} == set()


def test_facets_count_what_their_reader_sees(served: Served) -> None:
    paul, rita = (served.client(who).facets() for who in ("paul", "rita"))
    assert {one.key for one in paul.markings} <= {"tlp:green", "tlp:amber"}
    assert "tlp:red" in {one.key for one in rita.markings}
    assert rita.total - paul.total == 7


def test_an_export_holds_what_its_reader_sees_with_all_it_is_marked_by(served: Served) -> None:
    table = served.client("paul").export("green").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert {row["marking"] for row in rows} == {"tlp:green"}
    bundle = orjson.loads(served.client("paul").export(form="stix"))
    kinds = [one["type"] for one in bundle["objects"]]
    assert kinds[0] == "marking-definition"  # before what names it
    assert not any("red" in one.get("name", "") for one in bundle["objects"])
    marked = [one for one in bundle["objects"] if one["type"] == "indicator"]
    # the file said nothing of it: the marking was given by the import
    assert all(tlp.IDS["tlp:green"] in one["object_marking_refs"] for one in marked)
    assert said(served.ask("/export?form=xlsx", "paul"))["code"] == "request"
    served.person("teller", "search")
    with pytest.raises(NotAllowed):
        served.client("teller").export()


def test_no_cell_of_an_export_is_a_formula(served: Served) -> None:
    bad = indicator("bad").replace(b'"bad"', b'"=HYPERLINK(1)"')
    verbs.import_(served.node.desk, OPERATOR, [of_bytes("bad", b"[" + bad + b"]")], marking="tlp:green")
    table = served.client("paul").export().decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in table
    assert not [row for row in csv.reader(io.StringIO(table)) for cell in row if cell.startswith("=")]


def test_a_search_is_kept_watched_seen_and_dropped_by_whose_it_is(served: Served) -> None:
    client = served.client("paul")
    kept = client.keep_search("Greens", "green", type="indicator", watched=True)
    assert client.searches() == (kept,)
    asked = asked_in(dict(parse_qsl(urlsplit(kept.address).query)))  # the pages read what the program wrote
    assert (asked.q, asked.type, asked.address()) == ("green", "indicator", kept.address)
    assert client.alerts() == ()
    more = indicator("green again")
    verbs.import_(served.node.desk, OPERATOR, [of_bytes("more", b"[" + more + b"]")], marking="tlp:green")
    (alert,) = client.alerts()
    assert [one.name for one in alert.items] == ["green again"]
    client.search_seen(kept.id)
    assert client.alerts() == ()
    assert client.watch_search(kept.id, watched=False).watched is False
    for path in ("seen", "drop"):
        assert served.post(f"/searches/{kept.id}/{path}", "rita").status == 404
    assert client.drop_search(kept.id) == ()


def test_a_note_is_marked_as_its_object_and_more_where_that_is_asked(
    served: Served, objects: Objects
) -> None:
    client, about = served.client("paul"), objects["green"][0]
    note = client.say(about, "<b>Seen</b> here too.")
    opinion = client.say(about, "Twice.", opinion="agree", marking="tlp:red")
    assert client.show(note).statements[0].effective_marking == ("tlp:green",)
    with pytest.raises(NotFound):  # their own, and beyond what they read: as they asked
        client.show(opinion)
    remarks = served.client("rita").remarks(about).items
    assert {one.summary.id for one in remarks} >= {note, opinion}
    with pytest.raises(InputError):
        client.say(about, "   ")
    hidden = objects["red"][0]
    one, other = (served.post(f"/objects/{i}/notes", "paul", {"content": "x"}) for i in (hidden, ABSENT))
    assert one.body.replace(hidden.encode(), ABSENT.encode()) == other.body


def test_an_object_is_taken_away_by_who_saw_how_many_versions_there_are(served: Served) -> None:
    one = indicator("a mistake")
    verbs.import_(served.node.desk, OPERATOR, [of_bytes("one", b"[" + one + b"]")], marking="tlp:green")
    client, stix_id = served.client("paul"), orjson.loads(one)["id"]
    plan = client.purge_plan(stix_id)
    assert (plan.versions, plan.done) == (1, None)
    assert served.post(f"/objects/{stix_id}/purge", "paul", {"reason": "x", "versions": 2}).status == 409
    assert client.purge(stix_id, "never ours", plan.versions).done is not None
    with pytest.raises(NotFound):
        client.show(stix_id)


def test_retention_is_counted_applied_and_ended(served: Served) -> None:
    client = served.client("paul")
    assert client.retention().due == ()
    assert client.retention_apply(standing=True).approved == "paul"
    assert client.retention_end().approved is None
    assert client.removals() == ()


@pytest.fixture
def france(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("france")
    init(folder / "node", name="france", nation="FRA", organisation="FRA-CVMI", title="France")
    with open_node(folder / "node", environ={}) as node:
        there = Served(node)
        there.person("claire", roles=("operator", "officer"))
        yield there


def test_partners_are_connected_by_what_was_heard(served: Served, france: Served) -> None:
    served.person("olga", roles=("operator",))
    here = served.client("olga")
    theirs = france.client("claire").invite_partner()
    added = here.add_partner(theirs.invitation)
    assert (added.name, added.state, added.words, added.words_fr) == ("france", "invited", (), ())
    with pytest.raises(InputError):
        here.confirm_partner("france", reversed(theirs.words))
    assert here.confirm_partner("france", theirs.words_fr).state == "confirmed"
    assert served.post("/partners/france/reconcile", "olga", {}).status == 503  # nobody answers there
    assert served.post("/partners/france/confirm", "paul", {"words": ["x"]}).status == 403


@pytest.mark.parametrize("invitation", ["{}", "[]", "nothing", "{" * 5000, '{"a":1,"a":2}', "\\ud800"])
def test_what_is_no_invitation_is_refused(served: Served, invitation: str) -> None:
    if "oskar" not in served.tokens:
        served.person("oskar", roles=("operator",))
    refused = served.ask("/partners/add", "oskar", method="POST", raw=orjson.dumps({"invitation": invitation}), headers={"content-type": "application/json"})  # fmt: skip
    assert refused.status == 422, refused.body
