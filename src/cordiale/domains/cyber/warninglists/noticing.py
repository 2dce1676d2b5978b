"""What an import says of indicators whose values a warning list of this node holds; it takes all of them in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from cordiale.desk.answers import Warned
from cordiale.domains.cyber.values import of_pattern
from cordiale.domains.cyber.warninglists.kept import held, register
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk
    from cordiale.domains.cyber.warninglists.answers import Hit
    from cordiale.stix.version import Version

VALUES: Final = 200
"""Values of one indicator that are looked up."""

NAMED: Final = 3
"""Lists that a warning names; the page of the indicator names all of them."""


def on_import(desk: Desk, versions: Iterable[Version]) -> Iterator[Warned]:
    """Yield a warning for each value of an indicator that lists hold, however many do; a list is told of once for each."""
    if not register(desk):
        return
    lists = held(desk)
    for version in versions:
        if version.type != "indicator":
            continue
        told: set[str] = set()
        for kind, value in version.values[:VALUES]:
            hits = [hit for hit in lists.look(*of_pattern(kind, value)) if hit.list not in told]
            told.update(hit.list for hit in hits)
            if hits:
                yield Warned(
                    object_id=version.id, path="pattern", code="warninglist", **_words(value[:200], hits)
                )


def _words(value: str, hits: Sequence[Hit]) -> dict[str, Any]:
    """Say which lists hold a value: one with its entry, or some of many by name, those of false alarms first."""
    if len(hits) == 1:
        return {
            "message_id": _("{value} is on a warning list: {list}, {entry}. It may be a false positive."),
            "params": {"value": value, "list": hits[0].list, "entry": hits[0].entry},
        }
    ordered = sorted(hits, key=lambda hit: (hit.category != "false_positive", hit.list))
    some = "; ".join(hit.list for hit in ordered[:NAMED]) + ("; …" if len(hits) > NAMED else "")
    return {
        "message_id": _("{value} is on {n} warning lists: {lists}. It may be a false positive."),
        "params": {"value": value, "n": len(hits), "lists": some},
    }
