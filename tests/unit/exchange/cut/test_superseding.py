"""A tear-line and the object given whole later are one fact, there as here."""

from __future__ import annotations

from typing import Any

import orjson

from cordiale.exchange.message import Request
from cordiale.exchange.recall import sending
from cordiale.store import backup, search, versions
from cordiale.store.types import Filter
from tests.unit.exchange.world import (
    Node,
    client,
    connect,
    id_of,
    indicator,
    make,
    malware,
    pull,
    relationship,
    report,
)


def given_in_part_then_whole() -> tuple[Node, Node, bytes, str]:
    """Give a report without the object it names in secret, then make that open and give the report whole."""
    here, there = make("CAN"), make("FRA")
    connect(here, there)
    client(here)
    held = report("campaign", [indicator("a"), malware("m")])
    here.put(indicator("a"), malware("m", marking=["tlp:red"]), held)
    here.cut("FRA", "READER")
    pull(there, here)
    (line,) = (i for i in there.ids() if i.startswith("report--"))
    assert line != id_of(held)
    opened = {**orjson.loads(malware("m", marking=["tlp:green"])), "modified": "2026-03-02T10:00:00.000Z"}
    later = {**orjson.loads(held), "modified": "2026-03-02T10:00:00.000Z"}
    here.put(orjson.dumps(opened), orjson.dumps(later))
    here.cut("FRA", "READER")
    pull(there, here)
    return here, there, orjson.dumps(later), line


def links(node: Node) -> list[dict[str, Any]]:
    with node.store.read() as tx:
        rows = versions.current(tx, Filter(types=("relationship",)), None, 100, None).rows
    return [orjson.loads(row.raw) for row in rows if row.raw]


def test_the_full_release_comes_with_a_standard_relationship_from_the_tear_line() -> None:
    _here, there, whole, line = given_in_part_then_whole()
    assert there.raws(id_of(whole)) == [whole]
    (link,) = links(there)
    assert (link["relationship_type"], link["source_ref"], link["target_ref"]) == (
        "superseded-by",
        line,
        id_of(whole),
    )


def test_the_receiver_lists_counts_and_finds_one_fact_and_shows_the_other_by_its_id() -> None:
    _here, there, whole, line = given_in_part_then_whole()
    with there.store.write() as tx:
        while search.index_text(tx, 100):
            pass
    assert [i for i in there.ids() if i.startswith("report--")] == [id_of(whole)]
    with there.store.read() as tx:
        assert search.counts(tx, None)["report"] == 1
        found = search.search(tx, "campaign", visible=None).rows
        assert [row.id for row in found if row.type == "report"] == [id_of(whole)]
        assert len(versions.get(tx, line, None)) == 1
    assert backup.check(there.store) == []


def test_when_the_whole_is_taken_back_the_tear_line_is_listed_again() -> None:
    here, there, whole, line = given_in_part_then_whole()
    known = here.partnership("FRA")
    assert known is not None
    with here.store.write() as tx:
        vids = [row.vid for row in versions.get(tx, id_of(whole), None, history=True)]
        made = sending.draft(tx, here.home, known.partner, vids=vids, reason="r", now=here.clock())
        assert made is not None
        sending.confirm(tx, here.home, known, made.id, "officer", here.clock())
    pull(there, here)
    assert [i for i in there.ids() if i.startswith("report--")] == [line]
    with there.store.read() as tx:
        assert search.counts(tx, None)["report"] == 1
    assert backup.check(there.store) == []


def test_a_plain_client_reads_both_and_the_relationship() -> None:
    here, _there, whole, _line = given_in_part_then_whole()
    token = {"authorization": "Bearer token-READER", "accept": "application/taxii+json;version=2.1"}
    collections = orjson.loads(here.answer(Request("GET", "/taxii2/api/collections/", "", token)).body)
    (stream,) = [c["id"] for c in collections["collections"] if c["can_read"]]
    body = here.answer(Request("GET", f"/taxii2/api/collections/{stream}/objects/", "", token)).body
    objects = orjson.loads(body)["objects"]
    (link,) = [one for one in objects if one["type"] == "relationship"]
    (line,) = [o["id"] for o in objects if o["type"] == "report" and o["id"] != id_of(whole)]
    assert (link["relationship_type"], link["source_ref"]) == ("superseded-by", line)
    assert link["target_ref"] == id_of(whole)


def test_a_third_partner_learns_nothing_of_another_s_tear_line() -> None:
    here, there, _whole, line = given_in_part_then_whole()
    third = make("GBR")
    connect(here, third)
    here.put(indicator("z"))
    known = here.partnership("GBR")
    assert known is not None
    from cordiale.exchange.cut import backfill

    with here.store.write() as tx:
        backfill.approve_query(tx, known, here.clock())
    here.cut("GBR")
    pull(third, here)
    assert line.encode() not in third.store.snapshot()
    assert links(third) == []
    assert len(links(there)) == 1


def test_nobody_hides_another_s_statement_by_such_a_link() -> None:
    here, there = make("CAN"), make("FRA")
    other = make("GBR")
    connect(here, there)
    connect(other, there)
    here.put(indicator("a"))
    other.put(indicator("b"))
    link = {
        **orjson.loads(relationship(indicator("a"), indicator("b"))),
        "relationship_type": "superseded-by",
    }
    other.put(orjson.dumps(link))
    for node in (here, other):
        node.cut("FRA")
        pull(there, node)
    assert id_of(indicator("a")) in there.ids()
