"""Feeds: fetched by tools with tokens, each reader given what they may read; caches and instants tell nothing else."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import orjson
import pytest

from cordiale.desk import verbs
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.views.search import Question
from cordiale.platform.clock import DAY, HOUR, MINUTE, format_instant, system_clock
from cordiale.platform.errors import Conflict, InputError, NotAllowed, NotFound
from tests.unit.rest.served import OPERATOR, Served, said


def indicator(name: str, n: int) -> bytes:
    # of yesterday: what was last seen long ago is not worth acting on any more
    when = format_instant(system_clock() // HOUR * HOUR - DAY + n * MINUTE)
    return orjson.dumps(
        {
            "type": "indicator", "spec_version": "2.1", "id": f"indicator--00000000-0000-4000-8000-{n:012x}", "created": when, "modified": when,
            "name": name, "pattern": f"[domain-name:value = '{name}']", "pattern_type": "stix", "valid_from": when, "labels": ["ports"],
        }
    )  # fmt: skip


def take(served: Served, name: str, n: int, marking: str) -> None:
    verbs.import_(served.node.desk, OPERATOR, [of_bytes("one", indicator(name, n))], marking=marking)


def paul(served: Served) -> object:
    from cordiale.desk.person.signin import actor_by_token

    return actor_by_token(served.node.desk, served.tokens["paul"], served.node.desk.clock())


@pytest.fixture(scope="module")
def ports(served: Served) -> Served:
    """Return the node with a shared feed of three names, one of which paul may not read."""
    take(served, "a.example", 40, "tlp:green")
    take(served, "b.example", 41, "tlp:clear")
    take(served, "halcyon.example", 42, "tlp:red")
    for form in ("domains", "rpz", "csv"):
        verbs.feed_add(served.node.desk, OPERATOR, f"ports-{form}", form, Question(), shared=True)
    return served


def names(body: bytes) -> list[str]:
    return [line for line in body.decode().splitlines() if line.endswith(".example") and " " not in line]


def test_each_reader_is_given_what_they_may_read(ports: Served) -> None:
    green, red = (ports.ask("/feeds/ports-domains.domains", who) for who in ("paul", "rita"))
    assert names(green.body) == ["a.example", "b.example"]
    assert names(red.body) == ["a.example", "b.example", "halcyon.example"]
    assert (b"TLP:GREEN" in green.body, b"TLP:RED" in red.body, b"TLP:RED" in green.body) == (
        True,
        True,
        False,
    )
    assert green.headers["cache-control"] == "private, no-cache"
    assert green.headers["vary"] == "authorization"
    assert green.headers["content-type"] == "text/plain; charset=utf-8"


def test_what_is_hidden_moves_no_header(ports: Served) -> None:
    before = ports.ask("/feeds/ports-domains.domains", "paul")
    take(ports, "halcyon-two.example", 43, "tlp:red")
    after = ports.ask("/feeds/ports-domains.domains", "paul")
    assert (after.headers, after.body) == (before.headers, before.body)
    assert b"halcyon-two" in ports.ask("/feeds/ports-domains.domains", "rita").body


def test_a_cache_asks_whether_it_is_still_so(ports: Served) -> None:
    first = ports.ask("/feeds/ports-rpz.rpz", "paul")
    etag, since = first.headers["etag"], first.headers["last-modified"]
    same = ports.ask("/feeds/ports-rpz.rpz", "paul", headers={"if-none-match": etag})
    assert (same.status, same.body, same.headers["etag"]) == (304, b"", etag)
    assert ports.ask("/feeds/ports-rpz.rpz", "paul", headers={"if-modified-since": since}).status == 304
    assert ports.ask("/feeds/ports-rpz.rpz", "paul", headers={"if-modified-since": "yesterday"}).status == 200
    # what another reader holds is nothing to this one
    assert ports.ask("/feeds/ports-rpz.rpz", "rita", headers={"if-none-match": etag}).status == 200


def test_what_changes_twice_within_a_second_is_given_to_who_asks_by_date(ports: Served) -> None:
    from dataclasses import replace

    second = 1_000_000
    now = [ports.node.desk.clock() // second * second]
    desk = replace(ports.node.desk, clock=lambda: now[0])
    verbs.feed_add(desk, OPERATOR, "quick", "domains", Question(), shared=True)
    before = verbs.feed_fetch(desk, OPERATOR, "quick")
    take(ports, "quick.example", 55, "tlp:green")
    now[0] += second // 2
    after = verbs.feed_fetch(desk, OPERATOR, "quick")
    assert after.data != before.data
    assert after.changed // second > before.changed // second
    verbs.feed_drop(desk, OPERATOR, "quick")
    verbs.mark(desk, OPERATOR, f"indicator--00000000-0000-4000-8000-{55:012x}", "tlp:red")


def test_a_firewall_sends_the_token_as_a_password(ports: Served) -> None:
    token = ports.tokens["paul"]
    basic = {"authorization": "Basic " + base64.b64encode(f"firewall:{token}".encode()).decode()}
    assert ports.ask("/feeds/ports-domains.domains", headers=basic).status == 200
    assert ports.ask("/objects", headers=basic).status == 401  # there alone
    refused = ports.ask("/feeds/ports-domains.domains")
    assert (refused.status, refused.headers["www-authenticate"].split()[0]) == (401, "Basic")
    for wrong in ("Basic !!!", "Basic " + base64.b64encode(b"\xff\xfe").decode(), "Basic"):
        assert ports.ask("/feeds/ports-domains.domains", headers={"authorization": wrong}).status == 401


def test_what_is_not_there_not_shared_or_of_another_format_is_answered_alike(ports: Served) -> None:
    verbs.feed_add(ports.node.desk, OPERATOR, "halcyon", "csv", Question(words="halcyon"))
    answers = [
        ports.ask(f"/feeds/{file}", "paul") for file in ("nowhere-.csv", "halcyon.csv", "ports-csv.rpz")
    ]
    assert {one.status for one in answers} == {404}
    assert len({orjson.loads(one.body)["code"] for one in answers}) == 1
    assert "halcyon" not in {one["name"] for one in said(ports.ask("/feeds", "paul"))["items"]}


def test_health_tells_each_of_their_own_fetches(ports: Served) -> None:
    for who in ("paul", "rita"):
        ports.ask("/feeds/ports-csv.csv", who)
    listed = {one["name"]: one for one in said(ports.ask("/feeds", "paul"))["items"]}
    mine = listed["ports-csv"]["fetches"]
    assert [one["called"] for one in mine] == ["paul"]
    assert mine[0]["entries"] == 9  # the seven of this module, and two of the three
    assert listed["ports-csv"]["address"] == "/api/v1/feeds/ports-csv.csv"
    house = {one.name: one for one in verbs.feed_list(ports.node.desk, OPERATOR)}
    assert {one.called for one in house["ports-csv"].fetches} >= {"paul", "rita"}


def test_who_made_a_feed_is_not_told_how_much_others_read(ports: Served) -> None:
    actor = paul(ports)
    verbs.feed_add(ports.node.desk, actor, "of-paul", "csv", Question(), shared=True)
    ports.ask("/feeds/of-paul.csv", "rita")
    (mine,) = [one for one in verbs.feed_list(ports.node.desk, actor) if one.name == "of-paul"]
    assert [(one.called, one.entries, one.left) for one in mine.fetches] == [("rita", None, None)]


def test_feeds_are_made_and_dropped_by_whose_they_are(ports: Served) -> None:
    desk, actor = ports.node.desk, paul(ports)
    with pytest.raises(NotFound):
        verbs.feed_drop(desk, actor, "ports-csv")
    with pytest.raises(Conflict):
        verbs.feed_add(desk, actor, "ports-csv", "csv", Question())
    for name, form in (("Ports", "csv"), ("../x", "csv"), ("ports", "pdf")):
        with pytest.raises(InputError):
            verbs.feed_add(desk, actor, name, form, Question())
    verbs.feed_add(desk, actor, "mine", "csv", Question())
    verbs.feed_drop(desk, actor, "mine")
    assert ports.ask("/feeds/mine.csv", "paul").status == 404


def test_a_token_that_only_searches_fetches_no_feed(ports: Served) -> None:
    ports.person("sam", "search")
    assert ports.ask("/feeds/ports-csv.csv", "sam").status == 403
    with pytest.raises(NotAllowed):
        verbs.feed_fetch(ports.node.desk, _only_search(ports), "ports-csv")


def _only_search(served: Served) -> object:
    from cordiale.desk.person.signin import actor_by_token

    return actor_by_token(served.node.desk, served.tokens["sam"], served.node.desk.clock())


def test_the_client_fetches_what_the_address_gives(ports: Served) -> None:
    client = ports.client("paul")
    assert "ports-csv" in {one.name for one in client.feeds()}
    assert client.feed("ports-domains", "domains") == ports.ask("/feeds/ports-domains.domains", "paul").body
    with pytest.raises(NotFound):
        client.feed("nowhere", "csv")


def test_who_has_it_still_is_told_so_without_its_being_made_and_never_after_it_changed(ports: Served) -> None:
    desk = ports.node.desk
    take(ports, "ends.example", 60, "tlp:green")
    verbs.feed_add(desk, OPERATOR, "cheap", "rpz", Question(), shared=True)
    feed = "/feeds/cheap.rpz"
    first = ports.ask(feed, "paul")
    tagged, since = (
        {"if-none-match": first.headers["etag"]},
        {"if-modified-since": first.headers["last-modified"]},
    )

    def unmade() -> bool:
        """Tell whether it is known that paul would be given the same."""
        return verbs.feed_fetch(desk, paul(ports), "cheap", has=lambda _digest, _changed: True).same

    assert unmade()
    same = ports.ask(feed, "paul", headers=tagged)
    assert (same.status, same.body, same.headers["etag"]) == (304, b"", first.headers["etag"])
    assert same.headers["last-modified"] == first.headers["last-modified"]
    assert ports.ask(feed, "paul", headers=since).status == 304
    take(ports, "halcyon-three.example", 61, "tlp:red")  # what paul may not see makes it no dearer
    assert ports.ask(feed, "paul", headers=tagged).status == 304
    assert unmade()
    # a reader is told of their own bytes alone, and content is never left out of an answer to who has others
    assert ports.ask(feed, "rita", headers=tagged).status == 200
    whole = ports.ask(feed, "paul")
    assert (whole.status, whole.body) == (200, first.body)
    # narrowed: the next poll has it no more
    verbs.mark(desk, OPERATOR, "indicator--00000000-0000-4000-8000-00000000003c", ("tlp:red",))
    assert not unmade()
    narrowed = ports.ask(feed, "paul", headers=tagged)
    assert (narrowed.status, b"ends.example" in narrowed.body) == (200, False)
    # another comes, and a list of false alarms
    take(ports, "later.example", 62, "tlp:green")
    later = ports.ask(feed, "paul", headers={"if-none-match": narrowed.headers["etag"]})
    assert (later.status, b"later.example" in later.body) == (200, True)
    assert ports.ask(feed, "paul", headers={"if-none-match": later.headers["etag"]}).status == 304


def test_what_ends_by_itself_is_not_had_still(ports: Served) -> None:
    desk = ports.node.desk
    now = desk.clock()
    ends = orjson.loads(indicator("brief.example", 70)) | {"valid_until": format_instant(now + 2 * HOUR)}
    verbs.import_(desk, OPERATOR, [of_bytes("one", orjson.dumps(ends))], marking="tlp:green")
    verbs.feed_add(desk, OPERATOR, "brief", "domains", Question(), shared=True)

    def at(instant: int, given: dict[str, str] | None = None) -> Any:
        shown = Served(replace(ports.node, desk=replace(desk, clock=lambda: instant)))
        shown.tokens = ports.tokens
        return shown.ask("/feeds/brief.domains", "paul", headers=given)

    first = at(now)
    tagged = {"if-none-match": first.headers["etag"]}
    assert (
        at(now + HOUR + MINUTE, tagged).status == 304
    )  # an hour is as long as it is believed: it was made, and is the same
    assert at(now + 2 * HOUR - MINUTE, tagged).status == 304
    after = at(now + 2 * HOUR, tagged)
    assert (after.status, b"brief.example" in after.body) == (200, False)
