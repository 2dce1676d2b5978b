"""The three nodes of the demonstration; all invented but the names of the countries."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from cordiale.demo.chapter import SCENARIO


class Plan(msgspec.Struct, frozen=True):
    """One node: the names rules and people know it by, and what its officer is cleared for."""

    name: str
    nation: str
    organisation: str
    title: Mapping[str, str]
    language: str
    clearances: tuple[str, ...]
    compartments: tuple[str, ...]

    @property
    def rules(self) -> Path:
        """The rules file this node applies."""
        return SCENARIO / "rules" / f"{self.name}.toml"

    def called(self, lang: str) -> str:
        """Return what people call this node."""
        return self.title["fr" if lang[:2] == "fr" else "en"]


NODES: Final = (
    Plan(
        "canada",
        "CAN",
        "CAN-LCC",
        {"en": "Canada", "fr": "Canada"},
        "en",
        ("CAN/TOP SECRET", "CAN/PROTECTED C"),
        ("CAN/WILLOW",),
    ),
    Plan(
        "france",
        "FRA",
        "FRA-CVMI",
        {"en": "France", "fr": "France"},
        "fr",
        ("FRA/TRÈS SECRET", "FRA/DIFFUSION RESTREINTE"),
        ("FRA/SAULE",),
    ),
    Plan(
        "united-kingdom",
        "GBR",
        "GBR-WAMD",
        {"en": "United Kingdom", "fr": "Royaume-Uni"},
        "en",
        ("GBR/TOP SECRET",),
        ("GBR/LANTERN",),
    ),
)


def plan(name: str) -> Plan:
    """Return a node's plan by its name."""
    return next(n for n in NODES if n.name == name)


def others(name: str) -> tuple[Plan, ...]:
    """Return the partners of a node."""
    return tuple(n for n in NODES if n.name != name)
