"""Whatever the form lets go the egress signs, and whatever the marking stops the egress stops, over generated objects."""

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from cordiale.release import segment
from cordiale.release.decide import compile_rules
from cordiale.release.egress.client import Entry, RedactionClaim, SegmentRequest, TargetClaim, local_egress
from cordiale.release.form import Candidate, Target, TearLine, Verbatim, form
from cordiale.release.keys import keyed_signer
from cordiale.release.mandate import Mandated
from cordiale.release.marking import definition_atoms, of_version, text_of
from cordiale.stix import atoms
from tests.unit.release.given import (
    BRAVO,
    CAMPAIGN,
    IDENTITY,
    INDICATOR,
    NOW,
    SECRET,
    TEXT,
    rules,
    value,
    version,
)

TEXTS = ("tlp:clear", "tlp:amber", "tlp:red", "rel:BBB", "rel:AAA", "level:AAA/LOW", "level:AAA/TOP", "pap:red",
         "compartment:AAA/ORCHID", "not-after:2030-01-01T00:00:00.000Z", "not-after:2020-01-01T00:00:00.000Z")  # fmt: skip
DEFINITIONS = tuple(orjson.dumps(atoms.definition_of(text)) for text in TEXTS if not text.startswith("tlp:"))
MEANING = definition_atoms(orjson.loads(raw) for raw in DEFINITIONS)
SOME = st.sampled_from([atoms.id_of(text) for text in TEXTS])
TABLE = compile_rules(rules(), BRAVO)
CANARY = "canary-7f3a91"

OPTIONAL = {
    "description": st.sampled_from(["plain words", f"{CANARY} here", f"see {INDICATOR}"]),
    "objective": st.sampled_from(["plain words", f"of {CANARY}"]),
    "aliases": st.lists(st.sampled_from(["one", "two", CANARY]), min_size=1, max_size=3, unique=True),
    "created_by_ref": st.just(IDENTITY),
    "x_mitre_version": st.just("1.0"),
    "x_internal": st.just(CANARY),
}
OBJECTS = st.fixed_dictionaries({}, optional=OPTIONAL)
STATES = st.sampled_from(["verbatim", "tear-line", "hidden", "absent"])


@st.composite
def objects(draw):
    held = value(
        object_marking_refs=draw(st.lists(SOME, min_size=1, max_size=2, unique=True)), **draw(OBJECTS)
    )
    granular = draw(st.lists(st.tuples(st.sampled_from([*sorted(OPTIONAL), "name"]), SOME), max_size=3))
    granular = [{"selectors": [name], "marking_ref": ref} for name, ref in granular if name in held]
    return held | ({"granular_markings": granular} if granular else {})


@settings(max_examples=300)
@given(objects(), STATES, STATES)
def test_form_and_egress_agree(held, identity, indicator):
    read = version(held)
    base, full = of_version(read, MEANING)
    targets = {
        IDENTITY: Target(identity, "identity--99999999-9999-4999-8999-999999999999"),
        INDICATOR: Target(indicator, "indicator--99999999-9999-4999-8999-999999999999"),
    }
    candidate = Candidate(read, base, full, base, ours=True)
    outcome = form(
        candidate,
        TABLE,
        NOW,
        mandated=Mandated(True, "automatic"),
        targets=targets,
        definitions=MEANING,
        secret=SECRET,
    )
    if isinstance(outcome, TearLine):
        claims = {i: TargetClaim(t.state, t.as_id, t.words) for i, t in targets.items()}
        claim = RedactionClaim(read.raw, outcome.version.id, outcome.created, outcome.modified, claims)
        assert signs(Entry(outcome.version.hash, 0, redaction=0), base, (claim,))
        assert CAMPAIGN.encode() not in outcome.version.raw
        if indicator in ("hidden", "tear-line"):
            assert INDICATOR.encode() not in outcome.version.raw
        for selected in held.get("granular_markings", ()):
            name = selected["selectors"][0]
            if name in outcome.removed and CANARY in str(held[name]) and str(held[name]) == CANARY:
                assert CANARY.encode() not in outcome.version.raw
    else:
        passes = TABLE.passes(base, NOW) and TABLE.passes(full, NOW) and "x_internal" not in held
        assert signs(Entry(read.hash, 0, read.raw), base) == passes
        assert not isinstance(outcome, Verbatim) or passes


def signs(entry: Entry, base, redactions=()) -> bool:
    found = local_egress(keyed_signer("home")).sign_segment(
        SegmentRequest(
            pair="home>bravo",
            generation=1,
            first=1,
            previous=segment.NO_PREVIOUS,
            cut_at=NOW,
            base_us=NOW,
            recipient=BRAVO,
            rules=TEXT,
            seed=bytes(32),
            markings=(text_of(base),),
            entries=(entry,),
            definitions=DEFINITIONS,
            redactions=redactions,
        )
    )
    return found.header is not None
