"""The text of the rules in force, to read and to write on from."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from cordiale.desk.actor import authorise
from cordiale.desk.answers import Answer
from cordiale.desk.equivalence import own_part
from cordiale.release import records

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

EXAMPLE = "canada-france-united-kingdom.toml"


class RulesText(Answer, frozen=True, kw_only=True):
    """The rules of one partnership as they were written, without what signing added; who applied them and when."""

    partnership: str
    version: str
    text: str
    by: str
    at: int
    partners: tuple[str, ...]


def rules_texts(desk: Desk, actor: Actor) -> list[RulesText]:
    """Return the rules in force by partnership."""
    authorise(actor, "rules")
    with desk.store.read() as tx:
        found = records.current_rules(tx)
    return [
        RulesText(
            partnership=name,
            version=one.rules.version,
            text=own_part(one.rules.text),
            by=one.by,
            at=one.at,
            partners=tuple(one.rules.partners),
        )
        for name, one in found.items()
    ]


def rules_example(desk: Desk, actor: Actor) -> str:
    """Return the example that comes with Cordiale, to write on from."""
    authorise(actor, "rules")
    return files("cordiale.release").joinpath("examples", EXAMPLE).read_text("utf-8")
