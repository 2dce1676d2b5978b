"""Read the rules of one partnership: a TOML file, frozen, named by the hash of its content."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import orjson

from cordiale.platform.clock import HOUR, Instant
from cordiale.platform.errors import ConfigurationError
from cordiale.platform.languages import _
from cordiale.release.consistency import check
from cordiale.release.equivalence import Claim, settled
from cordiale.release.partnership import (
    CONFIRM_ABOVE,
    DEFAULT_ASSURANCE,
    Allow,
    Equivalence,
    Mandate,
    Query,
    Rules,
    Scale,
    TableSignature,
)
from cordiale.release.reading import Table, wrong
from cordiale.release.recipient import Assurance, Recipient

__all__ = [
    "Allow",
    "Equivalence",
    "Mandate",
    "Query",
    "Rules",
    "Scale",
    "load",
    "load_all",
    "parse",
    "rules_for",
]

FORMAT: Final = 1
"""The only format of rules files so far; a file of another one is refused, never guessed."""


@lru_cache(maxsize=64)
def parse(text: str, origin: str = "rules") -> Rules:
    """Read rules from TOML text; the last texts read are remembered, as the same ones are asked about again.

    Raises ConfigurationError naming the file, the key, what is wrong and what to do.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            "rules-not-toml", _("{file} is not TOML: {error}."), file=origin, error=str(error)
        ) from error
    top = Table(content, origin, text)
    if top.whole("format", 0) != FORMAT:
        raise wrong(
            top,
            "format",
            _("{file}, line {line}, {key}: write format = 1: it is the only format this version reads."),
        )
    scales = {name: _scale(name, table) for name, table in top.tables("scales").items()}
    above, within = _recall(top.table("recall"))
    rules = Rules(
        partnership=top.string("partnership"),
        version=_version(content),
        text=text,
        title=top.texts("title"),
        example=top.flag("example"),
        scales=scales,
        partners={name: _partner(name, table) for name, table in top.tables("partners").items()},
        equivalences=tuple(_equivalence(row) for row in top.rows("equivalences")),
        mandates=tuple(_mandate(row) for row in top.rows("mandates")),
        allow=_allow(top.table("allow")),
        assurance=_assurance(top.table("assurance")),
        confirm_above=above,
        answer_within=within,
        signed_tables=top.flag("signed_tables"),
    )
    claims = [_claim(row) for row in top.rows("tables")]
    top.finish()
    check(rules, top)
    return settled(rules, claims)


def load(path: Path) -> Rules:
    """Read the rules file of one partnership.

    Raises ConfigurationError naming the file, the key, what is wrong and what to do.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            "rules-unreadable", _("{file} cannot be read: {error}."), file=str(path), error=str(error)
        ) from error
    return parse(text, str(path))


def load_all(folder: Path) -> dict[str, Rules]:
    """Read every rules file of a folder by partnership.

    Raises ConfigurationError when two files speak of one partnership or of one partner node.
    """
    found: dict[str, Rules] = {}
    files: dict[str, Path] = {}
    for path in sorted(folder.glob("*.toml")):
        rules = load(path)
        for name in (rules.partnership, *(f"partner {node}" for node in rules.partners)):
            if name in files:
                raise ConfigurationError(
                    "rules-twice",
                    _("{file} and {other} both speak of {name}. Keep it in one of them."),
                    file=str(path),
                    other=str(files[name]),
                    name=name,
                )
            files[name] = path
        found[rules.partnership] = rules
    return found


def rules_for(node: str, rules: Iterable[Rules]) -> Rules | None:
    """Return the rules of the partnership a partner node belongs to, None when it is in none."""
    return next((r for r in rules if node in r.partners), None)


def _version(content: Mapping[str, Any]) -> str:
    """Hash the content, not the text: a comment or a space changes no rule."""
    return sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _scale(name: str, table: Table) -> Scale:
    axes = {"ladder": table.strings("ladder")} if table.has("ladder") else {}
    for axis in (extra := table.table("axes")).names():
        axes[axis] = extra.strings(axis)
    labels = {level: labels.all_texts() for level, labels in table.tables("labels").items()}
    scale = Scale(name, table.string("nation"), axes, table.strings("national_only"), labels)
    table.finish()
    return scale


def _partner(node: str, table: Table) -> Recipient:
    recipient = Recipient(
        node=node,
        nation=table.string("nation"),
        organisation=table.string("organisation"),
        clearances=table.strings("clearances"),
        tlp=table.string("tlp", "clear"),
        compartments=frozenset(table.strings("compartments")),
        communities=frozenset(table.strings("communities")),
        assurance=_assured(table, table.string("assurance", "node")),
    )
    table.finish()
    return recipient


def _equivalence(row: Table) -> Equivalence:
    since = _instant(row, "since")
    if since is None:
        raise wrong(
            row,
            "since",
            _(
                "{file}, line {line}, {key}: give the date from which the row holds, such as since = 2026-01-01."
            ),
        )
    found = Equivalence(row.string("from"), row.string("to"), since, _instant(row, "until"), row.key)
    row.string("note", "")
    row.finish()
    return found


def _claim(row: Table) -> Claim:
    found = Claim(
        between=tuple(sorted(row.strings("between"))),
        sha256=row.string("sha256"),
        signatures=tuple(_signature(one) for one in row.rows("signatures")),
    )
    row.finish()
    return found


def _signature(row: Table) -> TableSignature:
    found = TableSignature(row.string("nation"), row.string("node"), _hex(row, "key"), _hex(row, "signature"))
    row.finish()
    return found


def _hex(row: Table, key: str) -> bytes:
    try:
        return bytes.fromhex(row.string(key))
    except ValueError:
        raise wrong(row, key, _("{file}, line {line}, {key}: write hexadecimal digits.")) from None


def _mandate(row: Table) -> Mandate:
    mode = row.string("mode", "on_approval")
    if mode not in ("on_approval", "automatic"):
        raise wrong(
            row,
            "mode",
            _(
                '{file}, line {line}, {key}: write `"on_approval"` (an officer acts) or `"automatic"` (a standing rule).'
            ),
        )
    where = row.table("where")
    query = Query(**{field: where.strings(field) for field in Query.__struct_fields__})
    where.finish()
    found = Mandate(
        name=row.string("name"),
        to=row.strings("to"),
        mode="automatic" if mode == "automatic" else "on_approval",
        four_eyes=row.flag("four_eyes"),
        where=query,
        since=_instant(row, "since"),
        until=_instant(row, "until"),
    )
    row.finish()
    return found


def _allow(table: Table) -> Allow:
    found = Allow(table.strings("properties"), table.strings("types"), table.strings("extensions"))
    table.finish()
    return found


def _assurance(table: Table) -> Mapping[str, Assurance]:
    if not table.names():
        return DEFAULT_ASSURANCE
    found: dict[str, Assurance] = dict.fromkeys(table.strings("taxii"), "taxii")
    found |= dict.fromkeys(table.strings("file"), "file")
    table.finish()
    return found


def _recall(table: Table) -> tuple[int, int]:
    above, hours = table.whole("confirm_above", CONFIRM_ABOVE), table.whole("answer_within_hours", 72)
    table.finish()
    return above, hours * HOUR


def _assured(table: Table, text: str) -> Assurance:
    match text:
        case "node" | "taxii" | "file":
            return text
    raise wrong(table, "assurance", _('{file}, line {line}, {key}: write `"node"`, `"taxii"` or `"file"`.'))


def _instant(table: Table, key: str) -> Instant | None:
    """Read a date (its first instant in UTC) or a date and time with its offset."""
    value = table.value(key)
    if value is None:
        return None
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            raise wrong(
                table,
                key,
                _("{file}, line {line}, {key}: give the offset from UTC, such as 2026-01-01T00:00:00Z."),
            )
        moment = value
    elif isinstance(value, dt.date):
        moment = dt.datetime(value.year, value.month, value.day, tzinfo=dt.UTC)
    else:
        raise wrong(
            table, key, _("{file}, line {line}, {key}: write a date without quotes, such as 2026-01-01.")
        )
    return (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)
