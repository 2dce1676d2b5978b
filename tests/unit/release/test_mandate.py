"""No mandate, nothing leaves: standing rules, acts, the second officer, exceptions."""

import msgspec
import pytest

from cordiale.platform.clock import DAY
from cordiale.release.mandate import Act, Exemption, Facts, asks_for, mandated
from cordiale.release.partnership import Query
from tests.unit.release.given import BRAVO, CAMPAIGN, INDICATOR, NOW, RULES, marking

FEED = Facts(INDICATOR, "indicator", "home", marking("tlp:green"), labels=("phishing",))
OTHER = Facts(CAMPAIGN, "campaign", "home", marking("tlp:amber", "rel:BBB"))
SECRET = Facts(CAMPAIGN, "campaign", "home", marking("tlp:amber", "level:AAA/LOW"))
ACT = Act("act-1", ("bravo",), "ada", NOW, ids=frozenset({CAMPAIGN}))


def asked(facts, acts=(), exceptions=(), recipient=BRAVO, now=NOW, **more):
    return mandated(facts, recipient, RULES, acts, exceptions, now, **more)


def test_a_standing_rule_releases_what_it_asks_for():
    assert asked(FEED) == msgspec.structs.replace(asked(FEED), allowed=True, code="automatic", mandate="feed")


def test_what_no_standing_rule_asks_for_waits_for_an_officer():
    assert asked(OTHER).code == "approval-needed"
    assert asked(OTHER, [ACT]).code == "approved"
    assert asked(OTHER, [ACT]).by == "ada"


def test_without_any_rule_that_speaks_of_it_an_act_is_not_enough():
    alpha = RULES.partners["alpha"]
    assert asked(OTHER, [msgspec.structs.replace(ACT, to=("alpha",))], recipient=alpha).code == "no-mandate"


def test_an_act_for_another_recipient_or_object_or_past_or_withdrawn_does_not_count():
    for act in (
        msgspec.structs.replace(ACT, to=("charlie",)),
        msgspec.structs.replace(ACT, ids=frozenset({INDICATOR})),
        msgspec.structs.replace(ACT, until=NOW),
        msgspec.structs.replace(ACT, withdrawn=True),
        msgspec.structs.replace(ACT, ids=frozenset(), where=Query()),
    ):
        assert asked(OTHER, [act]).code == "approval-needed"


def test_an_act_by_query_covers_what_it_finds():
    act = msgspec.structs.replace(ACT, ids=frozenset(), where=Query(type=("campaign",)))
    assert asked(OTHER, [act]).code == "approved"


def test_four_eyes_needs_two_different_officers():
    assert asked(SECRET, [ACT]).code == "second-officer-needed"
    assert asked(SECRET, [msgspec.structs.replace(ACT, second="ada")]).code == "second-officer-needed"
    assert asked(SECRET, [msgspec.structs.replace(ACT, second="grace")]).code == "approved"


def test_a_recipient_may_be_named_by_nation_organisation_or_node():
    for name in ("BBB", "nation:BBB", "organisation:B-CERT", "B-CERT", "node:bravo"):
        assert asked(OTHER, [msgspec.structs.replace(ACT, to=(name,))]).allowed


def test_a_hold_comes_before_everything():
    hold = Exemption(INDICATOR, "bravo", "hold", "grace", NOW)
    act = Exemption(INDICATOR, "bravo", "act", "ada", NOW)
    assert asked(FEED, exceptions=[act, hold]).code == "held"
    assert asked(FEED, exceptions=[msgspec.structs.replace(hold, until=NOW)]).code == "automatic"
    assert asked(FEED, exceptions=[msgspec.structs.replace(hold, to="charlie")]).code == "automatic"


def test_an_exception_may_ask_for_a_consent_or_be_an_act():
    needed = Exemption(INDICATOR, "bravo", "consent-needed", "ada", NOW)
    assert asked(FEED, exceptions=[needed]).code == "consent-needed"
    assert asked(FEED, exceptions=[needed], consents=marking("alpha")).code == "automatic"
    assert asked(OTHER, exceptions=[Exemption(CAMPAIGN, "bravo", "act", "ada", NOW)]).code == "approved"


def test_a_mandate_ends():
    ended = tuple(msgspec.structs.replace(m, until=NOW) for m in RULES.mandates)
    rules = msgspec.structs.replace(RULES, mandates=ended)
    assert mandated(FEED, BRAVO, rules, [], [], NOW).code == "no-mandate"
    assert mandated(FEED, BRAVO, rules, [], [], NOW - DAY).code == "automatic"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query(), True),
        (Query(type=("indicator",)), True),
        (Query(type=("indic*",)), True),
        (Query(type=("malware",)), False),
        (Query(source=("home",)), True),
        (Query(created_by=("identity--x",)), False),
        (Query(labels=("phishing", "other")), True),
        (Query(labels=("other",)), False),
        (Query(marking=("tlp:green",)), True),
        (Query(marking=("tlp:green", "rel:*")), False),
        (Query(marking_within=("tlp:*",)), True),
        (Query(marking_within=("tlp:clear",)), False),
        (Query(type=("indicator",), source=("elsewhere",)), False),
    ],
)
def test_a_query_asks_for_every_condition_that_is_written(query, found):
    assert asks_for(query, FEED) is found
