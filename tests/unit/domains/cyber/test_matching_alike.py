"""Files that are alike one that is looked for: met in part, by the digests that a log gives of them."""

from __future__ import annotations

import pyarrow as pa
import pytest

from cordiale.domains.cyber.logs.profile import propose
from cordiale.domains.cyber.logs.records import RECORDS
from cordiale.domains.cyber.matching import alike
from cordiale.domains.cyber.matching.index import NEVER, VALUES, index
from cordiale.domains.cyber.matching.look import look, wanted
from cordiale.domains.cyber.matching.profile import EXACT_1, MATCH_1, Profile

SSDEEP = "3072:o4wnIkXfJYbPrmLzEeR0Q1uKdGhVTaSc9Wv8HjiNxqF5tZyB2pM7:oaIkXBYbPaLzEeRF1uKdGhVTaSc9Wv8n"
CLOSE = "3072:o4wnIkXfJYbPrmLzEeR0Q1uKdGhVTaSc9Wv8HjiNxqF5tZyBXYZ:oaIkXBYbPaLzEeRF1uKdGhVTaSc9WQQQ"
OTHER = "3072:Zq1xWvUtS9rQpOnMlKjIhGfEdCbAzYxWvUtSrQpOnMlKjIhGfEdC:ZxWvUtS9rQpOnMlKjIhGfEdCbAzYxWvU"
TLSH = "T1" + "5A02" + "F1" + "0123456789ABCDEF" * 4
NEAR = TLSH[:-2] + "FE"
FAR = "T1" + "5A02F1" + "FEDCBA9876543210" * 4


def met(digests: list[list[str] | None], values: list[tuple[str, str]], profile: Profile = MATCH_1) -> list[tuple[int, int, bool, str]]:  # fmt: skip
    records = pa.Table.from_pylist(
        [{"hashes": one, "file": "log", "line": n + 1} for n, one in enumerate(digests)], schema=RECORDS
    )
    watched = [
        {"indicator": n, "kind": kind, "value": value, "until": NEVER}
        for n, (kind, value) in enumerate(values)
    ]
    found = index(pa.Table.from_pylist(watched, schema=VALUES))
    assert "hashes" in wanted(found)
    hits = look(records, found, profile).to_pylist()
    return sorted((one["line"], one["indicator"], one["part"], one["value"]) for one in hits)


def test_files_alike_are_met_in_part() -> None:
    logged = [[SSDEEP], [CLOSE, "ab" * 16], [OTHER], None, [NEAR, FAR], [TLSH.lower()[2:]]]
    values = [("ssdeep", SSDEEP), ("tlsh", TLSH), ("md5", "ab" * 16)]
    assert met(logged, values) == [
        (1, 0, False, SSDEEP),
        (2, 0, True, CLOSE),
        (2, 2, False, "ab" * 16),
        (5, 1, True, NEAR),
        (6, 1, False, TLSH.lower()[2:]),
    ]
    assert met(logged, values, EXACT_1) == [
        (1, 0, False, SSDEEP),
        (2, 2, False, "ab" * 16),
        (6, 1, False, TLSH.lower()[2:]),
    ]


def test_those_that_share_most_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alike, "COMPARED", 1)
    assert met([[SSDEEP]], [("ssdeep", CLOSE), ("ssdeep", SSDEEP)]) == [(1, 1, False, SSDEEP)]


def test_what_is_no_such_digest_meets_nothing() -> None:
    assert (
        met([["::", "1:a:b", "x" * 70, "3072:" + "a" * 70 + ":" + "b" * 70, ""]], [("ssdeep", SSDEEP)]) == []
    )


def test_columns_of_such_digests_are_known_by_their_names() -> None:
    assert propose(["sha256", "ssdeep", "file.hash.tlsh"]).columns["hashes"] == (
        "sha256",
        "ssdeep",
        "file.hash.tlsh",
    )
