"""Look a node over and say what is wrong, where, and what to do."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cordiale.node import layout
from cordiale.node.finding import Finding
from cordiale.node.keyring import read_public
from cordiale.node.links import examined
from cordiale.platform import configuration
from cordiale.platform.clock import DAY, system_clock
from cordiale.platform.errors import CordialeError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.node.node import Node
    from cordiale.release.partnership import Rules

LITTLE = 1 << 30
"""Bytes free below which the operator should look: a backup or an import may not fit."""

VERY_LITTLE = 64 << 20

HELD = 1000
"""Versions that may wait for the text index while a node is idle: the next tick takes them in."""

ENDING = 14
"""Days before the end of a certificate from which on the operator should look: the root is a journey away."""


def examine(path: Path) -> list[Finding]:
    """Look at configuration, keys, store, text index, files, links, clock and disk of a node.

    Never raises for what is wrong with the node; works while it is served.
    """
    path = Path(path)
    found: list[Finding] = []
    try:
        configuration.load(path, os.environ)
        found.append(Finding("configuration", "well", _("The configuration can be used.")))
    except CordialeError as error:
        return [Finding("configuration", "wrong", error.message_id, dict(error.params))]
    found += _keys(path)
    found += _disk(path)
    try:
        from cordiale.node.opening import open_node

        with open_node(path) as node:
            for look in (_store, _text, _files, _aside, _jobs, _audit, _rules, _identity, _links):
                found += _safely(look, node)
    except CordialeError as error:
        found.append(Finding("store", "wrong", error.message_id, dict(error.params)))
    return found


def _safely(look: Callable[[Node], Iterator[Finding]], node: Node) -> list[Finding]:
    try:
        return list(look(node))
    except CordialeError as error:
        return [Finding(look.__name__.strip("_"), "wrong", error.message_id, dict(error.params))]


def _keys(path: Path) -> Iterator[Finding]:
    try:
        signing = path / "keys" / read_public(path).file
    except CordialeError:
        signing = layout.public_key(path)  # which is then what is said to be missing
    tls = [file for file in (layout.tls_key(path), layout.next_tls_key(path)) if file.exists()]
    for file in (signing, layout.node_secret(path), *tls):
        if not file.is_file():
            yield Finding(
                "keys",
                "wrong",
                _("{file} is missing or does not hold a key: bring it back from a backup of this node."),
                {"file": str(file)},
            )
        elif stat.S_IMODE(file.stat().st_mode) & 0o077:
            yield Finding(
                "keys",
                "wrong",
                _("{file} can be read by other users. Run: chmod 600 {file}"),
                {"file": str(file)},
            )
        else:
            yield Finding("keys", "well", _("{file} is readable by its owner alone."), {"file": str(file)})
    if layout.recovery_key(path).is_file():
        yield Finding(
            "keys",
            "look",
            _("{file} opens every backup of this node: keep it elsewhere and delete it here."),
            {"file": str(layout.recovery_key(path))},
        )
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield Finding(
            "keys",
            "look",
            _("The node's folder {path} can be entered by other users. Run: chmod 700 {path}"),
            {"path": str(path)},
        )


def _identity(node: Node) -> Iterator[Finding]:
    """Look at who was not told of a change of keys, and at the day on which the root vouches no longer."""
    from cordiale.exchange import records
    from cordiale.exchange.partners.keychange import untold

    with node.store.read() as tx:
        waiting = untold(tx)
        roots = [row for row in records.keys_of(tx, records.OURSELVES, "root") if row.state == "current"]
    if waiting:
        yield Finding(
            "keys",
            "look",
            _(
                "{partners} was not told of the last change of keys yet: both nodes must be served, or run cordiale sync."
            ),
            {"partners": ", ".join(waiting)},
        )
    for row in roots:
        days = ((row.until_at or 0) - node.desk.clock()) // DAY
        if days < ENDING:
            yield Finding(
                "keys",
                "look" if days >= 0 else "wrong",
                _(
                    "The certificate of this node's key ends in {days} days: have the offline root certify a key (cordiale key request)."
                ),
                {"days": days},
            )


def _disk(path: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(path).free
    params = {"megabytes": free >> 20, "path": str(path)}
    if free < VERY_LITTLE:
        yield Finding(
            "disk",
            "wrong",
            _("Only {megabytes} MB are free at {path}: the node is about to stop writing. Free space now."),
            params,
        )
    elif free < LITTLE:
        yield Finding(
            "disk",
            "look",
            _("Only {megabytes} MB are free at {path}: free space before the next import or backup."),
            params,
        )
    else:
        yield Finding("disk", "well", _("{megabytes} MB are free at {path}."), params)


def _store(node: Node) -> Iterator[Finding]:
    from cordiale.store import backup

    faults = backup.check(node.store)
    for fault in faults[:10]:
        yield Finding(
            "store",
            "wrong",
            _("The store is damaged ({fault}). Stop the node and restore a backup."),
            {"fault": fault},
        )
    if not faults:
        yield Finding("store", "well", _("The store is sound."))


def _text(node: Node) -> Iterator[Finding]:
    from cordiale.desk import records

    if not node.settings.store.text_index:
        yield Finding(
            "text index", "look", _("The text index is off (store.text_index): words are not found.")
        )
        return
    with node.store.read() as tx:
        waiting = records.waiting_text(tx)
    if waiting > HELD:
        yield Finding(
            "text index",
            "look",
            _(
                "Versions that wait for the text index: {n}. It catches up while the node is served, or with: cordiale doctor --repair"
            ),
            {"n": waiting},
        )
    else:
        yield Finding("text index", "well", _("The text index is up to date."))


def _files(node: Node) -> Iterator[Finding]:
    from cordiale.evidence import files, records

    with node.store.read() as tx:
        attached = records.every(tx, held=True)
    root = node.path / "files"
    wrong = 0
    for sha256 in sorted({one.sha256 for one in attached}):
        try:
            files.verify(root, sha256)
        except CordialeError as error:
            wrong += 1
            yield Finding("files", "wrong", error.message_id, dict(error.params))
    if not wrong:
        yield Finding(
            "files",
            "well",
            _("Attachments that have the content they were stored with: {n}."),
            {"n": len(attached)},
        )


def _aside(node: Node) -> Iterator[Finding]:
    from cordiale.desk import records

    with node.store.read() as tx:
        n = records.count_kept(tx)
    if n:
        yield Finding(
            "set aside",
            "look",
            _("Things that could not be taken in: {n}. See: cordiale set-aside list"),
            {"n": n},
        )


def _jobs(node: Node) -> Iterator[Finding]:
    from cordiale.desk import jobs, records

    with node.store.read() as tx:
        views = [jobs.view(job) for job in records.all_jobs(tx)]
    done: set[str] = set()
    for view in views:  # newest first: what was imported whole since then needs no resuming
        files = {str(path) for _name, path, _stamp in view.params.get("files", ())}
        if view.state == "done":
            done |= files
        elif view.state in ("interrupted", "failed") and not (files and files <= done):
            yield Finding(
                "jobs",
                "look",
                _("Job {job} ({kind}) did not end: {state}. Go on with: cordiale jobs resume {job}"),
                {"job": view.id, "kind": view.kind, "state": view.state},
            )


def _audit(node: Node) -> Iterator[Finding]:
    from cordiale.desk import records
    from cordiale.release.records import first_broken_decision

    with node.store.read() as tx:
        broken = records.audit_breaks(tx)
        decision = first_broken_decision(tx)
    if broken:
        yield Finding(
            "audit",
            "wrong",
            _(
                "The audit was altered at row {row}: somebody wrote to the database past Cordiale. Compare it with a backup."
            ),
            {"row": broken[0]},
        )
    if decision is not None:
        yield Finding(
            "audit",
            "wrong",
            _(
                "The log of decisions was altered at line {line}, or a line before it is missing. Compare it with a backup."
            ),
            {"line": decision},
        )
    if not broken and decision is None:
        yield Finding("audit", "well", _("The audit is whole."))


def _rules(node: Node) -> Iterator[Finding]:
    from cordiale.desk.rules import applied
    from cordiale.exchange.partners.pairing import partners
    from cordiale.release.rules import rules_for

    with node.store.read() as tx:
        found = applied(tx)
        known = partners(tx)
    for partner in known:
        if partner.state == "invited":
            yield Finding(
                "partners",
                "look",
                _(
                    "{partner} is not confirmed: compare the words with them, then cordiale partner confirm {partner}."
                ),
                {"partner": partner.node},
            )
        elif rules_for(partner.node, tuple(found.values())) is None:
            yield Finding(
                "rules",
                "look",
                _(
                    "No applied rules name {partner}: nothing goes there. Write them, then cordiale rules apply."
                ),
                {"partner": partner.node},
            )
    for name, rules in found.items():
        if rules.example:
            yield Finding(
                "rules",
                "look",
                _(
                    "The rules of {partnership} are the shipped example: replace them by those the partners sign."
                ),
                {"partnership": name},
            )
        yield from _tables(name, rules)


def _tables(name: str, rules: Rules) -> Iterator[Finding]:
    from cordiale.desk.equivalence import unsigned

    for table in unsigned(rules):
        params = {"partnership": name, "nations": " – ".join(table.between)}
        if table.refused:
            yield Finding(
                "rules",
                "wrong",
                _(
                    "The equivalences between {nations} in the rules of {partnership} are not signed by both as they stand: they do not hold. Sign them again: cordiale rules sign, then cordiale rules accept."
                ),
                params,
            )
        else:
            yield Finding(
                "rules",
                "look",
                _(
                    "The equivalences between {nations} in the rules of {partnership} are not signed by both: this node alone answers for them. Run cordiale rules sign, then cordiale rules accept."
                ),
                params,
            )


def _links(node: Node) -> Iterator[Finding]:
    with node.store.read() as tx:
        found = tuple(examined(tx, system_clock()))
    yield from found
