"""A tear-line holds nothing of what its recipient may not have, and says nothing about it."""

import copy

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.release.decide import compile_rules
from cordiale.release.partnership import Allow
from cordiale.release.recipient import Recipient, recipient_class
from cordiale.release.tearline import (
    Redaction,
    Target,
    Unredactable,
    rebuild,
    redact,
    stamp,
    tearline_id,
    translated,
)
from cordiale.stix.meta import COMMON, OBSERVABLE_COMMON, SMOS
from cordiale.stix.sco import SCOS
from cordiale.stix.sdo import SDOS
from cordiale.stix.sro import SROS
from tests.unit.release.given import (
    AMBER,
    BRAVO,
    CAMPAIGN,
    CLEAR,
    IDENTITY,
    INDICATOR,
    MALWARE,
    NOW,
    RED,
    RELATIONSHIP,
    RULES,
    SECRET,
    marked,
    value,
    version,
)

CANARY = "canary-7f3a91"
NEW = tearline_id(SECRET, CAMPAIGN, "bravo")
ALLOW = Allow(properties=("x_mitre_*",), types=("x-mitre-*",), extensions=())


def torn(held, *, targets=None, inherited=(), allow=ALLOW):
    """Redact for somebody who passes everything but TLP:RED."""
    return redact(
        version(held),
        new_id=tearline_id(SECRET, held["id"], "bravo"),
        cleared=lambda reference: reference != RED,
        targets=targets or {},
        allow=allow,
        inherited=inherited,
    )


def test_the_id_is_stable_guessable_by_nobody_and_looks_like_any_other():
    assert tearline_id(SECRET, CAMPAIGN, "bravo") == NEW
    others = {tearline_id(bytes(32), CAMPAIGN, "bravo"), tearline_id(SECRET, CAMPAIGN, "charlie")}
    assert NEW not in others
    kind, uuid = NEW.split("--")
    assert kind == "campaign"
    assert uuid[14] == "4"
    assert uuid[19] in "89ab"
    assert len(uuid) == 36


def test_the_class_is_a_node_or_a_person_of_it():
    assert recipient_class(Recipient(node="bravo")) == "bravo"
    assert recipient_class(Recipient(node="bravo", person="ada")) == "bravo/ada"


def test_a_marked_property_is_gone_and_so_is_its_marking():
    made = torn(value(description=f"seen by {CANARY}", granular_markings=[marked("description")]))
    assert made.removed == ("description",)
    assert CANARY.encode() not in orjson.dumps(made.value)
    assert RED.encode() not in orjson.dumps(made.value)
    assert made.value["object_marking_refs"] == [AMBER]
    assert made.value["id"] == NEW


def test_a_required_property_cannot_be_left_out():
    assert torn(value(granular_markings=[marked("name")])).code == "required-property"


def test_selectors_follow_what_has_moved():
    references = [{"source_name": f"source {n}", "external_id": f"x-{n}"} for n in range(3)]
    held = value(
        external_references=references,
        granular_markings=[
            marked("external_references.[0]"),
            marked(
                "external_references.[1].external_id", "external_references.[0].external_id", reference=CLEAR
            ),
            {"selectors": ["external_references.[2].source_name"], "lang": "en"},
        ],
    )
    made = torn(held)
    assert [r["source_name"] for r in made.value["external_references"]] == ["source 1", "source 2"]
    assert made.value["granular_markings"] == [
        {"selectors": ["external_references.[0].external_id"], "marking_ref": CLEAR},
        {"selectors": ["external_references.[1].source_name"], "lang": "en"},
    ]


def test_an_element_that_is_not_valid_without_its_hidden_part_goes_with_its_property():
    held = value(
        external_references=[{"source_name": CANARY, "external_id": "x"}],
        granular_markings=[marked("external_references.[0].source_name")],
    )
    made = torn(held)
    assert "external_references" not in made.value
    assert isinstance(stamp(made, NOW, NOW).hash, bytes)


def test_a_list_of_which_nothing_is_left_is_gone():
    held = value(labels=["one", "two"], granular_markings=[marked("labels.[0]", "labels.[1]")])
    assert "labels" not in torn(held).value


def test_what_repeats_a_hidden_text_is_gone_as_well():
    held = value(
        description=f"The server is {CANARY}.example.org",
        objective=f"use {CANARY}.example.org",
        aliases=["harbour"],
        granular_markings=[marked("description")],
    )
    made = torn(held)
    assert set(made.removed) == {"description", "objective"}
    assert made.value["aliases"] == ["harbour"]


def test_a_required_property_that_repeats_a_hidden_text_withholds_the_whole():
    held = value(
        description=CANARY, name=f"About {CANARY.upper()}", granular_markings=[marked("description")]
    )
    assert torn(held).code == "required-property"


def test_references_become_those_the_recipient_has():
    mapped = tearline_id(SECRET, MALWARE, "bravo")
    held = value("report", "report--66666666-6666-4666-8666-666666666666", published="2025-01-01T00:00:00Z",
                 object_refs=[CAMPAIGN, MALWARE, INDICATOR, IDENTITY])  # fmt: skip
    targets = {
        CAMPAIGN: Target("verbatim"),
        MALWARE: Target("tear-line", mapped),
        INDICATOR: Target("hidden", words=(CANARY,)),
        IDENTITY: Target("absent"),
    }
    made = torn(held, targets=targets)
    assert made.value["object_refs"] == [CAMPAIGN, mapped, IDENTITY]
    for hidden in (MALWARE, INDICATOR, held["id"]):
        assert hidden.encode() not in orjson.dumps(made.value)


def test_a_reference_nobody_answered_for_is_removed():
    assert "created_by_ref" not in torn(value(created_by_ref=IDENTITY)).value


def test_the_name_of_a_hidden_object_does_not_stay_beside_its_reference():
    held = value(created_by_ref=IDENTITY, description=f"Written by {CANARY}")
    made = torn(held, targets={IDENTITY: Target("hidden", words=(CANARY,))})
    assert made.removed == ("created_by_ref", "description")


def test_a_hidden_id_written_in_a_text_does_not_stay():
    made = torn(value(description=f"see {INDICATOR}"), targets={INDICATOR: Target("hidden")})
    assert made.removed == ("description",)


def test_the_parents_own_id_and_instants_are_not_in_it():
    held = value(modified="2025-08-09T10:11:12.345Z", aliases=[CAMPAIGN])
    made = torn(held)
    done = stamp(made, NOW, NOW + 5000)
    assert CAMPAIGN.encode() not in done.raw
    assert b"2025" not in done.raw
    assert (done.created, done.modified) == (NOW, NOW + 5000)


def test_the_digest_does_not_follow_a_change_of_what_is_hidden():
    held = value(description=f"{CANARY} one", granular_markings=[marked("description")])
    later = copy.deepcopy(held) | {"description": f"{CANARY} two", "modified": "2025-09-01T00:00:00.000Z"}
    assert torn(held).digest == torn(later).digest
    assert torn(held).digest != torn(later | {"aliases": ["new"]}).digest


def test_what_the_partnership_does_not_allow_is_left_out():
    held = value(x_mitre_version="1.0", x_internal=CANARY)
    made = torn(held)
    assert made.removed == ("x_internal",)
    assert made.value["x_mitre_version"] == "1.0"


def test_an_extension_leaves_only_when_it_is_listed():
    listed, other = (f"extension-definition--{n * 8}-{n * 4}-4{n * 3}-8{n * 3}-{n * 12}" for n in "12")
    held = value(extensions={e: {"extension_type": "property-extension", "note": e} for e in (listed, other)})
    made = torn(held, allow=Allow(extensions=(listed,)))
    assert list(made.value["extensions"]) == [listed]
    assert other.encode() not in orjson.dumps(made.value)


def test_a_type_the_partnership_does_not_allow_stays():
    held = value("x-internal-note", "x-internal-note--66666666-6666-4666-8666-666666666666")
    assert torn(held) == Unredactable("outside-allow-list", "type")


def test_a_selector_that_leads_nowhere_withholds_instead_of_hiding_nothing():
    held = version(value(description="x", granular_markings=[marked("description")]))
    import msgspec

    from cordiale.stix.view import Granular

    astray = msgspec.structs.replace(held, granular=(Granular(("descripton",), RED),))
    made = redact(astray, new_id=NEW, cleared=lambda r: r != RED, targets={}, allow=ALLOW)
    assert made == Unredactable("selector-unresolvable", "descripton")


def test_a_translation_inherits_the_marking_of_each_property_it_translates():
    original = version(value(description="a secret", granular_markings=[marked("description")]))
    held = value(
        "language-content",
        "language-content--66666666-6666-4666-8666-666666666666",
        object_ref=CAMPAIGN,
        object_modified="2025-06-01T00:00:00.000Z",
        contents={"fr": {"name": "Feux du port", "description": f"un secret {CANARY}"}},
    )
    inherited = translated(original, held)
    assert inherited[0].selectors == ("contents.fr.description",)
    made = torn(held, targets={CAMPAIGN: Target("tear-line", NEW)}, inherited=inherited)
    assert made.value["contents"] == {"fr": {"name": "Feux du port"}}
    assert made.value["object_ref"] == NEW
    assert "object_modified" not in made.value


def test_a_relationship_follows_both_its_ends():
    held = value(
        "relationship", RELATIONSHIP, relationship_type="uses", source_ref=CAMPAIGN, target_ref=MALWARE
    )
    mapped = Target("tear-line", tearline_id(SECRET, MALWARE, "bravo"))
    made = torn(held, targets={CAMPAIGN: Target("verbatim"), MALWARE: mapped})
    assert (made.value["source_ref"], made.value["target_ref"]) == (CAMPAIGN, mapped.as_id)
    assert torn(held, targets={CAMPAIGN: Target("verbatim")}).code == "required-property"


def test_a_marking_definition_has_no_tear_line():
    from cordiale.stix import atoms

    held = version(atoms.definition_of("rel:AAA"))
    made = redact(held, new_id=NEW, cleared=lambda _r: True, targets={}, allow=ALLOW)
    assert made == Unredactable("marking-definition")


def test_made_again_from_its_parent_it_is_the_same():
    held = version(value(description=CANARY, granular_markings=[marked("description")]))
    table = compile_rules(RULES, BRAVO)
    asked = {"compiled": table, "now": NOW, "targets": {}, "definitions": {}}
    one = rebuild(held, new_id=NEW, created=NOW, modified=NOW, **asked)
    two = rebuild(held, new_id=NEW, created=NOW, modified=NOW, **asked)
    assert one.hash == two.hash


# ── Canaries: one in every property of every type, marked so that nobody passes ──────────────────────────────────

TYPES = {**SDOS, **SROS, **SCOS, **SMOS}


def properties():
    for kind, found in sorted(TYPES.items()):
        if kind == "marking-definition":
            continue
        common = OBSERVABLE_COMMON if found.family == "sco" else COMMON
        for name in sorted(
            {*common, *found.properties, "extensions"} - {*found.without, "object_marking_refs"}
        ):
            if name not in ("granular_markings", "spec_version"):
                yield kind, name


@pytest.mark.parametrize(("kind", "name"), list(properties()))
def test_a_canary_in_a_marked_property_never_survives(kind, name):
    """Planted as whatever value; what the validator would say of the parent does not matter to the redaction."""
    import msgspec

    from cordiale.stix.version import Version
    from cordiale.stix.view import Granular

    identifier = f"{kind}--66666666-6666-4666-8666-666666666666"
    for planted in (CANARY, [CANARY], {"deep": [{"er": CANARY}]}, {CANARY: {"x": "y"}}):
        raw = orjson.dumps({"type": kind, "spec_version": "2.1", "id": identifier, name: planted, "name": "kept"}
                           | ({"name": planted} if name == "name" else {}))  # fmt: skip
        parent = Version(raw=raw, hash=b"", id=identifier, type=kind, granular=(Granular((name,), RED),))
        made = redact(parent, new_id=NEW, cleared=lambda r: r != RED, targets={}, allow=ALLOW)
        if isinstance(made, Redaction):
            assert CANARY.encode() not in orjson.dumps(made.value)
        assert msgspec.structs.asdict(made)


KEYS = st.sampled_from(
    ["description", "objective", "aliases", "labels", "external_references", "x_mitre_a", "x_b"]
)
LEAVES = st.sampled_from([CANARY, f"about {CANARY} again", "plain", 7, True, INDICATOR])
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3) | st.dictionaries(KEYS, inner, min_size=1, max_size=3)
    ),
)


@given(st.dictionaries(KEYS, TREES, min_size=1, max_size=5), st.data())
def test_whatever_is_selected_anywhere_in_a_value_never_survives(body, data):
    from cordiale.stix.version import Version
    from cordiale.stix.view import Granular

    hidden = data.draw(st.sampled_from(sorted(body)))
    raw = orjson.dumps({"type": "campaign", "spec_version": "2.1", "id": CAMPAIGN, "name": "kept"} | body)
    parent = Version(raw=raw, hash=b"", id=CAMPAIGN, type="campaign", granular=(Granular((hidden,), RED),))
    made = redact(parent, new_id=NEW, cleared=lambda r: r != RED, targets={}, allow=ALLOW)
    if isinstance(made, Redaction):
        left = orjson.dumps(made.value)
        assert INDICATOR.encode() not in left
        if (
            CANARY in orjson.dumps(body[hidden]).decode()
            and "about" not in orjson.dumps(body[hidden]).decode()
        ):
            assert CANARY.encode() not in left
