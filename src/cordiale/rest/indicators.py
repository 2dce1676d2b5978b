"""`/cyber/indicators`, `/cyber/correlations`, `/objects/{id}/view`, `/objects/{id}/duplicates`: what is known of indicators, and decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import orjson
from litestar import HttpMethod, Response, get, post, route
from litestar.params import JSONBody, Parameter

from cordiale.desk.views.history import remarks
from cordiale.desk.views.search import Question
from cordiale.desk.views.show import show
from cordiale.desk.visible import unknown
from cordiale.domains.cyber.correlation.found import Correlations, of_object, of_value
from cordiale.domains.cyber.decay import Decay, reasons
from cordiale.domains.cyber.indicators.held import Held, page_of
from cordiale.domains.cyber.indicators.seen import of_remarks, seen, sightings
from cordiale.domains.cyber.indicators.worth import worth, worth_of, worth_to
from cordiale.domains.cyber.merging.duplicates import decide, decided, proposals, take_back
from cordiale.domains.cyber.merging.view import choices, choose, view
from cordiale.domains.cyber.values import KINDS, kind_of, of_pattern
from cordiale.domains.cyber.warninglists.kept import held as lists_of
from cordiale.domains.cyber.words import hit, hot, reason
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
from cordiale.rest.objects import Marking, ObjectId, Source, Words
from cordiale.rest.release import ACT
from cordiale.rest.told import moment
from cordiale.sdk import indicators as wire
from cordiale.sdk import objects
from cordiale.sdk.wire import ID
from cordiale.stix.patterns import literals

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST: Final = 200
LONGEST: Final = 2000

Value = Annotated[
    str, Parameter(min_length=1, max_length=LONGEST, description="The value, such as `login.example`.")
]
Kind = Annotated[
    str | None,
    Parameter(
        pattern="^(" + "|".join(sorted(KINDS)) + ")$",
        max_length=40,
        description="What kind of value it is, where its form does not tell.",
    ),
]
IndicatorId = Annotated[
    str, Parameter(pattern=ID.replace("[a-z][a-z0-9-]{1,248}[a-z0-9]", "indicator"), description="An indicator's STIX id.")
]  # fmt: skip


@get("/cyber/indicators", responses=refusals(), sync_to_thread=True, tags=["cyber"])
def indicators(
    request: Asked,
    q: Words = "",
    source: Source = None,
    marking: Marking = None,
    expired: Annotated[bool, Parameter(description="Those as well that have ended or are too long unseen.")] = False,
    after: After = None,
    limit: Annotated[int, limit_of(MOST)] = 50,
) -> Response[wire.IndicatorLines]:  # fmt: skip
    """List indicators with what each is worth now, the last changed first."""
    asked = asking(request)
    of = orjson.dumps(["indicators", q, source, marking, expired]).decode()
    question = Question(words=q, source=source, marking=marking)
    held, more = page_of(asked.desk, asked.actor, question, asked.unseal(of, after), limit)
    items = (_line(asked, one) for one in held if expired or not _worth_to(asked, one).expired)
    return answer(request, wire.IndicatorLines(items=tuple(items), next=asked.seal(of, more)))


@get("/cyber/indicators/{stix_id:str}", responses=refusals(404), sync_to_thread=True, tags=["cyber"])
def indicator(request: Asked, stix_id: IndicatorId) -> Response[wire.Indicator]:
    """Say what an indicator is worth by each source, who saw it, and which warning lists hold what it looks for."""
    asked = asking(request)
    stating = [one for one in show(asked.desk, asked.actor, stix_id).statements if "pattern" in one.value]
    if not stating:
        raise unknown(stix_id)
    said = remarks(asked.desk, asked.actor, stix_id)
    met, now = of_remarks(said), asked.desk.clock()
    fields = view(stating, choices(said, asked.desk.node), asked.desk.node)
    chosen = {
        field.name: next(one.value for one in field.said if one.source == field.shown) for field in fields
    }
    pattern, language = str(chosen["pattern"]), str(chosen.get("pattern_type") or "")
    found = wire.Indicator(
        id=stix_id,
        name=str(chosen.get("name") or ""),
        pattern=pattern,
        pattern_type=language,
        worth=tuple(
            _worth(worth_of(asked.desk, one, now, seen(met)), one.summary.source, asked.lang)
            for one in stating
        ),
        sightings=tuple(asked.tell(one, wire.Met) for one in met),
        warned=tuple(
            told for kind, value in _values(pattern, language) for told in warned(asked, kind, value)
        ),
    )
    return answer(request, found)


@get("/cyber/correlations", responses=refusals(), sync_to_thread=True, tags=["cyber"])
def correlations(request: Asked, value: Value, kind: Kind = None) -> Response[wire.Correlations]:
    """List what has to do with a value, each with its reason; a value that too many carry is named, and lists nobody."""
    asked = asking(request)
    return answer(
        request, _correlations(asked, of_value(asked.desk, asked.actor, known_kind(kind, value), value))
    )


@get("/objects/{stix_id:str}/correlations", responses=refusals(404), sync_to_thread=True, tags=["cyber"])
def correlations_of(request: Asked, stix_id: ObjectId) -> Response[wire.Correlations]:
    """List what has to do with an object through the values that its reader reads in it."""
    asked = asking(request)
    return answer(request, _correlations(asked, of_object(asked.desk, asked.actor, stix_id)))


@get("/objects/{stix_id:str}/view", responses=refusals(404), sync_to_thread=True, tags=["cyber"])
def view_of(request: Asked, stix_id: ObjectId) -> Response[wire.View]:
    """Say of each property of an object what its sources say, whose word is shown, and why."""
    asked = asking(request)
    return answer(request, _view(asked, stix_id))


@post("/objects/{stix_id:str}/view", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["cyber"])  # fmt: skip
def choose_statement(
    request: Asked, stix_id: ObjectId, data: JSONBody[wire.ChoiceAsked], idempotency_key: Key = None
) -> Response[wire.View]:
    """Choose whose word is shown for a property of an object; nothing that is stated changes."""

    def do(asked: Asking) -> wire.View:
        choose(asked.desk, asked.actor, stix_id, data.property, data.source, data.reason)
        return _view(asked, stix_id)

    return act(request, idempotency_key, data, do)


@route("/objects/{stix_id:str}/view", http_method=HttpMethod.OPTIONS, include_in_schema=False, sync_to_thread=False)  # fmt: skip
def view_options(request: Asked, stix_id: ObjectId) -> Response[None]:
    """Say what is done to this address."""
    return options(request)


@get("/objects/{stix_id:str}/duplicates", responses=refusals(404), sync_to_thread=True, tags=["cyber"])
def duplicates(request: Asked, stix_id: ObjectId) -> Response[wire.Duplicates]:
    """List what may be the same as an object under another name or id, and what was decided already."""
    asked = asking(request)
    return answer(request, _duplicates(asked, stix_id))


@post("/objects/{stix_id:str}/duplicates", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["cyber"])  # fmt: skip
def decide_same(
    request: Asked, stix_id: ObjectId, data: JSONBody[wire.SameAsked], idempotency_key: Key = None
) -> Response[wire.Stated]:
    """Decide that another object is the same and counts as this one, or that it is not; it can be taken back."""

    def do(asked: Asking) -> wire.Stated:
        made = decide(asked.desk, asked.actor, stix_id, data.other, same=data.same, reason=data.reason)
        return wire.Stated(id=made)

    return act(request, idempotency_key, data, do)


@route("/objects/{stix_id:str}/duplicates", http_method=HttpMethod.OPTIONS, include_in_schema=False, sync_to_thread=False)  # fmt: skip
def duplicates_options(request: Asked, stix_id: ObjectId) -> Response[None]:
    """Say what is done to this address."""
    return options(request)


@post("/cyber/duplicates/{stix_id:str}/back", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["cyber"])  # fmt: skip
def take_same_back(request: Asked, stix_id: ObjectId, idempotency_key: Key = None) -> Response[wire.Stated]:
    """Take a decision on two objects back, by the relationship that says it: both stand as before."""

    def do(asked: Asking) -> wire.Stated:
        take_back(asked.desk, asked.actor, stix_id)
        return wire.Stated(id=stix_id)

    return act(request, idempotency_key, None, do)


def known_kind(kind: str | None, value: str) -> str:
    """Return what kind of value this is; raises InputError where neither the asker nor its form says it."""
    found = kind or kind_of(value)
    if found is None:
        raise InputError(
            "value-kind", _("What this is cannot be told by its form: say its kind, one of {kinds}."), kinds=", ".join(sorted(KINDS))
        )  # fmt: skip
    return found


def warned(asked: Asking, kind: str, value: str) -> tuple[wire.OnList, ...]:
    """Return what warning lists say of a value."""
    return tuple(
        wire.OnList(
            value=value,
            list=one.list,
            category=one.category,
            entry=one.entry,
            how=one.how,
            host=one.host,
            message=hit(one, asked.lang),
        )
        for one in lists_of(asked.desk).look(kind, value)
    )


def _line(asked: Asking, held: Held) -> wire.IndicatorLine:
    desk = asked.desk
    found = worth(desk, held, desk.clock(), seen(sightings(desk, asked.actor, held.id)))
    values = _values(held.pattern, held.pattern_type)
    lists = lists_of(desk)
    return wire.IndicatorLine(
        id=held.id,
        name=held.name,
        pattern=held.pattern,
        pattern_type=held.pattern_type,
        source=held.source,
        modified=moment(held.modified) if held.modified else None,
        values=tuple(wire.Value(kind=kind, value=value) for kind, value in values),
        worth=_worth(found, held.source, asked.lang),
        warned=any(lists.look(kind, value) for kind, value in values),
        marking=tuple(sorted(held.marking)),
    )


def _worth_to(asked: Asking, held: Held) -> Decay:
    return worth_to(asked.desk, asked.actor, held, asked.desk.clock())


def _worth(found: Decay, source: str, lang: str) -> wire.Worth:
    return wire.Worth(
        source=source,
        score=found.score,
        state=found.state,
        expired=found.expired,
        since=moment(found.since),
        ends=None if found.ends is None else moment(found.ends),
        reasons=tuple(reasons(found, lang)),
    )


def _values(pattern: str, language: str) -> list[tuple[str, str]]:
    if language != "stix":
        return []
    return list(dict.fromkeys(of_pattern(*one) for one in literals(pattern)))[:20]


def _correlations(asked: Asking, found: Correlations) -> wire.Correlations:
    return wire.Correlations(
        values=_pairs(found.values),
        neighbours=tuple(
            wire.Neighbour(
                object=asked.tell(one.line, objects.Summary),
                reason=one.reason,
                message=reason(one, asked.lang),
                ours=_pair(one.ours),
                theirs=_pair(one.theirs),
                score=one.score,
                marking=tuple(sorted(one.marking)),
            )
            for one in found.neighbours
        ),
        hot=tuple(
            wire.Hot(
                kind=one.kind,
                value=one.value,
                reason=one.reason,
                message=hot(one, asked.lang),
                count=one.count,
                since=None if one.since is None else moment(one.since),
            )
            for one in found.hot
        ),
        more=found.more,
    )


def _pair(found: tuple[str, str]) -> wire.Value:
    return wire.Value(kind=found[0], value=found[1])


def _pairs(found: Iterable[tuple[str, str]]) -> tuple[wire.Value, ...]:
    return tuple(map(_pair, found))


def _view(asked: Asking, stix_id: str) -> wire.View:
    statements = show(asked.desk, asked.actor, stix_id).statements
    chosen = choices(remarks(asked.desk, asked.actor, stix_id), asked.desk.node)
    found = view(statements, chosen, asked.desk.node)
    return wire.View(id=stix_id, properties=tuple(asked.tell(one, wire.Property) for one in found))


def _duplicates(asked: Asking, stix_id: str) -> wire.Duplicates:
    desk, actor = asked.desk, asked.actor
    shown = show(desk, actor, stix_id)
    return wire.Duplicates(
        proposals=tuple(
            wire.Proposal(object=asked.tell(one.line, objects.Summary), by=one.by, shared=one.shared)
            for one in proposals(desk, actor, shown)
        ),
        decided=tuple(asked.tell(one, wire.Decided) for one in decided(desk, actor, stix_id)),
    )


HANDLERS: Final = (
    view_options,
    duplicates_options,
    indicators,
    indicator,
    correlations,
    correlations_of,
    view_of,
    choose_statement,
    duplicates,
    decide_same,
    take_same_back,
)
