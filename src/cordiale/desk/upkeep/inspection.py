"""Read the audit, and write it for an inspector: verifiable, and without anything an object says.

The export is JSON lines: a head, each act, each decision, and a foot that the node signs. Every line of the two logs
carries its digest and the hash that chains it to the one before, so that a missing or altered line shows without the
node. What a line says is kept only where it is of a known kind; identifiers become keyed hashes.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import msgspec

from cordiale.desk import audit, records
from cordiale.desk.actor import authorise, named
from cordiale.desk.answers import Act, ActPage, Inspected
from cordiale.desk.summary import lines
from cordiale.exchange.home import own_keys
from cordiale.exchange.partners.fingerprint import fingerprint
from cordiale.platform.errors import InputError, NotAllowed
from cordiale.platform.languages import _
from cordiale.platform.replacing import replacing
from cordiale.release import records as decisions
from cordiale.release.keys import verify_ed25519
from cordiale.release.marking import from_text, parse_atom
from cordiale.release.segment import message

if TYPE_CHECKING:
    from pathlib import Path

    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

FORMAT: Final = "cordiale-audit-1"
PURPOSE: Final = "audit-export"
MOST: Final = 1000
"""Most rows of one page."""

PLAIN: Final = frozenset(
    {"act", "action", "by", "between", "how", "job", "kind", "means", "node", "partner", "partners"}
    | {"partnership", "person", "recall", "state", "table", "types", "until", "version"}
)
"""Details that name partners, people, rules and kinds of work: never anything of an object."""

MARKINGS: Final = frozenset({"before", "after", "marking", "marking_within"})
IDENTIFIERS: Final = frozenset({"id", "ids", "sha256"})
_LINE: Final = 1 << 22
"""Most bytes of one line of an export."""


def audit_show(
    desk: Desk,
    actor: Actor,
    *,
    verb: str | None = None,
    by: str | None = None,
    since: int | None = None,
    until: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> ActPage:
    """Return a page of acts, newest first; `before` is the number an earlier page ended with.

    Instants are microseconds, since ≤ at < until. A person who may not see everything gets who did what and when, and
    no details, which count and name objects.
    """
    authorise(actor, "audit")
    limit = lines(limit, MOST)
    with desk.store.read() as tx:
        rows = records.latest_audit(tx, limit + 1, verb=verb, by=by, since=since, until=until, before=before)
    audit.read(desk, actor, "audit", by=by, of=verb)
    whole = actor.recipient is None
    acts = tuple(
        Act(
            number=r["number"],
            at=r["at"],
            actor=r["actor"],
            verb=r["verb"],
            details=r["details"] if whole else {},
        )
        for r in rows[:limit]
    )
    return ActPage(acts=acts, next=acts[-1].number if len(rows) > limit else None)


def audit_export(desk: Desk, actor: Actor, file: Path, *, with_ids: bool = False) -> Inspected:
    """Write the audit and the decision log for an inspector, and return what is in the file.

    `with_ids` names objects by their ids instead of keyed hashes. Reasons, file names and everything else that a person
    typed stay here, as hashes. Raises NotAllowed for a person who may not see everything.
    """
    authorise(actor, "audit")
    named(actor, "audit export")
    if actor.recipient is not None:
        raise NotAllowed(
            "audit-part",
            _("{actor} may not see everything here, so may not export the audit."),
            actor=actor.name,
        )
    with desk.store.write() as tx:  # the export stands in itself: who took it away is the last act of it
        audit.acted(tx, desk, actor, "audit-export", with_ids=with_ids)
    digest = sha256()
    with replacing(file) as stream:
        for line in _lines(desk, with_ids):
            stream.write(line)
            digest.update(line)
        foot = {"kind": "foot", "sha256": digest.hexdigest()}
        signature = desk.egress().sign(PURPOSE, digest.digest())
        stream.write(_line(foot | {"signature": base64.b64encode(signature).decode()}))
    return audit_verify(file)


def audit_verify(file: Path) -> Inspected:
    """Check an export by itself, without a node: both chains, the foot, and the signature by the key in its head.

    That the key is the node's is settled by comparing `words` with what the node printed when it exported. Raises
    InputError for what is no export.
    """
    counts = {"act": 0, "decision": 0}
    chains = {"act": b"", "decision": bytes(32)}
    broken: list[str] = []  # numbers of lines, with the log they belong to
    unproven, head, foot = 0, None, None
    running = sha256()
    with file.open("rb") as stream:
        while raw := stream.readline(_LINE):
            line = _decoded(raw, file)
            kind = line.get("kind")
            if head is None:
                if kind != "head" or line.get("format") != FORMAT:
                    raise _no_export(file)
                head = line
            elif kind == "foot":
                foot = line
                break
            elif kind in counts:
                counts[kind] += 1
                expected = _chained(kind, chains[kind], line)
                chains[kind] = _bytes(line, "hash", file)
                if expected is None:
                    unproven += 1
                elif expected != chains[kind]:
                    broken.append(f"{kind} {line.get('number')}")
            running.update(raw)
    if head is None:
        raise _no_export(file)
    broken += [f"act {n}" for n in head["altered_acts"]]
    broken += [f"decision {n}" for n in head["altered_decisions"]]
    keys = tuple(base64.b64decode(str(key)) for key in head["keys"])
    signed = foot is not None and foot.get("sha256") == running.hexdigest()
    signed = signed and any(
        verify_ed25519(
            key, message(PURPOSE, running.digest()), base64.b64decode(str((foot or {}).get("signature", "")))
        )
        for key in keys
    )
    return Inspected(
        file=str(file),
        node=str(head["node"]),
        at=int(head["at"]),
        with_ids=bool(head["with_ids"]),
        acts=counts["act"],
        decisions=counts["decision"],
        unproven=unproven,
        broken=tuple(dict.fromkeys(broken)),
        signed=bool(signed),
        words=fingerprint(str(head["node"]), keys, "en"),
        words_fr=fingerprint(str(head["node"]), keys, "fr"),
    )


def _lines(desk: Desk, with_ids: bool) -> Iterator[bytes]:
    key = hmac.digest(desk.home.secret, b"cordiale audit export v1", "sha256")

    def hidden(text: str) -> str:
        return "hash:" + hmac.digest(key, text.encode(), "sha256")[:16].hex()

    with desk.store.read() as tx:
        acts, decision = records.audit_breaks(tx), decisions.first_broken_decision(tx)
    yield _line(
        {
            "kind": "head",
            "format": FORMAT,
            "node": desk.node,
            "at": desk.clock(),
            "with_ids": with_ids,
            "keys": [base64.b64encode(one).decode() for one in own_keys(desk.home)],
            # what the rows say, checked here against their digests: the file alone cannot
            "altered_acts": acts[:100],
            "altered_decisions": [] if decision is None else [decision],
        }
    )
    with desk.store.read() as tx:
        after = 0
        while rows := records.audit_rows(tx, after):
            after = rows[-1]["number"]
            for row in rows:
                said = {name: _told(name, value, hidden, with_ids) for name, value in row["details"].items()}
                told = {name: row[name] for name in ("number", "at", "actor", "verb")}
                digest = None if row["digest"] is None else row["digest"].hex()
                yield _line(
                    {"kind": "act", **told, "details": said, "digest": digest, "hash": row["hash"].hex()}
                )
        after = 0
        while found := decisions.decision_rows(tx, after):
            after = found[-1]["number"]
            for row in found:
                marking = _told("marking", sorted(from_text(row["marking"])), hidden, with_ids)
                told = {name: row[name] for name in ("number", "at", "recipient", "rules_version", "code")}
                hashes = {name: row[name].hex() for name in ("digest", "hash")}
                yield _line({"kind": "decision", **told, "marking": marking, **hashes})


def _told(name: str, value: Any, hidden: Any, with_ids: bool) -> Any:
    """Return what of one detail leaves the node: numbers and what is of a known kind; else a keyed hash."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple):
        return [_told(name, one, hidden, with_ids) for one in value]
    if not isinstance(value, str):
        return hidden(msgspec.json.encode(value, order="deterministic").decode())
    if name in MARKINGS:
        # a rules version stands under `before` and `after` as well; an unknown atom is the id of an object
        known = parse_atom(value).axis != "unknown" or (len(value) == 64 and value.isalnum())
        return value if known or with_ids else hidden(value)
    if name in PLAIN or (with_ids and name in IDENTIFIERS):
        return value
    return hidden(value) if value else ""


def _chained(kind: str, chain: bytes, line: Mapping[str, Any]) -> bytes | None:
    """Return the hash a line must have after the one before; None for a row older than digests."""
    written = line.get("digest")
    if written is None and kind == "act":
        return None
    try:
        digest = bytes.fromhex(str(written))
        if kind == "act":
            return records.audit_hash(chain, digest)
        return decisions.chained(chain, digest, int(line["at"]))
    except (ValueError, KeyError, TypeError, OverflowError):
        return b""


def _decoded(raw: bytes, file: Path) -> dict[str, Any]:
    try:
        return msgspec.json.decode(raw, type=dict[str, Any])
    except msgspec.MsgspecError:
        raise _no_export(file) from None


def _bytes(line: Mapping[str, Any], name: str, file: Path) -> bytes:
    try:
        return bytes.fromhex(str(line[name]))
    except (ValueError, KeyError):
        raise _no_export(file) from None


def _no_export(file: Path) -> InputError:
    return InputError(
        "no-audit-export",
        _("{file} is not an export of an audit: make one with cordiale audit export FILE."),
        file=str(file),
    ).at("file")


def _line(value: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode(value) + b"\n"
