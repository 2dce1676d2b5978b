"""The rules that were put in force, every version of them."""

from __future__ import annotations

import msgspec

from cordiale.platform.clock import Instant
from cordiale.platform.errors import ConfigurationError
from cordiale.release.partnership import Rules, listed
from cordiale.release.records.transaction import Transaction
from cordiale.release.rules import parse

_RULES = """
    SELECT partnership, text, "by", at FROM release_rules
    WHERE number IN (SELECT max(number) FROM release_rules GROUP BY partnership) ORDER BY number
"""

LAST = "SELECT max(number) FROM release_rules"

_HISTORY = 'SELECT text, "by", at FROM release_rules WHERE partnership = ? ORDER BY number'

_EVER = "SELECT partnership, text FROM release_rules ORDER BY number"

_STATE = """
    SELECT (SELECT coalesce(max(number), 0) FROM release_rules), count(*), count(second), count(withdrawn_by),
        (SELECT count(*) FROM release_exception), (SELECT count(lifted_by) FROM release_exception)
    FROM release_act
"""


class Applied(msgspec.Struct, frozen=True):
    """One version of the rules that was put in force, by whom and when."""

    rules: Rules
    by: str
    at: Instant


def apply_rules(tx: Transaction, rules: Rules, by: str, at: Instant) -> None:
    """Put rules in force for their partnership; earlier ones stay on record."""
    sql = 'INSERT INTO release_rules (partnership, version, text, "by", at) VALUES (?, ?, ?, ?, ?)'
    tx.run(sql, rules.partnership, rules.version, rules.text, by, at)


def current_texts(tx: Transaction) -> list[tuple[str, str]]:
    """Return the text of the rules in force by partnership, unparsed, for callers that remember what they parsed."""
    last = tx.row(LAST)[0]
    found: list[tuple[str, str]] | None = tx.known(("rules in force", last))
    if found is None:
        found = [(partnership, text) for partnership, text, _by, _at in tx.rows(_RULES)]
        tx.learn(("rules in force", last), found)
    return found


def allowed_once(tx: Transaction, node: str) -> frozenset[tuple[str, str]]:
    """Return what any rules that ever named a node allowed to leave beyond STIX 2.1: pairs of a field of `Allow` and a pattern."""
    last = tx.row(LAST)[0]
    found: frozenset[tuple[str, str]] | None = tx.known(("allowed once", node, last))
    if found is None:
        found = frozenset().union(*(_allowed(text, name, node) for name, text in tx.rows(_EVER)))
        tx.learn(("allowed once", node, last), found)
    return found


def _allowed(text: str, name: str, node: str) -> frozenset[tuple[str, str]]:
    try:
        rules = parse(text, name)
    except (
        ConfigurationError
    ):  # of an earlier release, which took what this one does not: it may have allowed anything
        return frozenset({("rules", name)})
    return listed(rules.allow) if node in rules.partners else frozenset()


def current_rules(tx: Transaction) -> dict[str, Applied]:
    """Return the rules in force by partnership."""
    return {name: Applied(parse(text, name), by, at) for name, text, by, at in tx.rows(_RULES)}


def rules_history(tx: Transaction, partnership: str) -> list[Applied]:
    """Return all rules ever in force for a partnership, oldest first."""
    return [Applied(parse(text, partnership), by, at) for text, by, at in tx.rows(_HISTORY, partnership)]


def state(tx: Transaction) -> str:
    """Name the state of rules, acts and exceptions; it changes with every change of them."""
    return "-".join(str(n) for n in tx.row(_STATE))
