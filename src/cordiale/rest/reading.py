"""`/cyber/reading`: indicators taken out of a text; what would be taken is shown before anything is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from litestar import Response, post
from litestar.params import JSONBody

from cordiale.desk.actor import authorise
from cordiale.domains.cyber.readers.found import LEFT, REASONS
from cordiale.domains.cyber.readers.taking import keep, taken_of
from cordiale.domains.cyber.writers.judgement import named_by
from cordiale.platform.languages import text
from cordiale.rest.asking import Asked, Asking, Key, act, refusals
from cordiale.rest.release import ACT
from cordiale.sdk import reading as wire
from cordiale.sdk import work

if TYPE_CHECKING:
    from cordiale.domains.cyber.readers.found import Taken


@post("/cyber/reading", status_code=200, responses=refusals(413), sync_to_thread=True, tags=["cyber"])
def read_text(request: Asked, data: JSONBody[wire.ReadAsked]) -> Response[wire.Read]:
    """Say what would be taken out of a text and why, and what would be left; nothing is kept of it."""

    def do(asked: Asking) -> wire.Read:
        authorise(asked.actor, "import")
        found = taken_of(
            data.text,
            own=data.own,
            plain=data.plain == "take",
            least=data.confidence,
            warned=named_by(asked.desk),
        )
        return _read(found, asked.lang)

    return act(request, None, data, do)


@post("/cyber/reading/keep", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["cyber"])
def take_text(
    request: Asked, data: JSONBody[wire.TakeAsked], idempotency_key: Key = None
) -> Response[wire.TakenIn]:
    """Take in what a text holds, as it was shown; the same text again makes nothing new."""

    def do(asked: Asking) -> wire.TakenIn:
        found, report = keep(
            asked.desk,
            asked.actor,
            data.text,
            data.name,
            own=data.own,
            plain=data.plain == "take",
            least=data.confidence,
            marking=data.marking or None,
            only=data.only,
        )
        return wire.TakenIn(read=_read(found, asked.lang), report=asked.tell(report, work.ImportReport))

    return act(request, idempotency_key, data, do)


def _read(found: Taken, lang: str) -> wire.Read:
    return wire.Read(
        title=found.title,
        found=tuple(
            wire.FoundValue(
                kind=one.kind,
                value=one.value,
                line=one.line,
                confidence=one.confidence,
                context=one.context,
                reasons=tuple(text(lang, REASONS[reason]) for reason in one.reasons),
            )
            for one in found.found
        ),
        left=tuple(
            wire.LeftValue(
                kind=one.kind,
                value=one.value,
                line=one.line,
                context=one.context,
                reason=_left(one.reason, lang),
            )
            for one in found.left
        ),
    )


def _left(reason: str, lang: str) -> str:
    code, _colon, list_ = reason.partition(":")
    return text(lang, LEFT.get(code, code), list=list_)


HANDLERS: Final = (read_text, take_text)
