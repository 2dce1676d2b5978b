"""The table of equivalences between two nations as one thing that both sign: its bytes, and whether they did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

import msgspec

from cordiale.platform.clock import format_instant
from cordiale.release.keys import verify_ed25519
from cordiale.release.partnership import Equivalence, Rules, Table, TableSignature, TableState
from cordiale.release.segment import Verify, message

PURPOSE: Final = "equivalence"
"""What a node signs a table under; see `segment.message`."""

FORMAT: Final = 1


class Claim(msgspec.Struct, frozen=True):
    """What a rules file says about the signatures of one table; not believed before it is checked."""

    between: tuple[str, ...]
    sha256: str
    signatures: tuple[TableSignature, ...]


def pairs(rules: Rules) -> list[tuple[str, ...]]:
    """Return the nations that rows of the rules are between, in order; one alone for two scales of one nation."""
    return sorted({_between(rules, row) for row in rules.equivalences})


def table_bytes(rules: Rules, between: Sequence[str]) -> bytes:
    """Return the canonical bytes of the table between two nations: their scales and the rows both ways, no labels.

    Equal on both sides whatever the order or the spelling of dates in their files. Notes and the names of levels in
    other languages are not part of it.
    """
    nations = tuple(sorted(between))
    rows = sorted(
        (
            {
                "from": row.from_level,
                "to": row.to_level,
                "since": format_instant(row.since, 6),
                "until": None if row.until is None else format_instant(row.until, 6),
            }
            for row in rules.equivalences
            if _between(rules, row) == nations
        ),
        key=lambda row: (row["from"], row["to"], row["since"]),
    )
    named = {end.partition("/")[0] for row in rows for end in (row["from"], row["to"]) if end}
    scales: dict[str, Mapping[str, Any]] = {
        name: {
            "nation": rules.scales[name].nation,
            "axes": {axis: list(levels) for axis, levels in rules.scales[name].axes.items()},
            "national_only": sorted(rules.scales[name].national_only),
        }
        for name in named
    }
    value = {"format": FORMAT, "between": nations, "scales": scales, "rows": rows}
    return msgspec.json.encode(value, order="sorted")


def table_digest(data: bytes) -> str:
    """Return the name of a table: SHA-256 of its canonical bytes, in hexadecimal."""
    return sha256(data).hexdigest()


def settled(rules: Rules, claims: Sequence[Claim], verify: Verify = verify_ed25519) -> Rules:
    """Return the rules with the state of every table, and with the rows refused that rest on a false claim.

    A table that claims to be signed and is not holds for nothing; one that claims nothing holds, unless the rules ask
    for signatures.
    """
    claimed = {tuple(sorted(claim.between)): claim for claim in claims}
    tables: dict[tuple[str, ...], Table] = {}
    for between in pairs(rules):
        data = table_bytes(rules, between)
        claim = claimed.get(between)
        state = "unsigned" if claim is None else _state(claim, between, data, verify)
        tables[between] = Table(
            between=between,
            sha256=table_digest(data),
            rows=sum(_between(rules, row) == between for row in rules.equivalences),
            state=state,
            refused=state != "signed" and (claim is not None or rules.signed_tables),
            signatures=claim.signatures if claim is not None else (),
        )
    rows = tuple(
        msgspec.structs.replace(row, refused=tables[_between(rules, row)].refused)
        for row in rules.equivalences
    )
    return msgspec.structs.replace(rules, equivalences=rows, tables=tuple(tables.values()))


def block(table: Table, signatures: Sequence[TableSignature]) -> str:
    """Write the claim that a table is signed, as a rules file carries it (TOML)."""
    lines = [
        "[[tables]]",
        f"between = {_texts(table.between)}",
        f'sha256 = "{table.sha256}"',
    ]
    for one in sorted(signatures, key=lambda s: (s.nation, s.node)):
        lines += [
            "[[tables.signatures]]",
            f"nation = {_texts([one.nation])[1:-1]}",
            f"node = {_texts([one.node])[1:-1]}",
            f'key = "{one.key.hex()}"',
            f'signature = "{one.signature.hex()}"',
        ]
    return "\n".join(lines) + "\n"


def _texts(values: Sequence[str]) -> str:
    return msgspec.json.encode(list(values)).decode()  # a JSON string is a TOML one


def _state(claim: Claim, between: tuple[str, ...], data: bytes, verify: Verify) -> TableState:
    if claim.sha256 != table_digest(data):
        return "changed"
    signed = message(PURPOSE, data)
    if not all(verify(one.key, signed, one.signature) for one in claim.signatures):
        return "forged"
    by_nation = {one.nation: one.key for one in claim.signatures}
    # one key for two nations would be one side alone under two names
    both = set(between) <= by_nation.keys() and len({by_nation[n] for n in between}) == len(between)
    return "signed" if both else "one-sided"


def _between(rules: Rules, row: Equivalence) -> tuple[str, ...]:
    ends = (row.from_level, row.to_level)
    return tuple(sorted({rules.scales[end.partition("/")[0]].nation for end in ends}))
