"""What was kept aside and cannot be read does not stand in the way of what is asked back after it."""

from __future__ import annotations

import pytest

from cordiale.exchange import records
from cordiale.exchange.records import quarantined, tables
from cordiale.store import versions
from cordiale.store.types import Tombstone
from tests.unit.joint.conftest import Three, three

__all__ = ["three"]

TAKEN = "user-account--11111111-1111-5111-8111-111111111111"
OTHER = "user-account--22222222-2222-5222-8222-222222222222"


def aside(three: Three, stix_id: str, raw: bytes) -> None:
    with three["can"].store.write() as tx:
        pair = records.partner(tx, "fra")
        assert pair is not None
        kept = {"generation": 1, "sequence": 1, "code": "x", "message_id": "x", "params": "{}", "at": 1}
        tx.connection.execute(
            tables.set_aside_table.insert().values(pair=pair.number, object_id=stix_id, raw=raw, **kept)
        )


@pytest.mark.parametrize("raw", [b'{"type":"user-account","x":NaN}', b"\xff\x00", b"[]", b"", b"17"])
def test_damaged_bytes_are_let_go_with_their_object_alone(three: Three, raw: bytes) -> None:
    for stix_id in (TAKEN, OTHER):
        aside(three, stix_id, raw)
    with three["can"].store.write() as tx:
        assert quarantined.let_go(tx, {TAKEN, OTHER}) == 0
        versions.replay(tx, [Tombstone(TAKEN, "fra", None, b"salt", b"x" * 32, "asked back", 1)])
        assert quarantined.let_go(tx, {OTHER}) == 0
        assert quarantined.let_go(tx, {TAKEN}) == 1
        left = {row.object_id: row.code for row in records.set_aside(tx)}
    assert left == {TAKEN: quarantined.TOMBSTONED, OTHER: "x"}
