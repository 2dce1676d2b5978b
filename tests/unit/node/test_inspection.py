"""The audit, read on the node and written for an inspector."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import msgspec
import orjson
import pytest
import sqlalchemy as sa

from cordiale.desk import records
from cordiale.desk.actor import Actor
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.marking.mark import mark
from cordiale.desk.outgoing.recall import recall
from cordiale.desk.outgoing.release import hold, release
from cordiale.desk.upkeep.inspection import audit_export, audit_show, audit_verify
from cordiale.platform.errors import InputError, NotAllowed
from cordiale.release.recipient import Recipient
from cordiale.store.connection import Transaction
from tests.unit.desk.conftest import indicator
from tests.unit.node.conftest import Pair

CANARY = "CANARY-5f1e"
OBJECT = indicator(1) | {
    "name": f"{CANARY} name",
    "description": f"{CANARY} text",
    "labels": [CANARY.lower()],
}
UNREADABLE = orjson.dumps({"type": "indicator", "id": f"indicator--{CANARY}", "name": CANARY})


@pytest.fixture
def worked(pair: Pair) -> Pair:
    """A day of work in which every free text and file name holds the canary."""
    desk, marie = pair.canada.desk, pair.officer
    import_(desk, marie, [of_bytes(f"{CANARY}.json", orjson.dumps([OBJECT]))], marking="tlp:amber")
    import_(desk, marie, [of_bytes("bad.json", UNREADABLE)])
    release(desk, marie, "france", ids=[OBJECT["id"]], reason=f"because {CANARY}")
    pair.exchange()
    mark(desk, marie, OBJECT["id"], "level:CAN/TOP SECRET tlp:red")
    hold(desk, marie, "france", ids=[OBJECT["id"]], until="2099-01-01T00:00:00Z", reason=CANARY)
    recall(desk, marie, ids=[OBJECT["id"]], reason=f"{CANARY} was wrong")
    return pair


def test_the_audit_is_read_by_verb_person_and_time(worked: Pair) -> None:
    desk, marie = worked.canada.desk, worked.officer
    acts = audit_show(desk, marie).acts
    assert [a.number for a in acts] == sorted((a.number for a in acts), reverse=True)
    (released,) = audit_show(desk, marie, verb="release").acts
    assert (released.actor, released.details["reason"]) == ("marie", f"because {CANARY}")
    assert audit_show(desk, marie, by="paul").acts == ()
    assert audit_show(desk, marie, since=released.at, until=released.at + 1, verb="release").acts == (
        released,
    )
    seen, before = [], None
    while True:
        page = audit_show(desk, marie, limit=2, before=before)
        seen += page.acts
        before = page.next
        if before is None:
            break
    assert tuple(seen) == acts


def test_who_may_not_see_everything_sees_who_did_what_and_no_details(worked: Pair, tmp_path: Path) -> None:
    reader = Actor("ines", frozenset({"officer"}), Recipient(node="canada", nation="CAN", organisation="LCC"))
    assert {repr(a.details) for a in audit_show(worked.canada.desk, reader).acts} == {"{}"}
    with pytest.raises(NotAllowed):
        audit_export(worked.canada.desk, reader, tmp_path / "audit")
    with pytest.raises(NotAllowed):
        audit_show(worked.canada.desk, Actor("paul", frozenset({"analyst"})))


@pytest.mark.parametrize("with_ids", [False, True])
def test_an_export_holds_no_content_and_can_be_checked_without_the_node(
    worked: Pair, tmp_path: Path, with_ids: bool
) -> None:
    file = tmp_path / "audit.jsonl"
    done = audit_export(worked.canada.desk, worked.officer, file, with_ids=with_ids)
    written = file.read_bytes()
    assert CANARY.lower().encode() not in written.lower()
    assert (OBJECT["id"].encode() in written) is with_ids
    for text in (OBJECT["pattern"], "198.51.100", "/cordiale.db"):
        assert text.encode() not in written
    lines = [orjson.loads(line) for line in written.splitlines()]
    last = [line for line in lines if line["kind"] == "act"][-1]
    assert (last["verb"], last["actor"]) == ("audit-export", "marie")  # who took it away stands in it
    assert any(line["kind"] == "decision" and "level:CAN/TOP SECRET" in line["marking"] for line in lines)
    assert done == audit_verify(file)
    assert (done.broken, done.signed, done.unproven) == ((), True, 0)
    assert done.acts > 8
    assert done.decisions > 0


def test_what_is_cut_out_or_altered_shows(worked: Pair, tmp_path: Path) -> None:
    file, other = tmp_path / "audit.jsonl", tmp_path / "other.jsonl"
    audit_export(worked.canada.desk, worked.officer, file)
    lines = file.read_bytes().splitlines(keepends=True)
    other.write_bytes(b"".join(lines[:3] + lines[4:]))
    assert audit_verify(other).broken
    other.write_bytes(b"".join(lines).replace(b'"marie"', b'"paul"', 1))
    assert not audit_verify(other).signed
    other.write_bytes(b"".join(lines[:-1]))
    assert not audit_verify(other).signed
    other.write_bytes(OBJECT["id"].encode())
    with pytest.raises(InputError):
        audit_verify(other)


def past_cordiale(tx: Transaction) -> None:
    """Take away what keeps the audit append-only, as somebody with the database file can."""
    for event in ("update", "delete"):
        tx.connection.execute(sa.text(f"DROP TRIGGER desk_audit_no_{event}"))


def test_a_row_altered_in_the_database_is_named_in_the_export(worked: Pair, tmp_path: Path) -> None:
    desk = worked.canada.desk
    with desk.store.write() as tx:
        past_cordiale(tx)
        tx.connection.execute(
            records.audit_table.update().where(records.audit_table.c.verb == "release").values(actor="paul")
        )
    with desk.store.read() as tx:
        (number,) = records.audit_breaks(tx)
    done = audit_export(desk, worked.officer, tmp_path / "audit")
    assert (done.broken, done.signed) == ((f"act {number}",), True)


def test_rows_from_before_digests_still_prove_themselves_on_the_node(worked: Pair, tmp_path: Path) -> None:
    desk = worked.canada.desk
    with desk.store.write() as tx:
        past_cordiale(tx)
        previous = b""
        for row in tx.connection.execute(
            sa.select(records.audit_table).order_by(records.audit_table.c.number)
        ).all():
            line = msgspec.json.encode([row.at, row.actor, row.verb, row.details])
            previous = sha256(previous + line).digest()
            change = records.audit_table.update().where(records.audit_table.c.number == row.number)
            tx.connection.execute(change.values(salt=None, digest=None, hash=previous))
    with desk.store.read() as tx:
        assert records.audit_breaks(tx) == []
    done = audit_export(desk, worked.officer, tmp_path / "audit")
    assert (done.broken, done.signed, done.unproven) == ((), True, done.acts - 1)
