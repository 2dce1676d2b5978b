"""A node whose store is PostgreSQL does what one with SQLite does, and the two exchange."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cordiale.accounts import totp
from cordiale.desk.actor import house
from cordiale.desk.files.attach import attach
from cordiale.desk.incoming.set_aside import set_aside, set_aside_retry
from cordiale.desk.outgoing.preview import preview
from cordiale.desk.outgoing.recall import recall, recall_list
from cordiale.desk.outgoing.release import confirm_act, hold, lift, release
from cordiale.desk.partner.compromise import partner_compromised, partner_doubtful
from cordiale.desk.partner.parting import partner_exit
from cordiale.desk.partner.sync import cut_all, sync
from cordiale.desk.person.attempts import Origin
from cordiale.desk.person.credentials import codes_secret, codes_set
from cordiale.desk.person.enrolment import enrol_password, person_invite
from cordiale.desk.person.people import person_add, person_remove
from cordiale.desk.person.person_tokens import token_add
from cordiale.desk.person.sessions import cookie, visitor
from cordiale.desk.person.signin import actor_by_token, give_code, sign_in
from cordiale.desk.views.attached import attachment
from cordiale.desk.views.search import counts, search
from cordiale.desk.views.show import show
from cordiale.desk.why import why
from cordiale.node.backup import backup, restore
from cordiale.node.doctor import examine
from cordiale.node.initialise import init
from cordiale.node.opening import open_node
from cordiale.node.rotation import rotate_signing
from cordiale.node.work import Work
from cordiale.platform.errors import NotAllowed
from cordiale.stix import tlp
from tests import postgresql
from tests.unit.desk.conftest import indicator
from tests.unit.node.conftest import RULES, Pair

RED = next(i for i, atom in tlp.ATOMS.items() if atom == "tlp:red")
FOUR_EYES = (
    RULES
    + """
[[mandates]]
name = "two-officers"
to = ["france"]
four_eyes = true
where = { marking = ["tlp:amber"] }
"""
)
PARTLY = indicator(
    5, description="HALCYON", granular_markings=[{"marking_ref": RED, "selectors": ["description"]}]
)


@pytest.fixture(scope="module")
def socket() -> Iterator[str]:
    if postgresql.programs() is None:
        pytest.skip(postgresql.INSTALL)
    with postgresql.cluster() as socket:
        yield socket


@pytest.fixture
def schema(socket: str) -> Iterator[str]:
    postgresql.make_schema(socket, "canada")
    yield "canada"
    postgresql.drop_schema(socket, "canada")


@pytest.fixture
def pair(tmp_path: Path, socket: str, schema: str) -> Iterator[Pair]:
    """Canada on PostgreSQL, France on SQLite."""
    pair = Pair(tmp_path, stores={"canada": postgresql.address(socket, schema)}, rules=FOUR_EYES)
    yield pair
    pair.canada.close()
    pair.france.close()


def has(pair: Pair) -> set[str]:
    return {item.id for item in search(pair.france.desk, pair.officer).items}


def test_a_node_on_postgresql_imports_releases_and_recalls(pair: Pair) -> None:
    assert not (pair.canada.path / "cordiale.db").exists()
    pair.take(indicator(1), PARTLY, {"type": "indicator", "id": "no id"})
    pair.take(indicator(2), marking="tlp:amber")
    pair.take(indicator(3), marking="tlp:red")
    assert len(set_aside(pair.canada.desk, pair.officer)) == 1
    assert set_aside_retry(pair.canada.desk, pair.officer).set_aside == 1
    assert counts(pair.canada.desk, pair.officer) == {"indicator": 4}
    assert len(search(pair.canada.desk, pair.officer, "phishing").items) == 4
    pair.exchange()
    told = show(pair.france.desk, pair.officer, indicator(1)["id"])
    assert [s.summary.source for s in told.statements] == ["canada"]
    assert len(has(pair)) == 2  # the open one, and a tear-line of the other
    (seen,) = preview(pair.canada.desk, pair.officer, partner="france")
    assert (seen.verbatim, seen.tear_lines) == (1, 1)

    act = release(pair.canada.desk, pair.officer, "france", ids=[indicator(2)["id"]])
    assert act.waiting_second
    with pytest.raises(NotAllowed):
        confirm_act(pair.canada.desk, pair.officer, act.act)
    confirm_act(pair.canada.desk, house("jeanne"), act.act)
    pair.exchange()
    assert indicator(2)["id"] in has(pair)
    answer = why(pair.canada.desk, pair.officer, indicator(2)["id"], "france")
    assert (answer.form, answer.sent_at is not None) == ("verbatim", True)

    hold(pair.canada.desk, pair.officer, "france", ids=[indicator(1)["id"]], until="2020-01-01T00:00:00Z")
    lift(pair.canada.desk, pair.officer, "france", ids=[indicator(1)["id"]])
    (asked,) = recall(pair.canada.desk, pair.officer, ids=[indicator(1)["id"]], reason="a mistake")
    assert asked.state == "asked"
    pair.exchange()
    pair.exchange()
    assert indicator(1)["id"] not in has(pair)
    assert recall_list(pair.canada.desk, pair.officer)[0].state == "acknowledged"


def test_a_node_on_postgresql_keeps_what_it_is_sent_and_gives_it_back(pair: Pair) -> None:
    from tests.unit.node.conftest import send

    send(pair.france, pair.officer, indicator(7))
    cut_all(pair.france.desk)
    from cordiale.desk.partner.sync import sync

    (done,) = sync(pair.canada.desk, pair.officer)
    assert (done.link, done.new) == ("up", 1)
    recall(pair.france.desk, pair.officer, ids=[indicator(7)["id"]], reason="a mistake")
    sync(pair.canada.desk, pair.officer)
    assert search(pair.canada.desk, pair.officer).items == ()
    assert recall_list(pair.france.desk, pair.officer)[0].state == "acknowledged"


def test_files_work_and_health(pair: Pair) -> None:
    pair.take(indicator(1))
    kept = attach(pair.canada.desk, pair.officer, indicator(1)["id"], [b"evidence"], name="note.txt")
    _view, path = attachment(pair.canada.desk, pair.officer, indicator(1)["id"], kept.sha256)
    assert path.read_bytes() == b"evidence"
    Work(pair.canada.desk).step(True)
    assert [f for f in examine(pair.canada.path) if f.grade == "wrong"] == []


def test_backup_and_restore(pair: Pair, tmp_path: Path, socket: str) -> None:
    pair.take(indicator(1))
    pair.exchange()
    before = show(pair.canada.desk, pair.officer, indicator(1)["id"])
    copy = backup(pair.canada, tmp_path / "copy")
    pair.canada.close()
    postgresql.drop_schema(socket, "canada")
    postgresql.make_schema(socket, "canada")
    back = restore(copy, tmp_path / "back")
    with open_node(back, environ={}) as node:
        found = show(node.desk, pair.officer, indicator(1)["id"])
        assert found.statements == before.statements
        assert next(f for f in examine(node.path) if f.subject == "store").grade == "well"
    pair.canada = open_node(back, environ={}, carrier=pair.carry)


def test_init_says_what_is_wrong_with_a_database_that_does_not_answer(tmp_path: Path) -> None:
    from cordiale.platform.errors import CordialeError

    with pytest.raises(CordialeError):
        init(
            tmp_path / "x", name="canada", nation="CAN", store="postgresql://cordiale@/nowhere?host=/nowhere"
        )
    assert not (tmp_path / "x" / "cordiale.toml").exists()


def test_keys_change_and_a_partner_leaves(pair: Pair) -> None:
    canada, france = pair.canada, pair.france
    pair.take(indicator(1))
    pair.exchange()
    rotate_signing(canada, pair.officer)
    pair.take(indicator(2))
    assert pair.exchange().new == 1
    now = canada.desk.clock()
    assert partner_exit(canada.desk, pair.officer, "france", ask_back=True).asked == 2
    assert sync(france.desk, pair.officer)[0].link == "up"
    assert partner_exit(canada.desk, pair.officer, "france", ask_back=True).state == "left"
    marked = partner_compromised(canada.desk, pair.officer, "france", since=0, until=now)
    assert partner_doubtful(canada.desk, pair.officer) == [marked]


def test_what_one_process_commits_wakes_another_that_serves_the_same_node(pair: Pair) -> None:
    rung = threading.Semaphore(0)
    with open_node(pair.canada.path, environ={}, carrier=pair.carry) as other:
        pair.canada.start()
        while not pair.canada.ticks.leads:
            pair.canada.ticks.pause(0.01)
        other.ticks.bell.listen(rung.release)
        other.start()
        pair.take(indicator(1))
        assert rung.acquire(timeout=20)
        assert not other.ticks.leads  # one visits partners
        pair.canada.ticks.stop()
        while not other.ticks.leads:  # until it ends: the database gives the lead to the next
            assert rung.acquire(timeout=20)


def test_people_sign_in_on_postgresql(pair: Pair) -> None:
    desk, officer = pair.canada.desk, pair.officer
    person_add(desk, officer, "paul", roles=["analyst"], clearances=["CAN/SECRET"])
    code = person_invite(desk, officer, "paul").code
    entered = enrol_password(desk, code, "pluie violon carton 7", Origin("203.0.113.7"))
    assert entered.session.stage == "enrol"
    here = visitor(desk, cookie(desk, entered.secret))
    assert here is not None
    now = totp.code(codes_secret(desk, here), totp.step(desk.clock()))
    whole = codes_set(desk, here, now, Origin("203.0.113.7"))
    assert whole.session.stage == "full"
    for _attempt in range(5):
        with pytest.raises(NotAllowed, match="do not open"):
            sign_in(desk, "paul", "not the password", Origin("198.51.100.1"))
    with pytest.raises(NotAllowed, match="too many"):
        sign_in(desk, "paul", "pluie violon carton 7", Origin("198.51.100.1"))
    half = sign_in(desk, "paul", "pluie violon carton 7", Origin("203.0.113.7"))
    again = visitor(desk, cookie(desk, half.secret))
    assert again is not None
    with pytest.raises(NotAllowed):
        give_code(desk, again, now, Origin("203.0.113.7"))  # used already
    made = token_add(desk, officer, "siem", scopes=["search"], person="paul")
    assert actor_by_token(desk, made.token, desk.clock()).name == "paul"
    person_remove(desk, officer, "paul")
    assert visitor(desk, cookie(desk, whole.secret)) is None
    with pytest.raises(NotAllowed):
        actor_by_token(desk, made.token, desk.clock())
