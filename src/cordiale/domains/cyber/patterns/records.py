"""Patterns that are more than a list of values, tried on records of logs: a record is an observation of what it names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import pyarrow as pa

from cordiale.stix.patterns import PatternError, parse_any, tree
from cordiale.stix.patterns.brackets import parts
from cordiale.stix.patterns.matching import Matcher
from cordiale.stix.patterns.observations import Observation
from cordiale.stix.patterns.remarks import comparisons

_BATCH: Final = 10_000
_ALGORITHMS: Final = {32: "MD5", 40: "SHA-1", 64: "SHA-256", 128: "SHA-512"}

FIELDS: Final = {
    "ipv4-addr": ("src", "dst", "answers"),
    "ipv6-addr": ("src", "dst", "answers"),
    "network-traffic": ("src", "dst", "src_port", "dst_port", "protocol", "host", "user_agent"),
    "domain-name": ("host", "answers"),
    "url": ("url",),
    "file": ("hashes", "file_name"),
    "email-addr": ("mails",),
    "email-message": ("mails", "subject"),
    "user-account": ("user",),
}
"""From which columns of a record each type of observable is made, the one it is named by first."""


class General(NamedTuple):
    """Patterns made ready for records: which they are, and why others cannot be tried on single records.

    `places` are those of the patterns that were given, `joined` tells which of them ask for several observations;
    reasons are `unreadable`, `kind` (of observables that no record has) and `expression` (of MATCHES, not taken by the
    engine, or more parts than are tried).
    """

    matcher: Matcher
    places: tuple[int, ...]
    joined: tuple[bool, ...]
    left_out: dict[int, str]


def general(patterns: Sequence[str]) -> General:
    """Read patterns that are to be tried on records, each by itself or as one of several observations."""
    taken: list[tuple[int, tree.Pattern]] = []
    left_out: dict[int, str] = {}
    for place, said in enumerate(patterns):
        try:
            read = parse_any(said)
        except PatternError:
            left_out[place] = "unreadable"
            continue
        asked = {
            one.path.observable for part in parts(read.observation) for one in comparisons(part.expression)
        }
        if not FIELDS.keys() & asked:
            left_out[place] = "kind"
        else:
            taken.append((place, read))
    matcher = Matcher([read for _place, read in taken])
    for number in matcher.refused:
        left_out[taken[number][0]] = "expression"
    joined = tuple(not matcher.alone(number) for number in range(len(taken)))
    return General(matcher, tuple(place for place, _read in taken), joined, left_out)


ALONE: Final = -1
"""In the place of a part: the pattern asks for one observation."""


def met(piece: pa.Table, patterns: General) -> Iterator[tuple[int, int, int]]:
    """Yield (row, place of the pattern, part) for each pattern that a row of records meets, or meets a part of, by row.

    Parts are numbered from 0, `ALONE` is the whole of a pattern of one observation.
    """
    columns = sorted({column for kind in FIELDS.keys() & patterns.matcher.types for column in FIELDS[kind]})
    present = [
        name for name in columns if name in piece.column_names and piece[name].null_count < piece.num_rows
    ]
    if not present:
        return
    chosen = piece.select(present)
    matcher = patterns.matcher
    kinds = matcher.types
    for start in range(0, piece.num_rows, _BATCH):
        for row, record in enumerate(chosen.slice(start, _BATCH).to_pylist(), start):
            objects = observables(record, kinds)
            for bracket in sorted(matcher.brackets(Observation("", 0, 0, objects))) if objects else ():
                number = matcher.owner(bracket)
                part = bracket - matcher.of(number).start if patterns.joined[number] else ALONE
                yield row, patterns.places[number], part


def observed(piece: pa.Table, kinds: frozenset[str], timed: bool) -> Iterator[Observation]:
    """Yield the records that name something asked for, each as an observation called by its file and line.

    With `timed`, records that do not say when are left out: they come before and after nothing.
    """
    columns = {column for kind in FIELDS.keys() & kinds for column in FIELDS[kind]} | {"file", "line", "at"}
    chosen = piece.select([name for name in piece.column_names if name in columns])
    for start in range(0, chosen.num_rows, _BATCH):
        batch = chosen.slice(start, _BATCH)
        moments = batch["at"].cast(pa.int64()).to_pylist()
        for moment, record in zip(moments, batch.drop_columns(["at"]).to_pylist(), strict=True):
            objects = observables(record, kinds) if moment is not None or not timed else None
            if objects:
                yield Observation(f"{record['file']}:{record['line']}", moment or 0, moment or 0, objects)


def observables(record: dict[str, Any], kinds: frozenset[str]) -> dict[str, dict[str, Any]]:
    """Return what a record names as observables of STIX, as far as their types, or what they refer to, are asked for."""
    made: dict[str, dict[str, Any]] = {}

    def named(value: str) -> str:
        kind = "domain-name"
        if ":" in value:
            kind = "ipv6-addr"
        elif value[-1:].isdigit() and value.replace(".", "").isdigit():
            kind = "ipv4-addr"
        made[value] = {"type": kind, "value": value}
        return value

    src, dst, host = record.get("src"), record.get("dst"), record.get("host")
    answers = [named(one) for one in record.get("answers") or () if one]
    if host:
        named(host)
        if answers:
            made[host]["resolves_to_refs"] = answers
    ends = {"src_ref": src and named(src), "dst_ref": (dst and named(dst)) or host}
    if "network-traffic" in kinds and (ends["src_ref"] or ends["dst_ref"]):
        flow: dict[str, Any] = {name: value for name, value in ends.items() if value}
        flow |= {name: record[name] for name in ("src_port", "dst_port") if record.get(name) is not None}
        if record.get("protocol"):
            flow["protocols"] = [record["protocol"].lower()]
        if record.get("user_agent"):
            header = {"User-Agent": record["user_agent"]}
            flow["extensions"] = {"http-request-ext": {"request_header": header}}
        made["flow"] = {"type": "network-traffic", **flow}
    if record.get("url"):
        made["url"] = {"type": "url", "value": record["url"]}
    _file(record, made)
    if "email-message" in kinds or "email-addr" in kinds:
        _message(record, made)
    if record.get("user"):
        made["user"] = {"type": "user-account", "user_id": record["user"], "account_login": record["user"]}
    return made


def _file(record: dict[str, Any], made: dict[str, dict[str, Any]]) -> None:
    """Make one file of a record's name and digests: they speak of the same."""
    name, digests = record.get("file_name"), record.get("hashes") or ()
    hashes = {_ALGORITHMS[len(one)]: one.lower() for one in digests if one and len(one) in _ALGORITHMS}
    if name or hashes:
        file: dict[str, Any] = {"type": "file"}
        if name:
            file["name"] = name
        if hashes:
            file["hashes"] = hashes
        made["file"] = file


def _message(record: dict[str, Any], made: dict[str, dict[str, Any]]) -> None:
    mails, subject = [one for one in record.get("mails") or () if one], record.get("subject")
    for one in mails:
        made["mail " + one] = {"type": "email-addr", "value": one}
    if subject or mails:
        message: dict[str, Any] = {"type": "email-message"}
        if subject:
            message["subject"] = subject
        if mails:
            message |= {"from_ref": "mail " + mails[0], "to_refs": ["mail " + one for one in mails[1:]]}
        made["message"] = message
