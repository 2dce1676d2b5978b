"""Account names go to a partner only where an officer named that account; otherwise each partner gets a pseudonym of its own."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from cordiale.desk.actor import Actor
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.outgoing.preview import preview
from cordiale.desk.outgoing.release import release, withdraw_act
from cordiale.desk.partner.sync import cut_all
from cordiale.desk.partnerships import partnership
from cordiale.desk.views.search import search
from cordiale.desk.views.show import show
from cordiale.exchange.stream.gate import Gate
from cordiale.platform.errors import InputError
from cordiale.release.recipient import Recipient
from cordiale.release.records import withdraw_act as withdrawn
from cordiale.stix.scos import deterministic_id
from cordiale.stix.validate import validate
from cordiale.store import versions
from tests.unit.joint.conftest import MARKING, OFFICER, Three, three

__all__ = ["three"]

WHEN = "2026-03-01T08:00:00.000Z"
NAMES = (b"winter_truth_4417", b"Winter Truth", b"998877")


def account() -> dict[str, Any]:
    value = {
        "type": "user-account",
        "spec_version": "2.1",
        "account_type": "twitter",
        "account_login": "winter_truth_4417",
        "display_name": "Winter Truth",
        "user_id": "998877",
        "is_disabled": True,
    }
    return value | {"id": deterministic_id(value)}


def note(*refs: str) -> dict[str, Any]:
    return {
        "type": "note",
        "spec_version": "2.1",
        "id": "note--4f0a2d52-7f5c-4a53-9d70-5ee3c3f4a0cc",
        "created": WHEN,
        "modified": WHEN,
        "content": "Posted by the same account as before.",
        "object_refs": list(refs),
    }


def put(three: Three, *objects: dict[str, Any]) -> None:
    import_(three["can"], OFFICER, [of_bytes("objects", orjson.dumps(list(objects)))], marking=MARKING)


def accounts(three: Three, node: str) -> list[dict[str, Any]]:
    found = search(three[node], OFFICER, type="user-account").items
    return [show(three[node], OFFICER, one.id).statements[0].value for one in found]


def by_type(three: Three, partner: str, *types: str) -> None:
    release(three["can"], OFFICER, partner, types=types, reason="all of them")


def test_an_account_nobody_named_has_another_name_at_each_partner(three: Three) -> None:
    put(three, account(), note(account()["id"]))
    for partner in ("fra", "gbr"):
        by_type(three, partner, "user-account", "note")
    three.exchange()
    (there,), (elsewhere,) = accounts(three, "fra"), accounts(three, "gbr")
    for value in (there, elsewhere):
        assert value["display_name"] == f"account {value['id'].partition('--')[2][:8]}"
        assert (value["account_type"], value["is_disabled"]) == ("twitter", True)
        assert not {"account_login", "user_id"} & set(value)
        assert [problem for problem in validate(value) if problem.severity == "error"] == []
    assert there["id"] != elsewhere["id"]
    assert there["display_name"] != elsewhere["display_name"]
    for node in ("fra", "gbr"):
        held = three.world.nodes[node].store.snapshot()
        assert [name for name in (*NAMES, account()["id"].encode()) if name in held] == []


def test_an_account_that_no_finding_speaks_of_never_leaves(three: Three) -> None:
    put(three, account())
    by_type(three, "fra", "user-account", "note")
    three.exchange()
    assert accounts(three, "fra") == []
    (shown,) = preview(three["can"], OFFICER, partner="fra", ids=[account()["id"]])
    assert [(one.form, one.reason and one.reason.code) for one in shown.items] == [
        ("withheld", "account-not-needed")
    ]
    put(three, note(account()["id"]))
    three.exchange()
    assert len(accounts(three, "fra")) == 1


def test_the_same_account_keeps_its_pseudonym_and_findings_point_at_it(three: Three) -> None:
    put(three, account(), note(account()["id"]))
    by_type(three, "fra", "user-account", "note")
    three.exchange()
    (there,) = accounts(three, "fra")
    (finding,) = search(three["fra"], OFFICER, type="note").items
    assert show(three["fra"], OFFICER, finding.id).statements[0].value["object_refs"] == [there["id"]]
    put(three, account() | {"account_created": WHEN})
    three.exchange()
    assert {one["id"] for one in accounts(three, "fra")} == {there["id"]}


def test_an_officer_names_an_account_with_a_reason_and_it_goes_whole_to_that_partner_alone(
    three: Three,
) -> None:
    put(three, account())
    with pytest.raises(InputError, match="say why"):
        release(three["can"], OFFICER, "fra", ids=[account()["id"]])
    named = release(
        three["can"], OFFICER, "fra", ids=[account()["id"]], reason="Known operator, court ruling"
    )
    assert (named.verbatim, named.tear_lines) == (1, 0)
    by_type(three, "gbr", "user-account")
    three.exchange()
    assert accounts(three, "fra")[0]["account_login"] == "winter_truth_4417"
    assert NAMES[0] not in three.world.nodes["gbr"].store.snapshot()


def test_what_another_stated_of_an_account_is_not_passed_on_unnamed(three: Three) -> None:
    put(three, account())
    release(three["can"], OFFICER, "fra", ids=[account()["id"]], reason="Known operator")
    three.exchange()
    release(three["fra"], OFFICER, "gbr", types=["user-account"], reason="all")
    three.exchange()
    assert accounts(three, "gbr") == []
    assert NAMES[0] not in three.world.nodes["gbr"].store.snapshot()


def of_part(person: str = "marie") -> Actor:
    """Return an officer who does not see everything here."""
    seen = Recipient(node="can", nation="nation-can", organisation="can-cert", person=person, tlp="amber")
    return Actor(name=person, roles=OFFICER.roles, person=person, recipient=seen)


def here(three: Three, node: str, *names: bytes) -> list[bytes]:
    """Return which of these names a node holds anywhere."""
    held = three.world.nodes[node].store.snapshot()
    return [name for name in names or NAMES if name in held]


def other(kind: str, **said: Any) -> dict[str, Any]:
    value = {"type": kind, "spec_version": "2.1", "id": f"{kind}--4f0a2d52-7f5c-4a53-9d70-5ee3c3f4a0dd"}
    return value | {"created": WHEN, "modified": WHEN} | said


def name_it(three: Three) -> str:
    """Name the account to France and return the act; then release what speaks of it."""
    act = release(three["can"], OFFICER, "fra", ids=[account()["id"]], reason="Known operator").act
    by_type(three, "fra", "user-account", "note", "language-content")
    return act


def test_a_query_of_an_officer_who_sees_a_part_names_nobody(three: Three) -> None:
    put(three, account(), note(account()["id"]))
    release(three["can"], of_part(), "fra", types=["user-account", "note"])
    with pytest.raises(InputError, match="each by its id"):
        release(three["can"], of_part(), "fra", types=["user-account"], reason="all of them")
    three.exchange()
    assert here(three, "fra") == []


def test_a_naming_withdrawn_before_the_account_was_fetched_names_nobody(three: Three) -> None:
    put(three, account(), note(account()["id"]))
    act = name_it(three)
    cut_all(three["can"])  # numbered, and not fetched
    withdraw_act(three["can"], OFFICER, act)
    three.exchange()
    assert here(three, "fra") == []


def test_a_naming_that_ended_serves_nobody_though_a_rule_still_lets_the_type_go(three: Three) -> None:
    put(three, account(), note(account()["id"]))
    act = name_it(three)
    cut_all(three["can"])
    with three["can"].store.write() as tx:
        withdrawn(tx, act, "officer", three["can"].clock())  # what the page is asked is all that stops it
        partner = partnership(tx, "fra", three["can"].node)
        gate = Gate(tx, partner, three["can"].clock())
        vids = [row.vid for row in versions.get(tx, account()["id"], None)]
        assert gate.passing(vids).keys() == set(vids)
        assert gate.open(vids) == {}


def test_a_naming_that_is_withdrawn_asks_the_account_back_and_its_next_version_goes_under_a_pseudonym(
    three: Three,
) -> None:
    put(three, account(), note(account()["id"]))
    act = name_it(three)
    three.exchange()
    assert accounts(three, "fra")[0]["account_login"] == "winter_truth_4417"
    withdraw_act(three["can"], OFFICER, act)
    three.exchange()
    assert [one for one in accounts(three, "fra") if "account_login" in one] == []
    assert here(three, "fra") == []
    put(three, account() | {"account_created": WHEN})
    three.exchange()
    (there,) = accounts(three, "fra")
    assert there["display_name"].startswith("account ")
    assert there["account_created"] == WHEN
    assert here(three, "fra") == []


def test_one_of_two_namings_withdrawn_asks_nothing_back(three: Three) -> None:
    put(three, account())
    act = name_it(three)
    name_it(three)
    three.exchange()
    withdraw_act(three["can"], OFFICER, act)
    three.exchange()
    assert accounts(three, "fra")[0]["account_login"] == "winter_truth_4417"


def test_extensions_of_an_account_nobody_named_stay(three: Three) -> None:
    unix = {"gid": 1001, "groups": ["wheel"], "home_dir": "/home/jean.dupont77", "shell": "/bin/bash"}
    value = account() | {"account_type": "unix", "extensions": {"unix-account-ext": unix}}
    put(three, value, note(value["id"]))
    by_type(three, "fra", "user-account", "note")
    three.exchange()
    assert "extensions" not in accounts(three, "fra")[0]
    assert here(three, "fra", *NAMES, b"jean.dupont77") == []


def test_a_translation_of_an_account_nobody_named_goes_without_its_names(three: Three) -> None:
    words = {"fr": {"display_name": "La Verite d'hiver", "account_type": "gazouillis"}}
    translation = other("language-content", object_ref=account()["id"], contents=words)
    put(three, account(), note(account()["id"]), translation)
    by_type(three, "fra", "user-account", "note", "language-content")
    name = b"Verite d'hiver"
    three.exchange()
    assert here(three, "fra", *NAMES, name) == []
    (there,) = search(three["fra"], OFFICER, type="language-content").items
    assert show(three["fra"], OFFICER, there.id).statements[0].value["contents"] == {
        "fr": {"account_type": "gazouillis"}
    }


def test_a_translation_of_names_alone_goes_where_the_account_is_named_and_nowhere_else(three: Three) -> None:
    words = {"fr": {"display_name": "La Verite d'hiver"}}
    put(
        three,
        account(),
        note(account()["id"]),
        other("language-content", object_ref=account()["id"], contents=words),
    )
    name_it(three)
    by_type(three, "gbr", "user-account", "note", "language-content")
    three.exchange()
    assert here(three, "fra", b"Verite d'hiver") == [b"Verite d'hiver"]
    assert here(three, "gbr", b"Verite d'hiver") == []


def test_observed_data_that_carries_an_account_inside_stays(three: Three) -> None:
    inside = {"0": {"type": "user-account", "account_login": "winter_truth_4417"}}
    times = {"first_observed": WHEN, "last_observed": WHEN, "number_observed": 1}
    value = other("observed-data", objects=inside, **times)
    put(three, value)
    by_type(three, "fra", "user-account", "observed-data")
    release(three["can"], OFFICER, "fra", ids=[value["id"]], reason="by its id")
    three.exchange()
    assert search(three["fra"], OFFICER, type="observed-data").items == ()
    assert here(three, "fra") == []
    (shown,) = preview(three["can"], OFFICER, partner="fra", ids=[value["id"]])
    assert [one.reason and one.reason.code for one in shown.items] == ["names-inside"]
