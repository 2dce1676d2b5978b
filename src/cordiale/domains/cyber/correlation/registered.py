"""Under which name somebody registered a host: what the public suffix list says, bundled, never fetched."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


def registered(name: str) -> str | None:
    """Return the registered name that a host name is or lies under; None for a public suffix itself and what is no name."""
    if "." not in name or name[-1].isdigit() or len(name) > 253:
        return None
    found = _suffixes().privatesuffix(name)
    return None if found is None else str(found)


@cache
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()
