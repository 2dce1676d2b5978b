"""`/responses`: collective responses, from a shared incident to what was published."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import HttpMethod, Response, get, post, route
from litestar.params import JSONBody

from cordiale.domains.information.response import acts
from cordiale.domains.information.response.content import Content, Draft, Measure
from cordiale.domains.information.response.standing import Response as Standing
from cordiale.domains.information.response.standing import TextView, response, responses
from cordiale.joint.moment import MINUTE, stamp
from cordiale.joint.revision import Text
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _
from cordiale.rest.asking import (
    After,
    Asked,
    Asking,
    Key,
    act,
    answer,
    asking,
    limit_of,
    options,
    refusals,
)
from cordiale.rest.joint import MOST, CaseId, done_together, words
from cordiale.rest.release import ACT
from cordiale.rest.told import instant, moment
from cordiale.sdk import joint as wire
from cordiale.sdk import response as collective


@route("/responses", http_method=HttpMethod.OPTIONS, include_in_schema=False, sync_to_thread=False)
def responses_options(request: Asked) -> Response[None]:
    """Say what is done to this address."""
    return options(request)


@get("/responses", responses=refusals(), sync_to_thread=True, tags=["responses"])
def joint_responses(
    request: Asked, after: After = None, limit: Annotated[int, limit_of(MOST)] = 50
) -> Response[collective.ResponseLines]:
    """List the collective responses that the person may see, newest first."""
    asked = asking(request)
    found = responses(asked.desk, asked.actor)
    items, more = asked.page("responses", found, lambda one: one.id, after, limit)
    told = tuple(asked.tell(one, collective.ResponseLine) for one in items)
    return answer(request, collective.ResponseLines(items=told, next=more))


@get("/responses/{case_id:str}", responses=refusals(404), sync_to_thread=True, tags=["responses"])
def joint_response(request: Asked, case_id: CaseId) -> Response[collective.JointResponse]:
    """Read one response: its text, who stands where, what is in the way, its measures and what was published."""
    asked = asking(request)
    return answer(request, _told(asked, response(asked.desk, asked.actor, case_id)))


@post("/responses", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["responses"])
def open_response(
    request: Asked, data: JSONBody[collective.ResponseAsked], idempotency_key: Key = None
) -> Response[wire.JointDone]:
    """Share an incident with chosen members as the chair, and open a response to it under a framework."""

    def do(asked: Asking) -> wire.JointDone:
        done = acts.open_response(
            asked.desk,
            asked.actor,
            title=words(data.title),
            incident=data.incident,
            members=data.members,
            observers=data.observers,
            marking=data.marking,
            framework=data.framework,
            silence=data.silence,
            joins=data.joins,
            level=data.level,
            assessed=data.assessed,
            due=instant(data.due),
        )
        return done_together(asked, done)

    return act(request, idempotency_key, data, do)


@post("/responses/{case_id:str}/assess", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["responses"])  # fmt: skip
def assess_response(
    request: Asked, case_id: CaseId, data: JSONBody[collective.AssessAsked], idempotency_key: Key = None
) -> Response[wire.JointDone]:
    """Say as a member how grave the incident is, how sure that is, and why."""

    def do(asked: Asking) -> wire.JointDone:
        return done_together(asked, acts.assess(asked.desk, asked.actor, case_id, data.level, words(data.words), confidence=data.confidence))  # fmt: skip

    return act(request, idempotency_key, data, do)


@post("/responses/{case_id:str}/propose", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["responses"])  # fmt: skip
def propose_response(
    request: Asked, case_id: CaseId, data: JSONBody[collective.ProposeAsked], idempotency_key: Key = None
) -> Response[wire.JointDone]:
    """Put a text with its measures to the members, as the chair."""
    return act(
        request,
        idempotency_key,
        data,
        lambda asked: done_together(asked, acts.propose(asked.desk, asked.actor, case_id, _draft(data))),
    )


@post("/responses/{case_id:str}/position", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["responses"])  # fmt: skip
def stand_on_response(
    request: Asked, case_id: CaseId, data: JSONBody[wire.PositionAsked], idempotency_key: Key = None
) -> Response[wire.JointDone]:
    """Take this node's position on the text that was read, by its hash."""

    def do(asked: Asking) -> wire.JointDone:
        return done_together(asked, acts.stand(asked.desk, asked.actor, case_id, data.position, data.hash, words(data.footnote)))  # fmt: skip

    return act(request, idempotency_key, data, do)


@post("/responses/{case_id:str}/agree", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["responses"])  # fmt: skip
def agree_response(
    request: Asked, case_id: CaseId, data: JSONBody[collective.AgreeAsked], idempotency_key: Key = None
) -> Response[wire.JointDone]:
    """Record as the chair that a text is agreed, with every position on it."""

    def do(asked: Asking) -> wire.JointDone:
        return done_together(asked, acts.conclude(asked.desk, asked.actor, case_id, data.hash, printed=data.printed, parity=data.parity, because=data.because))  # fmt: skip

    return act(request, idempotency_key, data, do)


@post("/responses/{case_id:str}/publish", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["responses"])  # fmt: skip
def publish_response(
    request: Asked, case_id: CaseId, data: JSONBody[collective.PublishAsked], idempotency_key: Key = None
) -> Response[wire.JointDone]:
    """Say that this node publishes the agreed text now, and where; refused before the embargo is over."""
    return act(
        request,
        idempotency_key,
        data,
        lambda asked: done_together(asked, acts.publish(asked.desk, asked.actor, case_id, data.where)[0]),
    )


@post("/responses/{case_id:str}/extend", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["responses"])  # fmt: skip
def extend_response(
    request: Asked, case_id: CaseId, data: JSONBody[wire.ExtendAsked], idempotency_key: Key = None
) -> Response[wire.JointDone]:
    """Give the members more time, as the chair; no position is voided."""
    return act(
        request,
        idempotency_key,
        data,
        lambda asked: done_together(asked, acts.extend(asked.desk, asked.actor, case_id, data.hash, instant(data.until) or 0)),
    )  # fmt: skip


def _draft(data: collective.ProposeAsked) -> Draft:
    embargo = instant(data.embargo)
    if embargo is not None and embargo % MINUTE:
        raise InputError("embargo-minute", _("An embargo ends at a whole minute.")).at("embargo")
    measures = tuple(
        Measure(kind=one.kind, owner=one.owner, words=words(one.words), due=stamp(instant(one.due) or 0) if one.due else "")
        for one in data.measures
    )  # fmt: skip
    if any(not one.words.both for one in measures):
        raise InputError("measure-language", _("A measure is written in English and in French."))
    return Draft(
        en=Text(data.en.title, data.en.body),
        fr=Text(data.fr.title, data.fr.body),
        content=Content(measures, stamp(embargo) if embargo is not None else ""),
        deadline=instant(data.deadline),
    )


def _told(asked: Asking, found: Standing) -> collective.JointResponse:
    return asked.tell(found, collective.JointResponse, text=_text(found.text))


def _text(one: TextView | None) -> wire.JointText | None:
    if one is None:
        return None
    return wire.JointText(
        id=one.id,
        number=one.number,
        hash=one.hash,
        title=wire.Both(en=one.en.title, fr=one.fr.title),
        body=wire.Both(en=one.en.body, fr=one.fr.body),
        deadline=None if one.deadline is None else moment(one.deadline),
    )


HANDLERS: Final = (
    responses_options,
    joint_responses,
    joint_response,
    open_response,
    assess_response,
    propose_response,
    stand_on_response,
    agree_response,
    publish_response,
    extend_response,
)
