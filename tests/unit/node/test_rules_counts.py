"""What the preview of a change of rules counts is what then happens, object by object."""

from __future__ import annotations

from cordiale.desk.actor import Actor
from cordiale.desk.outgoing.preview import preview
from cordiale.desk.outgoing.recall import recall_list
from cordiale.desk.rules import rules_apply, rules_diff
from cordiale.desk.views.search import search
from cordiale.release.recipient import Recipient
from tests.unit.desk.conftest import WHEN, indicator
from tests.unit.node.conftest import RULES, Pair

OURS = RULES.replace('"tlp:green"] }', '"tlp:green", "orcon:canada"] }')
NARROWER = RULES.replace('tlp = "amber"', 'tlp = "clear"')


def test_narrowing_counts_what_the_partner_holds_and_drafts_its_recall(pair: Pair) -> None:
    pair.take(*[indicator(n) for n in range(3)])
    pair.take(indicator(8), marking="tlp:clear")
    before = rules_diff(pair.canada.desk, pair.officer, NARROWER)
    (france,) = [one for one in before.partners if one.partner == "france"]
    assert (france.narrowed, france.recalls) == (3, 0)  # nothing has gone yet
    pair.exchange()
    found = rules_diff(pair.canada.desk, pair.officer, NARROWER)
    (france,) = [one for one in found.partners if one.partner == "france"]
    assert (france.before, france.after, france.narrowed, france.recalls) == (4, 1, 3, 3)
    assert [(c.count, c.stops) for c in found.changes] == [(3, ("canada", "france"))]
    rules_apply(pair.canada.desk, pair.officer, NARROWER, "rules.toml", found.token)
    (drafted,) = recall_list(pair.canada.desk, pair.officer, partner="france")
    assert (drafted.state, drafted.objects) == ("draft", 3)


def test_what_this_node_controls_as_the_originator_counts_and_is_asked_back_like_the_rest(pair: Pair) -> None:
    apply(pair, OURS)
    pair.take(indicator(1))
    pair.take(indicator(2), marking="tlp:green orcon:canada")
    pair.exchange()
    assert len(search(pair.france.desk, pair.officer).items) == 2
    narrower = OURS.replace('tlp = "amber"', 'tlp = "clear"')
    found = rules_diff(pair.canada.desk, pair.officer, narrower)
    (france,) = [one for one in found.partners if one.partner == "france"]
    assert (france.narrowed, france.recalls) == (2, 2)
    apply(pair, narrower)
    (drafted,) = recall_list(pair.canada.desk, pair.officer, partner="france")
    assert drafted.objects == 2
    pair.take(indicator(3))
    pair.take(indicator(4), marking="tlp:green orcon:canada")
    pair.exchange()
    apply(pair, OURS)
    pair.exchange()
    ids = {item.id for item in search(pair.france.desk, pair.officer).items}
    assert {indicator(3)["id"], indicator(4)["id"]} <= ids


def apply(pair: Pair, rules: str) -> None:
    token = rules_diff(pair.canada.desk, pair.officer, rules).token
    rules_apply(pair.canada.desk, pair.officer, rules, "rules.toml", token)


def test_a_partner_that_leaves_the_rules_counts_all_it_holds(pair: Pair) -> None:
    pair.take(indicator(1))
    pair.exchange()
    without = "\n\n".join(part for part in RULES.split("\n\n") if "[partners.france]" not in part).replace(
        '"canada", "france"', '"canada"'
    )
    found = rules_diff(pair.canada.desk, pair.officer, without)
    (france,) = [one for one in found.partners if one.partner == "france"]
    assert (france.after, france.narrowed, france.recalls) == (0, 1, 1)


def test_the_preview_counts_tear_lines_that_a_hidden_reference_causes(pair: Pair) -> None:
    """Nothing in the report is marked; it is redacted for what it names."""
    report = {
        "type": "report",
        "spec_version": "2.1",
        "id": "report--00000000-0000-4000-8000-000000000004",
        "created": WHEN,
        "modified": WHEN,
        "name": "Weekly report",
        "published": WHEN,
        "object_refs": [indicator(1)["id"], indicator(2)["id"]],
    }
    pair.take(indicator(1), report)
    pair.take(indicator(2), marking="tlp:red")
    (before,) = preview(pair.canada.desk, pair.officer, partner="france", ids=[report["id"]])
    assert (before.verbatim, before.tear_lines, before.withheld) == (0, 1, 0)
    pair.exchange()
    (after,) = preview(pair.canada.desk, pair.officer, partner="france")
    assert (after.verbatim, after.tear_lines, after.withheld, after.total) == (1, 1, 1, 3)


def test_who_may_not_see_everything_is_not_told_how_much_there_is_of_the_rest(pair: Pair) -> None:
    pair.take(indicator(1), marking="tlp:clear")
    pair.take(*[indicator(n) for n in range(2, 5)])
    reader = Recipient(node="canada", nation="CAN", organisation="LCC", person="ines", tlp="clear")
    ines = Actor("ines", frozenset({"officer"}), reader)
    for who, count in ((pair.officer, 4), (ines, 1)):
        (france,) = [
            one for one in rules_diff(pair.canada.desk, who, RULES).partners if one.partner == "france"
        ]
        assert (france.before, france.after) == (count, count)
    assert not rules_diff(pair.canada.desk, ines, NARROWER).changes
