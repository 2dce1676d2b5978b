"""Source records: facts with a day and somebody who says them, both sides of a link, and no score anywhere."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from cordiale.desk.views.show import show
from cordiale.domains.information import sources
from cordiale.domains.information.sources.certified import read_list
from cordiale.domains.information.sources.claim_review import read_reviews
from cordiale.domains.information.sources.fact import domain_of
from cordiale.domains.information.sources.record import Line, Record, add_facts, fact, record, records
from cordiale.domains.information.sources.trust_txt import read_trust_txt
from cordiale.platform.errors import InputError, IntegrityError
from cordiale.release.keys import ed25519_signer, verify_ed25519
from cordiale.stix.extensions import schema
from cordiale.stix.validate import validate
from tests.unit.joint.conftest import OFFICER, Three, three

__all__ = ["three"]

SEEN = "2027-01-15T08:00:00.000Z"
LIST = b"domain,certified_on,until,certifier\nwww.Gazette.example,2026-05-04,2028-05-03,Audit Org\nno domain,2026-01-01,,\npost.example,soon,,\n"
REVIEW = """<html><script type="application/ld+json">{"@graph": [{"@type": ["ClaimReview"], "claimReviewed": "Only eleven days of gas are left",
"url": "https://checkers.example/1", "datePublished": "2026-04-09T10:00:00Z", "author": {"name": "Checkers"}, "inLanguage": "en-GB",
"itemReviewed": {"@type": "Claim", "appearance": [{"url": "https://www.gazette.example/gas"}]},
"reviewRating": {"ratingValue": 1, "bestRating": 5, "alternateName": "False"}}]}</script></html>"""


def pairs(found: Record) -> dict[str, str]:
    return {f"{one.kind} {one.other}": one.pair for one in found.facts if one.kind != "read"}


def test_a_link_is_confirmed_when_both_sides_say_it(three: Three) -> None:
    can = three["can"]
    mine, aside = read_trust_txt(b"# ours\nbelongto=https://www.association.example/\nBELONGTO = other.example\nnonsense\nsocial=https://x.example/us\n", "gazette.example", SEEN)  # fmt: skip
    assert aside == [(4, "nonsense")]
    add_facts(can, OFFICER, mine, "tlp:green")
    assert pairs(record(can, OFFICER, "gazette.example")) == {
        "member-of association.example": "alone",
        "member-of other.example": "alone",
    }
    theirs, _aside = read_trust_txt(b"member=gazette.example\n", "association.example", SEEN)
    others, _aside = read_trust_txt(b"member=somebody.example\n", "other.example", SEEN)
    add_facts(can, OFFICER, [*theirs, *others], "tlp:green")
    assert pairs(record(can, OFFICER, "https://www.gazette.example/about")) == {
        "member-of association.example": "both",
        "member-of other.example": "not-confirmed",
    }
    assert pairs(record(can, OFFICER, "association.example")) == {"has-member gazette.example": "both"}


def test_what_was_said_before_is_not_said_twice(three: Three) -> None:
    can = three["can"]
    facts, _aside = read_trust_txt(b"control=shop.example\n", "gazette.example", SEEN)
    assert len(add_facts(can, OFFICER, facts, "tlp:green")) == 2
    assert add_facts(can, OFFICER, facts, "tlp:green") == ()
    assert records(can, OFFICER) == {"gazette.example": 2}


def test_a_list_is_taken_as_signed_only_with_a_signature_of_that_very_file() -> None:
    signer = ed25519_signer(b"k" * 32)
    facts, aside = read_list(LIST, "JTI", "list.csv", SEEN)
    assert [(one.domain, one.on, one.until, one.said_by, one.signed) for one in facts] == [
        ("gazette.example", "2026-05-04", "2028-05-03", "Audit Org", False)
    ]
    assert [line for line, _words in aside] == [3, 4]
    good = signer.sign(LIST)
    signed, _aside = read_list(
        LIST, "JTI", "x", SEEN, key=signer.public_key, signature=good, verify=verify_ed25519
    )
    assert signed[0].signed
    for data, signature in ((LIST + b" ", good), (LIST, b""), (LIST, b"x" * 64)):
        with pytest.raises(IntegrityError):
            read_list(
                data, "JTI", "x", SEEN, key=signer.public_key, signature=signature, verify=verify_ed25519
            )


def test_a_review_is_kept_in_its_author_s_words_and_its_number_is_not() -> None:
    (one,) = read_reviews(REVIEW.encode(), SEEN)
    assert (one.domain, one.said_by, one.on) == ("gazette.example", "Checkers", "2026-04-09")
    assert one.words.en == "Only eleven days of gas are left – “False”"
    assert "5" not in one.words.en
    for broken in (b"", b"<script type='application/ld+json'>{", b"\xff\x00", b"<script type=application/ld+json>" + b"[" * 5000, REVIEW.replace("www.gazette.example/gas", "").encode()):  # fmt: skip
        assert read_reviews(broken, SEEN) == []


def test_facts_travel_as_objects_and_keep_who_says_them(three: Three) -> None:
    from cordiale.desk.outgoing.release import release

    can, fra = three["can"], three["fra"]
    made = fact(can, "gazette.example", "ownership", "Company register", on="2025-11-02", other="Holding SA", fr="Détient 80 %.")  # fmt: skip
    (one,) = add_facts(can, OFFICER, [made], "tlp:amber")
    value = show(can, OFFICER, one).statements[0].value
    assert [problem for problem in validate(value) if problem.severity == "error"] == []
    jsonschema.validate(value, schema("source-fact"), cls=jsonschema.Draft202012Validator)
    assert record(fra, OFFICER, "gazette.example").facts == ()
    release(can, OFFICER, "fra", ids=[*value["object_refs"], one])
    three.exchange()
    (seen,) = record(fra, OFFICER, "gazette.example").facts
    assert (seen.node, seen.said_by, seen.on, seen.other) == (
        "can",
        "Company register",
        "2025-11-02",
        "Holding SA",
    )


def test_there_is_no_score() -> None:
    names = {*Line.__struct_fields__, *Record.__struct_fields__, *schema("source-fact")["properties"]}
    code = "".join(file.read_text("utf-8") for file in Path(sources.__path__[0]).glob("*.py"))
    assert not names & {"score", "rating", "grade", "rank", "trust"}
    assert "ratingValue" not in code


@pytest.mark.parametrize(
    "written", ["", "localhost", "ex ample.org", "-a.example", "http://", "x" * 300 + ".org", "1.2.3.4"]
)
def test_what_is_no_domain_is_refused(written: str) -> None:
    with pytest.raises(InputError, match="is no domain"):
        domain_of(written)


def test_a_domain_is_one_however_it_is_written() -> None:
    assert {domain_of(one) for one in ("GAZETTE.example.", "https://www.gazette.example/a?b", "gazette.example:443")} == {"gazette.example"}  # fmt: skip
    assert domain_of("école.example") == "xn--cole-9oa.example"


def test_a_file_that_is_none_of_these_says_so() -> None:
    with pytest.raises(InputError, match="No line of it"):
        read_trust_txt(b"<html>not found</html>", "gazette.example", SEEN)
    with pytest.raises(InputError, match="binary"):
        read_trust_txt(b"\0\1", "gazette.example", SEEN)
    with pytest.raises(InputError, match="columns domain and certified_on"):
        read_list(b"a,b\n1,2\n", "JTI", "x", SEEN)
    with pytest.raises(InputError, match="no CSV in UTF-8"):
        read_list(b"\xff\xfe", "JTI", "x", SEEN)
