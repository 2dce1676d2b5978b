"""Joint work by programs: three nodes ask and answer, take positions and agree, each by its own REST interface."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import httpx
import orjson
import pytest

from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.platform.errors import Conflict, InputError, NotAllowed, NotFound
from cordiale.rest.app import application
from cordiale.rest.told import moment
from cordiale.sdk import joint
from cordiale.sdk import response as collective
from cordiale.sdk.client import Client, connect
from tests.unit.domains.information.test_response import INCIDENT
from tests.unit.joint.conftest import MARKING, OFFICER, Three
from tests.unit.joint.conftest import three as _three
from tests.unit.web.asgi import ask

BOTH = joint.BothAsked(en="said", fr="dit")
ATOMS = tuple(MARKING.split())


@pytest.fixture
def three() -> Iterator[Three]:
    yield from _three.__wrapped__()  # type: ignore[attr-defined]


class Straight(httpx.BaseTransport):
    """Carries a client's requests to the application of one node, as its officer's."""

    def __init__(self, three: Three, node: str) -> None:
        self._app = application(three[node], lambda token: OFFICER)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        target = quote(request.url.path, safe="/%:") + (f"?{request.url.query.decode()}" if request.url.query else "")  # fmt: skip
        named = {name.replace("-", "_"): value for name, value in request.headers.items() if name != "host"}
        found = ask(self._app, target, method=request.method, body=request.read(), **named)
        return httpx.Response(found.status, headers=found.headers, content=found.body, request=request)


def client(three: Three, node: str) -> Client:
    return connect("http://127.0.0.1:8470", "token", transport=Straight(three, node))


def later(three: Three, hours: int) -> datetime:
    return moment(three["can"].clock()) + timedelta(hours=hours)


def test_a_question_is_asked_answered_and_settled(three: Three) -> None:
    can, fra = client(three, "can"), client(three, "fra")
    made = can.ask(joint.RequestAsked(to=("fra",), words=BOTH, marking=ATOMS, due=later(three, 2), priority="high"), key="once")  # fmt: skip
    assert can.ask(joint.RequestAsked(to=("fra",), words=BOTH, marking=ATOMS, due=later(three, 2), priority="high"), key="once") == made  # fmt: skip
    assert [one.state for one in made.sent] == ["goes"]
    three.exchange()
    (there,) = fra.requests()
    assert (there.asker, there.words.fr, there.state, there.ours, there.priority) == ("can", "dit", "open", False, "high")  # fmt: skip
    assert fra.assign(there.id, "claire").assigned == "claire"
    fra.answer(there.id, joint.AnswerAsked(state="answered", words=BOTH))
    three.exchange()
    here = can.request(made.id)
    assert [(one.node, one.state) for one in here.answers] == [("fra", "answered")]
    assert here.assigned == ""
    can.settle(made.id, joint.SettleAsked(state="satisfied", why=BOTH))
    assert list(can.requests()) == []
    assert [one.state for one in can.requests(everything=True)] == ["satisfied"]
    with pytest.raises(Conflict):
        can.settle(made.id, joint.SettleAsked(state="withdrawn"))
    with pytest.raises(NotFound):
        client(three, "gbr").request(made.id)


def test_a_case_has_tasks_texts_and_positions(three: Three) -> None:
    can, fra = client(three, "can"), client(three, "fra")
    of = can.open_case(joint.CaseAsked(title=BOTH, members=("fra",), marking=ATOMS)).id
    text = joint.OneText(title="A", body="B")
    can.put_text(of, joint.TextAsked(en=text, fr=joint.OneText(title="C", body="D"), deadline=later(three, 1)))  # fmt: skip
    given = can.give_task(of, joint.TaskAsked(owner="fra", words=BOTH))
    three.exchange()
    (line,) = fra.cases()
    assert (line.chair, line.members, line.title.en) == ("can", ("can", "fra"), "said")
    found = fra.case(of)
    (one,) = found.texts
    assert (one.title.fr, one.body.en, one.number) == ("C", "B", 1)
    assert {each.node: each.position for each in found.stands} == {"can": "waiting", "fra": "waiting"}
    assert "waiting" in {each.code for each in found.blocking}
    fra.take_position(of, joint.PositionAsked(position="join", hash=one.hash[:12]))
    fra.report_progress(of, given.id, joint.ProgressAsked(state="done"))
    fra.contribute(of, joint.ContributionAsked(role="lesson", words=BOTH, details={"n": 2}))
    three.exchange()
    found = can.case(of)
    assert [(each.owner, each.state) for each in found.tasks] == [("fra", "done")]
    assert [(each.role, each.details) for each in found.said if each.role == "lesson"] == [("lesson", {"n": 2})]  # fmt: skip
    can.extend(of, joint.ExtendAsked(hash=one.hash, until=later(three, 9)))
    assert can.case(of).texts[0].deadline == later(three, 9).replace(microsecond=later(three, 9).microsecond // 1000 * 1000)  # fmt: skip
    with pytest.raises(NotAllowed, match="chaired by can"):
        fra.close_case(of)
    can.close_case(of)
    with pytest.raises(Conflict, match="closed"):
        can.contribute(of, joint.ContributionAsked(role="lesson", words=BOTH))


def test_a_response_goes_from_an_incident_to_what_was_published(three: Three) -> None:
    can, fra = client(three, "can"), client(three, "fra")
    import_(three["can"], OFFICER, [of_bytes("i", orjson.dumps([INCIDENT]))], marking=MARKING)
    of = can.open_response(collective.ResponseAsked(title=BOTH, incident=(INCIDENT["id"],), members=("fra",), marking=ATOMS, level="high", assessed=1)).id  # fmt: skip
    can.assess(of, collective.AssessAsked(level="severe", words=BOTH))
    measure = collective.MeasureAsked(kind="referral", owner="fra", words=BOTH, due=later(three, 500))
    text = collective.ProposeAsked(en=joint.OneText(title="A", body="B"), fr=joint.OneText(title="C", body="D"), measures=(measure,), deadline=later(three, 5))  # fmt: skip
    can.propose(of, text)
    three.exchange()
    found = fra.response(of)
    assert found.text is not None
    assert (found.stage, found.here, found.assessments[0].level) == ("positions", "member", "severe")
    for one in (can, fra):
        one.stand(of, joint.PositionAsked(position="join", hash=found.text.hash))
    three.exchange()
    can.agree(of, collective.AgreeAsked(hash=found.text.hash, parity="Claire", because="read"))
    can.publish(of, "https://can.example/1")
    three.exchange()
    ended = fra.response(of)
    assert (ended.stage, ended.published[0].where) == ("published", "https://can.example/1")
    assert [(each.owner, each.kind, each.state) for each in ended.measures] == [("fra", "referral", "open")]
    assert [(each.id, each.stage, each.ours) for each in fra.responses()] == [(of, "published", "join")]
    with pytest.raises(NotFound):
        client(three, "gbr").response(of)
    with pytest.raises(InputError, match="English and in French"):
        can.propose(of, collective.ProposeAsked(en=joint.OneText(title="A", body="B"), fr=joint.OneText(title="C", body="D"), measures=(collective.MeasureAsked(kind="other", owner="can", words=joint.BothAsked(en="x")),)))  # fmt: skip


def test_a_date_in_an_answer_has_its_zone(three: Three) -> None:
    can = client(three, "can")
    can.ask(joint.RequestAsked(to=("fra",), words=BOTH, marking=ATOMS))
    (one,) = can.requests()
    assert one.asked is not None
    assert one.asked.tzinfo == UTC
