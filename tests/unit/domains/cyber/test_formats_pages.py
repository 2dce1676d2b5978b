"""The pages of pasted reports and of feeds: what is shown before it is taken, and what is saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from cordiale.desk.actor import Actor, house
from cordiale.desk.domain import Sent
from cordiale.desk.views.search import search
from cordiale.domains.cyber.readers import pasting
from cordiale.domains.cyber.readers.pages import reading
from cordiale.domains.cyber.tabs import ROOT
from cordiale.domains.cyber.writers import serving
from cordiale.domains.cyber.writers.export import export
from cordiale.domains.cyber.writers.pages import feeds, saved
from cordiale.node import init, open_node
from cordiale.platform.errors import InputError, NotAllowed, NotFound
from cordiale.release.recipient import Recipient

OWNER = house("owner")
PAUL = Actor(
    "paul", frozenset({"analyst"}), Recipient(node="canada", nation="CAN", organisation="CAN-CERT", person="paul", tlp="green")
)  # fmt: skip
TEXT = "Report on harbours\n\nIndicators:\n- quay[.]example\n- 198.51.100[.]23\n- 10.0.0.1\n"


@pytest.fixture
def desk(tmp_path: Path) -> Any:
    init(tmp_path / "node", name="canada", nation="CAN", organisation="CAN-CERT", title="Canada")
    with open_node(tmp_path / "node", environ={}) as opened:
        yield opened.desk


def said(**fields: str) -> Sent:
    return Sent(fields, {})


def names(desk: Any, actor: Actor = OWNER) -> set[str]:
    return {one.name for one in search(desk, actor, type="indicator").items}


def test_what_is_pasted_is_shown_and_nothing_is_stored(desk: Any) -> None:
    assert pasting.reading(desk, OWNER, "en", said(text=TEXT, do="look")) == ""
    page = reading(desk, OWNER, "fr", {"text": TEXT, "do": "look"})
    assert [row["value"] for row in page.values["rows"]] == ["quay.example", "198.51.100.23"]
    assert [row["reason"] for row in page.values["left"]] == ["une adresse de réseaux privés"]
    assert names(desk) == set()


def test_only_what_is_chosen_is_taken(desk: Any) -> None:
    given = said(text=TEXT, do="take", marking="tlp:green", **{"take-0": "yes"})
    assert pasting.reading(desk, OWNER, "en", given) == ROOT + "indicators"
    assert names(desk, PAUL) == {"quay.example"}


@pytest.mark.parametrize("fields", [{"text": " "}, {"text": "x" * 400_001}, {"text": TEXT, "do": "take"}])
def test_what_cannot_be_taken_says_why(desk: Any, fields: dict[str, str]) -> None:
    with pytest.raises(InputError):
        pasting.reading(desk, OWNER, "en", said(**fields))


def test_feeds_are_added_listed_and_dropped(desk: Any) -> None:
    where = serving.feeds(
        desk, PAUL, "en", said(do="add", name="ports", format="rpz", words="quay", shared="yes")
    )
    assert where == ROOT + "feeds"
    (row,) = feeds(desk, PAUL, "en", {}).values["rows"]
    assert (row["address"], row["words"], row["shared"], row["fetches"]) == (
        "/api/v1/feeds/ports.rpz",
        "quay",
        True,
        [],
    )
    other = Actor("olga", PAUL.roles, PAUL.recipient, person="olga")
    (theirs,) = feeds(desk, other, "en", {}).values["rows"]
    assert (theirs["words"], theirs["mine"]) == ("", False)
    with pytest.raises(NotFound):
        serving.feeds(desk, other, "en", said(do="drop", feed="ports"))
    serving.feeds(desk, PAUL, "en", said(do="drop", feed="ports"))
    assert feeds(desk, PAUL, "fr", {}).values["rows"] == []
    with pytest.raises(InputError):
        serving.feeds(desk, PAUL, "en", said(do="add", name="x", format="rpz", confidence="101"))


def test_a_file_is_saved_in_the_format_chosen(desk: Any) -> None:
    pasting.reading(
        desk, OWNER, "en", said(text=TEXT, do="take", marking="tlp:green", **{"take-0": "y", "take-1": "y"})
    )
    assert saved(desk, PAUL, "en", {"format": "netset"}).data.splitlines()[-1] == b"198.51.100.23"
    event = orjson.loads(saved(desk, PAUL, "en", {"format": "misp"}).data)["Event"]
    assert {one["value"] for one in event["Attribute"]} == {"quay.example", "198.51.100.23"}
    with pytest.raises(InputError):
        saved(desk, PAUL, "en", {"format": "pdf"})


def test_a_file_for_a_partner_is_a_release_officer_s_to_make(desk: Any) -> None:
    with pytest.raises(NotAllowed):
        export(desk, PAUL, "csv", partner="france")
    with pytest.raises(NotFound):
        export(desk, OWNER, "csv", partner="nobody")
