"""Show a tear-line and the object given whole later as one fact, by the link `superseded-by` between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from cordiale.exchange import records
from cordiale.exchange.records.superseded import links_about
from cordiale.stix.version import Version
from cordiale.store import listing
from cordiale.store.connection import Transaction

TYPE: Final = "superseded-by"


def show_as_one(tx: Transaction, vids: Iterable[int]) -> None:
    """List one of each tear-line and its object: to be asked with what arrived, and with what is about to go.

    A tear-line is not listed, counted or searched while its own source links it to an object of the same source that
    is held; by its id it is shown, with the link.
    """
    states: Mapping[tuple[int, int], bool] = links_about(tx, sorted(set(vids)), TYPE)
    listing.set_listed(tx, {statement: not superseded for statement, superseded in states.items()})


def concerns(found: Iterable[Version]) -> bool:
    """Tell whether any of these versions is such a link."""
    return any(version.type == "relationship" and b'"superseded-by"' in version.raw for version in found)


def purged(tx: Transaction, oids: Sequence[int]) -> None:
    """List tear-lines again whose object is gone."""
    show_as_one(tx, records.referring(tx, oids) if oids else ())
