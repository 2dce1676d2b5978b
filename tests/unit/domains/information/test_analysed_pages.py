"""Pages of datasets of posts: what is known of a dataset is shown, begun and said to be old; nothing runs by being looked at."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import jsonschema
import numpy as np
import pyarrow as pa
import pytest

from cordiale.desk import verbs
from cordiale.desk.actor import Actor, house
from cordiale.desk.domain import Sent
from cordiale.domains.information.analysed.forms import posts as act
from cordiale.domains.information.analysed.pages import copies, posts, synchrony
from cordiale.domains.information.posts import DATASET
from cordiale.node import Node, init, open_node
from cordiale.platform.errors import InputError, NotFound
from cordiale.release.recipient import Recipient
from cordiale.stix.extensions import schema
from cordiale.web.site import site
from tests.unit.domains.information import networks
from tests.unit.domains.information.test_copies import HARBOUR
from tests.unit.domains.information.test_copies import posts as said
from tests.unit.web.asgi import ask

MARIE = house("marie")
OUTSIDER = Actor("max", frozenset({"analyst"}), Recipient(node="canada", nation="CAN", organisation="CAN-LCC", tlp="green"))  # fmt: skip


def done(node: Node) -> None:
    """Wait until what runs beside requests has ended; synchrony needs copies first, so there are two jobs."""
    for thread in threading.enumerate():
        if thread.name == "beside":
            thread.join(60)
    assert [one.state for one in verbs.jobs(node.desk, MARIE) if one.kind == "analysis"] == ["done", "done"]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    folder = tmp_path_factory.mktemp("analysed") / "node"
    init(folder, name="canada", nation="CAN", organisation="CAN-LCC", title="Canada")
    draw = np.random.default_rng(5)
    shared = networks.independent(draw, accounts=60, posts=600) + networks.planted(
        draw, [900, 901, 902], 12, 5000
    )
    copied = said(
        f"{HARBOUR} <b>today</b>",
        f"{HARBOUR} to\u202eday!",
        f"{HARBOUR.replace('stays', 'never stays')} today",
    )
    with open_node(folder, environ={}) as opened:
        verbs.dataset_create(opened.desk, MARIE, DATASET, "spring", purpose="exercise", basis="consent", purge_on=opened.desk.clock() + 10**15, marking="tlp:amber")  # fmt: skip
        verbs.dataset_append(opened.desk, MARIE, "spring", DATASET, pa.concat_tables([networks.posts(shared), copied]).to_batches(), origin="a")  # fmt: skip
        yield opened


def the(node: Node) -> str:
    (one,) = posts(node.desk, MARIE, "en", {}).values["rows"]
    return str(one["id"])


def test_a_page_runs_nothing_and_a_person_begins_it(node: Node) -> None:
    for page in (copies, synchrony):
        shown = page(node.desk, MARIE, "en", {"dataset": the(node)})
        assert not shown.values["found"]
        assert shown.markings == (("tlp:amber",),)
    assert not [one for one in verbs.jobs(node.desk, MARIE) if one.kind == "analysis"]
    assert act(node.desk, MARIE, "en", Sent({"do": "synchrony", "dataset": the(node)}, {})).endswith("/posts")
    done(node)
    again = act(node.desk, MARIE, "en", Sent({"do": "copies", "dataset": the(node)}, {}))
    assert "/copies?" in again  # it is current: there is nothing to run
    rows = posts(node.desk, MARIE, "en", {}).values["jobs"]
    assert {one["analysis"] for one in rows} == {"Copies", "Synchrony"}


def test_a_cluster_shows_its_earliest_post_and_flags_what_differs(node: Node) -> None:
    found = copies(node.desk, MARIE, "en", {"dataset": the(node)}).values
    one = next(one for one in found["clusters"] if "harbour" in one["text"])
    assert one["posts"] == 3
    assert [what["word"] for what in one["differing"]] == ["negation"]
    whole = copies(node.desk, MARIE, "fr", {"dataset": the(node), "cluster": one["id"]}).values["one"]
    assert [member["first"] for member in whole["members"]] == [True, False, False]
    assert whole["members"][2]["differs"] == ["négation"]


def test_a_community_is_drawn_and_opens_the_posts_behind_it(node: Node) -> None:
    found = synchrony(node.desk, MARIE, "en", {"dataset": the(node), "kind": "link"}).values["network"]
    assert {one.name for one in found["ring"].accounts} == {f"example/a{n}" for n in (900, 901, 902)}
    assert len(found["edges"]) == 3
    assert found["timeline"].posts
    assert all(meeting["posts"] for edge in found["edges"] for meeting in edge["meetings"])


def test_pages_of_a_dataset_are_told_to_nobody_else(node: Node) -> None:
    assert posts(node.desk, OUTSIDER, "en", {}).values["rows"] == []
    assert posts(node.desk, OUTSIDER, "en", {}).values["jobs"] == []
    for page in (copies, synchrony):
        with pytest.raises(NotFound):
            page(node.desk, OUTSIDER, "en", {"dataset": the(node)})


def test_pages_are_drawn_in_both_languages_without_markup_of_posts(node: Node) -> None:
    pages: Any = site(node, MARIE)
    cluster = next(
        one["id"]
        for one in copies(node.desk, MARIE, "en", {"dataset": the(node)}).values["clusters"]
        if "harbour" in one["text"]
    )
    for lang, words in (("en", "synchronised beyond chance"), ("fr", "supérieure au hasard")):
        for address in (
            "posts",
            f"copies?dataset={the(node)}",
            f"copies?dataset={the(node)}&cluster={cluster}",
            f"synchrony?dataset={the(node)}&kind=link",
        ):
            answer = ask(pages, f"/domains/information/{address}", accept_language=lang)
            assert answer.status == 200, address
            assert "<b>today" not in answer.text
            assert "\u202e" not in answer.text
            assert "style=" not in answer.text
        assert words in answer.text


def test_what_was_found_before_more_posts_came_says_so(node: Node) -> None:
    more = said("Another text that nobody has posted before, about the weather", first=5000)
    verbs.dataset_append(node.desk, MARIE, "spring", DATASET, more.to_batches(), origin="b")
    assert copies(node.desk, MARIE, "en", {"dataset": the(node)}).values["stale"]


def test_a_known_common_owner_is_marked_and_speaks_for_nothing(node: Node) -> None:
    from cordiale.domains.information.proposals.signals import of_dataset
    from cordiale.domains.information.synchrony.owners import owner_add, owners
    from cordiale.domains.information.synchrony.view import synchrony as read

    def tied(signals: Any) -> list[int]:
        return [one.values["accounts"] for one in signals if (one.kind, one.what) == ("synchrony", "link")]

    before = of_dataset(node.desk, MARIE, "spring")
    assert max(tied(before)) == 3
    accounts = [f"example/a{n}" for n in (900, 901, 902)]
    kept = owner_add(node.desk, MARIE, "Harbour <b>Board</b>", accounts, "its own page", on="2026-03-01", marking="tlp:amber")  # fmt: skip
    assert owner_add(node.desk, MARIE, "Harbour <b>Board</b>", accounts, "its own page", marking="tlp:amber") == kept  # fmt: skip
    value = verbs.show(node.desk, MARIE, kept.ties[0]).statements[0].value
    jsonschema.validate(value, schema("account-owner"), cls=jsonschema.Draft202012Validator)
    assert "a900" not in json.dumps(value)  # the account is named by reference alone
    (network,) = read(node.desk, MARIE, "spring", kind="link", anew=False).networks
    assert {edge.owner for edge in network.edges if edge.one in accounts} == {"Harbour <b>Board</b>"}
    assert tied(of_dataset(node.desk, MARIE, "spring")) == [0] * len(tied(before))
    assert not owners(node.desk, OUTSIDER)
    shown = synchrony(node.desk, MARIE, "fr", {"dataset": the(node), "kind": "link"}).values["network"]
    assert (shown["owned"], shown["within"]) == (3, 3)
    page = ask(site(node, MARIE), f"/domains/information/synchrony?dataset={the(node)}&kind=link", accept_language="fr")  # fmt: skip
    assert "propriétaire commun connu" in page.text
    assert "<b>Board" not in page.text
    with pytest.raises(InputError, match="NETWORK/NAME"):
        owner_add(node.desk, MARIE, "x", ["nobody"], "y", marking="tlp:green")
