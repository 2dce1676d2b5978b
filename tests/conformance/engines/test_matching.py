"""Matching gives the same on both engines, whatever order its records stand in; it agrees with a plain search."""

from __future__ import annotations

import datetime
import ipaddress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cordiale.domains.cyber.logs.records import RECORDS
from cordiale.domains.cyber.matching.index import NEVER, VALUES
from cordiale.domains.cyber.matching.look import look
from cordiale.domains.cyber.matching.profile import MATCH_1
from cordiale.domains.cyber.matching.stages import LOOKED_FOR, analysis, gathering, of
from cordiale.evidence.engines.analysis import Rows
from cordiale.evidence.engines.local import LocalEngine
from cordiale.evidence.engines.spark import SparkEngine
from tests.conformance.engines.test_engines import cluster, in_buckets, needs_spark, rows, values

__all__ = ["cluster"]

WATCHED = (
    ("domain-name", "evil1.example"),
    ("cidr", "198.51.100.0/29"),
    ("ipv4-addr", "198.51.100.3"),
    ("url", "http://evil2.example/a"),
    ("md5", f"{3:032x}"),
    ("domain-name", "absent.example"),
    (
        "pattern",
        "([url:value LIKE '%/a/8'] FOLLOWEDBY [ipv4-addr:value = '198.51.100.3']) WITHIN 600 SECONDS",
    ),
    ("pattern", "([url:value LIKE '%/a/8'] FOLLOWEDBY [ipv4-addr:value = '198.51.100.3']) WITHIN 60 SECONDS"),
    ("pattern", "[file:hashes.MD5 = '00000000000000000000000000000003'] REPEATS 5 TIMES WITHIN 3600 SECONDS"),
)
TOGETHER = {6: {9, 16}, 8: {4, 10, 16, 28, 34}}
"""Lines that meet patterns of several observations: the first that do, in the order of time; every seventh record says no time."""


def records() -> pa.Table:
    start = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
    found = [
        {
            "at": start + datetime.timedelta(minutes=n) if n % 7 else None,
            "src": f"10.0.0.{n % 9}",
            "dst": f"198.51.100.{n % 12}",
            "host": f"{'www.' * (n % 2)}evil{n % 3}.example",
            "url": f"http://evil{n % 4}.example/a/{n}" if n % 5 else None,
            "hashes": [f"{n % 6:032x}"] if n % 3 == 0 else None,
            "file": f"log-{n % 2}",
            "line": n + 1,
        }
        for n in range(200)
    ]
    return pa.Table.from_pylist(found, schema=RECORDS)


def watched() -> pa.Table:
    found = [
        {"indicator": n, "kind": kind, "value": value, "until": NEVER}
        for n, (kind, value) in enumerate(WATCHED)
    ]
    return pa.Table.from_pylist(found, schema=VALUES)


def plainly() -> dict[int, set[int]]:
    """Return the lines that meet each indicator, by a search that anybody can read."""
    network = ipaddress.ip_network("198.51.100.0/29")
    found: dict[int, set[int]] = {}
    for row in records().to_pylist():
        names = {row["host"], (row["url"] or "//x").split("/")[2]}
        tests = (
            any(name == "evil1.example" or name.endswith(".evil1.example") for name in names),
            ipaddress.ip_address(row["dst"]) in network,
            row["dst"] == "198.51.100.3",
            (row["url"] or "").startswith("http://evil2.example/a/"),
            row["hashes"] == [f"{3:032x}"],
        )
        for number, one in enumerate(tests):
            if one:
                found.setdefault(number, set()).add(row["line"])
    return found


def test_it_agrees_with_a_plain_search(tmp_path: Path) -> None:
    given = {**rows(tmp_path / "rows", records()), LOOKED_FOR: watched()}
    seen = LocalEngine().run(analysis(), given, tmp_path / "local")["seen"]
    lines = {row["indicator"]: set(row["lines"]) for row in seen.to_pylist()}
    assert lines == plainly() | TOGETHER
    counts = {row["indicator"]: row["count"] for row in seen.to_pylist()}
    assert counts == {one: 1 if one in TOGETHER else len(found) for one, found in lines.items()}
    second = seen.to_pylist()[2]
    assert (second["exact"], second["fields"]) == (second["count"], ["dst"])
    assert second["first"] == min(at for at in second["ats"] if at is not None)


def test_it_does_not_depend_on_the_order_of_rows_or_the_size_of_buckets(tmp_path: Path) -> None:
    table = records()
    turned = table.take(list(range(table.num_rows))[::-1])
    one = LocalEngine().run(
        analysis(), {**rows(tmp_path / "a", table), LOOKED_FOR: watched()}, tmp_path / "1"
    )
    two = LocalEngine().run(
        in_buckets(analysis(), 30), {**rows(tmp_path / "b", turned), LOOKED_FOR: watched()}, tmp_path / "2"
    )
    assert values(one["seen"]) == values(two["seen"])


def test_hits_found_while_a_log_was_read_give_the_same(tmp_path: Path) -> None:
    given = {**rows(tmp_path / "rows", records()), LOOKED_FOR: watched()}
    seen = LocalEngine().run(analysis(), given, tmp_path / "local")["seen"]
    hits = look(records(), of(watched()), MATCH_1)
    pq.write_table(hits, tmp_path / "hits")
    again = {"rows": Rows((tmp_path / "hits",), hits.num_rows), LOOKED_FOR: watched()}
    gathered = LocalEngine().run(gathering(), again, tmp_path / "gathered")["seen"]
    assert values(gathered) == values(seen)


def test_nothing_gives_nothing(tmp_path: Path) -> None:
    given = {**rows(tmp_path / "rows", records().slice(0, 0), files=1), LOOKED_FOR: watched()}
    assert LocalEngine().run(analysis(), given, tmp_path / "local")["seen"].num_rows == 0


@needs_spark
@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("ignore")
def test_both_engines_give_the_same(cluster: str, tmp_path: Path) -> None:
    given = {**rows(tmp_path / "rows", records()), LOOKED_FOR: watched()}
    chain = in_buckets(analysis(), 150)
    here = LocalEngine().run(chain, given, tmp_path / "local")["seen"]
    there = SparkEngine(cluster).run(chain, given, tmp_path / "spark")["seen"]
    assert values(here) == values(there)
