"""What one node's rules give one partner: few knobs, written as a rules file for the product to read."""

from __future__ import annotations

from dataclasses import dataclass, field

TYPES = ("indicator", "malware", "relationship", "report", "domain-name", "note", "sighting")
TLP = ("clear", "green", "amber", "amber+strict", "red")


@dataclass(frozen=True)
class Terms:
    """The narrowest TLP, the compartments, the types that go without an act, and the assurance."""

    tlp: str = "amber"
    compartments: frozenset[str] = frozenset()
    automatic: frozenset[str] = field(default_factory=lambda: frozenset(TYPES))
    assurance: str = "node"


FULL = Terms(tlp="amber", compartments=frozenset({"can/MAPLE"}))


def text_of(node: str, partner: str, terms: Terms) -> str:
    """Write the rules file of a partnership of one node with one partner."""
    automatic = ", ".join(f'"{name}"' for name in sorted(terms.automatic | {"marking-definition"}))
    compartments = ", ".join(f'"{name}"' for name in sorted(terms.compartments))
    others = sorted(set(TYPES) - terms.automatic)
    asked = ", ".join(f'"{name}"' for name in others)
    approval = f"""
[[mandates]]
name = "asked"
to = ["{partner}"]
where.type = [{asked}]
"""
    return f"""
format = 1
partnership = "{node}-{partner}"
[partners.{partner}]
nation = "nation-{partner}"
organisation = "{partner}-cert"
tlp = "{terms.tlp}"
compartments = [{compartments}]
assurance = "{terms.assurance}"
[recall]
confirm_above = 6
[[mandates]]
name = "standing"
to = ["{partner}"]
mode = "automatic"
where.type = [{automatic}]
{approval if others else ""}"""
