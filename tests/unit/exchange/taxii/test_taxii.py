"""The TAXII 2.1 server over one partner's own stream, asked as plain clients ask it."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cordiale.exchange import records
from cordiale.exchange.home import Limits
from cordiale.exchange.message import Request, Response
from cordiale.exchange.recall import sending
from cordiale.exchange.stream import withdrawal
from cordiale.exchange.taxii import client as taxii
from cordiale.exchange.taxii.media import TAXII
from cordiale.exchange.taxii.pages import collection_id
from cordiale.release import records as rulings
from cordiale.release.mandate import Exemption
from cordiale.store import versions
from cordiale.store.connection import open_store
from tests.unit.exchange.world import Node, client, connect, id_of, indicator, make, malware, report

WHO = {"authorization": "Bearer token-READER", "accept": TAXII}
API = "/taxii2/api/"


def node(**more: object) -> Node:
    made = make("CAN", **more)  # type: ignore[arg-type]
    client(made)
    return made


def number_of(made: Node, name: str = "READER") -> int:
    with made.store.read() as tx:
        return records.partner(tx, name).number


def out(made: Node, name: str = "READER") -> str:
    return f"{API}collections/{collection_id(made.home, number_of(made, name), 'out')}/"


def inbox(made: Node) -> str:
    return f"{API}collections/{collection_id(made.home, number_of(made), 'in')}/"


def get(made: Node, path: str, query: str = "", **headers: str) -> Response:
    return made.answer(Request("GET", path, query, {**WHO, **headers}))


def objects(made: Node, query: str = "", path: str = "objects/") -> list[dict[str, str]]:
    answer = get(made, out(made) + path, query)
    assert answer.status == 200, answer.body
    found: list[dict[str, str]] = orjson.loads(answer.body).get("objects", [])
    return found


def names(made: Node, query: str = "") -> list[str]:
    return [one["name"] for one in objects(made, query)]


def test_discovery_api_root_and_collections_say_what_there_is() -> None:
    made = node()
    discovery = orjson.loads(get(made, "/taxii2/").body)
    assert discovery["api_roots"] == [API]
    root = orjson.loads(get(made, API).body)
    assert root["versions"] == [TAXII]
    assert root["max_content_length"] > 0
    listed = orjson.loads(get(made, f"{API}collections/").body)["collections"]
    assert [(c["can_read"], c["can_write"]) for c in listed] == [(True, False), (False, True)]
    for one in listed:
        assert orjson.loads(get(made, f"{API}collections/{one['id']}/").body) == one
    assert get(made, "/taxii2/").headers["content-type"] == TAXII


def test_a_collection_names_a_client_without_a_title_by_its_node() -> None:
    made = node()
    listed = orjson.loads(get(made, f"{API}collections/").body)["collections"]
    assert not listed[0]["title"].endswith("→ ")


def test_an_empty_page_names_no_instant_that_nobody_asked_for() -> None:
    made = node()
    answer = get(made, out(made) + "objects/")
    assert not [name for name in answer.headers if name.startswith("x-taxii-date-added")]
    asked = get(made, out(made) + "objects/", "added_after=2026-03-01T08:00:00Z")
    assert asked.headers["x-taxii-date-added-last"] == "2026-03-01T08:00:00.000000Z"


def test_who_is_not_known_is_asked_who_they_are() -> None:
    made = node()
    answer = made.answer(Request("GET", "/taxii2/", "", {"accept": TAXII}))
    assert answer.status == 401
    assert "Basic" in answer.headers["www-authenticate"]
    assert answer.headers["content-type"] == TAXII


def test_a_collection_of_somebody_else_and_one_that_never_was_get_the_same_bytes() -> None:
    made = node()
    connect(made, make("FRA"))
    theirs = out(made, "FRA")
    absent = f"{API}collections/00000000-0000-4000-8000-000000000000/"
    for rest in ("", "objects/", "manifest/", f"objects/{id_of(indicator('a'))}/"):
        one, other = get(made, theirs + rest), get(made, absent + rest)
        assert (one.status, one.headers, one.body) == (other.status, other.headers, other.body)
        assert one.status == 404


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (TAXII, 200),
        ("application/taxii+json", 200),
        ("application/taxii+json; version=2.1, application/stix+json;version=2.1", 200),
        ("*/*", 200),
        ("text/html;q=0.8, application/*;q=0.1", 200),
        ("application/taxii+json;version=2.0", 406),
        ("application/taxii+json;q=0", 406),
        ("application/json", 406),
        ("", 406),
        ("x" * 5000, 406),
    ],
)
def test_accept_is_negotiated(accept: str, status: int) -> None:
    assert get(node(), "/taxii2/", accept=accept).status == status


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=-1",
        "limit=x",
        "limit=1&limit=2",
        "limit=",
        "added_after=yesterday",
        "added_after=2026-01-01",
        "match[type]=",
        "match[type]=a&match[type]=b",
        "match[version]=all,last",
        "match[version]=last,last",
        "match[version]=tomorrow",
        "next=forged",
        "next=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "=&=&&&",
        "limit",
        "match[id]=" + ",".join(["x"] * 200),
    ],
)
def test_malformed_queries_are_refused_with_a_reason(query: str) -> None:
    made = node()
    answer = get(made, out(made) + "objects/", query)
    assert answer.status == 400
    assert orjson.loads(answer.body)["title"] == "Bad Request"
    assert orjson.loads(answer.body)["http_status"] == "400"


def test_unknown_parameters_are_ignored_and_unknown_types_find_nothing() -> None:
    made = node()
    made.put(indicator("a"))
    made.cut("READER")
    assert names(made, "match[colour]=red&whatever=1") == ["a"]
    assert objects(made, "match[type]=nonsense") == []


def test_filters_look_at_the_clients_own_stream_only() -> None:
    made = node()
    made.put(indicator("a"), indicator("b", minute=1), malware("m"), indicator("secret", marking=["tlp:red"]))
    made.cut("READER")
    made.put(indicator("a", minute=2))
    made.cut("READER")
    assert names(made) == ["b", "m", "a"]
    assert names(made, "match[type]=malware") == ["m"]
    assert names(made, "match[type]=malware,indicator&limit=2") == ["b", "m"]
    assert names(made, f"match[id]={id_of(indicator('a'))}") == ["a"]
    assert len(objects(made, "match[version]=all")) == 4
    assert [o["modified"][14:16] for o in objects(made, "match[version]=first&match[type]=indicator")] == [
        "00",
        "01",
    ]
    assert [
        o["modified"][14:16]
        for o in objects(made, f"match[version]=first,last&match[id]={id_of(indicator('a'))}")
    ] == [
        "00",
        "02",
    ]
    assert names(made, "match[version]=2026-03-01T10:01:00.000Z") == ["b"]
    assert objects(made, "match[spec_version]=2.0") == []
    assert len(objects(made, "match[spec_version]=2.0,2.1")) == 3
    assert objects(made, f"match[id]={id_of(indicator('secret'))}") == []


def test_an_object_its_versions_and_its_manifest() -> None:
    made = node()
    made.put(indicator("a"), indicator("secret", marking=["tlp:red"]))
    made.put(indicator("a", minute=2))
    made.cut("READER")
    path = out(made) + f"objects/{id_of(indicator('a'))}/"
    assert len(orjson.loads(get(made, path).body)["objects"]) == 1
    assert len(orjson.loads(get(made, path, "match[version]=all").body)["objects"]) == 2
    assert orjson.loads(get(made, path + "versions/").body)["versions"] == [
        "2026-03-01T10:00:00.000Z",
        "2026-03-01T10:02:00.000Z",
    ]
    (record,) = objects(made, path="manifest/")
    assert record["id"] == id_of(indicator("a"))
    assert record["version"] == "2026-03-01T10:02:00.000Z"
    answer = get(made, out(made) + "manifest/")
    assert record["date_added"] == answer.headers["x-taxii-date-added-last"]
    hidden = get(made, out(made) + f"objects/{id_of(indicator('secret'))}/")
    absent = get(made, out(made) + f"objects/{id_of(indicator('never'))}/")
    assert (hidden.status, hidden.body) == (absent.status, absent.body) == (404, hidden.body)


def test_methods_that_do_not_belong_are_refused() -> None:
    made = node()
    made.put(indicator("a"))
    made.cut("READER")
    one = f"objects/{id_of(indicator('a'))}/"
    for method, path, status in (
        ("DELETE", out(made) + one, 403),
        ("DELETE", inbox(made) + one, 403),
        ("POST", out(made) + "objects/", 403),
        ("GET", inbox(made) + "objects/", 403),
        ("GET", inbox(made) + "manifest/", 403),
        ("PUT", out(made) + "objects/", 405),
        ("POST", "/taxii2/", 405),
        ("GET", "/taxii2/elsewhere/", 404),
        ("GET", out(made) + "objects/../../../etc/passwd/", 404),
    ):
        assert made.answer(Request(method, path, "", WHO)).status == status, (method, path)
    assert names(made) == ["a"]


def test_what_is_posted_goes_to_the_importer_and_is_read_back_by_nobody() -> None:
    made = node()
    body = b'{"objects":[' + indicator("sent") + b"," + indicator("too") + b"]}"
    post = {**WHO, "content-type": TAXII}
    answer = made.answer(Request("POST", inbox(made) + "objects/", "", post, body))
    status = orjson.loads(answer.body)
    assert (answer.status, status["status"], status["success_count"]) == (202, "complete", 2)
    assert made.posted == [indicator("sent"), indicator("too")]
    assert orjson.loads(get(made, f"{API}status/{status['id']}/").body) == status
    client(made, "OTHER")
    assert get(made, f"{API}status/00000000-0000-4000-8000-000000000000/").status == 404
    for headers, posted, expected in (
        ({**WHO}, body, 415),
        ({**post, "content-type": "application/json"}, body, 415),
        (post, b"nonsense", 422),
        (post, b'{"objects": 5}', 422),
        (post, b"[" * 100_000, 422),
        ({**post, "accept": "text/html"}, body, 406),
    ):
        assert made.answer(Request("POST", inbox(made) + "objects/", "", headers, posted)).status == expected
    assert len(made.posted) == 2


def test_a_body_beyond_the_limit_is_refused() -> None:
    made = node(limits=Limits(request_bytes=100))
    body = b'{"objects":[' + indicator("a") + b"]}"
    headers = {**WHO, "content-type": TAXII}
    assert made.answer(Request("POST", inbox(made) + "objects/", "", headers, body)).status == 413
    assert made.posted == []


def follow(made: Node, limit: int, query: str = "") -> list[str]:
    """Read everything by `next`."""
    found: list[str] = []
    cursor = ""
    while True:
        answer = get(made, out(made) + "objects/", f"limit={limit}{query}{cursor}")
        page = orjson.loads(answer.body)
        assert len(page.get("objects", [])) <= limit
        found += [one["name"] for one in page.get("objects", [])]
        if not page.get("more"):
            return found
        cursor = f"&next={page['next']}"


def follow_by_date(made: Node, limit: int, query: str = "") -> list[str]:
    """Read everything by the date header, as clients that ignore `next` do."""
    found: list[str] = []
    after = ""
    while True:
        answer = get(made, out(made) + "objects/", f"limit={limit}{query}{after}")
        page = orjson.loads(answer.body)
        found += [one["name"] for one in page.get("objects", [])]
        if not page.get("more"):
            return found
        after = f"&added_after={answer.headers['x-taxii-date-added-last']}"


@pytest.mark.parametrize("limit", [1, 7, 100, 1000])
def test_paging_loses_nothing_when_everything_was_added_at_one_instant(limit: int) -> None:
    made = node()
    count = 40 if limit == 1 else 1500
    made.put(*(indicator(f"i{n}", marking=["tlp:red"] if n % 10 else []) for n in range(count)))
    made.put(*(malware(f"m{n}") for n in range(30)))
    made.cut("READER")
    expected = sorted([f"i{n}" for n in range(0, count, 10)] + [f"m{n}" for n in range(30)])
    assert sorted(follow(made, limit)) == expected
    assert sorted(follow_by_date(made, limit)) == expected
    assert sorted(follow(made, limit, "&match[type]=malware")) == sorted(f"m{n}" for n in range(30))


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 100])
def test_what_was_stopped_on_a_page_makes_nothing_after_it_disappear(limit: int) -> None:
    made = node(limits=Limits(segment_entries=8, scanned_segments=2))
    made.put(*(indicator(f"i{n}") for n in range(40)))
    made.cut("READER")
    hidden = {0, 1, 4, 5, 6, 8, *range(16, 34), 38}
    made.put(*(indicator(f"i{n}", marking=["tlp:red"], minute=1) for n in sorted(hidden)))
    expected = [f"i{n}" for n in range(40) if n not in hidden]
    assert follow(made, limit, "&match[version]=all") == expected
    assert follow_by_date(made, limit, "&match[version]=all") == expected


def test_what_a_client_went_past_while_it_was_held_comes_when_the_hold_ends() -> None:
    made = node()
    made.put(indicator("a"), indicator("b"))
    made.cut("READER")
    with made.store.write() as tx:
        held = Exemption(id_of(indicator("a")), "READER", "hold", "o", made.clock(), made.clock.now + 60)
        rulings.record_exception(tx, held)
    answer = get(made, out(made) + "objects/", "limit=1")
    assert [one["name"] for one in orjson.loads(answer.body)["objects"]] == ["b"]
    after = f"&added_after={answer.headers['x-taxii-date-added-last']}"
    assert names(made, "limit=5" + after) == []
    made.clock.now += 60
    made.cut("READER")
    assert names(made, "limit=5" + after) == ["a"]


def test_what_was_read_before_it_was_stopped_is_still_asked_back() -> None:
    made = node()
    made.put(indicator("a"), report("r", [indicator("a")]))
    made.cut("READER")
    assert len(objects(made)) == 2
    made.put(indicator("a", marking=["tlp:red"], minute=1))
    assert [one["type"] for one in objects(made, "match[version]=all")] == []  # the report names it
    with made.store.write() as tx:
        known = made.partnership("READER")
        assert known is not None
        drafted = sending.draft(
            tx, made.home, known.partner, ids=[id_of(report("r", []))], reason="r", by="o", now=made.clock()
        )
        assert drafted is not None
        sending.confirm(tx, made.home, known, drafted.id, "o", made.clock())
    revoked = objects(made, f"match[id]={id_of(report('r', []))}")
    assert objects(made, "match[type]=report")[0]["revoked"] or revoked == []


def test_next_survives_a_restart(tmp_path) -> None:  # type: ignore[no-untyped-def]
    url = f"sqlite:///{tmp_path / 'can.db'}"
    made = node(url=url)
    made.put(*(indicator(f"i{n}") for n in range(50)))
    made.cut("READER")
    page = orjson.loads(get(made, out(made) + "objects/", "limit=20").body)
    made.store.close()
    again = make("CAN", url=url)
    rest = orjson.loads(get(again, out(again) + "objects/", f"limit=100&next={page['next']}").body)
    assert [o["name"] for o in page["objects"]] + [o["name"] for o in rest["objects"]] == [
        f"i{n}" for n in range(50)
    ]


def test_a_cursor_of_one_partner_is_nothing_to_another() -> None:
    made = node()
    client(made, "FRA")
    made.put(*(indicator(f"i{n}") for n in range(5)))
    made.cut("READER", "FRA")
    cursor = orjson.loads(get(made, out(made) + "objects/", "limit=2").body)["next"]
    path = out(made, "FRA") + "objects/"
    theirs = get(made, path, f"next={cursor}", authorization="Bearer token-FRA")
    forged = get(made, path, "next=" + "A" * len(cursor), authorization="Bearer token-FRA")
    assert (theirs.status, theirs.body) == (forged.status, forged.body) == (400, theirs.body)


def test_a_narrowed_object_is_gone_from_the_very_next_page() -> None:
    made = node()
    made.put(indicator("a"), indicator("b"))
    made.cut("READER")
    made.put(indicator("a", marking=["tlp:red"], minute=1))
    assert names(made, "match[version]=all") == ["b"]
    assert objects(made, f"match[id]={id_of(indicator('a'))}") == []


def test_a_tear_line_stops_with_its_parent() -> None:
    made = node()
    shown, hidden = indicator("shown"), malware("m", marking=["tlp:red"])
    made.put(shown, hidden, report("r", [shown, hidden]))
    made.cut("READER")
    assert [one["type"] for one in objects(made)] == ["indicator", "report"]
    with made.store.write() as tx:
        versions.remark(tx, id_of(report("r", [])), "CAN", frozenset({"tlp:red"}))
    assert [one["type"] for one in objects(made)] == ["indicator"]


def test_a_recalled_object_becomes_a_revoked_version_without_content() -> None:
    made = node()
    made.put(indicator("a", description="regret"), indicator("b"))
    made.cut("READER")
    known = made.partnership("READER")
    assert known is not None
    with made.store.write() as tx:
        drafted = sending.draft(
            tx, made.home, known.partner, ids=[id_of(indicator("a"))], reason="r", now=made.clock()
        )
        assert drafted is not None
        sending.confirm(tx, made.home, known, drafted.id, "officer", made.clock())
    found = objects(made, "match[version]=all")
    assert [one.get("name") for one in found] == ["b", None]
    assert found[1]["id"] == id_of(indicator("a"))
    assert found[1]["revoked"] is True
    assert set(found[1]) == {"type", "spec_version", "id", "created", "modified", "revoked"}
    listed = objects(made, "match[version]=all", "manifest/")
    assert [(one["id"], one["version"]) for one in listed] == [(one["id"], one["modified"]) for one in found]
    made.put(indicator("c"))
    made.cut("READER")
    assert [one.get("name") for one in objects(made)] == ["b", None, "c"]


def test_purged_objects_leave_the_pages() -> None:
    made = node()
    first, _second = made.put(indicator("a"), indicator("b"))
    made.cut("READER")
    with made.store.write() as tx:
        withdrawal.withdraw_everywhere(tx, [first])
        versions.purge(tx, first, "test", made.clock(), bytes(16))
    assert names(made) == ["b"]


def test_our_own_client_reads_and_posts() -> None:
    made = node()
    made.put(*(indicator(f"i{n}") for n in range(25)))
    made.cut("READER")
    (root,) = taxii.api_roots(made.answer, WHO)
    readable, writable = taxii.collections(made.answer, WHO, root)
    pages = list(taxii.pull(made.answer, WHO, readable, limit=10))
    assert [len(page.objects) for page in pages] == [10, 10, 5]
    assert taxii.push(made.answer, WHO, writable, [indicator("x")])["success_count"] == 1


class Paging(RuleBasedStateMachine):
    """A client pages in any way while objects, versions and ties come in: it ends with all of them."""

    @initialize()
    def start(self) -> None:
        self.node = node()
        self.expected: dict[str, int] = {}
        self.by_next: set[tuple[str, str]] = set()
        self.by_date: set[tuple[str, str]] = set()
        self.next = ""
        self.after = ""
        self.made = 0

    @rule(names=st.lists(st.integers(0, 12), min_size=1, max_size=8), hidden=st.booleans())
    def insert(self, names: list[int], hidden: bool) -> None:
        items = []
        for name in names:
            if hidden:
                items.append(indicator(f"hidden{name}-{self.made}", marking=["tlp:red"]))
                continue
            self.expected[f"i{name}"] = self.expected.get(f"i{name}", -1) + 1
            items.append(indicator(f"i{name}", minute=self.expected[f"i{name}"] % 60))
        self.made += 1
        self.node.put(*items)

    @rule()
    def cut(self) -> None:
        self.node.cut("READER")

    @rule(ticks=st.integers(-2_000_000, 2_000_000))
    def clock_moves(self, ticks: int) -> None:
        self.node.clock.now += ticks

    @rule(limit=st.integers(1, 5))
    def page_by_next(self, limit: int) -> None:
        query = f"limit={limit}&match[version]=all" + (f"&next={self.next}" if self.next else "")
        answer = get(self.node, out(self.node) + "objects/", query)
        page = orjson.loads(answer.body)
        self._take(page, self.by_next)
        self.next = page.get("next", self.next)

    @rule(limit=st.integers(1, 5))
    def page_by_date(self, limit: int) -> None:
        query = f"limit={limit}&match[version]=all" + (f"&added_after={self.after}" if self.after else "")
        answer = get(self.node, out(self.node) + "objects/", query)
        self._take(orjson.loads(answer.body), self.by_date)
        self.after = answer.headers.get("x-taxii-date-added-last", self.after)

    @rule()
    def restart(self) -> None:
        state = self.node.store.snapshot()
        self.node.store.load(state)

    def _take(self, page: dict[str, list[dict[str, str]]], into: set[tuple[str, str]]) -> None:
        into.update((one["name"], one["modified"]) for one in page.get("objects", []))

    @invariant()
    def nothing_hidden(self) -> None:
        assert not any(name.startswith("hidden") for name, _when in self.by_next | self.by_date)

    def teardown(self) -> None:
        if not hasattr(self, "node"):
            return
        self.node.cut("READER")
        everything = {(o["name"], o["modified"]) for o in objects(self.node, "match[version]=all")}
        for _round in range(500):
            before = self.after
            self.page_by_date(5)
            if self.after == before:
                break
        assert self.by_date == everything
        self.by_next.clear()
        self.next = ""
        while True:
            before = self.next
            self.page_by_next(5)
            if self.next == before:
                break
        assert self.by_next == everything
        assert {name for name, _when in everything} == set(self.expected)


TestPaging = Paging.TestCase
TestPaging.settings = settings(max_examples=12, stateful_step_count=15)


def test_a_store_opened_again_serves_the_same_page(tmp_path) -> None:  # type: ignore[no-untyped-def]
    url = f"sqlite:///{tmp_path / 'x.db'}"
    made = node(url=url)
    made.put(indicator("a"))
    made.cut("READER")
    before = get(made, out(made) + "objects/")
    made.store.close()
    open_store(url).close()
    again = make("CAN", url=url)
    after = get(again, out(again) + "objects/")
    assert (before.body, before.headers) == (after.body, after.headers)
