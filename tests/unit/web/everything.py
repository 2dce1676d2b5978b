"""A node on which a little of everything was done: three partners, objects of every domain, findings, acts, people of every role."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

import numpy as np
import orjson
import pyarrow as pa

from cordiale.accounts import records
from cordiale.demo.chapter import chapters
from cordiale.desk import verbs
from cordiale.desk.actor import ROLES, house
from cordiale.desk.domain import Sent
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.outgoing import recall as recalling
from cordiale.desk.outgoing import release
from cordiale.desk.outgoing.feeds import feed_add
from cordiale.desk.partner.partners import partner_add_client
from cordiale.desk.partner.sync import cut_all
from cordiale.desk.person import sessions
from cordiale.desk.person.attempts import Origin
from cordiale.desk.person.people import acting, person_add
from cordiale.desk.views.search import Question
from cordiale.desk.views.searches import save_search
from cordiale.domains.cyber.matching import forms as matching
from cordiale.domains.information.analysed.forms import posts as analyse
from cordiale.domains.information.analysed.pages import posts
from cordiale.domains.information.kinship.kept import keep as keep_kinship
from cordiale.domains.information.lineage.taking import lineages as compare
from cordiale.domains.information.posts import DATASET
from cordiale.domains.information.response import acts
from cordiale.domains.information.response.content import Content, Draft, Measure
from cordiale.domains.information.sets.gathering import gather, set_add
from cordiale.joint.playbook import keeping
from cordiale.joint.playbook.model import Mark
from cordiale.joint.revision import Text
from cordiale.joint.words import Words
from cordiale.node import Node
from cordiale.stix import tlp
from tests.unit.domains.cyber.held_here import fill
from tests.unit.domains.cyber.test_matching_runs import LOG
from tests.unit.domains.information import networks
from tests.unit.domains.information.test_copies import HARBOUR
from tests.unit.domains.information.test_copies import posts as said
from tests.unit.domains.information.test_kinship import page, tag, written
from tests.unit.domains.information.test_response import INCIDENT
from tests.unit.domains.information.test_sheet import DERIVED, SOURCE
from tests.unit.web.asked import ask_us
from tests.unit.web.browser import Browser
from tests.unit.web.conftest import indicator

MARIE = house("marie")
SECRET = indicator(12, name="Known to few")
PEOPLE: Final = {"ana": "analyst", "odile": "officer", "opal": "operations", "leon": "liaison", "oscar": "operator", "eve": "everybody", "noe": "nobody"}  # fmt: skip
"""People by name, with the role each of them has: every one, or none."""
EVERYBODY: Final = "eve"
PARTNERS: Final = {"france": ("France", "FRA"), "belgium": ("Belgique", "BEL"), "united-kingdom": ("United Kingdom", "GBR")}  # fmt: skip
RULES = (
    """
format = 1
partnership = "four"
[scales.CAN]
nation = "CAN"
ladder = ["CONFIDENTIAL", "SECRET"]
"""
    + "".join(
        f'[partners.{name}]\nnation = "{nation}"\norganisation = "{nation}-CVMI"\ntlp = "amber"\nassurance = "taxii"\n'
        for name, (_title, nation) in PARTNERS.items()
    )
    + """
[[mandates]]
name = "by-an-officer"
to = ["france", "belgium"]
[[mandates]]
name = "feed"
to = ["united-kingdom"]
mode = "automatic"
where = { type = ["malware", "report"] }
[assurance]
taxii = ["tlp:amber", "tlp:green", "tlp:clear"]
[recall]
confirm_above = 1
"""
)


def themselves(node: Node) -> None:
    """Import and keep a playbook as the person whose pages are looked at: everybody sees their own imports, and nobody else's."""
    with node.store.read() as tx:
        person = records.person_called(tx, EVERYBODY)
        assert person is not None
    whole = {**indicator(14, name="Look-alike 14"), "object_marking_refs": [tlp.IDS["tlp:amber"]]}
    given = orjson.dumps([whole, {**indicator(15), "name": 7}])
    eve = acting(node.desk, person)
    verbs.import_(node.desk, eve, [of_bytes("own.json", given)], marking="tlp:amber")
    asked = Question(words="look", type="indicator")
    keeping.playbook_add(node.desk, eve, "arrivals", asked, [Mark(("tlp:amber",))])
    keeping.playbook_turn(node.desk, eve, "arrivals", "on")


def finished() -> None:
    """Wait until what runs beside requests has ended."""
    for thread in threading.enumerate():
        if thread.name == "beside":
            thread.join(60)


def happen(node: Node, folder: Path) -> None:
    """Do everything, by the verbs and forms that people use."""
    desk = node.desk
    for name, (title, nation) in PARTNERS.items():
        partner_add_client(desk, MARIE, name, title=title, nation=nation, organisation=f"{nation}-CVMI")
    verbs.rules_apply(desk, MARIE, RULES, "rules.toml", verbs.rules_diff(desk, MARIE, RULES).token)
    objects = [one for chapter in chapters() if chapter.node == "canada" for one in chapter.bundle()["objects"]]  # fmt: skip
    verbs.import_(desk, MARIE, [of_bytes("chapters.json", orjson.dumps(objects))], marking="tlp:green")
    given = [indicator(number, name=f"Look-alike {number}") for number in range(1, 6)]
    verbs.import_(desk, MARIE, [of_bytes("given.json", orjson.dumps([*given, INCIDENT]))], marking="tlp:amber")  # fmt: skip
    verbs.import_(desk, MARIE, [of_bytes("few.json", orjson.dumps([SECRET]))], marking="tlp:red")
    fill(node, folder)
    information(node, folder)
    first, second, third = (one["id"] for one in given[:3])
    verbs.attach(desk, MARIE, first, [b"a page"], name="page.txt", marking="tlp:amber")
    release.release(desk, MARIE, "france", ids=[first, second, third], reason="asked for")
    release.refuse(desk, MARIE, "belgium", ids=[first], reason="not yet")
    cut_all(desk)
    recalling.recall(desk, MARIE, ids=[first], partner="france", reason="a mistake")
    recalling.recall(desk, MARIE, ids=[second, third], partner="france", reason="both were")
    ask_us(desk, "france", given[4]["id"], 1, "2032-12-01T16:00:00.000Z")
    save_search(desk, MARIE, "Look-alikes", "/objects?q=look", Question(words="look"), watched=True)
    for name, role in PEOPLE.items():
        roles = {"everybody": ROLES, "nobody": ()}.get(role, (role,))
        person_add(desk, MARIE, name, title=name.capitalize(), roles=list(roles), tlp="amber")
    cyber(node, folder)
    themselves(node)


def information(node: Node, folder: Path) -> None:
    """Compare, count, tie together, describe, and answer together."""
    desk = node.desk
    draw = np.random.default_rng(5)
    shared = networks.independent(draw, accounts=40, posts=300) + networks.planted(draw, [900, 901, 902], 12, 5000)  # fmt: skip
    held = pa.concat_tables([networks.posts(shared), said(f"{HARBOUR} today", f"{HARBOUR} to-day!")])
    verbs.dataset_create(desk, MARIE, DATASET, "spring", purpose="exercise", basis="consent", purge_on=desk.clock() + 10**15, marking="tlp:amber")  # fmt: skip
    verbs.dataset_append(desk, MARIE, "spring", DATASET, held.to_batches(), origin="a")
    (one,) = posts(desk, MARIE, "en", {}).values["rows"]
    analyse(desk, MARIE, "en", Sent({"do": "synchrony", "dataset": str(one["id"])}, {}))
    fields = {"suspect": DERIVED, "suspect_name": "Daily Shore", "source": SOURCE, "source_name": "Ministry", "marking": "tlp:amber"}  # fmt: skip
    compare(desk, MARIE, "en", Sent(fields, {}))
    (folder / "sites").mkdir()
    files = written(folder / "sites", {"harbour.example.html": page(tag("UA-48151-2")), "quay.example.html": page(tag("UA-48151-7"))})  # fmt: skip
    sites = keep_kinship(desk, MARIE, files, "Two harbours", "tlp:amber")
    because = Words("One account", "Un seul compte")
    gulls = set_add(desk, MARIE, "Grey gulls", marking="tlp:green", words=Words("Gulls", "Mouettes"), because=because)  # fmt: skip
    gather(desk, MARIE, gulls, [INCIDENT["id"]], sites=sites)
    made = acts.open_response(desk, MARIE, title=Words("False winters", "Faux hivers"), incident=[INCIDENT["id"]], members=[], marking="tlp:amber", level="high", assessed=1)  # fmt: skip
    acts.assess(desk, MARIE, made.id, "severe", Words("Grave.", "Grave."))
    measure = Measure(kind="imputation", owner="canada", words=Words("One account.", "Un seul compte."))
    draft = Draft(Text("Of one voice", "We act."), Text("Déclaration", "Nous agissons."), Content((measure,)), None)  # fmt: skip
    proposed = acts.propose(desk, MARIE, made.id, draft)
    acts.stand(desk, MARIE, made.id, "join-with-footnote", proposed.hash, because)
    finished()


def cyber(node: Node, folder: Path) -> None:
    """Look a log through, and give a feed."""
    desk = node.desk
    log = folder / "proxy.jsonl"
    log.write_text(LOG)
    matching.matches(desk, MARIE, "en", Sent({"marking": "tlp:amber", "do": "match"}, {"log": (log,)}))
    finished()
    feed_add(desk, MARIE, "siem", "csv", Question(type="indicator"))


def signed_in(node: Node, served: object, name: str) -> Browser:
    """Return a browser in which somebody has signed in."""
    with node.store.write() as tx:
        person = records.person_called(tx, name)
        assert person is not None
        entered = sessions.begin(tx, node.desk, person, "password", Origin(), stage="full")
    cookie = sessions.cookie(node.desk, entered.secret)
    return Browser(served, jar={"cordiale-session-canada": cookie}, csrf=sessions.form_token(node.desk, entered.secret))  # fmt: skip
