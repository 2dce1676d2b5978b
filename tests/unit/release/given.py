"""What the release tests are given: rules, recipients, markings and objects, fixed and generated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from hypothesis import strategies as st

import cordiale.release
from cordiale.platform.clock import DAY, format_instant, parse_instant
from cordiale.release.marking import Marking
from cordiale.release.recipient import Recipient
from cordiale.release.rules import Rules, load, parse
from cordiale.stix import atoms
from cordiale.stix.version import Version, read

EXAMPLE = Path(cordiale.release.__file__).parent / "examples" / "canada-france-united-kingdom.toml"
NOW = parse_instant("2026-03-01T12:00:00Z")
SECRET = bytes(range(32))

TEXT = """
format = 1
partnership = "test"
[partners.alpha]
nation = "AAA"
organisation = "A-CERT"
[partners.bravo]
nation = "BBB"
organisation = "B-CERT"
tlp = "amber"
clearances = ["BBB/HIGH"]
compartments = ["AAA/ORCHID"]
communities = ["FRIENDS"]
[partners.charlie]
nation = "CCC"
organisation = "C-CERT"
tlp = "red"
clearances = ["CCC/TOP"]
assurance = "taxii"
[scales.AAA]
nation = "AAA"
ladder = ["LOW", "MIDDLE", "TOP"]
axes = { other = ["ONE", "TWO"] }
national_only = ["AAA EYES ONLY"]
[scales.BBB]
nation = "BBB"
ladder = ["HIGH", "HIGHEST"]
[scales.CCC]
nation = "CCC"
ladder = ["TOP"]
[[equivalences]]
from = "AAA/LOW"
to = "BBB/HIGH"
since = 2020-01-01
[[equivalences]]
from = "AAA/MIDDLE"
to = "BBB/HIGH"
since = 2020-01-01
until = 2025-01-01
[[equivalences]]
from = "AAA/TOP"
to = "BBB/HIGHEST"
since = 2020-01-01
[[equivalences]]
from = "AAA/ONE"
to = "CCC/TOP"
since = 2027-01-01
[[mandates]]
name = "feed"
to = ["bravo", "charlie"]
mode = "automatic"
where = { type = ["indicator", "campaign", "relationship"], marking_within = ["tlp:*"] }
[[mandates]]
name = "officer"
to = ["bravo"]
[[mandates]]
name = "two-officers"
to = ["nation:BBB"]
four_eyes = true
where = { marking = ["level:AAA/LOW"] }
[allow]
properties = ["x_mitre_*"]
types = ["x-mitre-*"]
extensions = ["extension-definition--ea279b3e-5c71-4632-ac08-831c66a786ba"]
"""


def example() -> Rules:
    """Return the shipped Canada–France–United Kingdom example."""
    return load(EXAMPLE)


def rules(text: str = TEXT) -> Rules:
    """Return the rules of three invented partners."""
    return parse(text, "test.toml")


RULES = rules()
BRAVO = RULES.partners["bravo"]

INSTANTS = st.integers(NOW - 3000 * DAY, NOW + 3000 * DAY)
LEVELS = (
    "AAA/LOW", "AAA/MIDDLE", "AAA/TOP", "AAA/ONE", "AAA/TWO", "AAA/AAA EYES ONLY", "BBB/HIGH", "BBB/HIGHEST",
    "CCC/TOP", "AAA/NOWHERE", "ZZZ/TOP",
)  # fmt: skip
NAMES = ("AAA", "BBB", "CCC", "alpha", "bravo", "charlie", "A-CERT", "B-CERT", "FRIENDS", "STRANGERS")

ATOMS = st.one_of(
    st.sampled_from([f"tlp:{label}" for label in ("clear", "green", "amber", "amber+strict", "red")]),
    st.sampled_from([f"level:{level}" for level in LEVELS]),
    st.sets(st.sampled_from(NAMES), min_size=1, max_size=4).map(
        lambda names: "rel:" + "|".join(sorted(names))
    ),
    st.sampled_from(["compartment:AAA/ORCHID", "compartment:AAA/LILY", "orcon:alpha", "orcon:bravo"]),
    st.sampled_from(["pap:clear", "pap:red", "unresolved", "unmarked", "unknown:marking-definition--x"]),
    st.builds(
        lambda axis, at: f"{axis}:{format_instant(at)}",
        st.sampled_from(["not-after", "retain-until"]),
        INSTANTS,
    ),
    st.text(max_size=12),
)
MARKINGS = st.frozensets(ATOMS, max_size=6)

RECIPIENTS = st.builds(
    Recipient,
    node=st.sampled_from(["alpha", "bravo", "charlie", "delta"]),
    nation=st.sampled_from(["AAA", "BBB", "CCC", "DDD"]),
    organisation=st.sampled_from(["A-CERT", "B-CERT", ""]),
    person=st.sampled_from([None, "ada"]),
    clearances=st.lists(st.sampled_from(LEVELS), max_size=3, unique=True).map(tuple),
    tlp=st.sampled_from(["clear", "green", "amber", "amber+strict", "red", "nonsense"]),
    compartments=st.frozensets(st.sampled_from(["AAA/ORCHID", "AAA/LILY"]), max_size=2),
    communities=st.frozensets(st.sampled_from(["FRIENDS", "STRANGERS"]), max_size=2),
    assurance=st.sampled_from(["node", "taxii", "file"]),
)

CREATED = "2025-06-01T00:00:00.000Z"
CAMPAIGN = "campaign--11111111-1111-4111-8111-111111111111"
INDICATOR = "indicator--22222222-2222-4222-8222-222222222222"
MALWARE = "malware--33333333-3333-4333-8333-333333333333"
RELATIONSHIP = "relationship--44444444-4444-4444-8444-444444444444"
IDENTITY = "identity--55555555-5555-4555-8555-555555555555"
RED, AMBER, CLEAR = (atoms.id_of(atom) for atom in ("tlp:red", "tlp:amber", "tlp:clear"))


def value(kind: str = "campaign", identifier: str = CAMPAIGN, **properties: Any) -> dict[str, Any]:
    """Return a STIX object; TLP:AMBER unless it says otherwise."""
    head = {"type": kind, "spec_version": "2.1", "id": identifier, "created": CREATED, "modified": CREATED}
    named = {} if kind in ("relationship", "sighting", "language-content") else {"name": "Harbour lights"}
    return head | named | {"object_marking_refs": [AMBER]} | properties


def version(held: dict[str, Any]) -> Version:
    """Return a version read from a value, which must be valid."""
    found, problems = read(orjson.dumps(held))
    assert not [p for p in problems if p.severity == "error"], problems
    return found


def marked(*selectors: str, reference: str = RED) -> dict[str, Any]:
    """Return a granular marking."""
    return {"selectors": list(selectors), "marking_ref": reference}


def marking(*texts: str) -> Marking:
    """Return a marking of these atoms."""
    return frozenset(texts)
