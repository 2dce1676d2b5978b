"""The indicators of a run: what is looked for, of which indicator, and what is not looked for and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import pyarrow as pa

from cordiale.domains.cyber.indicators.held import Held
from cordiale.domains.cyber.matching.index import FAMILIES, NEVER, PATTERN, VALUES
from cordiale.domains.cyber.patterns.records import general
from cordiale.domains.cyber.values import of_pattern
from cordiale.platform.clock import Instant
from cordiale.stix.patterns import PatternError, equalities, kind_of, parse

INDICATORS = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
    ]
)
"""An indicator of a run; its place in the table is what `VALUES` calls it. What it is called stays in the store alone."""

_CHUNK: Final = 100_000

_PLAIN = re.compile(r"\[([a-z0-9-]+):([A-Za-z0-9_.'-]+)\s*=\s*'([^'\\]+)'\]").fullmatch
"""Most patterns are one value: these need no parser."""


class Gathered(NamedTuple):
    """What a run looks for: the indicators, their values, and how many were left out for which reason.

    Reasons are `revoked`, `unreadable`, `language` (no STIX pattern), `kind` (what no record has) and `expression` (MATCHES
    that the engine does not take, or more parts than are tried).
    """

    indicators: pa.Table
    values: pa.Table
    left_out: dict[str, int]


def gathered(held: Iterable[Held], now: Instant) -> Gathered:
    """Return what indicators are met by; several sources' statements of one are one indicator.

    An indicator that has ended is met by what happened before its `valid_until`, one that was revoked by nothing.
    """
    numbers: dict[str, int] = {}
    known: list[pa.Table] = []
    values: list[pa.Table] = []
    ids: list[str] = []
    rows: tuple[list[Any], ...] = ([], [], [], [])
    left_out: Counter[str] = Counter()

    def flush() -> None:
        known.append(pa.table([pa.array(ids, pa.string())], schema=INDICATORS))
        values.append(
            pa.table([pa.array(c, f.type) for c, f in zip(rows, VALUES, strict=True)], schema=VALUES)
        )
        for column in (ids, *rows):
            column.clear()

    for one in held:
        if one.revoked:
            left_out["revoked"] += 1
            continue
        found, reason = values_of(one)
        if not found:
            left_out[reason] += 1
            continue
        number = numbers.get(one.id)
        if number is None:
            number = numbers[one.id] = len(numbers)
            ids.append(one.id)
        until = NEVER if one.valid_until is None else one.valid_until
        for kind, value in found:
            for column, item in zip(rows, (number, kind, value, until), strict=True):
                column.append(item)
        if len(rows[0]) >= _CHUNK:
            flush()
    flush()
    return Gathered(
        pa.concat_tables(known).combine_chunks(), pa.concat_tables(values).combine_chunks(), dict(left_out)
    )


def values_of(one: Held) -> tuple[list[tuple[str, str]], str]:
    """Return the values an indicator is met by, each folded; or why there are none."""
    if one.pattern_type != "stix":
        return [], "language"
    plain = _PLAIN(one.pattern)
    if plain is not None:
        kind = kind_of(plain[1], plain[2], plain[3])
        found: list[tuple[str, str]] | None = [(kind, plain[3])] if kind else []
    else:
        try:
            found = equalities(parse(one.pattern))
        except PatternError:
            return [], "unreadable"
    if found is None:
        reason = general([one.pattern]).left_out.get(0, "")
        return ([], reason) if reason else ([(PATTERN, one.pattern)], "")
    looked = [(kind, value) for kind, value in (of_pattern(*each) for each in found) if kind in FAMILIES]
    return looked, "kind"
