"""Equivalence tables: show who signed them, sign one for this nation, take in a partner's signature.

Signatures lie beside the rules, in `rules/tables/`, as the statements their nodes signed. They count
only while they fit the rows: `rules diff` and `rules apply` write what fits into the rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.desk.answers import TableView
from cordiale.exchange.home import own_keys
from cordiale.exchange.partners.pairing import partners
from cordiale.exchange.signing import peek_statement, write_statement
from cordiale.platform.errors import ConfigurationError, InputError
from cordiale.platform.languages import _
from cordiale.platform.replacing import replace_file
from cordiale.release.equivalence import PURPOSE, block, table_bytes
from cordiale.release.partnership import Rules, Table, TableSignature
from cordiale.release.rules import parse
from cordiale.release.segment import message

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction

MARK: Final = "# ── Signed tables: written by cordiale rules apply; do not edit below this line ──"
"""Begins what `composed` writes; everything after it in a rules file is written anew."""

LARGEST = 1 << 20


class _Known(msgspec.Struct, frozen=True):
    """A node whose signature counts for its nation."""

    node: str
    nation: str
    keys: tuple[bytes, ...]


def rules_tables(desk: Desk, actor: Actor, text: str, origin: str = "rules") -> list[TableView]:
    """Return every table of equivalences in rules, with who signed it; raises ConfigurationError."""
    authorise(actor, "rules")
    with desk.store.read() as tx:
        rules = parse(composed(tx, desk, text, origin), origin)
        return [view(rules, table, _collected(tx, desk, rules, table)) for table in rules.tables]


def rules_sign(desk: Desk, actor: Actor, text: str, origin: str, nation: str) -> bytes:
    """Sign the table between this nation and another; return the statement to hand to the partners.

    Raises InputError when the rules have no row between the two.
    """
    authorise(actor, "rules")
    named(actor, "rules sign")
    rules = parse(own_part(text), origin)
    table = _table(rules, (desk.home.nation, nation), origin)
    body = table_bytes(rules, table.between)
    signature = desk.egress().sign(PURPOSE, body)
    data = write_statement(PURPOSE, body, signature) + b"\n"
    with desk.store.write() as tx:
        audit.acted(tx, desk, actor, "rules-sign", between=list(table.between), table=table.sha256)
    _keep(desk, table, desk.node, data)
    return data


def rules_accept(desk: Desk, actor: Actor, text: str, origin: str, data: bytes) -> TableView:
    """Take in a partner's signature of a table that the rules have; it counts from the next `rules apply`.

    Raises IntegrityError for what no confirmed partner signed, InputError naming the rows that
    differ when the partner signed another table.
    """
    authorise(actor, "rules")
    rules = parse(own_part(text), origin)
    body, signature = peek_statement(data.strip(), PURPOSE)
    theirs = _body(body)
    table = _table(rules, theirs.between, origin)
    with desk.store.write() as tx:
        signer = _signer(_nodes(tx, desk), table, body, signature, desk)
        ours = table_bytes(rules, table.between)
        rows = _differences(_body(ours), theirs)
        if ours != body and not rows:
            raise InputError(
                "table-scales-differ",
                _("{node} signed the same rows over other scales than those of {nations} in {file}."),
                node=signer.node,
                nations=" – ".join(table.between),
                file=origin,
            )
        if ours != body:
            raise InputError(
                "table-differs",
                _("{node} signed another table between {nations} than the one in {file}: {rows}."),
                node=signer.node,
                nations=" – ".join(table.between),
                file=origin,
                rows="; ".join(rows),
            )
        audit.acted(
            tx, desk, actor, "rules-accept", between=list(table.between), table=table.sha256, node=signer.node
        )
        _keep(desk, table, signer.node, data.strip() + b"\n")
        return view(rules, table, _collected(tx, desk, rules, table))


def composed(tx: Transaction, desk: Desk, text: str, origin: str) -> str:
    """Return a rules text with the claims that its tables are signed, as far as signatures fit its rows.

    A table that was signed in the rules in force, or says so itself, keeps its claim when its rows
    changed: its rows then hold no more until both sign anew. Rules that are an example claim nothing.
    Raises ConfigurationError for a signature in the text by a key that is no confirmed partner's.
    """
    from cordiale.desk.rules import applied

    own = own_part(text)
    rules = parse(own, origin)
    written = {table.between: table for table in parse(text, origin).tables if table.signatures}
    _refuse_strangers(written.values(), _nodes(tx, desk), origin)
    before = {t.between: t for t in rules_tables_in_force(applied(tx).get(rules.partnership))}
    blocks = []
    for table in rules.tables:
        if table.signatures:
            continue  # said above the line, by hand
        found = _collected(tx, desk, rules, table)
        claim = written.get(table.between) or before.get(table.between)
        if {one.nation for one in found} >= set(table.between):
            blocks.append(block(table, found))
        elif claim is not None and not rules.example:
            blocks.append(block(claim, claim.signatures))
    return own if not blocks else own.rstrip("\n") + f"\n\n{MARK}\n\n" + "\n".join(blocks)


def rules_tables_in_force(rules: Rules | None) -> Iterator[Table]:
    """Yield the tables that rules claim to be signed."""
    return (table for table in (rules.tables if rules is not None else ()) if table.signatures)


def unsigned(rules: Rules) -> tuple[Table, ...]:
    """Return the tables that are used or refused without being signed by both; none for an example."""
    return () if rules.example else tuple(table for table in rules.tables if table.state != "signed")


def view(rules: Rules, table: Table, found: Sequence[TableSignature]) -> TableView:
    """Return a table as people see it."""
    by = {one.nation for one in (*found, *(table.signatures if table.state == "signed" else ()))}
    return TableView(
        between=table.between,
        sha256=table.sha256,
        rows=table.rows,
        state=table.state,
        holds=not table.refused,
        example=rules.example,
        signed_by=tuple(sorted(by)),
        waits_for=tuple(nation for nation in table.between if nation not in by),
    )


class _Row(msgspec.Struct, frozen=True, rename={"from_level": "from", "to_level": "to"}):
    from_level: str
    to_level: str
    since: str
    until: str | None


class _Body(msgspec.Struct, frozen=True):
    between: tuple[str, ...]
    rows: tuple[_Row, ...]


def _body(body: bytes) -> _Body:
    try:
        return msgspec.json.decode(body, type=_Body)
    except msgspec.MsgspecError as error:
        raise InputError(
            "table-form", _("This is not a signed equivalence table: {problem}."), problem=str(error)[:200]
        ) from None


def _differences(ours: _Body, theirs: _Body) -> list[str]:
    def written(rows: Iterable[_Row]) -> list[str]:
        return [f"{r.from_level} → {r.to_level} ({r.since[:10]} – {(r.until or '')[:10]})" for r in rows]

    here, there = set(ours.rows), set(theirs.rows)
    order = sorted(here ^ there, key=lambda r: (r.from_level, r.to_level, r.since))
    signs = ["+" if row in there else "−" for row in order]
    return [f"{sign} {text}" for sign, text in zip(signs, written(order), strict=True)][:20]


def own_part(text: str) -> str:
    """Return what somebody wrote of a rules text, without the claims that signing added."""
    return text.partition(MARK)[0].rstrip("\n") + "\n"


def _table(rules: Rules, between: Sequence[str], origin: str) -> Table:
    wanted = tuple(sorted(set(between)))
    for table in rules.tables:
        if table.between == wanted:
            return table
    raise InputError(
        "no-table",
        _("{file} has no equivalences between {nations}. It has: {known}."),
        file=origin,
        nations=" – ".join(wanted)[:80],
        known=", ".join(" – ".join(table.between) for table in rules.tables) or "–",
    )


def _nodes(tx: Transaction, desk: Desk) -> list[_Known]:
    own = _Known(desk.node, desk.home.nation, own_keys(desk.home))
    confirmed = [p for p in partners(tx) if p.state == "confirmed" and p.keys]
    return [own, *(_Known(p.node, p.nation, (*p.keys, *p.former)) for p in confirmed)]


def _signer(nodes: Iterable[_Known], table: Table, body: bytes, signature: bytes, desk: Desk) -> _Known:
    signed = message(PURPOSE, body)
    for known in nodes:
        if known.nation in table.between and any(
            desk.home.verify(key, signed, signature) for key in known.keys
        ):
            return known
    raise InputError(
        "table-signer",
        _("The table between {nations} is not signed by a confirmed partner of one of the two."),
        nations=" – ".join(table.between),
    )


def _refuse_strangers(tables: Iterable[Table], nodes: Sequence[_Known], origin: str) -> None:
    """Refuse signatures that verify with a key which came with them and belongs to nobody we know."""
    for table in tables:
        for one in table.signatures:
            if not any(known.nation == one.nation and one.key in known.keys for known in nodes):
                raise ConfigurationError(
                    "table-stranger",
                    _(
                        "{file}: the table between {nations} carries a signature of {node} by a key that is not of a confirmed partner of {nation}. Remove it, and have the table signed again."
                    ),
                    file=origin,
                    nations=" – ".join(table.between),
                    node=one.node,
                    nation=one.nation,
                )


def _collected(tx: Transaction, desk: Desk, rules: Rules, table: Table) -> list[TableSignature]:
    """Return the signatures beside the rules that fit a table, each checked anew; one a nation."""
    body = table_bytes(rules, table.between)
    signed = message(PURPOSE, body)
    found: dict[str, TableSignature] = {}
    for known in _nodes(tx, desk):
        file = _file(desk, table, known.node)
        if known.nation not in table.between or known.nation in found or not file.is_file():
            continue
        said, signature = peek_statement(file.read_bytes()[:LARGEST].strip(), PURPOSE)
        for key in known.keys:
            if said == body and desk.home.verify(key, signed, signature):
                found[known.nation] = TableSignature(known.nation, known.node, key, signature)
                break
    return list(found.values())


def _file(desk: Desk, table: Table, node: str) -> Path:
    return desk.folder / "rules" / "tables" / f"{table.sha256}.{node}.json"


def _keep(desk: Desk, table: Table, node: str, data: bytes) -> None:
    file = _file(desk, table, node)
    file.parent.mkdir(parents=True, exist_ok=True)
    replace_file(file, data)
