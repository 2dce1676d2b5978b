"""The two skeletons: their headings, the question each asks, and what is said where nothing answers it.

ABCDE (Pamment, Carnegie Endowment, 2020): actor, behaviour, content, degree, effect. SCOTCH (Blazek, 2021): source, channel,
objective, target, composition, hook. The sentences are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

Topic = Literal["actor", "technique", "signal", "narrative", "media", "drift", "channel", "site", "degree", "target", "objective", "event", "effect", "assessment", "measure"]  # fmt: skip
"""What a fact is about; a heading takes the facts of some topics."""


class Element(msgspec.Struct, frozen=True):
    """One heading: its letter, its name, the question it asks, the topics that answer it, and what is said of a gap."""

    letter: str
    name: str
    asks: str
    topics: tuple[Topic, ...]
    gap: str


class Skeleton(msgspec.Struct, frozen=True):
    """One skeleton: its name and its headings in order."""

    name: str
    elements: tuple[Element, ...]


_ACTOR = _("Nothing held here says who is behind it. What is seen is told without it.")

SKELETONS: Final[Mapping[str, Skeleton]] = {
    "abcde": Skeleton(
        "ABCDE",
        (
            Element("A", _("Actor"), _("Who is, or seems to be, behind it?"), ("actor",), _ACTOR),
            Element("B", _("Behaviour"), _("What was done, by which techniques?"), ("technique", "signal"), _("No technique was accepted yet: see what findings propose.")),
            Element("C", _("Content"), _("What was said, shown or changed?"), ("narrative", "media", "drift"), _("No narrative, no media and no compared text is tied to it yet.")),
            Element("D", _("Degree"), _("How far did it go: where, to whom, how much?"), ("channel", "site", "degree", "target"), _("Nothing held here says how far it went.")),
            Element("E", _("Effect"), _("What came of it, and how grave is it found?"), ("effect", "assessment"), _("No effect was measured and no member has assessed it.")),
        ),
    ),
    "scotch": Skeleton(
        "SCOTCH",
        (
            Element("S", _("Source"), _("Where does it come from?"), ("actor",), _ACTOR),
            Element("C", _("Channel"), _("By which channels and sites did it go?"), ("channel", "site"), _("No channel and no site is tied to it yet.")),
            Element("O", _("Objective"), _("What was it for?"), ("objective",), _("Nothing held here says what it was for; an objective is a person's conclusion.")),
            Element("T", _("Target"), _("Whom was it meant for, or against?"), ("target",), _("No target is tied to it yet.")),
            Element("C", _("Composition"), _("Of what was it made: words, images, altered claims?"), ("narrative", "media", "drift"), _("No narrative, no media and no compared text is tied to it yet.")),
            Element("H", _("Hook"), _("What did it hang on, and how was it made to spread?"), ("event", "technique", "signal"), _("No event and no technique is tied to it yet.")),
        ),
    ),
}  # fmt: skip
"""By the name that a command and an address use."""


def skeleton_of(name: str) -> Skeleton:
    """Return a skeleton by its name; raises InputError for another."""
    found = SKELETONS.get(name.lower())
    if found is None:
        raise InputError(
            "skeleton", _("{name} is no skeleton: {known}."), name=name[:40], known=", ".join(SKELETONS)
        )
    return found
