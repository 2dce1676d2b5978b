"""Verbatim, tear-line, or withheld: the one place where marking, mandate and exceptions meet."""

import msgspec
import pytest

from cordiale.platform.clock import DAY
from cordiale.release.decide import compile_rules
from cordiale.release.form import Candidate, Earlier, Target, TearLine, Verbatim, Withheld, asked_about, form
from cordiale.release.mandate import Mandated
from cordiale.release.marking import of_version
from cordiale.release.pruning import mentions
from cordiale.release.reasons import REASONS, sentence
from cordiale.release.tearline import tearline_id
from tests.unit.release.given import (
    BRAVO,
    CAMPAIGN,
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

YES = Mandated(True, "automatic", mandate="feed")
TABLE = compile_rules(RULES, BRAVO)


def candidate(held, *, ours=True, original=None, effective=None):
    read = version(held)
    base, full = of_version(read, {})
    return Candidate(read, base, full, effective or base, ours, original)


def formed(held, *, targets=None, now=NOW, earlier=None, mandate=YES, definitions=None, **more):
    return form(
        candidate(held, **more),
        TABLE,
        now,
        mandated=mandate,
        targets=targets or {},
        definitions=definitions or {},
        secret=SECRET,
        earlier=earlier,
    )


def why(outcome) -> str:
    assert isinstance(outcome, Withheld)
    assert outcome.code in REASONS
    return outcome.code


def test_what_passes_whole_goes_verbatim():
    assert formed(value()) == Verbatim(frozenset({"tlp:amber"}))


def test_a_marking_that_does_not_pass_withholds_with_its_reason():
    outcome = formed(value(object_marking_refs=[RED]))
    assert why(outcome) == "tlp-too-narrow"
    assert (
        sentence(outcome.code, "en", outcome.params)
        == "TLP:RED is narrower than this recipient may have (TLP:AMBER)."
    )


def test_a_statement_that_came_later_does_not_lift_a_property_that_is_stored_as_unknown():
    theirs = "marking-definition--77777777-d84a-4d3a-9b8e-8fb2bff29101"
    held = value(granular_markings=[{"marking_ref": theirs, "selectors": ["description"]}], description="x")
    outcome = formed(held, definitions={theirs: ""})
    assert why(outcome) == "unknown-marking"
    assert isinstance(formed(held), TearLine)


def test_the_effective_marking_decides_not_the_objects_own():
    assert why(formed(value(), effective=frozenset({"tlp:amber", "unresolved"}))) == "unresolved-reference"


def test_without_a_marking_nothing_goes():
    unmarked = msgspec.structs.replace(
        candidate(value()), base=frozenset(), full=frozenset(), effective=frozenset()
    )
    outcome = form(unmarked, TABLE, NOW, mandated=YES, targets={}, definitions={}, secret=SECRET)
    assert why(outcome) == "unmarked"


@pytest.mark.parametrize(
    "code", ["no-mandate", "approval-needed", "second-officer-needed", "held", "consent-needed"]
)
def test_without_a_mandate_nothing_goes(code):
    assert why(formed(value(), mandate=Mandated(False, code))) == code


def test_a_hidden_property_makes_a_tear_line():
    outcome = formed(value(description="secret", granular_markings=[marked("description")]))
    assert isinstance(outcome, TearLine)
    assert outcome.version.id == tearline_id(SECRET, CAMPAIGN, "bravo")
    assert (outcome.created, outcome.modified, outcome.fresh) == (NOW, NOW, True)
    assert outcome.removed == ("description",)
    assert b"secret" not in outcome.version.raw


def test_somebody_elses_object_goes_whole_or_stays():
    held = value(description="secret", granular_markings=[marked("description")])
    assert why(formed(held, ours=False)) == "only-in-part"
    assert why(formed(value(created_by_ref=IDENTITY), ours=False, targets={IDENTITY: Target("hidden")})) == (
        "only-in-part"
    )
    assert why(formed(value(x_internal=1), ours=False)) == "only-in-part"
    assert isinstance(formed(value(), ours=False), Verbatim)


def test_a_required_hidden_property_withholds():
    assert why(formed(value(granular_markings=[marked("name")]))) == "required-property"


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        (Target("verbatim"), Verbatim),
        (Target("absent"), Verbatim),
        (Target("hidden"), TearLine),
        (Target("tear-line", "identity--99999999-9999-4999-8999-999999999999"), TearLine),
        (None, TearLine),
    ],
)
def test_a_reference_decides_the_form(target, kind):
    targets = {} if target is None else {IDENTITY: target}
    assert isinstance(formed(value(created_by_ref=IDENTITY), targets=targets), kind)


def test_an_id_written_in_a_text_is_asked_about_like_a_reference():
    held = value(description=f"see {INDICATOR}")
    assert INDICATOR in asked_about(version(held))
    assert isinstance(formed(held, targets={INDICATOR: Target("verbatim")}), Verbatim)
    outcome = formed(held)
    assert isinstance(outcome, TearLine)
    assert INDICATOR.encode() not in outcome.version.raw


def relationship():
    return value(
        "relationship", RELATIONSHIP, relationship_type="uses", source_ref=CAMPAIGN, target_ref=MALWARE
    )


@pytest.mark.parametrize("state", ["hidden", "absent"])
def test_a_relationship_goes_only_with_both_its_ends(state):
    targets = {CAMPAIGN: Target("verbatim"), MALWARE: Target(state)}
    assert why(formed(relationship(), targets=targets)) == "end-not-released"
    assert why(formed(relationship(), targets={CAMPAIGN: Target("verbatim")})) == "end-not-released"


def test_a_relationship_to_a_tear_line_becomes_one():
    mapped = tearline_id(SECRET, MALWARE, "bravo")
    targets = {CAMPAIGN: Target("verbatim"), MALWARE: Target("tear-line", mapped)}
    outcome = formed(relationship(), targets=targets)
    assert isinstance(outcome, TearLine)
    assert mapped.encode() in outcome.version.raw
    assert MALWARE.encode() not in outcome.version.raw


def earlier_of(outcome: TearLine) -> Earlier:
    return Earlier(outcome.digest, outcome.created, outcome.modified)


def test_a_hidden_change_makes_no_new_tear_line():
    held = value(description="secret one", granular_markings=[marked("description")])
    first = formed(held)
    changed = held | {"description": "secret two", "modified": "2025-12-01T00:00:00.000Z"}
    second = formed(changed, earlier=earlier_of(first), now=NOW + DAY)
    assert not second.fresh
    assert second.version.hash == first.version.hash


def test_a_visible_change_makes_a_new_version_stamped_with_that_time():
    held = value(description="secret", granular_markings=[marked("description")])
    first = formed(held)
    second = formed(held | {"aliases": ["new"]}, earlier=earlier_of(first), now=NOW + DAY)
    assert second.fresh
    assert (second.created, second.modified) == (NOW, NOW + DAY)
    assert second.version.id == first.version.id


def test_a_clock_that_stepped_back_still_makes_a_later_version():
    held = value(description="secret", granular_markings=[marked("description")])
    first = formed(held)
    second = formed(held | {"aliases": ["new"]}, earlier=earlier_of(first), now=NOW - DAY)
    assert second.modified > first.modified


def translation():
    return value(
        "language-content",
        "language-content--66666666-6666-4666-8666-666666666666",
        object_ref=CAMPAIGN,
        contents={"fr": {"name": "Feux du port", "description": "un secret"}},
    )


def test_a_translation_of_a_hidden_property_does_not_go():
    original = version(value(description="a secret", granular_markings=[marked("description")]))
    targets = {CAMPAIGN: Target("tear-line", tearline_id(SECRET, CAMPAIGN, "bravo"))}
    outcome = formed(translation(), original=original, targets=targets)
    assert isinstance(outcome, TearLine)
    assert b"secret" not in outcome.version.raw
    assert b"Feux du port" in outcome.version.raw


def test_a_translation_of_a_property_hidden_since_does_not_go_whole():
    original = version(value(description="a secret", granular_markings=[marked("description")]))
    outcome = formed(translation(), original=original, targets={CAMPAIGN: Target("verbatim")})
    assert isinstance(outcome, TearLine)
    assert b"secret" not in outcome.version.raw


def test_a_translation_without_its_original_does_not_go():
    assert why(formed(translation(), targets={CAMPAIGN: Target("verbatim")})) == "original-missing"


def test_every_reason_has_a_sentence_in_both_languages():
    for code, english in REASONS.items():
        assert sentence(code, "fr") != english, code
    assert sentence("approval-needed", "fr") != sentence("approval-needed", "fr-CA")


def test_an_id_is_found_however_it_is_written():
    escaped = INDICATOR.replace("i", "\\u0069", 1).replace("-", "\\u002d")
    assert mentions(b'{"description": "see ' + escaped.encode() + b'"}') == {INDICATOR}
    assert mentions(f"({INDICATOR}),{MALWARE.upper()}".encode()) == {INDICATOR, MALWARE.upper()}
    assert mentions(b"----" + INDICATOR.split("--")[1].encode()) == frozenset()
