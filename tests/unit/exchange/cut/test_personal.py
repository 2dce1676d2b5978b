"""Account names go to a partner only where an officer named that account; otherwise each partner gets a pseudonym of its own."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from cordiale.desk.importing import import_
from cordiale.desk.preview import preview
from cordiale.desk.release import release
from cordiale.desk.search import search
from cordiale.desk.show import show
from cordiale.desk.sources import of_bytes
from cordiale.platform.errors import InputError
from cordiale.stix.scos import deterministic_id
from cordiale.stix.validate import validate
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
