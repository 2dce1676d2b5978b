"""The runner's format, its list and the page it writes agree. Nothing here measures anything."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench import generate, report
from bench.cases import CASES
from bench.figure import KEYS, RESULTS, Figure, Result, public, read, write

ROOT = Path(__file__).resolve().parents[3]
NAMES = [
    "import",
    "taxii-get",
    "taxii-post",
    "decide",
    "search",
    "pages",
    "sessions",
    "first-load",
    "rules-preview",
    "publish-visible",
    "fan-out",
    "stream",
    "simulate",
    "first-sync",
    "remark",
    "reconcile",
    "copies",
    "copies-many",
    "coordination",
    "lineage",
    "warninglists",
    "match",
    "correlation",
    "misp",
    "pattern-parse",
    "patterns",
    "start",
    "first-run",
]


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_list_names_every_benchmark() -> None:
    assert json.loads(bench("--list", "--json").stdout) == NAMES
    assert [line.split()[0] for line in bench("--list").stdout.splitlines()] == NAMES


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    done = bench("imprt")
    assert done.returncode == 2
    assert "imprt" in done.stderr
    assert "taxii-get" in done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_every_benchmark_can_be_loaded(name: str) -> None:
    assert callable(importlib.import_module(f"bench.cases.{CASES[name][0]}").run)


def test_a_figure_has_exactly_the_documented_keys() -> None:
    row = public(
        Figure(bench="b", metric="m", unit="u", ours=1234.56, peer=100.0, peer_name="p", target=1000.0)
    )
    assert tuple(row) == KEYS
    assert row["ratio"] == 12.35
    assert row["met"] is True
    assert row["floor"] is None


@pytest.mark.parametrize(
    ("better", "ours", "met", "ratio"),
    [("more", 9.0, False, 4.5), ("less", 9.0, True, 2 / 9), ("less", 11.0, False, 2 / 11)],
)
def test_the_target_is_read_in_its_direction(better: str, ours: float, met: bool, ratio: float) -> None:
    figure = Figure(bench="b", metric="m", unit="u", ours=ours, peer=2.0, target=10.0, better=better)  # type: ignore[arg-type]
    assert figure.met is met
    assert figure.ratio == pytest.approx(ratio)


def test_what_could_not_be_measured_has_not_met_its_target() -> None:
    assert Figure(bench="b", metric="m", unit="u", ours=None, target=1.0).met is False


def test_a_result_survives_being_written(tmp_path: Path) -> None:
    figure = Figure(bench="decide", metric="m", unit="s", ours=2.0, target=3.0, better="less", memory_mb=10.0)
    result = Result(
        bench="decide", date="2026-01-01", command="c", machine={"cpu": "x"}, load="0", figures=[figure]
    )
    assert read(write(result, tmp_path)) == result


def test_the_page_says_what_is_missed_and_carries_the_note(tmp_path: Path) -> None:
    missed = Figure(bench="start", metric="first answer", unit="CPU-s", ours=2.0, target=1.5, better="less")
    result = Result(
        bench="start", date="2026-01-01", command="./dev bench start", machine={}, load="0", figures=[missed]
    )
    (tmp_path / "start.md").write_text("Most of it is imports.")
    page = report.render([result], tmp_path)
    assert "**0 of 1 targets are met.**" in page
    assert "≤ 1.5, **missed**" in page
    assert "Most of it is imports." in page
    assert "`./dev bench start`" in page


def test_the_kept_page_is_the_one_the_results_give() -> None:
    results = [read(path) for path in sorted(RESULTS.glob("*.json"))]
    assert report.PAGE.read_text() == report.render(results)


def test_each_missed_target_is_explained() -> None:
    results = [read(path) for path in sorted(RESULTS.glob("*.json"))]
    missed = {figure.bench for result in results for figure in result.figures if figure.met is False}
    assert [name for name in sorted(missed) if not (report.NOTES / f"{name}.md").exists()] == []


def test_generated_objects_depend_on_their_number_alone() -> None:
    whole = list(generate.objects(60))
    assert list(generate.objects(20, start=20)) == whole[20:40]
    assert len({json.loads(one)["id"] for one in whole}) == 60


def test_generated_markings_are_distinct() -> None:
    assert len(set(generate.marking_sets(2000))) == 2000


def test_each_peer_is_locked() -> None:
    peers = [folder for folder in (ROOT / "bench" / "peers").iterdir() if folder.is_dir()]
    assert sorted(folder.name for folder in peers) == [
        "coordination",
        "copies",
        "medallion",
        "misp",
        "opentaxii",
        "stix2",
        "warninglists",
    ]
    assert all((folder / "uv.lock").exists() for folder in peers)
