"""Who asks: a partner node or a person, described by what they may have."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import msgspec

Assurance = Literal["file", "taxii", "node"]
ASSURANCES: tuple[Assurance, ...] = ("file", "taxii", "node")
"""From least to most: a file cannot be recalled at all, a plain TAXII client only asked, a node answers with a receipt."""


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """One recipient. `node`, `nation`, `organisation` and `communities` are the names releasable-to clauses may use.

    `clearances` are `scale/level` texts (`FRA/SECRET`), `compartments` are `authority/NAME` texts,
    `tlp` is the narrowest TLP label they may have. Defaults are the least anybody gets.
    """

    node: str
    nation: str = ""
    organisation: str = ""
    person: str | None = None
    clearances: tuple[str, ...] = ()
    tlp: str = "clear"
    compartments: frozenset[str] = frozenset()
    communities: frozenset[str] = frozenset()
    assurance: Assurance = "node"


def names(recipient: Recipient) -> frozenset[str]:
    """Return the names a releasable-to clause may call this recipient by."""
    own = {recipient.node, recipient.nation, recipient.organisation} - {""}
    return recipient.communities | own


def recipient_class(recipient: Recipient) -> str:
    """Return the class whose members share tear-line ids: one node, or one person of a node."""
    return recipient.node if recipient.person is None else f"{recipient.node}/{recipient.person}"


@lru_cache(maxsize=1024)
def addresses(recipient: Recipient) -> frozenset[str]:
    """Return every way a rule may name this recipient: bare or as `nation:`, `organisation:`, `node:`, `person:`."""
    found: set[str] = set()
    for kind, name in (
        ("nation", recipient.nation),
        ("organisation", recipient.organisation),
        ("node", recipient.node),
        ("person", recipient.person or ""),
    ):
        if name:
            found |= {name, f"{kind}:{name}"}
    return frozenset(found)
