"""Which findings somebody chose to look at: the datasets, lineages and kinships that a page's address or a form names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec

from cordiale.desk.analysis.datasets import dataset_list
from cordiale.desk.views.search import search
from cordiale.domains.information.lineage.kept import lineages

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.answers import Summary
    from cordiale.desk.desk import Desk

POSTS: Final = "posts"
PREFIXES: Final = {"dataset": "d-", "lineage": "l-", "sites": "s-"}
"""How a field of a form names a finding: the kind's letter, then the id."""

SHOWN: Final = 30
KINSHIP: Final = "cordiale-kinship"
"""The tag that a report of kinship carries."""

KINSHIP_WORDS: Final = "Cordiale: kinship of sites, parenté de sites"
"""By these words such reports are found, and with them a client without our extensions says what it holds."""


class Chosen(msgspec.Struct, frozen=True):
    """Findings by id."""

    datasets: tuple[str, ...] = ()
    lineages: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()

    def fields(self) -> dict[str, str]:
        """Return the fields that name these findings, for an address or a form."""
        pairs = (
            (PREFIXES["dataset"], self.datasets),
            (PREFIXES["lineage"], self.lineages),
            (PREFIXES["sites"], self.sites),
        )
        return {prefix + one: "1" for prefix, ids in pairs for one in ids}


def chosen(fields: Mapping[str, str]) -> Chosen:
    """Return the findings that fields name."""

    def ids(kind: str) -> tuple[str, ...]:
        prefix = PREFIXES[kind]
        return tuple(
            name.removeprefix(prefix) for name, value in fields.items() if name.startswith(prefix) and value
        )

    return Chosen(ids("dataset"), ids("lineage"), ids("sites"))


def kinships(desk: Desk, actor: Actor) -> list[Summary]:
    """Return the kinships kept here that somebody may see, newest first."""
    page = search(desk, actor, KINSHIP_WORDS, type="report", limit=SHOWN)
    return list(page.items)


def offered(desk: Desk, actor: Actor, among: Chosen) -> list[dict[str, Any]]:
    """Return the findings that somebody may choose, those in `among` ticked: kind, field, name."""
    rows = [
        ("dataset", one.id, one.name)
        for one in dataset_list(desk, actor)
        if one.kind == POSTS and one.state == "open"
    ]
    rows += [("lineage", one.id, one.name or one.id) for one in lineages(desk, actor, limit=SHOWN).items]
    rows += [("sites", one.id, one.name or one.id) for one in kinships(desk, actor)]
    ticked = among.fields()
    return [
        {"kind": kind, "field": PREFIXES[kind] + id_, "name": name, "ticked": PREFIXES[kind] + id_ in ticked}
        for kind, id_, name in rows
    ]
