"""Import, as an analyst meets it: what was read, what was given, what was set aside and why."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest

from cordiale.cli.reports import import_report
from cordiale.desk import jobs, records
from cordiale.desk.actor import Actor
from cordiale.desk.incoming import sources
from cordiale.desk.incoming.importing import import_, resume
from cordiale.desk.incoming.set_aside import set_aside, set_aside_retry
from cordiale.desk.views.search import search
from cordiale.node.doctor import examine
from cordiale.node.node import Node
from cordiale.platform.errors import InputError, NotAllowed, NotFound, StorageFull
from cordiale.release.marking import Marking
from cordiale.stix import atoms, tlp
from cordiale.store import markings, versions
from cordiale.store.search import counts
from tests.unit.desk.conftest import indicator

Write = Callable[..., Path]
GREEN = tlp.IDS["tlp:green"]


def marking_of(node: Node, stix_id: str) -> Marking:
    with node.store.read() as tx:
        (row,) = versions.get(tx, stix_id, None)
        return markings.atoms(tx, row.base_mid)


def full_marking_of(node: Node, stix_id: str) -> Marking:
    with node.store.read() as tx:
        (row,) = versions.get(tx, stix_id, None)
        return markings.atoms(tx, row.full_mid)


def take(node: Node, actor: Actor, *paths: Path, **options: Any) -> Any:
    return import_(node.desk, actor, sources.of_paths(paths), **options)


def test_the_report_counts_new_and_already_here(node: Node, marie: Actor, write: Write) -> None:
    path = write(indicator(1), indicator(2))
    first = take(node, marie, path, marking="tlp:green")
    again = take(node, marie, path, marking="tlp:green")
    assert (first.read, first.new, first.same) == (2, 2, 0)
    assert (again.read, again.new, again.same) == (2, 0, 2)
    assert first.by_type == {"indicator": 2}


def test_unmarked_input_gets_the_marking_asked_for_and_the_report_says_so(
    node: Node, marie: Actor, write: Write
) -> None:
    mine = indicator(1)
    report = take(node, marie, write(mine, indicator(2, object_marking_refs=[GREEN])), marking="tlp:amber")
    assert report.markings == {"tlp:amber": 1}
    assert marking_of(node, mine["id"]) == {"tlp:amber"}
    assert marking_of(node, indicator(2)["id"]) == {"tlp:green"}


def test_unmarked_input_without_any_marking_is_kept_for_nobody(
    node: Node, marie: Actor, write: Write
) -> None:
    report = take(node, marie, write(indicator(1)))
    assert report.new == 1
    assert report.markings == {"unmarked": 1}
    assert marking_of(node, indicator(1)["id"]) == {"unmarked"}


def test_a_word_that_is_no_marking_is_refused_before_anything_is_read(
    node: Node, marie: Actor, write: Write
) -> None:
    with pytest.raises(InputError, match="tpl:green"):
        take(node, marie, write(indicator(1)), marking="tpl:green")


def test_an_unknown_source_profile_says_where_to_write_it(node: Node, marie: Actor, write: Write) -> None:
    with pytest.raises(InputError, match=r"\[source.feed\]"):
        take(node, marie, write(indicator(1)), source="feed")


def test_one_bad_object_never_refuses_its_bundle(node: Node, marie: Actor, write: Write) -> None:
    bad = indicator(2)
    del bad["pattern"]
    report = take(node, marie, write(indicator(1), bad, indicator(3)), marking="tlp:green")
    assert (report.read, report.new, report.set_aside) == (3, 2, 1)
    (thing,) = set_aside(node.desk, marie)
    assert thing.object_id == bad["id"]
    assert thing.file.endswith("bundle.json")
    assert thing.path == "pattern"


def test_what_is_set_aside_is_kept_once_however_often_it_is_imported(
    node: Node, marie: Actor, write: Write
) -> None:
    bad = indicator(2)
    del bad["pattern"]
    path = write(bad)
    take(node, marie, path, marking="tlp:green")
    take(node, marie, path, marking="tlp:green")
    assert len(set_aside(node.desk, marie)) == 1


def test_what_is_set_aside_can_be_tried_again_when_its_cause_is_gone(
    node: Node, marie: Actor, write: Write
) -> None:
    bad = indicator(2)
    del bad["pattern"]
    take(node, marie, write(bad), marking="tlp:green")
    with node.store.write() as tx:
        (kept,) = records.kept(tx)
        records.drop_kept(tx, [kept.number])
        good = orjson.dumps(indicator(2))
        records.keep(tx, [records.Kept(**{**_fields(kept), "raw": good})])
    report = set_aside_retry(node.desk, marie)
    assert (report.new, report.set_aside) == (1, 0)
    assert set_aside(node.desk, marie) == []
    assert marking_of(node, indicator(2)["id"]) == {"tlp:green"}


def test_a_number_under_which_nothing_is_set_aside_is_refused(node: Node, marie: Actor) -> None:
    with pytest.raises(NotFound, match="999"):
        set_aside_retry(node.desk, marie, [999])


@pytest.mark.parametrize("limit", [0, -5])
def test_no_lines_at_all_are_refused(node: Node, marie: Actor, limit: int) -> None:
    with pytest.raises(InputError, match="1 to"):
        search(node.desk, marie, limit=limit)
    with pytest.raises(InputError, match="1 to"):
        set_aside(node.desk, marie, limit=limit)


def test_every_warning_is_named_with_object_and_place(node: Node, marie: Actor, write: Write) -> None:
    odd = indicator(1, x_rank=None)
    report = take(node, marie, write(odd, indicator(2)), marking="tlp:green")
    assert report.warnings == sum(report.warned_by_code.values()) == len(report.warned) > 0
    assert ("null", odd["id"], "x_rank") in {(one.code, one.object_id, one.path) for one in report.warned}
    said = import_report(report, warnings=True)
    assert f"{odd['id']} · x_rank: " in said
    assert odd["id"] not in import_report(report)
    (job,) = jobs.jobs(node.desk, marie)
    assert job.result is not None
    assert "warned" not in job.result


def test_a_pattern_nobody_could_walk_is_set_aside(node: Node, marie: Actor, write: Write) -> None:
    deep = "[" + "(" * 50_000 + "url:value = 'x'" + ")" * 50_000 + "]"
    report = take(node, marie, write(indicator(1, pattern=deep), indicator(2)), marking="tlp:green")
    assert (report.new, report.reasons) == (1, {"pattern-depth": 1})


def test_a_stopped_import_is_no_longer_named_once_the_file_is_in(
    node: Node, marie: Actor, write: Write
) -> None:
    path = write(indicator(1))
    take(node, marie, path, marking="tlp:green")
    with node.store.write() as tx:
        (done,) = records.all_jobs(tx)
        records.put_job(tx, msgspec.structs.replace(done, state="failed"))
    assert [one.subject for one in examine(node.path) if one.subject == "jobs"] == ["jobs"]
    take(node, marie, path, marking="tlp:green")
    assert [one.subject for one in examine(node.path) if one.subject == "jobs"] == []


def _fields(kept: records.Kept) -> dict[str, Any]:
    return {name: getattr(kept, name) for name in kept.__struct_fields__}


def test_the_format_is_recognised_by_content_whatever_the_name(
    node: Node, marie: Actor, tmp_path: Path
) -> None:
    envelope = tmp_path / "envelope.txt"
    envelope.write_bytes(orjson.dumps({"more": False, "objects": [indicator(1)]}))
    lines = tmp_path / "lines"
    lines.write_bytes(b"\n".join(orjson.dumps(indicator(n)) for n in (2, 3)))
    packed = tmp_path / "packed.json"
    packed.write_bytes(gzip.compress(orjson.dumps([indicator(4)])))
    one = tmp_path / "one.xml"
    one.write_bytes(orjson.dumps(indicator(5)))
    report = take(node, marie, envelope, lines, packed, one, marking="tlp:green")
    assert (report.files, report.read, report.new) == (4, 5, 5)


def test_a_folder_is_read_whole_and_hidden_files_are_left(
    node: Node, marie: Actor, write: Write, tmp_path: Path
) -> None:
    folder = tmp_path / "feed"
    (folder / "deep").mkdir(parents=True)
    write(indicator(1), name="feed/a.json")
    write(indicator(2), name="feed/deep/b.json")
    write(indicator(3), name="feed/.hidden.json")
    assert take(node, marie, folder, marking="tlp:green").new == 2


def test_a_file_that_nothing_recognises_is_set_aside_and_the_rest_goes_on(
    node: Node, marie: Actor, write: Write, tmp_path: Path
) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    empty = tmp_path / "empty.json"
    empty.touch()
    report = take(node, marie, picture, empty, write(indicator(1)), marking="tlp:green")
    assert report.new == 1
    assert report.reasons == {"unknown-format": 1, "empty": 1}
    assert {thing.file for thing in report.first_set_aside} == {str(picture), str(empty)}


def test_a_path_that_is_not_there_stops_before_anything_is_read(
    node: Node, marie: Actor, write: Write, tmp_path: Path
) -> None:
    with pytest.raises(NotFound, match=r"nowhere\.json"):
        take(node, marie, write(indicator(1)), tmp_path / "nowhere.json", marking="tlp:green")


def test_standard_input_is_read_once_and_nothing_of_it_stays_beside_the_store(
    node: Node, marie: Actor
) -> None:
    stream = io.BytesIO(orjson.dumps([indicator(1), indicator(2)]))
    report = import_(node.desk, marie, [sources.of_stream("-", stream)], marking="tlp:green")
    assert (report.new, report.state) == (2, "done")
    assert list((node.path / "spool").iterdir()) == []


def test_a_marking_definition_may_stand_behind_what_uses_it(node: Node, marie: Actor, write: Write) -> None:
    definition = atoms.definition_of("rel:CAN|FRA")
    mine = indicator(1, object_marking_refs=[definition["id"]])
    take(node, marie, write(mine, definition))
    assert marking_of(node, mine["id"]) == {"rel:CAN|FRA"}


def test_an_unknown_marking_definition_is_an_atom_until_it_is_known(
    node: Node, marie: Actor, write: Write
) -> None:
    definition = atoms.definition_of("compartment:CAN/OTTER")
    mine = indicator(1, object_marking_refs=[definition["id"]])
    take(node, marie, write(mine, name="first.json"))
    assert marking_of(node, mine["id"]) == {f"unknown:{definition['id']}"}
    take(node, marie, write(definition, name="later.json"))
    assert marking_of(node, mine["id"]) == {"compartment:CAN/OTTER"}


def test_a_property_that_waits_for_its_definition_is_marked_when_it_comes(
    node: Node, marie: Actor, write: Write
) -> None:
    definition = atoms.definition_of("compartment:CAN/OTTER")
    granular = [{"marking_ref": definition["id"], "selectors": ["name"]}]
    mine = indicator(1, object_marking_refs=[GREEN], granular_markings=granular)
    take(node, marie, write(mine, name="first.json"))
    assert full_marking_of(node, mine["id"]) == {"tlp:green", f"unknown:{definition['id']}"}
    take(node, marie, write(definition, name="later.json"))
    assert full_marking_of(node, mine["id"]) == {"tlp:green", "compartment:CAN/OTTER"}
    assert marking_of(node, mine["id"]) == {"tlp:green"}


def test_a_statement_restricts_nothing_so_the_given_marking_governs(
    node: Node, marie: Actor, write: Write
) -> None:
    statement = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": "marking-definition--fa42a846-8d90-4e51-bc29-71d5b4802168",
        "created": "2026-03-01T08:00:00.000Z",
        "definition_type": "statement",
        "definition": {"statement": "Copyright 2026, somebody"},
    }
    mine = indicator(1, object_marking_refs=[statement["id"]])
    report = take(node, marie, write(statement, mine), marking="tlp:green")
    assert marking_of(node, mine["id"]) == {"tlp:green"}
    assert report.markings["tlp:green"] == 2


def test_stix_2_0_is_upgraded_and_the_report_says_what_changed(
    node: Node, marie: Actor, tmp_path: Path
) -> None:
    path = tmp_path / "old.json"
    old = {
        "type": "bundle",
        "id": "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d",
        "spec_version": "2.0",
        "objects": [
            {
                "type": "malware",
                "id": "malware--31b940d4-6f7f-459a-80ea-9c1f17b5891b",
                "created": "2016-05-12T08:17:27.000Z",
                "modified": "2016-05-12T08:17:27.000Z",
                "name": "Poison Ivy",
                "labels": ["remote-access-trojan"],
            }
        ],
    }
    path.write_bytes(orjson.dumps(old))
    report = take(node, marie, path, marking="tlp:green")
    assert (report.new, report.upgraded, report.set_aside) == (1, 1, 0)
    assert report.changes


@pytest.mark.parametrize(
    "content",
    [
        b'{"type":"bundle","id":"bundle--5d0092c5-5f74-4287-9642-33f4c354e56d","objects":[',
        gzip.compress(b"[]")[:-6],
        gzip.compress(b"[" + b" " * (100 << 20) + b"]"),
        b"\xff\xfe{",
        b'{"type":"bundle","objects":[{"type":"malware","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}]}",
    ],
    ids=["cut short", "cut gzip", "bomb", "not text", "deep"],
)
def test_hostile_files_are_set_aside_with_a_reason(
    node: Node, marie: Actor, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "hostile"
    path.write_bytes(content)
    report = take(node, marie, path, marking="tlp:green")
    assert report.new == 0
    assert report.set_aside >= 1


def test_a_role_is_needed(node: Node, write: Write) -> None:
    with pytest.raises(NotAllowed):
        take(node, Actor("visitor"), write(indicator(1)), marking="tlp:green")


def test_the_audit_says_who_imported_what_and_cannot_be_changed(
    node: Node, marie: Actor, write: Write
) -> None:
    path = write(indicator(1))
    report = take(node, marie, path, marking="tlp:green")
    with node.store.read() as tx:
        (row,) = [r for r in records.audit_rows(tx) if r["verb"] == "import"]
        assert records.audit_breaks(tx) == []
    assert row["actor"] == "marie"
    assert row["details"] == {"job": report.job, "files": [str(path)]}
    with pytest.raises(Exception, match="append-only"), node.store.write() as tx:
        tx.connection.exec_driver_sql("DELETE FROM desk_audit")


def test_what_a_full_disk_stopped_is_gone_on_with_and_nothing_is_lost(
    node: Node, marie: Actor, write: Write
) -> None:
    path = write(*(indicator(n, description="x" * 4000) for n in range(200)))
    with node.store.bare() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 40}")
    with pytest.raises(StorageFull):
        take(node, marie, path, marking="tlp:green", batch=20)
    with node.store.bare() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    (stopped,) = jobs.jobs(node.desk, marie)
    assert stopped.state == "failed"
    with node.store.read() as tx:
        job = records.get_job(tx, stopped.id)
    assert job is not None
    resume(node.desk, marie, job)
    with node.store.read() as tx:
        assert counts(tx, None) == {"indicator": 200}
