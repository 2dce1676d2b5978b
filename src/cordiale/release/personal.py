"""What names the person behind an account: it goes to a partner only where an officer named that very account in an act.

Otherwise the account goes as a tear-line, whose id and name are made with the node's secret for that partner alone: the same
account is the same to one partner, and two partners cannot compare what they hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

NAMES: Final[Mapping[str, frozenset[str]]] = {
    "user-account": frozenset({"user_id", "credential", "account_login", "display_name", "extensions"}),
}
"""Type → properties that name somebody (STIX 2.1, 6.16); an extension may, as the home folder of a Unix account does."""

PSEUDONYM: Final = 8
"""Characters of a pseudonym: of a billion accounts some share one, and the id tells them apart."""


def names_in(value: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the properties of an object that name somebody."""
    named = NAMES.get(str(value.get("type")))
    return () if named is None else tuple(name for name in value if name in named)


def names_somebody(stix_id: str) -> bool:
    """Tell whether what an id stands for names somebody, by its type."""
    return stix_id.partition("--")[0] in NAMES


def translated_names(value: Mapping[str, Any], original: str) -> tuple[tuple[str, str, str], ...]:
    """Return the places in a translation that name somebody, where what it translates is of this type."""
    contents = value.get("contents")
    named = NAMES.get(original, frozenset())
    if not named or not isinstance(contents, dict):
        return ()
    return tuple(
        ("contents", lang, name)
        for lang, words in contents.items()
        if isinstance(words, dict)
        for name in words
        if name in named
    )


def names_inside(value: Mapping[str, Any]) -> bool:
    """Tell whether observed data carries, in its deprecated `objects`, what names somebody (STIX 2.1, 4.14)."""
    inside = value.get("objects")
    return (
        value.get("type") == "observed-data"
        and isinstance(inside, dict)
        and any(isinstance(one, dict) and one.get("type") in NAMES for one in inside.values())
    )


def pseudonym(tear_line: str) -> str:
    """Return what an account is called to a partner that holds it under this id."""
    return "account " + tear_line.partition("--")[2][:PSEUDONYM]
