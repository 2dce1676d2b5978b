"""Both nations sign one table of equivalences; what claims to be signed and is not holds for nothing."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from cordiale.desk.actor import house
from cordiale.desk.equivalence import MARK, rules_accept, rules_sign, rules_tables
from cordiale.desk.outgoing.preview import preview
from cordiale.desk.rules import rules_apply, rules_diff
from cordiale.desk.why import why
from cordiale.node.doctor import examine
from cordiale.node.node import Node
from cordiale.platform.errors import ConfigurationError, InputError, IntegrityError, explain
from cordiale.release.rules import parse
from tests.unit.desk.conftest import indicator
from tests.unit.node.conftest import RULES, Pair

SCALES = """
[scales.CAN]
nation = "CAN"
ladder = ["SECRET", "TOP SECRET"]

[scales.FRA]
nation = "FRA"
ladder = ["SECRET", "TRÈS SECRET"]

[[equivalences]]
from = "CAN/SECRET"
to = "FRA/SECRET"
since = 2024-09-26
"""
CLEARED = RULES.replace('nation = "FRA"', 'nation = "FRA"\nclearances = ["FRA/SECRET"]')
TEXT = CLEARED.replace("marking_within = [", 'marking_within = ["level:CAN/SECRET", ') + SCALES
SECRET = indicator(1)


def apply(node: Node, text: str) -> Any:
    found = rules_diff(node.desk, house("marie"), text)
    return rules_apply(node.desk, house("marie"), text, "rules.toml", found.token)


def reason(pair: Pair) -> str:
    steps = why(pair.canada.desk, pair.officer, SECRET["id"], "france").steps
    return steps[0].code if steps else "goes"


def sign_both(pair: Pair, text: str = TEXT) -> None:
    signed = rules_sign(pair.canada.desk, pair.officer, text, "rules.toml", "FRA")
    rules_accept(pair.france.desk, pair.officer, text, "rules.toml", signed)
    signed = rules_sign(pair.france.desk, pair.officer, text, "rules.toml", "CAN")
    rules_accept(pair.canada.desk, pair.officer, text, "rules.toml", signed)


def doctor(node: Node) -> list[tuple[str, str]]:
    return [(f.subject, f.grade) for f in examine(node.path) if f.subject == "rules"]


def test_an_unsigned_table_holds_and_everybody_is_told(pair: Pair) -> None:
    found = apply(pair.canada, TEXT)
    assert [(t.between, t.state, t.holds) for t in found.tables] == [(("CAN", "FRA"), "unsigned", True)]
    pair.take(SECRET, marking="level:CAN/SECRET tlp:green")
    pair.exchange()
    assert reason(pair) in ("passes", "automatic")
    (told,) = preview(pair.canada.desk, pair.officer, partner="france")
    assert [t.waits_for for t in told.tables] == [("CAN", "FRA")]
    assert doctor(pair.canada) == [("rules", "look")]


def test_an_example_asks_nobody_to_sign(pair: Pair) -> None:
    apply(pair.canada, TEXT.replace("format = 1", "format = 1\nexample = true"))
    (told,) = preview(pair.canada.desk, pair.officer, partner="france")
    assert told.tables == ()


def test_rules_that_ask_for_signed_tables_refuse_an_unsigned_one(pair: Pair) -> None:
    asking = TEXT.replace("format = 1", "format = 1\nsigned_tables = true")
    found = apply(pair.canada, asking)
    assert [(t.state, t.holds) for t in found.tables] == [("unsigned", False)]
    pair.take(SECRET, marking="level:CAN/SECRET tlp:green")
    pair.exchange()
    assert reason(pair) == "equivalence-not-signed"
    assert doctor(pair.canada) == [("rules", "wrong")]
    sign_both(pair, asking)
    before = rules_diff(pair.canada.desk, pair.officer, asking)
    assert [(one.partner, one.widened) for one in before.partners if one.widened] == [("france", 1)]
    apply(pair.canada, asking)
    pair.exchange()
    assert reason(pair) in ("passes", "automatic")


def test_a_table_signed_by_both_says_so_in_the_rules_that_are_kept(pair: Pair) -> None:
    sign_both(pair)
    found = apply(pair.canada, TEXT)
    assert [(t.state, t.signed_by) for t in found.tables] == [("signed", ("CAN", "FRA"))]
    kept = (pair.canada.path / "rules" / "canada-france.toml").read_text()
    assert kept.count(MARK) == 1
    assert [t.state for t in parse(kept).tables] == ["signed"]
    assert doctor(pair.canada) == []
    # what is kept can be applied again, and changes nothing
    again = rules_diff(pair.canada.desk, pair.officer, kept)
    assert again.version_after == found.version_after


def test_rows_that_changed_after_the_signature_hold_no_more(pair: Pair) -> None:
    sign_both(pair)
    apply(pair.canada, TEXT)
    pair.take(SECRET, marking="level:CAN/SECRET tlp:green")
    pair.exchange()
    changed = TEXT.replace("since = 2024-09-26", "since = 2023-01-01")
    found = rules_diff(pair.canada.desk, pair.officer, changed)
    assert [(t.state, t.holds) for t in found.tables] == [("changed", False)]
    assert [(one.narrowed, one.widened) for one in found.partners if one.partner == "france"] == [(1, 0)]
    apply(pair.canada, changed)
    assert reason(pair) == "equivalence-not-signed"
    sign_both(pair, changed)
    assert [t.state for t in apply(pair.canada, changed).tables] == ["signed"]


def test_one_side_alone_is_not_both(pair: Pair) -> None:
    rules_sign(pair.canada.desk, pair.officer, TEXT, "rules.toml", "FRA")
    (table,) = rules_tables(pair.canada.desk, pair.officer, TEXT)
    assert (table.state, table.signed_by, table.waits_for) == ("unsigned", ("CAN",), ("FRA",))


def test_another_table_is_refused_with_the_rows_that_differ(pair: Pair) -> None:
    signed = rules_sign(pair.france.desk, pair.officer, TEXT, "rules.toml", "CAN")
    other = TEXT.replace('to = "FRA/SECRET"', 'to = "FRA/TRÈS SECRET"')
    with pytest.raises(InputError) as caught:
        rules_accept(pair.canada.desk, pair.officer, other, "rules.toml", signed)
    assert "+ CAN/SECRET → FRA/SECRET (2024-09-26 – ); − CAN/SECRET → FRA/TRÈS SECRET" in str(caught.value)
    assert "{" not in explain(caught.value, "fr")


def test_a_signature_of_nobody_we_know_is_refused(pair: Pair) -> None:
    statement = orjson.loads(rules_sign(pair.france.desk, pair.officer, TEXT, "rules.toml", "CAN"))
    statement["body"] = statement["body"].replace("2024", "2023")
    with pytest.raises(InputError, match="not signed by a confirmed partner"):
        rules_accept(pair.canada.desk, pair.officer, TEXT, "rules.toml", orjson.dumps(statement))
    statement["purpose"] = "recall"
    with pytest.raises(IntegrityError):
        rules_accept(pair.canada.desk, pair.officer, TEXT, "rules.toml", orjson.dumps(statement))


def test_a_claim_with_keys_of_its_own_is_refused(pair: Pair) -> None:
    """A file with a table, a fresh key pair for each nation and good signatures proves nothing."""
    from cordiale.release.equivalence import PURPOSE, block, table_bytes
    from cordiale.release.keys import ed25519_signer
    from cordiale.release.partnership import TableSignature
    from cordiale.release.segment import message

    rules = parse(TEXT)
    (table,) = rules.tables
    signed = message(PURPOSE, table_bytes(rules, table.between))
    made = [
        TableSignature(nation, nation.lower(), signer.public_key, signer.sign(signed))
        for nation, signer in (("CAN", ed25519_signer(bytes(32))), ("FRA", ed25519_signer(bytes(range(32)))))
    ]
    text = TEXT + "\n" + block(table, made)
    assert [t.state for t in parse(text).tables] == ["signed"]
    with pytest.raises(ConfigurationError, match="not of a confirmed partner"):
        rules_diff(pair.canada.desk, pair.officer, text)


def test_a_false_signature_or_one_key_for_both_holds_for_nothing() -> None:
    from cordiale.release.equivalence import PURPOSE, block, table_bytes
    from cordiale.release.keys import ed25519_signer
    from cordiale.release.partnership import TableSignature
    from cordiale.release.segment import message

    rules = parse(TEXT)
    (table,) = rules.tables
    signer = ed25519_signer(bytes(32))
    good = signer.sign(message(PURPOSE, table_bytes(rules, table.between)))
    other = signer.sign(message("recall", table_bytes(rules, table.between)))

    def state(*signatures: tuple[str, bytes]) -> tuple[str, bool]:
        made = [TableSignature(n, n.lower(), signer.public_key, s) for n, s in signatures]
        (found,) = parse(TEXT + "\n" + block(table, made)).tables
        return found.state, found.refused

    assert state(("CAN", good), ("FRA", other)) == ("forged", True)
    assert state(("CAN", good), ("FRA", good)) == ("one-sided", True)
    assert state(("CAN", good)) == ("one-sided", True)


def test_both_sides_have_the_same_bytes_however_the_file_is_written() -> None:
    from cordiale.release.equivalence import table_bytes

    other = TEXT.replace("2024-09-26", "2024-09-26T02:00:00+02:00") + '\nnote = "a note"\n'
    assert table_bytes(parse(TEXT), ("CAN", "FRA")) == table_bytes(parse(other), ("FRA", "CAN"))
