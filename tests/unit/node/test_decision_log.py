"""The log of decisions is a chain: whoever changes a byte of it past Cordiale is named by the doctor."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from cordiale.desk.outgoing.release import release
from cordiale.desk.why import why
from cordiale.node.doctor import Finding, examine
from tests.unit.desk.conftest import indicator
from tests.unit.node.conftest import Pair

ONE, TWO = indicator(1), indicator(2)


def audit_of(path: Path) -> Finding:
    (found,) = (finding for finding in examine(path) if finding.subject == "audit")
    return found


@pytest.mark.parametrize("column", ["hash", "marking", "recipient", "rules_version", "code"])
def test_a_flipped_byte_is_found_and_its_line_is_named(pair: Pair, column: str) -> None:
    pair.take(ONE)
    pair.take(TWO, marking="tlp:amber")
    pair.exchange()
    assert audit_of(pair.canada.path).grade == "well"
    with sqlite3.connect(next(pair.canada.path.glob("*.db"))) as database:
        last = database.execute("SELECT max(number) FROM release_decision").fetchone()[0]
        assert last >= 2
        old = database.execute(f"SELECT {column} FROM release_decision WHERE number = 2").fetchone()[0]
        data = bytearray(old if isinstance(old, bytes) else old.encode())
        data[0] ^= 1
        new = bytes(data) if isinstance(old, bytes) else data.decode()
        database.execute(f"UPDATE release_decision SET {column} = ? WHERE number = 2", (new,))
    found = audit_of(pair.canada.path)
    assert (found.grade, found.params["line"]) == ("wrong", 2)


def test_why_says_by_which_rules_and_by_whose_act(pair: Pair) -> None:
    pair.take(ONE, marking="tlp:amber")
    release(pair.canada.desk, pair.officer, "france", ids=[ONE["id"]])
    pair.exchange()
    found = why(pair.canada.desk, pair.officer, ONE["id"], "france")
    assert found.rules is not None
    assert (found.rules.partnership, found.rules.by) == ("canada-france", "marie")
    assert found.act is not None
    assert found.act.officer == "marie"
    assert found.act.at <= (found.sent_at or 0)
    assert (found.form, found.sequence, found.segment) == ("verbatim", 1, 1)
    assert found.receipt_at is not None
    assert [step.rule for step in found.steps] == [None, "by-an-officer"]
