"""People of a node are recipients; tokens act for them with some verbs alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cordiale.accounts import records
from cordiale.accounts.records import metadata
from cordiale.desk.actor import Actor, authorise
from cordiale.desk.person.attempts import Origin
from cordiale.desk.person.enrolment import invited, person_invite
from cordiale.desk.person.people import (
    person_add,
    person_change,
    person_list,
    person_lock,
    person_remove,
    person_show,
)
from cordiale.desk.person.person_tokens import token_add, token_list, token_revoke
from cordiale.desk.person.sessions import begin, cookie, visitor
from cordiale.desk.person.signin import actor_by_token
from cordiale.node.backup import backup, restore
from cordiale.node.initialise import init
from cordiale.node.node import Node
from cordiale.node.opening import open_node
from cordiale.platform.clock import DAY
from cordiale.platform.errors import Conflict, InputError, NotAllowed, NotFound


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    path = init(tmp_path_factory.mktemp("people") / "node", name="canada", nation="CAN", organisation="LCC")
    with open_node(path, environ={}) as opened:
        yield opened


@pytest.fixture
def node(opened: Node) -> Node:
    """Return a node without people: made once, emptied for each test."""
    with opened.store.write() as tx:
        for table in metadata.tables:
            tx.run(f"DELETE FROM {table}")
    return opened


def test_a_person_has_the_node_s_nation_and_organisation_and_the_least_else(node: Node, marie: Actor) -> None:
    done = person_add(node.desk, marie, "Paul.Durand", title="Paul Durand", roles=["analyst"])
    assert (done.name, done.nationality, done.organisation, done.tlp) == ("paul.durand", "CAN", "LCC", "amber+strict")  # fmt: skip
    assert done.clearances == done.compartments == done.communities == ()
    assert [one.name for one in person_list(node.desk, marie)] == ["paul.durand"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"roles": ["king"]}, "person.role"),
        ({"tlp": "pink"}, "person.tlp"),
        ({"clearances": ["SECRET"]}, "person.clearances"),
        ({"compartments": ["/MAPLE"]}, "person.compartments"),
        ({"language": "de"}, "person.language"),
        ({"title": "x\u202ey"}, "person.long"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    node: Node, marie: Actor, given: dict[str, object], code: str
) -> None:
    with pytest.raises(InputError) as refused:
        person_add(node.desk, marie, "paul", **given)
    assert refused.value.code == code
    assert person_list(node.desk, marie) == []


@pytest.mark.parametrize("name", ["", "a b", "../etc", "é", "x" * 65, "a..b", "<b>"])
def test_a_name_is_one_that_can_be_typed_and_read_aloud(node: Node, marie: Actor, name: str) -> None:
    with pytest.raises(InputError):
        person_add(node.desk, marie, name)


def test_a_name_is_never_given_twice(node: Node, marie: Actor) -> None:
    person_add(node.desk, marie, "paul", roles=["analyst"])
    person_remove(node.desk, marie, "paul")
    with pytest.raises(Conflict):
        person_add(node.desk, marie, "PAUL")
    with pytest.raises(NotFound):
        person_show(node.desk, marie, "paul")
    assert [one.state for one in person_list(node.desk, marie, removed=True)] == ["removed"]


def test_the_last_operator_stays(node: Node, marie: Actor) -> None:
    person_add(node.desk, marie, "paul", roles=["operator"])
    for attempt in (person_lock, person_remove):
        with pytest.raises(Conflict):
            attempt(node.desk, marie, "paul")
    with pytest.raises(Conflict):
        person_change(node.desk, marie, "paul", roles=["analyst"])
    person_add(node.desk, marie, "luc", roles=["operator"])
    assert person_lock(node.desk, marie, "paul").state == "locked"


def test_a_token_acts_for_its_person_with_its_verbs_alone(node: Node, marie: Actor) -> None:
    person_add(node.desk, marie, "paul", roles=["analyst"], tlp="green", clearances=["CAN/SECRET"])
    made = token_add(node.desk, marie, "siem", scopes=["search", "release"], person="paul", days=2)
    now = node.desk.clock()
    actor = actor_by_token(node.desk, made.token, now)
    assert actor.recipient is not None
    assert (actor.name, actor.recipient.tlp, actor.recipient.clearances) == ("paul", "green", ("CAN/SECRET",))
    authorise(actor, "search")
    for verb in ("show", "release", "person", "account"):  # not asked for, not in the role, never
        with pytest.raises(NotAllowed):
            authorise(actor, verb)
    with pytest.raises(NotAllowed):
        actor_by_token(node.desk, made.token, now + 3 * DAY)


def test_a_token_ends_when_it_is_revoked_or_its_person_is_locked(node: Node, marie: Actor) -> None:
    person_add(node.desk, marie, "paul", roles=["analyst"])
    first = token_add(node.desk, marie, "one", scopes=["search"], person="paul")
    second = token_add(node.desk, marie, "two", scopes=["search"], person="paul")
    token_revoke(node.desk, marie, first.view.id)
    for shown in (first.token, second.token + "x", "", "cdl_", "x" * 5000):
        with pytest.raises(NotAllowed):
            actor_by_token(node.desk, shown, node.desk.clock())
    assert actor_by_token(node.desk, second.token, node.desk.clock()).name == "paul"
    person_lock(node.desk, marie, "paul")
    with pytest.raises(NotAllowed):
        actor_by_token(node.desk, second.token, node.desk.clock())


def test_a_person_sees_and_ends_only_their_own_tokens(node: Node, marie: Actor) -> None:
    for name in ("paul", "luc"):
        person_add(node.desk, marie, name, roles=["analyst"])
    pauls = token_add(node.desk, marie, "siem", scopes=["search"], person="paul")
    actor = actor_by_token(node.desk, token_add(node.desk, marie, "x", scopes=["show"], person="luc").token, node.desk.clock())  # fmt: skip
    luc = Actor("luc", actor.roles, actor.recipient, person=actor.person)
    with pytest.raises(NotAllowed):
        token_list(node.desk, actor)  # a token is not for looking after tokens
    with pytest.raises(NotFound):
        token_revoke(node.desk, luc, pauls.view.id)
    with pytest.raises(NotAllowed):
        token_add(node.desk, luc, "y", scopes=["show"], person="paul")
    assert [one.name for one in token_list(node.desk, luc)] == ["x"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"scopes": []}, "token.scope"),
        ({"scopes": ["person"]}, "token.scope"),
        ({"scopes": ["account"]}, "token.scope"),
        ({"scopes": ["search"], "days": 0}, "token.days"),
        ({"scopes": ["search"], "days": 400}, "token.days"),
        ({"scopes": ["search"], "name": " "}, "token.name"),
    ],
)
def test_a_token_has_a_name_an_end_and_few_verbs(node: Node, marie: Actor, given: dict[str, object], code: str) -> None:  # fmt: skip
    person_add(node.desk, marie, "paul", roles=["operator"])
    with pytest.raises(InputError) as refused:
        token_add(node.desk, marie, **{"name": "siem", "person": "paul", **given})  # type: ignore[arg-type]
    assert refused.value.code == code


def test_nothing_that_lets_anybody_in_is_kept_or_written_down(node: Node, marie: Actor) -> None:
    person_add(node.desk, marie, "paul", roles=["analyst"])
    made = token_add(node.desk, marie, "siem", scopes=["search"], person="paul")
    with node.store.write():
        pass
    kept = b"".join(file.read_bytes() for file in Path(node.path).rglob("*") if file.is_file())
    assert made.token.encode() not in kept
    assert made.view.id.encode() in kept


def test_what_let_people_in_does_not_come_back_with_a_backup(
    node: Node, marie: Actor, tmp_path: Path
) -> None:
    """A session or token that was ended since the backup was made would be alive again."""
    person_add(node.desk, marie, "paul", roles=["analyst"])
    made = token_add(node.desk, marie, "siem", scopes=["search"], person="paul")
    link = person_invite(node.desk, marie, "paul").code
    with node.store.write() as tx:
        paul = records.person_called(tx, "paul")
        assert paul is not None
        entered = begin(tx, node.desk, paul, "password", Origin())
    copy = backup(node, tmp_path / "copy")
    restore(copy, tmp_path / "back", None)
    with open_node(tmp_path / "back", environ={}) as back:
        assert person_show(back.desk, marie, "paul").state == "active"
        assert visitor(back.desk, cookie(back.desk, entered.secret)) is None
        with pytest.raises(NotAllowed):
            actor_by_token(back.desk, made.token, back.desk.clock())
        with pytest.raises(NotFound):
            invited(back.desk, link)
