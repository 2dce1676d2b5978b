"""Rules files for any number of partners, over the markings that `generate.marking_sets` makes."""

from __future__ import annotations

from bench.generate import LEVELS, MIX, NATIONS

COMPARTMENTS = ("HARBOUR", "LANTERN", "ORAGE")


def rules_text(partners: int, raised: bool = False, nodes: tuple[str, ...] = ()) -> str:
    """Write the rules of a partnership of `partners` nodes; `raised` widens every third partner by one level.

    Partner names are `nodes`, then `p000`, `p001`, …; nations, clearances, compartments and TLP vary with the number,
    so that no two partners see quite the same.
    """
    scales = [_scale(nation) for nation in NATIONS]
    rows = [
        f'[[equivalences]]\nfrom = "CAN/{level}"\nto = "{nation}/{level}"\nsince = 2024-01-01\n'
        for nation in NATIONS[1:]
        for level in LEVELS
    ]
    names = [*nodes, *(f"p{number:03d}" for number in range(len(nodes), partners))]
    blocks = [_partner(number, name, raised) for number, name in enumerate(names)]
    head = (
        'format = 1\npartnership = "bench"\nexample = true\n[title]\nen = "Benchmark"\nfr = "Banc d\'essai"\n'
    )
    nations = ", ".join(f'"{nation}"' for nation in NATIONS[1 : 1 + min(len(names), len(NATIONS) - 1)])
    types = ", ".join(f'"{kind}"' for kind in sorted({*MIX, "marking-definition"}))
    mandate = (
        f'[[mandates]]\nname = "feed"\nto = [{nations}]\nmode = "automatic"\nsince = 2024-01-01\n'
        f"[mandates.where]\ntype = [{types}]\n"
    )
    # The partners of a benchmark are plain clients; what they may have must not hang on that.
    assurance = '[assurance]\ntaxii = ["level:*", "rel:*", "compartment:*", "tlp:*"]\n'
    return "\n".join([head, *scales, *blocks, assurance, *rows, mandate])


def _scale(nation: str) -> str:
    ladder = ", ".join(f'"{level}"' for level in LEVELS)
    return f'[scales.{nation}]\nnation = "{nation}"\nladder = [{ladder}]\n'


def _partner(number: int, name: str, raised: bool) -> str:
    nation = NATIONS[1 + number % (len(NATIONS) - 1)]
    level = LEVELS[min(len(LEVELS) - 1, number % 3 + (1 if raised and number % 3 == 0 else 0))]
    held = [f'"CAN/{one}"' for place, one in enumerate(COMPARTMENTS) if number >> place & 1]
    return (
        f'[partners.{name}]\nnation = "{nation}"\norganisation = "organisation-{name}"\nclearances = ["{nation}/{level}"]\n'
        f'tlp = "{("green", "amber", "red")[number % 3]}"\ncompartments = [{", ".join(held)}]\n'
    )
