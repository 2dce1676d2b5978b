"""Who asks, what they are told, and that nobody else is told anything."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from msgspec import structs

from cordiale.desk.actor import VERBS
from cordiale.desk.outgoing.feeds import feed_add
from cordiale.desk.person.people import person_lock
from cordiale.desk.views.search import Question
from cordiale.rest.app import application, everything, schema
from tests.unit.rest.served import OPERATOR, Served, said

ABSENT = "indicator--99999999-9999-4999-8999-999999999999"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


def test_whoever_is_not_known_is_told_the_same_on_every_path_by_every_method(
    served: Served, objects: dict[str, list[str]]
) -> None:
    paths = (
        "/objects",
        f"/objects/{objects['green'][0]}",
        f"/objects/{ABSENT}",
        "/releases",
        "/audit",
        "/nowhere",
        "/objects?q=green",
    )
    answers = {
        (answer.status, answer.body, tuple(sorted(answer.headers.items())))
        for path in paths
        for method in METHODS
        for token in ("", "nobody", "cordiale_1234")
        for answer in (served.ask(path, token, method=method),)
    }
    ((status, body, headers),) = answers
    assert status == 401
    assert json.loads(body)["code"] == "no-token"
    assert dict(headers)["www-authenticate"] == 'Bearer realm="cordiale"'


def test_a_token_of_a_locked_person_is_no_token(served: Served) -> None:
    served.person("left")
    assert served.ask("/partners", "left").status == 200
    person_lock(served.node.desk, OPERATOR, "left")
    assert served.ask("/partners", "left") == served.ask("/partners", "nobody")


def test_a_token_is_for_its_verbs_and_never_for_more_than_its_person_may(served: Served) -> None:
    served.person("reader", "search", "show")
    assert served.ask("/objects", "reader").status == 200
    refused = served.ask("/partners", "reader")
    assert (refused.status, said(refused)["code"]) == (403, "scope-missing")
    served.person("clerk", roles=("analyst",))
    refused = served.post("/rules/diff", "clerk", {"text": ""})
    assert (refused.status, said(refused)["code"]) == (403, "role-missing")


@pytest.mark.parametrize(
    "rest_of",
    [
        "",
        "/raw",
        "/statements",
        "/versions",
        "/remarks",
        "/neighbours",
        "/why?partner=x",
        f"/files/{'0' * 64}",
    ],
)
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_what_is_hidden_is_answered_byte_for_byte_as_what_is_not_there(
    served: Served, objects: dict[str, list[str]], rest_of: str, lang: str
) -> None:
    hidden = objects["red"][0]
    one, other = (
        served.ask(f"/objects/{stix_id}{rest_of}", "paul", headers={"accept-language": lang})
        for stix_id in (hidden, ABSENT)
    )
    assert one.status == 404
    assert one.headers == other.headers
    assert one.body.replace(hidden.encode(), ABSENT.encode()) == other.body
    assert served.ask(f"/objects/{hidden}", "rita").status == 200


def test_acting_on_what_is_hidden_is_answered_as_acting_on_what_is_not_there(
    served: Served, objects: dict[str, list[str]]
) -> None:
    hidden = objects["red"][0]
    for path, body in (
        (f"/objects/{hidden}/marking", {"marking": "tlp:clear"}),
        ("/recalls", {"ids": [hidden]}),
    ):
        one = served.post(path, "paul", body)
        there = json.loads(json.dumps(body).replace(hidden, ABSENT))
        other = served.post(path.replace(hidden, ABSENT), "paul", there)
        assert (one.status, one.headers) == (404, other.headers)
        assert one.body.replace(hidden.encode(), ABSENT.encode()) == other.body


def test_errors_are_in_the_language_that_is_asked_for_and_their_codes_in_none(served: Served) -> None:
    english, french = (
        served.ask(f"/objects/{ABSENT}", "paul", headers={"accept-language": lang})
        for lang in ("en-GB", "fr-FR,en;q=0.5")
    )
    assert said(english)["code"] == said(french)["code"] == "no-object"
    assert said(english)["title"] == "Not found"
    assert said(french)["title"] == "Introuvable"
    assert english.headers["content-type"] == "application/problem+json"
    assert french.headers["content-language"] == "fr"


@pytest.mark.parametrize(
    "query", ["limt=3", "limit=0", "limit=9999", "limit=x", "limit=2&limit=3", "as=officer", "admin=1"]
)
def test_a_parameter_that_is_not_taken_is_refused_and_not_passed_over(served: Served, query: str) -> None:
    refused = served.ask(f"/objects?{query}", "paul")
    assert refused.status == 400
    assert query.partition("=")[0] in said(refused)["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b'{"marking":1}',
        b'{"marking":"tlp:clear","owner":"paul"}',
        b'{"marking":"' + b"x" * 500 + b'"}',
        b"\xff\xfe",
        b"[" * 5000,
    ],
)
def test_a_body_that_is_not_taken_is_refused_and_changes_nothing(
    served: Served, objects: dict[str, list[str]], body: bytes
) -> None:
    seen = objects["green"][0]
    refused = served.ask(
        f"/objects/{seen}/marking",
        "paul",
        method="POST",
        raw=body,
        headers={"content-type": "application/json"},
    )
    assert (refused.status, said(refused)["status"]) == (400, 400)
    assert said(served.ask(f"/objects/{seen}", "paul"))["statements"][0]["base_marking"] == ["tlp:green"]


@pytest.mark.parametrize(("marking", "words"), [(1, "text"), ("tlp:mauve", "tlp:mauve")])
def test_a_problem_names_the_field_that_it_is_about(
    served: Served, objects: dict[str, list[str]], marking: object, words: str
) -> None:
    refused = served.ask(
        f"/objects/{objects['green'][0]}/marking",
        "paul",
        method="POST",
        raw=json.dumps({"marking": marking}).encode(),
        headers={"content-type": "application/json"},
    )
    [wrong] = said(refused)["errors"]
    assert wrong == {"field": "marking", "detail": said(refused)["detail"]}
    assert words in wrong["detail"] or "str" in wrong["detail"]
    assert "errors" not in said(
        served.ask("/objects/indicator--00000000-0000-4000-8000-00000000ffff", "paul")
    )


def test_a_body_that_is_too_large_is_refused(served: Served, objects: dict[str, list[str]]) -> None:
    body = b'{"text":"' + b"x" * (9 << 20) + b'"}'
    refused = served.ask(
        "/rules/diff", "paul", method="POST", raw=body, headers={"content-type": "application/json"}
    )
    assert (refused.status, said(refused)["code"]) == (413, "too-large-body")


def test_answers_are_for_one_reader_and_kept_by_nobody(served: Served, objects: dict[str, list[str]]) -> None:
    for answer in (
        served.ask("/objects", "paul", headers={"origin": "https://evil.example"}),
        served.ask(f"/objects/{ABSENT}", "paul"),
        served.ask("/objects", "nobody"),
        served.post("/recalls", "paul", {"ids": [ABSENT]}),
    ):
        assert answer.headers["cache-control"] == "private, no-store"
        assert "authorization" in answer.headers["vary"]
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_who_has_the_same_bytes_is_told_so_and_nobody_else(
    served: Served, objects: dict[str, list[str]]
) -> None:
    first = served.ask("/objects", "paul")
    again = served.ask("/objects", "paul", headers={"if-none-match": first.headers["etag"]})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    other = served.ask("/objects", "rita", headers={"if-none-match": first.headers["etag"]})
    assert other.status == 200
    assert other.headers["etag"] != first.headers["etag"]


def test_a_get_writes_nothing_to_the_store(served: Served, objects: dict[str, list[str]]) -> None:
    before = served.node.store.changed()
    for path in (
        "/objects",
        f"/objects/{objects['green'][0]}",
        "/objects?q=green",
        "/preview",
        "/partners",
        "/jobs",
        "/audit",
        "/recalls",
        "/set-aside",
        "/objects/counts",
    ):
        assert served.ask(path, "paul").status == 200
    assert served.node.store.changed() == before


def test_the_fetch_of_a_feed_notes_who_fetched_it_and_writes_nothing_else(
    served: Served, objects: dict[str, list[str]]
) -> None:
    feed_add(served.node.desk, OPERATOR, "noted", "csv", Question(), shared=True)
    assert served.ask("/objects", "paul").status == 200
    was = rows(served)
    assert served.ask("/feeds", "paul").status == 200
    assert rows(served) == was
    assert served.ask("/feeds/noted.csv", "paul").status == 200
    now = rows(served)
    assert {name for name in now if now[name] != was[name]} == {"desk_feed_fetch"}
    assert len(now["desk_feed_fetch"]) == 1
    assert served.ask("/feeds/noted.csv", "paul").status == 200
    assert rows(served) == now  # the same again a moment later is not noted again


def rows(served: Served) -> dict[str, list[str]]:
    """Return everything that stands in the store, table by table."""
    with served.node.store.read() as tx:
        return {
            name: sorted(
                repr(tuple(row)) for row in tx.connection.execute(sa.text(f'SELECT * FROM "{name}"'))
            )
            for name in sa.inspect(tx.connection).get_table_names()
            if name != "text_index"  # cannot be read whole; the tables it is made of can
        }


def test_who_asks_too_fast_waits_and_nobody_else_does(served: Served) -> None:
    desk = served.node.desk
    slow = structs.replace(desk.settings, limits=structs.replace(desk.settings.limits, api_per_minute=60))
    time = [desk.clock()]
    app = served.app
    served.app = application(replace(desk, settings=slow, clock=lambda: time[0]))
    try:
        asked = [served.ask("/partners", "paul") for _n in range(11)]
        assert [one.status for one in asked] == [200] * 10 + [429]
        assert said(asked[-1])["code"] == "too-many"
        assert asked[-1].headers["retry-after"] == "1"
        assert served.ask("/partners", "rita").status == 200
        for _n in range(20):
            refused = served.ask("/partners", "nobody")
        assert refused.status == 429
        assert served.ask("/partners", "rita").status == 200
        time[0] += 1_000_000
        assert served.ask("/partners", "paul").status == 200
    finally:
        served.app = app


def test_the_schema_is_the_same_for_every_node_and_for_anybody(served: Served) -> None:
    answer = served.ask("/openapi.json")
    assert (answer.status, answer.body) == (200, schema())
    document = said(answer)
    assert document["openapi"].startswith("3.1")
    operations = [one for path in document["paths"].values() for one in path.values()]
    assert len(operations) == len([one for one in everything() if one.include_in_schema is not False])
    assert len({one["operationId"] for one in operations}) == len(operations)
    assert all(one["description"] and "401" in one["responses"] for one in operations)
    assert b"canada" not in answer.body.lower()


def test_every_verb_of_people_that_a_program_needs_has_an_address(served: Served) -> None:
    """What is left out is done at the node itself, by who looks after it, or hands keys and files over."""
    named = {name for path in said(served.ask("/openapi.json"))["paths"] for name in path.split("/")[3:4]}
    assert named == {
        "objects",
        "cyber",
        "playbooks",
        "requests",
        "cases",
        "responses",
        "incidents",
        "facets",
        "export",
        "feeds",
        "searches",
        "alerts",
        "retention",
        "preview",
        "releases",
        "refusals",
        "proofs",
        "rules",
        "recalls",
        "consents",
        "imports",
        "jobs",
        "set-aside",
        "partners",
        "audit",
    }
    assert {
        "import",
        "search",
        "show",
        "mark",
        "preview",
        "why",
        "release",
        "recall",
        "rules",
        "prove",
        "audit",
        "jobs",
        "job",
        "set-aside",
        "partner-list",
        "partner-suspend",
    } <= VERBS.keys()


def test_instants_are_dates(served: Served) -> None:
    summary = said(served.ask("/objects?limit=1", "paul"))["items"][0]
    assert datetime.fromisoformat(summary["modified"]).tzinfo is UTC
    assert summary["modified"].startswith("2026-03-01T10:")


@pytest.mark.parametrize(
    "headers",
    [
        {"x-forwarded-user": "rita"},
        {"x-remote-user": "rita"},
        {"x-http-method-override": "DELETE"},
        {"x-original-url": "/api/v1/audit"},
        {"cookie": "session=rita; role=officer"},
        {"x-clearance": "tlp:red"},
        {"range": "bytes=0-10"},
        {"if-none-match": '"nothing"'},
        {"host": "rita.example"},
        {"accept": "text/html"},
    ],
)
def test_a_header_decides_nothing(
    served: Served, objects: dict[str, list[str]], headers: dict[str, str]
) -> None:
    for path in ("/objects", f"/objects/{objects['red'][0]}", "/partners"):
        assert served.ask(path, "paul", headers=headers) == served.ask(path, "paul")


@pytest.mark.parametrize(
    ("path", "body", "english", "french"),
    [
        (
            "/objects?limit=abc",
            None,
            "limit: int is expected, not str.",
            "limit\u00a0: int est attendu, et non str.",
        ),
        (
            "/objects?partners=0",
            None,
            "partners: bool is expected, not str.",
            "partners\u00a0: bool est attendu, et non str.",
        ),
        (
            "/feeds",
            {"name": "x", "format": "csv", "q": "", "confidence": 0, "shared": 0},
            "shared: bool is expected, not int.",
            "shared\u00a0: bool est attendu, et non int.",
        ),
        (
            "/feeds",
            {"name": "x", "format": "csv", "q": "", "confidence": "0", "shared": False},
            "confidence: int is expected, not str.",
            "confidence\u00a0: int est attendu, et non str.",
        ),
        ("/objects?limit=0", None, "limit: it must be >= 1.", "limit\u00a0: la valeur doit être >= 1."),
        ("/audit?since=0", None, "since is no instant", "since n’est pas un instant"),
        (
            "/releases",
            {"partner": "x", "ids": ["x"]},
            "ids[0]: it must be a STIX id",
            "ids[0]\u00a0: il faut un identifiant STIX",
        ),
        (
            "/releases",
            {"partner": "x", "owner": 1},
            "there is no field “owner”",
            "il n’y a pas de champ «\u00a0owner\u00a0»",
        ),
        (
            "/releases",
            {},
            "body: the field “partner” is missing.",
            "body\u00a0: il manque le champ «\u00a0partner\u00a0».",
        ),
        (
            "/releases",
            [],
            "body: object is expected, not array.",
            "body\u00a0: object est attendu, et non array.",
        ),
        (
            "/releases",
            {"partner": "x", "until": "y"},
            "until: it is no instant",
            "until\u00a0: ce n’est pas un instant",
        ),
        ("/recalls", {"action": "burn"}, "'burn' is none of the choices", "'burn' n’est pas l’un des choix"),
    ],
)
def test_what_is_wrong_is_said_in_words_and_where_it_is(
    served: Served, path: str, body: object, english: str, french: str
) -> None:
    for lang, words in (("en", english), ("fr", french)):
        headers = {"accept-language": lang}
        refused = served.ask(
            path, "paul", method="GET" if body is None else "POST", body=body, headers=headers
        )
        assert refused.status == 400
        assert words in said(refused)["detail"]


def test_a_node_that_is_not_asked_does_not_load_it() -> None:
    code = "import sys, cordiale.cli.serve, cordiale.web.app; from cordiale.cli.answering import faces; faces(None, None); assert not {'litestar', 'cordiale.rest'} & set(sys.modules)"  # fmt: skip
    subprocess.run([sys.executable, "-c", code], check=True)
