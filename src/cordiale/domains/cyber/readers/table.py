"""Read indicators from tables: CSV with comma, semicolon, tab or bar, with a head or without, remarks after "#"."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from cordiale.domains.cyber.readers.found import Found, Left, Taken
from cordiale.domains.cyber.readers.judging import Warned, special
from cordiale.domains.cyber.readers.scanning import candidates, refanged
from cordiale.domains.cyber.readers.text import MOST, decoded
from cordiale.domains.cyber.values import KINDS, folded, kind_of
from cordiale.platform.clock import format_instant, parse_instant
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

CELL: Final = 65_536
"""Characters of a cell."""
DELIMITERS: Final = ",;\t|"
STATED: Final = 75
"""Confidence of a value in a table that says none: somebody put it in the column of values."""

_VALUES = ("value", "valeur", "indicator", "indicateur", "ioc", "ioc_value", "observable", "indicator_value")
_KINDED = {
    "ip": "ipv4-addr", "ip_address": "ipv4-addr", "dst_ip": "ipv4-addr", "ipv4": "ipv4-addr", "ipv6": "ipv6-addr", "adresse_ip": "ipv4-addr", "dest_ip": "ipv4-addr",
    "cidr": "cidr", "domain": "domain-name", "domaine": "domain-name", "hostname": "domain-name", "fqdn": "domain-name", "host": "domain-name",
    "url": "url", "md5": "md5", "md5_hash": "md5", "sha1": "sha1", "sha1_hash": "sha1", "sha256": "sha256", "sha256_hash": "sha256", "hash": "", "sha512": "sha512",
    "email": "email-addr", "email_address": "email-addr", "filename": "file-name", "file_name": "file-name",
}  # fmt: skip
"""Columns that say by their name what they hold; "" where the form of the value tells."""
_NAMES: Final = {
    "type": ("type", "kind", "ioc_type", "indicator_type", "genre"),
    "name": ("name", "title", "nom", "titre"),
    "description": (
        "description",
        "comment",
        "commentaire",
        "comments",
        "notes",
        "threat",
        "malware",
        "signature",
    ),
    "confidence": ("confidence", "confidence_level", "confiance", "score"),
    "valid_from": ("valid_from", "first_seen", "first_seen_utc", "date", "dateadded", "created"),
    "valid_until": ("valid_until", "expires", "expiration", "expiry", "expire"),
    "tlp": ("tlp", "marking", "marquage"),
    "labels": ("tags", "labels", "mots_cles"),
}
_TYPES: Final = {
    "ip": "ipv4-addr", "ipv4": "ipv4-addr", "ip-dst": "ipv4-addr", "ip-src": "ipv4-addr", "ipv6": "ipv6-addr", "ip:port": "ipv4-addr",
    "domain": "domain-name", "hostname": "domain-name", "fqdn": "domain-name", "uri": "url", "email": "email-addr", "email-src": "email-addr",
    "md5_hash": "md5", "sha1_hash": "sha1", "sha256_hash": "sha256", "filehash-md5": "md5", "filehash-sha1": "sha1", "filehash-sha256": "sha256",
    "filename": "file-name", "regkey": "windows-registry-key", "mac": "mac-addr", "useragent": "user-agent", "user-agent": "user-agent",
}  # fmt: skip
_TLPS: Final = {
    name: f"tlp:{'clear' if name == 'white' else name}"
    for name in ("clear", "white", "green", "amber", "amber+strict", "red")
}
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(?:Z| ?UTC)?)?").fullmatch


def looks_like_table(head: str) -> bool:
    """Tell whether text begins as a table of indicators: a head that names a column of values, or a first line with one."""
    lines = [line for line in head.splitlines() if line.strip()]
    if not lines:
        return False
    for line in lines[:60]:
        bare = line.lstrip("#").strip()
        delimiter = _delimiter(bare)
        if delimiter is None:
            continue
        if _columns(_cells(bare, delimiter)) is not None:
            return True
        if not line.startswith("#"):
            cells = _cells(line, delimiter)
            return (
                len(cells) > 1
                and any(kind_of(refanged(cell.strip())) for cell in cells[:2])
                and not _prose(cells)
            )
    return False


def read_table(content: bytes | str, *, warned: Warned | None = None) -> Taken:
    """Return what a table holds, a row each; a row whose value is none, or not what its column says, is left with the reason.

    Raises InputError where no column holds values, and above the limits.
    """
    text = decoded(content)
    delimiter, columns, rows = _opened(text)
    found: dict[tuple[str, str], Found] = {}
    left: list[Left] = []
    for number, cells in rows:
        said = {name: cells[at].strip() for name, at in columns.items() if at < len(cells)}
        context = delimiter.join(cells)[:200]
        for column, kind in _holding(columns):
            written = said.get(column, "")
            if not written:
                continue
            told = said.get("type", "")
            part, told = _parted(written, told) if "|" in told and not kind else (written, told)
            one = _value(part, kind or _typed(told)) if part else None
            reason = "malformed" if one is None else special(*one)
            if one is not None and not reason and warned is not None and (held := warned(*one)):
                reason = f"warned:{held}"
            if one is None or reason:
                left.append(
                    Left(
                        kind=one[0] if one else kind,
                        value=written[:200],
                        line=number,
                        context=context,
                        reason=reason,
                    )
                )
                continue
            found.setdefault(one, _made(one, said, number, context))
        if len(found) > MOST * 10:
            raise InputError("table-values", _("It has more than {limit} rows: split it."), limit=MOST * 10)
    return Taken("", tuple(found.values()), tuple(left))


def _opened(text: str) -> tuple[str, dict[str, int], Iterator[tuple[int, list[str]]]]:
    """Return the delimiter, the columns by what they hold, and the rows below the head with their lines."""
    lines = text.splitlines()
    delimiter, columns, start = ",", None, 0
    for number, line in enumerate(lines[:200]):
        bare = line.lstrip("#").strip()
        found = _delimiter(bare)
        if found is None:
            continue
        columns = _columns(_cells(bare, found))
        delimiter = found
        if columns is not None:
            start = number + 1
            break
        if not line.startswith("#"):
            columns, start = _guessed(_cells(line, found)), number
            break
    if columns is None:
        raise InputError(
            "table-columns",
            _(
                "No column of this table holds indicators: name one “value”, “ip”, “domain”, “url” or “sha256”."
            ),
        )

    def rows() -> Iterator[tuple[int, list[str]]]:
        body = (line for line in lines[start:])
        reader = csv.reader(
            (line for line in body if not line.startswith("#")), delimiter=delimiter, skipinitialspace=True
        )
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                continue
            if any(cell.strip() for cell in cells):
                yield start + reader.line_num, [cell[:CELL] for cell in cells]

    return delimiter, columns, rows()


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return []


def _delimiter(line: str) -> str | None:
    counts = {one: line.count(one) for one in DELIMITERS}
    best = max(counts, key=lambda one: counts[one])
    return best if counts[best] else None


def _columns(cells: Sequence[str]) -> dict[str, int] | None:
    """Return what each column holds by the names of a head; None where these are no names, or none is of values."""
    names = [re.sub(r"[^a-z0-9_:+]+", "_", cell.strip().strip('"').lower()).strip("_") for cell in cells]
    found: dict[str, int] = {}
    for at, name in enumerate(names):
        if name in _VALUES:
            found.setdefault("value", at)
        elif name in _KINDED:
            found.setdefault(f"value:{_KINDED[name]}", at)
        else:
            for key, known in _NAMES.items():
                if name in known:
                    found.setdefault(key, at)
    return found if any(name.startswith("value") for name in found) else None


def _guessed(cells: Sequence[str]) -> dict[str, int] | None:
    """Return the columns of a table without a head: the first cell with a value, and what follows as its description."""
    for at, cell in enumerate(cells):
        if kind_of(refanged(cell.strip())):
            return {"value": at} | ({"description": at + 1} if at + 1 < len(cells) else {})
    return None


def _prose(cells: Sequence[str]) -> bool:
    return len(cells[0].split()) > 3


def _holding(columns: Mapping[str, int]) -> list[tuple[str, str]]:
    return [(name, name.partition(":")[2]) for name in columns if name.startswith("value")]


def _parted(written: str, told: str) -> tuple[str, str]:
    """Return what of a value in parts, as tables of MISP write it, is watched for: a digest before its file's name, a name before its port.

    Empty where it has not the parts that its type says.
    """
    parts, types = written.split("|"), told.lower().split("|")
    if len(parts) != len(types):
        return "", ""
    watched = [
        at for at, one in enumerate(types) if one not in ("filename", "malware-sample", "port", "value")
    ]
    at = watched[0] if watched else 0
    return parts[at], types[at]


def _typed(written: str) -> str:
    lowered = written.strip().lower()
    return _TYPES.get(lowered, lowered if lowered in KINDS else "")


def _value(written: str, kind: str) -> tuple[str, str] | None:
    """Return a cell as a value; by the kind that its column or its row says, else by its form."""
    value = refanged(written)
    told = kind_of(value)
    if told is None and ":" in value and kind_of(value.rpartition(":")[0]) in ("ipv4-addr", "domain-name"):
        value = value.rpartition(":")[0]  # an address with its port
        told = kind_of(value)
    if told is None:
        found = candidates(written)
        if len(found) == 1 and found[0].end - found[0].start == len(written.strip()):
            return found[0].kind, found[0].value
        formless = kind in (
            "file-name",
            "mutex",
            "windows-registry-key",
            "user-agent",
            "directory-path",
            "email-subject",
        )
        return (kind, value) if formless and value else None
    if kind in ("file-name", "mutex", "user-agent", "directory-path", "email-subject"):
        told = kind
    elif kind and told != kind and not {told, kind} <= {"ipv4-addr", "ipv6-addr", "cidr"}:
        return None
    return told, folded(told, value)


def _made(one: tuple[str, str], said: Mapping[str, str], number: int, context: str) -> Found:
    return Found(
        kind=one[0],
        value=one[1],
        line=number,
        context=context,
        confidence=_confidence(said.get("confidence", "")),
        reasons=("column",),
        name=said.get("name", "")[:250],
        description=said.get("description", "")[:2000],
        valid_from=_moment(said.get("valid_from", "")),
        valid_until=_moment(said.get("valid_until", "")),
        tlp=_TLPS.get(said.get("tlp", "").lower().removeprefix("tlp:").strip(), ""),
        labels=tuple(one for one in re.split(r"[,;|]\s*", said.get("labels", ""))[:20] if one.strip()),
    )


def _confidence(written: str) -> int:
    words = {
        "low": 15,
        "faible": 15,
        "medium": 50,
        "moderate": 50,
        "moyenne": 50,
        "high": 85,
        "élevée": 85,
        "haute": 85,
    }
    bare = written.strip().rstrip("%").lower()
    if bare in words:
        return words[bare]
    return min(100, int(bare)) if bare.isdigit() and len(bare) < 4 else STATED


def _moment(written: str) -> str:
    """Return a date as STIX writes it, "" for what is none."""
    found = _DAY(written.strip())
    if found is None:
        return ""
    year, month, day, hour, minute, second = (part or "00" for part in found.groups())
    try:
        return format_instant(parse_instant(f"{year}-{month}-{day}T{hour}:{minute}:{second}Z"))
    except ValueError:
        return ""
