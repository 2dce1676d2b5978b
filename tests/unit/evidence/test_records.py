"""Two objects may share a file; neither says anything of the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cordiale.evidence import records
from cordiale.evidence.records import Attachment
from cordiale.store.connection import Transaction, open_store
from cordiale.store.migrations import migrate

FILE = "ab" * 32


def attachment(object_id: str, source: str = "can", marking: frozenset[str] = frozenset()) -> Attachment:
    return Attachment(
        object_id=object_id,
        source=source,
        sha256=FILE,
        name="scan.pdf",
        media_type="application/pdf",
        size=10,
        marking=marking,
        origin="local",
        held=True,
        added=1,
        added_by="marie",
    )


@pytest.fixture
def tx() -> Iterator[Transaction]:
    store = open_store("memory://")
    migrate(store, ("store", "evidence"))
    with store.write() as tx:
        yield tx
    store.close()


def test_an_object_lists_its_own_attachments_only(tx: Transaction) -> None:
    records.add(tx, attachment("report--1"))
    assert [a.object_id for a in records.of_object(tx, "report--1")] == ["report--1"]
    assert records.of_object(tx, "report--2") == []
    assert records.one(tx, "report--2", FILE) is None


def test_repeating_never_lowers_a_marking(tx: Transaction) -> None:
    assert records.add(tx, attachment("report--1", marking=frozenset({"tlp:red"})))
    assert not records.add(tx, attachment("report--1", marking=frozenset({"pap:green"})))
    (held,) = records.of_object(tx, "report--1")
    assert held.marking == {"tlp:red", "pap:green"}


def test_a_file_goes_with_its_last_object(tx: Transaction) -> None:
    records.add(tx, attachment("report--1"))
    records.add(tx, attachment("report--2"))
    assert records.forget(tx, "report--1", "can") == []
    assert records.referenced(tx, FILE)
    assert records.forget(tx, "report--2", "can") == [FILE]
    assert not records.referenced(tx, FILE)


def test_statements_of_two_sources_have_attachments_of_their_own(tx: Transaction) -> None:
    records.add(tx, attachment("report--1", "can"))
    records.add(tx, attachment("report--1", "fra"))
    assert records.objects(tx) == {("report--1", "can"), ("report--1", "fra")}
    assert not records.forget_one(tx, "report--1", "fra", FILE)
    assert [a.source for a in records.of_object(tx, "report--1")] == ["can"]
