"""A dataset is sealed, appended whole or not at all, and purged with a proof."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest

from cordiale.desk.actor import Actor, house
from cordiale.desk.analysis import datasets
from cordiale.desk.analysis.datasets import DatasetView, Kind
from cordiale.desk.files import attachments
from cordiale.desk.upkeep import dataset_purge
from cordiale.evidence import files
from cordiale.exchange.signing import open_statement
from cordiale.node.initialise import init
from cordiale.node.node import Node
from cordiale.node.opening import open_node
from cordiale.platform.clock import DAY
from cordiale.platform.errors import Conflict, InputError, IntegrityError, NotAllowed, NotFound
from cordiale.release.recipient import Recipient

SEEN = Kind(
    "seen",
    1,
    pa.schema(
        [
            pa.field("at", pa.timestamp("us", tz="UTC")),
            pa.field("who", pa.string(), nullable=False),
            pa.field("n", pa.int64(), nullable=False),
        ]
    ),
    time="at",
)
MARIE = house("marie")


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    path = init(tmp_path / "node", name="canada", nation="CAN", organisation="LCC")
    with open_node(path, environ={}) as opened:
        yield opened


def rows(*moments: str | None, who: str = "a") -> pa.Table:
    at = [m and datetime.datetime.fromisoformat(m).replace(tzinfo=datetime.UTC) for m in moments]
    return pa.table(
        {"at": at, "who": [who] * len(at), "n": list(range(len(at)))},
        schema=SEEN.schema,
    )


def begin(node: Node, name: str = "sightings", **more: Any) -> DatasetView:
    said = {"purpose": "election watch", "basis": "mandate 12", "purge_on": node.desk.clock() + 30 * DAY}
    return datasets.dataset_create(node.desk, MARIE, SEEN, name, **{**said, **more})


def test_rows_come_back_as_they_went_in_by_partition(node: Node) -> None:
    begin(node)
    given = rows("2016-10-01", "2016-11-01", None, "2016-10-31T23:59:59")
    after = datasets.dataset_append(node.desk, MARIE, "sightings", SEEN, [given])
    assert (after.rows, after.parts) == (4, 3)
    held = pa.Table.from_batches(datasets.dataset_rows(node.desk, MARIE, "sightings"))
    assert sorted(held["n"].to_pylist()) == [0, 1, 2, 3]
    assert held.schema.equals(SEEN.schema)
    assert datasets.dataset_verify(node.desk, MARIE, "sightings").seal == after.seal


def test_each_append_seals_anew_and_the_same_file_is_taken_once(node: Node) -> None:
    first = begin(node)
    second = datasets.dataset_append(
        node.desk, MARIE, "sightings", SEEN, [rows("2016-10-01")], origin="ab" * 32
    )
    assert second.seal != first.seal
    with pytest.raises(Conflict, match="already"):
        datasets.dataset_append(node.desk, MARIE, "sightings", SEEN, [rows("2016-10-01")], origin="ab" * 32)


def test_what_fails_half_way_leaves_the_dataset_as_it_was(node: Node) -> None:
    begin(node)
    before = datasets.dataset_append(node.desk, MARIE, "sightings", SEEN, [rows("2016-10-01")])

    def pieces() -> Iterator[pa.Table]:
        yield rows("2016-10-02")
        raise InputError("broken", "The second half cannot be read.")

    with pytest.raises(InputError):
        datasets.dataset_append(node.desk, MARIE, "sightings", SEEN, pieces())
    assert datasets.dataset_verify(node.desk, MARIE, "sightings") == before


def test_a_crash_before_the_record_leaves_only_what_the_sweep_takes(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last line before the transaction is the latest moment at which files are there and not yet recorded."""
    begin(node)
    datasets.dataset_append(node.desk, MARIE, "sightings", SEEN, [rows("2016-10-01")])
    kept = set(files.addresses(node.desk.files))
    from cordiale.evidence.datasets import records

    class Killed(BaseException):
        pass

    def killed(*_args: object) -> None:
        raise Killed

    with monkeypatch.context() as moment:
        moment.setattr(records, "change", killed)
        with pytest.raises(Killed):
            datasets.dataset_append(node.desk, MARIE, "sightings", SEEN, [rows("2016-10-02")])
    held = datasets.dataset_verify(node.desk, MARIE, "sightings")
    assert held.rows == 1
    left = set(files.addresses(node.desk.files)) - kept
    assert len(left) == 1
    files.sweep(node.desk.files, lambda sha: sha in kept, node.desk.clock() + DAY, 0)
    assert set(files.addresses(node.desk.files)) == kept


def test_files_of_datasets_are_not_swept_away(node: Node) -> None:
    begin(node)
    datasets.dataset_append(node.desk, MARIE, "sightings", SEEN, [rows("2016-10-01")])
    with node.desk.store.write() as tx:
        from cordiale.evidence import records

        gone = files.sweep(
            node.desk.files, lambda sha: records.referenced(tx, sha), node.desk.clock() + DAY, 0
        )
    assert gone == ()
    attachments.sweep(node.desk)
    assert datasets.dataset_verify(node.desk, MARIE, "sightings").rows == 1


def test_a_changed_byte_is_found(node: Node) -> None:
    begin(node)
    datasets.dataset_append(node.desk, MARIE, "sightings", SEEN, [rows("2016-10-01")])
    (sha256,) = files.addresses(node.desk.files)
    file = files.address(node.desk.files, sha256)
    file.write_bytes(file.read_bytes()[:-1] + b"\0")
    with pytest.raises(IntegrityError):
        datasets.dataset_verify(node.desk, MARIE, "sightings")


def test_purging_deletes_the_rows_and_leaves_a_signed_statement(node: Node) -> None:
    begin(node)
    held = datasets.dataset_append(node.desk, MARIE, "sightings", SEEN, [rows("2016-10-01", "2016-12-01")])
    work = datasets.work_folder(node.desk, held.id)
    work.mkdir(parents=True)
    (work / "found").write_text("a name")
    done = dataset_purge.dataset_purge(node.desk, MARIE, "sightings", "the mandate ended")
    assert not list(files.addresses(node.desk.files))
    assert not work.exists()
    assert done.state == "purged"
    keys = node.desk.home.keys
    said = json.loads(open_statement(done.proof.encode(), "dataset-purge", keys, node.desk.home.verify))
    assert (said["rows"], said["seal"], said["reason"]) == (2, held.seal, "the mandate ended")
    with pytest.raises(Conflict):
        datasets.dataset_rows(node.desk, MARIE, "sightings")
    with pytest.raises(Conflict):
        dataset_purge.dataset_purge(node.desk, MARIE, "sightings", "again")
    with pytest.raises(Conflict, match="choose another"):
        begin(node)


def test_a_file_that_another_dataset_holds_too_stays(node: Node) -> None:
    for name in ("one", "two"):
        begin(node, name)
        datasets.dataset_append(node.desk, MARIE, name, SEEN, [rows("2016-10-01")])
    dataset_purge.dataset_purge(node.desk, MARIE, "one", "done")
    assert datasets.dataset_verify(node.desk, MARIE, "two").rows == 1


def test_the_node_purges_on_the_day_and_ends_what_a_crash_interrupted(node: Node) -> None:
    begin(node, "short", purge_on=node.desk.clock() + DAY)
    begin(node, "long")
    datasets.dataset_append(node.desk, MARIE, "short", SEEN, [rows("2016-10-01")])
    assert dataset_purge.tick(node.desk) == 0
    later = msgspec_replace_clock(node, 2 * DAY)
    assert dataset_purge.tick(later) == 1
    assert [d.state for d in datasets.dataset_list(later, MARIE)] == ["open", "purged"]
    from cordiale.evidence.datasets import records

    with later.store.write() as tx:
        (found,) = records.called(tx, "long")
        records.change(tx, msgspec.structs.replace(found, state="purging", ending="cut short"))
    assert dataset_purge.tick(later) == 1
    assert datasets.dataset_show(later, MARIE, "long").proof


def msgspec_replace_clock(node: Node, ahead: int) -> Any:
    import dataclasses

    clock = node.desk.clock
    return dataclasses.replace(node.desk, clock=lambda: clock() + ahead)


def test_a_dataset_says_what_it_is_for(node: Node) -> None:
    with pytest.raises(InputError, match="basis"):
        begin(node, basis=" ")
    with pytest.raises(InputError, match="to come"):
        begin(node, purge_on=node.desk.clock())


def test_rows_of_other_columns_are_refused_by_name(node: Node) -> None:
    begin(node)
    with pytest.raises(InputError, match="who"):
        datasets.dataset_append(node.desk, MARIE, "sightings", SEEN, [pa.table({"at": [None], "n": [1]})])
    none = pa.table({"at": [None], "who": pa.array([None], pa.string()), "n": [1]})
    with pytest.raises(InputError, match="who"):
        datasets.dataset_append(node.desk, MARIE, "sightings", SEEN, [none])


def test_who_does_not_pass_the_marking_is_not_told_that_it_exists(node: Node) -> None:
    begin(node, marking="rel:CAN")
    guest = Actor(
        "guest", frozenset({"analyst"}), recipient=Recipient(node="canada", nation="FRA", person="p")
    )
    assert datasets.dataset_list(node.desk, guest) == []
    with pytest.raises(NotFound) as hidden:
        datasets.dataset_show(node.desk, guest, "sightings")
    with pytest.raises(NotFound) as absent:
        datasets.dataset_show(node.desk, guest, "nothing")
    assert hidden.value.message_id == absent.value.message_id
    with pytest.raises(NotAllowed):
        dataset_purge.dataset_purge(node.desk, guest, "sightings", "no")


def test_the_name_of_a_hidden_dataset_is_not_told(node: Node) -> None:
    hidden = begin(node, "nightfall", marking="tlp:red")
    guest = Actor(
        "guest",
        frozenset({"analyst"}),
        recipient=Recipient(node="canada", nation="CAN", organisation="LCC", person="guest", tlp="green"),
    )
    said = {"purpose": "p", "basis": "b", "purge_on": node.desk.clock() + DAY, "marking": "tlp:green"}
    own = datasets.dataset_create(node.desk, guest, SEEN, "nightfall", **said)
    assert datasets.dataset_show(node.desk, guest, "nightfall") == own
    with pytest.raises(Conflict, match="choose another"):
        datasets.dataset_create(node.desk, guest, SEEN, "nightfall", **said)
    with pytest.raises(NotFound):
        datasets.dataset_show(node.desk, guest, hidden.id)
    for does in (datasets.dataset_show, datasets.dataset_verify):
        with pytest.raises(Conflict, match=hidden.id):
            does(node.desk, MARIE, "nightfall")
    with pytest.raises(Conflict, match=own.id):
        dataset_purge.dataset_purge(node.desk, MARIE, "nightfall", "which one?")
    assert dataset_purge.dataset_purge(node.desk, MARIE, hidden.id, "done").id == hidden.id
    assert [one.state for one in datasets.dataset_list(node.desk, guest)] == ["open"]


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from cordiale.evidence.datasets.kind import available
    from cordiale.platform.errors import ConfigurationError

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigurationError, match="analysis"):
        available()
