"""What names the person behind an account: it goes to a partner only where an officer named that very account in an act.

Otherwise the account goes as a tear-line, whose id and name are made with the node's secret for that partner alone: the same
account is the same to one partner, and two partners cannot compare what they hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

NAMES: Final[Mapping[str, frozenset[str]]] = {
    "user-account": frozenset({"user_id", "credential", "account_login", "display_name"}),
}
"""Type → properties that name somebody (STIX 2.1, 6.16)."""

PSEUDONYM: Final = 8
"""Characters of a pseudonym: of a billion accounts some share one, and the id tells them apart."""


def names_in(value: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the properties of an object that name somebody."""
    named = NAMES.get(str(value.get("type")))
    return () if named is None else tuple(name for name in value if name in named)


def pseudonym(tear_line: str) -> str:
    """Return what an account is called to a partner that holds it under this id."""
    return "account " + tear_line.partition("--")[2][:PSEUDONYM]
