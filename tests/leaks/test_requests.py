"""The leak paths that are not a thing planted beside another: what a request claims, and what changes after sending."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import orjson
import pytest

from cordiale.desk.partner.partners import partner_add_client
from cordiale.desk.views.search import search
from cordiale.desk.views.show import show
from cordiale.exchange import records
from cordiale.exchange.message import Request, Response
from cordiale.exchange.serve.service import respond
from cordiale.exchange.taxii.media import TAXII
from cordiale.exchange.taxii.pages import collection_id
from cordiale.platform.errors import CordialeError
from cordiale.release.decide import compile_rules
from cordiale.release.recipient import Recipient
from cordiale.release.rules import parse
from cordiale.stix import atoms as definitions
from tests.leaks.faces import FACES, WHO
from tests.leaks.paths import OTHER, SEEN
from tests.leaks.scene import OFFICER, PERSON, Scene, later, refs, sdo
from tests.simulation.terms import FULL, Terms, text_of
from tests.simulation.world import READER, World, apply_terms, identity

HIDDEN = sdo("malware", "HALCYON", description="HALCYON")
API = "/taxii2/api/"


@pytest.fixture
def scene() -> Iterator[Scene]:
    made = Scene(World(1))
    yield made
    made.close()


def collection(scene: Scene, name: str = READER, way: str = "out") -> str:
    with scene.desk.store.read() as tx:
        number = records.partner(tx, name).number
    return f"{API}collections/{collection_id(scene.desk.home, number, way)}/"


def get(scene: Scene, path: str, query: str = "", **headers: str) -> Response:
    return respond(Request("GET", path, query, {**WHO, **headers}), scene.world.nodes["can"].service)


def post(scene: Scene, *objects: dict[str, Any]) -> Response:
    headers = {**WHO, "content-type": TAXII}
    body = orjson.dumps({"objects": list(objects)})
    path = collection(scene, way="in") + "objects/"
    return respond(Request("POST", path, "", headers, body), scene.world.nodes["can"].service)


def bodies(scene: Scene) -> bytes:
    """Return all that the plain client is served."""
    return get(scene, collection(scene) + "objects/", "limit=100").body


def test_a_local_id_is_never_used_again_for_another_group(scene: Scene) -> None:
    before = collection(scene)
    with scene.desk.store.write() as tx:
        records.suspend_partner(tx, records.partner(tx, READER).number, "left")
    partner_add_client(scene.desk, OFFICER, "successor", nation="nation-reader", organisation="reader-cert")
    assert collection(scene, "successor") != before
    scene.put(SEEN)
    scene.cut()
    with scene.desk.store.read() as tx:
        assert records.pair(tx, records.partner(tx, "successor").number).last == 0  # no rules name it yet


def test_a_group_id_is_not_accepted_without_right(scene: Scene) -> None:
    scene.put(SEEN)
    scene.cut()
    theirs, nobodys = collection(scene, "fra"), f"{API}collections/00000000-0000-4000-8000-000000000000/"
    for rest in ("", "objects/", "manifest/", f"objects/{SEEN['id']}/", f"objects/{SEEN['id']}/versions/"):
        assert get(scene, theirs + rest) == get(scene, nobodys + rest)


@pytest.mark.parametrize(
    "atom", ["rel:", "rel:|", "compartment:", "compartment:/", "compartment:can/", "level:", ""]
)
def test_an_empty_group_is_nobody(atom: str) -> None:
    who = Recipient(node="fra", nation="nation-fra", organisation="fra-cert", tlp="red")
    compiled = compile_rules(parse(text_of("can", "fra", FULL)), who)
    assert compiled.decide(frozenset({"tlp:clear"}), 0).passes
    assert not compiled.decide(frozenset({"tlp:clear", atom}), 0).passes


def test_a_post_assigns_neither_owner_nor_marking_nor_id_of_ours(scene: Scene) -> None:
    scene.put(SEEN, marking="tlp:green")
    scene.hide(HIDDEN)
    claim = {
        **later(HIDDEN, 9, description="now ours to read"),
        "object_marking_refs": refs("tlp:clear"),
        "created_by_ref": identity("can"),
        "x_owner": "reader",
        "source": READER,
        "marking": ["tlp:clear"],
    }
    assert post(scene, claim).status == 202
    scene.cut()
    assert b"halcyon" not in bodies(scene).lower()
    assert b"now ours to read" not in bodies(scene)
    with pytest.raises(CordialeError, match="malware"):
        show(scene.desk, PERSON, str(HIDDEN["id"]))
    (ours,) = [
        s for s in show(scene.desk, OFFICER, str(HIDDEN["id"])).statements if s.summary.source == "can"
    ]
    assert ours.value["description"] == "HALCYON"


@pytest.mark.parametrize(
    "headers",
    [
        {"x-forwarded-user": "fra"},
        {"x-forwarded-for": "127.0.0.1"},
        {"x-remote-user": "officer"},
        {"x-cordiale-partner": "fra"},
        {"x-real-ip": "127.0.0.1"},
        {"x-http-method-override": "DELETE"},
        {"x-original-url": "/taxii2/api/collections/"},
        {"cookie": "partner=fra; role=officer"},
        {"x-clearance": "tlp:red"},
        {"range": "bytes=0-10"},
        {"if-none-match": "*"},
        {"host": "fra.example"},
    ],
)
def test_a_client_header_is_not_trusted(scene: Scene, headers: dict[str, str]) -> None:
    scene.put(SEEN)
    scene.hide(HIDDEN)
    scene.cut()
    for path in ("/taxii2/", f"{API}collections/", collection(scene) + "objects/", collection(scene, "fra") + "objects/"):  # fmt: skip
        assert get(scene, path, **headers) == get(scene, path)


def test_a_flag_in_the_query_is_not_trusted(scene: Scene) -> None:
    scene.put(SEEN)
    scene.hide(HIDDEN)
    scene.cut()
    for flag in (
        "partner=fra",
        "as=officer",
        "admin=1",
        "include_hidden=true",
        "match[marking]=red",
        "visible=all",
    ):
        assert b"halcyon" not in get(scene, collection(scene) + "objects/", flag).body.lower()


def test_what_a_partner_says_of_markings_opens_no_group(scene: Scene) -> None:
    """A definition that claims the id of ours, or lowers one, is not believed; nor is it for what is ours."""
    secret = definitions.definition_of("compartment:can/OAK")
    scene.hide({**HIDDEN, "object_marking_refs": [secret["id"], *refs("tlp:green")]}, marking="tlp:green")
    lowered = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": secret["id"],
        "created": secret["created"],
        "definition_type": "statement",
        "definition": {"statement": "anybody may read this"},
    }
    scene.put(lowered, marking="tlp:clear", node="fra")
    post(scene, lowered)
    scene.cut()
    assert b"halcyon" not in bodies(scene).lower()
    assert search(scene.desk, PERSON, "halcyon").items == ()


def test_a_container_that_is_withdrawn_leaves_no_member_by_itself(scene: Scene) -> None:
    """What came only as part of a whole goes with it: translations and relationships follow what they are about."""
    report = sdo("report", "HALCYON report", object_refs=[SEEN["id"]], description="HALCYON inside")
    said = {"fr": {"description": "HALCYON dedans"}}
    scene.put(SEEN, report)
    scene.put(
        sdo(
            "language-content",
            "t",
            object_ref=report["id"],
            object_modified=report["modified"],
            contents=said,
        )
    )
    scene.put(sdo("relationship", "HALCYON", source_ref=report["id"], target_ref=SEEN["id"]))
    scene.cut()
    scene.visit()
    assert b"HALCYON" in scene.held()
    assert b"HALCYON" in bodies(scene)
    scene.mark(str(report["id"]), "tlp:red")
    assert b"HALCYON" not in bodies(scene)
    scene.cut()
    scene.visit()
    assert b"halcyon" not in scene.held().lower()


def test_a_marking_that_is_raised_after_sending_takes_back_what_was_sent(scene: Scene) -> None:
    scene.put(SEEN, HIDDEN)
    scene.cut()
    scene.visit()
    assert b"HALCYON" in scene.held()
    scene.mark(str(HIDDEN["id"]), "tlp:red")
    assert b"HALCYON" not in bodies(scene)  # in the very next answer, before any tick
    assert search(scene.desk, PERSON, "halcyon").items == ()
    scene.cut()
    scene.visit()
    assert b"halcyon" not in scene.held().lower()


def test_a_marking_that_is_lowered_and_raised_again_is_followed_both_ways(scene: Scene) -> None:
    scene.hide(HIDDEN)
    for atoms, there in (
        (("tlp:green",), True),
        (("tlp:red",), False),
        (("tlp:amber",), True),
        (("tlp:red",), False),
    ):
        scene.mark(str(HIDDEN["id"]), *atoms)
        scene.cut()
        scene.visit()
        assert (b"halcyon" in scene.held().lower()) is there, atoms


def test_what_was_erased_is_served_from_no_cache(scene: Scene) -> None:
    scene.put(SEEN, HIDDEN)
    for read in (FACES["taxii"], FACES["person"], FACES["pages"], FACES["rest"], FACES["partner"]):
        read(scene, [str(HIDDEN["id"])])
    assert b"halcyon" in bodies(scene).lower()
    scene.recall(str(HIDDEN["id"]))
    scene.cut()
    assert b"halcyon" not in bodies(scene).lower()
    for path in (f"objects/{HIDDEN['id']}/", f"objects/{HIDDEN['id']}/versions/", "manifest/"):
        assert b"halcyon" not in get(scene, collection(scene) + path).body.lower()
    scene.visit()
    assert b"halcyon" not in scene.held().lower()


def test_users_of_one_service_do_not_see_each_others_answers(scene: Scene) -> None:
    """One connection, one cache: France and the client ask in turns, and each gets what it gets alone."""
    scene.put(SEEN, OTHER)
    scene.put(HIDDEN, marking="tlp:amber")  # France's, not the client's
    scene.cut()
    alone = get(scene, collection(scene) + "objects/")
    for _turn in range(3):
        scene.visit()
        assert get(scene, collection(scene) + "objects/") == alone
        assert get(scene, collection(scene, "fra") + "objects/").status == 404
    assert b"halcyon" not in alone.body.lower()
    assert b"halcyon" in scene.held().lower()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_no_route_is_without_a_rule(scene: Scene, method: str) -> None:
    """Whoever is not known is told the same on every path, whether something is there or not."""
    scene.put(SEEN)
    scene.cut()
    out = collection(scene)
    service = scene.world.nodes["can"].service
    taxii = ["/taxii2/", API, f"{API}collections/", out, f"{out}objects/", f"{out}objects/{SEEN['id']}/", f"{API}status/x/", "/taxii2/nothing/"]  # fmt: skip
    node = ["hello", "segments", "news", "recalls", "receipts", "checkpoints", "wake", "files", "nothing"]
    for paths in (taxii, [f"/cordiale/v1/{name}" for name in node]):
        for headers in ({}, {"authorization": "Bearer nobody"}, {"authorization": "Basic ::::"}, {"cordiale-node": "fra"}):  # fmt: skip
            answers = [
                respond(Request(method, path, "", {"accept": TAXII, **headers}), service) for path in paths
            ]
            assert {answer.status for answer in answers} == {401}
            assert all(one == other for one, other in pairwise(answers))


def test_narrower_rules_stop_in_the_very_next_answer(scene: Scene) -> None:
    scene.put(HIDDEN)
    scene.cut()
    assert b"HALCYON" in bodies(scene)
    apply_terms(scene.world.nodes["can"], READER, Terms(tlp="clear", assurance="taxii"))
    assert b"HALCYON" not in bodies(scene)
